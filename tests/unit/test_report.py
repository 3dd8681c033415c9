"""Figures, facts and words of the report, on invented results."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from statistics import median_low

import matplotlib.image
import numpy as np
import pytest

from stationkeeper.report import altitude, assembly, descent, dose, look, propellant
from stationkeeper.report.evidence import Evidence, evidence_markup, rows_for
from stationkeeper.report.facts import dose_facts, station_facts, stay_days
from stationkeeper.report.limits import nearest
from stationkeeper.report.markup import escaped, table, tag
from stationkeeper.report.numbers import Band, number, whole
from stationkeeper.report.page import pictures
from stationkeeper.report.people import packed, person_days
from stationkeeper.report.picture import Picture
from stationkeeper.report.source import Ends, Run, Stay, read_run
from stationkeeper.report.words import answer
from stationkeeper.validation.rows import Row
from tests.report_folder import build_folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read_run(build_folder(tmp_path_factory.mktemp("run"), stays=24))


@pytest.fixture(scope="module")
def drawn(run: Run) -> list[Picture]:
    return pictures(run)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(matplotlib.image.imread(BytesIO(png)))


def test_every_figure_is_drawn_with_title_caption_and_description(drawn: list[Picture]) -> None:
    assert [one.key for one in drawn] == [
        "altitude",
        "propellant",
        "people",
        "assembly",
        "dose",
        "dose-rate",
        "days-to-200-km",
    ]
    for one in drawn:
        assert one.png is not None
        assert one.title
        assert one.caption
        assert one.alt
        shades = pixels(one.png)
        assert shades.shape[1] == look.WIDTH * look.DOTS
        assert np.ptp(shades[..., :3]) > 0.5, "blank"
        inked = (shades[..., :3].min(axis=2) < 0.9).mean()
        assert 0.01 < inked < 0.9


def test_drawing_leaves_the_settings_of_matplotlib_alone(run: Run) -> None:
    before = dict(matplotlib.rcParams)
    assert descent.picture(run).png
    assert dict(matplotlib.rcParams) == before


def test_the_altitude_band_is_in_the_colour_of_its_station(run: Run, drawn: list[Picture]) -> None:
    images = {one.key: one.png for one in drawn}
    for key in ("altitude", "assembly"):
        shades = (pixels(images[key] or b"")[..., :3] * 255).round().astype(int)
        for colour in look.station_colours(run.stations).values():
            wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
            assert (np.abs(shades - wanted).max(axis=2) <= 3).sum() > 200


@pytest.mark.parametrize(
    ("first", "last", "stations", "stays"),
    [
        ("2026-05-01", "2026-05-31", ("haven-1",), 1),
        ("2026-05-01", "2026-05-31", ("haven-1",), 0),
        ("1998-11-20", "2040-12-31", ("iss", "ros"), 170),
        ("2020-01-01", "2030-12-31", tuple("abcdefgh"), 30),
    ],
)
def test_small_and_large_programmes_are_drawn(
    tmp_path: Path, first: str, last: str, stations: tuple[str, ...], stays: int
) -> None:
    titles = tuple(f"Station {key}" for key in stations)
    folder = build_folder(
        tmp_path / "run", first=first, last=last, stations=stations, titles=titles, stays=stays
    )
    run = read_run(folder)
    without = {one.key for one in pictures(run) if one.png is None}
    assert without == (set() if stays else {"people", "dose"})
    assert answer(run)


@pytest.mark.parametrize(
    ("missing", "draw"),
    [
        (("altitude_km",), altitude.picture),
        (("propellant_used_by_year_kg", "propellant_aboard_kg", "reboosts"), propellant.picture),
        (("mass_kg", "module_present"), assembly.picture),
        (("stay_dose_msv",), dose.picture),
        (("dose_rate_mgy_d", "dose_rate_msv_d"), dose.rate_picture),
        (("days_to_200_km",), descent.picture),
    ],
)
def test_a_figure_without_results_says_so(
    run: Run, missing: tuple[str, ...], draw: Callable[[Run], Picture]
) -> None:
    less = replace(run, results=run.results.drop_vars(list(missing)))
    assert draw(less).png is None
    assert "results" in draw(less).caption
    assert len(answer(less)) >= 3


def test_a_figure_is_drawn_from_what_there_is(run: Run) -> None:
    for names in (("propellant_aboard_kg", "avoidance"), ("propellant_used_by_year_kg",)):
        assert propellant.picture(replace(run, results=run.results.drop_vars(list(names)))).png
    for name in ("mass_kg", "module_present"):
        assert assembly.picture(replace(run, results=run.results.drop_vars(name))).png
    assert dose.rate_picture(replace(run, results=run.results.drop_vars("dose_rate_mgy_d"))).png


def test_the_words_hold_the_numbers_of_the_results(run: Run) -> None:
    said = " ".join(answer(run)).replace("\xa0", " ")
    for facts in station_facts(run):
        low, middle, high = run.quantiles("altitude_km", facts.key)
        at = np.flatnonzero(middle == facts.altitude_km.middle)[0]
        assert f"{middle[at]:.0f} km ({low[at]:.0f}–{high[at]:.0f} km)" in said
        assert middle[at] == median_low(middle[np.isfinite(middle)].tolist())
        whole_years = [tonnes for _, tonnes in facts.propellant_years]
        assert facts.propellant_t.middle == median_low(whole_years)
        assert f"{facts.propellant_t.middle:.2f} t (" in said
    days = person_days(run)
    total = sum(days.values())
    assert f"{whole(total)} person-days" in said
    largest = max(run.stays, key=lambda stay: stay.dose.middle)
    assert f"{largest.ship_up} with" in said
    assert f"{number(largest.dose.middle)} mSv" in said
    assert "quiet time" in said


def test_person_days_are_people_times_days_of_their_months(run: Run) -> None:
    people = run.results["people"].fillna(0.0)
    days = people["month"].dt.days_in_month
    wanted = float((people.sel(nation="USA").sum("station") * days).sum())
    assert person_days(run)["USA"] == pytest.approx(wanted)


def test_a_station_that_leaves_is_said_to_end_on_its_days(run: Run) -> None:
    iss, ros = station_facts(run)
    month = run.months[np.flatnonzero(run.series("alive", "iss") == 1.0)[-1]]
    # 20 replicas come down on 20 days: one is down on the first, half on the tenth.
    assert iss.ends == (month + 1, month + 10, month + 19)
    assert iss.share_flying == 0
    assert not iss.still_flies
    assert ros.still_flies
    said = answer(run)
    assert f"to {month + 10} (90 % of the replicas: {month + 1} to {month + 19})" in said[0]
    assert "then controlled descent" in said[0]
    assert f"to the end of the span, {run.last}, in 100 %" in said[1]


def test_some_replicas_may_fly_on(run: Run) -> None:
    day = np.datetime64("2040-06-01")
    never = np.datetime64("NaT", "D")
    few = Ends(np.array([never] * 18 + [day] * 2), {"uncontrolled entry": 2})
    many = Ends(np.array([never] * 2 + [day] * 18), {"uncontrolled entry": 18})
    said = answer(replace(run, ends={"iss": few, "ros": many}))
    assert "in 90.0 % of the replicas; 5 % are down by 2040-06-01" in said[0]
    assert "2040-06-01 (90 % of the replicas: 2040-06-01 to after the span)" in said[1]


def test_without_events_the_band_of_an_end_comes_from_the_months(run: Run) -> None:
    alive = np.where(np.isfinite(run.results["alive"]), 1.0, np.nan)
    alive[0, 100:110], alive[0, 110:120], alive[0, 120:130], alive[0, 130:] = 0.9, 0.4, 0.03, 0.0
    results = run.results.assign(alive=(("station", "month"), alive))
    facts = station_facts(replace(run, results=results, ends={}))[0]
    assert facts.ends == tuple(run.months[[99, 109, 119]])


def test_a_long_descent_has_a_panel_of_its_own(run: Run) -> None:
    short = look_height(altitude.picture(run))
    values = run.results["altitude_km"].copy()
    values[{"station": 0, "month": slice(90, 120)}] -= np.linspace(20, 200, 30)[:, None]
    long = replace(run, results=run.results.assign(altitude_km=values))
    assert look_height(altitude.picture(long)) > short + 100


def look_height(picture: Picture) -> int:
    return int(pixels(picture.png or b"").shape[0])


def test_years_of_policy_are_shaded_only_beside_years_of_record(run: Run) -> None:
    basis = tuple(("iss", year, "policy", "policy", "policy") for year in range(2021, 2041))
    assert altitude.shaded_years(replace(run, basis=basis), "iss") == []
    mixed = replace(run, basis=(("iss", 2021, "record", "record", "record"), *basis[1:]))
    # The station is gone after 2030: what is said of later years is not said of it.
    assert altitude.shaded_years(mixed, "iss") == list(range(2022, 2031))
    assert "Grey ground" in altitude.picture(mixed).caption
    assert "2022–2030" in answer(mixed)[-1]


def test_the_largest_dose_and_the_middle_one_are_picked(run: Run) -> None:
    facts = dose_facts(run)
    assert facts is not None
    middles = sorted(stay.dose.middle for stay in run.stays)
    assert facts.largest.dose.middle == middles[-1]
    assert facts.middle.middle == middles[len(middles) // 2]
    assert facts.count == 24


def test_a_long_stay_is_held_against_a_limit_by_its_mean_rate(run: Run) -> None:
    band = Band(180.0, 200.0, 220.0)
    days = np.datetime64("2023-01-01"), np.datetime64("2024-12-31")
    stay = Stay("long", "iss", "Long", *days, True, {"RUS": 1}, band, band)
    alone = read_run(run.folder)
    alone.__dict__["stays"] = (stay,)
    held = nearest(alone, "in force")
    assert held is not None
    # 200 mSv in 730 days: 100 mSv in a year of 500, but 200 of the 1,000 of a career.
    assert (held.limit.period, held.share) == ("career", pytest.approx(0.2))
    assert held.high_share == pytest.approx(0.22)
    contested = nearest(alone, "contested")
    assert contested is not None
    assert contested.share == pytest.approx(100 / 300)


def test_only_the_days_of_a_stay_inside_the_span_count(run: Run) -> None:
    band = Band(1.0, 1.0, 1.0)
    first, last = np.datetime64(run.first), np.datetime64(run.last)
    begun = Stay("a", "iss", "A", first - 100, first + 50, True, {"RUS": 1}, band, band)
    open_end = replace(begun, launched=last - 30, landed=np.datetime64("NaT"))
    assert stay_days(run, begun) == 50
    assert stay_days(run, open_end) == 30
    assert stay_days(run, replace(begun, launched=first, landed=first + 7)) == 7


def test_bars_of_one_station_never_share_a_row() -> None:
    draw = np.random.default_rng(7)
    band = Band(1.0, 1.0, 1.0)
    stays = []
    for i in range(60):
        start = np.datetime64("2021-01-01") + int(draw.integers(0, 1500))
        end = start + int(draw.integers(1, 400))
        seats = {"RUS": int(draw.integers(1, 4)), "USA": int(draw.integers(1, 4))}
        stays.append(Stay(f"crew-{i}", "iss", "", start, end, True, seats, band, band))
    bars = packed(stays, np.datetime64("2026-01-01"))
    assert len(bars) == 60
    for i, one in enumerate(bars):
        assert one.rows == sum(one.stay.seats.values())
        for two in bars[i + 1 :]:
            apart = one.end <= two.start or two.end <= one.start
            rows = range(max(one.row, two.row), min(one.row + one.rows, two.row + two.rows))
            assert apart or not rows


def test_rows_bear_on_the_figures_they_are_about() -> None:
    def row(name: str, unit: str, topic: str = "orbit") -> Row:
        return Row(topic, name, 1.0, 1.0, unit, 0.1, "measured", "made up")

    rows = [
        row("ISS altitude lost 2024-11-10 to 2024-11-13", "km"),
        row("ISS reboost propellant, mean of 2023-2025", "t/a"),
        row("Skylab re-entry inside the 90 % band", "d"),
        row("ISS 2019-12 GCR", "mGy/d", "dose"),
        row("STS-91 effective dose", "mSv", "dose"),
    ]
    figures = ("altitude", "propellant", "days-to-200-km", "dose-rate", "dose")
    for figure, one in zip(figures, rows, strict=True):
        assert rows_for(figure, rows) == (one,)
    assert rows_for("people", rows) == ()


def test_a_row_that_misses_is_seen_without_opening_anything() -> None:
    good = Row("dose", "kept", 1.0, 1.0, "mGy/d", 0.1, "measured", "made up")
    bad = replace(good, name="missed", ours=2.0, note="secondaries are left out")
    fitted = replace(bad, name="fitted", calibration=True)
    page = evidence_markup("dose-rate", Evidence((good, fitted, bad)))
    assert rows_for("dose-rate", (good, fitted, bad)) == (bad, good, fitted)
    open_part = page.split("<details>")[0]
    assert "within tolerance are 1 of 2 measured." in open_part
    assert "missed" in open_part
    assert "secondaries are left out" in open_part
    assert "fitted" not in open_part
    assert 'class="misses"' in page


def test_text_is_escaped_and_markup_is_not() -> None:
    inner = tag("em", "<&>")
    assert tag("p", inner, " & ", 3) == "<p><em>&lt;&amp;&gt;</em> &amp; 3</p>"
    assert '"' not in escaped('"quoted"')
    assert escaped("a\x00b\x1b[31m\u202ec") == "a\ufffdb\ufffd[31m\ufffdc"
    assert "<b>" not in table(("<b>",), [("<b>",)], caption="<b>")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (float("nan"), "not known"), (999.9, "1 000"), (-3.14159, "-3.14"), (1e6, "")],
)
def test_numbers_are_written_with_three_figures(value: float, text: str) -> None:
    assert number(value).replace("\u202f", " ") == (text or "1 000 000")


def test_labels_are_moved_apart_and_stay_inside() -> None:
    placed = look.spread([0.9, 0.95, 0.97, 0.1], 0.1, 0.0, 1.0)
    assert np.diff(sorted(placed)).min() >= 0.1 - 1e-6
    assert max(placed) <= 1.0
