"""Recorders of stations and satellites are emptied over the ground and over relays."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.lifetime.serving.data import HOURS, at_site, served
from stationkeeper.lifetime.serving.messages import message_waits
from stationkeeper.lifetime.serving.recorders import emptied, hearers_of, turns
from stationkeeper.lifetime.serving.scene import WITHOUT, Scene, scene_of
from stationkeeper.programme.document import Programme
from stationkeeper.programme.services import MEASURES
from stationkeeper.services.latency import wait_of_share
from tests.programmes import check_changed

FACT = {"source": "a test", "confidence": "C"}
X_BAND = {"frequency_ghz": [8.0, 8.4], "gain_over_temperature_dbk": 31.0, "antenna_m": 7.0}
LINK = {"frequency_ghz": 8.2, "eirp_dbw": 18.0, "bandwidth_mhz": 150.0, "coding": "ccsds"}


def ground(latitude: float, longitude: float, **more: Any) -> dict[str, Any]:
    return (
        FACT
        | {
            "title": "a centre",
            "networks": ["centres"],
            "latitude_deg": latitude,
            "longitude_deg": longitude,
            "receiver": {"x": X_BAND},
        }
        | more
    )


def recorder(**more: Any) -> dict[str, Any]:
    producers = {
        "images": {"title": "images", "rate_mbit_s": 50.0, "share": 0.3, "priority": 4},
        "systems": {"title": "systems", "rate_mbit_s": 1.0, "priority": 1},
    }
    return {"buffer_gbit": 4000.0, "producer": producers} | more


@cache
def programme() -> Programme:
    """Return a small programme with data services over two centres, a relay and two satellites."""
    changes = {
        "ground.north": ground(55.0, 37.0, antennas=2),
        "ground.east": ground(50.0, 130.0, masks_deg=[[0.0, 5.0], [180.0, 20.0]]),
        "ground.deaf": ground(52.0, 60.0, receiver={}),
        "constellation.relay": FACT
        | {"title": "relay", "kind": "geostationary", "longitudes_deg": [95.0]},
        "constellation.polar": FACT
        | {
            "title": "polar",
            "kind": "walker",
            "altitude_km": 830.0,
            "inclination_deg": 98.7,
            "satellites": 2,
            "planes": 2,
        },
        "payload.down": FACT
        | {"title": "recorder", "station": "small", "link": LINK, "recorder": recorder()},
        "payload.relayed": FACT
        | {
            "title": "relayed recorder",
            "station": "small",
            "link": LINK | {"frequency_ghz": 15.0},
            "recorder": recorder(relay_rate_mbit_s=60.0, relay_share=0.9, relays=["relay"]),
        },
        "payload.polar": FACT
        | {
            "title": "polar recorder",
            "constellation": "polar",
            "link": LINK,
            "recorder": recorder(),
        },
        "payload.high": FACT
        | {
            "title": "high recorder",
            "constellation": "relay",
            "link": LINK | {"eirp_dbw": 55.0},
            "recorder": recorder(),
        },
        "service.data": service(["down", "relayed"], ["polar"]),
        "service.alone": service(["down"], []),
        "service.others": service([], ["polar", "high"]),
        "service.nobody": service(["relayed"], []) | {"payloads": ["relayed"], "ground": ["deaf"]},
    }
    with TemporaryDirectory() as folder:
        checked = check_changed(Path(folder), changes)
    assert checked.programme, checked.problems
    return checked.programme


def service(payloads: list[str], without: list[str]) -> dict[str, Any]:
    return FACT | {
        "title": "data",
        "kind": "data",
        "payloads": payloads,
        "without": without,
        "ground": ["centres"],
    }


@cache
def scene() -> Scene:
    return scene_of(programme(), days=6.0)


def values(key: str, orbit: str, given: Scene | None = None) -> dict[str, float | None]:
    told = served(given or scene(), key)
    return {row.measure: row.value for row in told.measures if row.orbit == orbit}


def test_every_measure_is_one_of_data_and_in_its_range() -> None:
    told = served(scene(), "data")
    assert {row.orbit for row in told.measures} == {WITHOUT, "small"}
    for row in told.measures:
        assert "data" in MEASURES[row.measure].kinds
        assert row.value is None or np.isfinite(row.value)
    mine = values("data", "small")
    assert 0 < mine["delivery_ratio"] <= 1
    came = [share for share in (50, 90, 95) if share / 100 <= mine["delivery_ratio"]]
    waits = [mine[f"latency_p{share}_h"] for share in (50, 90, 95)]
    assert [wait is not None for wait in waits] == [share in came for share in (50, 90, 95)]
    assert waits[: len(came)] == sorted(waits[: len(came)])
    assert 1 <= len(came) < 3  # more is made than the two centres hear: some of it never comes
    assert 0 < mine["relay_share"] < 1
    assert len(told.distributions) == 2
    for one in told.distributions:
        assert one.x == list(HOURS)
        assert np.all(np.diff(one.share) >= 0)
        assert one.share[-1] <= 1


def test_with_a_station_is_what_both_deliver() -> None:
    apart = values("data", WITHOUT)
    own = sum(
        float(run.delivered.sum())
        for name in ("down", "relayed")
        for run in emptied(scene(), "data", name, "small").runs
    )
    together = values("data", "small")["delivered_gb_per_day"]
    assert together == pytest.approx(apart["delivered_gb_per_day"] + own / 8e9 / 6, rel=1e-9)
    assert values("alone", "small")["delivered_gb_per_day"] < together


def test_the_month_that_is_delivered_is_what_producers_make() -> None:
    (run,) = emptied(scene(), "data", "relayed", "small").runs
    # Images work for their share of turns, and a cut turn at the end is the only difference.
    assert run.made[0] == pytest.approx(0.3 * 50e6 * scene().duration, rel=0.01)
    assert run.made[1] == pytest.approx(1e6 * scene().duration, rel=1e-9)


def test_a_smaller_share_of_the_relay_makes_data_later() -> None:
    change = {"relay_share": 0.3}
    payload = programme().payload["relayed"]
    less = payload.model_copy(
        update={"recorder": payload.recorder.model_copy(update=change)}  # type: ignore[union-attr]
    )
    other = programme().model_copy(update={"payload": programme().payload | {"relayed": less}})
    (run,) = emptied(replace(scene(), programme=other), "data", "relayed", "small").runs
    (before,) = emptied(scene(), "data", "relayed", "small").runs
    assert run.peak > before.peak
    assert run.delivered.sum() < before.delivered.sum()


def test_commands_take_their_part_of_each_contact() -> None:
    payload = programme().payload["down"]
    kept = payload.model_copy(
        update={"recorder": payload.recorder.model_copy(update={"command_share": 0.25})}  # type: ignore[union-attr]
    )
    other = programme().model_copy(update={"payload": programme().payload | {"down": kept}})
    one = emptied(replace(scene(), programme=other), "alone", "down", "small")
    whole = emptied(scene(), "alone", "down", "small")
    assert one.room == pytest.approx(0.75 * whole.room, rel=1e-12)
    assert one.contact == whole.contact
    # More is made than the ground takes: what is kept for commands is missing from what comes.
    came, all_came = (float(each.runs[0].delivered.sum()) for each in (one, whole))
    assert came == pytest.approx(0.75 * all_came, rel=0.03)


def test_a_place_hears_what_it_sees_and_no_relay() -> None:
    here = at_site(scene(), "data", "small", np.radians(55.0), np.radians(37.0))
    assert "relay_share" not in here
    assert here["delivered_gb_per_day"] > 0
    assert at_site(scene(), "data", WITHOUT, np.radians(89.0), 0.0)["delivered_gb_per_day"] > 0
    far = at_site(scene(), "alone", "small", np.radians(89.0), 0.0)
    assert far["delivered_gb_per_day"] == 0
    assert far["delivery_ratio"] == 0
    assert "latency_p50_h" not in far
    placed = replace(scene(), place=(float(np.radians(55.0)), float(np.radians(37.0))))
    told = values("data", "small", placed)
    assert told["delivered_gb_per_day"] == pytest.approx(here["delivered_gb_per_day"], rel=1e-9)
    assert "relays come down elsewhere" in " ".join(served(placed, "data").words)


def test_satellites_share_the_antennas_and_those_that_stand_still_never_wait() -> None:
    runs = emptied(scene(), "others", "polar", WITHOUT).runs
    assert len(runs) == 2
    (still,) = emptied(scene(), "others", "high", WITHOUT).runs
    assert still.peak == 0
    assert still.delivered.sum() == pytest.approx(still.made.sum(), rel=1e-9)
    told = served(scene(), "others")
    assert {row.orbit for row in told.measures} == {WITHOUT}


def test_stations_without_a_receiver_are_named_and_left_out() -> None:
    hearing = hearers_of(scene(), "alone", programme().payload["down"], None)
    assert [one.key for one in hearing] == ["north", "east"]
    assert any(
        "no receiver for 8.2 GHz at a centre" in text for text in served(scene(), "alone").words
    )


def test_words_tell_figures_and_that_data_are_made_aboard() -> None:
    words = " ".join(served(scene(), "alone").words)
    assert "of 173 GB a day are delivered" in words
    assert "SMALL 51.6°: " in words
    assert "By the ground alone: SMALL" in words
    assert "made aboard" in words
    assert "made aboard" not in " ".join(served(scene(), "data").words)


def test_a_link_that_nobody_hears_is_told_by_name() -> None:
    alone = programme().payload["relayed"]
    deaf = alone.model_copy(
        update={"recorder": alone.recorder.model_copy(update={"relays": ()})}  # type: ignore[union-attr]
    )
    other = programme().model_copy(update={"payload": programme().payload | {"relayed": deaf}})
    with pytest.raises(
        InputError, match=r"service\.nobody.*'relayed' with a link at 15 GHz"
    ) as told:
        served(replace(scene(), programme=other), "nobody")
    assert "receivers there: none" in str(told.value)
    moved = alone.model_copy(
        update={"recorder": alone.recorder.model_copy(update={"relays": ("polar",)})}  # type: ignore[union-attr]
    )
    other = programme().model_copy(update={"payload": programme().payload | {"relayed": moved}})
    with pytest.raises(InputError, match="'polar' of kind 'walker', expected kind 'geostationary'"):
        served(replace(scene(), programme=other), "nobody")


def test_turns_are_cut_at_both_ends_and_add_up() -> None:
    begin, end = turns(1000.0, 100.0, 0.3, 0.9)
    assert (end - begin).sum() == pytest.approx(300.0)
    assert begin[0] == 0.0
    assert end[-1] == 1000.0
    assert turns(1000.0, 100.0, 1.0)[1].tolist() == [1000.0]
    assert turns(1000.0, 100.0, 0.0)[0].size == 0


def test_messages_between_stations_wait_for_both_of_them() -> None:
    pair = tuple(hearers_of(scene(), "alone", programme().payload["down"], None))
    least, most, weight = message_waits(scene(), programme().payload["down"], "small", pair)
    assert weight.sum() == pytest.approx(2 * 0.9 * scene().duration)
    half = wait_of_share(0.5, least, most, weight)
    assert 0.3 * 3600 < half < 86_400
    words = " ".join(served(scene(), "alone").words)
    assert "Short messages between a centre and a centre" in words
    still = message_waits(scene(), programme().payload["high"], WITHOUT, pair)
    assert still[1].tolist() == [0.0, 0.0]  # seen from both at all times


def other_service(**changes: Any) -> Scene:
    """Return the scene with the service ``alone`` changed."""
    one = programme()
    services = {**one.service, "alone": one.service["alone"].model_copy(update=changes)}
    return replace(scene(), programme=one.model_copy(update={"service": services}))


def test_stations_that_never_hear_at_once_take_what_each_takes_by_itself() -> None:
    down = programme().payload["down"]
    assert down.link is not None
    weak = down.model_copy(update={"link": down.link.model_copy(update={"eirp_dbw": 3.0})})
    rooms = []
    for ground in (("centres",), ("north",), ("east",)):
        one = other_service(ground=ground)
        payloads = {**one.programme.payload, "down": weak}  # its rate follows the elevation
        other = one.programme.model_copy(update={"payload": payloads})
        rooms.append(emptied(replace(one, programme=other), "alone", "down", "small").room)
    assert min(rooms) > 0
    assert rooms[0] == pytest.approx(rooms[1] + rooms[2], rel=1e-9)


def test_data_that_had_no_time_to_come_are_in_no_share() -> None:
    told = values("alone", WITHOUT, other_service(payloads=(), without=("high",)))
    assert told["delivery_ratio"] == pytest.approx(1.0, rel=1e-6)
    assert told["latency_p90_h"] == pytest.approx(0.0, abs=1e-6)
