"""Fluxes, ballistic limits and penetrations beside what was published, and 26 years without a hole.

The station of two classes of shield has areas and thicknesses that we chose after seeing the
published ten-year figure; rows that stand on it are calibration or context. Published figures with
source and confidence are in ``authorities/hull_penetration.toml``.
"""

import csv
from datetime import date
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from stationkeeper.environment.debris import (
    AS_PUBLISHED,
    FROZEN_AFTER_2011,
    YEAR,
    DebrisGrowth,
    debris_flux,
    debris_speeds,
)
from stationkeeper.environment.meteoroids import (
    earth_shielding,
    gravity_focusing,
    meteoroid_flux,
)
from stationkeeper.environment.tables import solar_indices
from stationkeeper.hull.ballistic_limits import (
    AL_2219_T87,
    AMG6,
    crater_depth,
    single_wall_critical_diameter,
    single_wall_needed,
    whipple_critical_diameter,
    whipple_wall_needed,
)
from stationkeeper.hull.exposure import (
    chance_of_any,
    effective_samples,
    exposure_weights,
    gamma_quantile,
    gamma_update,
    lognormal_factors,
    weighted_quantile,
)
from stationkeeper.hull.materials import KSI
from stationkeeper.hull.penetration import (
    Facets,
    at_limit_factors,
    facet_list,
    penetration_rates,
    penetration_response,
    sum_of_facets,
)
from stationkeeper.units import KILOMETRE, days_since_2000
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row

Array = NDArray[np.float64]

INCLINATION: Final = float(np.radians(51.6))  # of the station
SUN_MONTHS: Final = 395  # [d] thirteen months, over which the debris model takes the Sun
SAMPLES_A_SIDE: Final = 64  # quantiles of each of two uncertain factors
LIMIT_NODES: Final = np.exp(np.linspace(-0.75, 0.75, 13))  # five sigma of the limit either way


def facts() -> dict[str, Any]:
    """Return the published figures."""
    return published("hull_penetration.toml")


def _row(
    name: str,
    ours: float,
    truth: float,
    unit: str,
    tolerance: float,
    kind: Kind,
    told: dict[str, Any],
    calibration: bool = False,
    note: str = "",
) -> Row:
    return Row(
        topic="hull",
        name=name,
        ours=float(ours),
        truth=float(truth),
        unit=unit,
        tolerance=float(tolerance),
        kind=kind,
        source=f"{told['source']} ({told['confidence']})",
        calibration=calibration,
        note=note or told.get("note", ""),
    )


def _flux_rows() -> list[Row]:
    told = facts()["meteoroid_flux"]
    found = []
    for mass, truth, half in zip(told["mass_g"], told["per_m2_year"], told["half"], strict=True):
        flux = float(meteoroid_flux(mass * 1e-3)) * YEAR
        name = f"meteoroids above {mass:g} g at 1 AU"
        found.append(_row(name, flux, truth, "1/(m2 yr)", half, "other-program", told))
    factors = facts()["meteoroid_factors"]
    half = factors["half"]
    for name, factor, truth in (
        ("shielding by Earth at 400 km", earth_shielding(400e3), factors["shielding"]),
        ("gathering by Earth at 400 km", gravity_focusing(400e3), factors["gathering"]),
    ):
        found.append(_row(name, float(factor), truth, "-", half, "other-program", factors))
    told = facts()["debris_flux"]
    years = np.array(told["year"], dtype=float)
    for diameter, truths, halves in zip(
        told["diameter_mm"], told["per_m2_year"], told["half"], strict=True
    ):
        fluxes = debris_flux(diameter * 1e-3, 400e3, INCLINATION, years, 140.0, AS_PUBLISHED) * YEAR
        for year, ours, truth, half in zip(told["year"], fluxes, truths, halves, strict=True):
            name = f"debris above {diameter:g} mm at 400 km, {year}"
            within = half + told["more"] * truth
            found.append(_row(name, ours, truth, "1/(m2 yr)", within, "other-program", told))
    for told in facts()["debris_speed"]:
        speeds = debris_speeds(float(np.radians(told["inclination_deg"])), cells=400)
        fastest = float(speeds.speed[speeds.weight > 0][-1])
        speed = (speeds.mean if told["quantity"] == "mean" else fastest) / KILOMETRE
        name = f"debris speed, {told['name']}"
        found.append(_row(name, speed, told["km_per_s"], "km/s", told["half"], told["kind"], told))
    return found


def _limit_rows() -> list[Row]:
    told = facts()["pyblossum"]
    found = []
    for form, thin in (("nno", False), ("jsc", True)):
        ours = 100 * whipple_critical_diameter(
            np.array(told["speed_km_s"]) * KILOMETRE,
            np.radians(told["angle_deg"]),
            projectile_density=told["projectile_g_cm3"] * 1e3,
            bumper_thickness=told["bumper_cm"] * 1e-2,
            bumper_density=told["bumper_g_cm3"] * 1e3,
            standoff=told["standoff_cm"] * 1e-2,
            wall_thickness=told["wall_cm"] * 1e-2,
            wall_yield=told["yield_ksi"] * KSI,
            thin_bumper=thin,
        )
        for speed, limit, truth in zip(told["speed_km_s"], ours, told[f"{form}_cm"], strict=True):
            name = f"Whipple limit, {form.upper()} form, {speed:g} km/s at 45 deg"
            within = told["relative"] * truth
            found.append(_row(name, limit, truth, "cm", within, "other-program", told))
    told = facts()["aeroskills"]
    plate = {"wall_density": 2_700.0, "hardness": 95.0, "sound_speed": 5e3}
    sphere = {"projectile_density": 2_700.0}
    gap = {"bumper_density": 2_700.0, "standoff": 0.1143, "wall_yield": 40 * KSI}
    wall = whipple_wall_needed(0.01, 7e3, **sphere, **gap)

    def limit_behind(speed: float, angle: float) -> float:
        return 100 * float(
            whipple_critical_diameter(
                speed * KILOMETRE,
                np.radians(angle),
                bumper_thickness=2.5e-3,
                wall_thickness=wall,
                thin_bumper=False,
                **sphere,
                **gap,
            )
        )

    limit = single_wall_critical_diameter(10e3, 0.0, wall_thickness=4.8e-3, **sphere, **plate)
    crater = crater_depth(0.01, 10e3, 0.0, **sphere, **plate)
    needed = single_wall_needed(0.01, 10e3, 0.0, **sphere, **plate)
    cases: list[tuple[str, float, float]] = [
        ("crater of 1 cm at 10 km/s", 100 * float(crater), told["crater_cm"]),
        ("plate that stops 1 cm at 10 km/s", 100 * float(needed), told["plate_cm"]),
        ("limit of a plate of 4.8 mm at 10 km/s", 100 * float(limit), told["single_limit_cm"]),
        ("wall behind a bumper that stops 1 cm at 7 km/s", 100 * float(wall), told["wall_cm"]),
        ("Whipple limit at 9 km/s, 70 deg", limit_behind(9.0, 70.0), told["oblique_limit_cm"]),
    ]
    for speed, truth in zip(told["whipple_speed_km_s"], told["whipple_limit_cm"], strict=True):
        cases.append((f"Whipple limit at {speed:g} km/s", limit_behind(speed, 0.0), truth))
    for name, value, truth in cases:
        within = told["relative"] * truth
        found.append(_row(name, value, truth, "cm", within, "other-program", told))
    told = facts()["exponent"]
    steel, light = (
        float(crater_depth(0.01, 10e3, 0.0, projectile_density=2_700.0 * ratio, **plate))
        for ratio in (told["ratio"], 1.0)
    )
    exponent = float(np.log(steel / light) / np.log(told["ratio"]))
    name = "exponent of the density ratio, steel on aluminium"
    found.append(_row(name, exponent, told["value"], "-", 1e-9, "other-program", told))
    return found


def verdicts(thin_bumper: bool) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Perforated or not by our limit, and in the test, for each shot kept in the authorities."""
    shots = facts()["shots"]["shots"]
    table = np.array([shot[1:] for shot in shots], dtype=float).T
    density, diameter, angle, speed, bumper_density, bumper, standoff, yield_ksi, wall, hole = table
    limit = whipple_critical_diameter(
        speed * KILOMETRE,
        np.radians(angle),
        projectile_density=density * 1e3,
        bumper_thickness=bumper * 1e-2,
        bumper_density=bumper_density * 1e3,
        standoff=standoff * 1e-2,
        wall_thickness=wall * 1e-2,
        wall_yield=yield_ksi * KSI,
        thin_bumper=thin_bumper,
    )
    return np.asarray(diameter * 1e-2 >= limit), np.asarray(hole == 1)


def _test_rows() -> list[Row]:
    told = facts()["shots"]
    found = []
    for form, thin in (("NNO", False), ("JSC", True)):
        ours, seen = verdicts(thin)
        note = (
            f"{int((ours == seen).sum())} of {seen.size}; perforated and called safe: "
            f"{int((seen & ~ours).sum())} of {int(seen.sum())}; whole and called perforated: "
            f"{int((ours & ~seen).sum())} of {int((~seen).sum())}. Shots cluster about the limit"
        )
        name = f"verdicts of tests at 7.4 km/s and faster met by the {form} limit"
        share = float((ours == seen).mean())
        found.append(_row(name, share, 1.0, "-", told["tolerance"], "measured", told, note=note))
    told, within = facts()["all_shots"], told["tolerance"]
    for form, missed, false, median, scatter in zip(
        told["form"],
        told["perforated_called_safe"],
        told["whole_called_perforated"],
        told["median_over_limit"],
        told["scatter"],
        strict=True,
    ):
        whole = told["shots"] - told["perforated"]
        note = (
            f"counted once, the table is not shipped; perforated and called safe: {missed} of "
            f"{told['perforated']}; whole and called perforated: {false} of {whole}; perforated "
            f"in the median at {median:g} of the limit, scatter of the logarithm {scatter:g}"
        )
        share = 1 - (missed + false) / told["shots"]
        name = f"verdicts of all {told['shots']:,} tests met by the {form} limit"
        found.append(_row(name, share, 1.0, "-", within, "context", told, note=note))
    return found


def two_class_station() -> Facets:
    """Return the station of two classes of shield; our choice, see the head of this module."""
    told = facts()["two_class_station"]
    alloys = (AL_2219_T87, AMG6)
    return facet_list(
        area=told["area_m2"],
        wall_thickness=np.array(told["wall_mm"]) * 1e-3,
        wall_density=[alloy.density for alloy in alloys],
        wall_yield=[alloy.yield_stress for alloy in alloys],
        wall_hardness=[alloy.hardness for alloy in alloys],
        bumper_thickness=np.array(told["bumper_mm"]) * 1e-3,
        standoff=np.array(told["standoff_mm"]) * 1e-3,
        meteoroid_exposure=told["share_of_flux"],
        debris_exposure=told["share_of_flux"],
    )


def flown_history(first_year: int, last_year: int) -> tuple[Array, Array, Array]:
    """Mean altitude [m], middle of each year [yr] and Sun of a year before [sfu] of the station."""
    folder = resources.files("stationkeeper.validation") / "authorities"
    text = (folder / "orbit_iss_altitude_by_year.csv").read_text(encoding="utf-8")
    flown = {row["year"]: float(row["mean_alt_km"]) for row in csv.DictReader(text.splitlines())}
    years = range(first_year, last_year + 1)
    sun = solar_indices()
    flux = []
    for year in years:
        middle = sun.row_of(days_since_2000(date(year - 1, 7, 1)))
        flux.append(float(sun.f107[middle - SUN_MONTHS // 2 : middle + SUN_MONTHS // 2 + 1].mean()))
    altitude = np.array([flown[str(year)] * KILOMETRE for year in years])
    return altitude, np.array(years, dtype=float) + 0.5, np.array(flux)


def _expected(station: Facets, first: int, last: int, growth: DebrisGrowth) -> Array:
    """Expected penetrations over whole years, (facet, source): meteoroids, debris."""
    rates = penetration_rates(
        penetration_response(station, INCLINATION), *flown_history(first, last), growth
    )
    both = np.stack([rates.meteoroid[:, 0], rates.debris[:, 0]], axis=1)
    return np.asarray(both.sum(axis=-1) * YEAR)


def _history_rows() -> list[Row]:
    station = two_class_station()
    told = facts()["ten_years"]
    found = []
    for label, growth in (("frozen after 2011", FROZEN_AFTER_2011), ("as published", AS_PUBLISHED)):
        parts = _expected(station, told["first_year"], told["last_year"], growth)
        ours = float(chance_of_any(parts.sum()))
        note = (
            f"expected {parts.sum():.2f}: thick-walled modules {parts[0].sum():.2f}, thin-walled "
            f"{parts[1].sum():.2f}; meteoroids {parts[:, 0].sum():.2f}. Areas, shields and the "
            "share of the flux are our guesses, the last chosen to meet this figure"
        )
        name = f"chance of a penetration in ten years, growth {label}"
        found.append(
            _row(
                name, ours, told["chance"], "-", told["tolerance"], "other-model", told, True, note
            )
        )
    return found


def _posterior_rows() -> list[Row]:
    told = facts()["no_hole"]
    closed = facts()["no_hole_closed_form"]
    found = []
    shape, exposure = gamma_update(0.5, 0.0, 0, closed["years"])
    mean = float(shape / exposure)
    upper = float(gamma_quantile(shape, exposure, 0.95))
    cases = [
        ("Jeffreys prior, mean", mean, closed["jeffreys_mean"]),
        ("Jeffreys prior, 95 % upper", upper, closed["jeffreys_upper"]),
    ]
    for events, key in ((1.0, "one_event_prior_mean"), (2.0, "two_event_prior_mean")):
        shape, exposure = gamma_update(events, events / 0.08, 0, closed["years"])
        after = float(shape / exposure)
        cases.append((f"prior of {events:g} at 0.08 a year, mean", after, closed[key]))
    for name, ours, truth in cases:
        told_name = f"26 years without a hole: {name}"
        found.append(_row(told_name, ours, truth, "1/yr", closed["half"], "other-program", closed))
    # Quantiles of two uncertain factors instead of draws: the same on every machine.
    normal = ndtri((np.arange(SAMPLES_A_SIDE) + 0.5) / SAMPLES_A_SIDE)
    flux, limit = (part.ravel() for part in np.meshgrid(normal, normal))
    response = sum_of_facets(
        penetration_response(two_class_station(), INCLINATION, limit_factor=LIMIT_NODES)
    )
    sampled = at_limit_factors(LIMIT_NODES, response, lognormal_factors(limit, told["limit_sigma"]))
    factor = lognormal_factors(flux, told["flux_sigma"])
    history = flown_history(told["first_year"], told["last_year"])
    rates = penetration_rates(sampled, *history, meteoroid_factor=factor, debris_factor=factor)
    expected = rates.total[0].sum(axis=-1) * YEAR
    years = history[1].size
    yearly = expected / years
    weights, log_evidence = exposure_weights(expected, told["holes"], told["noticed"])
    low, high = weighted_quantile(yearly, weights, [0.05, 0.95])
    before = np.quantile(yearly, [0.05, 0.95])
    median = float(np.median(expected))
    note = (
        f"areas and shields are our guesses; chance of none beforehand {np.exp(log_evidence):.2f}, "
        f"over the spread of flux and limit"
    )
    name = f"penetrations expected in {years} years, none seen"
    found.append(
        _row(name, median, told["holes"], "-", told["tolerance"], "measured", told, True, note)
    )
    posterior = float(weights @ yearly)
    note = (
        f"before {yearly.mean():.3f} [{before[0]:.3f}, {before[1]:.3f}], after {posterior:.3f} "
        f"[{low:.3f}, {high:.3f}] a year (mean, 5 % and 95 %); worth "
        f"{effective_samples(weights):.0f} of {weights.size} samples. The truth shown is the "
        "posterior mean without a model"
    )
    name = "yearly penetrations after 26 years without one"
    found.append(_row(name, posterior, mean, "1/yr", upper, "context", told, note=note))
    return found


def _ship_rows() -> list[Row]:
    told = facts()["ship_radiators"]
    tubes = facet_list(
        area=told["ships"] * told["tube_m2"],
        wall_thickness=told["wall_mm"] * 1e-3,
        wall_density=AMG6.density,
        wall_yield=AMG6.yield_stress,
        wall_hardness=AMG6.hardness,
        meteoroid_exposure=told["share_of_flux"],
        debris_exposure=told["share_of_flux"],
    )
    parts = _expected(tubes, told["first_year"], told["last_year"], FROZEN_AFTER_2011)
    note = (
        f"meteoroids {parts[:, 0].sum():.2f}, debris {parts[:, 1].sum():.2f}; area of tubes, their "
        "wall and the share of the flux are our guesses"
    )
    name = "radiator tubes of docked ships perforated in 26 years"
    ours = float(parts.sum())
    return [_row(name, ours, told["events"], "-", told["half"], "context", told, note=note)]


def rows(progress: Progress | None = None) -> list[Row]:
    """Return every row of penetration: fluxes, limits, tests, the station, the posterior.

    Parameters
    ----------
    progress : callable, optional
        Told what is being worked out.

    Returns
    -------
    list of Row
        Topic "hull".
    """
    found: list[Row] = []
    for message, part in (
        ("fluxes of meteoroids and debris", _flux_rows),
        ("ballistic limits", _limit_rows),
        ("impact tests", _test_rows),
        ("ten years of a station", _history_rows),
        ("26 years without a hole", _posterior_rows),
        ("radiators of docked ships", _ship_rows),
    ):
        if progress is not None:
            progress(message)
        found.extend(part())
    return found
