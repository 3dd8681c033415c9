"""Reads the climate on which links are reckoned: maps of the ITU, sampled every three degrees."""

from functools import cache
from importlib import resources

import numpy as np

from stationkeeper.services.climate import ClimateMaps
from stationkeeper.services.rain import MILLIMETRE_PER_HOUR
from stationkeeper.units import KILOMETRE

_ZERO_CELSIUS = 273.15  # [K]
_GRAM = 1e-3  # [kg]


@cache
def climate_maps() -> ClimateMaps:
    """Return the maps that are shipped, read once.

    Compiled by `stationkeeper.validation.links_climate` from the package itur 0.4.0 (MIT), whose
    data are the maps of the Recommendations: P.837-7 rain rate, P.839-4 height of 0 degC, P.836-6
    water vapour, P.840-8 cloud water, P.453-13 refractivity, P.1510-1 temperature, P.1511-2 height.

    Examples
    --------
    >>> climate_maps().rain_rate.shape
    (61, 120)
    """
    source = resources.files("stationkeeper.lifetime.serving") / "data" / "climate.npz"
    with resources.as_file(source) as path, np.load(path, allow_pickle=False) as file:
        read = {name: file[name].astype(np.float64) for name in file.files}
    return ClimateMaps(
        latitude=np.radians(read["latitude_deg"]),
        longitude=np.radians(read["longitude_deg"]),
        level=read["level"],
        density_level=read["density_level"],
        terrain=read["terrain_km"] * KILOMETRE,
        rain_rate=read["rain_rate_mm_h"] * MILLIMETRE_PER_HOUR,
        zero_degree_height=read["zero_degree_height_km"] * KILOMETRE,
        temperature=read["temperature_c"] + _ZERO_CELSIUS,
        wet_refractivity=read["wet_refractivity"],
        scale_height=read["scale_height_km"] * KILOMETRE,
        vapour_content=read["vapour_kg_m2"],
        vapour_density=read["vapour_g_m3"] * _GRAM,
        liquid=read["liquid_kg_m2"],
    )
