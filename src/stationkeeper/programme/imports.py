"""What other programs and people wrote, put into a programme: fluxes, faces, approaches."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ValidationError

from stationkeeper.constants import EARTH_ROTATION_RATE
from stationkeeper.errors import DomainError, InputError
from stationkeeper.programme.cdm import ConjunctionMessage, read_messages
from stationkeeper.programme.check_schema import problems_of_part
from stationkeeper.programme.facet_tables import read_facets
from stationkeeper.programme.foreign_text import Foreign
from stationkeeper.programme.particle_files import FluxTable, read_fluxes
from stationkeeper.programme.parts import Part
from stationkeeper.programme.problems import (
    KeyPath,
    Origin,
    Problem,
    ProgrammeError,
    choices,
    nearest,
    printable,
    shown,
)
from stationkeeper.programme.rewrite import own_document, reading_to_change, rewritten
from stationkeeper.programme.wear import Conjunction, Hull, ParticleFlux, Radiator

Array = NDArray[np.float64]
_NEVER_TOLD: Final = datetime.min  # a message without a time gives way to one that has one
ApproachChance = Callable[[ArrayLike, ArrayLike, ArrayLike, ArrayLike], Array]
"""Positions, velocities, covariances and radius of two objects to the chance of a collision."""

BODIES_M: Final = 60.0
"""Radius of station and object together where none is given; about half the longest side of the
ISS, 109 m; our choice. [m]"""
SAME_INCLINATION_DEG: Final = 5.0  # [deg] by which a table's orbit may differ; our choice
SLOW_M_S: Final = 10.0  # [m/s] below which the straight path of an encounter is in doubt; ours


def import_fluxes(source: str, path: Path | str, station: str | None = None) -> str:
    """Put a flux table of ORDEM or MASTER into a programme.

    Fills ``station.KEY.particles.NAME``; the name tells program, version and year, and a table of
    the same name is replaced.

    Parameters
    ----------
    source : str
        Shipped name or path of a programme.
    path : Path or str
        Output file of the other program, see `particle_files.read_fluxes`.
    station : str, optional
        Key of the station; may be absent where the programme has one.

    Returns
    -------
    str
        TOML of the new programme.

    Raises
    ------
    InputError
        If the file is none, or for an orbit that is not the station's.
    """
    reading = reading_to_change(source)
    document = own_document(reading)
    key, entry = _station(document, station)
    table = read_fluxes(path)
    file = str(path)
    _same_orbit(table, key, entry, file)
    place: KeyPath = ("station", key, "particles", table.name)
    _valid(ParticleFlux, table.flux, place, {}, file)
    _table_at(document, place[:-1])[table.name] = table.flux
    return rewritten(reading, document, f"fluxes of {printable(Path(path).name)}")


def import_facets(source: str, path: Path | str) -> str:
    """Put a table of faces into a programme.

    Fills ``module.X.hull.facet``, ``ship.X.hull.facet`` and ``ship.X.radiator.facet``. All facets
    of an owner that is in the table are replaced; what else its hull says is kept.

    Parameters
    ----------
    source : str
        Shipped name or path of a programme.
    path : Path or str
        Spreadsheet, see `facet_tables.read_facets`.

    Returns
    -------
    str
        TOML of the new programme.

    Raises
    ------
    InputError
        With every faulty cell, or if a module or ship is not in the programme.
    """
    reading = reading_to_change(source)
    document = own_document(reading)
    found, origins = read_facets(path)
    problems = []
    for owner, facets in found.items():
        kind, name, part = owner
        holders = document.get(kind)
        holder = holders.get(name) if isinstance(holders, dict) else None
        if not isinstance(holder, dict):
            known = list(holders) if isinstance(holders, dict) else []
            at = origins[owner]
            expected = f"one of the programme: {choices(known)}"
            fix = nearest(name, known)
            problems.append(Problem("error", at.file, at.line, kind, shown(name), expected, fix))
            continue
        skin = _table_at(document, owner)
        skin["facet"] = facets
        try:
            (Radiator if part == "radiator" else Hull).model_validate(skin)
        except ValidationError as error:
            problems += problems_of_part(error, owner, origins, str(path))
    if problems:
        raise ProgrammeError(problems)
    return rewritten(reading, document, f"facets of {printable(Path(path).name)}")


def import_approaches(
    source: str,
    path: Path | str,
    chance_of: ApproachChance,
    station: str | None = None,
    radius_m: float = BODIES_M,
) -> str:
    """Put the close approaches of conjunction data messages into a programme.

    Fills ``conjunction.KEY``; the key is made of the day and the other object, so a later message
    about the same approach takes the place of an earlier one. The chance is computed from both
    covariances; the probability that a message gives stands in the note.

    Parameters
    ----------
    source : str
        Shipped name or path of a programme.
    path : Path or str
        Messages, see `cdm.read_messages`; OBJECT1 is the station.
    chance_of : callable
        `orbit.close_approach.approach_chance`.
    station : str, optional
        Key of the station; may be absent where the programme has one.
    radius_m : float
        Of station and object together. [m]

    Returns
    -------
    str
        TOML of the new programme.

    Raises
    ------
    InputError
        If a message is none or without the covariance of an object.
    """
    if not 0 < radius_m <= 10_000:
        raise InputError(f"--radius: given {radius_m:g}, expected more than 0, at most 10000 m")
    reading = reading_to_change(source)
    document = own_document(reading)
    key, _ = _station(document, station)
    text, messages = read_messages(path)
    entries = _table_at(document, ("conjunction",))
    made: dict[str, int] = {}
    for message in sorted(messages, key=lambda one: (one.made_at or _NEVER_TOLD, one.line)):
        name = _approach_key(message)
        entry = _conjunction(text, message, key, chance_of, radius_m)
        origins: dict[KeyPath, Origin] = {("conjunction", name): Origin(text.file, message.line)}
        _valid(Conjunction, entry, ("conjunction", name), origins, text.file)
        entries[name] = entry
        made[name] = message.line
    return rewritten(reading, document, f"{len(made)} approaches of {text.name}")


def _conjunction(
    text: Foreign,
    message: ConjunctionMessage,
    station: str,
    chance_of: ApproachChance,
    radius_m: float,
) -> dict[str, Any]:
    places = 1e3 * np.array([one.position_km for one in message.objects])
    speeds = 1e3 * np.array([one.velocity_km_s for one in message.objects])
    if message.frame == "ITRF":  # into axes that do not turn, and stand with the frame at the time
        speeds += np.cross([0.0, 0.0, EARTH_ROTATION_RATE], places)
    errors = [one.covariance[:3, :3] for one in message.objects]
    try:
        chance = float(chance_of(places, speeds, errors, radius_m))
    except DomainError as error:
        raise text.fault(message.line, "", "no encounter", f"states of one: {error}") from None
    slow = float(np.linalg.norm(speeds[1] - speeds[0]))
    note = f"Radius of both bodies {radius_m:g} m."
    if message.probability is not None:
        note += f" The message itself gives {message.probability:g}."
    if slow < SLOW_M_S:
        note += f" They pass at {slow:.2g} m/s: the chance takes a straight path, in doubt here."
    other = message.objects[1]
    told = " ".join(piece for piece in (other.designator, other.name) if piece)
    entry: dict[str, Any] = {
        "station": station,
        "date": message.day,
        "miss_km": float(f"{message.miss_m / 1e3:.6g}"),
        "chance": float(f"{chance:.4g}"),
        "object": printable(told)[:200],
        "source": printable(f"CDM {message.message_id} of {message.originator}")[:200],
        "confidence": "A",
        "note": note,
    }
    if message.made_on is not None:
        entry["known_on"] = message.made_on
    return entry


def _approach_key(message: ConjunctionMessage) -> str:
    other = re.sub(r"[^a-z0-9.]+", "-", message.objects[1].designator.lower()).strip("-.")
    return f"{message.day}-{other or 'unknown'}"[:64]


def _station(document: dict[str, Any], wanted: str | None) -> tuple[str, dict[str, Any]]:
    stations = document.get("station")
    known = {k: v for k, v in stations.items() if isinstance(v, dict)} if stations else {}
    if wanted is None and len(known) == 1:
        wanted = next(iter(known))
    if wanted is None or wanted not in known:
        given = "nothing" if wanted is None else shown(wanted)
        fix = nearest(wanted, known) if wanted else ""
        message = f"--station: given {given}, expected one of: {choices(known)}"
        raise InputError(message + (f"; {fix}" if fix else ""))
    return wanted, known[wanted]


def _same_orbit(table: FluxTable, key: str, station: dict[str, Any], file: str) -> None:
    """Refuse a table for another orbit plane; the height of a station changes, and is not told."""
    orbit = station.get("orbit")
    own = orbit.get("inclination_deg") if isinstance(orbit, dict) else None
    if table.inclination_deg is None or not isinstance(own, int | float):
        return
    if abs(table.inclination_deg - own) > SAME_INCLINATION_DEG:
        given = f"an orbit at {table.inclination_deg:g} deg"
        expected = f"{own:g} deg, as of station {key}"
        fix = "run the other program for the orbit of the station"
        raise ProgrammeError([Problem("error", file, None, "", given, expected, fix)])


def _valid(
    model: type[Part],
    entry: dict[str, Any],
    path: KeyPath,
    origins: dict[KeyPath, Origin],
    file: str,
) -> None:
    try:
        model.model_validate(entry)
    except ValidationError as error:
        raise ProgrammeError(problems_of_part(error, path, origins, file)) from None


def _table_at(document: dict[str, Any], path: KeyPath) -> dict[str, Any]:
    """Return the table at a key path, made where there is none."""
    table = document
    for name in path:
        if not isinstance(table.get(name), dict):
            table[name] = {}
        table = table[name]
    return table
