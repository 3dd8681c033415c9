"""Equipment, importance of events and rare events beside exact cases and other programs.

There is no public fleet of station equipment with ages at failure: the method is held against
field data of another kind of unit and against synthetic fleets whose truth is known. Nothing here
says how old the equipment of a station is. Figures with source and confidence are in
``authorities/hull_equipment.toml``.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from stationkeeper.hull.cut_sets import importance_of_chances
from stationkeeper.hull.equipment import conditional_survival, failure_age
from stationkeeper.hull.fleet import (
    YEAR,
    FleetRecord,
    failure_chance,
    fleet_record,
    life_grid,
    log_likelihood,
    update,
)
from stationkeeper.hull.rare_events import (
    RareChance,
    event_centre,
    rare_chance,
    shifted_normals,
)
from stationkeeper.hull.redundancy import random_group
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row

Array = NDArray[np.float64]

FLEETS: Final = 60  # synthetic fleets, seeds 0 to 59
UNITS: Final = 60  # in each
TRUE_LIFE: Final = (0.0, 2.2, 25 * YEAR)  # random rate, shape, scale of all of them
AGE, AHEAD = 26 * YEAR, 5 * YEAR  # of the unit asked about, and how far ahead
WATCHED: Final = (5 * YEAR, 26 * YEAR)  # ages at which watching ends, evenly spread
SAMPLES: Final = 200_000  # of the rare event
ROUNDS: Final = 8  # towards it
ROUND_SAMPLES: Final = 4_000


def facts() -> dict[str, Any]:
    """Return the published figures."""
    return published("hull_equipment.toml")


def _row(
    name: str,
    ours: float,
    truth: float,
    unit: str,
    tolerance: float,
    kind: Kind,
    told: dict[str, Any],
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
        note=note,
    )


@dataclass(frozen=True)
class Coverage:
    """How often bands on synthetic fleets hold the truth.

    Attributes
    ----------
    held, fleets : int
        Bands of 90 % with the true chance in them, of how many. [-]
    mean, spread : float
        Of the predicted chances of failure. [-]
    truth : float
        True chance. [-]
    """

    held: int
    fleets: int
    mean: float
    spread: float
    truth: float


def synthetic_fleet(seed: int) -> FleetRecord:
    """Return the record of a fleet whose life is known, with ages at which watching ended."""
    generator = np.random.Generator(np.random.Philox(seed))
    life, watch = generator.random((2, UNITS))
    ends = failure_age(-np.log1p(-life), *TRUE_LIFE)
    seen = WATCHED[0] + (WATCHED[1] - WATCHED[0]) * watch
    return fleet_record(np.minimum(ends, seen), ends <= seen)


@cache
def coverage() -> Coverage:
    """Fit each synthetic fleet with the default grid and count the bands that hold the truth."""
    truth = 1 - float(conditional_survival(AGE, AHEAD, *TRUE_LIFE))
    prior, held, means = life_grid(), 0, []
    for seed in range(FLEETS):
        chance = failure_chance(update(prior, synthetic_fleet(seed)), AGE, AHEAD)
        held += int(chance.low <= truth <= chance.high)
        means.append(float(chance.mean))
    return Coverage(held, FLEETS, float(np.mean(means)), float(np.std(means)), truth)


def likeliest_life(record: FleetRecord, scale: float) -> tuple[float, float]:
    """Return shape and scale of greatest likelihood, nothing random, by ever finer grids.

    `scale` is a first guess; the answer lies within a factor of ten of it.
    """
    shapes, scales = np.geomspace(0.3, 10.0, 41), scale * np.geomspace(0.1, 10.0, 41)
    for _ in range(12):
        lives = life_grid([0.0], shapes, scales)
        best = int(np.argmax(log_likelihood(lives, record)))
        shape, scale = float(lives.shape[best]), float(lives.scale[best])
        # The ridge is narrow and slanted: shrink slowly, or the top is left outside.
        across, along = (np.log(x[-1] / x[0]) * 0.5 * 0.4 for x in (shapes, scales))
        shapes = shape * np.exp(np.linspace(-across, across, 41))
        scales = scale * np.exp(np.linspace(-along, along, 41))
    return shape, scale


def _fleet_rows() -> list[Row]:
    data, fit = facts()["bearing_cage"], facts()["bearing_cage_fit"]
    record = fleet_record(data["hours"], np.array(data["failed"], dtype=bool), count=data["count"])
    shape, scale = likeliest_life(record, 10_000.0)
    tenth = float(failure_age(-np.log(0.9), 0.0, shape, scale))
    name = "1,703 units, 6 failures: "
    kind: Kind = "other-program"
    found = coverage()
    told = facts()["coverage"]
    level = told["level"]
    spread = 2 * np.sqrt(level * (1 - level) / found.fleets)
    error = 2 * found.spread / np.sqrt(found.fleets)
    return [
        _row(name + "shape of the life", shape, fit["shape"], "-", fit["half_shape"], kind, fit),
        _row(
            name + "scale of the life", scale, fit["scale_h"], "h", fit["half_scale_h"], kind, fit
        ),
        _row(
            name + "age by which a tenth fails",
            tenth,
            fit["ten_percent_h"],
            "h",
            fit["half_ten_percent_h"],
            kind,
            fit,
        ),
        _row(
            "60 synthetic fleets: share of 90 % bands with the truth",
            found.held / found.fleets,
            level,
            "-",
            spread,
            "worked-example",
            told,
            f"{found.held} of {found.fleets}; tolerance: two standard deviations of that count",
        ),
        _row(
            "60 synthetic fleets: mean chance to fail from 26 to 31 yr",
            found.mean,
            found.truth,
            "-",
            error,
            "worked-example",
            told,
            f"spread between fleets {found.spread:.3f}; tolerance: two standard errors",
        ),
    ]


def crack_life(normals: Array, tough: bool = False) -> Array:
    """Return the logarithm of the years of the shipped crack case, for `rare_events`.

    With `tough` the wall never breaks before the crack is through all of it: then the logarithm is
    a sum of normals and the chance has a closed form.
    """
    told = facts()["crack_toy"]
    power, factor = float(told["exponent"]), float(told["factor"])
    medians, spreads = np.array(told["median"]), np.array(told["spread"])
    rate, size, stress, toughness = (medians * np.exp(spreads * normals)).T
    last = (toughness / (stress * factor)) ** 2 / np.pi
    order = 1 - power / 2
    end = 0.0 if tough else np.maximum(last, size * (1 + 1e-9)) ** order
    cycles = (size**order - end) / (-order * rate * (factor * stress * np.sqrt(np.pi)) ** power)
    life: Array = np.log(np.maximum(cycles, 1e-3) / float(told["cycles_per_year"]))
    return life


def crack_chance(tough: bool = False) -> RareChance:
    """Return the chance that the shipped crack case ends within its years."""
    years = float(facts()["crack_toy"]["years"])
    generator = np.random.Generator(np.random.Philox(1))

    def left(normals: Array) -> Array:
        return np.asarray(crack_life(normals, tough) - np.log(years))

    centre = event_centre(left, list(generator.standard_normal((ROUNDS, ROUND_SAMPLES, 4))))
    values, logs = shifted_normals(generator.standard_normal((SAMPLES, 4)), centre)
    return rare_chance(left(values) <= 0, logs)


def _exact_tough_chance() -> float:
    """Return the closed form of the case that never breaks early."""
    told = facts()["crack_toy"]
    middle = float(crack_life(np.zeros((1, 4)), tough=True)[0]) - np.log(told["years"])
    slope = np.array([1.0, told["exponent"] / 2 - 1, told["exponent"], 0.0])
    return float(ndtr(-middle / np.sqrt(np.sum((slope * np.array(told["spread"])) ** 2))))


def _rare_rows() -> list[Row]:
    told = facts()["crack_toy"]
    found, tough = crack_chance(), crack_chance(tough=True)
    note = (
        f"{SAMPLES:,} samples, variation {found.variation:.4f}, worth {found.effective:,.0f}; "
        "tolerance: two standard errors of both"
    )
    name = "crack through in 5 yr, "

    def both(truth: float, variation: float) -> float:
        return float(2 * np.hypot(found.standard_error, truth * variation))

    counted = told["counted_hits"] / told["counted_samples"]
    by_count = dict(told, source="plain count of 120 million samples of the same case")
    kind: Kind = "other-program"
    exact = _exact_tough_chance()
    rows = [
        _row(
            name + "importance sampling by another program",
            found.chance,
            told["importance"],
            "-",
            both(told["importance"], told["importance_variation"]),
            kind,
            told,
            note,
        ),
        _row(
            name + "subset sampling by another program",
            found.chance,
            told["subset"],
            "-",
            both(told["subset"], told["subset_variation"]),
            kind,
            told,
            note,
        ),
        _row(
            name + "plain count",
            found.chance,
            counted,
            "-",
            both(counted, 1 / np.sqrt(told["counted_hits"])),
            "worked-example",
            by_count,
            note,
        ),
        _row(
            name + "first order (FORM) by another program",
            found.chance,
            told["first_order"],
            "-",
            both(told["first_order"], 0.0),
            "context",
            told,
            "first order bends the limit straight: its own error, 8 % here, is not ours",
        ),
    ]
    exact_told = {"source": "closed form: all logarithms are normal", "confidence": "A"}
    rows.append(
        _row(
            name + "no early break: closed form",
            tough.chance,
            exact,
            "-",
            2 * tough.standard_error,
            "worked-example",
            exact_told,
            f"variation {tough.variation:.4f}; tolerance: two standard errors",
        )
    )
    return rows


def _system_rows() -> list[Row]:
    told = facts()["pair_with_repair"]
    group = random_group(
        0.0,
        units=2,
        needed=1,
        failure_rate=told["failure_rate_per_h"],
        repair_rate=told["repair_rate_per_h"],
    )
    tree = facts()["importance"]
    shares = importance_of_chances(
        [[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1]], tree["chances"]
    ).fussell_vesely
    kind: Kind = "worked-example"
    return [
        _row(
            "one of two with repair: mean time to loss",
            group.mean_time_to_loss,
            told["mean_time_h"],
            "h",
            0.5,
            kind,
            told,
        ),
        _row(
            "Fussell-Vesely of an event in two sets",
            shares[0],
            tree["a"],
            "-",
            tree["half_a"],
            kind,
            tree,
        ),
        _row(
            "Fussell-Vesely of a single failure",
            shares[3],
            tree["d"],
            "-",
            tree["half_d"],
            kind,
            tree,
        ),
    ]


def rows(progress: Progress | None = None) -> list[Row]:
    """Lives of equipment, groups, importance and rare events beside what is known of them.

    Parameters
    ----------
    progress : callable, optional
        Told what is being computed.

    Returns
    -------
    list of Row
        Topic "hull".
    """
    found = []
    for told, part in (
        ("equipment: fleets", _fleet_rows),
        ("equipment: groups and importance", _system_rows),
        ("equipment: rare events", _rare_rows),
    ):
        if progress is not None:
            progress(told)
        found += part()
    return found
