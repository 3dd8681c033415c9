"""A programme with something new in it, as the text of a new programme file."""

import copy
from typing import Any

from stationkeeper.programme.problems import ProgrammeError
from stationkeeper.programme.reading import WRITTEN_BY_US, Reading, read_source
from stationkeeper.programme.write import as_toml


def reading_to_change(source: str) -> Reading:
    """Read a programme whose document is to be changed.

    Parameters
    ----------
    source : str
        Shipped name or path of a programme.

    Returns
    -------
    Reading

    Raises
    ------
    ProgrammeError
        If it cannot be read.
    """
    reading = read_source(source)
    if reading.problems:
        raise ProgrammeError(reading.problems)
    return reading


def own_document(reading: Reading) -> dict[str, Any]:
    """Return a copy of the document with all that it included, without what reading wrote."""
    document = {k: v for k, v in reading.document.items() if k not in WRITTEN_BY_US}
    return copy.deepcopy(document)


def rewritten(reading: Reading, document: dict[str, Any], added: str) -> str:
    """Return a changed document as TOML; overrides are kept, comments are not.

    Parameters
    ----------
    reading : Reading
        What was read.
    document : dict
        From `own_document`, changed.
    added : str
        What is new, for the first line.

    Returns
    -------
    str
        TOML.
    """
    whole = {**document, "resolved": True}
    if reading.overrides:
        whole["overrides"] = reading.overrides
    return as_toml(whole, f"{reading.file} with {added}")
