"""The shipped programmes: they read without a fault, and add up to what was published."""

import csv
from collections import Counter
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import pytest

from stationkeeper.programme.check import check_source
from stationkeeper.programme.composition import all_crews, all_flights, station_intervals
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reading import override_names, shipped_names
from stationkeeper.programme.reference import reference_table
from stationkeeper.units import days_since_2000

SHIPPED = ["haven-1", "iss", "iss-to-ros", "mir", "salyut-7", "skylab", "tiangong"]
OVERRIDES = ["said-2021", "said-2022", "plan-2022-polar", "plan-2024-polar", "plan-2025"]
CASES = [(name, "") for name in SHIPPED] + [("iss-to-ros", name) for name in OVERRIDES]
TABLES = sorted(
    entry.name.removesuffix(".csv")
    for entry in (files("stationkeeper.programme") / "tables").iterdir()
    if entry.name.endswith(".csv")
)
KEPT_ABOARD_KG = 4_500  # propellant of Zvezda, Zarya and Progress; 3,640-4,490 kg in 2002-2003


@cache
def programme(name: str, override: str = "") -> Programme:
    return read_programme(name, overrides=(override,) if override else ())


def aboard(name: str, station: str, day: date, override: str = "") -> tuple[str, ...]:
    number = days_since_2000(day)
    for interval in station_intervals(programme(name, override))[station]:
        if interval.first <= number < interval.last:
            return interval.modules
    return ()


def total(name: str, station: str, day: date, key: str, override: str = "") -> float:
    document = programme(name, override)
    modules = aboard(name, station, day, override)
    return sum(getattr(document.module[module], key) for module in modules)


def docked(name: str, station: str, day: date) -> list[tuple[float, float]]:
    """Mass and area of the ships docked on a day."""
    document = programme(name)
    found = []
    for flight in all_flights(document).values():
        left = flight.undocked
        if flight.station == station and flight.docked <= day and (left is None or day < left):
            ship = document.ship[flight.ship]
            found.append((flight.mass_kg or ship.mass_kg, ship.exposed_area_m2))
    return found


def test_the_names_are_these() -> None:
    assert sorted(shipped_names()) == SHIPPED
    assert override_names("iss-to-ros") == OVERRIDES


@pytest.mark.parametrize(("name", "override"), CASES)
def test_reads_and_checks_without_errors(name: str, override: str) -> None:
    checked = check_source(name, overrides=(override,) if override else ())
    assert [str(problem) for problem in checked.problems if problem.severity == "error"] == []
    assert checked.programme is not None
    assert checked.estimates
    stations = station_intervals(checked.programme)
    assert all(stations.values()), "a station without a day"


@pytest.mark.parametrize(
    ("override", "known"),
    [
        ("said-2021", date(2021, 7, 1)),
        ("said-2022", date(2022, 8, 1)),
        ("plan-2022-polar", date(2022, 9, 1)),
        ("plan-2024-polar", date(2024, 7, 10)),
        ("plan-2025", date(2026, 1, 10)),
    ],
)
def test_an_override_can_be_flown_as_known_when_it_was_said(override: str, known: date) -> None:
    checked = check_source("iss-to-ros", overrides=(override,), as_known=known)
    assert checked.programme is not None
    assert station_intervals(checked.programme)["ros"]


def test_the_lowering_of_the_iss_is_not_known_before_it_was_said() -> None:
    before = check_source("iss", as_known=date(2024, 7, 2)).programme
    after = check_source("iss", as_known=date(2025, 6, 1)).programme
    assert before is not None
    assert after is not None
    assert sorted(before.station["iss"].reboost) == ["as-flown", "band"]
    assert before.station["iss"].reboost["band"].until is None  # kept to the end
    assert sorted(after.station["iss"].reboost) == ["as-flown", "band", "descent"]


def test_iss_weighs_what_was_published_for_22_march_2016() -> None:
    """410,096 kg is the sum to which our stores were set; a ship too many or few shows."""
    day = date(2016, 3, 22)
    ships = docked("iss", "iss", day)
    mass = total("iss", "iss", day, "mass_kg") + sum(m for m, _ in ships) + KEPT_ABOARD_KG
    assert len(ships) == 4
    assert mass == pytest.approx(410_096, abs=1_000)


def test_iss_weighs_about_the_published_mass_of_2011_to_2017() -> None:
    """419,455 kg; blind, by the mean of the years, within 3 %."""
    days = [date(2012, 1, 15) + timedelta(days=30 * step) for step in range(60)]
    masses = [
        total("iss", "iss", day, "mass_kg")
        + sum(m for m, _ in docked("iss", "iss", day))
        + KEPT_ABOARD_KG
        for day in days
    ]
    assert sum(masses) / len(masses) == pytest.approx(419_455, rel=0.03)


def test_iss_drag_area_lies_between_the_published_ones_of_early_2016() -> None:
    """850-1,400 m2 by attitude with a drag coefficient of 2.0; ours goes with 2.2."""
    day = date(2016, 3, 22)
    area = total("iss", "iss", day, "exposed_area_m2") + sum(
        a for _, a in docked("iss", "iss", day)
    )
    assert 850 < area * 2.2 / 2.0 < 1_400


def test_iss_volume_is_near_the_published_one() -> None:
    """About 1,005 m3 with ships; ours without them, within 10 %."""
    volume = total("iss", "iss", date(2023, 1, 1), "pressurised_volume_m3")
    assert volume == pytest.approx(1_005, rel=0.10)


@pytest.mark.parametrize(
    ("name", "station", "day", "key", "published", "tolerance"),
    [
        ("mir", "mir", date(2000, 1, 1), "mass_kg", 129_700, 500),
        ("skylab", "skylab", date(1974, 1, 1), "mass_kg", 76_500, 500),
        ("skylab", "skylab", date(1974, 1, 1), "pressurised_volume_m3", 351.6, 1),
        ("tiangong", "tiangong", date(2023, 1, 1), "mass_kg", 69_000, 1_000),
        ("tiangong", "tiangong", date(2023, 1, 1), "pressurised_volume_m3", 340, 1),
        ("salyut-7", "salyut-7", date(1987, 1, 1), "mass_kg", 39_500, 2_000),
        ("haven-1", "haven-1", date(2028, 1, 1), "pressurised_volume_m3", 80, 0.1),
    ],
)
def test_others_add_up_to_the_published_whole(
    name: str, station: str, day: date, key: str, published: float, tolerance: float
) -> None:
    assert total(name, station, day, key) == pytest.approx(published, abs=tolerance)


@pytest.mark.parametrize(
    ("day", "mass", "volume"),
    [(date(2031, 6, 1), (60_000, 65_000), 310), (date(2035, 1, 1), (121_500, 122_500), 505)],
)
def test_polar_plan_of_2022_adds_up_to_the_published_totals(
    day: date, mass: tuple[float, float], volume: float
) -> None:
    """Somewhat over 60 t and 310 m3, then 122 t and 505 m3."""
    lowest, highest = mass
    assert lowest < total("iss-to-ros", "ros", day, "mass_kg", "plan-2022-polar") < highest
    assert total("iss-to-ros", "ros", day, "pressurised_volume_m3", "plan-2022-polar") == volume


def test_ros_begins_as_part_of_the_iss_and_takes_its_modules_along() -> None:
    before, after = date(2030, 6, 30), date(2030, 7, 1)
    moved = {"nauka", "prichal", "nem", "uum", "shm"}
    assert moved <= set(aboard("iss-to-ros", "iss", before))
    assert not aboard("iss-to-ros", "ros", before)
    assert set(aboard("iss-to-ros", "ros", after)) == moved
    assert not moved & set(aboard("iss-to-ros", "iss", after))
    first = station_intervals(programme("iss-to-ros"))["ros"][0]
    assert first.orbit_from == "iss"


@pytest.mark.parametrize("override", ["said-2021", "said-2022"])
def test_after_russia_leaves_no_russian_ship_comes_to_the_iss(override: str) -> None:
    document = programme("iss-to-ros", override)
    late = [
        key
        for key, flight in all_flights(document).items()
        if flight.station == "iss"
        and document.ship[flight.ship].partner == "roscosmos"
        and flight.docked >= date(2025, 1, 1)
    ]
    assert late == []


@pytest.mark.parametrize(
    "override", ["said-2021", "said-2022", "plan-2022-polar", "plan-2024-polar"]
)
def test_polar_stations_start_on_their_own(override: str) -> None:
    document = programme("iss-to-ros", override)
    assert document.station["ros"].orbit.inclination_deg == 96.8
    assert station_intervals(document)["ros"][0].orbit_from is None
    assert {
        document.module[key].site for key in aboard("iss-to-ros", "ros", date(2035, 1, 1), override)
    } == {"vostochny"}


def test_the_iss_is_never_without_a_russian_and_an_american() -> None:
    """From the landing of the first long crew's ship to 2 October 2026; at most 13 at once."""
    first, last = date(2000, 11, 2), date(2026, 10, 2)
    people = [Counter[str]() for _ in range((last - first).days + 1)]
    for crew in all_crews(programme("iss")).values():
        assert crew.landed is not None
        for step in range((crew.landed - crew.launched).days):
            day = crew.launched + timedelta(days=step)
            if first <= day <= last:
                people[(day - first).days].update(crew.seats)
    assert all(day["RUS"] >= 1 and day["USA"] >= 1 for day in people)
    counts = [sum(day.values()) for day in people]
    assert min(counts) == 2
    assert max(counts) == 13


@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_a_table_has_source_and_confidence(table: str) -> None:
    rows = reference_table(table)
    assert rows
    for row in rows:
        assert row["source"].strip(), row
        assert row["confidence"] in ("A", "A/B", "A+B", "B", "C"), row


def test_the_altitude_record_is_in_order_and_plausible() -> None:
    rows = reference_table("iss-altitude")
    days = [date.fromisoformat(row["date"]) for row in rows]
    assert days == sorted(set(days))
    assert all(255 < float(row["altitude_km"]) < 425 for row in rows)
    assert {row["kind"] for row in rows} == {"sample", "reported", "yearly-mean", "memory"}


def test_every_estimate_of_the_library_says_which_key_it_means() -> None:
    for name in SHIPPED:
        warned = [
            str(problem)
            for problem in check_source(name).problems
            if problem.key.endswith("estimates")
        ]
        assert warned == []


def test_tables_are_plain_comma_separated_text() -> None:
    folder = files("stationkeeper.programme") / "tables"
    for table in TABLES:
        text = (folder / f"{table}.csv").read_text(encoding="utf-8")
        widths = {len(row) for row in csv.reader(text.splitlines())}
        assert len(widths) == 1, table
