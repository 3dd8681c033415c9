"""Many channels, one event: what is noticed close in time belongs together."""

from collections.abc import Iterable
from dataclasses import dataclass

from stationkeeper.caretaker.vehicle import Noticed

GAP = 600.0  # [s] between notices of one event at most; ours


@dataclass(frozen=True)
class Merged:
    """One event over all channels."""

    begin: float
    """First notice. [s]"""
    end: float
    """Last notice. [s]"""
    first: str
    """Parameter that told first. [-]"""
    parameters: tuple[str, ...]
    """All that told, in the order in which they did. [-]"""
    rules: tuple[str, ...]
    """By what, each once. [-]"""


def merged_events(noticed: Iterable[Noticed], gap: float = GAP) -> list[Merged]:
    """Merge notices into events.

    Parameters
    ----------
    noticed : iterable of Noticed
        In order of time; those that tell an end are passed over.
    gap : float
        Longest time between two notices of one event. [s]

    Returns
    -------
    list of Merged
        In order. No notice moves an event that ended before it.

    Examples
    --------
    >>> told = [Noticed(0.0, "a", "limit", 1.0), Noticed(30.0, "b", "watch", 2.0, 1.5)]
    >>> [(one.first, one.parameters) for one in merged_events(told)]
    [('a', ('a', 'b'))]
    """
    groups: list[list[Noticed]] = []
    for one in noticed:
        if one.over:
            continue
        if groups and one.time - groups[-1][-1].time <= gap:
            groups[-1].append(one)
        else:
            groups.append([one])
    return [
        Merged(
            begin=group[0].time,
            end=group[-1].time,
            first=group[0].parameter,
            parameters=tuple(dict.fromkeys(one.parameter for one in group)),
            rules=tuple(dict.fromkeys(one.rule for one in group)),
        )
        for group in groups
    ]
