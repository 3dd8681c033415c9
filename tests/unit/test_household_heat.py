"""Heat inside and from outside, beside solvers of higher order and sums over directions."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from stationkeeper.constants import EARTH_RADIUS
from stationkeeper.errors import DomainError
from stationkeeper.household.arrays import STEFAN_BOLTZMANN, sun_in_orbit_axes
from stationkeeper.household.heat import (
    RADIATED,
    Heaters,
    Links,
    Loops,
    Nodes,
    heat_course,
    no_heaters,
    no_links,
    no_loops,
)
from stationkeeper.household.outside_heat import (
    Faces,
    earth_view_factor,
    outside_heat,
    sink_temperature,
)

# Wall, air, fluid at the cabin, fluid at the radiator, radiator; chosen by us.
CAPACITY = np.array([2e6, 1.2e5, 8e4, 8e4, 3e5])
NODES = Nodes(CAPACITY, np.array([0.5, 0, 0, 0, 12.0]), np.zeros(5), np.zeros(5))
LINKS = Links(np.array([0, 1, 3]), np.array([1, 2, 4]), np.array([60.0, 300.0, 900.0]))
LOOP = Loops(np.array([0, 2]), np.array([2, 3]), np.array([400.0]))
START = np.array([290.0, 295.0, 285.0, 280.0, 260.0])
INSIDE = np.array([0.0, 2500.0, 300.0, 0.0, 0.0])


def slopes(temperature, share, outside):
    """Rate of every temperature: the equations as they are, without splitting."""
    heat = INSIDE + outside
    for a, b, g in zip(*LINKS, strict=True):
        heat[a] -= g * (temperature[a] - temperature[b])
        heat[b] += g * (temperature[a] - temperature[b])
    # Around the ring of two: what enters the cabin is the mix behind the radiator.
    s, flow = share, LOOP.flow[0]
    # x enters place 2; leaves it as T2 (share 1); place 3 passes s of it.
    enters = (1 - s) * temperature[2] + s * temperature[3]
    heat[2] += flow * (enters - temperature[2])
    heat[3] += flow * s * (temperature[2] - temperature[3])
    heat -= STEFAN_BOLTZMANN * NODES.radiating * temperature**4
    return heat / CAPACITY


@pytest.mark.parametrize("share", [1.0, 0.4])
def test_a_module_with_a_loop_follows_the_solver(share) -> None:
    steps = 2_160
    orbit = np.arange(steps) * 10.0 / 5_560
    sun = np.where(orbit % 1 < 0.6, 1.0, 0.0)
    outside = np.zeros((5, steps))
    outside[0], outside[4] = 200 * sun, 1500 * sun
    flown = heat_course(
        NODES, LINKS, LOOP, no_heaters(), START, steps=steps, internal=INSIDE, outside=outside,
        share=[1.0, share],
    )  # fmt: skip
    truth = START.copy()
    edges = np.flatnonzero(np.diff(sun)) + 1  # the solver starts anew where the Sun comes or goes
    for first, last in zip([0, *edges], [*edges, steps], strict=True):
        solved = solve_ivp(
            lambda _, t, k=first: slopes(t, share, outside[:, k].copy()),
            (0, 10.0 * (last - first)), truth, method="LSODA", rtol=1e-10, atol=1e-9,
        )  # fmt: skip
        truth = solved.y[:, -1]
        error = np.abs(flown.temperature[:, last - 1] - truth)
        assert error.max() < 0.05, error


def test_the_settled_state_does_not_depend_on_the_step() -> None:
    settled = [
        heat_course(
            NODES, LINKS, LOOP, no_heaters(), START, steps=int(3e6 / step), step=step,
            internal=INSIDE, every=int(3e6 / step),
        ).temperature[:, 0]
        for step in (5.0, 10.0)
    ]  # fmt: skip
    np.testing.assert_allclose(settled[0], settled[1], atol=0.05)


@pytest.mark.parametrize("step", [600.0, 3600.0, 86_400.0])
def test_any_step_is_stable(step) -> None:
    flown = heat_course(
        NODES, LINKS, LOOP, no_heaters(), START, steps=2000, step=step, internal=INSIDE
    )
    assert np.all((flown.temperature > 150) & (flown.temperature < 3_000))
    assert np.ptp(flown.temperature[:, -100:], axis=1).max() < 1e-4


def test_a_stopped_pump_warms_the_cabin() -> None:
    runs, stands = (
        heat_course(
            NODES, LINKS, LOOP, no_heaters(), START, steps=3000, internal=INSIDE, pump=pump
        ).temperature[:, -1]
        for pump in (1.0, 0.0)
    )
    assert stands[1] > runs[1] + 15
    assert stands[4] < runs[4] - 20


def test_a_body_in_the_dark_cools_as_the_closed_form_says() -> None:
    # C dT/dt = -k T^4: 1/T^3 grows by 3 k t / C.
    one = Nodes(np.array([5e5]), np.array([2.0]), np.zeros(1), np.zeros(1))
    flown = heat_course(one, no_links(), no_loops(), no_heaters(), [300.0], steps=8_640)
    pull = STEFAN_BOLTZMANN * 2.0 / 5e5
    exact = (300.0**-3 + 3 * pull * 86_400) ** (-1 / 3)
    assert flown.temperature[0, -1] == pytest.approx(exact, abs=0.02)
    assert flown.flows[RADIATED] == pytest.approx(5e5 * (300 - flown.temperature[0, -1]), rel=1e-9)


def test_water_freezes_in_the_time_of_its_latent_heat_and_stops_its_loop() -> None:
    # 100 kg of water loses 1 kW from 280 K: 418,600 J/K * 6.85 K, then 3.34e7 J.
    nodes = Nodes(
        np.array([418_600.0, 1e5]), np.zeros(2), np.array([273.15, 0]), np.array([3.34e7, 0])
    )
    ring = Loops(np.array([0, 2]), np.array([0, 1]), np.array([500.0]))
    cold = np.array([-1000.0, 0.0])
    alone = {"links": no_links(), "loops": no_loops(), "heaters": no_heaters()}
    cools = 418_600 * 6.85 / 1000
    flown = heat_course(nodes, temperature=[280.0, 300.0], steps=3000, internal=cold, **alone)
    first = np.argmax(flown.temperature[0] <= 273.15 + 1e-9) * 10.0
    assert first == pytest.approx(cools, abs=15)
    assert flown.temperature[0, -1] == pytest.approx(273.15)
    assert flown.ice[0] == pytest.approx((30_000 - cools) * 1000 / 3.34e7, rel=1e-6)
    assert flown.frozen.tolist() == [True, False]
    # With the ring, once frozen, the warm node is no longer drained.
    alone["loops"] = ring
    joined = heat_course(nodes, temperature=[280.0, 300.0], steps=10_000, internal=cold, **alone)
    assert joined.frozen[0]
    assert joined.temperature[1, -1] == joined.temperature[1, -500]


def test_ice_thaws_before_it_warms() -> None:
    nodes = Nodes(np.array([4e5]), np.zeros(1), np.array([273.15]), np.array([3e7]))
    alone = {"links": no_links(), "loops": no_loops(), "heaters": no_heaters()}
    flown = heat_course(nodes, temperature=[270.0], steps=1300, internal=[2500.0], ice=1.0, **alone)
    thawed = (4e5 * 3.15 + 3e7) / 2500
    warm = np.argmax(flown.temperature[0] > 273.16) * 10.0
    assert warm == pytest.approx(thawed, abs=20)
    assert flown.ice[0] == 0


def test_a_coolant_without_latent_heat_is_frozen_by_its_temperature() -> None:
    nodes = Nodes(np.array([1e5]), np.zeros(1), np.array([195.4]), np.zeros(1))
    alone = {"links": no_links(), "loops": no_loops(), "heaters": no_heaters()}
    assert heat_course(nodes, temperature=[195.0], steps=1, **alone).frozen[0]
    assert not heat_course(nodes, temperature=[196.0], steps=1, **alone).frozen[0]


def test_a_thermostat_keeps_between_its_marks() -> None:
    nodes = Nodes(np.array([2e5]), np.array([1.0]), np.zeros(1), np.zeros(1))
    heater = Heaters(np.array([0]), np.array([900.0]), np.array([288.0]), np.array([293.0]))
    flown = heat_course(nodes, no_links(), no_loops(), heater, [290.0], steps=20_000)
    late = flown.temperature[0, 5000:]
    assert late.min() == pytest.approx(288, abs=0.05)
    assert late.max() == pytest.approx(293, abs=0.05)
    starved = heat_course(
        nodes, no_links(), no_loops(), heater, [290.0], steps=20_000, supplied=0.2
    )
    assert starved.temperature[0, -1] < 250


def summed_view(tilt, ratio, count=1_500):
    """Share by summing over directions: cosine-weighted, those that hit the sphere."""
    u, v = (np.arange(count) + 0.5) / count, (np.arange(count) + 0.5) / count * 2 * np.pi
    sine = np.sqrt(u)[:, None]
    x, z = sine * np.cos(v), np.sqrt(1 - u)[:, None] * np.ones_like(v)
    to_earth = x * np.sin(tilt) + z * np.cos(tilt)
    return np.mean(to_earth > np.sqrt(1 - 1 / ratio**2))


@pytest.mark.parametrize("ratio", [1.03, 1.066, 1.5, 6.6])
def test_view_of_the_earth_is_the_sum_over_directions(ratio) -> None:
    for tilt in np.radians([0, 10, 20, 45, 70, 90, 110, 140, 160, 175]):
        ours = float(earth_view_factor(tilt, ratio))
        assert ours == pytest.approx(summed_view(tilt, ratio), abs=3e-4)


def test_a_sphere_of_faces_takes_in_what_a_sphere_would() -> None:
    draw = np.random.default_rng(0).normal(size=(6_000, 3))
    normal = draw / np.linalg.norm(draw, axis=1)[:, None]
    ones = np.full(6_000, 1 / 6_000)
    faces = Faces(ones, np.ones(6_000), np.ones(6_000), normal)
    radius = EARTH_RADIUS + 400e3
    for beta, angle in [(0.0, 0.0), (1.0, 0.5), (0.0, np.pi)]:
        total = outside_heat(
            faces, beta, [angle], orbit_radius=radius, body_radius=EARTH_RADIUS,
            irradiance=1361.0, albedo=0.3, infrared=237.0,
        ).sum()  # fmt: skip
        over = max(sun_in_orbit_axes(beta, angle)[2], 0)
        lit = 0.0 if angle == np.pi else 1361.0
        share = (1 - np.sqrt(1 - (EARTH_RADIUS / radius) ** 2)) / 2
        assert total == pytest.approx(lit / 4 + share * (237 + 0.3 * lit * over), rel=0.02)


def test_a_radiator_edge_on_to_the_sun_is_colder_than_one_that_faces_the_earth() -> None:
    normals = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0]])
    faces = Faces(np.ones(2), np.full(2, 0.2), np.full(2, 0.85), normals)
    angle = np.linspace(0, 2 * np.pi, 720)
    heat = outside_heat(
        faces, 0.0, angle, orbit_radius=EARTH_RADIUS + 420e3, body_radius=EARTH_RADIUS
    ).mean(axis=1)
    side, down = sink_temperature(faces, heat)
    assert 170 < side < 215
    assert down > side + 30


GOOD = {"steps": 1, "temperature": [300.0]}
ONE = Nodes(np.ones(1), np.zeros(1), np.zeros(1), np.zeros(1))
TWO = np.array([0]), np.array([1]), np.array([1.0])


@pytest.mark.parametrize(
    "case",
    [
        lambda: heat_course(
            ONE._replace(capacity=np.zeros(1)), no_links(), no_loops(), no_heaters(), **GOOD
        ),
        lambda: heat_course(ONE, Links(*TWO), no_loops(), no_heaters(), **GOOD),
        lambda: heat_course(ONE, no_links(), no_loops(), no_heaters(), [300.0], steps=3, every=2),
        lambda: heat_course(ONE, no_links(), no_loops(), no_heaters(), [300.0], steps=1, step=0),
        lambda: heat_course(ONE, no_links(), no_loops(), no_heaters(), [-1.0], steps=1),
        lambda: heat_course(ONE, no_links(), no_loops(), no_heaters(), [300.0], steps=1, ice=1.1),
        lambda: heat_course(
            ONE, no_links(), no_loops(),
            Heaters(np.array([0]), np.ones(1), np.array([290.0]), np.array([280.0])), **GOOD,
        ),
        lambda: heat_course(
            ONE, no_links(), Loops(np.array([0, 0]), np.empty(0, np.int64), np.ones(1)),
            no_heaters(), **GOOD,
        ),
        lambda: earth_view_factor(0.0, 0.9),
    ],
)  # fmt: skip
def test_what_is_out_of_range_is_named(case) -> None:
    with pytest.raises(DomainError, match=r"expected|are|needs"):
        case()
