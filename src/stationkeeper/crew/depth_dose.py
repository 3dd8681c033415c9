"""Dose behind a wall of aluminium: stopping of protons and nuclei, slowed down continuously.

Energies are in MeV (per nucleon) and thicknesses in g/cm2 turned to kg/m2 at the edge, as in the
rest of the package: a thickness of 10 g/cm2 is 100 kg/m2.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import (
    ELECTRON_REST_ENERGY_MEV,
    ELEMENTARY_CHARGE,
    PROTON_REST_ENERGY_MEV,
)
from stationkeeper.crew.quality import KEV_PER_UM, quality_factor
from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

BETHE_CONSTANT: Final = 0.0307075  # [MeV m2/kg] 4 pi N r2 mc2 per unit Z/A, PDG 2022
LOWEST_ENERGY: Final = (
    0.1  # [MeV] below it a proton has under 2 um of water left: counted as stopped
)
HIGHEST_ENERGY: Final = 2e5  # [MeV]
RADIUS_CONSTANT: Final = 1.35e-15  # [m] Bradt-Peters r0
OVERLAP: Final = 0.83  # [-] Bradt-Peters overlap
AVOGADRO: Final = 6.02214076e23  # [1/mol] exact, SI 2019
# Share of a proton's energy that charged fragments carry away from a nuclear collision: 0.635 at
# 150 MeV on oxygen (Seltzer, NISTIR 5221, 1993; ICRU 63). Confidence C: from memory.
CHARGED_SECONDARY_SHARE: Final = 0.635
# Secondaries are protons (quality about 1.3), neutrons and pieces of nuclei (5 to 20): our choice.
SECONDARY_QUALITY: Final = 2.0  # [Sv/Gy]
SPECTRUM_INTERVALS: Final = 600  # doubling them moves no dose by 0.5 %
JOULE_PER_MEV: Final = ELEMENTARY_CHARGE * 1e6  # [J]


@dataclass(frozen=True)
class Material:
    """What stops particles.

    Attributes
    ----------
    charge_to_mass : float
        Z/A of the mixture. [-]
    excitation : float
        Mean excitation energy. [eV]
    sternheimer : tuple of float
        Density effect: C, x0, x1, a, k, delta0. [-]
    """

    charge_to_mass: float
    excitation: float
    sternheimer: tuple[float, float, float, float, float, float]


# Sternheimer, Berger and Seltzer, Atom. Data Nucl. Data Tables 30 (1984) 261, as the PDG prints
# them. I of water 75.0 eV as in NIST PSTAR (ICRU-90 now recommends 78).
WATER: Final = Material(0.55508, 75.0, (3.5017, 0.2400, 2.8004, 0.09116, 3.4773, 0.0))
ALUMINIUM: Final = Material(0.48181, 166.0, (4.2395, 0.1708, 3.0127, 0.08024, 3.6345, 0.12))
ALUMINIUM_MASS_NUMBER: Final = 26.98


def mass_stopping_power(energy: ArrayLike, material: Material) -> Array:
    """Energy that a proton loses to electrons, per areal density.

    Bethe's formula with the density effect [1]_. Shell corrections, charge exchange and nuclear
    stopping are left out.

    Parameters
    ----------
    energy : array_like, (...)
        Kinetic energy, 0.1 to 200,000. [MeV]
    material : Material
        `WATER` or `ALUMINIUM`.

    Returns
    -------
    ndarray, (...)
        [MeV m2/kg]

    Raises
    ------
    DomainError
        If an energy is outside the range.

    Notes
    -----
    Within 0.7 % of NIST PSTAR from 10 to 1000 MeV (tests/unit/test_dose_depth.py).

    References
    ----------
    .. [1] R. L. Workman et al. (Particle Data Group), "Review of Particle Physics", 2022, ch. 34.

    Examples
    --------
    >>> round(float(mass_stopping_power(100.0, WATER)) * 10, 2)  # MeV cm2/g
    7.29
    """
    kinetic = np.asarray(energy, dtype=float)
    if np.any((kinetic < LOWEST_ENERGY * 0.999) | (kinetic > HIGHEST_ENERGY * 1.001)):
        raise DomainError(
            f"stopping power needs {LOWEST_ENERGY} to {HIGHEST_ENERGY:.0f} MeV per nucleon"
        )
    gamma = 1 + kinetic / PROTON_REST_ENERGY_MEV
    beta_gamma2 = gamma**2 - 1
    beta2 = beta_gamma2 / gamma**2
    mass_ratio = ELECTRON_REST_ENERGY_MEV / PROTON_REST_ENERGY_MEV
    electron = ELECTRON_REST_ENERGY_MEV * 1e6  # [eV]
    largest = 2 * electron * beta_gamma2 / (1 + 2 * gamma * mass_ratio + mass_ratio**2)
    c, x0, x1, a, k, delta0 = material.sternheimer
    x = 0.5 * np.log10(beta_gamma2)
    conductor = delta0 * 10 ** (2 * (np.minimum(x, x0) - x0))
    density = np.where(
        x >= x0, 2 * np.log(10) * x - c + a * np.clip(x1 - x, 0, None) ** k, conductor
    )
    bracket = (
        0.5 * np.log(2 * electron * beta_gamma2 * largest / material.excitation**2)
        - beta2
        - density / 2
    )
    return np.asarray(BETHE_CONSTANT * material.charge_to_mass / beta2 * bracket)


@cache
def _range_table() -> tuple[Array, Array]:
    """Energies and proton ranges in aluminium. [MeV], [kg/m2]"""
    energy = np.geomspace(LOWEST_ENERGY, HIGHEST_ENERGY, 2401)
    per_log = energy / mass_stopping_power(energy, ALUMINIUM)
    step = np.log(energy[1] / energy[0])
    # The stub below the lowest energy: at most 0.2 mg/cm2, set to its linear estimate.
    stub = 0.5 * LOWEST_ENERGY / mass_stopping_power(LOWEST_ENERGY, ALUMINIUM)
    travelled = stub + np.concatenate([[0.0], np.cumsum(0.5 * step * (per_log[1:] + per_log[:-1]))])
    return energy, travelled


def proton_range(energy: ArrayLike) -> Array:
    """Range of a proton in aluminium, slowed down continuously.

    Straggling and nuclear reactions are left out.

    Parameters
    ----------
    energy : array_like, (...)
        0.1 to 200,000; outside it the nearest end is taken. [MeV]

    Returns
    -------
    ndarray, (...)
        [kg/m2]

    Notes
    -----
    Within 0.6 % of NIST PSTAR at 100 MeV.

    Examples
    --------
    >>> round(float(proton_range(100.0)) / 10, 2)  # g/cm2
    9.98
    """
    grid, travelled = _range_table()
    return np.asarray(np.exp(np.interp(np.log(energy), np.log(grid), np.log(travelled))))


def energy_from_range(distance: ArrayLike) -> Array:
    """Energy of the proton that an aluminium wall just stops. Inverse of `proton_range`. [MeV]

    Examples
    --------
    >>> round(float(energy_from_range(proton_range(100.0))), 6)
    100.0
    """
    grid, travelled = _range_table()
    with np.errstate(divide="ignore"):
        logarithm = np.log(np.asarray(distance, dtype=float))
    return np.asarray(np.exp(np.interp(logarithm, np.log(travelled), np.log(grid))))


def effective_charge_squared(energy: ArrayLike, charge: float) -> Array:
    """Square of the charge that a slow nucleus shows, electrons picked up (Barkas).

    Parameters
    ----------
    energy : array_like, (...)
        Per nucleon. [MeV]
    charge : float
        Of the bare nucleus. [-]

    Returns
    -------
    ndarray, (...)
        [-]

    Examples
    --------
    >>> effective_charge_squared([1.0, 1000.0], 26.0).round(0).tolist()
    [157.0, 676.0]
    """
    gamma = 1 + np.asarray(energy, dtype=float) / PROTON_REST_ENERGY_MEV
    beta = np.sqrt(1 - 1 / gamma**2)
    return np.asarray((charge * (1 - np.exp(-125 * beta * charge ** (-2 / 3)))) ** 2)


def interaction_length(mass_number: ArrayLike) -> Array:
    """Mean path of a nucleus in aluminium before a nuclear collision (Bradt and Peters).

    Parameters
    ----------
    mass_number : array_like, (...)
        Of the moving nucleus. [-]

    Returns
    -------
    ndarray, (...)
        [kg/m2]

    Examples
    --------
    >>> (interaction_length([1, 12, 56]) / 10).round(0).tolist()  # g/cm2
    [78.0, 39.0, 22.0]
    """
    size = (
        np.asarray(mass_number, dtype=float) ** (1 / 3) + ALUMINIUM_MASS_NUMBER ** (1 / 3) - OVERLAP
    )
    area = np.pi * (RADIUS_CONSTANT * size) ** 2
    return np.asarray(ALUMINIUM_MASS_NUMBER * 1e-3 / (AVOGADRO * area))


def dose_per_fluence(
    energy_edges: ArrayLike, thickness: float, charge: float = 1.0, mass_number: float = 1.0
) -> tuple[Array, Array]:
    """Dose in water behind aluminium for one particle per area, mean over energy intervals.

    The particle loses energy continuously and keeps its direction; nuclear collisions are left to
    the caller. The interval mean is exact at the stopping edge, where the dose per particle has
    its peak.

    Parameters
    ----------
    energy_edges : array_like, (interval + 1,)
        Rising, per nucleon, before the wall. [MeV]
    thickness : float
        Of the wall; the same in every direction: a sphere's centre. [kg/m2]
    charge, mass_number : float
        Of the nucleus. [-]

    Returns
    -------
    (ndarray, ndarray), (interval,)
        Absorbed dose [Gy m2] and dose equivalent [Sv m2].

    Raises
    ------
    DomainError
        If the thickness is negative.

    Notes
    -----
    Within 2 % of SHIELDOSE-2 with its nuclear collisions switched off, from 1 to 30 g/cm2 on the
    ISS spectra.

    Examples
    --------
    >>> gray, sievert = dose_per_fluence([99.0, 101.0], 0.0)
    >>> f"{gray[0] * 1e4:.2e}"  # Gy cm2: 1.602e-10 times 7.29 MeV cm2/g
    '1.17e-09'
    """
    if not thickness >= 0:
        raise DomainError(f"a wall needs a thickness of at least zero, not {thickness} kg/m2")
    edges = np.asarray(energy_edges, dtype=float)
    scale = charge**2 / mass_number  # range of the nucleus = proton range at equal speed / scale
    grid, _ = _range_table()
    stopping_wall = mass_stopping_power(grid, ALUMINIUM)
    transfer = effective_charge_squared(grid, charge) * mass_stopping_power(grid, WATER)
    quality = quality_factor(transfer * 10 * KEV_PER_UM)  # 1 MeV m2/kg = 10 MeV cm2/g
    step = np.log(grid[1] / grid[0])

    def antiderivative(values: Array) -> Array:
        per_log = values / stopping_wall * grid
        return np.concatenate([[0.0], np.cumsum(0.5 * step * (per_log[1:] + per_log[:-1]))])

    left = proton_range(edges) - thickness * scale
    after = np.where(left > 0, energy_from_range(np.maximum(left, 1e-12)), LOWEST_ENERGY)
    middle = np.sqrt(edges[1:] * edges[:-1])
    jacobian = mass_stopping_power(middle, ALUMINIUM) / np.diff(edges)
    doses = [
        JOULE_PER_MEV
        * jacobian
        * np.diff(np.interp(np.log(after), np.log(grid), antiderivative(values)))
        for values in (transfer, quality * transfer)
    ]
    return doses[0], doses[1]


def integral_at(energy: ArrayLike, nodes: Array, integral_flux: Array) -> Array:
    """Integral spectrum between its nodes: a power law from node to node.

    Above the last node the spectrum keeps falling with the e-folding energy of the last interval:
    our choice, for the table ends at 300 MeV, where 4 % of the ISS's protons above 30 MeV are left.
    Nothing is added below the first node.

    Parameters
    ----------
    energy : array_like, (energy,)
        Rising. [MeV]
    nodes : ndarray, (node,)
        [MeV]
    integral_flux : ndarray, (..., node)
        Flux above each node. [1/(m2 s)]

    Returns
    -------
    ndarray, (..., energy)
        [1/(m2 s)]

    Examples
    --------
    >>> integral_at([10.0, 20.0], np.array([10.0, 40.0]), np.array([16.0, 1.0])).round(2).tolist()
    [16.0, 4.0]
    """
    wanted = np.asarray(energy, dtype=float)
    logarithm = np.log(np.maximum(integral_flux, 1e-30))
    position = np.clip(
        np.interp(np.log(wanted), np.log(nodes), np.arange(nodes.size, dtype=float)),
        0,
        nodes.size - 1 - 1e-9,
    )
    lower = position.astype(int)
    weight = position - lower
    value = (1 - weight) * logarithm[..., lower] + weight * logarithm[..., lower + 1]
    folding = (logarithm[..., -2:-1] - logarithm[..., -1:]) / (nodes[-1] - nodes[-2])
    beyond = np.clip(wanted - nodes[-1], 0, None)
    return np.asarray(np.exp(value - np.clip(folding, 0, None) * beyond))


def trapped_dose_rate(nodes: Array, integral_flux: Array, thickness: float) -> tuple[Array, Array]:
    """Dose rate in water at the centre of an aluminium sphere from an integral proton spectrum.

    Protons lost to nuclear collisions leave the fraction of their dose that goes to charged
    secondaries; neutrons carry the rest away.

    Parameters
    ----------
    nodes : ndarray, (node,)
        Lower ends of the spectrum, 10 to 300. [MeV]
    integral_flux : ndarray, (..., node)
        Omnidirectional flux above each. [1/(m2 s)]
    thickness : float
        Radius of the sphere in areal density. [kg/m2]

    Returns
    -------
    (ndarray, ndarray), (...)
        Absorbed dose [Gy/s] and dose equivalent [Sv/s].

    Notes
    -----
    Within 10 % of SHIELDOSE-2 from 5 to 30 g/cm2 on the ISS spectra, always below it (validation
    rows). Neutrons, and secondaries that leave the place of the collision, are the difference.

    Examples
    --------
    >>> nodes = np.array([10.0, 100.0, 300.0])
    >>> gray, sievert = trapped_dose_rate(nodes, np.array([1e4, 5e3, 2e2]), 200.0)
    >>> bool(0 < gray < sievert)
    True
    """
    edges = np.geomspace(nodes[0], 2_000.0, SPECTRUM_INTERVALS + 1)
    particles = -np.diff(integral_at(edges, nodes, integral_flux), axis=-1)
    gray, sievert = dose_per_fluence(edges, thickness)
    survive = float(np.exp(-thickness / interaction_length(1.0)))
    secondary = (1 - survive) * CHARGED_SECONDARY_SHARE * gray
    return (
        particles @ (survive * gray + secondary),
        particles @ (survive * sievert + SECONDARY_QUALITY * secondary),
    )
