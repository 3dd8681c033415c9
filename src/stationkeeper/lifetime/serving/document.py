"""What the ground gets, as one document: ``services.json`` of a run, or of the command itself."""

import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

import stationkeeper
from stationkeeper.errors import DomainError, InputError
from stationkeeper.lifetime.deciding.rows import NEVER, outcomes
from stationkeeper.lifetime.serving.contracts import AtSite, contract_rows
from stationkeeper.lifetime.serving.delivered import (
    Working,
    delivery_rows,
    gap_rows,
    working,
)
from stationkeeper.lifetime.serving.ephemerides import export_orbit, read_orbit
from stationkeeper.lifetime.serving.scene import Scene, Served, scene_of
from stationkeeper.orbit.ephemeris import Ephemeris
from stationkeeper.programme.document import Programme
from stationkeeper.programme.problems import choices, nearest, shown
from stationkeeper.programme.services import MEASURES
from stationkeeper.programme.write import as_toml
from stationkeeper.results.folder import COMPLETE, PROGRAMME, new_folder
from stationkeeper.results.storage import write_tables
from stationkeeper.units import KILOMETRE, date_from_days

if TYPE_CHECKING:  # they bring the kernels of a run along
    import xarray as xr

    from stationkeeper.lifetime.assemble import Assembled
    from stationkeeper.lifetime.deciding.decisions import Decisions
    from stationkeeper.lifetime.deciding.stage import Stage

Array = NDArray[np.float64]
Progress = Callable[[str], None]

SERVICES: Final = "services.json"
DIGITS: Final = 4  # of profiles, maps and curves, which are drawn
DECIDED: Final = (
    "Told of the {some} of {all} replicas in which policies decide: in the others a station that"
    " was in orbit on the day of knowledge had been lost before."
)
NOTES: Final = (
    "Rates are those of one month of geometry; nothing but the part of the time in which stations"
    " and payloads work changes from month to month.",
    "With a station: what users get from it together with what is there without it.",
    "Functions that fail enter as the part of the replicas in which they are down, kinds"
    " independent of one another; equipment of the payloads themselves does not fail.",
    "A month in which any payload that a measure counts is there and works counts for the whole"
    " measure.",
)


def _slice(kind: str) -> ModuleType:
    return import_module(f"stationkeeper.lifetime.serving.{kind}")


def services_document(
    scene: Scene,
    only: str | None = None,
    progress: Progress | None = None,
    there: Working | None = None,
    turns: Sequence[tuple[str, str, str]] = (),
) -> dict[str, Any]:
    """Work out what the services of a programme give.

    Parameters
    ----------
    scene : Scene
        The month looked at.
    only : str, optional
        Key of one service; all if not given.
    progress : callable, optional
        Told in words what is done.
    there : Working, optional
        When payloads are there in each replica of a run.
    turns : sequence of (partner, old, new)
        Which station follows which.

    Returns
    -------
    dict
        ``services.json`` as plain data.

    Raises
    ------
    InputError
        If there is no such service, or a service cannot be worked out.
    """
    programme = scene.programme
    if only is not None and only not in programme.service:
        known = choices(programme.service) if programme.service else "none: the programme has none"
        fix = nearest(only, programme.service)
        given = f"--service: given {shown(only)}, expected one of: {known}"
        raise InputError(given + (f"; {fix}" if fix else ""))
    say = progress or (lambda text: None)
    keys = [only] if only is not None else list(programme.service)
    served: dict[str, Served] = {}
    for number, key in enumerate(keys):
        say(f"services: {number} of {len(keys)}")
        try:
            served[key] = _slice(programme.service[key].kind).served(scene, key)
        except DomainError as error:
            raise InputError(f"service.{key}: cannot be worked out: {error}") from None

    def at_site(service: str) -> AtSite:
        found: AtSite = _slice(programme.service[service].kind).at_site
        return found

    delivery = None
    if there is not None and there.replicas:
        delivery = {
            "replicas": there.replicas,
            "rows": delivery_rows(scene, served, there),
            "gaps": gap_rows(scene, served, there, turns),
        }
    contracts = [] if scene.place else contract_rows(scene, served, at_site, there)
    used = {name for key in keys for name in programme.service[key].ground}
    return {
        "format": 1,
        "programme": programme.name,
        "title": programme.title,
        "month": {
            "first": date_from_days(scene.first_day).isoformat(),
            "days": scene.duration / 86_400.0,
        },
        "place": _place(scene),
        "orbits": [_orbit(scene, number) for number in range(len(scene.tracks))],
        "ground": [
            {
                "key": key,
                "title": one.title,
                "latitude_deg": one.latitude_deg,
                "longitude_deg": one.longitude_deg,
                "networks": list(one.networks),
            }
            for key, one in scene.ground(used).items()
        ],
        "services": [_service(scene, key, one) for key, one in served.items()],
        "delivery": delivery,
        "contracts": contracts,
        "notes": list(NOTES),
    }


def _place(scene: Scene) -> dict[str, float] | None:
    if scene.place is None:
        return None
    latitude, longitude = (round(float(np.degrees(angle)), 9) for angle in scene.place)
    return {"latitude_deg": latitude, "longitude_deg": longitude}


def _orbit(scene: Scene, number: int) -> dict[str, Any]:
    track = scene.tracks[number]
    return {
        "key": track.key,
        "title": track.title,
        "station": track.station,
        "version": track.version,
        "also": list(track.also),
        "altitude_km": round(track.altitude / KILOMETRE, 3),
        "inclination_deg": round(float(np.degrees(track.inclination)), 6),
    }


def _named(scene: Scene, key: str) -> str:
    programme = scene.programme
    if key in programme.constellation:
        return programme.constellation[key].title
    return programme.payload[key].title


def _service(scene: Scene, key: str, one: Served) -> dict[str, Any]:
    told = scene.programme.service[key]
    measures = []
    for name in dict.fromkeys(row.measure for row in one.measures):
        measure = MEASURES[name]
        measures.append(
            {
                "measure": name,
                "title": measure.title,
                "unit": measure.unit,
                "more_is_better": measure.more_is_better,
                "adds_up": measure.adds_up,
                "values": [
                    {
                        "orbit": row.orbit,
                        "value": _number(row.value),
                        "low": _number(row.low),
                        "high": _number(row.high),
                        "where": row.where,
                        "note": row.note,
                    }
                    for row in one.measures
                    if row.measure == name
                ],
            }
        )
    return {
        "key": key,
        "title": told.title,
        "kind": told.kind,
        "without": [_named(scene, name) for name in told.without],
        "payloads": [
            {
                "key": name,
                "title": scene.programme.payload[name].title,
                "station": scene.programme.payload[name].station,
            }
            for name in told.payloads
        ],
        "ground": list(scene.ground(told.ground)),
        "measures": measures,
        "profiles": [_told(vars(profile)) for profile in one.profiles],
        "maps": [_told(vars(drawn)) for drawn in one.maps],
        "distributions": [_told(vars(curve)) for curve in one.distributions],
        "words": list(one.words),
    }


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the title and unit of its measure, and numbers that are short."""
    measure = MEASURES[row["measure"]]
    return {"title": measure.title, "unit": measure.unit, **_short(row)}


def _short(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _short(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_short(one) for one in value]
    return _number(value, DIGITS) if isinstance(value, float) else value


def _number(value: float | None, digits: int = 6) -> float | int | None:
    if value is None or not np.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() else short


def write_services(
    folder: Path,
    assembled: "Assembled",
    programme: Programme,
    results: "xr.Dataset",
    replicas: int,
    decided: "tuple[Stage, Decisions] | None",
    progress: Progress,
) -> None:
    """Write ``services.json`` into a run folder, if the programme has services.

    Parameters
    ----------
    folder : Path
        The run folder, with its rows of replicas.
    assembled : Assembled
        The programme as flown.
    programme : Programme
        The document.
    results : Dataset
        ``ensemble.nc``, for the functions that are down.
    replicas : int
        Lives flown. [-]
    decided : tuple of Stage and Decisions, optional
        What policies made of it.
    progress : callable
        Told in words what is done.

    Raises
    ------
    InputError
        If a service cannot be worked out.
    StorageError
        If rows cannot be read or the document cannot be written.
    """
    if not programme.service:
        return
    calendar = assembled.calendar
    edges = (calendar.first_day + np.append(calendar.first_of_month, calendar.days)).astype(float)
    told = outcomes(folder, assembled.keys, replicas, calendar.first_day, calendar.days)
    lost = {key: _lost(told.first(key, "station-lost")) for key in assembled.keys}
    for key in assembled.keys:
        np.minimum(lost[key], _lost(told.first(key, "entered")), out=lost[key])
    there = working(assembled.programme, edges, _down(results), lost, decided)
    turns: list[tuple[str, str, str]] = []
    if decided is not None:
        policies = decided[0].programme.policy.values()
        turns = list(
            dict.fromkeys(
                (one.partner, one.station, one.own_station)
                for one in policies
                if one.partner and one.own_station
            )
        )
    document = services_document(scene_of(programme), progress=progress, there=there, turns=turns)
    if there.replicas < replicas:
        document["notes"].append(DECIDED.format(some=there.replicas, all=replicas))
    write_tables(folder / SERVICES, document)


def _lost(days: NDArray[np.int64]) -> Array:
    return np.where(days == NEVER, np.inf, days.astype(np.float64))


def _down(results: "xr.Dataset") -> dict[str, Array]:
    if "function_down" not in results:
        return {}
    values = results["function_down"]
    return {
        str(key): np.nan_to_num(values.sel(function=key).to_numpy().astype(np.float64))
        for key in values["function"].to_numpy()
    }


def serve(
    programme: Programme,
    *,
    out: Path,
    service: str | None = None,
    at: tuple[float, float] | None = None,
    orbit: Path | None = None,
    export: Path | None = None,
    station: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Work out the services of a programme and leave a folder with ``services.json``.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    out : Path
        Folder in which the folder is made.
    service : str, optional
        Key of one service.
    at : tuple of float, optional
        Latitude and longitude of the place looked at. [deg]
    orbit : Path, optional
        Element sets or an OEM that `station` flies, in the place of its planned orbit.
    export : Path, optional
        File for the ephemeris of `station`: .oem, .czml, .geojson.
    station : str, optional
        Key of the station; may be absent where one station serves.
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If an argument is wrong, or a service cannot be worked out.
    StorageError
        If something cannot be written.
    """
    if not programme.service:
        raise InputError(f"{programme.name}: has no services; expected a table [service.KEY]")
    place = None
    if at is not None:
        place = (float(np.radians(at[0])), float(np.radians(at[1])))
    flown: dict[str, Ephemeris] = {}
    if orbit is not None:
        flown[_one_station(programme, station, "--orbit")] = read_orbit(orbit)
    scene = scene_of(programme, place=place, flown=flown)
    if export is not None:
        key = _one_station(programme, station, "--export")
        export_orbit(scene.track(key).ephemeris, export, name=programme.station[key].title)
    document = services_document(scene, service, progress)
    now = datetime.now(UTC)
    state: Mapping[str, Any] = {
        "format": 1,
        "programme": programme.name,
        "title": programme.title,
        "version": stationkeeper.__version__,
        "state": COMPLETE,
        "machine": {"system": platform.system(), "python": platform.python_version()},
        "started": now.isoformat(timespec="seconds"),
    }
    text = as_toml(programme.as_document(), "As read, overrides applied.")
    folder = new_folder(out, f"services-{programme.name}", state, {PROGRAMME: text.encode()}, now)
    write_tables(folder.path / SERVICES, document)
    return folder.path


def _one_station(programme: Programme, given: str | None, flag: str) -> str:
    """Return the station that a file is about."""
    carrying = [
        key
        for key in programme.station
        if any(
            programme.payload[name].station == key
            for one in programme.service.values()
            for name in one.payloads
        )
    ]
    if given is None and len(carrying) == 1:
        return carrying[0]
    if given is None or given not in carrying:
        told = "none" if given is None else shown(given)
        expected = f"one that serves, for {flag}: {choices(carrying)}"
        raise InputError(f"--station: given {told}, expected {expected}")
    return given
