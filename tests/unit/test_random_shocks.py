"""Shocks without a date strike as often, and for as long, as the document says."""

from typing import Any

import numpy as np
import pytest

from stationkeeper.lifetime.random_shocks import (
    Struck,
    draw_shocks,
    halted,
    launch_delay,
    module_late,
    sanctioned,
)
from stationkeeper.programme.crewing import Shock
from stationkeeper.programme.deciding import Random
from stationkeeper.programme.read import read_programme
from stationkeeper.units import days_since_2000

BASE = read_programme("iss")
MANY = np.arange(4_000)


def programme_with(
    random: dict[str, dict[str, Any]], shock: dict[str, dict[str, Any]] | None = None
):
    return BASE.model_copy(
        update={
            "random": {key: Random.model_validate(one) for key, one in random.items()},
            "shock": {key: Shock.model_validate(one) for key, one in (shock or {}).items()},
        }
    )


def grounding(per_year: float = 0.5, lasts: tuple[float, float] = (30.0, 90.0)) -> dict[str, Any]:
    return {
        "kind": "grounded",
        "launchers": ("falcon-9",),
        "per_year": per_year,
        "lasts_days": lasts,
    }


def struck(kind: str, starts: list[list[float]], lasts: list[list[float]], **more: Any) -> Struck:
    shock = Random.model_validate({"kind": kind, "per_year": 1.0, **more})
    return Struck(shock, np.array(starts), np.array(lasts))


def test_counts_and_durations_follow_their_distributions() -> None:
    years = 10.0
    shocks = draw_shocks(programme_with({"a": grounding()}), 100.0, years * 365.25, 1, MANY)
    counts = np.isfinite(shocks["a"].starts).sum(axis=1)
    assert counts.mean() == pytest.approx(5.0, abs=3 * np.sqrt(5.0 / MANY.size))
    assert counts.var() == pytest.approx(5.0, rel=0.1)
    lasts = shocks["a"].lasts[np.isfinite(shocks["a"].lasts)]
    assert lasts.mean() == pytest.approx(60.0, abs=3 * 60 / np.sqrt(12 * lasts.size))
    assert lasts.min() >= 30.0
    assert lasts.max() < 90.0
    starts = shocks["a"].starts
    assert np.nanmin(starts) >= 100.0
    assert np.nanmax(starts) < 100.0 + years * 365.25
    assert np.array_equal(np.isnan(starts), np.isnan(shocks["a"].lasts))


def test_a_replica_is_dealt_the_same_alone_and_in_a_longer_span() -> None:
    programme = programme_with({"a": grounding(2.0), "b": grounding(2.0)})
    every = draw_shocks(programme, 0.0, 4_000.0, 7, np.arange(50))
    alone = draw_shocks(programme, 0.0, 2_000.0, 7, np.array([17]))
    count = alone["a"].starts.shape[1]
    assert np.array_equal(every["a"].starts[17, :count], alone["a"].starts[0])
    assert np.array_equal(every["a"].lasts[17, :count], alone["a"].lasts[0])
    assert not np.array_equal(every["a"].starts[:, 0], every["b"].starts[:, 0])


def test_losses_by_flight_are_not_drawn_here_and_no_rate_strikes_nobody() -> None:
    lost = {"kind": "flight-lost", "ships": ("progress-ms",), "chance_per_flight": 0.1}
    shocks = draw_shocks(
        programme_with({"lost": lost, "never": grounding(0.0)}), 0.0, 900.0, 1, MANY
    )
    assert list(shocks) == ["never"]
    assert shocks["never"].starts.shape == (MANY.size, 0)


def test_a_launch_waits_for_its_launcher_and_its_site() -> None:
    shocks = {
        "rocket": struck(
            "grounded",
            [[100.0, np.nan], [100.0, 125.0]],
            [[20.0, np.nan], [30.0, 10.0]],
            launchers=("angara-a5m",),
        ),
        "pad": struck("pad-closed", [[119.0], [500.0]], [[11.0], [5.0]], site="vostochny"),
    }
    wanted = np.array([110.0, 110.0])
    both = launch_delay(BASE, shocks, "angara-a5m", "vostochny", wanted)
    # The first replica meets the closed pad on the day on which its launcher is free again.
    assert both.tolist() == [130.0, 135.0]
    assert launch_delay(BASE, shocks, "angara-a5m", "baikonur", wanted).tolist() == [120.0, 135.0]
    assert launch_delay(BASE, shocks, "soyuz-2", None, wanted).tolist() == [110.0, 110.0]
    assert launch_delay(BASE, shocks, "soyuz-2", "vostochny", 120.0).tolist() == [130.0, 120.0]
    assert np.isnan(launch_delay(BASE, shocks, "angara-a5m", None, np.array([np.nan, 0.0]))[0])


def test_a_pad_closed_for_some_ships_keeps_no_other() -> None:
    shocks = {
        "pad": struck("pad-closed", [[0.0]], [[50.0]], site="baikonur", ships=("soyuz-ms",)),
        "ship": struck("grounded", [[0.0]], [[60.0]], ships=("soyuz-ms",)),
    }
    assert launch_delay(BASE, shocks, "proton", "baikonur", 10.0).tolist() == 10.0
    crewed = launch_delay(BASE, shocks, "soyuz-2", "baikonur", 10.0, ship="soyuz-ms")
    assert crewed.tolist() == [60.0]


def test_a_dated_grounding_keeps_a_launch_to_the_day_after_it() -> None:
    dated = {
        "kind": "grounded", "launchers": ("angara-a5m",), "station": "iss",
        "date": "2028-01-01", "until": "2028-06-30",
    }  # fmt: skip
    programme = programme_with({}, {"dated": dated})
    wanted = float(days_since_2000(programme.shock["dated"].date))
    found = launch_delay(programme, {}, "angara-a5m", None, wanted + 10.0)
    assert float(found) == wanted + 182.0
    endless = programme_with({}, {"dated": {**dated, "until": None}})
    assert np.isinf(launch_delay(endless, {}, "angara-a5m", None, wanted + 10.0))


def test_a_module_is_later_by_each_strike_before_its_launch() -> None:
    shocks = {
        "late": struck(
            "module-late", [[100.0, 250.0], [100.0, 350.0], [300.0, np.nan]],
            [[90.0, 40.0], [90.0, 40.0], [90.0, np.nan]], modules=("nem",),
        )
    }  # fmt: skip
    # The second strike of the first replica falls into the delay of the first.
    assert module_late(shocks, "nem", np.full(3, 200.0)).tolist() == [130.0, 90.0, 0.0]
    assert module_late(shocks, "node", np.full(3, 200.0)).tolist() == [0.0, 0.0, 0.0]


def test_strikes_of_two_shocks_on_a_module_count_in_order() -> None:
    shocks = {
        "second": struck("module-late", [[250.0]], [[40.0]], modules=("nem",)),
        "first": struck("module-late", [[100.0]], [[90.0]], modules=("nem",)),
    }
    assert module_late(shocks, "nem", 200.0).tolist() == [130.0]


def test_cooperation_is_halted_from_its_begin_to_its_end() -> None:
    shocks = {
        "a": struck("cooperation-halted", [[10.0], [40.0]], [[20.0], [5.0]], partners=("nasa",)),
        "b": struck("sanction", [[20.0], [20.0]], [[5.0], [5.0]], partners=("nasa",)),
    }
    assert halted(shocks, "nasa", np.array([10.0, 10.0])).tolist() == [True, False]
    assert halted(shocks, "nasa", np.array([30.0, 44.9])).tolist() == [False, True]
    assert halted(shocks, "nasa", 41.0).tolist() == [False, True]
    assert halted(shocks, "esa", 41.0).tolist() is False
    assert sanctioned(shocks, "nasa", 21.0).tolist() == [True, True]
    assert sanctioned(shocks, "nasa", 41.0).tolist() == [False, False]
