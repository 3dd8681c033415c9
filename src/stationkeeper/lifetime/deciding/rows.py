"""What became of stations and people in each replica, read from the rows of a run folder."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]

NEVER: Final = 2**31 - 1  # [d] a day that no run reaches

# Our names of what happens, and the words of the rows before the colon.
WORDS: Final = {
    "station-lost": "station lost",
    "people-lost": "people lost",
    "people-leave": "people leave early",
    "people-back": "people are back",
    "penetrated": "hull penetrated",
    "leak-beyond": "leak beyond the limit",
    "hatch-shut": "hatch shut",
    "function-down": "function not provided",
    "function-lost": "function lost",
    "entered": "uncontrolled entry at altitude",
}


@dataclass(frozen=True)
class Marks:
    """Events of one kind at one station, sorted by replica and day.

    Attributes
    ----------
    replica : ndarray of int, (N,)
        Number of the replica.
    day : ndarray of int, (N,)
        Day of the event, since 2000-01-01. [d]
    subject : ndarray of int, (N,)
        Place in `subjects` of what it happened to or what caused it.
    subjects : tuple of text
        Functions, modules, targets or causes; one empty word if the event has none.
    """

    replica: Whole
    day: Whole
    subject: Whole
    subjects: tuple[str, ...]

    def first_of(self, replicas: int) -> Whole:
        """Return the first day in each replica, `NEVER` where there is none.

        Returns
        -------
        ndarray of int, (replicas,)
            [d]
        """
        found = np.full(replicas, NEVER, np.int64)
        np.minimum.at(found, self.replica, self.day)
        return found


@dataclass(frozen=True)
class Outcomes:
    """What happened in each replica.

    Attributes
    ----------
    replicas : int
        Number of replicas, numbered from 0.
    first_day, days : int
        First day of the run since 2000-01-01, and number of days. [d]
    marks : dict of text to dict of text to Marks
        By station and by name in `WORDS`, what happened.
    """

    replicas: int
    first_day: int
    days: int
    marks: dict[str, dict[str, Marks]]

    def first(self, station: str, name: str) -> Whole:
        """Return the first day of an event at a station in each replica, or `NEVER`. [d]"""
        return self.marks[station][name].first_of(self.replicas)
