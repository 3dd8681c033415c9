"""Faults: the catalogue, instances, the table of the kernel, files, and those by chance."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.errors import InputError
from stationkeeper.kernels import kernel
from stationkeeper.lifetime.upkeep import random_rate
from stationkeeper.operations import surroundings
from stationkeeper.operations.build import PARTS
from stationkeeper.operations.fault_course import read, signals_of
from stationkeeper.operations.fault_files import (
    fault_file_of,
    faults_of,
    read_faults,
    shipped_fault_file,
    shipped_faults,
)
from stationkeeper.operations.fault_kinds import (
    components_of,
    fault_kind,
    fault_kinds,
    healths_of,
    kinds_there,
    sizes_of,
    span_of,
    table,
)
from stationkeeper.operations.faults import (
    ACTIVE,
    COLUMNS,
    SWITCH,
    Fault,
    apply_faults,
    clear_faults,
    fault_rows,
    fault_table,
    named_fault,
    named_faults,
    next_change,
)
from stationkeeper.operations.house import House, house_of
from stationkeeper.operations.random_faults import (
    YEAR,
    drawn_fault,
    expected_faults,
    random_faults,
    unit_rate,
)
from stationkeeper.operations.registry import Registry
from stationkeeper.operations.sensors import declare_sensor_health
from stationkeeper.programme.read import read_programme

HALF_YEAR = 180 * 86_400.0


@cache
def station(programme: str, name: str, first_day=None, uncrewed: bool = True):
    house = house_of(read_programme(programme), name, first_day=first_day, uncrewed=uncrewed)
    registry = Registry(1, 0)
    surroundings.declare(registry)
    for part in PARTS:
        part.declare(registry, house)
    declare_sensor_health(registry)
    return house, registry


def ros() -> tuple[House, Registry]:
    return station("iss-to-ros", "ros")


def every_station():
    return [ros(), station("iss", "iss"), station("haven-1", "haven-1"),
            station("salyut-7", "salyut-7")]  # fmt: skip


@kernel
def _apply(time, rows, nominal, health):
    apply_faults(time, rows, nominal, health)


@kernel
def _clear(time, rows, switches):
    return clear_faults(time, rows, switches)


@kernel
def _next(time, rows):
    return next_change(time, rows)


def row(health=0, mode=0, size=0.0, onset=0.0, ramp=0.0, end=np.inf, period=0.0, duty=1.0,
        active=1.0, switch=0.0):  # fmt: skip
    return [health, mode, size, onset, ramp, end, period, duty, active, switch]


def health_at(time, rows, nominal=(1.0, 0.0)):
    given = np.array(nominal)
    health = given.copy()
    _apply(float(time), np.array(rows, dtype=float), given, health)
    return health.tolist()


# The catalogue


def test_at_least_forty_kinds_over_all_subsystems():
    kinds = fault_kinds()
    assert len(kinds) >= 40
    assert {kind.subsystem for kind in kinds.values()} == {
        "power", "heat", "air", "water", "attitude", "propulsion", "computers", "link", "visits",
        "payload", "sensors",
    }  # fmt: skip
    assert [row["key"] for row in table()] == list(kinds)


@pytest.mark.parametrize("key", list(fault_kinds()))
def test_a_kind_makes_sense(key):
    kind = fault_kind(key)
    assert kind.mode in ("set", "factor", "add")
    assert kind.severity in ("nuisance", "degrading", "hazardous")
    assert kind.confidence in ("A", "B", "C")
    assert kind.title
    assert kind.about
    assert kind.source
    assert kind.targets
    assert kind.size[0] <= kind.typical <= kind.size[1]
    assert kind.mode != "factor" or kind.size[0] >= 0
    assert kind.spread == "even" or kind.size[0] > 0
    for low, high in (kind.ramp_s, kind.period_s, kind.duty, kind.lasts_s):
        assert 0 <= low <= high
    assert kind.duty[1] <= 1
    assert (kind.intermittent > 0) == (kind.period_s[0] > 0) == (kind.duty[0] > 0)
    assert (kind.cleared_by == "") == (kind.switch == "")
    assert (kind.common_share > 0) == bool(kind.common_cause)
    assert set(kind.common_cause) <= set(fault_kinds())
    assert (kind.share > 0) == bool(kind.equipment)
    assert kind.share > 0 or kind.per_year > 0
    # What is neither read nor from memory of a source is named as ours.
    assert "own choice" not in kind.source or kind.estimates


def test_each_kind_can_befall_some_shipped_station():
    there = [kinds_there(registry) for _, registry in every_station()]
    missing = [key for key in fault_kinds() if not any(found[key] for found in there)]
    assert not missing


def test_the_russian_station_can_have_all_but_a_few():
    found = kinds_there(ros()[1])
    assert [key for key, components in found.items() if not components] == []


def test_healths_and_switches_of_every_kind_are_there():
    for _, registry in every_station():
        for key, components in kinds_there(registry).items():
            for component in components[:3]:
                rows = fault_table(registry, [Fault(key, component)])
                assert rows.shape[1] == COLUMNS
                assert len(rows) >= len(fault_kind(key).targets)
                assert (rows[0, SWITCH] != 0) == bool(fault_kind(key).cleared_by)


def test_a_star_stands_for_every_one():
    registry = ros()[1]
    assert len(healths_of(fault_kind("attitude-unknown"), "", registry)) == 2
    silent = healths_of(fault_kind("module-silent"), "base", registry)
    names = list(registry.health)
    assert {names[number] for number in silent} >= {
        "sensor.room.base.pressure.dropout", "sensor.room.base.pressure.b.dropout",
    }  # fmt: skip
    assert all(names[number].startswith("sensor.room.base.") for number in silent)


def test_components_are_of_the_sort_meant():
    registry = ros()[1]
    payloads = components_of(fault_kind("payload-open"), registry)
    assert "furnace" in payloads
    assert "galley" not in payloads
    machines = components_of(fault_kind("machine-weak"), registry)
    assert "oxygen-1" in machines
    assert not any("transmitter" in name for name in machines)
    pairs = components_of(fault_kind("sensor-pair-off"), registry)
    assert "room.base.pressure" in pairs
    assert not any(name.endswith(".b") for name in pairs)
    states = {one.name for one in registry.readings if one.kind == "state"}
    assert states
    assert not states & set(components_of(fault_kind("sensor-bias"), registry))
    assert states <= set(components_of(fault_kind("sensor-stuck"), registry))


def test_sizes_of_sensors_are_in_the_unit_of_the_reading():
    registry = ros()[1]
    reading = next(one for one in registry.readings if one.name == "room.base.pressure")
    kind = fault_kind("sensor-bias")
    assert sizes_of(kind, reading.name, registry)[1] == pytest.approx(
        kind.typical * (reading.high - reading.low)
    )
    assert span_of(replace(reading, low=-np.inf)) == pytest.approx(50 * reading.noise)


# The table of the kernel


def test_a_health_is_set_multiplied_or_added_to_and_comes_back():
    assert health_at(9, [row(0, 0, 0.25, onset=10)]) == [1.0, 0.0]
    assert health_at(10, [row(0, 0, 0.25, onset=10)]) == [0.25, 0.0]
    assert health_at(10, [row(0, 1, 0.5)], (0.8, 0.0)) == [0.4, 0.0]
    assert health_at(10, [row(1, 2, 3.0)]) == [1.0, 3.0]
    assert health_at(20, [row(0, 0, 0.25, onset=10, end=20)]) == [1.0, 0.0]
    assert health_at(10, [row(0, 0, 0.25, active=0.0)]) == [1.0, 0.0]


def test_a_fault_grows_over_its_ramp():
    rows = [row(0, 0, 0.0, onset=100, ramp=50), row(1, 2, 4.0, onset=100, ramp=50)]
    assert health_at(125, rows) == [0.5, 2.0]
    assert health_at(150, rows) == [0.0, 4.0]
    assert health_at(125, [row(0, 1, 3.0, onset=100, ramp=50)])[0] == 2.0


def test_a_fault_comes_and_goes():
    rows = [row(0, 0, 0.0, onset=100, period=60, duty=0.25)]
    there = [health_at(time, rows)[0] == 0.0 for time in range(95, 225, 5)]
    assert there == [t >= 100 and (t - 100) % 60 < 15 for t in range(95, 225, 5)]


def test_several_on_one_health_compose_in_order():
    both = [row(0, 0, 0.5), row(0, 1, 0.5)]
    assert health_at(0, both)[0] == 0.25
    assert health_at(0, both[::-1])[0] == 0.5


def test_a_health_that_no_fault_names_is_left_alone():
    nominal, health = np.array([1.0, 0.0]), np.array([1.0, 7.0])
    _apply(0.0, np.array([row(0, 0, 0.5)]), nominal, health)
    assert health.tolist() == [0.5, 7.0]


def plain(time, rows, nominal):
    """The same in plain Python, row by row."""
    health = list(nominal)
    for place, mode, size, onset, ramp, end, period, duty, active, _ in rows:
        since = time - onset
        there = active and since >= 0 and time < end
        if there and period > 0:
            there = math.fmod(since, period) < duty * period
        share = 0.0 if not there else min(1.0, since / ramp) if ramp > 0 else 1.0
        place, now = int(place), health[int(place)]
        health[place] = [now + share * (size - now), now * (1 + share * (size - 1)),
                         now + share * size][int(mode)]  # fmt: skip
    return health


rows_of = st.lists(
    st.builds(
        row,
        health=st.integers(0, 2),
        mode=st.integers(0, 2),
        size=st.floats(0, 5),
        onset=st.sampled_from([0.0, 40.0, 200.0]),
        ramp=st.sampled_from([0.0, 50.0, 700.0]),
        end=st.sampled_from([600.0, np.inf]),
        period=st.sampled_from([0.0, 60.0, 100.0]),
        duty=st.sampled_from([0.25, 0.5, 1.0]),
        active=st.sampled_from([1.0, 1.0, 0.0]),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=200, deadline=None)
@given(rows_of, st.integers(0, 1_000))
def test_the_kernel_does_what_plain_python_does(rows, time):
    nominal = (1.0, 0.0, 1.0)
    assert health_at(time, rows, nominal) == pytest.approx(plain(time, rows, nominal), abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(rows_of, st.integers(0, 1_000))
def test_between_changes_without_ramps_nothing_changes(rows, time):
    for one in rows:
        one[4] = 0.0
    change = _next(float(time), np.array(rows, dtype=float))
    assert change > time
    before = np.nextafter(change, 0.0) if np.isfinite(change) else 1e7
    assert health_at(before, rows, (1.0, 0.0, 1.0)) == health_at(time, rows, (1.0, 0.0, 1.0))


def test_a_power_cycle_clears_what_it_can_and_only_after_the_onset():
    registry = ros()[1]
    faults = [
        Fault("computer-hung", "2", 100.0), Fault("computer-dead", "2", 100.0),
        Fault("controller-hung", "base", 100.0),
    ]  # fmt: skip
    rows = fault_table(registry, faults)
    switches = np.array(registry.first_switches)
    assert _clear(200.0, rows, switches) == 0
    switches[registry.switches["load.computer-2"]] = 0.0
    assert _clear(50.0, rows, switches) == 0
    assert _clear(200.0, rows, switches) == 1
    assert rows[:, ACTIVE].tolist() == [0.0, 1.0, 1.0]
    assert _clear(200.0, rows, switches) == 0


def test_a_reset_clears_while_it_is_on():
    rows = np.array([row(switch=-3.0)])
    assert _clear(0.0, rows, np.zeros(4)) == 0
    assert _clear(0.0, rows, np.array([0.0, 0.0, 1.0, 0.0])) == 1


def test_rows_tell_which_fault_they_are_of():
    registry = ros()[1]
    faults = [Fault("attitude-unknown"), Fault("pump-stopped", "pump-1-1")]
    assert fault_rows(registry, faults).tolist() == [0, 0, 1]
    assert len(fault_table(registry, faults)) == 3
    assert fault_table(registry, []).shape == (0, COLUMNS)


# Faults by name


def test_faults_by_name():
    registry = ros()[1]
    one = named_fault("pump-stopped:pump-1-1@3600", registry)
    assert one == Fault("pump-stopped", "pump-1-1", 3_600.0)
    assert one.name == "pump-stopped:pump-1-1@3600"
    two = named_faults("air-leak:base@60=1e-6, computers-down@5", registry)
    assert [fault.name for fault in two] == ["air-leak:base@60", "computers-down@5"]
    assert two[0].size == 1e-6
    assert named_fault("wheel-stopped", registry).component == "1"


def test_what_always_comes_and_goes_does_so_by_name():
    registry = ros()[1]
    jumps = named_fault("sensor-jumps:room.base.pressure@10", registry)
    assert jumps.period > 0
    assert 0 < jumps.duty < 1
    assert named_fault("bus-trips:1@10", registry).end == 11.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pump-stoped:pump-1-1@5", "did you mean 'pump-stopped'"),
        ("pump-stopped:pump-9-1@5", "pump-1-1, pump-1-2"),
        ("wheel-stopped:99@5", "expected one of: 1, 2"),
        ("pump-stopped:pump-1-1@soon", "given 'soon'; expected a number"),
        ("pump-stopped:pump-1-1@-5", "onset: given -5.0; expected 0 s or later"),
        ("pump-stopped:pump-1-1@5=-1", "expected a factor of 0 or more"),
        ("air-leak:base@5=nan", "size: given nan; expected a number"),
        ("computers-down:2@5", "it befalls the station as a whole"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_with_the_choices(text, said):
    with pytest.raises(InputError) as error:
        named_fault(text, ros()[1])
    assert said in str(error.value)


def test_a_station_without_wheels_has_no_fault_of_wheels():
    registry = station("salyut-7", "salyut-7")[1]
    with pytest.raises(InputError, match="this station has nothing with wheel"):
        named_fault("wheel-stopped:1@5", registry)


def test_a_command_line_names_nothing_chance_history_or_faults(tmp_path):
    house, registry = ros()
    more = {"seed": 1, "mission": 3, "duration": HALF_YEAR}
    assert faults_of("none", house, registry, **more) == ()
    by_chance = faults_of("random", house, registry, **more)
    assert by_chance == random_faults(house, registry, 1, 3, HALF_YEAR)
    file = tmp_path / "mine.toml"
    file.write_text('[[fault]]\nkind = "fire"\ncomponent = "nem"\nonset_s = 5\n')
    assert faults_of(str(file), house, registry, **more)[0].name == "fire:nem@5"
    assert faults_of("fire:nem@5", house, registry, **more)[0].name == "fire:nem@5"
    with pytest.raises(InputError, match="did you mean 'nauka-2021'"):
        faults_of("nauka-2012", house, registry, **more)
    with pytest.raises(InputError, match=r"ms-22-2022: row 1 of \[\[fault\]\]: .*soyuz-ms"):
        faults_of("ms-22-2022", house, registry, **more)


# Files


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[[fault]]\nkind = "fire"\n\n[[fault]]\nkind = "fires"\n', 5, "did you mean 'fire'"),
        ('[[fault]]\nkind = "fire"\nonset_sec = 5\n', 3, "did you mean 'onset_s'"),
        ('[[fault]]\nkind = "fire"\nonset_s = -5\n', 3, "greater than or equal to 0"),
        ('[[fault]]\nkind = "fire"\nonset_s = 5\nonset_day = 1\n', 4, "onset_s and onset_day"),
        ("[[fault]]\nonset_s = 5\n", 1, "this key"),
        ('[[fault]]\nkind = "fire"\nat = 2021-07-29T16:34:00Z\n', 3, "without [flight]"),
        ('[[fault]]\nkind = "fire"\nduty = 2.0\n', 3, "less than or equal to 1"),
        ('[[fault]]\nkind = "fire"\nsize = "big"\n', 3, "valid number"),
    ],
)
def test_a_file_that_is_wrong_is_named_by_file_and_line(text, line, said):
    with pytest.raises(InputError) as error:
        fault_file_of(text, "mine.toml")
    assert f"mine.toml:{line}: " in str(error.value)
    assert said in str(error.value)


def test_a_file_that_is_no_toml_or_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"mine\.toml: Invalid value"):
        fault_file_of("a = ", "mine.toml")
    with pytest.raises(InputError, match="No such file"):
        read_faults(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        read_faults(tmp_path / "bytes.toml")


def test_a_moment_before_the_flight_is_refused():
    text = shipped_text("nauka-2021").replace(
        "2021-07-29T16:34:00Z\nsize", "2021-07-28T16:34:00Z\nsize"
    )
    with pytest.raises(InputError, match="a moment after the begin of the flight"):
        fault_file_of(text, "x.toml")


def shipped_text(name: str) -> str:
    from importlib import resources

    folder = resources.files("stationkeeper.operations").joinpath("data", "faults")
    return folder.joinpath(f"{name}.toml").read_text("utf-8")


def test_the_five_files_of_history_are_there():
    assert shipped_faults() == (
        "computers-2007", "ms-22-2022", "nauka-2021", "salyut-7-1985", "tunnel-leak-2024",
    )  # fmt: skip


@pytest.mark.parametrize("name", shipped_faults())
def test_a_file_of_history_fits_its_station(name):
    file = shipped_fault_file(name)
    assert file.flight is not None
    assert file.assumed
    house, registry = station(
        file.flight.programme, file.flight.station, file.flight.first_day, file.flight.uncrewed
    )
    duration = file.flight.days * 86_400
    faults = faults_of(name, house, registry, seed=1, mission=0, duration=duration)
    assert faults
    assert all(0 <= fault.onset < duration for fault in faults)
    for one in file.course:
        assert signals_of(one, list(registry.signals))
        assert 0 <= file.second(one.at) < duration
        assert one.until is None or file.second(one.at) < file.second(one.until) <= duration


def test_a_course_of_a_signal_that_is_not_there_is_refused():
    file = shipped_fault_file("nauka-2021")
    with pytest.raises(InputError, match="expected a signal of the station"):
        signals_of(file.course[0].model_copy(update={"signals": ("attitude.rate-w",)}), ["a.b"])


@pytest.mark.parametrize(
    ("how", "unit", "level", "ours"),
    [
        ("value", "deg", None, 10.0),
        ("largest", "deg", None, 40.0),
        ("smallest", "deg", None, 10.0),
        ("change", "deg", None, 30.0),
        ("turn", "deg", None, 7_500.0),
        ("first-above", "min", 20.0, 110 / 60),
        ("first-below", "s", 5.0, math.nan),
        ("share", "%", 25.0, 50.0),
    ],
)
def test_a_course_is_read_as_it_says(how, unit, level, ours):
    time = np.arange(0.0, 1_000.0, 10.0)
    values = np.radians(time / 10.0)  # a degree in 10 s
    one = shipped_fault_file("nauka-2021").course[0].model_copy(
        update={"read": how, "unit": unit, "level": level, "level_unit": "deg"}
    )  # fmt: skip
    found = read(one, time, values, 100.0, 400.0)
    assert found == pytest.approx(ours, rel=0.04, nan_ok=True)


# Faults by chance


def test_the_same_mission_has_the_same_faults_and_another_has_others():
    house, registry = ros()
    one = random_faults(house, registry, 1, 4, HALF_YEAR)
    assert one == random_faults(house, registry, 1, 4, HALF_YEAR)
    assert one != random_faults(house, registry, 1, 5, HALF_YEAR)
    assert one != random_faults(house, registry, 2, 4, HALF_YEAR)
    assert [fault.onset for fault in one] == sorted(fault.onset for fault in one)


def test_a_longer_flight_begins_with_the_faults_of_a_shorter():
    house, registry = ros()
    for mission in range(5):
        short = random_faults(house, registry, 1, mission, HALF_YEAR / 2)
        long = random_faults(house, registry, 1, mission, HALF_YEAR)
        assert short == tuple(fault for fault in long if fault.onset < HALF_YEAR / 2)


def test_faults_by_chance_fit_the_station_and_their_kinds():
    for house, registry in every_station():
        for mission in range(6):
            faults = random_faults(house, registry, 9, mission, HALF_YEAR)
            fault_table(registry, faults)
            for fault in faults:
                kind = fault_kind(fault.kind)
                least, _, most = sizes_of(kind, fault.component, registry)
                assert least * (1 - 1e-12) <= abs(fault.size or 0.0) <= most * (1 + 1e-12) or (
                    least <= (fault.size or 0.0) <= most
                )
                assert fault.onset == int(fault.onset)
                assert kind.ramp_s[0] <= fault.ramp <= kind.ramp_s[1]


def test_as_many_as_hazards_and_rates_say():
    house, registry = ros()
    missions = 200
    expected = expected_faults(house, registry, HALF_YEAR)
    drawn = [random_faults(house, registry, 3, number, HALF_YEAR) for number in range(missions)]
    alone = {key for key, kind in fault_kinds().items() if not kind.common_cause}
    counts = [sum(fault.kind in alone and not fault.group for fault in one) for one in drawn]
    mean = sum(expected[key] for key in alone)
    # Poisson: four standard errors of the mean of 200 missions.
    assert np.mean(counts) == pytest.approx(mean, abs=4 * math.sqrt(mean / missions))
    assert 2 < mean < 30


def test_more_sensors_fail_in_a_longer_flight_in_proportion():
    house, registry = ros()
    one, two = (expected_faults(house, registry, time)["sensor-stuck"] for time in (1e6, 2e6))
    assert two == pytest.approx(2 * one)
    count = len(components_of(fault_kind("sensor-stuck"), registry))
    assert one == pytest.approx(fault_kind("sensor-stuck").per_year * count * 1e6 / YEAR)


def test_faults_of_one_cause_have_one_name_and_follow_within_the_hour():
    house, registry = ros()
    groups: dict[str, list[Fault]] = {}
    for mission in range(200):
        for fault in random_faults(house, registry, 5, mission, HALF_YEAR):
            if fault.group:
                groups.setdefault(f"{mission} {fault.group}", []).append(fault)
    assert any(len(faults) > 1 for faults in groups.values())
    for faults in groups.values():
        assert len({fault.kind for fault in faults}) == 1
        assert len({fault.component for fault in faults}) == len(faults)
        assert max(one.onset for one in faults) - min(one.onset for one in faults) <= 3_600


def test_equipment_fails_by_the_rate_that_lifetimes_take():
    programme = read_programme("iss")
    for group in programme.equipment.values():
        assert unit_rate(group) == random_rate(group)


def test_a_fault_of_a_kind_is_drawn_at_the_time_asked_for():
    registry = ros()[1]
    for key, components in kinds_there(registry).items():
        fault = drawn_fault(key, registry, 1, 0, onset=86_400.0)
        assert fault is not None
        assert fault.onset == 86_400.0
        assert fault.component in components
        fault_table(registry, [fault])
    without = station("salyut-7", "salyut-7")[1]
    assert drawn_fault("wheel-stopped", without, 1, 0, onset=0.0) is None
    parts = {drawn_fault("sensor-bias", registry, 1, n, onset=0.0).component for n in range(20)}
    assert len(parts) > 10
