"""The shipped table of trapped-particle flux and L: how it is read, and how it was made.

The table is made once from ``aep8`` (AP8 and AE8 in the fields of their own epoch) by

    python -m stationkeeper.environment.trapped_tables FILE

and shipped, so a user never pays for the field-line tracing. Energies of particles are in MeV here
and in every module of radiation: all published tables are.
"""

import sys
import zlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from stationkeeper.environment.trapped import MODELS, TrappedTable
from stationkeeper.errors import StorageError
from stationkeeper.units import KILOMETRE

Array = NDArray[np.float64]

Particle = Literal["e", "p"]
Solar = Literal["min", "max"]

# Grid chosen by us; its error against direct aep8 is a validation row.
HEIGHTS_KM: Final = np.concatenate(
    [np.arange(200.0, 500.0, 12.5), np.arange(500.0, 600.0, 25.0), np.arange(600.0, 951.0, 50.0)]
)
LATITUDES_DEG: Final = np.arange(-90.0, 90.1, 2.0)
LONGITUDES_DEG: Final = np.arange(0.0, 360.0, 4.0)
REFINEMENT: Final = 4  # latitudes added on reading, by a monotone cubic (pchip): 0.5 degrees
PROTON_ENERGIES: Final = np.array(
    [*range(10, 50, 5), *range(50, 100, 10), 100, 115, 130, *range(150, 301, 25)], dtype=float
)  # [MeV]; aep8 gives no flux above 300 MeV
ELECTRON_ENERGIES: Final = np.array(
    [0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7], dtype=float
)  # [MeV]; AE8 ends at 7 MeV
L_HEIGHTS_KM: Final = np.array([200.0, 400.0, 650.0, 950.0])
L_LONGITUDES_DEG: Final = np.arange(0.0, 360.0, 8.0)

L_UNDEFINED: Final = 100.0  # L where no closed field line exists near the poles (our stand-in)


@cache
def trapped_table() -> TrappedTable:
    """Read the shipped table, once a process.

    Raises
    ------
    StorageError
        If the installed file cannot be read.

    Examples
    --------
    >>> table = trapped_table()
    >>> table.integral_flux["ap8min"].shape == (
    ...     table.height.size, table.latitude.size, table.proton_energy.size)
    True
    """
    resource = files("stationkeeper.environment") / "data" / "trapped_aep8.npz"
    try:
        with resource.open("rb") as file, np.load(file, allow_pickle=False) as data:
            arrays = {name: data[name].astype(np.float64) for name in data.files}
    except (OSError, ValueError, BadZipFile, zlib.error) as error:
        raise StorageError(
            f"the shipped table {resource} cannot be read ({error}); reinstall stationkeeper"
        ) from error
    from scipy.interpolate import PchipInterpolator

    coarse = arrays["latitude"]
    fine = np.linspace(coarse[0], coarse[-1], REFINEMENT * (coarse.size - 1) + 1)
    for model in MODELS:
        arrays[model] = np.asarray(PchipInterpolator(coarse, arrays[model], axis=1)(fine))
    for array in (*arrays.values(), fine):
        array.setflags(write=False)
    return TrappedTable(
        height=arrays["height"],
        latitude=fine,
        proton_energy=arrays["proton_energy"],
        electron_energy=arrays["electron_energy"],
        integral_flux={model: arrays[model] for model in MODELS},
        l_height=arrays["l_height"],
        l_latitude=coarse,
        l_shell=arrays["l_shell"],
    )


def direct_coordinates(
    particle: Particle, solar: Solar, latitude: Array, longitude: Array, height: Array
) -> tuple[Array, Array]:
    """Return L and B/B0 by ``aep8`` itself, in the field of the model's own epoch.

    Slow (2,000 to 6,000 points a second): for building the table and as the oracle.

    Parameters
    ----------
    particle, solar : str
        ``"p"`` or ``"e"``; ``"min"`` or ``"max"``.
    latitude, longitude : ndarray, (...)
        Geodetic. [rad]
    height : ndarray, (...)
        Above the ellipsoid. [m]

    Returns
    -------
    (ndarray, ndarray), (...)
        L and B/B0; L is negative or huge where no closed field line exists. [-]
    """
    import aep8
    from astropy import units
    from astropy.coordinates import EarthLocation
    from astropy.time import Time
    from astropy.utils import iers

    with iers.conf.set_temp("auto_download", False):
        place = EarthLocation.from_geodetic(
            longitude * units.rad, latitude * units.rad, height * units.m, ellipsoid="WGS84"
        )
        # The date does not matter: the field is that of the model's epoch (L of 1975 and
        # of 2025 differ by 3e-14, measured).
        shells, ratio = aep8.model(particle=particle, solar=solar).geomagnetic_coordinates(
            place, Time("1970-01-01", scale="utc")
        )
    return np.asarray(shells, dtype=float), np.asarray(ratio, dtype=float)


def direct_flux(
    particle: Particle, solar: Solar, shells: Array, ratio: Array, energy: Array
) -> Array:
    """Return the integral flux by ``aep8`` itself at given L and B/B0.

    Parameters
    ----------
    particle, solar : str
        ``"p"`` or ``"e"``; ``"min"`` or ``"max"``.
    shells, ratio : ndarray, (...)
        L and B/B0; undefined L gives no flux. [-]
    energy : ndarray, (energy,)
        Lower ends of the spectrum. [MeV]

    Returns
    -------
    ndarray, (..., energy)
        Omnidirectional flux. [1/(m2 s)]
    """
    import aep8
    from astropy import units

    usable = (shells > 0) & (shells < L_UNDEFINED)
    with np.errstate(invalid="ignore"):
        flux = aep8.model(particle=particle, solar=solar).integral_flux_for_geomagnetic_coordinates(
            np.where(usable, shells, 50.0)[..., None],
            np.where(usable, ratio, 1e3)[..., None],
            energy * units.MeV,
        )
    per_cm2 = np.nan_to_num(np.asarray(flux.to_value(units.cm**-2 * units.s**-1)))
    return np.where(usable[..., None], np.maximum(per_cm2, 0.0), 0.0) * 1e4


def build_table(path: Path) -> None:
    """Make the shipped table from ``aep8``: about four minutes on one core.

    Parameters
    ----------
    path : Path
        File to write (.npz).
    """
    latitude, longitude = np.radians(LATITUDES_DEG), np.radians(LONGITUDES_DEG)
    arrays: dict[str, NDArray[np.float32]] = {}
    # AP8MIN, AE8MIN and AE8MAX share one field; AP8MAX has its own.
    fields: tuple[tuple[Solar, tuple[str, ...]], ...] = (
        ("min", ("ap8min", "ae8min", "ae8max")),
        ("max", ("ap8max",)),
    )
    for field, members in fields:
        layers: dict[str, list[Array]] = {member: [] for member in members}
        for height in HEIGHTS_KM * KILOMETRE:
            grid = np.broadcast_arrays(latitude[:, None], longitude[None, :], height)
            shells, ratio = direct_coordinates("p", field, *grid)
            for member in members:
                proton = member.startswith("ap8")
                energy = PROTON_ENERGIES if proton else ELECTRON_ENERGIES
                solar: Solar = "min" if member.endswith("min") else "max"
                flux = direct_flux("p" if proton else "e", solar, shells, ratio, energy)
                layers[member].append(flux.mean(axis=1))
            print(
                f"field of AP8{field.upper()}: {height / KILOMETRE:.1f} km",
                file=sys.stderr,
                flush=True,
            )
        for member in members:
            arrays[member] = np.array(layers[member], dtype=np.float32)
    grid = np.broadcast_arrays(
        (L_HEIGHTS_KM * KILOMETRE)[:, None, None],
        latitude[:, None],
        np.radians(L_LONGITUDES_DEG),
    )
    shells, _ = direct_coordinates("p", "min", grid[1], grid[2], grid[0])
    shells = np.where((shells > 0) & (shells < L_UNDEFINED), shells, L_UNDEFINED)
    np.savez_compressed(
        path,
        height=HEIGHTS_KM * KILOMETRE,
        latitude=latitude,
        proton_energy=PROTON_ENERGIES,
        electron_energy=ELECTRON_ENERGIES,
        l_height=L_HEIGHTS_KM * KILOMETRE,
        l_shell=shells.astype(np.float32),
        ap8min=arrays["ap8min"],
        ap8max=arrays["ap8max"],
        ae8min=arrays["ae8min"],
        ae8max=arrays["ae8max"],
    )


if __name__ == "__main__":
    build_table(Path(sys.argv[1]))
