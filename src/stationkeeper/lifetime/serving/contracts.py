"""What customers were promised, and whether it is kept: month by month, or by orbit alone."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.serving.delivered import Working, carriers
from stationkeeper.lifetime.serving.scene import WITHOUT, Scene, Served
from stationkeeper.programme.services import MEASURES, Contract
from stationkeeper.units import date_from_days, days_since_2000

Array = NDArray[np.float64]
AtSite = Callable[[Scene, str, str, float, float], Mapping[str, float | None]]
"""Scene, service, orbit, latitude and longitude [rad] to measures by name."""

MOST_OF_A_MONTH: Final = 0.9  # of the days a station must be there for a quality to be kept; ours
MONTH: Final = 365.25 / 12  # [d] mean month, where no month is named
SPOTS: Final = 3  # latitudes and longitudes of a region whose mean stands for it; our choice


def contract_rows(
    scene: Scene,
    served: Mapping[str, Served],
    at_site: Callable[[str], AtSite],
    there: Working | None = None,
) -> list[dict[str, Any]]:
    """Return each contract with what every orbit gives, and the months in which it is kept.

    Parameters
    ----------
    scene : Scene
        The month that tells the rates.
    served : mapping of text to Served
        By service; contracts of others are left out.
    at_site : callable
        Service to what it gives at a place.
    there : Working, optional
        When payloads are there, in each replica; without it no months are told.

    Returns
    -------
    list of dict
        See ``contracts`` of services.json.
    """
    rows = []
    for key, one in scene.programme.contract.items():
        if one.service not in served:
            continue
        measure = MEASURES[one.measure]
        values = _values(scene, served[one.service], one, at_site(one.service))
        if served[one.service].alone and measure.adds_up:
            base = values[WITHOUT] or 0.0  # what counts is told by the difference
            values = {
                orbit: value if orbit == WITHOUT or value is None else value + base
                for orbit, value in values.items()
            }
        months: list[dict[str, Any]] = []
        if there is not None and there.replicas:
            months = _months(scene, one, values, there)
        asked = one.at_least if one.at_least is not None else one.at_most
        shares = [month["met"] for month in months]
        rows.append(
            {
                "key": key,
                "customer": one.customer,
                "service": one.service,
                "measure": one.measure,
                "title": measure.title,
                "unit": measure.unit.removesuffix("/d") + "/month" * measure.adds_up,
                "where": _where(scene, one),
                "at_least": one.at_least,
                "at_most": one.at_most,
                "asked": asked,
                "value": {orbit: _monthly(one, values, orbit) for orbit in values},
                "met": {orbit: _kept(one, values, orbit, MONTH) for orbit in values},
                "months": months,
                "met_share": float(np.mean(shares)) if shares else None,
            }
        )
    return rows


def _monthly(one: Contract, values: Mapping[str, float | None], orbit: str) -> float | None:
    """Return what counts of an orbit, by the month if it adds up."""
    value = _counted(one, values, orbit)
    if value is None:
        return None
    return float(f"{value * MONTH if MEASURES[one.measure].adds_up else value:.6g}")


def _counted(one: Contract, values: Mapping[str, float | None], orbit: str) -> float | None:
    """Return the measure with an orbit; of what adds up, that of the station alone if so asked."""
    value = values.get(orbit)
    if value is None or not MEASURES[one.measure].adds_up:
        return value
    return value if orbit == WITHOUT or one.without_station else value - (values[WITHOUT] or 0.0)


def _where(scene: Scene, one: Contract) -> str:
    if one.site is not None:
        return scene.programme.ground[one.site].title
    if one.latitude_deg is not None and one.longitude_deg is not None:
        return f"{one.latitude_deg:g}, {one.longitude_deg:g} deg"
    if one.region is not None:
        (south, north), (west, east) = one.region.latitudes_deg, one.region.longitudes_deg
        return f"{south:g} to {north:g} deg north, {west:g} to {east:g} deg east"
    return "as the service tells it"


def _values(
    scene: Scene, served: Served, one: Contract, at_site: AtSite
) -> dict[str, float | None]:
    """Return the measure without a station and with each, at the place or in the region."""
    orbits = [WITHOUT, *[track.key for track in scene.tracks]]
    spots = _spots(scene, one)
    if spots is None:
        told = {row.orbit: row.value for row in served.measures if row.measure == one.measure}
        return {orbit: told.get(orbit) for orbit in orbits if orbit in told or orbit == WITHOUT}
    found: dict[str, float | None] = {}
    for orbit in orbits:
        values = [
            at_site(scene, one.service, orbit, latitude, longitude).get(one.measure)
            for latitude, longitude in spots
        ]
        known = [value for value in values if value is not None]
        if known or orbit == WITHOUT:
            whole = len(known) == len(values) or MEASURES[one.measure].adds_up
            found[orbit] = sum(known) / len(values) if known and whole else None
    return found


def _spots(scene: Scene, one: Contract) -> list[tuple[float, float]] | None:
    """Return the places that stand for where a contract is served. [rad]"""
    if one.site is not None:
        place = scene.programme.ground[one.site]
        return [(float(np.radians(place.latitude_deg)), float(np.radians(place.longitude_deg)))]
    if one.latitude_deg is not None and one.longitude_deg is not None:
        return [(float(np.radians(one.latitude_deg)), float(np.radians(one.longitude_deg)))]
    if one.region is None:
        return None
    middles = (np.arange(SPOTS) + 0.5) / SPOTS
    (south, north), (west, east) = one.region.latitudes_deg, one.region.longitudes_deg
    wide = east - west if east > west else east - west + 360.0
    return [
        (float(np.radians(south + (north - south) * y)), float(np.radians(west + wide * x)))
        for y in middles
        for x in middles
    ]


def _kept(one: Contract, values: Mapping[str, float | None], orbit: str, days: float) -> bool:
    """Return whether an orbit keeps a contract, were its station there all the time."""
    value = _counted(one, values, orbit)
    if value is None:
        return False
    if one.at_most is not None:
        return value <= one.at_most
    assert one.at_least is not None
    return value * (days if MEASURES[one.measure].adds_up else 1.0) >= one.at_least


def _months(
    scene: Scene, one: Contract, values: Mapping[str, float | None], there: Working
) -> list[dict[str, Any]]:
    programme = scene.programme
    days = np.diff(there.edges)
    base = values[WITHOUT] or 0.0
    adds_up = MEASURES[one.measure].adds_up
    got = np.zeros((there.replicas, days.size))
    kept = np.zeros(got.shape, np.bool_)
    if one.without_station:
        got += base * days
        kept |= _kept(one, values, WITHOUT, MONTH)
    for track in scene.tracks:
        value = values.get(track.key)
        payloads = carriers(programme, one.service, one.measure, track.station)
        if track.version is not None or value is None or not payloads:
            continue
        present = there.days(payloads)
        got += present * (value - base)
        if _kept(one, values, track.key, MONTH):
            kept |= present >= MOST_OF_A_MONTH * days
    if adds_up:
        assert one.at_least is not None
        kept = got >= one.at_least
    found = []
    for number in range(days.size):
        if not _runs(one, there.edges[number], there.edges[number + 1]):
            continue
        found.append(
            {
                "month": date_from_days(there.edges[number]).isoformat()[:7],
                "asked": one.at_least if adds_up else None,
                "delivered": float(f"{got[:, number].mean():.6g}") if adds_up else None,
                "met": float(kept[:, number].mean()),
            }
        )
    return found


def _runs(one: Contract, first: float, after: float) -> bool:
    """Return whether a contract runs through a whole month."""
    begun = one.since is None or days_since_2000(one.since) <= first
    return begun and (one.until is None or days_since_2000(one.until) >= after - 1)
