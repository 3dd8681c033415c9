"""The table of a run: written once as netCDF with CF attributes, read by anything."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from stationkeeper.errors import InputError
from stationkeeper.results.folder import ENSEMBLE, read_state
from stationkeeper.results.storage import write_atomically
from stationkeeper.results.variables import COORDINATES, VARIABLES

if TYPE_CHECKING:
    import xarray as xr

DISCLAIMER = "Public data; not for flight decisions."


def dataset(
    values: Mapping[str, NDArray[Any]],
    coordinates: Mapping[str, NDArray[Any]],
    attributes: Mapping[str, str | int],
) -> "xr.Dataset":
    """Put arrays into one Dataset, each with its unit and meaning.

    Parameters
    ----------
    values : mapping of text to array
        Arrays by name; each must be in `stationkeeper.results.variables`.
    coordinates : mapping of text to array
        One array for each dimension, named as in `stationkeeper.results.variables`.
    attributes : mapping
        What is said of the whole.

    Returns
    -------
    xarray.Dataset
    """
    import xarray as xr

    variables = {}
    for name, array in values.items():
        variable = VARIABLES[name]
        said = {"long_name": variable.meaning}
        if array.dtype.kind in "fi":
            said["units"] = variable.unit
        if variable.bins is not None:
            said["resolution"] = variable.bins.error
        variables[name] = (variable.dimensions, array, said)
    return xr.Dataset(
        variables,
        coords={
            name: (COORDINATES[name][0], array, {"long_name": COORDINATES[name][1]})
            for name, array in coordinates.items()
        },
        attrs={"Conventions": "CF-1.11", **attributes, "comment": DISCLAIMER},
    )


def write_dataset(data: "xr.Dataset", path: Path) -> None:
    """Write a Dataset whole or not at all; the same data give the same bytes.

    Raises
    ------
    StorageError
        If it cannot be written.
    """
    packed = {
        name: {"zlib": True, "complevel": 4, "shuffle": True}
        for name, variable in data.data_vars.items()
        if variable.dtype.kind in "fib" and variable.size > 1_000
    }
    buffer = io.BytesIO()
    data.to_netcdf(buffer, engine="h5netcdf", encoding=packed)
    write_atomically(path, buffer.getvalue())


def open_run(path: str | Path) -> "xr.Dataset":
    """Open the table of a finished run.

    Parameters
    ----------
    path : str or Path
        Run folder, or its ``ensemble.nc``.

    Returns
    -------
    xarray.Dataset
        Bands and means by station and month, with units; read from disk as it is used.

    Raises
    ------
    InputError
        If there is no finished run.
    """
    import xarray as xr

    folder = Path(path)
    file = folder if folder.is_file() else folder / ENSEMBLE
    if not file.is_file():
        state = read_state(folder).get("state", "no run")
        raise InputError(
            f"{folder}: holds {state}, expected a finished run with {ENSEMBLE};"
            " give `stationkeeper run` again with the same arguments to finish one"
        )
    try:
        return xr.open_dataset(file, engine="h5netcdf")
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: cannot be read as netCDF: {error}") from None
