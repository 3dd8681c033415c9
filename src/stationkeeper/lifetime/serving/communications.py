"""Communications: what users on the ground get from a station's links, and without it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.serving.communications_words import words_of
from stationkeeper.lifetime.serving.contacts import ROW_DEG, Users, belt_users, users_at
from stationkeeper.lifetime.serving.links import Provided, provided
from stationkeeper.lifetime.serving.scene import (
    WITHOUT,
    Map,
    MeasureRow,
    Profile,
    Scene,
    Served,
)

Array = NDArray[np.float64]

PROFILED: Final = (
    "contact_minutes_per_day",
    "passes_per_day",
    "longest_gap_h",
    "mean_wait_h",
    "availability",
    "capacity_gb_per_day",
)
"""Measures that have a value at each place."""
MAPPED: Final = "contact_minutes_per_day"
FOOTPRINT: Final = "footprint_capacity_gb_per_day"

_GIGABYTE_DAY: Final = 86_400.0 / 8e9  # [GB/d] of a bit/s
_WAITS: Final = ("longest_gap_h", "mean_wait_h", "availability")  # only where it is served
_ROWS: Final = round(180.0 / ROW_DEG) + 1
_MAP_ROWS: Final = 60
_MAP_COLUMNS: Final = 120


def served(scene: Scene, key: str) -> Served:
    """Work out a service of communications, on every orbit and without a station.

    Of several payloads on one station, contact, gaps and availability are those of the payload
    that is in contact most; a user's capacity is that of the best; that of all users is the sum.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        Key of the service.

    Returns
    -------
    Served

    Raises
    ------
    InputError
        If a link holds nowhere, a terminal is missing, or a bent pipe has no gateway.
    """
    result = Served(alone=True)
    found = {orbit: provided(scene, key, orbit, None) for orbit in orbits_of(scene, key)}
    asked = _asked(scene, key)
    for orbit, providers in found.items():
        belts = [belt_users(_columns(one)) for one in providers]
        everywhere = _together(providers, belts)
        if asked is None:
            result.measures.extend(_mean_rows(orbit, everywhere))
        else:
            users, where = asked
            result.measures.extend(_rows_at(scene, key, orbit, users, where))
        if providers:
            footprints = [one.footprint for one in providers if one.footprint is not None]
            if footprints:
                value = sum(footprints) * _GIGABYTE_DAY
                result.measures.append(
                    MeasureRow(FOOTPRINT, orbit, value, where="users spread over the Earth")
                )
        rows = np.arange(-90.0, 90.0 + ROW_DEG / 2, ROW_DEG)
        for measure, values in everywhere.items():
            by_row = _row_means(values, rows.size)
            result.profiles.append(Profile(measure, orbit, rows.tolist(), _plain(by_row)))
        if MAPPED in everywhere:
            result.maps.append(_map(orbit, everywhere[MAPPED], rows.size))
    result.words.extend(words_of(scene, key, found, result))
    return result


def at_site(
    scene: Scene, key: str, orbit: str, latitude: float, longitude: float
) -> dict[str, float | None]:
    """Work out a service of communications at one place.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        Key of the service.
    orbit : str
        Key of a track, or ``without``.
    latitude, longitude : float
        Of the place. [rad]

    Returns
    -------
    dict of text to float or None
        By measure; None where it has no value, as the wait for what never comes.
    """
    users = users_at([latitude], [longitude])
    providers = provided(scene, key, orbit, users)
    found = _together(providers, [users] * len(providers))
    return {measure: _plain(values)[0] for measure, values in found.items()}


def orbits_of(scene: Scene, key: str) -> list[str]:
    """Return the orbits on which a service has providers, then ``without`` if somebody else is.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        Key of the service.

    Returns
    -------
    list of str
    """
    stations = {payload.station for _, payload in scene.payloads(key, "link")}
    orbits = [track.key for track in scene.tracks if track.station in stations]
    return orbits + [WITHOUT] * bool(scene.service(key).without)


def _asked(scene: Scene, key: str) -> tuple[Users, str] | None:
    """Return the places whose mean is told, and what to call them; None for the Earth."""
    if scene.place is not None:
        return users_at([scene.place[0]], [scene.place[1]]), ""
    either = scene.payloads(key, "link") + scene.carried(key, "link")
    bent = any(one.link is not None and one.link.bent_pipe for _, one in either)
    places = scene.ground(scene.service(key).ground)
    if bent or not places:
        return None
    users = users_at(
        np.radians([one.latitude_deg for one in places.values()]),
        np.radians([one.longitude_deg for one in places.values()]),
    )
    return users, f"mean of {len(places)} places on the ground"


def _columns(one: Provided) -> int:
    return one.contacts.seconds.size // _ROWS


def _together(providers: list[Provided], users: list[Users]) -> dict[str, Array]:
    """Return measures by place of all providers on one orbit; NaN where there is no value."""
    if not providers:
        return {}
    contact = [float(one.contacts.seconds @ who.weight) / one.contacts.days
               for one, who in zip(providers, users, strict=True)]  # fmt: skip
    most = providers[int(np.argmax(contact))]
    seen = most.contacts.seconds > 0
    days = most.contacts.days
    found = {
        "contact_minutes_per_day": most.contacts.seconds / 60.0 / days,
        "longest_gap_h": np.where(seen, most.contacts.longest_gap / 3_600.0, np.nan),
        "mean_wait_h": np.where(seen, most.contacts.mean_wait / 3_600.0, np.nan),
    }
    if not most.always:
        found["passes_per_day"] = most.contacts.passes / days
    if most.availability is not None:
        found["availability"] = most.availability
    places = most.contacts.seconds.size
    rates = [_on(one.capacity, places) for one in providers if one.capacity is not None]
    if rates:
        found["capacity_gb_per_day"] = np.max(rates, axis=0) * _GIGABYTE_DAY
    return {measure: found[measure] for measure in PROFILED if measure in found}


def _on(values: Array, places: int) -> Array:
    """Bring values of a belt of some longitudes onto one of others, by rows."""
    if values.size == places:
        return values
    return np.repeat(values.reshape(_ROWS, -1).mean(axis=1), places // _ROWS)


def _mean_rows(orbit: str, found: dict[str, Array]) -> list[MeasureRow]:
    """Return the mean over the Earth of each measure; of waits, over where it is served."""
    rows = []
    for measure, values in found.items():
        weight = belt_users(values.size // _ROWS).weight
        some = np.isfinite(values)
        share = float(weight[some].sum())
        value = float(weight[some] @ values[some] / share) if share > 0 else None
        where = "mean over the Earth"
        if measure in _WAITS and share < 0.9995:
            where = f"mean over the {100 * share:.0f} % of the Earth that is served"
        rows.append(MeasureRow(measure, orbit, value, where=where))
    return rows


def _rows_at(scene: Scene, key: str, orbit: str, users: Users, where: str) -> list[MeasureRow]:
    providers = provided(scene, key, orbit, users)
    found = _together(providers, [users] * len(providers))
    rows = []
    for measure, values in found.items():
        some = np.isfinite(values)
        value = float(values[some].mean()) if some.any() else None
        rows.append(MeasureRow(measure, orbit, value, where=where))
    return rows


def _row_means(values: Array, rows: int) -> Array:
    by_row = values.reshape(rows, -1)
    some = np.isfinite(by_row)
    total = np.where(some, by_row, 0.0).sum(axis=1)
    many = some.sum(axis=1)
    return np.asarray(np.divide(total, many, out=np.full(rows, np.nan), where=many > 0))


def _map(orbit: str, values: Array, rows: int) -> Map:
    """Return cells of 3 degrees, with straight lines between the users of the belt."""
    belt = values.reshape(rows, -1)
    middle = 0.5 * (belt[1:] + belt[:-1])
    columns = belt.shape[1]
    degrees = -180.0 + (np.arange(_MAP_COLUMNS) + 0.5) * 360.0 / _MAP_COLUMNS
    if columns < _MAP_COLUMNS // 8:  # without gateways longitudes are as good as even
        cells = np.repeat(middle.mean(axis=1, keepdims=True), _MAP_COLUMNS, axis=1)
    else:
        at = (degrees + 180.0) * columns / 360.0 - 0.5
        left = np.floor(at).astype(np.int64)
        over = at - left
        cells = middle[:, left % columns] * (1 - over) + middle[:, (left + 1) % columns] * over
    latitude = -90.0 + ROW_DEG * (np.arange(_MAP_ROWS) + 0.5)
    return Map(MAPPED, orbit, latitude.tolist(), degrees.tolist(), [_plain(row) for row in cells])


def _plain(values: Array) -> list[float | None]:
    return [float(one) if np.isfinite(one) else None for one in values]
