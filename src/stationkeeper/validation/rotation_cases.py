"""Made-up rotation problems of known size, for tests and for the measurement of speed.

They have the shape of real ones, not their dates: nothing here is a record of what was flown.
"""

from stationkeeper.schedule.problem import (
    Aboard,
    Candidate,
    Mix,
    Occupied,
    Owed,
    Rotation,
    ShipClass,
    Side,
    Task,
)

_HALF_YEAR = 182.625  # d


def iss_like(years: int, *, exchange: bool = True) -> Rotation:
    """A permanent station with two sides and two classes of ship, each twice a year.

    Parameters
    ----------
    years : int
        Length of the horizon. [a]
    exchange : bool
        Each class may carry one person of the other side.

    Returns
    -------
    Rotation
        Four flights a year and two ships aboard at the start; day grain.

    Notes
    -----
    All figures are our choice, near those of the ISS: windows of 45 d to either side, docked for
    up to 210 d (3 seats) and 250 d (4 seats), handover 3 to 12 d, transit 1 d, three ports for
    one class and two for the other, with cargo at one of each for part of the time, 11 people at
    most, a few closed days around some nominal launches, one seat a year owed to each of two
    nations.

    Examples
    --------
    >>> len(iss_like(2).candidates)
    8
    """
    days = round(years * 2 * _HALF_YEAR)
    nations = ("RUS", "USA", "ESA", "JPN")

    def mix(name: str, people: tuple[int, ...], swapped: int) -> Mix:
        return Mix(name, people, (people[0], sum(people[1:])), 240, (swapped,))

    small = [mix("RUS 3", (3, 0, 0, 0), 0)]
    large = [
        mix("USA 4", (0, 4, 0, 0), 0),
        mix("USA 3, ESA 1", (0, 3, 1, 0), 0),
        mix("USA 3, JPN 1", (0, 3, 0, 1), 0),
        mix("USA 2, ESA 1, JPN 1", (0, 2, 1, 1), 0),
    ]
    if exchange:
        small.append(mix("RUS 2, USA 1", (2, 1, 0, 0), 1))
        large += [
            mix("RUS 1, USA 3", (1, 3, 0, 0), -1),
            mix("RUS 1, USA 2, ESA 1", (1, 2, 1, 0), -1),
            mix("RUS 1, USA 2, JPN 1", (1, 2, 0, 1), -1),
        ]
    classes = (
        ("three-seat", 60, 200, 210, (0, 1, 2), small),
        ("four-seat", 105, 150, 250, (3, 4), large),
    )
    candidates = []
    for place, (key, offset, shortest, longest, ports, mixes) in enumerate(classes):
        for n in range(2 * years):
            nominal = round(offset + n * _HALF_YEAR)
            candidates.append(
                Candidate(
                    f"{key}-{n + 1}",
                    place,
                    max(0, nominal - 45),
                    min(days - 1, nominal + 45),
                    nominal,
                    1,
                    shortest - 60,
                    longest,
                    ports,
                    tuple(mixes),
                    closed=((nominal - 4, nominal + 3),) if n % 3 == 1 else (),
                    closed_by=("sun angle",) if n % 3 == 1 else (),
                )
            )
    occupied = []
    for n in range(2 * years):
        start = round(n * _HALF_YEAR)
        occupied.append(Occupied(2, start + 20, start + 160, f"cargo-a-{n + 1}"))
        occupied.append(Occupied(3 + n % 2, start + 130, start + 165, f"cargo-b-{n + 1}"))
    large_flights = tuple(n for n, c in enumerate(candidates) if c.ship == 1)
    owed = [
        Owed("European seats", large_flights, (2,), years),
        Owed("Japanese seats", large_flights, (3,), years),
    ]
    with_exchange = (2, 1, 0, 0) if exchange else (3, 0, 0, 0)
    return Rotation(
        days=days,
        nations=nations,
        sides=(Side("russian", 1, 3.1), Side("american", 1, 4.1)),
        ports=("nadir-1", "nadir-2", "aft", "forward", "zenith"),
        ships=(ShipClass("three-seat", 60, (3, 12)), ShipClass("four-seat", 60, (3, 12))),
        candidates=tuple(candidates),
        aboard=(
            Aboard(
                "three-seat-0", 0, 0, 5, 90, with_exchange, (with_exchange[0], with_exchange[1])
            ),
            Aboard(
                "four-seat-0",
                1,
                3,
                5,
                150,
                (1, 3, 0, 0) if exchange else (0, 4, 0, 0),
                (1, 3) if exchange else (0, 4),
            ),
        ),
        occupied=tuple(occupied),
        owed=tuple(owed),
        most=(11,) * days,
        exchanges=(("seat exchange", 1),),
    )


def ros_like(years: int) -> Rotation:
    """A station that is visited up to twice a year, with a list of work.

    Parameters
    ----------
    years : int
        Length of the horizon. [a]

    Returns
    -------
    Rotation
        Two visits a year, every second one optional, one class and one side; day grain.

    Notes
    -----
    All figures are our choice: visits of 30 to 60 d by two or three people within 45 d of their
    nominal day, seats of a second nation owed and bought, cargo at one of two ports, and work of
    55 to 110 crew-days with its years.

    Examples
    --------
    >>> len(ros_like(10).candidates)
    20
    """
    days = round(years * 2 * _HALF_YEAR)
    mixes = (
        Mix("RUS 2", (2, 0), (2,), 70),
        Mix("RUS 3", (3, 0), (3,), 70),
        Mix("RUS 2, IND 1", (2, 1), (2,), 60, (), 1),
    )
    candidates = []
    tasks = []
    for n in range(2 * years):
        nominal = round(60 + n * _HALF_YEAR)
        candidates.append(
            Candidate(
                f"visit-{n + 1}",
                0,
                max(0, nominal - 45),
                min(days - 1, nominal + 45),
                nominal,
                1,
                30,
                60,
                (0, 1),
                mixes,
                required=n % 2 == 0,
            )
        )
        start = round(n * _HALF_YEAR)
        tasks.append(Task(f"repairs-{n + 1}", start, min(days - 1, start + 150), 55.0))
        if n % 2 == 0:
            tasks.append(Task(f"experiments-{n + 1}", start, min(days - 1, start + 300), 70.0))
        if n % 4 == 3:
            tasks.append(Task(f"new-module-{n + 1}", start, min(days - 1, start + 250), 110.0))
    return Rotation(
        days=days,
        nations=("RUS", "IND"),
        sides=(Side("russian", 2, 0.6),),
        ports=("aft", "nadir"),
        ships=(ShipClass("visitor", 45, None),),
        candidates=tuple(candidates),
        occupied=tuple(
            Occupied(n % 2, round(n * _HALF_YEAR), round(n * _HALF_YEAR) + 80, f"cargo-{n + 1}")
            for n in range(2 * years)
        ),
        owed=(Owed("Indian seats", tuple(range(len(candidates))), (1,), max(1, years // 2)),),
        tasks=tuple(tasks),
        permanent=False,
        bought_at_most=years,
    )
