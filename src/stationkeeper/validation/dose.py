"""Quiet-time dose beside published doses, SHIELDOSE-2 and ``aep8``."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from stationkeeper.crew.depth_dose import integral_at, trapped_dose_rate
from stationkeeper.crew.dose import (
    EFFECTIVE_THICKNESS,
    DoseRates,
    RateSeries,
    dose_rate_table,
    dose_rates,
    solar_state,
)
from stationkeeper.environment.tables import solar_indices
from stationkeeper.environment.trapped import orbit_mean_flux
from stationkeeper.environment.trapped_tables import trapped_table
from stationkeeper.units import DAY, G_PER_CM2, KILOMETRE, MILLI, days_since_2000
from stationkeeper.validation import shieldose
from stationkeeper.validation.dose_fluences import fluence_rows
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Progress, Row

Array = NDArray[np.float64]

PER_DAY: Final = DAY / MILLI  # [mGy/d] per [Gy/s]
ISS_INCLINATION: Final = 51.6  # [deg]


def _authorities() -> dict[str, Any]:
    return published("dose_measured.toml")


@cache
def _solar() -> tuple[NDArray[np.int32], Array, Array]:
    """Days, and the modulation and phase of each."""
    indices = solar_indices()
    return indices.day, *solar_state(indices.sunspot, indices.f107_81d)


@cache
def _rates(inclination_deg: float) -> DoseRates:
    return dose_rate_table(trapped_table(), float(np.radians(inclination_deg)))


def mean_rates(
    inclination_deg: float, altitude_km: Array, first: date, last: date, by_year: bool = False
) -> RateSeries:
    """Mean dose rates over dates and altitudes. [Gy/s], [Sv/s]

    Every date meets every altitude; with ``by_year`` the k-th of as many equal parts of the time
    meets the k-th altitude.
    """
    days, modulation, phase = _solar()
    chosen = np.flatnonzero((days >= days_since_2000(first)) & (days <= days_since_2000(last)))
    if by_year:
        part = np.minimum(np.arange(chosen.size) * altitude_km.size // chosen.size, 10**6)
        height = altitude_km[part] * KILOMETRE
    else:
        height = altitude_km[:, None] * KILOMETRE
    series = dose_rates(_rates(inclination_deg), height, modulation[chosen], phase[chosen])
    return RateSeries(*(np.asarray(values.mean()) for values in series))


def quantity_per_day(rates: RateSeries, quantity: str) -> float:
    """One quantity of a set of rates. [mGy/d], [mSv/d] or, for quality, [-]"""
    absorbed = float(rates.gcr_absorbed + rates.trapped_absorbed) * PER_DAY
    equivalent = float(rates.gcr_equivalent + rates.trapped_equivalent) * PER_DAY
    return {
        "gcr_absorbed": float(rates.gcr_absorbed) * PER_DAY,
        "trapped_absorbed": float(rates.trapped_absorbed) * PER_DAY,
        "total_absorbed": absorbed,
        "total_equivalent": equivalent,
        "quality": equivalent / absorbed,
    }[quantity]


def _unit(quantity: str, days: float | None) -> str:
    if quantity == "quality":
        return "Sv/Gy"
    unit = "mSv" if quantity.endswith("equivalent") else "mGy"
    return unit if days else f"{unit}/d"


def _row(entry: Mapping[str, Any], ours: float, unit: str) -> Row:
    return Row(
        topic="dose",
        name=entry["name"],
        ours=ours,
        truth=round(0.5 * (entry["low"] + entry["high"]), 6),
        unit=unit,
        tolerance=round(0.5 * (entry["high"] - entry["low"]), 6),
        kind=entry.get("kind", "measured"),
        source=entry["source"],
        calibration=entry.get("calibration", False),
        note=entry.get("note", ""),
    )


def measured_rows() -> list[Row]:
    """Return the rows of doses measured aboard, calibration marked."""
    rows = []
    for entry in _authorities()["measured"]:
        days = entry.get("days")
        rates = mean_rates(
            entry.get("inclination_deg", ISS_INCLINATION),
            np.array(entry["altitude_km"]),
            entry["from"],
            entry["to"],
            entry.get("by_year", False),
        )
        ours = quantity_per_day(rates, entry["quantity"]) * (days or 1.0)
        rows.append(_row(entry, ours, _unit(entry["quantity"], days)))
    return rows


def compared_rows() -> list[Row]:
    """Return the rows that set one orbit beside another."""
    rows = []
    for entry in _authorities()["compared"]:
        values = [
            quantity_per_day(
                mean_rates(
                    entry[f"{which}inclination_deg"],
                    np.array([entry[f"{which}altitude_km"]]),
                    entry["from"],
                    entry["to"],
                ),
                entry["quantity"],
            )
            for which in ("", "beside_")
        ]
        ours = values[0] / values[1] - (1.0 if entry["less_one"] else 0.0)
        rows.append(_row(entry, ours, "-"))
    return rows


def depth_rows() -> list[Row]:
    """Return the rows of dose behind aluminium against SHIELDOSE-2, run here if it is there."""
    facts = _authorities()["shieldose"]
    table = trapped_table()
    nodes = table.proton_energy
    depths = np.array(facts["depth_g_cm2"])
    here = shieldose.library() is not None
    rows = []
    for model in ("ap8min", "ap8max"):
        flux = orbit_mean_flux(
            table, model, facts["altitude_km"] * KILOMETRE, np.radians(facts["inclination_deg"])
        )
        edges = np.geomspace(nodes[0], facts["highest_energy_mev"], shieldose.MOST_ENERGIES + 1)
        spectrum = -np.diff(integral_at(edges, nodes, flux)) / np.diff(edges) * 1e-4  # [1/cm2]
        middle = np.sqrt(edges[1:] * edges[:-1])
        if here:
            truth = shieldose.sphere_dose(depths, middle, spectrum) * PER_DAY
        else:
            truth = np.array(facts[f"earlier_{model}"])
        for depth, value in zip(depths, truth, strict=True):
            gray, _ = trapped_dose_rate(nodes, flux, depth * G_PER_CM2)
            rows.append(
                Row(
                    topic="dose",
                    name=f"ISS {model.upper()} behind {depth:g} g/cm2",
                    ours=float(gray) * PER_DAY if here else None,
                    truth=float(value),
                    unit="mGy/d",
                    tolerance=facts["tolerance"] * float(value),
                    kind="other-program",
                    source=facts["source"],
                    note=""
                    if here
                    else "spacepy is not installed, so SHIELDOSE-2 was not run: its earlier figure",
                )
            )
    return rows


def calibrate() -> tuple[float, float]:
    """Fit the two calibrated numbers to the ISS rows of December 2019.

    Returns
    -------
    (float, float)
        Thickness of the wall [kg/m2] and yield of secondaries [m2/kg]: the constants
        ``EFFECTIVE_THICKNESS`` and ``SECONDARY_YIELD`` of `stationkeeper.crew.dose`.
    """
    entries = {entry["name"]: entry for entry in _authorities()["measured"]}
    trapped, galactic = entries["ISS 2019-12 SAA"], entries["ISS 2019-12 GCR"]
    table, inclination = trapped_table(), float(np.radians(ISS_INCLINATION))
    altitude = trapped["altitude_km"][0] * KILOMETRE
    flux = orbit_mean_flux(table, "ap8min", altitude, inclination)
    dose: float = 0.5 * (trapped["low"] + trapped["high"]) / PER_DAY

    def excess(thickness: float) -> float:
        return float(trapped_dose_rate(table.proton_energy, flux, thickness)[0]) - dose

    thickness = float(brentq(excess, 50.0, 600.0))
    days, modulation, phase = _solar()
    chosen = (days >= days_since_2000(galactic["from"])) & (days <= days_since_2000(galactic["to"]))
    doses = [
        float(
            dose_rates(
                dose_rate_table(table, inclination, thickness, secondary_yield),
                altitude,
                modulation[chosen],
                phase[chosen],
            ).gcr_absorbed.mean()
        )
        for secondary_yield in (0.0, 1e-4)
    ]
    wanted: float = 0.5 * (galactic["low"] + galactic["high"]) / PER_DAY
    return thickness, float(1e-4 * (wanted - doses[0]) / (doses[1] - doses[0]))


def rows(progress: Progress | None = None) -> list[Row]:
    """Return every row of the topic: about 10 seconds, most of them in ``aep8``."""
    if progress is not None:
        progress(f"dose: measured flights, one wall of {EFFECTIVE_THICKNESS / G_PER_CM2:.1f} g/cm2")
    found = measured_rows() + compared_rows()
    if progress is not None:
        progress("dose: SHIELDOSE-2")
    return found + depth_rows() + fluence_rows(progress)
