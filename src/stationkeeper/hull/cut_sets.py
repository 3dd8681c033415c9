"""Which events together lead to a loss: minimal cut sets and the importance of each event.

From flown replicas: a table of what happened in each (`minimal_cut_sets`, `importance`). From
independent chances and known sets: `top_chance` and `importance_of_chances`, exact, the oracle of
the former.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_EVENTS: Final = 20  # of independent events enumerated: a million states
_BLOCK: Final = 1024  # sets compared at once


@dataclass(frozen=True)
class CutSets:
    """Minimal sets of events seen in lost replicas, the commonest first.

    Attributes
    ----------
    member : ndarray of bool, (set, event)
        Which events make the set.
    share : ndarray, (set,)
        Of the lost replicas in which all events of the set happened; a replica may count for
        several sets. [-]
    sufficient : ndarray, (set,)
        Share of all replicas with the set that were lost: 1 if the set never failed to lead to a
        loss; well below 1, the events stood by and a cause is missing from the table. [-]
    unexplained : float
        Share of the lost replicas in which no event of the table happened. [-]
    """

    member: Flags
    share: Array
    sufficient: Array
    unexplained: float

    @property
    def order(self) -> NDArray[np.int64]:
        """Number of events in each set."""
        return np.asarray(self.member.sum(axis=1), dtype=np.int64)


def _table(events: ArrayLike, lost: ArrayLike) -> tuple[Flags, Flags]:
    happened, ends = np.asarray(events, dtype=bool), np.asarray(lost, dtype=bool)
    if happened.ndim != 2 or ends.shape != happened.shape[:1]:
        raise DomainError(
            "cut sets: expected events (replica, event) and losses (replica,), given "
            f"{happened.shape} and {ends.shape}"
        )
    return happened, ends


def _weights(weight: ArrayLike | None, size: int) -> Array:
    if weight is None:
        return np.ones(size)
    value = np.broadcast_to(np.asarray(weight, dtype=np.float64), (size,))
    if np.any(value < 0):
        raise DomainError(f"weights of replicas: expected 0 or more, given {value.min():g}")
    return value


def unique_rows(table: Flags) -> tuple[Flags, NDArray[np.int64]]:
    """Return the different rows of a table of flags, and which one each row is.

    Examples
    --------
    >>> rows, place = unique_rows(np.array([[True, False], [False, True], [True, False]]))
    >>> rows.shape[0], bool(place[0] == place[2])
    (2, True)
    """
    packed = np.ascontiguousarray(np.packbits(table, axis=1))
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    return table[first], place.ravel().astype(np.int64)


def without_supersets(sets: ArrayLike) -> Flags:
    """Keep the sets that contain no other.

    Parameters
    ----------
    sets : array_like of bool, (set, event)
        In any order, repeats allowed.

    Returns
    -------
    ndarray of bool, (set, event)
        Minimal sets, small ones first; the empty set is dropped.

    Examples
    --------
    >>> without_supersets([[1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 0]]).astype(int).tolist()
    [[1, 0, 0], [0, 1, 1]]
    """
    rows, _ = unique_rows(np.asarray(sets, dtype=bool))
    size = rows.sum(axis=1)
    rows = rows[np.argsort(size, kind="stable")]
    rows = rows[rows.any(axis=1)]
    kept = np.empty((0, rows.shape[1]), dtype=bool)
    for start in range(0, rows.shape[0], _BLOCK):
        block = rows[start : start + _BLOCK]
        block = block[~_contains_any(block, kept)]
        # Within the block a set can contain only smaller ones of it.
        inside = _contains(block, block)
        np.fill_diagonal(inside, False)
        kept = np.concatenate([kept, block[~inside.any(axis=1)]])
    return kept


def _contains(rows: Flags, sets: Flags) -> Flags:
    """Return for (row, set) whether all events of the set are in the row."""
    common = rows.astype(np.float32) @ sets.astype(np.float32).T
    return np.asarray(common >= sets.sum(axis=1)[None, :])


def _contains_any(rows: Flags, sets: Flags) -> Flags:
    if sets.shape[0] == 0:
        return np.zeros(rows.shape[0], dtype=bool)
    return np.asarray(_contains(rows, sets).any(axis=1))


def minimal_cut_sets(
    events: ArrayLike, lost: ArrayLike, weight: ArrayLike | None = None
) -> CutSets:
    """Gather what happened in lost replicas into minimal sets of events.

    A set is minimal if no other lost replica got by with a part of it. Events that are not part of
    a chain (a failure that was repaired long before) should be left out of the table, or they stay
    in sets until a replica is lost without them.

    Parameters
    ----------
    events : array_like of bool, (replica, event)
        What had happened, and was not yet repaired, when the replica was lost or ended.
    lost : array_like of bool, (replica,)
        Which replicas were lost.
    weight : array_like, (replica,) or None
        Zero or more; equal if None. [-]

    Returns
    -------
    CutSets
        Sorted by share, then by number of events.

    Raises
    ------
    DomainError
        If shapes do not match or a weight is negative.

    Notes
    -----
    On 200,000 replicas of six independent events the four sets of a known tree are found, and no
    other (tests).

    Examples
    --------
    >>> happened = [[1, 0, 0], [0, 1, 1], [1, 1, 0], [0, 1, 0], [0, 0, 0]]
    >>> found = minimal_cut_sets(happened, [1, 1, 1, 0, 0])
    >>> found.member.astype(int).tolist(), np.round(found.share, 2).tolist()
    ([[1, 0, 0], [0, 1, 1]], [0.67, 0.33])
    """
    happened, ends = _table(events, lost)
    mass = _weights(weight, ends.size)
    rows, place = unique_rows(happened)
    lost_mass = np.bincount(place, weights=mass * ends, minlength=rows.shape[0])
    all_mass = np.bincount(place, weights=mass, minlength=rows.shape[0])
    was_lost = np.bincount(place, weights=ends, minlength=rows.shape[0]) > 0
    sets = without_supersets(rows[was_lost])
    total = lost_mass.sum()
    inside = _contains(rows, sets)
    in_lost, in_all = lost_mass @ inside, all_mass @ inside
    share = in_lost / total if total > 0 else np.zeros(sets.shape[0])
    sufficient = np.divide(in_lost, in_all, out=np.zeros_like(in_lost), where=in_all > 0)
    order = np.lexsort((sets.sum(axis=1), -share))
    empty = lost_mass[~rows.any(axis=1)].sum()
    return CutSets(
        sets[order],
        share[order],
        sufficient[order],
        float(empty / total) if total > 0 else 0.0,
    )


@dataclass(frozen=True)
class Importance:
    """How much each event matters for a loss.

    Attributes
    ----------
    loss : float
        Chance of a loss. [-]
    chance : ndarray, (event,)
        Of the event. [-]
    fussell_vesely : ndarray, (event,)
        Chance, given a loss, that a minimal set with the event in it happened. [-]
    birnbaum : ndarray, (event,)
        Chance of a loss with the event less that without it; NaN if it always or never happened.
        From flown replicas it is a difference, not a cause: events that share a cause share it. [-]
    conditional : ndarray, (event,)
        Chance, given a loss, that the event had happened. [-]
    """

    loss: float
    chance: Array
    fussell_vesely: Array
    birnbaum: Array
    conditional: Array


def _shares(happened: Flags, ends: Flags, mass: Array, member: Flags) -> Importance:
    total, lost_mass = mass.sum(), mass * ends
    loss = lost_mass.sum()
    present = mass @ happened
    together = lost_mass @ happened
    with np.errstate(divide="ignore", invalid="ignore"):
        birnbaum = together / present - (loss - together) / (total - present)
    inside = _contains(happened, member)
    by_event = np.array([inside[:, member[:, e]].any(axis=1) for e in range(member.shape[1])])
    explained = by_event @ lost_mass
    if loss == 0:
        nothing = np.zeros(member.shape[1])
        return Importance(0.0, present / total, nothing, birnbaum, nothing)
    return Importance(
        float(loss / total), present / total, explained / loss, birnbaum, together / loss
    )


def importance(
    events: ArrayLike,
    lost: ArrayLike,
    sets: CutSets | None = None,
    weight: ArrayLike | None = None,
) -> Importance:
    """Importance of each event, from flown replicas.

    Parameters
    ----------
    events : array_like of bool, (replica, event)
        What had happened.
    lost : array_like of bool, (replica,)
        Which replicas were lost.
    sets : CutSets or None
        Of `minimal_cut_sets`; gathered here if None.
    weight : array_like, (replica,) or None
        Zero or more; equal if None. [-]

    Returns
    -------
    Importance
        One entry for each event.

    Raises
    ------
    DomainError
        If shapes do not match or a weight is negative.

    References
    ----------
    .. [1] NUREG/CR-3385, "Measures of risk importance and their applications", 1983 (the measures
       by name; definitions as in every text; not read for this. Confidence B).

    Examples
    --------
    >>> happened = [[1, 0, 0], [0, 1, 1], [1, 1, 0], [0, 1, 0], [0, 0, 0]]
    >>> found = importance(happened, [1, 1, 1, 0, 0])
    >>> np.round(found.fussell_vesely, 2).tolist(), np.round(found.birnbaum, 2).tolist()
    ([0.67, 0.33, 0.33], [0.67, 0.17, 0.5])
    """
    happened, ends = _table(events, lost)
    mass = _weights(weight, ends.size)
    found = minimal_cut_sets(happened, ends, mass) if sets is None else sets
    # Few different rows stand for many replicas.
    rows, place = unique_rows(np.column_stack([happened, ends]))
    gathered = np.bincount(place, weights=mass, minlength=rows.shape[0]).astype(np.float64)
    return _shares(rows[:, :-1], rows[:, -1], gathered, found.member)


def _states(member: ArrayLike, chance: ArrayLike) -> tuple[Flags, Flags, Array, Flags]:
    sets, chances = np.asarray(member, dtype=bool), np.asarray(chance, dtype=np.float64)
    if sets.ndim != 2 or chances.shape != sets.shape[1:]:
        raise DomainError(
            f"cut sets: expected (set, event) and (event,), given {sets.shape} and {chances.shape}"
        )
    if np.any((chances < 0) | (chances > 1)):
        raise DomainError(f"chance of an event: expected 0 to 1, given {chances}")
    count = chances.size
    if count > MOST_EVENTS:
        raise DomainError(f"events enumerated: expected at most {MOST_EVENTS}, given {count}")
    states = (np.arange(2**count)[:, None] >> np.arange(count)[None, :] & 1).astype(bool)
    mass = np.prod(np.where(states, chances, 1 - chances), axis=1)
    return states, _contains_any(states, sets), mass, sets


def top_chance(member: ArrayLike, chance: ArrayLike) -> float:
    """Chance that at least one set happens whole, for independent events; exact.

    Parameters
    ----------
    member : array_like of bool, (set, event)
        Cut sets, minimal or not.
    chance : array_like, (event,)
        0 to 1. [-]

    Returns
    -------
    float
        [-]

    Raises
    ------
    DomainError
        If a chance is outside 0 to 1, shapes do not match, or there are more than 20 events.

    Examples
    --------
    >>> round(top_chance([[1, 0, 0], [0, 1, 1]], [0.1, 0.2, 0.3]), 3)
    0.154
    """
    _, lost, mass, _ = _states(member, chance)
    return float(mass[lost].sum())


def importance_of_chances(member: ArrayLike, chance: ArrayLike) -> Importance:
    """Importance of independent events of known chance; exact.

    Parameters
    ----------
    member : array_like of bool, (set, event)
        Cut sets, minimal or not.
    chance : array_like, (event,)
        0 to 1. [-]

    Returns
    -------
    Importance
        One entry for each event.

    Raises
    ------
    DomainError
        As for `top_chance`.

    Examples
    --------
    >>> found = importance_of_chances([[1, 0, 0], [0, 1, 1]], [0.1, 0.2, 0.3])
    >>> np.round(found.birnbaum, 3).tolist()
    [0.94, 0.27, 0.18]
    """
    states, lost, mass, sets = _states(member, chance)
    return _shares(states, lost, mass, without_supersets(sets))
