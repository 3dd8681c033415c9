"""The calibration case of FAA AC 33.14-1: a titanium ring with hard alpha, by our own code.

The circular asks of a code for rotors that its chance of failure a cycle falls in two ranges. Flaws
are drawn from a curve of numbers above an area; everything else is given. Geometry factors are
constant: an embedded flaw that breaks through to a face is not followed, so that our figures lie
low, the lower the finer the ring is divided (the circular takes the largest stress of a zone).
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stationkeeper.hull.crack_growth import grow_cracks
from stationkeeper.hull.failure_probability import (
    detection_probability,
    detection_spread,
    exceedance,
    expected_failures,
    tabulated_detection,
)
from stationkeeper.hull.loads import LoadSpectrum
from stationkeeper.hull.materials import MPA_ROOT_METRE, ParisFit, growth_constant_in_si
from stationkeeper.hull.stress_intensity import EMBEDDED_FACTOR, SURFACE_FACTOR
from stationkeeper.validation.rows import Kind, Row

Array = NDArray[np.float64]

SQUARE_MIL: Final = 25.4e-6**2  # [m2] exact
FINE_RINGS: Final = 200  # [-] our choice
SIZES: Final = 100  # [-] a decade of areas; our choice
WALL: Final = 1e3  # [m] no flaw comes through


def ring_stress(radius: Array, rotor: Mapping[str, Any]) -> Array:
    """Hoop stress of a turning ring with an outward pull on its rim.

    Parameters
    ----------
    radius : ndarray, (...)
        [m]
    rotor : mapping
        The case.

    Returns
    -------
    ndarray, (...)
        [Pa]

    Notes
    -----
    Plane stress, exact: rotation [1]_ and the field of Lame.

    References
    ----------
    .. [1] "Theory of Elasticity", 3rd ed., 1970, section 32.
    """
    outer, bore, poisson = rotor["outer_radius_m"], rotor["bore_radius_m"], rotor["poisson"]
    turn = rotor["turns_a_minute"] * 2 * np.pi / 60
    squares = outer**2 + bore**2 + (outer * bore / radius) ** 2
    squares = squares - (1 + 3 * poisson) / (3 + poisson) * radius**2
    spin = (3 + poisson) / 8 * rotor["density_kg_m3"] * turn**2 * squares
    pull = rotor["rim_traction_mpa"] * 1e6 * outer**2 / (outer**2 - bore**2)
    return np.asarray(spin + pull * (1 + (bore / radius) ** 2))


def zones(rotor: Mapping[str, Any], rings: int) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Divide the ring: skins at the faces and `rings` of equal depth inside.

    Parameters
    ----------
    rotor : mapping
        The case.
    rings : int
        Rings, each with an inside and the two flat skins over it. [-]

    Returns
    -------
    tuple of ndarray, (zone,)
        Volume, largest stress, whether its flaws lie at a face. [m3], [Pa], [-]
    """
    outer, bore, skin = rotor["outer_radius_m"], rotor["bore_radius_m"], rotor["skin_m"]
    edges = np.linspace(bore + skin, outer - skin, rings + 1)
    area = np.pi * np.diff(edges**2)
    width = rotor["width_m"]
    ends = np.array([(bore + skin) ** 2 - bore**2, outer**2 - (outer - skin) ** 2])
    volume = np.concatenate([np.pi * ends * width, 2 * area * skin, area * (width - 2 * skin)])
    inner = np.concatenate([[bore, outer - skin], edges[:-1], edges[:-1]])
    surface = np.arange(volume.size) < 2 + rings
    return volume, ring_stress(inner, rotor), surface


def _lives(size: Array, stress: Array, factor: float, rotor: Mapping[str, Any]) -> Array:
    """Return the cycles to failure of flaws, each under its own stress from zero."""
    fit = ParisFit(
        "Ti-6Al-4V",
        "AC 33.14-1",
        "B",
        growth_constant_in_si(
            rotor["paris_constant_m"], rotor["paris_exponent"], 1.0, MPA_ROOT_METRE
        ),
        rotor["paris_exponent"],
        toughness=rotor["toughness_mpa_root_metre"] * MPA_ROOT_METRE,
    )
    a_cycle = LoadSpectrum(("flight",), np.ones(1), np.ones(1) * 1e6, np.zeros(1))
    cracks = grow_cracks(
        size, WALL, WALL, a_cycle, fit, stress_factor=stress / 1e6, surface_factor=factor
    )
    return cracks.time_to_instability


class Failures(NamedTuple):
    """Failures a cycle, by how the ring is inspected once in its service.

    `lognormal` is for the smooth curve through the two usual points of the table; `too_late`
    credits the inspection also with flaws that fail before it, as damocles does.
    """

    uninspected: float
    inspected: float
    lognormal: float
    too_late: float


def failures_a_cycle(rotor: Mapping[str, Any], rings: int) -> Failures:
    """Chance of failure a cycle of the ring over its service.

    Parameters
    ----------
    rotor : mapping
        The case.
    rings : int
        Rings into which it is divided. [-]

    Returns
    -------
    Failures
        [-]
    """
    volume, stress, surface = zones(rotor, rings)
    anomalies, detection = rotor["anomalies"], rotor["detection"]
    half = np.log10(np.interp([0.5, 0.9], detection["probability"], detection["area_square_mil"]))
    spread = detection_spread(float(10 ** half[0]), float(10 ** half[1]))
    mass = volume * rotor["density_kg_m3"] * rotor["pound_per_kg"] / 1e6  # million pounds
    trial = np.geomspace(1e2, 1e6, 4 * SIZES)  # square mil
    totals = np.zeros(4)
    for at_face in (False, True):
        factor = SURFACE_FACTOR if at_face else EMBEDDED_FACTOR
        shape = np.pi / 2 if at_face else np.pi
        here = surface == at_face
        size = np.sqrt(trial * SQUARE_MIL / shape)
        grid = np.broadcast_to(size, (int(here.sum()), size.size))
        load = np.broadcast_to(stress[here][:, None], grid.shape)
        life = _lives(grid.ravel(), load.ravel(), factor, rotor).reshape(grid.shape)
        for pounds, lives in zip(mass[here], life, strict=True):
            alive = lives > 0  # larger flaws tear in the first cycle; their life has no logarithm
            order = np.log(lives[alive][::-1]), np.log(trial[alive][::-1])
            least = np.exp(np.interp(np.log(rotor["service_cycles"]), *order))
            areas = np.geomspace(least, least * 10**3.5, 14 * SIZES)
            above = pounds * exceedance(
                areas, anomalies["area_square_mil"], anomalies["number_above"]
            )
            failed_before = np.exp(np.interp(np.log(rotor["inspection_cycles"]), *order))
            seen = areas <= failed_before  # larger ones fail before they are looked for
            table = tabulated_detection(
                areas, detection["area_square_mil"], detection["probability"]
            )
            smooth = detection_probability(areas, 10 ** half[0], spread)
            totals += (
                above[0],
                float(expected_failures(above, 1 - table * seen)),
                float(expected_failures(above, 1 - smooth * seen)),
                float(expected_failures(above, 1 - table)),
            )
    return Failures(*(float(total) for total in totals / rotor["service_cycles"]))


def _row(
    name: str, ours: float, truth: float, tolerance: float, kind: Kind, source: str, note: str = ""
) -> Row:
    """Return a row in failures in 1e9 cycles."""
    return Row(
        "hull",
        f"AC 33.14-1 ring: {name}",
        ours * 1e9,
        truth * 1e9,
        "1e-9/cycle",
        tolerance * 1e9,
        kind,
        source,
        note=note,
    )


def rotor_rows(rotor: Mapping[str, Any]) -> list[Row]:
    """Return our chance of failure beside the ranges of the circular and another program.

    Parameters
    ----------
    rotor : mapping
        The case, as in ``hull_cracks.toml``.

    Returns
    -------
    list of Row
        Of topic "hull".
    """
    rings = rotor["damocles_rings"]
    coarse, fine = failures_a_cycle(rotor, rings), failures_a_cycle(rotor, FINE_RINGS)
    source = f"{rotor['source']} ({rotor['confidence']})"
    low, high = rotor["acceptance_uninspected_per_cycle"]
    less, more = rotor["acceptance_inspected_per_cycle"]
    standard: Kind = "standard"
    plain = ((low + high) / 2, (high - low) / 2, standard, source)
    looked = ((less + more) / 2, (more - less) / 2, standard, source)
    other = "damocles 0.2.0, same zones and tables"
    bore = float(ring_stress(np.array(rotor["bore_radius_m"]), rotor)) / 1e6
    return [
        Row(
            "hull",
            "AC 33.14-1 ring: stress at the bore",
            bore,
            rotor["bore_stress_mpa"],
            "MPa",
            0.01 * rotor["bore_stress_mpa"],
            "standard",
            source,
            note="contour of a finite-element figure; 1 % is our choice",
        ),
        _row(f"without inspection, {rings} rings", coarse.uninspected, *plain),
        _row(f"with inspection, {rings} rings", coarse.inspected, *looked),
        _row(
            f"without inspection, {FINE_RINGS} rings",
            fine.uninspected,
            *plain,
            note="0.6 % under the range, 2 % with ever finer rings: constant geometry factors, "
            "so that flaws that break through to a face are not followed; tables read off figures",
        ),
        _row(f"with inspection, {FINE_RINGS} rings", fine.inspected, *looked),
        _row(
            f"with inspection by a lognormal curve, {rings} rings",
            coarse.lognormal,
            looked[0],
            looked[1],
            "context",
            source,
            "curve through the areas found one time in two and nine in ten",
        ),
        _row(
            "without inspection, beside another program",
            coarse.uninspected,
            rotor["damocles_uninspected_per_cycle"],
            0.01 * rotor["damocles_uninspected_per_cycle"],
            "other-program",
            other,
        ),
        _row(
            "with inspection of failed flaws too, beside another program",
            coarse.too_late,
            rotor["damocles_inspected_per_cycle"],
            0.01 * rotor["damocles_inspected_per_cycle"],
            "other-program",
            other,
            "it credits the inspection with flaws that fail before it; the rows above do not",
        ),
    ]
