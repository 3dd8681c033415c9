"""The page, figures and words of a comparison, and of what dominates, from documents by hand."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from stationkeeper import cli
from stationkeeper.errors import InputError
from stationkeeper.lifetime import compare as compare_module
from stationkeeper.lifetime.compare import gaps_decided
from stationkeeper.lifetime.measures import MEASURES
from stationkeeper.lifetime.sensitivity import SensitivityRow
from stationkeeper.report import sensitivity as report_sensitivity
from stationkeeper.report.compare_page import (
    comparison_page,
    front_png,
    side_by_side_png,
    write_comparison,
)
from stationkeeper.report.compare_words import compare_text, difference_rows, front_text
from stationkeeper.report.source import read_run
from stationkeeper.report.words import DISCLAIMER
from tests.interfaces.test_report_page import HOSTILE, Page
from tests.report_folder import build_folder


def values(middle, width):
    return {"low": middle - width, "middle": middle, "high": middle + width, "mean": middle}


def made(count=3, names=None, measures=MEASURES):
    """Return a comparison; the middle of measure m of variant v is 10 m + v."""
    names = names or [f"factor {i}" for i in range(count)]
    rows = []
    for v, name in enumerate(names):
        told = {
            m.name: values(0.1 * v, 0.05) if m.chance else values(10.0 * (i + 1) + v, 1.0)
            for i, m in enumerate(measures)
        }
        gaps = {m.name: values(float(v), 0.5 * v) | {"mean_error": 0.1} for m in measures}
        rows.append(
            {
                "name": name,
                "values": {"station.a.factor": name},
                "first": "2030-01-01",
                "last": "2039-12-31",
                "folder": f"variants/run-{v}",
                "measures": told,
                "differences": gaps,
                "on_front": v == 0,
            }
        )
    return {
        "programme": "made-up",
        "title": "A made-up programme",
        "seed": 1,
        "replicas": 250,
        "vary": [{"key": "station.a.factor", "short": "factor", "values": names}],
        "held_against": names[0],
        "front": ["propellant_burned_t", "days_with_people"],
        "measures": [
            {
                "name": m.name,
                "title": m.title,
                "unit": m.unit,
                "better": "more" if m.more_is_better else "less",
                "chance": m.chance,
            }
            for m in measures
        ],
        "not_flown": [m.title for m in MEASURES if m not in measures],
        "variants": rows,
    }


def write(folder, found):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compare.json").write_text(json.dumps(found))
    return folder


def test_the_page_is_whole_and_rests_on_nothing_outside(tmp_path):
    page = Page(write_comparison(write(tmp_path / "c", made())).read_text("utf-8"))
    assert page.seen["img"] == 2
    assert all(src.startswith("data:image/png;base64,") for src in page.values("img", "src"))
    assert all(len(alt) > 20 for alt in page.values("img", "alt"))
    assert DISCLAIMER in page.text
    assert {f.name for f in (tmp_path / "c" / "figures").iterdir()} == {
        "front.png",
        "side-by-side.png",
    }
    assert not page.values("a", "href")


def test_the_page_links_the_reports_that_were_drawn(tmp_path):
    folder = write(tmp_path / "c", made())
    (folder / "variants" / "run-1").mkdir(parents=True)
    (folder / "variants" / "run-1" / "report.html").write_text("")
    page = Page(write_comparison(folder).read_text("utf-8"))
    assert page.values("a", "href") == ["variants/run-1/report.html"]


def test_hostile_names_are_shown_as_they_are(tmp_path):
    found = made(names=[HOSTILE, "b" * 300])
    found["title"] = HOSTILE
    page = Page(write_comparison(write(tmp_path / "c", found)).read_text("utf-8"))
    assert page.seen["script"] == 0
    assert page.text.count("alert(") > 2


@pytest.mark.parametrize("count", [1, 2, 9, 64])
def test_figures_are_drawn_of_any_number_of_variants(count):
    found = made(count)
    for image in (side_by_side_png(found), front_png(found)):
        assert image.startswith(b"\x89PNG")
        assert len(image) < 700_000
    assert ("Numbers: the order of the table" in comparison_page(found, drawn())) == (count > 17)


def drawn():
    return {"side-by-side": b"", "front": b""}


def test_figures_are_drawn_of_values_without_any_width():
    found = made(2)
    for row in found["variants"]:
        for name in row["measures"]:
            row["measures"][name] = values(0.0, 0.0)
    assert side_by_side_png(found).startswith(b"\x89PNG")
    assert front_png(found).startswith(b"\x89PNG")


def test_the_same_document_gives_the_same_page():
    found = made()
    images = [{"side-by-side": side_by_side_png(found), "front": front_png(found)} for _ in "ab"]
    assert comparison_page(found, images[0]) == comparison_page(found, images[1])


def test_the_text_tells_every_variant_and_what_is_missing():
    text = compare_text(made(3, measures=MEASURES[:6]))
    assert "Not in these runs: chance of an evacuation" in text
    assert "1 variant of 3 is not beaten by another, factor 0" in text
    assert "same seed" in text
    assert text.endswith(DISCLAIMER)
    assert re.search(r"3  factor 2 +12\.0 \(11\.0–13\.0\)", text)


def gap(old_ends="2031-01-01", people=None):
    dates = {"q05": "2029-08-01", "q50": old_ends, "q95": None}
    days = {"q05": 0.0, "q50": 475.4, "q95": people}
    return {
        "partner": "operator",
        "old": "alpha",
        "new": "beta",
        "old_ends": dates,
        "new_begins": dict.fromkeys(dates, "2030-05-05"),
        "new_crewed": dict.fromkeys(dates),
        "without_station_days": days,
        "without_people_days": dict.fromkeys(days, 0.0),
    }


def test_what_policies_decide_stands_beside_the_variants():
    found = made(3)
    assert "By the policies" not in compare_text(found)
    assert 'id="decided"' not in comparison_page(found, drawn())
    found["variants"][1]["gaps"] = [gap()]
    line = next(line for line in compare_text(found).splitlines() if "alpha, beta" in line)
    assert [cell for cell in re.split("  +", line) if cell] == [
        "2",
        "factor 1",
        "operator",
        "alpha, beta",
        "2031-01 (2029-08 to –)",
        "2030-05",
        "–",
        "475 (0 to –)",
        "0",
    ]
    assert 'id="decided"' in comparison_page(found, drawn())


def test_gaps_are_read_from_the_run_without_their_services(tmp_path):
    assert gaps_decided(tmp_path) == []
    (tmp_path / "decisions.json").write_text(json.dumps({"gaps": [{**gap(), "services": []}]}))
    assert gaps_decided(tmp_path) == [gap()]
    (tmp_path / "decisions.json").write_text("{")
    with pytest.raises(InputError, match=r"decisions.json: cannot be read"):
        gaps_decided(tmp_path)


def test_chances_are_told_in_percent():
    assert "10.0 (5.00–15.0)" in compare_text(made())


def test_what_is_the_same_in_all_variants_is_told_once():
    found = made()
    for row in found["variants"]:
        row["measures"]["years_flown"] = values(20.5, 0.0)
    text = compare_text(found)
    assert "The same in all variants: years flown 20.5." in text
    assert text.count("20.5") == 1


def test_differences_are_told_to_a_thousandth_of_the_value():
    found = made()
    gap = {"low": -0.0001, "middle": 0.00004, "high": 0.01}
    found["variants"][1]["differences"]["propellant_burned_t"] = gap
    assert "0 (0 to +0.01)" in difference_rows(found)[0]


def test_a_front_of_all_says_so():
    found = made()
    for row in found["variants"]:
        row["on_front"] = True
    assert "no variant beats another" in front_text(found)


# ---- the command ----------------------------------------------------------------------------


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["stationkeeper", "compare", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), said.out, said.err

    return run


def test_the_command_prints_one_document(call, monkeypatch, tmp_path):
    asked = {}

    def job(source, vary, **options):
        asked.update(options, source=source, vary=vary)
        return write(tmp_path / "folder", made())

    monkeypatch.setattr(compare_module, "compare", job)
    code, out, _ = call("iss", "--vary", "a.b=1,2", "--vary", "override=x", "--json")
    assert code == 0
    document = json.loads(out)
    assert document["folder"] == str(tmp_path / "folder")
    assert Path(document["report"]).exists()
    assert [row["name"] for row in document["variants"]] == ["factor 0", "factor 1", "factor 2"]
    assert asked["vary"] == ["a.b=1,2", "override=x"]
    assert (asked["replicas"], asked["seed"], asked["front"]) == (250, 1, None)


def test_the_command_prints_the_table(call, monkeypatch, tmp_path):
    monkeypatch.setattr(
        compare_module, "compare", lambda *a, **k: write(tmp_path / "folder", made())
    )
    code, out, _ = call("iss", "--vary", "a.b=1,2")
    assert code == 0
    assert "not beaten" in out
    assert str(tmp_path / "folder" / "report.html") in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["iss", "--vary", "a"], "expected KEY=a,b,c"),
        (["iss", "--vary", "a=1,2", "--front", "b"], "expected two measures"),
        (["iss", "--vary", "station.iss.orbit.altitude=1"], "variant altitude 1"),
        (["iss", "--vary", "override=no-such"], "variant no-such"),
        (["iss"], "--vary"),
    ],
)
def test_wrong_input_is_one_clear_message(call, words, said):
    code, out, err = call(*words)
    assert code == 2
    assert said in err
    assert out == ""
    assert "Traceback" not in err


# ---- what dominates -------------------------------------------------------------------------


def rows(fourier=None):
    return [
        SensitivityRow("propellant_burned_t", "drag factor", 0.6, 0.5, 0.7, "", fourier),
        SensitivityRow("propellant_burned_t", "dose factor", -0.01, -0.1, 0.1, "", fourier),
        SensitivityRow("propellant_burned_t", HOSTILE, 0.5, 0.4, 0.6, "ros", fourier),
    ]


@pytest.fixture
def told(monkeypatch, tmp_path):
    run = read_run(build_folder(tmp_path / "run"))

    def put(given):
        report_sensitivity._read.cache_clear()
        monkeypatch.setattr(report_sensitivity, "sensitivity", lambda folder: given)
        return run

    yield put
    report_sensitivity._read.cache_clear()


def test_what_dominates_is_drawn_and_told(told):
    run = told(rows(0.58))
    picture = report_sensitivity.picture(run)
    assert picture.png is not None
    assert picture.png.startswith(b"\x89PNG")
    assert "propellant burned: drag factor 60 %" in picture.alt
    assert "dose factor" not in picture.alt
    page = Page(str(report_sensitivity.markup(run)))
    assert "RBD-FAST of SALib" in page.text
    assert "60 (50–70)" in page.text
    assert "0 (0–10)" in page.text
    assert report_sensitivity.sentence(run).replace("\u00a0", " ").endswith("drag factor 60 %.")


def test_without_salib_it_says_how_to_get_it(told):
    assert "make full" in Page(str(report_sensitivity.markup(told(rows())))).text


def test_with_few_replicas_it_says_why_there_is_nothing(told):
    run = told([])
    assert report_sensitivity.picture(run).png is None
    assert "fewer than 60 replicas" in report_sensitivity.picture(run).caption
    assert report_sensitivity.markup(run) == ""


def test_rows_that_cannot_be_read_do_not_stop_a_report(told, monkeypatch):
    run = told([])

    def refuses(folder):
        raise InputError("no rows")

    monkeypatch.setattr(report_sensitivity, "sensitivity", refuses)
    assert "no rows" in report_sensitivity.picture(run).caption


def test_shares_that_add_up_to_more_than_all_stay_inside_the_bar(told):
    given = [SensitivityRow("propellant_burned_t", name, 0.6, 0.5, 0.7) for name in ("one", "two")]
    assert np.isclose(sum(row.share for row in given), 1.2)
    assert report_sensitivity.picture(told(given)).png is not None
