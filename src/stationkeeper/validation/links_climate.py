"""Compiles the climate on which links are reckoned from the package itur; for maintainers.

Run ``python -m stationkeeper.validation.links_climate FILE.npz`` where itur is installed. The file
shipped is the outcome: the maps of the Recommendations sampled every three degrees.
"""

import sys
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CELL_DEG: Final = 3.0
LEVELS_PERCENT: Final = (1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 50.0)
DENSITY_LEVELS_PERCENT: Final = (1.0, 10.0, 50.0)


def compiled(latitude_deg: Array, longitude_deg: Array) -> dict[str, Array]:
    """Return the maps of the Recommendations at places, as itur 0.4.0 gives them.

    Water vapour is brought down to sea level with its scale height, so that it can be read between
    valleys and mountains.

    Parameters
    ----------
    latitude_deg, longitude_deg : ndarray, (row, column)
        A grid from the south to the north. [deg]

    Returns
    -------
    dict of text to ndarray
        Fields by name; those by exceedance have it first: (level, row, column).
    """
    from itur.models import itu453, itu836, itu837, itu839, itu840, itu1510, itu1511

    def plain(found: Any) -> Array:
        return np.asarray(getattr(found, "value", found), float)

    at = (latitude_deg, longitude_deg)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # itur warns of places on the edges of its maps
        terrain = plain(itu1511.topographic_altitude(*at))
        here = plain(itu836.total_water_vapour_content(*at, 50.0, terrain))
        above = plain(itu836.total_water_vapour_content(*at, 50.0, terrain + 1.0))
        scale = 1.0 / np.log(here / above)  # [km]
        lifted = np.exp(terrain / scale)

        def by_level(asked: Any, levels: tuple[float, ...]) -> Array:
            return np.stack([plain(asked(p)) for p in levels])

        content = by_level(
            lambda p: itu836.total_water_vapour_content(*at, p, terrain), LEVELS_PERCENT
        )
        density = by_level(
            lambda p: itu836.surface_water_vapour_density(*at, p, terrain),
            DENSITY_LEVELS_PERCENT,
        )
        found = {
            "terrain_km": terrain,
            "rain_rate_mm_h": plain(itu837.rainfall_rate(*at, 0.01)),
            "zero_degree_height_km": plain(itu839.isoterm_0(*at)),
            "temperature_c": plain(itu1510.surface_mean_temperature(*at)) - 273.15,
            "wet_refractivity": plain(itu453.map_wet_term_radio_refractivity(*at, 50.0)),
            "scale_height_km": scale,
            "vapour_kg_m2": content * lifted,
            "vapour_g_m3": density * lifted,
            "liquid_kg_m2": by_level(
                lambda p: itu840.columnar_content_reduced_liquid(*at, p), LEVELS_PERCENT
            ),
        }
    return {name: _filled(values) for name, values in found.items()}


def _filled(values: Array) -> Array:
    """Fill what the maps leave open about the poles with the row next to it."""
    filled = values.copy()
    rows = filled.shape[-2]
    middle = rows // 2
    for order in (range(middle, rows), range(middle, -1, -1)):
        last = filled[..., middle, :]
        for row in order:
            here = filled[..., row, :]
            last = filled[..., row, :] = np.where(np.isnan(here), last, here)
    return filled


def compile_table(path: Path) -> None:
    """Write the table that is shipped.

    Parameters
    ----------
    path : Path
        Of the file to write.
    """
    latitude = np.arange(-90.0, 90.0 + CELL_DEG / 2, CELL_DEG)
    longitude = np.arange(0.0, 360.0, CELL_DEG)
    fields = compiled(*np.meshgrid(latitude, longitude, indexing="ij"))
    stored: dict[str, Any] = {name: values.astype(np.float16) for name, values in fields.items()}
    np.savez_compressed(
        path,
        latitude_deg=latitude,
        longitude_deg=longitude,
        level=np.array(LEVELS_PERCENT) / 100.0,
        density_level=np.array(DENSITY_LEVELS_PERCENT) / 100.0,
        **stored,
    )


if __name__ == "__main__":
    compile_table(Path(sys.argv[1]))
