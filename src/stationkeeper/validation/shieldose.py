"""SHIELDOSE-2 as an oracle: called in the compiled library that spacepy carries, if it is there."""

import ctypes
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Sizes fixed in the Fortran source (shieldose2.f, version 2.10 of 28 April 1994).
MOST_DEPTHS: Final = 71
MOST_ENERGIES: Final = 301
WATER_DETECTOR: Final = 11
GRAMS_PER_CM2: Final = 2
# The sphere is got from a slab by the slope of dose with depth, so depths must lie close together.
DEPTH_GRID: Final = np.arange(1.0, 36.0)  # [g/cm2]
SPHERE: Final = 2  # third column: HALF the dose at the centre of an aluminium sphere


def library() -> Path | None:
    """Return the path of spacepy's compiled IRBEM library, or None where spacepy is absent."""
    spec = find_spec("spacepy")
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / "irbempy" / "libirbem.so"
    return path if path.is_file() else None


def sphere_dose(depth: Array, energy: Array, spectrum: Array, nuclear: int = 3) -> Array:
    """Dose of trapped protons in water at the centre of aluminium spheres, by SHIELDOSE-2.

    Parameters
    ----------
    depth : ndarray, (depth,)
        Rising, at most 36. [g/cm2]
    energy : ndarray, (energy,)
        Rising, at most 301. [MeV]
    spectrum : ndarray, (energy,)
        Differential omnidirectional fluence. [1/(cm2 MeV)]
    nuclear : int
        1 without nuclear collisions, 2 with, 3 also with the dose of neutrons.

    Returns
    -------
    ndarray, (depth,)
        Over the full sphere: twice the printed column. [Gy]

    Raises
    ------
    FileNotFoundError
        If spacepy is not installed.
    """
    path = library()
    if path is None:
        raise FileNotFoundError("SHIELDOSE-2 needs spacepy (test lock)")
    call = ctypes.CDLL(str(path)).shieldose2_

    def integer(value: int) -> ctypes.c_int32:
        return ctypes.c_int32(value)

    def real(value: float) -> ctypes.c_double:
        return ctypes.c_double(value)

    def padded(values: Array, size: int) -> Array:
        return np.concatenate([values, np.zeros(size - values.size)]).astype(np.float64)

    grid = np.unique(np.concatenate([DEPTH_GRID, depth]))
    depths = padded(grid, MOST_DEPTHS)
    energies = padded(energy, MOST_ENERGIES)
    protons = padded(spectrum, MOST_ENERGIES)
    nothing = padded(np.full(energy.size, 1e-30), MOST_ENERGIES)
    electron_energies = padded(np.geomspace(0.1, 10.0, energy.size), MOST_ENERGIES)
    doses = [np.zeros((3, MOST_DEPTHS)) for _ in range(5)]  # Fortran (depth, 3)
    count = integer(energy.size)
    arguments: list[object] = [
        integer(WATER_DETECTOR),
        integer(nuclear),
        integer(grid.size),
        integer(GRAMS_PER_CM2),
        depths,
        real(energy[0]),
        real(energy[-1]),
        real(energy[0]),
        real(energy[-1]),
        integer(1001),
        real(0.1),
        real(10.0),
        integer(1001),
        count,
        count,
        count,
        real(1.0),
        real(1.0),
        energies,
        nothing,
        energies,
        protons,
        electron_energies,
        nothing,
        *doses,
    ]
    call(
        *(
            argument.ctypes.data_as(ctypes.c_void_p)
            if isinstance(argument, np.ndarray)
            else ctypes.byref(argument)  # type: ignore[arg-type]
            for argument in arguments
        )
    )
    rad = 0.01  # [Gy]
    return np.asarray(2.0 * rad * doses[1][SPHERE, np.searchsorted(grid, depth)])
