"""The document of services, read and named: what tables and figures of services share."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeGuard

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import InputError
from stationkeeper.report import look
from stationkeeper.report.numbers import FIRM_SPACE, number

Document = Mapping[str, Any]
Numbers = NDArray[np.float64]

SERVICES: Final = "services.json"
FORMAT: Final = 1
WITHOUT: Final = "without"  # as `lifetime.serving.scene` calls it
WITHOUT_TITLE: Final = "without a station"
ABSENT: Final = "–"
_DASHES: Final = ("-", (0, (5, 1.6)), (0, (6, 1.4, 1.2, 1.4)), (0, (3, 1, 1, 1, 1, 1)))


def read_services(folder: Path) -> Document:
    """Read the document of services of a folder.

    Parameters
    ----------
    folder : Path
        What ``stationkeeper services`` left behind, or a run folder.

    Returns
    -------
    dict
        The content of ``services.json``.

    Raises
    ------
    InputError
        If it is not there, cannot be read or is of another format.
    """
    path = folder / SERVICES
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(f"{folder}: expected the folder of services: no {SERVICES}") from None
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON: {error}") from None
    given = found.get("format") if isinstance(found, dict) else None
    if given != FORMAT or not isinstance(found.get("services"), list):
        raise InputError(
            f"{path}: format {given!r} given, format {FORMAT} expected; work the services out again"
        )
    return found  # type: ignore[no-any-return]


def orbit_keys(document: Document) -> list[str]:
    """Return ``without`` and the key of each orbit, in the order of the document."""
    return [WITHOUT, *(str(one["key"]) for one in document["orbits"])]


def orbit_of(document: Document, key: str) -> Document:
    """Return an orbit by key; empty for ``without``."""
    return next((one for one in document["orbits"] if one["key"] == key), {})


def orbit_label(document: Document, key: str) -> str:
    """Return a short name to stand beside a line: the station and what sets its orbit apart.

    Examples
    --------
    >>> orbits = [{"key": "a", "station": "a", "altitude_km": 420.0, "inclination_deg": 51.6}]
    >>> orbit_label({"orbits": orbits}, "a"), orbit_label({"orbits": orbits}, "without")
    ('A 51.6°', 'without a station')
    """
    one = orbit_of(document, key)
    if not one:
        return WITHOUT_TITLE if key == WITHOUT else key

    def short(orbit: Document) -> str:
        return f"{orbit['station'].upper()} {orbit['inclination_deg']:.1f}°"

    said = short(one)
    alike = sum(short(other) == said for other in document["orbits"]) > 1
    return f"{said}, {one['altitude_km']:.0f} km" if alike else said


def orbit_text(document: Document, key: str) -> str:
    """Return the name of an orbit with its altitude and inclination."""
    one = orbit_of(document, key)
    if not one:
        return WITHOUT_TITLE if key == WITHOUT else key
    return f"{one['title']}, {one['altitude_km']:.0f}{FIRM_SPACE}km, {one['inclination_deg']:.1f}°"


def station_title(document: Document, station: str) -> str:
    """Return the name of a station as the orbits tell it."""
    told = (one["title"] for one in document["orbits"] if one["key"] == station)
    return next(told, station.upper())


def delivery_rows(document: Document) -> list[Document]:
    """Return what is delivered by month, each row with its months and as long as they are."""
    delivery = document.get("delivery") or {}
    rows: list[Document] = []
    for one in delivery.get("rows", ()):
        months = one.get("months") or delivery["months"]
        whole = np.broadcast_to(as_numbers(np.atleast_1d(one["whole"]).tolist()), len(months))
        rows.append({**one, "months": months, "whole": whole.tolist()})
    return rows


def station_colours(document: Document) -> dict[str, str]:
    """Return a colour for each station; the run report may name their order itself."""
    order = [*document.get("stations", ()), *(one["station"] for one in document["orbits"])]
    delivery = document.get("delivery") or {}
    order += [row["station"] for row in delivery.get("rows", ())]
    return look.station_colours(list(dict.fromkeys(order)))


def orbit_colours(document: Document) -> dict[str, str]:
    """Return a colour for each orbit: that of its station, then one that is free."""
    stations = station_colours(document)
    found = {WITHOUT: look.INK}
    free = [one for one in look.STATION_COLOURS if one not in stations.values()]
    for one in document["orbits"]:
        own = stations[one["station"]]
        if own in found.values() and free:
            own = free.pop(0)
        found[one["key"]] = own
    return found


def orbit_dashes(document: Document) -> dict[str, Any]:
    """Return how the line of each orbit is broken, so that grey prints can be read."""
    keys = orbit_keys(document)
    return {
        key: _DASHES[(i - 1) % len(_DASHES)] if i else (0, (1, 1)) for i, key in enumerate(keys)
    }


def measure_of(service: Document, name: str) -> Document:
    """Return a measure of a service by name; empty if it is not there."""
    return next((one for one in service["measures"] if one["measure"] == name), {})


def more_is_better(service: Document, name: str) -> bool:
    """Return whether more of a measure is better; true of one that is not described."""
    return bool(measure_of(service, name).get("more_is_better", True))


def values_of(measure: Document) -> dict[str, Document]:
    """Return the entries of a measure by orbit."""
    return {one["orbit"]: one for one in measure["values"]}


def unit_text(unit: str) -> str:
    """Return a unit in brackets; nothing for a plain number.

    Examples
    --------
    >>> unit_text("min/d"), unit_text("1")
    (' [min/d]', '')
    """
    return "" if unit in ("", "1", "-") else f" [{unit}]"


def with_unit(value: float | None, unit: str) -> str:
    """Write a value with its unit.

    Examples
    --------
    >>> with_unit(12.0, "h") == "12.0\u00a0h", with_unit(0.5, "1"), with_unit(None, "h")
    (True, '0.500', '–')
    """
    if not finite(value):
        return ABSENT
    plain = unit in ("", "1", "-")
    return number(value) + ("" if plain else f"{FIRM_SPACE}{unit}")


def finite(value: Any) -> TypeGuard[float]:
    """Return whether a value is there."""
    return isinstance(value, int | float) and math.isfinite(value)


def better(measure: Document) -> set[str]:
    """Return the orbits with the best value, as printed; none where all are alike or alone.

    Examples
    --------
    >>> values = [{"orbit": "without", "value": 3.0}, {"orbit": "a", "value": 4.0}]
    >>> better({"more_is_better": True, "values": values})
    {'a'}
    >>> better({"more_is_better": False, "values": values})
    {'without'}
    """
    known = {one["orbit"]: one["value"] for one in measure["values"] if finite(one["value"])}
    if len({number(value) for value in known.values()}) < 2:
        return set()
    best = (max if measure["more_is_better"] else min)(known.values())
    return {orbit for orbit, value in known.items() if number(value) == number(best)}


def as_numbers(values: Sequence[Any]) -> Numbers:
    """Return values as an array, what is not there as not a number."""
    return np.array(values, float)  # None becomes nan


def grounds_of(document: Document, service: Document) -> list[Document]:
    """Return the places on the ground that take part in a service, named or by network."""
    wanted = set(service.get("ground", ()))
    return [
        one
        for one in document.get("ground", ())
        if one["key"] in wanted or wanted & set(one.get("networks", ()))
    ]


def providers_text(service: Document) -> str:
    """Say who delivers a service, without a station and on one."""
    alone = ", ".join(service["without"]) or "nobody"
    aboard = ", ".join(f"{one['title']} on {one['station'].upper()}" for one in service["payloads"])
    return f"Without a station: {alone}. On a station: {aboard or 'nothing'}."


def begins_and_days(document: Document) -> str:
    """Say which month was looked at, and where."""
    month = document["month"]
    said = f"{float(month['days']):.0f} days from {month['first']}"
    where = document.get("place")
    if where:
        said += f"; at latitude {where['latitude_deg']:g}°, longitude {where['longitude_deg']:g}°"
    return said
