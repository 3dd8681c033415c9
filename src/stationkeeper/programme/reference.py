"""Reference tables of the package: what was flown, with its sources."""

import csv
import io
from functools import cache

from stationkeeper.errors import InputError
from stationkeeper.programme.files import names_in, package_folder
from stationkeeper.programme.problems import choices, nearest, shown


def reference_names() -> list[str]:
    """Return the names of the reference tables.

    Examples
    --------
    >>> "iss-altitude" in reference_names()
    True
    """
    return names_in("tables", ".csv")


def reference_table(name: str) -> list[dict[str, str]]:
    """Return the rows of a reference table, a dict of text by column each.

    Parameters
    ----------
    name : str
        Name without ending, for example ``iss-altitude``, whose columns are ``date``,
        ``altitude_km`` (semi-major axis less 6378.137 km), ``kind``, ``source``, ``confidence``.

    Returns
    -------
    list of dict
        Rows in the order of the file.

    Raises
    ------
    InputError
        If there is no such table.

    Examples
    --------
    >>> reference_table("iss-altitude")[0]["date"]
    '1998-11-20'
    """
    if name not in reference_names():
        fix = nearest(name, reference_names())
        raise InputError(
            f"reference table: given {shown(name)}, expected one of: "
            f"{choices(reference_names(), 30)}" + (f"; {fix}" if fix else "")
        )
    return [dict(row) for row in _rows(name)]


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    content = package_folder("tables").joinpath(f"{name}.csv").read_bytes()
    return tuple(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
