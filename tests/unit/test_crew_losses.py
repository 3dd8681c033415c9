"""Recorded events of crewed ships, their exposure, and the intervals between."""

from datetime import date

import numpy as np
import pytest
from scipy import integrate

from stationkeeper.crew.losses import (
    EARLY,
    LOST,
    NOT_ARRIVED,
    counts,
    docked_stays,
    events,
    jeffreys,
    jeffreys_rate,
    shipped_records,
)
from stationkeeper.errors import InputError
from stationkeeper.programme.hardware import Ship
from stationkeeper.programme.read import read_programme


def test_every_event_has_a_day_a_source_and_a_confidence() -> None:
    listed = events()
    assert [event.date for event in listed] == sorted(event.date for event in listed)
    for event in listed:
        assert event.source
        assert event.what
        assert event.confidence in ("A", "B", "C")
        assert event.confidence != "C" or "memory" in event.source


def test_what_is_not_counted_says_why_and_what_is_counted_has_a_kind_of_a_rate() -> None:
    for event in events():
        if event.counted:
            assert event.kind in (*LOST, *EARLY, *NOT_ARRIVED)
        else:
            assert event.note


def test_counted_events_name_a_ship_class_and_station_of_a_shipped_programme() -> None:
    programmes = shipped_records()
    ships: dict[str, Ship] = {}
    for programme in programmes:
        ships |= programme.ship
    stations = {station for programme in programmes for station in programme.station}
    for event in events():
        if event.counted:
            assert event.ship in ships
            assert event.station in stations


def test_events_of_docked_ships_are_on_days_on_which_the_ship_was_docked() -> None:
    flights = {
        (flight.station, flight.title): flight
        for programme in shipped_records()
        for flight in programme.flight.values()
    }
    for event in events():
        if event.counted and event.kind in (*LOST, *EARLY):
            flight = flights[event.station, event.flight]
            assert flight.ship == event.ship
            assert flight.undocked is not None
            assert flight.docked < event.date <= flight.undocked


def test_event_words_are_neutral() -> None:
    words = " ".join(f"{event.what} {event.note}" for event in events()).lower()
    for word in ("fail", "fault", "serious", "dramatic", "blame", "error", "mistake", "disaster"):
        assert word not in words


def test_sum_of_classes_is_the_row_of_all() -> None:
    *classes, total = counts()
    assert total.ship == "all"
    for field in ("stays", "docked_days", "lost", "early", "not_arrived"):
        assert sum(getattr(count, field) for count in classes) == getattr(total, field)


def test_counted_events_all_enter_the_rates() -> None:
    total = counts()[-1]
    counted = [event for event in events() if event.counted]
    assert total.gone == sum(event.kind in (*LOST, *EARLY) for event in counted)
    assert total.not_arrived == sum(event.kind in NOT_ARRIVED for event in counted)


def test_days_end_with_the_day_asked_and_with_the_loss() -> None:
    iss = read_programme("iss")
    stays = {title: days for title, _, days in docked_stays(iss, date(2026, 10, 2))}
    assert stays["Soyuz MS-22"] == (date(2022, 12, 15) - date(2022, 9, 21)).days
    assert stays["Crew-5"] == (date(2023, 3, 12) - date(2022, 10, 6)).days
    assert "OFT-2" not in stays  # nobody came or left by it
    assert not any(title.startswith("Progress") for title in stays)
    early = {title: days for title, _, days in docked_stays(iss, date(2022, 10, 16))}
    assert early["Crew-5"] == 10
    assert "Soyuz MS-23" not in early


def test_what_was_known_earlier_holds_fewer_events_and_days() -> None:
    before = counts(until=date(2022, 12, 14))[-1]
    after = counts(until=date(2022, 12, 15))[-1]
    assert (before.lost, after.lost) == (0, 1)
    assert before.docked_days < after.docked_days <= before.docked_days + 4


def test_events_of_stations_without_exposure_do_not_count() -> None:
    only = counts([read_programme("tiangong")])[-1]
    assert (only.lost, only.early, only.not_arrived) == (1, 0, 0)


@pytest.mark.parametrize(("count", "trials"), [(0, 10), (1, 17), (5, 191), (10, 10)])
def test_jeffreys_ends_hold_the_level_of_the_posterior(count: int, trials: int) -> None:
    # The density integrated numerically is the oracle for the quantiles.
    low, middle, high = jeffreys(count, trials, 0.9)

    def density(angle: float) -> float:
        # The chance is sin^2, which takes the poles of the prior away.
        return float(np.sin(angle) ** (2 * count) * np.cos(angle) ** (2 * (trials - count)))

    whole = integrate.quad(density, 0, np.pi / 2, epsabs=0)[0]

    def below(chance: float) -> float:
        return float(integrate.quad(density, 0, np.arcsin(np.sqrt(chance)), epsabs=0)[0]) / whole

    assert below(middle) == pytest.approx(0.5, abs=1e-6)
    assert low == 0.0 if count == 0 else below(low) == pytest.approx(0.05, abs=1e-6)
    assert high == 1.0 if count == trials else below(high) == pytest.approx(0.95, abs=1e-6)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_jeffreys_rate_holds_the_level_and_scales_with_the_days(count: int) -> None:
    low, middle, high = jeffreys_rate(count, 1000.0, 0.9)
    whole = integrate.quad(lambda root: root ** (2 * count) * np.exp(-(root**2)), 0, 20)[0]

    def below(rate: float) -> float:
        end = np.sqrt(rate * 1000.0)
        part = integrate.quad(lambda root: root ** (2 * count) * np.exp(-(root**2)), 0, end)[0]
        return float(part / whole)

    assert below(middle) == pytest.approx(0.5, abs=1e-6)
    assert low == 0.0 if count == 0 else below(low) == pytest.approx(0.05, abs=1e-6)
    assert below(high) == pytest.approx(0.95, abs=1e-6)
    np.testing.assert_allclose(jeffreys_rate(count, 4000.0, 0.9), np.array([low, middle, high]) / 4)


@pytest.mark.parametrize(("count", "trials"), [(-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_refused(count: int, trials: int) -> None:
    with pytest.raises(InputError, match="expected 0 <= events <= trials"):
        jeffreys(count, trials)
    with pytest.raises(InputError, match="days > 0"):
        jeffreys_rate(-1, 10.0)
    with pytest.raises(InputError, match="days > 0"):
        jeffreys_rate(1, 0.0)
