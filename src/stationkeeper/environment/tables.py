"""The tables of the environment: shipped ones read, large ones built once and kept in a cache.

The only module of this package that touches files. Everything else takes tables as arguments.
"""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import DAYS_PER_YEAR
from stationkeeper.environment.atmosphere import DensityTable
from stationkeeper.environment.earth_rotation import EarthRotation
from stationkeeper.environment.solar_activity import OBSERVED, PREDICTED_MONTHLY, SolarIndices
from stationkeeper.units import days_since_2000

Progress = Callable[[str], None]

DENSITY_VERSION: Final = 2  # raise when the way of building changes
_LONGITUDES: Final = 4  # evenly spaced: their mean has none of the model's waves in longitude
_LATITUDES: Final = 11
_LOCAL_TIMES: Final = 8
_SEASONS: Final = 8
_ALTITUDE_KM: Final = (
    *(110, 117, 125, 134, 144, 155, 168, 183, 200, 220, 242, 266, 292, 320, 350, 382, 416),
    *(452, 490, 530, 574, 624, 680, 745, 820, 905, 1000),
)
_F107: Final = (65.0, 95.0, 130.0, 170.0, 220.0, 280.0)
_AP: Final = (0.0, 8.0, 24.0, 60.0, 130.0, 280.0)


@cache
def solar_indices() -> SolarIndices:
    """Read the shipped table of solar and geomagnetic indices.

    Measured from 1957-10-01 to 2026-02-23, predicted after that. Predicted monthly values stand in
    the middle of their month, with straight lines between; their Ap, which nobody predicts, is the
    straight line fitted to the measured 81-day means of Ap against those of F10.7.

    Returns
    -------
    SolarIndices
        One row a day, to 2041-10.

    References
    ----------
    .. [1] Compiled from the list CelesTrak keeps, from GFZ Potsdam (Kp, Ap), DRAO Penticton
       (F10.7), WDC-SILSO Brussels (sunspots) and NOAA (predictions).

    Examples
    --------
    >>> indices = solar_indices()
    >>> float(indices.f107[indices.row_of(1_397)])  # 29 Oct 2003
    291.7
    """
    path = resources.files("stationkeeper.environment") / "data" / "solar_indices.npz"
    with path.open("rb") as file, np.load(file) as data:
        day = data["day"].astype(np.int64)
        kind = data["kind"]
        f107 = data["f107_tenths"] / 10.0
        f107_81d = data["f107_81d_tenths"] / 10.0
        ap = data["ap"].astype(np.float64)
        sunspot = data["sunspot"].astype(np.float64)
    monthly = kind == PREDICTED_MONTHLY
    observed = kind == OBSERVED
    kernel = np.ones(81) / 81
    mean_ap = np.convolve(ap[observed], kernel, mode="valid")
    slope, offset = np.polyfit(f107_81d[observed][40:-40], mean_ap, 1)
    ap = np.where(ap < 0, np.round(offset + slope * f107_81d), ap)
    place = np.where(monthly, day + 14, day)
    every = np.arange(day[0], place[-1] + 1, dtype=np.int32)
    nearest = np.minimum(np.searchsorted(place, every), len(place) - 1)
    return SolarIndices(
        day=every,
        f107=np.interp(every, place, f107),
        f107_81d=np.interp(every, place, f107_81d),
        ap=np.interp(every, place, ap),
        sunspot=np.interp(every, place, sunspot),
        kind=kind[nearest].astype(np.int8),
        observed_until=int(day[observed][-1]),
    )


@cache
def earth_rotation() -> EarthRotation:
    """Read the shipped table of UT1 less UTC.

    Measured from 1998-01 to 2026-10, predicted to 2027-10.

    Returns
    -------
    EarthRotation
        One row a month.

    References
    ----------
    .. [1] Compiled from finals2000A of the International Earth Rotation and Reference Systems
       Service (IERS), Rapid Service / Prediction Centre, as carried by astropy-iers-data.

    Examples
    --------
    >>> table = earth_rotation()
    >>> float(table.ut1_less_utc[table.day == 9_497].item())  # 1 January 2026
    0.0741
    """
    path = resources.files("stationkeeper.environment") / "data" / "ut1_utc.csv"
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    rows = [line.split(",") for line in lines[1:]]
    return EarthRotation(
        day=np.array([float(days_since_2000(date.fromisoformat(f"{one[0]}-01"))) for one in rows]),
        ut1_less_utc=np.array([float(one[1]) / 1e3 for one in rows]),
    )


def cache_folder() -> Path:
    """Folder for large tables: STATIONKEEPER_CACHE if set, else the user's cache folder.

    Examples
    --------
    >>> cache_folder().is_absolute()
    True
    """
    given = os.environ.get("STATIONKEEPER_CACHE")
    if given:
        return Path(given).absolute()
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("stationkeeper")).absolute()


def save_arrays(path: Path, arrays: dict[str, NDArray[np.generic]]) -> bool:
    """Write arrays so that a reader finds the whole file or none; False if it cannot be written."""
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=path.stem, suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        return False
    return True


def load_arrays(path: Path, names: tuple[str, ...]) -> dict[str, NDArray[np.generic]] | None:
    """Read arrays back; None if the file is absent, damaged or lacks one of them."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            return {name: data[name] for name in names}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _nodes() -> dict[str, NDArray[np.float64]]:
    turn = 2 * np.pi
    return {
        "latitude": -np.pi / 2 * np.cos(np.pi * np.arange(_LATITUDES) / (_LATITUDES - 1)),
        "local_time": turn * np.arange(_LOCAL_TIMES) / _LOCAL_TIMES,
        "season": turn * np.arange(_SEASONS) / _SEASONS,
        "altitude": 1e3 * np.asarray(_ALTITUDE_KM, dtype=np.float64),
        "f107_81d": np.asarray(_F107),
        "ap": np.asarray(_AP),
    }


def _profiles(
    season: float, f107: float, f107_81d: float, ap: float, longitudes: int
) -> NDArray[np.float64]:
    """Density of MSIS 2.1 (latitude, local time, longitude, altitude) on one day of the year."""
    import pymsis

    nodes = _nodes()
    longitude = 360.0 * np.arange(longitudes) / longitudes
    shape = (_LATITUDES, _LOCAL_TIMES, longitudes, len(_ALTITUDE_KM))
    latitude, local, east, altitude = (
        np.broadcast_to(x, shape).ravel()
        for x in np.ix_(
            np.degrees(nodes["latitude"]),
            nodes["local_time"] * 12 / np.pi,
            longitude,
            np.asarray(_ALTITUDE_KM, dtype=np.float64),
        )
    )
    # The moment of that local time which is nearest to the day of the node.
    moment = DAYS_PER_YEAR * season / (2 * np.pi)
    hour = (local - east / 15 - 24 * moment + 12) % 24 - 12
    dates = np.datetime64("2001-01-01T00:00:00") + np.rint((moment * 24 + hour) * 3600).astype(
        "timedelta64[s]"
    )
    result = pymsis.calculate(
        dates,
        east,
        latitude,
        altitude,
        np.full(dates.shape, f107),
        np.full(dates.shape, f107_81d),
        np.full((len(dates), 7), ap),
        version=2.1,
    )
    return np.asarray(result[:, 0], dtype=np.float64).reshape(shape)


def build_density_table(progress: Progress | None = None) -> DensityTable:
    """Fill the density table from MSIS 2.1, without any cache. See `density_table`."""
    nodes = _nodes()
    shape = tuple(len(values) for values in nodes.values())
    log_density = np.empty(shape, dtype=np.float32)
    response = np.empty((2, len(_ALTITUDE_KM), len(_F107)))
    step = 30.0  # [sfu] our choice: a strong solar rotation
    for flux_place, flux in enumerate(_F107):
        if progress is not None:
            progress(f"density table, once only: {flux_place + 1} of {len(_F107)}")
        for season_place, season in enumerate(nodes["season"]):
            for ap_place, ap in enumerate(_AP):
                density = _profiles(season, flux, flux, ap, _LONGITUDES).mean(axis=2)
                log_density[:, :, season_place, :, flux_place, ap_place] = np.log(density)
        area = np.cos(nodes["latitude"]) * np.sqrt(
            np.maximum(1 - (2 * nodes["latitude"] / np.pi) ** 2, 0)
        )  # cosine times the spacing of the points
        change = [
            np.mean(
                [
                    np.log(_profiles(season, flux + departure, flux, 8.0, 1))
                    - np.log(_profiles(season, flux, flux, 8.0, 1))
                    for season in nodes["season"][::2]
                ],
                axis=(0, 2, 3),
            )
            for departure in (-step, step)
        ]
        down, up = ((area / area.sum()) @ values for values in change)
        response[0, :, flux_place] = (up - down) / (2 * step)
        response[1, :, flux_place] = (up + down) / (2 * step**2)
    return DensityTable(**nodes, log_density=log_density, flux_response=response)


_NAMES: Final = (
    *("latitude", "local_time", "season", "altitude", "f107_81d", "ap"),
    *("log_density", "flux_response"),
)
_tables: dict[Path, DensityTable] = {}


def _density_path() -> Path:
    from importlib.metadata import version

    nodes = _nodes()
    words = [str(DENSITY_VERSION), version("pymsis"), str(_LONGITUDES)]
    digest = hashlib.sha256("|".join(words).encode())
    for values in nodes.values():
        digest.update(values.tobytes())
    return cache_folder() / f"density-msis21-{digest.hexdigest()[:16]}.npz"


def density_table(progress: Progress | None = None) -> DensityTable:
    """Density of MSIS 2.1 as a table, built on first use and kept in the cache.

    Longitude and universal time are averaged out, at fixed local time; daily Ap, no three-hourly
    ones. A damaged cache is built again; where the cache cannot be written the table lives in
    memory alone.

    Parameters
    ----------
    progress : callable, optional
        Takes a line of text while the table is built.

    Returns
    -------
    DensityTable
        110 to 1,000 km, all latitudes, local times and seasons, F10.7 65 to 280, Ap 0 to 280.

    Notes
    -----
    Ours less MSIS 2.1 called directly, over its value, on random days of the record from 130 to
    600 km (tests/unit/test_atmosphere.py): averaged over longitude, bias 0.0 %, rms 1.9 %, largest
    15 %; at any one longitude, whose waves are left out, bias 0.2 %, rms 4.6 %, largest 42 % (near
    the magnetic poles); means along an orbit, see
    `stationkeeper.environment.atmosphere.orbit_density`. Built in 4 to 10 s, 2.7 MB. How far MSIS
    itself is from the true density is another matter: 10 to 20 % is common.

    References
    ----------
    .. [1] J. Emmert et al., "NRLMSIS 2.0", Earth Space Sci. 8, 2021, and 2.1, JGR 127, 2022.

    Examples
    --------
    >>> table = density_table()
    >>> table.log_density.shape
    (11, 8, 8, 27, 6, 6)
    """
    path = _density_path()
    if path in _tables:
        return _tables[path]
    arrays = load_arrays(path, _NAMES)
    expected = tuple(len(values) for values in _nodes().values())
    if (
        arrays is None
        or arrays["log_density"].shape != expected
        or not np.isfinite(arrays["log_density"].astype(np.float64)).all()
    ):
        table = build_density_table(progress)
        save_arrays(path, {name: getattr(table, name) for name in _NAMES})
    else:
        table = DensityTable(**arrays)  # type: ignore[arg-type]
    _tables[path] = table
    return table
