"""Words and deeds in the report, on documents made by hand."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from stationkeeper.errors import InputError
from stationkeeper.report import cooperation, look, words_sections, words_tables, words_timeline
from stationkeeper.report.evidence import Evidence
from stationkeeper.report.page import page
from stationkeeper.report.source import Run
from stationkeeper.report.words_source import day
from tests.report_documents import made_document, plain, run_with


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("words") / "run"


@pytest.fixture
def run(folder: Path) -> Run:
    return run_with(folder, words=made_document("words"))


def rows_of(run: Run) -> dict[str, words_timeline.Row]:
    told = run.said["statements"]
    on = words_timeline.scale([day(one["date"]) or 0.0 for one in told], 500.0)
    return {row.title: row for row in words_timeline._rows(run, told, on)}


def test_every_statement_stands_once_on_its_own_track(run: Run) -> None:
    rows = rows_of(run)
    for track in words_timeline.TRACKS:
        wanted = [one["key"] for one in run.said["statements"] if one["track"] == track]
        shown = [sign.text.rstrip("*") for sign in rows[track].signs] if track in rows else []
        assert shown == wanted
    assert [sign.text for sign in rows["said"].signs] == ["w02*", "w05"]  # star: a condition
    assert [sign.text for sign in rows["no notice as of"].signs] == ["w04: none so far"]


def test_context_and_protests_are_grey_and_what_no_longer_holds_is_hollow(run: Run) -> None:
    rows = rows_of(run)
    grey = [sign.colour for name in ("context", "protest") for sign in rows[name].signs]
    assert set(grey) == {look.QUIET}
    assert rows["notified"].signs[0].colour == look.NATION_COLOURS["RUS"]
    assert not rows["decided"].signs[0].filled
    assert rows["notified"].signs[0].filled


def test_deeds_are_told_from_plans_and_from_what_came_before_the_axis(run: Run) -> None:
    shown = [sign.text for sign in rows_of(run)["happened"].signs]
    assert shown == ["docking: laboratory"]


def test_only_words_with_effect_that_name_a_day_are_drawn_as_windows(run: Run) -> None:
    told = run.said["statements"]
    meant = {
        title: [one["key"] for one in words_timeline._meant(told, acts)]
        for title, acts, _ in words_timeline._GROUPS
    }
    assert list(meant.values()) == [["w02", "w03", "w07"], ["w05"], []]  # w06 only protests


def test_signs_of_a_busy_day_lie_in_lanes_of_their_own() -> None:
    spans = [(0.0, 10.0), (1.0, 11.0), (2.0, 12.0), (10.5, 20.0)]
    found = words_timeline.lanes(spans)
    for i, (start, end) in enumerate(spans):
        for j, (other, until) in enumerate(spans[:i]):
            if found[i] == found[j]:
                assert start >= until or other >= end
    assert max(found) == 2


def test_years_keep_their_order_and_busy_ones_are_wider() -> None:
    days = [day(text) or 0.0 for text in ("2014-05-01", "2016-02-01", *["2022-07-26"] * 9)]
    on = words_timeline.scale(days, 600.0)
    assert len(on.edges) == 2022 - 2014 + 2
    widths = np.diff(on.places)
    assert (widths > 0).all()
    assert widths.argmax() == 2022 - 2014
    assert on.width == pytest.approx(600.0)
    assert on.at(day("2021-12-31") or 0.0) < on.at(day("2022-07-26") or 0.0)


def test_words_long_before_all_others_stand_at_the_edge(run: Run) -> None:
    days = [day("1998-01-29") or 0.0, *[(day("2014-01-01") or 0.0) + 300 * i for i in range(12)]]
    on = words_timeline.scale(days, 600.0)
    assert on.edges[0] == day("2014-01-01")
    assert on.at(days[0]) == 0.0


def test_an_open_window_points_to_its_open_side(run: Run) -> None:
    told = [
        {"key": "a", "date": "2022-01-01", "act": "leave", "not_before": "2025-01-01"},
        {"key": "b", "date": "2023-01-01", "act": "leave", "not_after": "2025-01-01"},
    ]
    axes = Figure().add_subplot()
    on = words_timeline.scale([day(str(one["date"])) or 0.0 for one in told], 500.0)
    words_timeline._days_meant(axes, run, told, on, one_day=True)
    arrows = [text for text in axes.texts if isinstance(text, Annotation) and text.arrow_patch]
    rises = [text.xy[1] - text.xyann[1] for text in arrows]
    assert [rise > 0 for rise in rises] == [True, False]


def test_labels_of_windows_do_not_lie_on_one_another() -> None:
    boxes: list[tuple[float, float, float, float]] = []
    for _ in range(8):
        words_timeline._free(boxes, 100.0, 100.0, 20.0)
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]


def test_a_commitment_that_was_replaced_is_pale() -> None:
    told = [
        {"since": "2014-01-01", "until": "2020-12-31", "replaced_on": "2018-01-01"},
        {"since": "2018-01-01", "until": "2024-12-31", "replaced_on": None},
    ]
    (later, earlier) = cooperation._commitments(told, "#0072b2")
    assert (later[2], earlier[2]) == ("#0072b2", look.paler("#0072b2", 0.35))
    assert later[2] != earlier[2]


def test_a_clock_runs_only_after_a_notice(run: Run) -> None:
    north, west = (plain(text) for text in words_tables.sentences(run))
    assert north == "The agreement: no notice of North as of 2022-07-26 (w04); no clock runs."
    assert west == (
        "The agreement: West gave notice on 2024-03-01; with 365 d it takes effect on 2025-03-01."
    )


def test_reasons_stand_beside_what_is_found_and_nothing_is_asserted(run: Run) -> None:
    text = plain(words_tables.tables(run))
    assert "age of the structure 22.4 years on that day age of the core: 22.4 years" in text
    assert "cost cost no model here bears on it" in text
    assert "because" not in text


def test_words_of_others_are_shown_as_text(run: Run) -> None:
    markup = words_tables.tables(run)
    assert "Office &lt;b&gt;north&lt;/b&gt;" in markup
    assert "“the decision to leave after 2024 has been made”" in markup
    assert "“an inspection, then a decision” (shortened)" in markup
    assert "holds no more" in plain(markup)
    assert "by permission West, 2025-05-01" in plain(markup)


def test_states_of_a_pair_follow_one_another(run: Run) -> None:
    contacts, exchange, bound = cooperation.lanes(run)
    assert contacts.words == "contacts: North and West"
    (active, suspended) = contacts.bars
    assert active[:2] == (None, day("2014-04-01"))
    assert suspended[:2] == (day("2014-04-02"), day("2022-07-11"))
    assert suspended[3]  # told by more than its colour
    assert exchange.group == "arrangements"
    assert [bar[4] for bar in bound.bars] == ["2028", "2024"]  # the earlier one lies on top


def test_what_is_owed_has_a_table(run: Run) -> None:
    text = plain(cooperation.tables(run))
    assert (
        "orbit raising reboost only North all others 1998-01-29 no end agreed 3.50 t/year" in text
    )
    assert "in force the agreement" in text


def test_the_sections_are_drawn_alike_twice_and_said(run: Run) -> None:
    drawn = words_sections.pictures(run)
    assert [one.key for one in drawn] == ["words-and-deeds", "cooperation"]
    for one, again in zip(drawn, words_sections.pictures(run), strict=True):
        assert one.png is not None
        assert one.png == again.png
        assert one.alt
        assert one.caption
    assert "1 agreed, 2 said, 1 decided, 1 context, 1 protest, 1 notified" in drawn[0].alt
    text = page(run, drawn, Evidence(rows=()))
    assert 'id="words-and-deeds"' in text
    assert 'id="cooperation"' in text


def test_a_run_without_the_documents_has_no_such_sections(folder: Path) -> None:
    assert words_sections.pictures(run_with(folder)) == []
    assert words_sections.answer(run_with(folder)) == []


def test_few_words_are_drawn_or_said_to_be_missing(folder: Path) -> None:
    empty = run_with(folder, words={"as_of": "2026-04-30"})
    timeline, together = words_sections.pictures(empty)
    assert timeline.png is None
    assert timeline.caption == "No statement is recorded in the programme."
    assert together.png is None
    assert words_sections.after("words-and-deeds", empty) == ""
    assert words_sections.after("cooperation", empty) == ""
    one = made_document("words")["statements"][0]  # without partner and day meant
    alone = words_timeline.picture(run_with(folder, words={"statements": [one]}))
    assert alone.png is not None
    assert "None of them names a day." in alone.caption


def test_a_broken_document_is_refused_in_words(run: Run) -> None:
    (run.folder / "words.json").write_text("{")
    with pytest.raises(InputError, match=r"words\.json: cannot be read .* fly the run again"):
        _ = run.said
    (run.folder / "words.json").unlink()


def test_bars_of_one_lane_do_not_overlap_in_time(run: Run) -> None:
    for lane in cooperation.lanes(run):
        if lane.group == "works together":
            for (_, last, *_), (first, *_) in pairwise(lane.bars):
                assert last is not None
                assert first is not None
                assert last < first
