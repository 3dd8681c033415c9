"""What paired flights came to: figures by commander, differences by mission, lives by fault kind.

Every commander flew the same missions, so that differences are taken mission by mission.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.operations.fault_kinds import fault_kinds
from stationkeeper.operations.odds import (
    DRAWS,
    Estimate,
    mean_estimate,
    median_estimate,
    picks,
    wilson_interval,
)

Array = NDArray[np.float64]
Row = Mapping[str, Any]

FIGURES: Final = (
    "services", "contact", "unsafe_s", "safe_mode_s", "propellant_kg", "oxygen_kg",
    "nitrogen_kg", "water_kg", "data_lost_gb", "commands", "refused", "noticed",
)  # fmt: skip
"""Of an outcome, of which means are told. [as they are named]"""
LEFT_OUT: Final = (
    "Intervals are of 95 % and of sampling alone; what the models leave open is not in them.",
    "An interval of no width means that no mission of the sample told otherwise, not certainty.",
    "The mean time to safe takes a flight that never became safe as unsafe to its end (restricted"
    " mean); the median takes it as endless. Missions without a fault are left out of both.",
    "The strongest baseline is chosen on the same missions, which flatters it.",
)


def pair_figures(
    commanders: Sequence[Row], missions: Sequence[Row], duration: float, seed: int
) -> dict[str, Any]:
    """Tell what the flights of a study came to.

    Parameters
    ----------
    commanders : sequence of mapping
        ``title`` and ``baseline`` (it is one of the standard set) of each, in the order of the
        flights; further keys are handed on.
    missions : sequence of mapping
        ``faults`` (rows with ``kind`` and ``onset_s``) and ``flights`` (a row a commander, the
        keys of `outcome.Outcome` and ``failed``) of each, in order; one or more.
    duration : float
        Of a flight. [s]
    seed : int
        Of the bootstrap. [-]

    Returns
    -------
    dict
        Plain data: ``commanders`` (a row each: estimates with ``value``, ``low``, ``high``),
        ``pairs`` (differences to nobody and to the strongest baseline), ``kinds`` (who survived
        missions with a fault of the kind), ``strongest``, ``flights``, ``draws``, ``left_out``.
    """
    onsets = np.array(
        [min((one["onset_s"] for one in row["faults"]), default=np.nan) for row in missions]
    )
    weights = picks(len(missions), seed)
    columns = [_columns(missions, number, onsets, duration) for number in range(len(commanders))]
    told = [
        {**who, **_commander(missions, number, columns[number], weights)}
        for number, who in enumerate(commanders)
    ]
    strongest = _strongest(told)
    pairs = [
        _pair(told[number]["title"], told[other]["title"], columns[number], columns[other], weights)
        for number in range(len(told))
        for other in _references(told, number, strongest)
    ]
    return {
        "flights": len(missions) * len(commanders),
        "draws": DRAWS,
        "strongest": None if strongest is None else told[strongest]["title"],
        "commanders": told,
        "pairs": pairs,
        "kinds": _kinds([who["title"] for who in commanders], missions),
        "left_out": list(LEFT_OUT),
    }


def _columns(
    missions: Sequence[Row], number: int, onsets: Array, duration: float
) -> dict[str, Array]:
    """Return the figures of one commander, a value a mission; NaN where there is none."""
    flights = [row["flights"][number] for row in missions]
    found = {name: np.array([float(one[name]) for one in flights]) for name in FIGURES}
    never = np.array([one["time_to_safe_s"] is None for one in flights])
    until = np.array([float(one["time_to_safe_s"] or 0.0) for one in flights])
    faulty = np.isfinite(onsets)
    found["survived"] = np.array([float(one["survived"]) for one in flights])
    found["time_to_safe_s"] = np.where(faulty, np.where(never, duration - onsets, until), np.nan)
    found["median"] = np.where(faulty, np.where(never, np.inf, until), np.nan)
    return found


def _commander(
    missions: Sequence[Row], number: int, columns: Mapping[str, Array], weights: NDArray[np.int64]
) -> dict[str, Any]:
    flights = [row["flights"][number] for row in missions]
    lives = int(columns["survived"].sum())
    endless = np.isinf(columns["median"])
    faulty = int(np.isfinite(columns["time_to_safe_s"]).sum())
    lost_by = [one["lost_by"] for one in flights if one["lost_by"]]
    loads = sorted({load for one in flights for load in one["service"]})
    return {
        "flights": len(flights),
        "survived": _share(lives, len(flights)),
        "lost_by": {way: lost_by.count(way) for way in sorted(set(lost_by))},
        "time_to_safe_s": {
            "flights": faulty,
            "median": _plain(median_estimate(columns["median"], weights)),
            "mean": _plain(mean_estimate(columns["time_to_safe_s"], weights)),
            "never": _share(int(endless.sum()), faulty),
        },
        **{name: _plain(mean_estimate(columns[name], weights)) for name in FIGURES},
        "service": {
            load: float(np.mean([one["service"].get(load, 0.0) for one in flights]))
            for load in loads
        },
        "failed": sum(bool(one["failed"]) for one in flights),
    }


def _pair(
    title: str,
    other: str,
    ours: Mapping[str, Array],
    theirs: Mapping[str, Array],
    weights: NDArray[np.int64],
) -> dict[str, Any]:
    """Tell the differences of two commanders, ours less theirs, over the same missions."""
    names = ("survived", "time_to_safe_s", *FIGURES)
    return {
        "commander": title,
        "reference": other,
        "only_commander_survived": int(((ours["survived"] == 1) & (theirs["survived"] == 0)).sum()),
        "only_reference_survived": int(((ours["survived"] == 0) & (theirs["survived"] == 1)).sum()),
        **{name: _plain(mean_estimate(ours[name] - theirs[name], weights)) for name in names},
    }


def _strongest(told: Sequence[Row]) -> int | None:
    """Return the baseline that survived most often; then sooner safe, then serving more."""
    among = [number for number, one in enumerate(told) if one["baseline"]]

    def rank(number: int) -> tuple[float, float, float]:
        one = told[number]
        safe = one["time_to_safe_s"]["mean"]["value"]
        return (
            -one["survived"]["share"],
            0.0 if safe is None else safe,
            -one["services"]["value"],
        )

    return min(among, key=rank, default=None)


def _references(told: Sequence[Row], number: int, strongest: int | None) -> list[int]:
    """Return whom a commander is held against: nobody, and the strongest baseline."""
    nobody = [place for place, one in enumerate(told) if one["title"] == "nobody"]
    found = dict.fromkeys([*nobody, *([] if strongest is None else [strongest])])
    return [place for place in found if place != number]


def _kinds(titles: Sequence[str], missions: Sequence[Row]) -> list[dict[str, Any]]:
    """Tell who survived missions in which a kind of fault befell the station.

    Nothing is asserted of what was lost by which fault: missions have others as well.
    """
    found = []
    for key, kind in fault_kinds().items():
        struck = [row for row in missions if any(one["kind"] == key for one in row["faults"])]
        if not struck:
            continue
        found.append(
            {
                "kind": key,
                "title": kind.title,
                "subsystem": kind.subsystem,
                "missions": len(struck),
                "faults": sum(one["kind"] == key for row in struck for one in row["faults"]),
                "survived": {
                    title: sum(row["flights"][number]["survived"] for row in struck)
                    for number, title in enumerate(titles)
                },
            }
        )
    return found


def _share(count: int, trials: int) -> dict[str, Any]:
    low, high = wilson_interval(count, trials)
    share = count / trials if trials else None
    return {"count": count, "share": share, "low": low, "high": high}


def _plain(one: Estimate) -> dict[str, float | None]:
    """Return an estimate as plain data; what is endless or not known is absent."""
    return {
        name: float(value) if np.isfinite(value) else None
        for name, value in (("value", one.value), ("low", one.low), ("high", one.high))
    }
