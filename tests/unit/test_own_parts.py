"""Parts of the plant and rows of the dictionary that a user brings."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.caretaker.authority import Act
from stationkeeper.caretaker.nobody import Nobody
from stationkeeper.caretaker.vehicle import Ask
from stationkeeper.errors import InputError
from stationkeeper.operations.build import installed_parts, source_of_parts
from stationkeeper.operations.house import House
from stationkeeper.operations.registry import LoadRow, Part, Reading, Registry
from tests.small_flights import HOUR, Script, flown, haven_built, signal

EMPTY = np.zeros(0)


class Greenhouse:
    """A tray of plants: a lamp, water that it takes, a valve that may stick."""

    period = 60.0

    def __init__(self) -> None:
        """Remember the moments at which it was stepped."""
        self.moments: list[float] = []

    def declare(self, registry: Registry, house: House) -> None:
        room = house.rooms[0].name
        registry.load(LoadRow("greenhouse-lamp", "Greenhouse lamp", room, "payload", 150.0, 3))
        registry.signal("greenhouse.water", "kg", 2.0)
        registry.healthy("greenhouse.valve")
        registry.switch(
            "set.greenhouse", "Greenhouse valve", 1.0, act=Act.SET, act_off=Act.SET,
            target="greenhouse", subsystem="greenhouse", module=room,
        )  # fmt: skip
        registry.telemetry(
            Reading("greenhouse.water", "Water", "greenhouse.water", "kg", "greenhouse", room)
        )

    def wire(self, registry: Registry, house: House) -> Part:
        wires = [
            registry.of("greenhouse.water"), registry.of("load.greenhouse-lamp.on"),
            registry.of("greenhouse.valve", "health"), registry.of("set.greenhouse", "switches"),
        ]  # fmt: skip
        constants = np.array([registry.vary("greenhouse.use", 1e-4)])
        return Part("greenhouse", np.array(wires), constants, np.array([2.0]), np.zeros(1))

    def step(
        self, time: float, dt: float, signals: Any, health: Any, switches: Any, part: Part
    ) -> None:
        self.moments.append(time)
        water, lamp, valve, switch = part.wires
        used = part.constants[0] * dt * signals[lamp] * health[valve] * switches[switch]
        part.state[0] -= used
        part.ledger[0] += used
        signals[water] = part.state[0]


def changed(**methods: Any) -> Any:
    return type("Greenhouse", (Greenhouse,), methods)()


def test_a_part_of_ones_own_is_flown_told_and_commanded() -> None:
    part = Greenhouse()
    flight = flown(Script((1_800.0, [Ask("set.greenhouse", 0.0)])), HOUR, own=[part])
    row = flight.built.vehicle.parameters[flight.built.vehicle.parameter("greenhouse.water")]
    assert (row.unit, row.subsystem, row.module) == ("kg", "greenhouse", "haven-1")
    use = flight.built.registry.hidden["greenhouse.use"]
    assert 0.9e-4 <= use <= 1.1e-4
    used = 2.0 - signal(flight, "greenhouse.water")
    assert used == pytest.approx(1_800.0 * use, rel=0.05)  # until the valve was shut
    assert flight.own_parts[0].ledger[0] == pytest.approx(used)
    place = flight.built.vehicle.parameter("greenhouse.water")
    assert flight.arrays["row"][place] == pytest.approx(2.0 - used, abs=1e-6)


def test_it_is_stepped_each_period_however_long_the_commander_sleeps() -> None:
    angles: list[float] = []

    def step(self: Any, time: float, dt: float, signals: Any, *given: Any) -> None:
        self.moments.append(time)
        angles.append(float(signals[self.angle]))

    def wire(self: Any, registry: Registry, house: House) -> Part:
        self.angle = registry.of("env.orbit-angle")
        return Greenhouse.wire(self, registry, house)

    part = changed(step=step, wire=wire)
    flown(Nobody(), HOUR, own=[part])
    assert part.moments == [60.0 * step for step in range(1, 61)]
    turned = np.diff(np.unwrap(angles))  # it sees the plant as it is then, not as it is later
    np.testing.assert_allclose(turned, turned.mean(), rtol=0.01)
    assert turned.mean() > 0.05


def test_its_load_takes_power_and_is_shed_like_any_other() -> None:
    flight = flown(Script((600.0, [Ask("load.greenhouse-lamp", 0.0)])), HOUR, own=[Greenhouse()])
    assert signal(flight, "load.greenhouse-lamp.power") == 0.0
    assert signal(flight, "load.greenhouse-lamp.on") == 0.0
    lit = flown(Nobody(), HOUR, own=[Greenhouse()])
    assert signal(lit, "load.greenhouse-lamp.power") == pytest.approx(150.0, rel=0.02)
    drawn = signal(lit, "power.demand") - signal(flown(Nobody(), HOUR), "power.demand")
    assert 100.0 < drawn < 200.0


@pytest.mark.parametrize(
    ("fault", "name", "level"),
    [
        ("load-open:greenhouse-lamp@1800", "load.greenhouse-lamp.on", 0.0),
        ("payload-open:greenhouse-lamp@1800", "load.greenhouse-lamp.on", 0.0),
    ],
)
def test_faults_of_the_catalogue_befall_it(fault: str, name: str, level: float) -> None:
    flight = flown(Nobody(), HOUR, own=[Greenhouse()], faults=fault)
    assert signal(flight, name) == level
    assert signal(flight, "greenhouse.water") > signal(
        flown(Nobody(), HOUR, own=[Greenhouse()]), "greenhouse.water"
    )


def test_its_sensors_can_fail() -> None:
    fault = "sensor-bias:greenhouse.water@0=0.5"
    flight = flown(Nobody(), 600.0, own=[Greenhouse()], faults=fault)
    place = flight.built.vehicle.parameter("greenhouse.water")
    told = flight.arrays["row"][place] - signal(flight, "greenhouse.water")
    assert told == pytest.approx(0.5, abs=0.01)


def test_flights_of_one_plant_do_not_share_its_state() -> None:
    from stationkeeper.caretaker.authority import Commander
    from stationkeeper.operations.flight import begin, fly
    from tests.small_flights import haven_around

    built = haven_built(Greenhouse())
    left = []
    for _ in range(2):
        flight = begin(
            built, haven_around(), Nobody(), who="nobody", commander=Commander.CARETAKER,
            faults=(), duration=HOUR,
        )  # fmt: skip
        fly(flight, HOUR)
        left.append(signal(flight, "greenhouse.water"))
    assert left[0] == left[1] < 2.0


def test_a_row_of_the_dictionary_needs_no_more_than_a_reading() -> None:
    def declare(self: Any, registry: Registry, house: House) -> None:
        registry.telemetry(
            Reading("sun.beta", "Sun over the orbit", "env.beta", "deg", "orbit", scale=57.29578)
        )

    def wire(self: Any, registry: Registry, house: House) -> Part:
        return Part("sun", np.zeros(0, np.int64), EMPTY, EMPTY, EMPTY)

    own = changed(declare=declare, wire=wire, step=lambda *given: None, period=HOUR)
    flight = flown(Nobody(), 600.0, own=[own])
    place = flight.built.vehicle.parameter("sun.beta")
    expected = np.degrees(signal(flight, "env.beta"))
    assert flight.arrays["row"][place] == pytest.approx(expected, abs=1e-3)


def declares(reading: Reading) -> Any:
    def declare(self: Any, registry: Registry, house: House) -> None:
        Greenhouse.declare(self, registry, house)
        registry.telemetry(reading)

    return declare


def throws(*given: Any) -> None:
    raise KeyError("lamp")


@pytest.mark.parametrize(
    ("methods", "words"),
    [
        (
            {"declare": declares(Reading("greenhouse.water", "Mud", "env.beta", "kg", "mud"))},
            "the parameter greenhouse.water has two meanings; expected one name for each",
        ),
        (
            {"declare": declares(Reading("bus.1.level", "Mud", "env.beta", "%", "mud"))},
            "the parameter bus.1.level has two meanings",
        ),
        (
            {"declare": declares(Reading("mud", "Mud", "mud.level", "%", "mud"))},
            "the parameter mud tells of mud.level, which is not there",
        ),
        (
            {"declare": lambda self, registry, house: registry.signal("env.beta", "rad")},
            "part Greenhouse: declare: plant: the signal env.beta has two meanings",
        ),
        ({"declare": throws}, "part Greenhouse: declare: KeyError: 'lamp'"),
        (
            {"wire": lambda self, registry, house: registry.of("greenhouse.watr")},
            "part Greenhouse: wire: plant: no signals named greenhouse.watr",
        ),
        ({"wire": lambda self, registry, house: None}, "wire: given None, expected a Part"),
        ({"period": 0.0}, "part Greenhouse: period: given 0.0, expected 10 s or more"),
        ({"period": float("nan")}, "period: given nan"),
        ({"period": float("inf")}, "period: given inf"),
    ],
)
def test_a_part_that_cannot_be_laid_out_is_told_by_name(methods: Any, words: str) -> None:
    with pytest.raises(InputError) as raised:
        haven_built(changed(**methods))
    assert words in str(raised.value)


def test_a_part_that_throws_in_flight_is_told_by_name_and_moment() -> None:
    with pytest.raises(InputError, match=r"part Greenhouse: step threw at 60 s: KeyError: 'lamp'"):
        flown(Nobody(), HOUR, own=[changed(step=throws)])


PACKAGE = '''
import numpy as np
from stationkeeper.operations.registry import Part, Reading

class Beta:
    """One row of the dictionary."""
    period = 3600.0
    def declare(self, registry, house):
        registry.telemetry(Reading("sun.beta", "Sun", "env.beta", "rad", "orbit"))
    def wire(self, registry, house):
        return Part("sun", np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0))
    def step(self, time, dt, signals, health, switches, part):
        pass

class Half:
    period = 60.0
    def declare(self, registry, house):
        pass
'''


def install(folder: Path, target: str) -> str:
    name = f"parts_{folder.name}".replace("-", "_")
    (folder / f"{name}.py").write_text(PACKAGE)
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[stationkeeper.parts]\nmine = {name}:{target}\n")
    return name


def test_an_installed_part_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stationkeeper.operations.build import build
    from tests.small_flights import haven

    before = source_of_parts()
    install(tmp_path, "Beta")
    monkeypatch.syspath_prepend(tmp_path)
    assert "Beta" in [type(one).__name__ for one in installed_parts()]
    assert len(source_of_parts()) == len(before) + 1
    names = {row.name for row in build(haven(), seed=1).vehicle.parameters}
    assert "sun.beta" in names
    assert "sun.beta" not in {row.name for row in haven_built().vehicle.parameters}


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("Half", "expected a class with declare, wire and step, and a period: TypeError: no wire"),
        ("Absent", "AttributeError"),
    ],
)
def test_an_installed_part_that_is_none_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, words: str
) -> None:
    name = install(tmp_path, target)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError) as raised:
        installed_parts()
    assert f"part mine: given {name}:{target}" in str(raised.value)
    assert words in str(raised.value)
