"""What a decision maker can say of the risk of the coming year, month by month in each replica."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Single = NDArray[np.float32]

MEASURES: Final = ("station-lost", "people-lost", "people-leave", "penetrated")
QUIET: Final = "neither"
LEAKING: Final = "leak beyond the limit"
WITHOUT: Final = "function lost"
STATES: Final = (QUIET, LEAKING, WITHOUT)


@dataclass(frozen=True)
class Risks:
    """Chances as seen at the begin of each month, for some stations.

    Attributes
    ----------
    months : ndarray of datetime64[M], (months,)
        The months of the run.
    yearly : dict of text to dict of text to ndarray of float32, (R, months)
        By station and measure, chance of the event in the coming 12 months. Zero before the
        station is there; after its loss what it would be if it still were. [-]
    monthly : dict of text to dict of text to ndarray of float32, (states, months)
        By station and measure, chance in the month itself, by the state of the replica. [-]
    state : dict of text to ndarray of int8, (R, months)
        By station, the place in `STATES` of what a replica is in at the begin of the month.
    mean : dict of text to dict of text to ndarray, (months,)
        By station and measure, mean of `yearly` over the replicas that still have the station. [-]
    band : dict of text to dict of text to (ndarray, ndarray), each (months,)
        By station and measure, lower and upper limit of that mean, nine times in ten. [-]
    lost_month : dict of text to ndarray of int, (R,)
        By station, place of the month in which it is lost; the number of months if never.
    flown_until : dict of text to int
        By station, place of the first month that the plan of the document does not tell of: from
        then on everything comes from replicas in which nobody leaves; the number of months if none.
    donor : dict of text to ndarray of int, (R,)
        By station, the replica whose further life is taken from there on, its own number where it
        was flown; its own everywhere if nothing was flown on.
    """

    months: NDArray[np.datetime64]
    yearly: dict[str, dict[str, Single]]
    monthly: dict[str, dict[str, Single]]
    state: dict[str, NDArray[np.int8]]
    mean: dict[str, dict[str, Array]]
    band: dict[str, dict[str, tuple[Array, Array]]]
    lost_month: dict[str, Whole]
    flown_until: dict[str, int]
    donor: dict[str, Whole]

    @property
    def replicas(self) -> int:
        """Number of replicas."""
        return next((int(lost.size) for lost in self.lost_month.values()), 0)


def flat_risks(
    stations: Sequence[str],
    months: NDArray[np.datetime64],
    replicas: int,
    yearly: float | Mapping[str, float],
) -> Risks:
    """Return risks that are the same in all months and replicas, for trials.

    Parameters
    ----------
    stations : sequence of str
        Keys of the stations.
    months : ndarray of datetime64, (months,)
        First day of each month.
    replicas : int
        Number of replicas.
    yearly : float or mapping
        Chance in a year, of all measures or by measure; none where it is not given. [-]

    Returns
    -------
    Risks

    Examples
    --------
    >>> months = np.arange("2030-01", "2032-01", dtype="datetime64[M]")
    >>> told = flat_risks(("iss",), months, 3, {"station-lost": 0.01})
    >>> told.yearly["iss"]["station-lost"].shape, told.lost_month["iss"].tolist()
    ((3, 24), [24, 24, 24])
    """
    chance = {
        measure: float(yearly.get(measure, 0.0) if isinstance(yearly, Mapping) else yearly)
        for measure in MEASURES
    }
    count = len(months)
    mean = {measure: np.full(count, chance[measure]) for measure in MEASURES}
    return Risks(
        months=np.asarray(months).astype("datetime64[M]"),
        yearly={
            key: {m: np.full((replicas, count), chance[m], np.float32) for m in MEASURES}
            for key in stations
        },
        monthly={
            key: {
                m: np.full((len(STATES), count), 1.0 - (1.0 - chance[m]) ** (1 / 12), np.float32)
                for m in MEASURES
            }
            for key in stations
        },
        state={key: np.zeros((replicas, count), np.int8) for key in stations},
        mean={key: dict(mean) for key in stations},
        band={key: {m: (mean[m], mean[m]) for m in MEASURES} for key in stations},
        lost_month={key: np.full(replicas, count) for key in stations},
        flown_until=dict.fromkeys(stations, count),
        donor={key: np.arange(replicas) for key in stations},
    )


def taken(risks: Risks, station: str, measure: str, first: Whole | int, last: Whole | int) -> Array:
    """Return the chance accumulated at a station from one month to another (excluded).

    Parameters
    ----------
    risks : Risks
        Chances.
    station, measure : str
        Which.
    first, last : int or ndarray of int, (R,)
        Places of months; nothing is taken if the last is not after the first.

    Returns
    -------
    ndarray, (R,)
        Chance of at least one event. [-]

    Examples
    --------
    >>> months = np.arange("2030-01", "2032-01", dtype="datetime64[M]")
    >>> told = flat_risks(("iss",), months, 1, 0.01)
    >>> round(float(taken(told, "iss", "people-lost", 0, 12)[0]), 6)
    0.01
    """
    state = risks.state[station]
    survived = np.log1p(-risks.monthly[station][measure].astype(np.float64))
    hazard = -survived[state, np.arange(state.shape[1])]
    total = np.concatenate([np.zeros((len(state), 1)), np.cumsum(hazard, axis=1)], axis=1)
    rows, count = np.arange(len(state)), state.shape[1]
    begin = np.clip(np.broadcast_to(first, rows.shape), 0, count)
    end = np.clip(np.broadcast_to(last, rows.shape), begin, count)
    return np.asarray(-np.expm1(total[rows, begin] - total[rows, end]))
