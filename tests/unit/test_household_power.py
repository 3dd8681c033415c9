"""Arrays, batteries, buses and shedding beside plain twins, and at their edges."""

import numpy as np
import pytest

from stationkeeper.constants import EARTH_RADIUS
from stationkeeper.errors import DomainError
from stationkeeper.household.arrays import (
    FIXED,
    ONE_AXIS,
    SOLAR_IRRADIANCE,
    STEFAN_BOLTZMANN,
    TWO_AXES,
    YEAR,
    array_course,
    eclipse_share,
    is_sunlit,
    same_strings,
    sun_in_orbit_axes,
)
from stationkeeper.household.batteries import battery_course, same_batteries, stored_energy
from stationkeeper.household.power import (
    DELIVERED,
    FLOWS,
    SHUNTED,
    STORED,
    power_course,
    same_buses,
)
from stationkeeper.household.shedding import same_loads, shedding_course
from stationkeeper.orbit.ephemeris import mean_ephemeris
from stationkeeper.orbit.sunlight import beta, sunlit

RADIUS = EARTH_RADIUS + 420e3
ANGLES = np.linspace(0, 2 * np.pi, 40_000, endpoint=False)


@pytest.mark.parametrize("beta", [0.0, 0.5, -0.9, 1.15, 1.3])
def test_shadow_share_is_the_share_of_places_without_the_sun(beta) -> None:
    lit = is_sunlit(sun_in_orbit_axes(beta, ANGLES), RADIUS, EARTH_RADIUS)
    assert 1 - lit.mean() == pytest.approx(
        float(eclipse_share(beta, RADIUS, EARTH_RADIUS)), abs=1e-4
    )


@pytest.mark.parametrize("node", [0.3, 2.0, 4.0])
def test_shadow_is_near_that_of_the_ellipsoid(node) -> None:
    flown = mean_ephemeris(
        9_500.0, 15 * 5_570.0, 10.0, altitude=420e3, inclination=np.radians(51.6), node=node
    )
    dark = 1 - sunlit(flown).mean()
    ours = eclipse_share(beta(flown), RADIUS, EARTH_RADIUS).mean()
    assert ours * 5_577 == pytest.approx(dark * 5_577, abs=25.0)  # [s] an orbit


def test_what_follows_the_sun_sees_it_as_it_can() -> None:
    sun = sun_in_orbit_axes(0.7, ANGLES[::400])
    light = np.full(len(sun), 1000.0)
    cold = {"temperature_coefficient": 0.0, "passed": 1.0, "ageing_rate": 0.0}
    given = {
        mode: array_course(
            same_strings(1, area=1.0, efficiency=0.2, tracking=mode, **cold), sun, light
        )[0][0]
        for mode in (FIXED, ONE_AXIS, TWO_AXES)
    }
    np.testing.assert_allclose(given[TWO_AXES], 200.0)
    np.testing.assert_allclose(given[ONE_AXIS], 200 * np.cos(0.7))  # axis across the orbit plane
    np.testing.assert_allclose(given[FIXED], 200 * np.maximum(sun[:, 2], 0), atol=1e-12)


def plain_arrays(sun, light, age, health, step, start):
    """Return power and temperature of one string that turns about the axis (0, 1, 0)."""
    warm, out = start, []
    for k, direction in enumerate(sun):
        seen = light[k] * np.sqrt(1 - direction[1] ** 2)
        aged = 0.9965 ** ((age + k * step) / YEAR)
        given = seen * 0.3 * 0.93 * aged * (1 - 0.0025 * (warm - 301.15)) * health
        out.append(20.0 * given)
        settled = ((0.9 * seen - given + 150) / (STEFAN_BOLTZMANN * 1.7)) ** 0.25
        warm += (settled - warm) * (1 - np.exp(-step / 300))
    return np.array(out), warm


def test_arrays_agree_with_their_plain_twin() -> None:
    sun = sun_in_orbit_axes(0.3, ANGLES[::50])
    light = np.where(is_sunlit(sun, RADIUS, EARTH_RADIUS), SOLAR_IRRADIANCE, 0.0)
    one = same_strings(1, area=20.0, efficiency=0.3, tracking=ONE_AXIS)
    power, warm = array_course(one, sun, light, age=3 * YEAR, health=0.8, step=7.0)
    twin, twin_warm = plain_arrays(sun, light, 3 * YEAR, 0.8, 7.0, 300.0)
    np.testing.assert_allclose(power[0], twin, rtol=1e-12)
    assert warm[0] == pytest.approx(twin_warm, rel=1e-12)
    assert power[0][light > 0].min() < 0.95 * power[0].max()  # cold cells give more


def plain_battery(wanted, charge, step):
    """Charge and discharge the battery of the test, power by power."""
    rise = 33.0 / 482_400
    taken = 0.0
    for k, power in enumerate(wanted):
        charge *= np.exp(-step / 1e8)
        left = 1 - 1e-4 * taken / 482_400 - 1e-9 * (k + 1) * step
        charge = min(charge, 482_400 * left)
        voltage = 90 + rise * charge
        if power > 0:
            # power = I (V - I R - rise I step / 2)
            inner = 0.1 + rise * step / 2
            current = (voltage - np.sqrt(max(voltage**2 - 4 * inner * power, 0))) / (2 * inner)
            current = min(current, 60.0, max(charge - (100 - 90) / rise, 0) / step)
            charge -= current * step
            taken += current * step
        else:
            inner = 0.1 + rise * 0.99 * step / 2
            current = (-voltage + np.sqrt(voltage**2 - 4 * inner * power)) / (2 * inner)
            room = max(482_400 * left - charge, 0) / (0.99 * step)
            current = min(current, 40.0, room)
            charge += 0.99 * current * step
    return charge, taken


def test_batteries_agree_with_their_plain_twin() -> None:
    draw = np.random.default_rng(4)
    wanted = draw.normal(0, 5_000, (1, 3_000)) + 1500 * np.sin(np.arange(3_000) / 90)
    one = same_batteries(
        1, capacity=482_400.0, empty_voltage=90.0, full_voltage=123.0, end_voltage=100.0,
        resistance=0.1, charge_efficiency=0.99, self_discharge_time=1e8, fade_per_cycle=1e-4,
        fade_rate=1e-9, charge_limit=40.0, discharge_limit=60.0,
    )  # fmt: skip
    flown = battery_course(one, wanted, 300_000.0)
    charge, taken = plain_battery(wanted[0], 300_000.0, 10.0)
    assert flown.charge[0, -1] == pytest.approx(charge, rel=1e-9)
    assert flown.discharged[0] == pytest.approx(taken, rel=1e-9)


def test_a_battery_stops_at_its_end_voltage_and_at_its_limit() -> None:
    one = same_batteries(
        1, capacity=1e5, empty_voltage=20.0, full_voltage=30.0, end_voltage=22.0,
        discharge_limit=50.0,
    )  # fmt: skip
    flown = battery_course(one, [[1e9] * 400], 1e5)
    assert flown.charge[0, -1] == pytest.approx(2e4, rel=1e-4)  # 22 V at rest
    assert flown.charge[0, 0] == pytest.approx(1e5 - 500, rel=1e-4)  # 50 A for 10 s
    assert flown.power[0, -1] == 0


def test_capacity_fades_with_cycles_and_time() -> None:
    one = same_batteries(
        1, capacity=1e5, empty_voltage=20.0, full_voltage=30.0, fade_per_cycle=0.1, fade_rate=1e-9
    )
    flown = battery_course(one, [[-1e6] * 10], 0.0, discharged=2e5, age=1e8)
    assert flown.charge[0, -1] == pytest.approx(1e5 * (1 - 0.2 - 0.1), rel=1e-6)


def station(**kwargs):
    cells = same_batteries(2, capacity=4e5, empty_voltage=90.0, full_voltage=120.0)
    return cells, same_buses(2, **kwargs), same_loads([0, 0, 1])


def fly(cells, buses, loads, generated, asked, **kwargs):
    charge = kwargs.pop("charge", 2e5)
    return power_course(
        buses, cells, loads, generated, asked, string_bus=[0, 1], battery_bus=[0, 1],
        charge=charge, **kwargs,
    )  # fmt: skip


def test_full_batteries_leave_the_rest_to_the_shunt() -> None:
    cells, buses, loads = station(efficiency=0.9)
    flown = fly(
        cells, buses, loads, np.full((2, 3000), 9000.0), np.full((3, 3000), 900.0),
        charge=[4e5, 4e5],
    )  # fmt: skip
    assert flown.flows[0, SHUNTED] == pytest.approx((9000 - 2 * 900 / 0.9) * 30_000, rel=2e-3)
    assert flown.flows[1, DELIVERED] == pytest.approx(900 * 30_000)
    assert np.all(flown.level[:, -1] > 0.999)


def test_a_battery_that_may_not_charge_runs_dry() -> None:
    cells, buses, loads = station()
    dark = np.tile(np.where(np.arange(540) < 330, 9000.0, 0.0), 20)
    flown = fly(
        cells, buses, loads, np.tile(dark, (2, 1)), np.full((3, dark.size), 1000.0),
        charging=[0.0, 1.0],
    )  # fmt: skip
    assert flown.level[0, -1] == 0
    assert flown.supplied[0].min() < 1e-12
    assert flown.supplied[1].min() == 1
    assert flown.level[1, -1] > 0.3


def test_a_converter_trips_after_its_time_and_stays_off() -> None:
    cells, buses, loads = station(limit=1500.0, trip_time=25.0)
    asked = np.full((3, 100), 700.0)
    asked[0, 20:22] = 1200.0  # 20 s over the limit: borne
    asked[0, 50:53] = 1200.0  # 30 s: not borne
    flown = fly(cells, buses, loads, np.full((2, 100), 9000.0), asked)
    assert np.all(flown.supplied[0, :52] == 1)
    assert np.all(flown.supplied[0, 52:] == 0)
    assert flown.tripped.tolist() == [1, 0]


def test_batteries_of_a_bus_share_and_the_next_takes_what_one_cannot() -> None:
    cells = same_batteries(2, capacity=4e5, empty_voltage=100.0, full_voltage=100.0, resistance=0.0)
    cells.discharge_limit[0] = 5.0
    flown = power_course(
        same_buses(1, efficiency=1.0, discharger_efficiency=1.0), cells, same_loads([0]),
        np.zeros((1, 1)), np.full((1, 1), 3000.0), string_bus=[0], battery_bus=[0, 0], charge=2e5,
    )  # fmt: skip
    assert flown.supplied[0, 0] == 1
    np.testing.assert_allclose(2e5 - flown.charge, [50.0, 250.0], rtol=1e-3)  # 5 A and 25 A


def test_a_bus_that_is_short_drops_its_least_load_first() -> None:
    cells = same_batteries(1, capacity=1.0, empty_voltage=90.0, full_voltage=120.0)
    loads = same_loads([0, 0, 0], priority=[3, 1, 2], keep=[1, 0, 0], least_off=1e9)
    flown = power_course(
        same_buses(1), cells, loads, np.full((1, 5), 1500.0), np.full((3, 5), 1000.0),
        string_bus=[0], battery_bus=[0], charge=0.0,
    )  # fmt: skip
    assert flown.running.astype(int).tolist() == [[1] * 5, [1, 0, 0, 0, 0], [1, 1, 0, 0, 0]]
    assert flown.supplied[0, -1] == 1


def test_a_load_comes_back_only_above_its_threshold_and_after_its_time() -> None:
    tree = same_loads([0], shed_below=0.3, restore_above=0.5, least_off=40.0)
    level = np.array([[0.4, 0.29, 0.4, 0.6, 0.6, 0.6, 0.6]]).T
    assert shedding_course(tree, level).astype(int).tolist() == [[1, 0, 0, 0, 0, 1, 1]]


def test_stored_energy_is_what_the_buses_booked() -> None:
    cells, buses, loads = station()
    flown = fly(cells, buses, loads, np.full((2, 500), 9000.0), np.full((3, 500), 1000.0))
    gained = stored_energy(cells, flown.charge) - stored_energy(cells, [2e5, 2e5])
    np.testing.assert_allclose(flown.flows[:, STORED], gained, rtol=1e-9)
    assert len(FLOWS) == flown.flows.shape[1]


BAD = [
    lambda: eclipse_share(0.0, 6e6, EARTH_RADIUS),
    lambda: array_course(same_strings(1, area=1, efficiency=2.0), [[0, 0, 1]], [1.0]),
    lambda: array_course(same_strings(1, area=1, efficiency=0.2), [[0, 0, 1]], [1.0], step=0),
    lambda: array_course(same_strings(1, area=1, efficiency=0.2, tracking=3), [[0, 0, 1]], [1.0]),
    lambda: battery_course(
        same_batteries(1, capacity=0, empty_voltage=1, full_voltage=2), [[1.0]], 0.0
    ),
    lambda: battery_course(
        same_batteries(1, capacity=1, empty_voltage=3, full_voltage=2), [[1.0]], 0.0
    ),
    lambda: battery_course(
        same_batteries(1, capacity=1, empty_voltage=1, full_voltage=2), [[1.0]], 2.0
    ),
    lambda: shedding_course(same_loads([0], parent=[0]), [[1.0]]),
    lambda: shedding_course(same_loads([1]), [[1.0]]),
    lambda: shedding_course(same_loads([0], shed_below=0.5, restore_above=0.4), [[1.0]]),
    lambda: fly(*station(efficiency=0.0), np.zeros((2, 1)), np.zeros((3, 1))),
    lambda: fly(*station(), np.zeros((2, 1)), np.zeros((3, 2))),
    lambda: fly(*station(), -np.ones((2, 1)), np.zeros((3, 1))),
    lambda: fly(*station(), np.zeros((1, 1)), np.zeros((3, 1))),
    lambda: fly(*station()[:2], same_loads([0, 0, 7]), np.zeros((2, 1)), np.zeros((3, 1))),
]


@pytest.mark.parametrize("case", range(len(BAD)))
def test_what_is_out_of_range_is_named(case) -> None:
    with pytest.raises(DomainError, match=r"expected|lie|are|stands|needs|is"):
        BAD[case]()
