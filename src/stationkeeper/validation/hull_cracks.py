"""Cracks: growth in a cycle, lives and the chance of failure beside published figures.

Rows of growth hold the logarithm of the rate: independent tests of one alloy scatter by about a
factor of two (ASTM E647, from memory), which is the tolerance.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from stationkeeper.hull.crack_growth import grow_cracks
from stationkeeper.hull.growth_laws import nasgro_rate, walker_rate
from stationkeeper.hull.loads import (
    YEAR,
    LoadSpectrum,
    design_spectrum,
    load_spectrum,
    vibration_spectrum,
    weld_spectrum,
)
from stationkeeper.hull.materials import (
    AMG6_SURROGATE,
    INCH,
    KSI_ROOT_INCH,
    MPA_ROOT_METRE,
    NASGRO_FITS,
    WALKER_FITS,
    GrowthFit,
    ParisFit,
    WalkerFit,
)
from stationkeeper.hull.stress_intensity import (
    SURFACE_FACTOR,
    stress_intensity,
    surface_crack_factor,
)
from stationkeeper.validation.hull_rotor import rotor_rows
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row

FACTOR_OF_TWO: Final = float(np.log10(2.0))
SPECTRA: Final = {
    "design": design_spectrum,
    "weld": weld_spectrum,
    "vibration": vibration_spectrum,
}
UNWALLED: Final = 1e3  # [m] a wall and a panel that no crack crosses
_SMALL: Final = (
    "the table bends up to the toughness of its small coupons, the constants hold that of plate"
)
# Why rows miss. Nothing was changed for them.
REASONS: Final = {
    "nasgro 2024-T3, 68 tests of 1979, R 0.2, 20 MPa sqrt(m)": "one lot, slower than the many "
    "sheets behind the fit; the law of Walker is within",
    "nasgro 7050-T7451 plate L-T, R 0.1, 1e-06 m": _SMALL,
    "nasgro 7050-T7451 plate L-T, R 0.5, 1e-06 m": _SMALL,
}


def authorities() -> Mapping[str, Any]:
    """Return the published figures."""
    return published("hull_cracks.toml")


def _row(
    name: str,
    ours: float,
    truth: float,
    unit: str,
    tolerance: float,
    kind: Kind,
    source: str,
    note: str = "",
) -> Row:
    return Row("hull", name, ours, truth, unit, tolerance, kind, source, note=note)


def growth(
    law: str, fit: str, intensity_range: float, stress_ratio: float, size: float = np.inf
) -> float:
    """Return the growth in a cycle by one of the published fits.

    Parameters
    ----------
    law : str
        "nasgro" or "walker".
    fit : str
        Name of the fit.
    intensity_range : float
        [Pa sqrt(m)]
    stress_ratio : float
        [-]
    size : float
        Of the crack. [m]

    Returns
    -------
    float
        [m/cycle]
    """
    if law == "walker":
        return float(walker_rate(intensity_range, stress_ratio, WALKER_FITS[fit]))
    return float(nasgro_rate(intensity_range, stress_ratio, NASGRO_FITS[fit], size))


def _published_rates() -> list[tuple[str, str, str, float, float, float, str]]:
    """Gather law, fit, name, range, ratio, rate and source of every published point."""
    points = []
    truth = authorities()
    for point in truth["rate"]:
        if "rate_inch" in point:
            span = point["range_ksi_root_inch"] * KSI_ROOT_INCH
            rate = point["rate_inch"] * INCH
        else:
            span, rate = point["range_mpa_root_metre"] * MPA_ROOT_METRE, point["rate_m"]
        source = f"{point['source']} ({point['confidence']})"
        for law in point["laws"]:
            points.append(
                (law, point["fit"], point["name"], span, point["stress_ratio"], rate, source)
            )
    for table in truth["rate_table"]:
        source = f"{table['source']} ({table['confidence']})"
        for ratio, spans in table["range_mpa_root_metre_by_ratio"].items():
            for span, rate in zip(spans, table["rate_m"], strict=True):
                name = f"{table['fit']}, R {ratio}, {rate:g} m"
                points.append(
                    (
                        table["laws"][0],
                        table["fit"],
                        name,
                        span * MPA_ROOT_METRE,
                        float(ratio),
                        rate,
                        source,
                    )
                )
    return points


def rate_rows() -> list[Row]:
    """Growth in a cycle beside published points, and beside another program."""
    rows = []
    for law, fit, name, span, ratio, rate, source in _published_rates():
        full = f"{law} {name}"
        row = _row(
            f"da/dN {full}",
            float(np.log10(growth(law, fit, span, ratio))),
            float(np.log10(rate)),
            "log10 m/cycle",
            FACTOR_OF_TWO,
            "measured",
            source,
            REASONS.get(full, ""),
        )
        rows.append(row)
    other = authorities()["other_program"]
    for point in other["rate"]:
        span = point["range_mpa_root_metre"]
        short = f", {point['size_m'] * 1e3:g} mm" if "size_m" in point else ""
        ours = growth(
            point["law"],
            point["fit"],
            span * MPA_ROOT_METRE,
            point["stress_ratio"],
            point.get("size_m", np.inf),
        )
        rows.append(
            _row(
                f"da/dN {point['law']} {point['fit']}, R {point['stress_ratio']:g}, "
                f"{span:g} MPa sqrt(m){short}",
                ours * 1e9,
                point["rate_m"] * 1e9,
                "nm/cycle",
                point["rate_m"] * 1e9 * other["relative_tolerance"],
                "other-program",
                other["source"],
            )
        )
    return rows


def years_to_size(
    initial_size: float, size: float, factor: float, spectrum: LoadSpectrum, fit: GrowthFit
) -> float:
    """Return the years in which a crack grows to a size, or tears.

    Parameters
    ----------
    initial_size, size : float
        [m]
    factor : float
        Y, constant. [-]
    spectrum : LoadSpectrum
        Loads.
    fit : ParisFit, WalkerFit, FormanFit or NasgroFit
        Law.

    Returns
    -------
    float
        [year]
    """
    cracks = grow_cracks([initial_size], size, UNWALLED, spectrum, fit, surface_factor=factor)
    return float(cracks.time_to_leak[0]) / YEAR


def life_rows() -> list[Row]:
    """Lives under spectra beside another program, and the negative result of design loads."""
    truth = authorities()
    other = truth["other_program"]
    unchecked = WalkerFit(
        "surrogate without threshold",
        AMG6_SURROGATE.source,
        "C",
        AMG6_SURROGATE.constant,
        AMG6_SURROGATE.exponent,
        AMG6_SURROGATE.walker_exponent,
        toughness=AMG6_SURROGATE.toughness,
    )
    rows = []
    for case in other["life"]:
        fit = unchecked if case["law"] == "surrogate" else NASGRO_FITS[case["law"]]
        spectrum = SPECTRA[case["spectrum"]]()
        size = case["initial_size_m"]
        rows.append(
            _row(
                f"{case['spectrum']} spectrum, {case['law']}, surface crack from {size * 1e3:g} mm "
                "to the toughness",
                years_to_size(size, UNWALLED, SURFACE_FACTOR, spectrum, fit),
                case["years"],
                "years",
                case["years"] * other["relative_tolerance"],
                "other-program",
                other["source"],
            )
        )
    seen = truth["observed_crack"]
    free = WalkerFit(
        "as in the prototype",
        seen["source"],
        "C",
        AMG6_SURROGATE.constant,
        AMG6_SURROGATE.exponent,
        AMG6_SURROGATE.walker_exponent,
    )
    for span, cycles, years, half in zip(
        seen["stress_range_mpa"],
        seen["cycles_a_year"],
        seen["years"],
        seen["half_last_digit"],
        strict=True,
    ):
        spectrum = load_spectrum(("one",), [cycles], [span * 1e6], [seen["stress_ratio"]])
        rows.append(
            _row(
                f"crack of 2021, 22 mm from 1.5 mm: {span:g} MPa, {cycles:g} cycles a year",
                years_to_size(
                    seen["initial_size_m"], seen["half_length_m"], seen["factor"], spectrum, free
                ),
                years,
                "years",
                half,
                "other-program",
                seen["source"],
            )
        )
    start = stress_intensity(
        seen["stress_range_mpa"][-1] * 1e6, seen["initial_size_m"], seen["factor"]
    )
    rows.append(
        _row(
            "crack of 2021: range at the start under 10 MPa, below the threshold 0.8",
            float(start) / MPA_ROOT_METRE,
            seen["start_range_mpa_root_metre"],
            "MPa sqrt(m)",
            seen["start_half_last_digit"],
            "other-program",
            seen["source"],
        )
    )
    design = truth["design_life"]
    paris = ParisFit(
        "as in the other program",
        design["source"],
        "C",
        AMG6_SURROGATE.constant,
        AMG6_SURROGATE.exponent,
        design["threshold_mpa_root_metre"] * MPA_ROOT_METRE,
        design["toughness_mpa_root_metre"] * MPA_ROOT_METRE,
    )
    rows.append(
        _row(
            design["name"],
            years_to_size(
                design["initial_size_m"], UNWALLED, SURFACE_FACTOR, design_spectrum(), paris
            ),
            design["years"],
            "years",
            design["half_last_digit"],
            "other-program",
            design["source"],
        )
    )
    return rows


def surface_rows() -> list[Row]:
    """Stress intensity beside its published limit."""
    limit = authorities()["surface_crack"]
    shallow = surface_crack_factor(1e-3, 1e-3, UNWALLED, UNWALLED, np.pi / 2)
    return [
        _row(
            limit["name"],
            float(shallow),
            limit["factor"],
            "-",
            limit["tolerance"],
            "standard",
            f"{limit['source']} ({limit['confidence']})",
        )
    ]


def rows(progress: Progress | None = None) -> list[Row]:
    """Return the rows on cracks.

    Parameters
    ----------
    progress : callable, optional
        Told what is being done.

    Returns
    -------
    list of Row
        Of topic "hull".
    """
    found: list[Row] = []
    for task, make in (
        ("growth in a cycle", rate_rows),
        ("stress intensity", surface_rows),
        ("lives under spectra", life_rows),
        ("rotor of the advisory circular", lambda: rotor_rows(authorities()["rotor"])),
    ):
        if progress is not None:
            progress(f"cracks: {task}")
        found += make()
    return found
