"""Who is aboard: people by nation and day, and stays from launch to landing."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.calendar import Calendar
from stationkeeper.programme.traffic import Crew


@dataclass(frozen=True)
class Stay:
    """One group of people, in places of days; `last` is the day of landing."""

    name: str
    station: str
    first: int
    last: int
    crew: Crew

    @property
    def seats(self) -> str:
        """Seats by nation as text."""
        return ", ".join(f"{nation} {count}" for nation, count in self.crew.seats.items())


def stays(crews: Mapping[str, Crew], calendar: Calendar) -> tuple[Stay, ...]:
    """Return the stays that touch the days of the run, by day of launch.

    A crew without a day of landing is aboard until the last day.
    """
    found = []
    for name, crew in sorted(crews.items(), key=lambda item: (item[1].launched, item[0])):
        first = calendar.place(crew.launched)
        last = calendar.days if crew.landed is None else calendar.place(crew.landed)
        if last > 0 and first < calendar.days and last >= first:
            found.append(Stay(name, crew.station, first, last, crew))
    return tuple(found)


def people_aboard(
    all_stays: tuple[Stay, ...],
    stations: tuple[str, ...],
    nations: tuple[str, ...],
    calendar: Calendar,
) -> NDArray[np.float64]:
    """Count people by station, nation and day, from the day of launch to the day before landing.

    Returns
    -------
    ndarray, (station, nation, days)
    """
    people = np.zeros((len(stations), len(nations), calendar.days))
    for stay in all_stays:
        inside = calendar.clipped(stay.first, stay.last)
        for nation, count in stay.crew.seats.items():
            people[stations.index(stay.station), nations.index(nation), inside] += count
    return people
