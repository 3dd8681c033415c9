"""One way in for every file that is read into a programme, the chance of a collision included."""

from pathlib import Path

from stationkeeper.errors import InputError
from stationkeeper.orbit.close_approach import approach_chance
from stationkeeper.programme.imports import (
    BODIES_M,
    import_approaches,
    import_facets,
    import_fluxes,
)
from stationkeeper.programme.problems import choices, nearest, shown
from stationkeeper.programme.spreadsheets import import_table
from stationkeeper.programme.table_rows import TABLES

FOREIGN = ("facets", "fluxes", "approaches")
"""What is read besides the tables that people keep in spreadsheets."""


def import_file(
    source: str,
    what: str,
    path: Path | str,
    station: str | None = None,
    radius_m: float = BODIES_M,
) -> str:
    """Read a file into a programme, and return the text of the new programme file.

    Parameters
    ----------
    source : str
        Shipped name or path of a programme.
    what : str
        A table such as ``flights``, or ``facets``, ``fluxes``, ``approaches``.
    path : Path or str
        File to read.
    station : str, optional
        Fluxes and approaches: key of the station; may be absent where the programme has one.
    radius_m : float
        Approaches: radius of station and object together. [m]

    Returns
    -------
    str
        TOML.

    Raises
    ------
    InputError
        If it is not known what to read, or the file is not that.
    """
    if what in TABLES:
        return import_table(source, what, path)
    if what == "facets":
        return import_facets(source, path)
    if what == "fluxes":
        return import_fluxes(source, path, station)
    if what == "approaches":
        return import_approaches(source, path, approach_chance, station, radius_m)
    known = (*TABLES, *FOREIGN)
    fix = nearest(what, known)
    message = f"table: given {shown(what)}, expected one of: {choices(known)}"
    raise InputError(message + (f"; {fix}" if fix else ""))
