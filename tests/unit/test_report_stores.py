"""Days left of what is aboard in the report, on a document made by hand."""

from pathlib import Path

import numpy as np
import pytest

from stationkeeper.report import stores_figure, words_sections
from stationkeeper.report.evidence import Evidence
from stationkeeper.report.page import page
from stationkeeper.report.source import Run
from tests.report_documents import made_document, plain, run_with


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stores") / "run"


@pytest.fixture
def run(folder: Path) -> Run:
    return run_with(folder, stores=made_document("stores"))


def test_only_what_is_used_is_drawn(run: Run) -> None:
    assert [item["store"] for item in stores_figure._items(run, "iss")] == ["food"]
    (drawn,) = words_sections.pictures(run)
    assert (drawn.key, drawn.png is not None) == ("stores", True)
    assert drawn.alt == (
        "International Space Station, fewest days left: Food 86 days on 2026-05-18."
    )
    assert 'id="stores"' in page(run, [drawn], Evidence(rows=()))


def test_an_item_beyond_the_scale_is_named_in_the_caption_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = made_document("stores")
    (item, other) = told["stations"]["iss"]["items"]
    other |= {"days": item["days"], "days_left": [900.0] * len(item["days"])}
    named: list[str] = []
    monkeypatch.setattr(
        stores_figure.look, "words_beside", lambda _, words, **__: named.extend(w for w, _ in words)
    )
    caption = stores_figure.picture(run_with(folder, stores=told)).caption
    assert named == ["Food"]
    assert "No line in these years: Gas (ISS)." in caption


def test_a_note_on_loads_stands_only_where_loads_change(folder: Path) -> None:
    told = made_document("stores")
    (lost,) = told["stations"]["iss"]["if_lost"]
    note = lost["remanifest"]["note"]
    assert note in plain(stores_figure.tables(run_with(folder, stores=told)))
    lost["remanifest"]["flights"] = []
    assert note not in plain(stores_figure.tables(run_with(folder, stores=told)))


def test_what_comes_to_its_reserve_is_said(run: Run) -> None:
    assert stores_figure.sentences(run) == [
        "International Space Station, by the plan: at the reserve: Food from 2028-03-01; none is "
        "used up."
    ]


def test_a_lost_ship_is_shown_with_and_without_other_loads(run: Run) -> None:
    text = plain(stores_figure.tables(run))
    assert "cargo-7 carrier, 2026-05-10" in text
    assert "Food: reserve 2026-08-01, used up 2026-09-15" in text
    assert "Food: reserve not, used up not 1 flight cargo-8" in text
    assert "cargo-8, 2026-06-20: food 500 → 900 kg fits into the next" in text
    assert "Gas" not in text  # fares as without the loss
    assert "water" not in text  # its load does not change
    assert "Russian" not in text


def test_a_long_course_is_shown_around_the_ships(folder: Path) -> None:
    told = made_document("stores")
    days = np.datetime64("2021-01-01") + 7 * np.arange(1000)
    (item, _) = told["stations"]["iss"]["items"]
    item |= {"days": [str(one) for one in days], "days_left": [100.0] * 1000, "level": [1.0] * 1000}
    found = run_with(folder, stores=told)
    items = stores_figure._items(found, "iss")
    first, last = stores_figure._span(found, "iss", items)
    lost = float(np.datetime64("2026-05-10").astype(np.int64))
    assert first < lost < last
    assert last - first < 6 * 366
    assert "Only the years around the ships" in stores_figure.picture(found).caption


def test_no_store_is_said(folder: Path) -> None:
    empty = run_with(folder, stores={"stations": {"iss": {"items": [], "if_lost": []}}})
    drawn = stores_figure.picture(empty)
    assert drawn.png is None
    assert stores_figure.sentences(empty) == []
    assert stores_figure.tables(empty) == ""
    assert words_sections.pictures(run_with(folder)) == []
