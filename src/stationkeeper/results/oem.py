"""Orbit ephemeris messages after CCSDS 502.0-B-2, written in KVN."""

import numpy as np
from numpy.typing import ArrayLike

from stationkeeper.errors import InputError
from stationkeeper.results.instants import instant

LINE = "{} {:.6f} {:.6f} {:.6f} {:.9f} {:.9f} {:.9f}"  # millimetres and micrometres a second


def oem_text(
    start_day: float,
    step: float,
    position: ArrayLike,
    velocity: ArrayLike,
    *,
    frame: str,
    name: str,
    identifier: str = "UNKNOWN",
    created: str,
    comment: str = "",
) -> str:
    """Return an orbit ephemeris message.

    Parameters
    ----------
    start_day : float
        First epoch, days since 2000-01-01T00:00 UTC. [d]
    step : float
        From row to row. [s]
    position, velocity : array_like, (time, 3)
        In `frame`. [m], [m/s]
    frame : str
        ``EME2000`` or ``ITRF2014``, as the standard names them.
    name, identifier : str
        Of the object; the second is its international designator, as 1998-067A.
    created : str
        When the message was made, after ISO 8601.
    comment : str
        One line.

    Returns
    -------
    str
        Version 2.0, which more programs read than 3.0; the two agree in what is used here.

    Raises
    ------
    InputError
        If a name cannot stand in a line.

    References
    ----------
    .. [1] CCSDS 502.0-B-2, "Orbit Data Messages", 2009, section 5.

    Examples
    --------
    >>> told = oem_text(9_862.0, 60.0, [[7e6, 0, 0]] * 2, [[0, 7.5e3, 0]] * 2, frame="EME2000",
    ...     name="EXAMPLE", created="2026-01-01T00:00:00")
    >>> told.splitlines()[-1]
    '2027-01-01T00:01:00.000000 7000.000000 0.000000 0.000000 0.000000000 7.500000000 0.000000000'
    """
    for key, text in (("name", name), ("identifier", identifier), ("comment", comment)):
        if not text.isprintable() or (not text.strip() and key != "comment"):
            raise InputError(f"{key}: given {text!a}, expected one line of text")
    km, km_s = np.asarray(position, float) / 1e3, np.asarray(velocity, float) / 1e3
    first, last = instant(start_day, 0.0), instant(start_day, step * (len(km) - 1))
    lines = [
        "CCSDS_OEM_VERS = 2.0",
        f"CREATION_DATE = {created}",
        "ORIGINATOR = STATIONKEEPER",
        "",
        "META_START",
        f"OBJECT_NAME = {name}",
        f"OBJECT_ID = {identifier}",
        "CENTER_NAME = EARTH",
        f"REF_FRAME = {frame}",
        "TIME_SYSTEM = UTC",
        f"START_TIME = {first}",
        f"STOP_TIME = {last}",
        "INTERPOLATION = LAGRANGE",
        "INTERPOLATION_DEGREE = 7",
        "META_STOP",
        "",
    ]
    if comment:
        lines.append(f"COMMENT {comment}")
    lines += [
        LINE.format(instant(start_day, step * k), *at, *rate)
        for k, (at, rate) in enumerate(zip((km + 0.0).tolist(), (km_s + 0.0).tolist(), strict=True))
    ]
    return "\n".join(lines) + "\n"
