"""Who commands: nobody, the limits aboard, the ground, or a mind of a user's own."""

import hashlib
import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

from stationkeeper.caretaker.authority import Commander
from stationkeeper.caretaker.limits_mind import LimitsMind
from stationkeeper.caretaker.nobody import Nobody
from stationkeeper.caretaker.vehicle import Mind, Vehicle
from stationkeeper.errors import InputError
from stationkeeper.operations.ground import LONGEST, SHORTEST, GroundMind
from stationkeeper.operations.surroundings import LINKS, LinkKind
from stationkeeper.programme.problems import choices, nearest, shown

SHIPPED: Final = ("nobody", "limits", "ground")
GROUP: Final = "stationkeeper.caretakers"


@dataclass(frozen=True)
class Command:
    """Who commands a flight, and over which link the ground is reached."""

    name: str
    """As on the command line. [-]"""
    link: LinkKind = "stations"
    reaction_s: float = 300.0
    """Of people on the ground. [s]"""

    @property
    def title(self) -> str:
        """What tables call it.

        Examples
        --------
        >>> Command("ground", "full-relay", 300.0).title
        'ground, full relay, 5 min'
        """
        if self.name != "ground":
            return self.name
        hours = self.reaction_s / 3600.0
        wait = f"{hours:g} h" if hours >= 1 else f"{60 * hours:g} min"
        return f"ground, {self.link.replace('-', ' ')}, {wait}"

    @property
    def commander(self) -> Commander:
        """What it counts as at the gate."""
        return Commander.GROUND if self.name == "ground" else Commander.CARETAKER


NOBODY: Final = Command("nobody")


def commanded(name: str, link: str, reaction_min: float) -> Command:
    """Return who commands, from what a command line gives.

    Raises
    ------
    InputError
        If the link, or the reaction of the ground, is no such thing.
    """
    if link not in LINKS:
        raise InputError(f"--link: given {shown(link)}; expected {choices(LINKS)}")
    if not SHORTEST <= 60.0 * reaction_min <= LONGEST:
        raise InputError(
            f"--reaction-min: given {reaction_min:g}; expected {SHORTEST / 60:g} to"
            f" {LONGEST / 60:g} minutes"
        )
    return Command(name, link, 60.0 * reaction_min)


def mind_of(command: Command) -> Callable[[Vehicle], Mind]:
    """Return what makes the mind of a flight.

    Parameters
    ----------
    command : Command
        A shipped name, an installed one, or ``module:Class``; a module is looked for in the
        working folder too.

    Returns
    -------
    callable
        Takes the `Vehicle`.

    Raises
    ------
    InputError
        If there is none of that name, or it is no mind.
    """
    if command.name == "nobody":
        return lambda vehicle: Nobody()
    if command.name == "limits":
        return LimitsMind
    if command.name == "ground":
        return partial(GroundMind, reaction_s=command.reaction_s, link=command.link)
    installed = {point.name: point for point in entry_points(group=GROUP)}
    if command.name in installed:
        point = installed[command.name]
        try:
            return _checked(command.name, point.load())
        except InputError:
            raise
        except Exception as error:
            raise InputError(
                f"--caretaker: given {shown(command.name)}, installed as {point.value}; expected a"
                f" class that can be imported: {type(error).__name__}: {error}"
            ) from error
    module, colon, name = command.name.partition(":")
    if not colon:
        known = (*SHIPPED, *sorted(installed))
        raise InputError(
            f"--caretaker: given {shown(command.name)}; expected {choices(known)}, or module:Class"
            f"{nearest(command.name, known)}"
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found = getattr(importlib.import_module(module), name)
    except Exception as error:
        raise InputError(
            f"--caretaker: given {shown(command.name)}; expected module:Class that can be imported:"
            f" {type(error).__name__}: {error}"
        ) from None
    return _checked(command.name, found)


def made_mind(command: Command, vehicle: Vehicle) -> Mind:
    """Return the mind of a flight.

    Raises
    ------
    InputError
        As `mind_of`, and if it cannot be made of the vehicle.
    """
    maker = mind_of(command)
    try:
        return maker(vehicle)
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"--caretaker: given {shown(command.name)}; expected a class made with one argument,"
            f" the vehicle: {type(error).__name__}: {error}"
        ) from error


def source_of(command: Command) -> str:
    """Return a digest of the file of a mind of a user's own; empty for the shipped ones.

    A flight that was killed goes on only under the same mind.
    """
    if command.name in SHIPPED:
        return ""
    module = sys.modules.get(mind_of(command).__module__)
    file = getattr(module, "__file__", None)
    return "" if file is None else hashlib.sha256(Path(file).read_bytes()).hexdigest()


def _checked(name: str, found: Any) -> Callable[[Vehicle], Mind]:
    missing = [part for part in ("act", "save", "restore") if not hasattr(found, part)]
    if missing or not callable(found):
        raise InputError(
            f"--caretaker: given {shown(name)}; expected a class with act, save and restore, made"
            f" with one argument, the vehicle; missing: {', '.join(missing) or 'a class'}"
        )
    made: Callable[[Vehicle], Mind] = found
    return made
