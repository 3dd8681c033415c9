"""Dilution and occultations beside TAT-C, from the same element sets."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.orbit.ephemeris import Ephemeris, tle_ephemeris
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.services.dilution import dilution
from stationkeeper.services.occultation import Occultations, occultations
from stationkeeper.validation.rows import Row

Array = NDArray[np.float64]
Elements = tuple[str, str]

EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
FIRST_DAY: Final = 9_497.0  # [d] the same
HOURS: Final = 12
TOP: Final = 30e3  # [m]
HALF_WIDTH_DEG: Final = 55.0
PLACES: Final = ((55.75, 37.6), (0.0, 10.0), (-75.0, 100.0))  # [deg] ours


def elements(number: int, altitude: float, inclination: float, node: float, at: float) -> Elements:
    """Return the element set of a circular orbit on 2026-01-01.

    Parameters
    ----------
    number : int
        Of the catalogue.
    altitude : float
        [km]
    inclination, node, at : float
        Tilt, node and place along the orbit. [deg]

    Returns
    -------
    tuple of text

    Examples
    --------
    >>> elements(90_000, 540.0, 24.0, 10.0, 0.0)[1][:16]
    '2 90000  24.0000'
    """
    from sgp4.api import WGS72, Satrec
    from sgp4.exporter import export_tle

    one = Satrec()
    motion = 60.0 * np.sqrt(398_600.8 / (6_378.135 + altitude) ** 3)  # WGS-72, as element sets use
    angles = np.radians([inclination, at]).tolist()
    epoch = (EPOCH - datetime(1949, 12, 31, tzinfo=UTC)) / timedelta(days=1)
    one.sgp4init(
        WGS72, "i", number, epoch, 0.0, 0.0, 0.0, 1e-4, 0.0, *angles, motion, np.radians(node)
    )
    one.intldesg, one.classification = "26001A", "U"
    first, second = export_tle(one)
    return first, second


@cache
def cast() -> tuple[Elements, ...]:
    """Return a receiver at 540 km and 24 degrees, and 24 satellites of navigation in six planes."""
    sky = [
        elements(90_001 + k, 20_180.0, 55.0, 60.0 * (k // 4), 90.0 * (k % 4) + 15.0 * (k // 4))
        for k in range(24)
    ]
    return (elements(90_000, 540.0, 24.0, 10.0, 0.0), *sky)


@cache
def flown() -> tuple[Ephemeris, ...]:
    """Return our ephemerides of them."""
    return tuple(tle_ephemeris(*one, FIRST_DAY, HOURS * 3_600.0, 60.0) for one in cast())


def our_occultations() -> Occultations:
    """Return what the receiver sees."""
    receiver, *sky = flown()
    return occultations(
        receiver.position,
        receiver.velocity,
        np.stack([one.position for one in sky]),
        np.stack([one.velocity for one in sky]),
        60.0,
        half_width=float(np.radians(HALF_WIDTH_DEG)),
        top=TOP,
    )


def their_satellites() -> list[Any]:
    """Return the same satellites for TAT-C.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    from tatc.schemas import Satellite, TwoLineElements

    return [Satellite(name=str(k), orbit=TwoLineElements(tle=one)) for k, one in enumerate(cast())]


def their_occultations(satellites: list[Any]) -> int:
    """Return how many TAT-C finds, of lines between 60 km above and 50 km below the ellipsoid."""
    from tatc.analysis.ro_sampling import collect_ro_observations

    found = collect_ro_observations(
        satellites[0],
        satellites[1:],
        EPOCH,
        EPOCH + timedelta(hours=HOURS),
        timedelta(seconds=20),
        TOP,
        HALF_WIDTH_DEG,
        (-50e3, 60e3),
        timedelta(seconds=60),
    )
    return len(found)


def peer_rows() -> list[Row]:
    """Compare with TAT-C; without it rows have no figure of ours and say so."""
    try:
        satellites = their_satellites()
    except ImportError:
        return [_row("TAT-C", None, 0.0, "-", 0.0, "tatc is not installed")]
    from tatc.analysis.dop_sampling import DopMethod, compute_dop
    from tatc.schemas import Point

    found = []
    sky = np.stack([one.position[::30] for one in flown()[1:]])[:, :24]
    times = [EPOCH + timedelta(minutes=30 * k) for k in range(sky.shape[1])]
    for latitude, longitude in PLACES:
        where = np.radians([latitude]), np.radians([longitude])
        ours = dilution(sky, place(*where), vertical(*where), float(np.radians(5.0))).position[0]
        point = Point(id=0, latitude=latitude, longitude=longitude)
        told = compute_dop(times, point, satellites[1:], 5.0, DopMethod.PDOP).dop
        theirs = np.asarray(told, float)
        worst = float(np.nanmax(np.abs(ours / theirs - 1.0)))
        name = f"PDOP of 24 satellites at {latitude:g}, {longitude:g} degrees, mean of 24 looks"
        note = f"largest difference of one look {worst:.1e}"
        found.append(_row(name, float(ours.mean()), float(theirs.mean()), "-", 1e-5, note))
    ours_seen = our_occultations().seconds.size
    theirs_seen = their_occultations(satellites)
    note = "12 h, one receiver, 24 satellites; a count is a count, 1 % for those on the edges"
    found.append(
        _row("occultations by geometry", ours_seen, theirs_seen, "1", 0.01 * theirs_seen, note)
    )
    return found


def _row(
    name: str, ours: float | None, truth: float, unit: str, tolerance: float, note: str
) -> Row:
    return Row(
        topic="services",
        name=name,
        ours=ours,
        truth=truth,
        unit=unit,
        tolerance=tolerance,
        kind="other-program",
        source="TAT-C 3.6.0 (NASA), from the same element sets",
        note=note,
    )
