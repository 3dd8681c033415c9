"""Links beside the ITU's own validation figures, another program, and closed forms."""

import csv
import warnings
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.lifetime.serving.climate import climate_maps
from stationkeeper.lifetime.serving.contacts import moving_contacts, standing_contacts, users_at
from stationkeeper.orbit.ephemeris import geostationary, mean_ephemeris
from stationkeeper.services.attenuation import attenuation, combined
from stationkeeper.services.attenuation_cloud import cloud_attenuation
from stationkeeper.services.attenuation_scintillation import scintillation_attenuation
from stationkeeper.services.climate import climate_at
from stationkeeper.services.gas import (
    gas_attenuation,
    oxygen_specific_attenuation,
    vapour_specific_attenuation,
)
from stationkeeper.services.rain import MILLIMETRE_PER_HOUR, rain_attenuation, rain_coefficients
from stationkeeper.units import KILOMETRE
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Row

Array = NDArray[np.float64]

TOPIC: Final = "services"
# Largest relative error that is let pass, by quantity, from the digits printed.
_TOLERANCE: Final = {
    "rain": (1e-6, "P.618-13, rain"),
    "scintillation": (1e-6, "P.618-13, scintillation"),
    "total": (1e-6, "P.618-13, total of parts"),
    "gas": (1e-6, "P.676-12, gases on slanting paths"),
    "oxygen": (1e-6, "P.676-12, oxygen line by line"),
    "vapour": (1e-3, "P.676-12, water vapour line by line"),  # three digits printed at 1 GHz
    "cloud": (1e-6, "P.840-8, clouds"),
    "k": (1e-6, "P.838-3, k of rain"),
    "alpha": (1e-6, "P.838-3, alpha of rain"),
    "specific-rain": (1e-6, "P.838-3, specific attenuation of rain"),
}
_COARSE: Final = 0.10  # relative, chosen by us for maps of 3 degrees. The method itself errs more:
# some 25 % against measurements in the tests of the ITU (by memory, confidence C)
_PLACES: Final = 40


@cache
def itu_figures() -> tuple[dict[str, str], ...]:
    """Return the rows of validation figures of the ITU that are kept, read once."""
    place = resources.files("stationkeeper.validation") / "authorities" / "services_links.csv"
    return tuple(csv.DictReader(place.read_text(encoding="utf-8").splitlines()))


def itu_error(figure: dict[str, str]) -> float:
    """Return our figure over the ITU's, less one.

    Parameters
    ----------
    figure : dict
        A row of `itu_figures`.

    Returns
    -------
    float
    """
    return float(_OURS[figure["quantity"]](figure)) / float(figure["truth"]) - 1.0


def rows(progress: Callable[[str], None] | None = None) -> list[Row]:
    """Return all rows on links.

    Parameters
    ----------
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    list of Row
    """
    say = progress or (lambda text: None)
    say("links: figures of the ITU")
    found = [*_itu_rows()]
    say("links: Moscow and other places against itur")
    found += [*_moscow_rows(), *_itur_rows()]
    say("links: contact by latitude")
    return found + _contact_rows() + _reach_rows()


def _itu_rows() -> list[Row]:
    found = []
    for quantity, (tolerance, name) in _TOLERANCE.items():
        figures = [one for one in itu_figures() if one["quantity"] == quantity]
        worst = max(abs(itu_error(one)) for one in figures)
        source = f"{figures[0]['source']}; {len(figures)} figures"
        found.append(
            Row(TOPIC, f"{name}: largest error", worst, 0.0, "1", tolerance, "standard", source)
        )
    return found


def _moscow_rows() -> list[Row]:
    truth = published("services_links.toml")["moscow"]
    here = climate_at(
        climate_maps(),
        np.radians([truth["latitude_deg"]]),
        np.radians([truth["longitude_deg"]]),
    )
    found = []
    for gigahertz, degrees, decibels, half in truth["attenuation"]:
        ours = attenuation(
            here,
            gigahertz * 1e9,
            np.radians([degrees]),
            diameter=truth["antenna_m"],
            exceeded=[truth["exceeded"]],
        )
        found.append(
            Row(
                TOPIC,
                f"attenuation over Moscow, {gigahertz:g} GHz at {degrees:g} deg, 0.1 % of the year",
                float(ours[0, 0, 0]),
                decibels,
                "dB",
                _COARSE * decibels + half,
                "other-program",
                truth["source"],
                note="on our maps of 3 degrees",
            )
        )
    return found


def sampled_places() -> tuple[Array, Array]:
    """Return latitudes and longitudes of places drawn evenly over the Earth to 72 degrees. [deg]"""
    draw = np.random.default_rng(1)
    latitude = np.degrees(np.arcsin(draw.uniform(-0.95, 0.95, _PLACES)))
    return latitude, draw.uniform(0.0, 360.0, _PLACES)


def itur_errors(gigahertz: float, degrees: float, exceeded: float) -> Array:
    """Return ours on our maps over itur's on its own, less one, at the sampled places.

    Parameters
    ----------
    gigahertz : float
        Frequency. [GHz]
    degrees : float
        Elevation. [deg]
    exceeded : float
        Share of the year. [-]

    Returns
    -------
    ndarray, (place,)

    Raises
    ------
    ImportError
        If itur is not installed.
    """
    import itur

    latitude, longitude = sampled_places()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # itur warns of its own ranges
        height = np.asarray(itur.topographic_altitude(latitude, longitude).value)
        theirs = np.asarray(
            itur.atmospheric_attenuation_slant_path(
                latitude, longitude, gigahertz, degrees, 100 * exceeded, 1.0, hs=height, eta=0.5
            ).value
        )
    here = climate_at(
        climate_maps(), np.radians(latitude), np.radians(longitude), height * KILOMETRE
    )
    ours = attenuation(
        here, gigahertz * 1e9, np.radians([degrees]), diameter=1.0, exceeded=[exceeded]
    )
    return np.asarray(ours[:, 0, 0] / theirs - 1.0)


def _itur_rows() -> list[Row]:
    found = []
    for gigahertz, degrees, exceeded in ((2.2, 10.0, 0.01), (8.2, 10.0, 0.001), (26.0, 40.0, 0.01)):
        named = f"{gigahertz:g} GHz at {degrees:g} deg, {100 * exceeded:g} % of the year"
        middle: float | None = None
        most: float | None = None
        note = "on our maps of 3 degrees; places drawn evenly over the Earth to 72 degrees"
        try:
            errors = np.abs(itur_errors(gigahertz, degrees, exceeded))
            middle, most = float(np.median(errors)), float(np.quantile(errors, 0.9))
            note += f"; worst {100 * float(errors.max()):.0f} %"
        except ImportError:
            note = "itur is not installed"
        for name, value in (("half", middle), ("nine tenths", most)):
            found.append(
                Row(
                    TOPIC,
                    f"attenuation at {_PLACES} places, {named}: error of {name} of them",
                    value,
                    0.0,
                    "1",
                    _COARSE,
                    "other-program",
                    "itur 0.4.0 with its own maps",
                    note=note,
                )
            )
    return found


def _contact_rows() -> list[Row]:
    truth = published("services_links.toml")["contact"]
    found = []
    for altitude, inclination, latitude, passes, minutes in truth["rows"]:
        contacts = _month(altitude, inclination, latitude, 24)
        named = f"{inclination:g} deg and {altitude:g} km, latitude {latitude:g}, 5 deg"
        pairs = (
            ("passes", float(contacts.passes.mean()) / contacts.days, passes, "1/d", 0.15),
            ("contact", float(contacts.seconds.mean()) / 60 / contacts.days, minutes, "min/d", 1.5),
        )
        for name, ours, theirs, unit, tolerance in pairs:
            found.append(
                Row(
                    TOPIC,
                    f"{name}, {named}",
                    ours,
                    theirs,
                    unit,
                    tolerance,
                    "context",
                    truth["source"],
                )
            )
    return found


def _reach_rows() -> list[Row]:
    truth = published("services_links.toml")["reach"]
    altitude, inclination, elevation, highest = truth["low"]
    degrees = np.arange(60.0, 75.0, 0.1)
    users = users_at(np.radians(degrees), np.zeros(degrees.size))
    low = mean_ephemeris(
        9_862.0,
        10 * SECONDS_PER_DAY,
        60.0,
        altitude=altitude * KILOMETRE,
        inclination=float(np.radians(inclination)),
    )
    seen = moving_contacts([low], users, float(np.radians(elevation))).seconds > 0
    still_elevation, still_highest = truth["geostationary"]
    far = np.arange(70.0, 85.0, 0.1)
    still = standing_contacts(
        geostationary(np.array([0.0])),
        users_at(np.radians(far), np.zeros(far.size)),
        float(np.radians(still_elevation)),
        SECONDS_PER_DAY,
    )
    pairs = (
        (f"{inclination:g} deg and {altitude:g} km", degrees[seen].max(), highest),
        ("geostationary", far[still.seconds > 0].max(), still_highest),
    )
    return [
        Row(
            TOPIC,
            f"highest latitude in contact, {name}, {elevation:g} deg",
            float(ours),
            theirs,
            "deg",
            0.4,  # the ellipsoid tilts the horizon by up to 0.19 degrees, and waves in the orbit
            "other-model",
            truth["source"],
        )
        for name, ours, theirs in pairs
    ]


def _month(altitude: float, inclination: float, latitude: float, many: int) -> Any:
    ephemeris = mean_ephemeris(
        9_497.0,  # 2026-01-01
        30 * SECONDS_PER_DAY,
        60.0,
        altitude=altitude * KILOMETRE,
        inclination=float(np.radians(inclination)),
    )
    longitude = -np.pi + 2 * np.pi * (np.arange(many) + 0.5) / many
    users = users_at(np.full(many, np.radians(latitude)), longitude)
    return moving_contacts([ephemeris], users, float(np.radians(5.0)))


def _number(figure: dict[str, str], name: str) -> float:
    return float(figure[name])


def _specific(law: Callable[..., Array]) -> Callable[[dict[str, str]], Any]:
    def ours(figure: dict[str, str]) -> Any:
        value = law(
            _number(figure, "frequency_ghz") * 1e9,
            _number(figure, "pressure_hpa") * 100,
            _number(figure, "temperature_k"),
            _number(figure, "vapour_g_m3") * 1e-3,
        )
        return value * KILOMETRE

    return ours


def _gas(figure: dict[str, str]) -> Any:
    return gas_attenuation(
        *_path(figure),
        dry_pressure=_number(figure, "pressure_hpa") * 100,
        temperature=_number(figure, "temperature_k"),
        density=_number(figure, "vapour_g_m3") * 1e-3,
        content=_number(figure, "vapour_kg_m2"),
        height=_number(figure, "height_km") * KILOMETRE,
    )


def _path(figure: dict[str, str]) -> tuple[float, float]:
    angle = float(np.radians(_number(figure, "elevation_deg")))
    return _number(figure, "frequency_ghz") * 1e9, angle


def _rain(figure: dict[str, str]) -> Any:
    return rain_attenuation(
        _number(figure, "exceeded_percent") / 100,
        *_path(figure),
        latitude=np.radians(_number(figure, "latitude_deg")),
        height=_number(figure, "height_km") * KILOMETRE,
        rain_height=_number(figure, "rain_height_km") * KILOMETRE,
        rain_rate=_number(figure, "rain_rate_mm_h") * MILLIMETRE_PER_HOUR,
        tilt=np.radians(_number(figure, "tilt_deg")),
    )


def _coefficient(figure: dict[str, str]) -> Any:
    k, alpha = rain_coefficients(*_path(figure), np.radians(_number(figure, "tilt_deg")))
    specific = k * _number(figure, "rain_rate_mm_h") ** alpha
    return {"k": k, "alpha": alpha, "specific-rain": specific}[figure["quantity"]]


def _scintillation(figure: dict[str, str]) -> Any:
    return scintillation_attenuation(
        _number(figure, "exceeded_percent") / 100,
        *_path(figure),
        wet_refractivity=_number(figure, "wet_refractivity"),
        diameter=_number(figure, "antenna_m"),
        efficiency=_number(figure, "efficiency"),
    )


_OURS: Final[dict[str, Callable[[dict[str, str]], Any]]] = {
    "rain": _rain,
    "scintillation": _scintillation,
    "total": lambda f: combined(
        *(_number(f, name) for name in ("gas_db", "cloud_db", "rain_db", "scintillation_db"))
    ),
    "gas": _gas,
    "oxygen": _specific(oxygen_specific_attenuation),
    "vapour": _specific(vapour_specific_attenuation),
    "cloud": lambda f: cloud_attenuation(*_path(f), _number(f, "liquid_kg_m2")),
    "k": _coefficient,
    "alpha": _coefficient,
    "specific-rain": _coefficient,
}
