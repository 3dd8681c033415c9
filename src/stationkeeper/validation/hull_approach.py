"""Chances of collision beside published worked cases and another program's figures.

Published figures with source and confidence are in ``authorities/hull_approach.toml``.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.orbit.close_approach import approach_chance, collision_chance, encounter_plane
from stationkeeper.units import KILOMETRE
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row

Array = NDArray[np.float64]


def facts() -> dict[str, Any]:
    """Return the published figures."""
    return published("hull_approach.toml")


def rows(progress: Progress | None = None) -> list[Row]:
    """Compare our chances of collision with published ones.

    Parameters
    ----------
    progress : callable, optional
        Told what is being done.

    Returns
    -------
    list of Row
        Of topic ``hull``.

    Examples
    --------
    >>> [row.name for row in rows() if row.counts and not row.within]
    []
    """
    if progress is not None:
        progress("hull: chances of collision")
    return [*_plane_rows(), *_state_rows()]


def _row(
    name: str, ours: ArrayLike, truth: float, tolerance: float, kind: Kind, told: dict[str, Any]
) -> Row:
    return Row(
        topic="hull",
        name=f"chance of collision, {name}",
        ours=float(np.asarray(ours)),
        truth=float(truth),
        unit="-",
        tolerance=float(tolerance),
        kind=kind,
        source=f"{told['source']} ({told['confidence']})",
        note=told.get("note", ""),
    )


def _plane_rows() -> list[Row]:
    found = []
    told = facts()["plane"]
    columns = (told[key] for key in ("name", "miss_m", "sigma_m", "radius_m", "chance", "half"))
    for name, miss, sigma, radius, truth, half in zip(*columns, strict=True):
        ours = collision_chance(miss, np.diag(np.square(sigma)), radius)
        found.append(_row(name, ours, truth, half, "worked-example", told))
    told = facts()["unstable"]
    spread = np.diag(np.square(told["sigma_m"]))
    ours = collision_chance(told["miss_m"], spread, told["radius_m"])
    found.append(_row(told["name"], ours, told["chance"], told["half"], "context", told))
    return found


def _state_rows() -> list[Row]:
    found = []
    told = facts()["states"]
    for case in told["case"]:
        ours = approach_chance(
            np.array(case["position_km"]) * KILOMETRE,
            np.array(case["velocity_km_s"]) * KILOMETRE,
            [_symmetric(lower) for lower in case["covariance_m2"]],
            case["radius_m"],
        )
        truth = case["chance"]
        within = told["relative"] * truth
        found.append(_row(case["name"], ours, truth, within, "other-program", told))
    told = facts()["fixed"]
    place, speed = (np.array(told[key]) * KILOMETRE for key in ("position_km", "velocity_km_s"))
    errors = sum(_symmetric(lower) for lower in told["covariance_km2"]) * KILOMETRE**2
    plane = encounter_plane(place[1] - place[0], speed[1] - speed[0], errors)
    ours = collision_chance(*plane, told["radius_m"])
    within = told["relative"] * told["chance"]
    found.append(_row(told["name"], ours, told["chance"], within, "other-program", told))
    return found


def _symmetric(lower: list[float]) -> Array:
    """Return a matrix from its lower triangle, row by row."""
    matrix = np.zeros((3, 3))
    matrix[np.tril_indices(3)] = lower
    return np.asarray(matrix + np.tril(matrix, -1).T)
