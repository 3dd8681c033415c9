"""Communications: contact by another way, bent pipes, and what a user is told."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.lifetime.serving.communications import at_site, orbits_of, served
from stationkeeper.lifetime.serving.contacts import (
    Contacts,
    Users,
    belt_users,
    elevation_edges,
    gateway_share,
    moving_contacts,
    standing_contacts,
    users_at,
)
from stationkeeper.lifetime.serving.links import provided, rated
from stationkeeper.lifetime.serving.scene import WITHOUT, Scene, scene_of
from stationkeeper.orbit.ephemeris import Ephemeris, geostationary, mean_ephemeris
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.orbit.passes import look, pass_statistics
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.services import MEASURES, Constellation

KEY = "communications"
MASK = float(np.radians(10.0))


@cache
def flown(days: float = 2.0) -> Ephemeris:
    return mean_ephemeris(9_497.0, days * 86_400.0, 60.0, altitude=420e3, inclination=0.9)


@cache
def programme() -> Programme:
    return read_programme("iss-to-ros")


@cache
def scene() -> Scene:
    return scene_of(programme(), days=2.0)


def changed(payload: str, **parts: object) -> Scene:
    """The scene with a payload changed; parts are of the payload or, in a dict, of its link."""
    one = programme()
    old = one.payload[payload]
    link = parts.pop("link", None)
    if isinstance(link, dict):
        assert old.link is not None
        parts["link"] = old.link.model_copy(update=link)
    payloads = {**one.payload, payload: old.model_copy(update=parts)}
    return replace(scene(), programme=one.model_copy(update={"payload": payloads}))


def serving(**parts: object) -> Scene:
    """The scene with the service changed."""
    one = programme()
    services = {**one.service, KEY: one.service[KEY].model_copy(update=parts)}
    return replace(scene(), programme=one.model_copy(update={"service": services}))


def gateways() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    where = np.radians([55.8, 68.9]), np.radians([37.6, 33.1])
    return place(*where), vertical(*where), np.radians([5.0, 7.0])


def by_looking(users: Users, mask: float, bent: bool) -> tuple[np.ndarray, np.ndarray]:
    """Contact and longest gap of users from a look every 2 s, as an oracle."""
    one = flown()
    seconds = np.arange(0.0, one.duration, 2.0)
    position, up = place(users.latitude, users.longitude), vertical(users.latitude, users.longitude)
    through = np.ones(seconds.size, bool)
    if bent:
        through = np.any(
            [look(one, p, v, seconds)[0] >= m for p, v, m in zip(*gateways(), strict=True)], axis=0
        )
    contact, gaps = [], []
    for p, v in zip(position, up, strict=True):
        seen = (look(one, p, v, seconds)[0] >= mask) & through
        contact.append(2.0 * seen.sum())
        edges = np.flatnonzero(np.diff(np.concatenate([[1], seen, [1]])))
        gaps.append(2.0 * np.max(np.diff(edges)[::2], initial=0.0))
    return np.array(contact), np.array(gaps)


@pytest.mark.parametrize("bent", [False, True])
def test_contact_is_what_looking_every_two_seconds_finds(bent):
    users = users_at(np.radians([55.0, 45.0, 30.0, 10.0]), np.radians([30.0, 60.0, 0.0, -100.0]))
    found = moving_contacts([flown()], users, MASK, gateways() if bent else None)
    contact, gaps = by_looking(users, MASK, bent)
    many = found.passes + 1
    assert np.all(np.abs(found.seconds - contact) <= 4.0 * many)
    assert found.longest_gap == pytest.approx(gaps, abs=4.0)
    assert (found.seconds[3] == 0.0) == bent
    assert found.by_elevation.sum(axis=1) == pytest.approx(found.seconds, abs=1e-3)


def test_statistics_are_those_of_passes_for_one_satellite():
    users = belt_users(4)
    found = moving_contacts([flown()], users, MASK)
    truth = pass_statistics(
        flown(), place(users.latitude, users.longitude), vertical(users.latitude, users.longitude),
        MASK,
    )  # fmt: skip
    assert found.seconds == pytest.approx(truth.contact, abs=1e-4)
    assert found.longest_gap == pytest.approx(truth.longest_gap, abs=1e-4)
    assert found.passes == pytest.approx(truth.passes)
    waits = truth.gap_squares / (2 * flown().duration)
    assert found.mean_wait == pytest.approx(waits, abs=1e-3)


def test_users_out_of_reach_of_gateways_are_left_out_without_loss():
    users = belt_users(8)
    found = moving_contacts([flown()], users, MASK, gateways())
    alone = [
        moving_contacts([flown()], users_at([a], [b]), MASK, gateways()).seconds[0]
        for a, b in zip(users.latitude[380:440:7], users.longitude[380:440:7], strict=True)
    ]
    assert found.seconds[380:440:7] == pytest.approx(alone, abs=1e-6)
    assert 0.0 < (found.seconds > 0).mean() < 0.5


def test_two_satellites_are_seen_together_or_in_turn():
    users = users_at([0.8], [0.3])
    one = moving_contacts([flown()], users, MASK)
    twice = moving_contacts([flown(), flown()], users, MASK)
    assert twice.seconds == pytest.approx(one.seconds)
    assert twice.by_elevation == pytest.approx(2 * one.by_elevation)
    position, velocity = (np.roll(one, 700, 0) for one in (flown().position, flown().velocity))
    later = Ephemeris(flown().start_day, 60.0, position, velocity)
    pair = moving_contacts([flown(), later], users, MASK)
    assert pair.seconds[0] > 1.5 * one.seconds[0]
    assert pair.longest_gap[0] < one.longest_gap[0]


def test_a_gateway_sees_a_satellite_for_the_share_of_its_passes():
    position, up, mask = gateways()
    alone = pass_statistics(flown(), position[:1], up[:1], mask[:1]).contact[0] / flown().duration
    share = gateway_share([flown()], (position[:1], up[:1], mask[:1]))
    assert share == pytest.approx(alone)
    assert gateway_share([flown()], gateways()) >= share


def test_what_stands_still_is_there_always_or_never():
    users = users_at(np.radians([0.0, 60.0, 85.0]), np.radians([0.0, 0.0, 0.0]))
    found: Contacts = standing_contacts(geostationary(np.zeros(1)), users, MASK, 86_400.0)
    assert found.seconds.tolist() == [86_400.0, 86_400.0, 0.0]
    assert found.longest_gap.tolist() == [0.0, 0.0, 86_400.0]
    assert found.by_elevation.sum(axis=1).tolist() == [86_400.0, 86_400.0, 0.0]


def test_bins_of_elevation_go_from_the_lowest_to_the_zenith():
    for degrees in (0.0, 5.0, 25.0, 89.0):
        edges = np.degrees(elevation_edges(float(np.radians(degrees))))
        assert edges[0] == pytest.approx(degrees)
        assert edges[-1] > 90.0
        assert np.all(np.diff(edges) > 0)


def test_a_service_is_told_for_each_orbit_and_without_a_station():
    found = served(scene(), KEY)
    orbits = {row.orbit for row in found.measures}
    assert orbits == {"ros", "ros@said-2021", WITHOUT}
    assert {row.measure for row in found.measures} <= set(MEASURES)
    value = {(row.measure, row.orbit): row.value for row in found.measures}
    assert all(isinstance(one, float) for one in value.values())
    # Gonets has twelve satellites, so somebody is in contact far longer than with one.
    assert value["contact_minutes_per_day", WITHOUT] > 10 * value["contact_minutes_per_day", "ros"]
    assert 0.9 < value["availability", "ros"] <= 1.0
    assert {one.orbit for one in found.maps} == orbits
    for one in found.maps:
        assert (len(one.values), len(one.values[0])) == (60, 120)
        profile = next(
            each
            for each in found.profiles
            if (each.measure, each.orbit) == (one.measure, one.orbit)
        )
        edges = np.array(profile.values, float)
        rows = np.array(one.values, float).mean(axis=1)
        assert rows == pytest.approx((edges[1:] + edges[:-1]) / 2, abs=1e-6)
    text = " ".join(found.words)
    assert "gives more contact between" in text
    assert len(found.words) <= 6
    assert "ROS 51.6° up to 67." in text
    assert "Contact in the mean over the Earth: ROS 51.6° 2" in text


def test_a_place_asked_for_is_what_the_place_is_told_for_contracts():
    moscow = tuple(np.radians([55.75, 37.6]))
    there = replace(scene(), place=moscow)
    found = served(there, KEY)
    for orbit in ("ros", WITHOUT):
        told = {
            row.measure: row.value
            for row in found.measures
            if row.orbit == orbit and not row.measure.startswith("footprint")
        }
        assert at_site(scene(), KEY, orbit, *moscow) == told
    north = at_site(scene(), KEY, "ros", float(np.radians(85.0)), 0.0)
    assert north["contact_minutes_per_day"] == 0.0
    assert north["mean_wait_h"] is None
    assert north["availability"] is None


def test_all_users_share_what_the_beams_carry():
    rated = {}
    for beams, many in ((1, 10.0), (2, 10.0), (1, 1.0), (8, 1.0)):
        there = changed("ros-messages", users_at_once=many, link={"beams": beams})
        found = provided(there, KEY, "ros", users_at([0.8], [0.6]))
        rated[beams, many] = next(one for one in found if one.key == "ros-messages")
    assert rated[2, 10.0].capacity == pytest.approx(2 * rated[1, 10.0].capacity)
    assert rated[2, 10.0].footprint == pytest.approx(2 * rated[1, 10.0].footprint)
    assert rated[1, 1.0].capacity == pytest.approx(10 * rated[1, 10.0].capacity)
    assert rated[8, 1.0].capacity == pytest.approx(rated[1, 1.0].capacity)  # one user, one beam


def test_who_sees_two_satellites_at_once_uses_one():
    users = users_at([0.8], [0.6])
    payload = programme().payload["ros-messages"]
    once, twice = (
        rated(
            "ros-messages", payload, moving_contacts([flown()] * many, users, MASK), users, 410e3,
            1.0, False,
        )
        for many in (1, 2)
    )  # fmt: skip
    assert twice.capacity == pytest.approx(once.capacity)


def test_a_station_alone_or_others_alone_are_told_too():
    assert orbits_of(serving(without=()), KEY) == ["ros", "ros@said-2021"]
    others = served(serving(payloads=(), without=("gonets-messages",)), KEY)
    assert {row.orbit for row in others.measures} == {WITHOUT}


def test_a_constellation_without_a_payload_tells_contact_alone():
    found = served(serving(payloads=(), without=("luch",)), KEY)
    measures = {row.measure for row in found.measures}
    assert measures == {"contact_minutes_per_day", "longest_gap_h", "mean_wait_h"}
    profile = next(one for one in found.profiles if one.measure == "contact_minutes_per_day")
    assert profile.values[30] == pytest.approx(1_440.0, rel=0.35)  # over the equator
    assert profile.values[0] == 0.0


def test_a_geostationary_link_is_rated_like_others():
    one = programme()
    still = Constellation(
        title="Luch", kind="geostationary", longitudes_deg=(-16.0, 95.0, 167.0), source="test"
    )
    carried = one.payload["gonets-messages"]
    assert carried.link is not None
    strong = carried.link.model_copy(update={"eirp_dbw": 40.0})
    payload = carried.model_copy(update={"constellation": "still", "link": strong})
    altered = one.model_copy(
        update={
            "constellation": {**one.constellation, "still": still},
            "payload": {**one.payload, "high": payload},
            "service": {
                **one.service,
                KEY: one.service[KEY].model_copy(update={"payloads": (), "without": ("high",)}),
            },
        }
    )
    there = at_site(replace(scene(), programme=altered), KEY, WITHOUT, 0.3, np.radians(95.0))
    assert there["contact_minutes_per_day"] == 1_440.0
    assert there["availability"] == pytest.approx(1.0, abs=1e-3)
    assert there["capacity_gb_per_day"] == pytest.approx(
        0.5 * 0.05e6 / 1.2 * 86_400 / 8e9 / 100, rel=0.01
    )


def test_a_link_that_holds_nowhere_is_told_with_its_best_margin():
    weak = changed("ros-messages", link={"eirp_dbw": -20.0})
    with pytest.raises(InputError) as told:
        served(weak, KEY)
    words = str(told.value)
    for part in ("payload.ros-messages.link", "terminal", "best margin", "degrees", "raise"):
        assert part in words
    missing = float(words.split("best margin is ")[1].split(" dB")[0])
    assert missing < 0
    served(changed("ros-messages", link={"eirp_dbw": -20.0 - missing + 0.2}), KEY)


def test_a_missing_terminal_and_missing_gateways_are_named():
    with pytest.raises(InputError, match=r"payload\.ros-messages\.terminal.*add terminal"):
        served(changed("ros-messages", terminal=None), KEY)
    with pytest.raises(InputError, match=r"service\.communications\.ground.*bent pipe"):
        served(serving(ground=()), KEY)
