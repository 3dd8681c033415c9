"""Orbits from files of others, and ours for other programs."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.errors import InputError
from stationkeeper.lifetime.serving.scene import ut1_offset
from stationkeeper.orbit.ephemeris import (
    Ephemeris,
    state_at,
    tabulated_ephemeris,
    tle_ephemeris,
)
from stationkeeper.orbit.frames import (
    celestial_from_fixed,
    fixed_from_celestial,
    fixed_from_teme,
    geodetic,
)
from stationkeeper.programme.files import display
from stationkeeper.programme.foreign_text import open_foreign
from stationkeeper.programme.oem import OrbitMessage, read_oem
from stationkeeper.programme.problems import shown
from stationkeeper.programme.tle import Elements, read_elements
from stationkeeper.results.czml import czml_text
from stationkeeper.results.geojson import geojson_text
from stationkeeper.results.instants import instant
from stationkeeper.results.oem import oem_text
from stationkeeper.results.storage import write_atomically
from stationkeeper.units import KILOMETRE

Array = NDArray[np.float64]

STEP: Final = 60.0  # [s] as the ephemerides of `scene`
DAYS: Final = 30.0  # [d] flown from elements, as `scene` looks at
FARTHEST: Final = 30.0  # [d] between elements and the first day flown from them; our choice
ENDINGS: Final = (".oem", ".czml", ".geojson")

# Turn from GCRF to the mean equator and equinox of J2000, which the standard calls EME2000: offsets
# of the pole and of the equinox, -16.617, -6.819 and -14.6 mas (IERS Conventions 2010, 5.32), half
# a metre in a low orbit. To first order; what is left out is 1e-14 rad.
_X, _Y, _A = np.radians(np.array([-16.617, -6.8192, -14.6]) / 3.6e6)
BIAS: Final = np.array([[1.0, _A, -_X], [-_A, 1.0, -_Y], [_X, _Y, 1.0]])


def read_orbit(
    path: Path | str,
    start_day: float | None = None,
    *,
    days: float = DAYS,
    satellite: str | None = None,
) -> Ephemeris:
    """Read an orbit of another program: an OEM or element sets, told apart by their content.

    Parameters
    ----------
    path : Path or str
        An OEM in KVN or XML, or element sets of two lines.
    start_day : float, optional
        First moment. If absent, the first of an OEM; the first midnight from the epoch of elements
        on. [d]
    days : float
        Length; of an OEM at most, as it may end before. [d]
    satellite : str, optional
        Name or catalogue number, needed if a file has elements of several.

    Returns
    -------
    Ephemeris
        In Earth-fixed axes, a state a minute.

    Raises
    ------
    InputError
        If the file is neither, is faulty, or does not reach the days asked for.

    Notes
    -----
    Of several sets of one satellite, that nearest before the first moment is flown. UT1 less UTC
    is that of the middle of the time (`scene.ut1_offset`); motion of the pole is left out, see
    `stationkeeper.orbit.frames`.
    """
    text = open_foreign(path)
    begin = next(line.lstrip() for line in text.lines if line.strip())
    if begin.startswith("<") or re.match(r"CCSDS_\w+_VERS\b", begin):
        return _from_message(read_oem(path), start_day, days)
    return _from_elements(display(path), read_elements(path), start_day, days, satellite)


def _from_elements(
    file: str,
    sets: tuple[Elements, ...],
    start_day: float | None,
    days: float,
    satellite: str | None,
) -> Ephemeris:
    numbers = {one.catalogue for one in sets}
    if satellite is not None:
        wanted = satellite.strip().upper()
        sets = tuple(one for one in sets if wanted in (one.name.upper(), one.catalogue.upper()))
        if not sets:
            expected = ", ".join(sorted(numbers)[:12])
            raise InputError(f"{file}: satellite: given {shown(satellite)}; expected {expected}")
    elif len(numbers) > 1:
        raise InputError(
            f"{file}: given elements of {len(numbers)} satellites; expected one; "
            "name it by its catalogue number, or cut its lines out"
        )
    first = float(np.ceil(min(one.epoch_day for one in sets))) if start_day is None else start_day
    before = [one for one in sets if one.epoch_day <= first]
    one = (
        max(before, key=lambda one: one.epoch_day)
        if before
        else min(sets, key=lambda one: one.epoch_day)
    )
    if abs(first - one.epoch_day) > FARTHEST:
        raise InputError(
            f"{file}:{one.line}: given elements of {_told(one.epoch_day)}; expected some within "
            f"{FARTHEST:g} days of {_told(first)}, the first day flown; take a newer set"
        )
    duration = days * SECONDS_PER_DAY
    turned = ut1_offset(first, duration)
    return tle_ephemeris(one.line1, one.line2, first, duration, STEP, ut1_offset=turned)


def _from_message(message: OrbitMessage, start_day: float | None, days: float) -> Ephemeris:
    first = message.start_day if start_day is None else start_day
    slack = 1e-3 / SECONDS_PER_DAY
    if not message.start_day - slack <= first <= message.stop_day - STEP / SECONDS_PER_DAY + slack:
        raise InputError(
            f"{message.file}: given an orbit from {_told(message.start_day)} to "
            f"{_told(message.stop_day)}; expected one that holds {_told(first)} and a minute "
            "after; give another file or another day"
        )
    first = max(first, message.start_day)
    held = (message.stop_day - first) * SECONDS_PER_DAY
    duration = STEP * np.floor(min(held + 1e-3, days * SECONDS_PER_DAY) / STEP)
    position, velocity = fixed_states(message)
    return tabulated_ephemeris(message.day, position, velocity, first, float(duration), STEP)


def fixed_states(message: OrbitMessage) -> tuple[Array, Array]:
    """Return the states of an orbit message in Earth-fixed axes.

    Parameters
    ----------
    message : OrbitMessage
        In any of its frames.

    Returns
    -------
    position, velocity : ndarray, (n, 3)
        Velocity relative to the turning Earth. [m], [m/s]
    """
    position, velocity = message.position_km * KILOMETRE, message.velocity_km_s * KILOMETRE
    if message.frame == "ITRF":
        return position, velocity
    span = (message.stop_day - message.start_day) * SECONDS_PER_DAY
    turned = ut1_offset(message.start_day, span)
    if message.frame == "TEME":
        return fixed_from_teme(message.day, position, velocity, ut1_offset=turned)
    if message.frame == "EME2000":
        position, velocity = position @ BIAS, velocity @ BIAS  # its transpose, row by row
    return fixed_from_celestial(message.day, position, velocity, ut1_offset=turned)


def _told(day: float) -> str:
    return instant(day, 0.0, digits=0) + "Z"


def export_orbit(
    ephemeris: Ephemeris,
    path: Path | str,
    *,
    name: str,
    identifier: str = "UNKNOWN",
    created: str | None = None,
) -> None:
    """Write an orbit for other programs, in the format of the ending of the path.

    Parameters
    ----------
    ephemeris : Ephemeris
        In Earth-fixed axes.
    path : Path or str
        ``.oem``: CCSDS, in EME2000; ``.czml``: a moving point on a globe; ``.geojson``: the ground
        track. A file that is there is written anew.
    name, identifier : str
        Of the station; the second is its international designator if it has one.
    created : str, optional
        When the file is made, after ISO 8601; absent means now.

    Raises
    ------
    InputError
        If the ending is another.
    StorageError
        If the file cannot be written. Nothing of it is left behind.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise InputError(
            f"{display(path)}: given the ending {shown(ending)}; expected {', '.join(ENDINGS)}"
        )
    start, step = ephemeris.start_day, ephemeris.step
    if ending == ".oem":
        turned = ut1_offset(start, ephemeris.duration)
        position, velocity = celestial_from_fixed(
            ephemeris.days, ephemeris.position, ephemeris.velocity, ut1_offset=turned
        )
        text = oem_text(
            start,
            step,
            position @ BIAS.T,
            velocity @ BIAS.T,
            frame="EME2000",
            name=name,
            identifier=identifier,
            created=created or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
            comment=f"UT1 less UTC is taken as {turned:.4f} s, motion of the pole as zero",
        )
    elif ending == ".czml":
        key = re.sub(r"\W+", "-", name.lower()).strip("-") or "satellite"
        text = czml_text(start, step, ephemeris.position, name=name, identifier=key)
    else:
        text = _track_text(ephemeris, name)
    write_atomically(path, text.encode())


def _track_text(ephemeris: Ephemeris, name: str) -> str:
    def track(seconds: Array) -> tuple[Array, Array]:
        position, _ = state_at(ephemeris, seconds)
        latitude, longitude, _ = geodetic(position)
        return latitude, longitude

    start = ephemeris.start_day
    properties: dict[str, Any] = {
        "begin": instant(start, 0.0, digits=0) + "Z",
        "end": instant(start, ephemeris.duration, digits=0) + "Z",
        "note": "Public data; not for flight decisions.",
    }
    return geojson_text(start, ephemeris.seconds, track, name=name, properties=properties)
