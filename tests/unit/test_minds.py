"""Commanders of a user's own: found, made, asked, and what becomes of those that throw."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.caretaker.authority import Commander
from stationkeeper.caretaker.limits_mind import LimitsMind
from stationkeeper.caretaker.nobody import Nobody
from stationkeeper.caretaker.vehicle import Ask, Seen
from stationkeeper.errors import InputError
from stationkeeper.operations.checkpoint import take_up, write_checkpoint
from stationkeeper.operations.flight import begin, fly
from stationkeeper.operations.ground import GroundMind
from stationkeeper.operations.minds import Command, commanded, made_mind, mind_of, source_of
from tests.small_flights import HOUR, Script, flown, haven_around, haven_built, signal, told
from tests.vehicles import small_station

MINE = """
from stationkeeper.caretaker.vehicle import Ask

class Lights:
    def __init__(self, vehicle):
        self.vehicle, self.asked = vehicle, 0
    def act(self, seen):
        self.asked += 1
        return [Ask("load.cold-store", 0.0, "nobody is aboard")], seen.time + 1800.0
    def save(self):
        return {"asked": self.asked}
    def restore(self, saved):
        self.asked = saved["asked"]

class Mute:
    def __init__(self, vehicle):
        pass

class Shy:
    def __init__(self, vehicle):
        raise KeyError("no such parameter: smell")
    act = save = restore = None
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module of minds, installed and importable."""
    name = f"mine_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(MINE)
    metadata = tmp_path / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[stationkeeper.caretakers]\n"
        f"lights = {name}:Lights\nmute = {name}:Mute\nlost = {name}:Lost\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path / f"{name}.py"


def test_shipped_minds_are_found() -> None:
    station = small_station()
    assert isinstance(mind_of(Command("nobody"))(station), Nobody)
    assert isinstance(mind_of(Command("limits"))(station), LimitsMind)
    ground = mind_of(commanded("ground", "stations", 60.0))(station)
    assert isinstance(ground, GroundMind)
    assert (ground.reaction, ground.link) == (3_600.0, "stations")
    assert commanded("ground", "stations", 60.0).commander is Commander.GROUND
    assert commanded("limits", "stations", 60.0).commander is Commander.CARETAKER


def test_a_mind_is_found_by_its_installed_name_and_by_its_class(mine: Path) -> None:
    for name in ("lights", f"{mine.stem}:Lights"):
        made = made_mind(Command(name), small_station())
        assert type(made).__name__ == "Lights", name
        assert made.save() == {"asked": 0}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("limit", "did you mean 'limits'?"),
        ("light", "did you mean 'lights'?"),
        ("nowhere:Class", "expected module:Class that can be imported: ModuleNotFoundError"),
        ("MINE:Absent", "AttributeError"),
        ("MINE:Mute", "missing: act, save, restore"),
        ("mute", "missing: act, save, restore"),
        ("lost", "Lost; expected a class that can be imported: AttributeError"),
        ("MINE:Shy", "made with one argument, the vehicle: KeyError: 'no such parameter: smell'"),
        ("", "module:Class"),
        (":", "ValueError"),
    ],
)
def test_what_is_no_mind_is_told_with_its_name(mine: Path, name: str, words: str) -> None:
    name = name.replace("MINE", mine.stem)
    with pytest.raises(InputError) as raised:
        made_mind(Command(name), small_station())
    assert f"--caretaker: given '{name}'" in str(raised.value)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("link", "minutes", "words"),
    [
        ("full-rely", 30.0, "--link: given 'full-rely'; expected"),
        ("stations", 0.5, "--reaction-min: given 0.5; expected 1 to 1440 minutes"),
        ("stations", 1_441.0, "--reaction-min: given 1441"),
        ("stations", math.nan, "--reaction-min: given nan"),
    ],
)
def test_links_and_reactions_that_are_none_are_told(link: str, minutes: float, words: str) -> None:
    with pytest.raises(InputError, match=words.replace("?", r"\?")):
        commanded("ground", link, minutes)


def test_another_text_of_a_mind_is_another_flight(mine: Path) -> None:
    before = source_of(Command("lights"))
    assert before == source_of(Command(f"{mine.stem}:Lights")) != ""
    mine.write_text(MINE + "\n# changed\n")
    assert source_of(Command("lights")) not in ("", before)
    assert source_of(Command("limits")) == ""


def test_a_mind_of_ones_own_commands_the_station(mine: Path) -> None:
    lights = made_mind(Command("lights"), haven_built().vehicle)
    flight = flown(lights)
    assert signal(flight, "load.cold-store.on") == 0.0
    assert lights.save()["asked"] >= 2
    assert {(one.name, one.who) for one in told(flight, "done")} == {("load.cold-store", "mine")}
    assert signal(flown(Nobody()), "load.cold-store.on") == 1.0


def test_a_mind_sees_what_telemetry_tells_and_what_became_of_its_asks() -> None:
    mind = Script((60.0, [Ask("load.cold-store", 0.0), Ask("load.nothing", 1.0)]), (1_200.0, []))
    flight = flown(mind)
    answers = [answer for seen in mind.seen for answer in seen.answers]
    assert [(one.ask.name, one.verdict.name) for one in answers] == [
        ("load.cold-store", "ALLOWED"), ("load.nothing", "REFUSED"),
    ]  # fmt: skip
    assert mind.seen[0].readings.shape == (len(flight.built.vehicle.parameters),)
    assert np.all(np.diff([seen.time for seen in mind.seen]) > 0)
    (refused,) = told(flight, "refused")
    assert "load.nothing" in refused.name


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (ZeroDivisionError("of nothing"), "threw ZeroDivisionError: of nothing"),
        (["load.cold-store"], "threw TypeError: asked for 'load.cold-store', expected an Ask"),
        ([None], "expected an Ask"),
        ([Ask("load.cold-store", math.nan)], "asked load.cold-store for nan, expected a number"),
        ([Ask("load.cold-store", "off")], "threw TypeError"),  # type: ignore[arg-type]
    ],
)
def test_a_mind_that_throws_leaves_a_station_in_safe_mode(given: Any, words: str) -> None:
    mind = Script((600.0, given), (1_200.0, []))
    flight = flown(mind)
    (failed,) = told(flight, "mind-failed")
    assert words in failed.text
    assert "nobody is asked any more, safe mode" in failed.text
    assert failed.time == 600.0
    assert [one.text for one in told(flight, "safe-mode")] == ["begins"]
    assert flight.gate.safe
    assert flight.time == HOUR
    assert len([seen for seen in mind.seen if seen.time > 600.0]) == 0


@pytest.mark.parametrize("wake", [math.nan, "soon", None])
def test_a_mind_that_names_no_moment_has_failed(wake: Any) -> None:
    class Timeless(Script):
        def act(self, seen: Seen) -> tuple[list[Ask], float]:
            return [], wake

    flight = flown(Timeless(), 600.0)
    assert len(told(flight, "mind-failed")) == 1
    assert flight.gate.safe


@pytest.mark.parametrize("wake", [-1.0, 0.0, math.inf])
def test_any_number_is_a_moment(wake: float) -> None:
    class Restless(Script):
        def act(self, seen: Seen) -> tuple[list[Ask], float]:
            self.seen.append(seen)
            return [], wake

    mind = Restless()
    assert not told(flown(mind, 600.0), "mind-failed")
    if wake <= 0.0:  # asked every step, no more often
        assert len(mind.seen) <= 60


def test_a_mind_cannot_speak_for_another() -> None:
    crew = Ask("safe-mode", 0.0, "we feel fine", Commander.CREW, override=True)
    flight = flown(Script((600.0, [Ask("safe-mode")]), (1_200.0, [crew]), (1_210.0, [crew])))
    assert flight.gate.safe
    assert told(flight, "refused")


def test_a_mind_whose_memory_is_no_plain_data_is_told(tmp_path: Path) -> None:
    class Forgetful(Script):
        def save(self) -> dict[str, Any]:
            return {"array": np.zeros(2)}

    flight = flown(Forgetful(), 600.0, folder=tmp_path / "telemetry")
    with pytest.raises(InputError, match=r"mine: save failed: TypeError.*expected all"):
        write_checkpoint(flight, tmp_path)


def test_a_flight_under_a_failed_mind_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    class Broken(Script):
        def save(self) -> dict[str, Any]:
            raise ZeroDivisionError

        def restore(self, saved: dict[str, Any]) -> None:
            raise ZeroDivisionError

    flight = flown(Broken((600.0, OSError("gone"))), HOUR, folder=tmp_path / "telemetry")
    write_checkpoint(flight, tmp_path)
    again = begin(
        haven_built(), haven_around(), Broken(), who="mine", commander=Commander.CARETAKER,
        faults=(), duration=HOUR, folder=tmp_path / "telemetry",
    )  # fmt: skip
    assert take_up(again, tmp_path)
    assert again.failed == "OSError: gone"
    assert again.gate.safe


def test_a_checkpoint_holds_the_managers_and_the_mind(tmp_path: Path) -> None:
    """A manager that is busy at midnight does not tell so a second time after a restart."""
    asks: list[Ask] = []
    steps = ((600.0, asks), (9_000.0, [Ask("load.cold-store", 0.0)]))
    leak = "air-leak:haven-1@600=0.05"

    def fresh(folder: Path, mind: Script) -> Any:
        from stationkeeper.operations.faults import named_faults

        built = haven_built()
        return begin(
            built, haven_around(), mind, who="mine", commander=Commander.CARETAKER,
            faults=named_faults(leak, built.registry), duration=3 * HOUR, folder=folder,
        )  # fmt: skip

    whole = fresh(tmp_path / "whole", Script(*steps))
    fly(whole, 2 * HOUR)
    modes = list(whole.modes)
    write_checkpoint(whole, tmp_path)
    fly(whole, 3 * HOUR)
    again = fresh(tmp_path / "again", Script(*steps))
    assert take_up(again, tmp_path)
    fly(again, 3 * HOUR)
    assert any(modes)  # or this shows nothing
    assert [vars(one) for one in again.happenings] == [vars(one) for one in whole.happenings]
    for name, array in whole.arrays.items():
        if name not in ("archive-ring", "archive-places"):
            np.testing.assert_array_equal(again.arrays[name], array, err_msg=name)
    json.dumps(again.mind.save())
