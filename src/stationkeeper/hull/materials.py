"""How fast cracks grow in hull alloys: published constants, in SI, each with source and confidence.

Confidence: A read in the source, B read in a second source that quotes it, C from memory or chosen
by us. The alloy of the Russian modules, AMg6, has no published growth constants that we found, in
Russian or in English; `AMG6_SURROGATE` stands for it, with wide scatter.
"""

from dataclasses import dataclass
from typing import Final, Literal

from numpy.typing import ArrayLike

INCH: Final = 0.0254  # [m] exact, by definition (1959)
KSI: Final = 6.894757293168361e6  # [Pa] 1000 pound-force per square inch, from exact definitions
KSI_ROOT_INCH: Final = KSI * INCH**0.5  # [Pa sqrt(m)] 1.09884e6
MPA_ROOT_METRE: Final = 1e6  # [Pa sqrt(m)]

Confidence = Literal["A", "B", "C"]


def growth_constant_in_si(
    constant: float, exponent: float, length_unit: float, intensity_unit: float
) -> float:
    """Return the constant C of da/dN = C dK^n in SI.

    Parameters
    ----------
    constant : float
        As published: length unit a cycle over intensity unit to the exponent.
    exponent : float
        Of the stress intensity range; for the law of Forman one less than its n, since its
        denominator is a stress intensity too. [-]
    length_unit : float
        `INCH`, or 1. [m]
    intensity_unit : float
        `KSI_ROOT_INCH` or `MPA_ROOT_METRE`. [Pa sqrt(m)]

    Returns
    -------
    float
        In m/cycle over (Pa sqrt(m)) to the exponent.

    Examples
    --------
    >>> constant = growth_constant_in_si(1e-10, 3.0, 1.0, MPA_ROOT_METRE)
    >>> round(constant * 10e6**3 * 1e9, 6)  # nm a cycle at 10 MPa sqrt(m)
    100.0
    """
    return float(constant * length_unit / intensity_unit**exponent)


@dataclass(frozen=True)
class ParisFit:
    """Constants of the law of Paris.

    Attributes
    ----------
    name : str
        Alloy, temper, form, direction.
    source, confidence, note : str
        Where the numbers are from, how sure we are, what to know.
    constant : array_like
        C, in m/cycle over (Pa sqrt(m)) to the exponent.
    exponent : array_like
        Of the stress intensity range. [-]
    threshold : array_like
        Range of stress intensity below which a crack rests. [Pa sqrt(m)]
    toughness : array_like
        Largest stress intensity of a stable crack. [Pa sqrt(m)]
    """

    name: str
    source: str
    confidence: Confidence
    constant: ArrayLike
    exponent: ArrayLike
    threshold: ArrayLike = 0.0
    toughness: ArrayLike = float("inf")
    note: str = ""


@dataclass(frozen=True)
class WalkerFit:
    """Constants of the law of Walker; see `ParisFit`.

    Attributes
    ----------
    walker_exponent : array_like
        1 for no effect of the stress ratio, 0 for growth by the largest stress. [-]
    """

    name: str
    source: str
    confidence: Confidence
    constant: ArrayLike
    exponent: ArrayLike
    walker_exponent: ArrayLike
    threshold: ArrayLike = 0.0
    toughness: ArrayLike = float("inf")
    note: str = ""


@dataclass(frozen=True)
class FormanFit:
    """Constants of the law of Forman; see `ParisFit`.

    Attributes
    ----------
    constant : array_like
        C, in m/cycle over (Pa sqrt(m)) to the exponent less one.
    toughness : array_like
        Kc of the law. [Pa sqrt(m)]
    """

    name: str
    source: str
    confidence: Confidence
    constant: ArrayLike
    exponent: ArrayLike
    toughness: ArrayLike
    note: str = ""


@dataclass(frozen=True)
class NasgroFit:
    """Constants of the NASGRO law; see `ParisFit`.

    Attributes
    ----------
    threshold_exponent, toughness_exponent : array_like
        p and q. [-]
    threshold : array_like
        dK1: threshold of a long crack at stress ratio 0. [Pa sqrt(m)]
    spread_positive, spread_negative : array_like
        Cth+ and Cth-: how the threshold changes with stress ratios above and below 0. [-]
    toughness : array_like
        Kc of the law, at the thickness that the note says. [Pa sqrt(m)]
    constraint : array_like
        alpha: 1 for plane stress to 3 for plane strain. [-]
    stress_level : array_like
        Largest stress over flow stress. [-]
    """

    name: str
    source: str
    confidence: Confidence
    constant: ArrayLike
    exponent: ArrayLike
    threshold_exponent: ArrayLike
    toughness_exponent: ArrayLike
    threshold: ArrayLike
    spread_positive: ArrayLike
    toughness: ArrayLike
    spread_negative: ArrayLike = 0.1
    constraint: ArrayLike = 2.0
    stress_level: ArrayLike = 0.3
    note: str = ""


GrowthFit = ParisFit | WalkerFit | FormanFit | NasgroFit

FAA_DATABASE: Final = "DOT/FAA/AR-05/15, Fatigue Crack Growth Database, 2005"
_KC: Final = "Kc at {} in; figures {}; transcribed in the package damocles 0.2.0, not read by us"


def _nasgro(
    name: str,
    constant: float,
    exponent: float,
    powers: tuple[float, float],
    threshold: float,
    spread: float,
    toughness: float,
    note: str,
) -> NasgroFit:
    """Convert a fit as printed: inch a cycle, ksi sqrt(inch)."""
    return NasgroFit(
        name,
        FAA_DATABASE,
        "B",
        growth_constant_in_si(constant, exponent, INCH, KSI_ROOT_INCH),
        exponent,
        powers[0],
        powers[1],
        threshold * KSI_ROOT_INCH,
        spread,
        toughness * KSI_ROOT_INCH,
        note=note,
    )


def _walker(
    name: str, constant: float, exponent: float, walker_exponent: float, toughness: float, note: str
) -> WalkerFit:
    """Convert a fit as printed: inch a cycle, ksi sqrt(inch)."""
    return WalkerFit(
        name,
        FAA_DATABASE,
        "B",
        growth_constant_in_si(constant, exponent, INCH, KSI_ROOT_INCH),
        exponent,
        walker_exponent,
        toughness=toughness * KSI_ROOT_INCH,
        note=note,
    )


def _forman(name: str, constant: float, exponent: float, toughness: float) -> FormanFit:
    """Convert a fit as printed: metre a cycle, MPa sqrt(m)."""
    return FormanFit(
        name,
        "Material Data of High-Strength Aluminium Alloys, Aluminium-Verlag, 1986",
        "B",
        growth_constant_in_si(constant, exponent - 1, 1.0, MPA_ROOT_METRE),
        exponent,
        toughness * MPA_ROOT_METRE,
        "as listed by easiGro, which changed mm to m; the book not read by us",
    )


NASGRO_FITS: Final = {
    fit.name: fit
    for fit in (
        _nasgro(
            "7075-T651 plate L-T",
            3.0e-8,
            2.80,
            (0.5, 1.0),
            0.70,
            1.3,
            49.9,
            _KC.format(0.450, "B-25"),
        ),
        _nasgro(
            "7075-T7351 plate L-T",
            2.2e-8,
            2.90,
            (0.5, 0.5),
            0.70,
            2.0,
            32.0,
            "KIc in place of Kc; transcribed in a public table, not read by us",
        ),
        _nasgro(
            "7075-T6 sheet L-T",
            7.0e-8,
            2.40,
            (1.0, 1.0),
            0.90,
            1.5,
            25.0,
            "KIc in place of Kc; transcribed in a public table, not read by us",
        ),
        _nasgro(
            "2024-T3 sheet L-T",
            8.0e-9,
            3.20,
            (0.25, 1.0),
            1.22,
            1.21,
            74.3,
            _KC.format(0.100, "B-4a, B-4b"),
        ),
        _nasgro(
            "2014-T6 sheet T-L",
            2.3e-8,
            3.00,
            (0.5, 0.5),
            0.77,
            2.2,
            48.2,
            _KC.format(0.063, "B-1"),
        ),
        NasgroFit(
            "7050-T7451 plate L-T",
            FAA_DATABASE,
            "B",
            growth_constant_in_si(6.35e-10, 2.50, 1.0, MPA_ROOT_METRE),
            2.50,
            1.0,
            1.0,
            0.8 * MPA_ROOT_METRE,
            2.2,
            35.16 * MPA_ROOT_METRE,
            note="as listed in SI by easiGro; the report not read by us",
        ),
    )
}

WALKER_FITS: Final = {
    fit.name: fit
    for fit in (
        _walker("7075-T651 plate L-T", 1.30e-8, 2.791, 0.650, 49.9, _KC.format(0.450, "B-26")),
        _walker("2024-T3 sheet L-T", 1.67e-9, 3.273, 0.618, 74.3, _KC.format(0.100, "B-5a, B-5b")),
        _walker("2014-T6 sheet T-L", 2.06e-9, 3.575, 0.597, 48.2, _KC.format(0.063, "B-2")),
    )
}

FORMAN_FITS: Final = {
    fit.name: fit
    for fit in (
        _forman("2219-T851 plate", 4.84e-8, 2.16, 57.5),
        _forman("7075-T6 sheet", 1.37e-8, 3.02, 63.9),
        _forman("7075-T7351", 6.27e-9, 2.78, 55.8),
        _forman("6061-T651 plate", 9.60e-8, 1.84, 41.2),
        _forman("2024-T3 sheet", 7.13e-9, 2.70, 71.3),
    )
}

# No published da/dN, KIc or S-N constants of AMg6 (1560; near 5456 and 5A06) were found. Every
# number below is our choice: a middling aluminium, on the slow side of the fits above.
AMG6_SURROGATE: Final = WalkerFit(
    "AMg6, surrogate",
    "our choice, in the range of the published aluminium fits of this module",
    "C",
    growth_constant_in_si(4e-11, 3.2, 1.0, MPA_ROOT_METRE),
    3.2,
    0.6,
    0.8 * MPA_ROOT_METRE,
    60.0 * MPA_ROOT_METRE,
    "no published growth constants of AMg6 found; use with AMG6_SCATTER; toughness of a thin sheet",
)
AMG6_SCATTER: Final = 0.5  # [-] our choice: standard deviation of the logarithm of C
