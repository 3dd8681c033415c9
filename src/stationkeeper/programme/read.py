"""The way in: a programme from its name or file, checked, or refused with every fault named."""

from collections.abc import Sequence
from datetime import date

from stationkeeper.programme.check import check_source
from stationkeeper.programme.document import Programme
from stationkeeper.programme.problems import ProgrammeError


def read_programme(
    source: str,
    *,
    overrides: Sequence[str] = (),
    settings: Sequence[str] = (),
    as_known: date | None = None,
) -> Programme:
    """Read a programme, and refuse it with every fault named if it cannot be flown.

    Parameters
    ----------
    source : str
        Name of a shipped programme, or path of a file.
    overrides : sequence of str
        Named overrides of the file, applied in order.
    settings : sequence of str
        Single keys as ``station.ros.orbit.altitude_km=400``, applied last.
    as_known : date, optional
        Keep only what was known on this day.

    Returns
    -------
    Programme
        Frozen and checked.

    Raises
    ------
    InputError
        With all problems: file, line, key, what was given, what was expected.

    Examples
    --------
    >>> read_programme("iss").name
    'iss'
    """
    checked = check_source(source, overrides=overrides, settings=settings, as_known=as_known)
    if checked.programme is None:
        raise ProgrammeError([p for p in checked.problems if p.severity == "error"])
    return checked.programme
