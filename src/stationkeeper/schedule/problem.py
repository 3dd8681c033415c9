"""A rotation problem and its plan, as numbers: no programme, no dates, no solver.

Days count from the first day of the horizon, which is 0. A ship launched on day l docks on day
l + transit, is docked on days dock <= t < leave, and its people are aboard on these days.
"""

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["proven", "within limit", "interrupted", "impossible", "none found"]
"""How a plan or a stage ended: proven best; stopped at its time limit with a plan; stopped by the
user with a plan; proven that there is none; neither a plan nor a proof in the time."""


@dataclass(frozen=True)
class Side:
    """One side of a station, whose systems need people who can run them.

    Attributes
    ----------
    key : str
        Name, for messages.
    minimum : int
        Fewest people able to run it. [-]
    wanted : float
        People wanted aboard for it on average; crew time below this counts as short. [-]
    """

    key: str
    minimum: int
    wanted: float


@dataclass(frozen=True)
class Mix:
    """The people of one flight, as one of the choices a candidate has.

    Attributes
    ----------
    name : str
        As people read it, for example ``RUS 2, USA 1``.
    people : tuple of int, (nation,)
        Seats by nation. [-]
    able : tuple of int, (side,)
        Of these, people able to run each side. [-]
    longest : int
        Longest time of these people from launch to leaving, by dose and rules. [d]
    swapped : tuple of int, (exchange,)
        Seats this mix gives minus those it takes in each exchange agreement; a sum over all
        flights near zero is one for one. [-]
    bought : int
        Seats paid for otherwise. [-]
    adopts : int or None
        Group aboard whose people get their seats home on this ship once it has docked, as the
        place in ``Rotation.aboard`` of a ship that cannot bring them home. [-]
    """

    name: str
    people: tuple[int, ...]
    able: tuple[int, ...]
    longest: int
    swapped: tuple[int, ...] = ()
    bought: int = 0
    adopts: int | None = None

    @property
    def total(self) -> int:
        """People that it brings."""
        return sum(self.people)


@dataclass(frozen=True)
class ShipClass:
    """What all flights of one class of ship have in common.

    Attributes
    ----------
    key : str
        Name, for messages.
    turnaround : int
        Fewest days between two launches. [d]
    handover : tuple of int or None
        Fewest and most days that one ship stays after the next of its class has docked. The most
        always holds; leaving earlier than the fewest is counted as an obligation broken. None:
        visits, which have nothing to do with each other. [d]
    """

    key: str
    turnaround: int
    handover: tuple[int, int] | None


@dataclass(frozen=True)
class Candidate:
    """A flight that may be launched, in the order of launches of its class.

    Attributes
    ----------
    key : str
        Name, for messages and the plan.
    ship : int
        Place of its class in ``Rotation.ships``.
    earliest, latest : int
        Window of launch days, both included; may lie before 0 only if ``earliest`` is 0. [d]
    nominal : int
        Day meant by the calendar, for the hint. [d]
    transit : int
        Days from launch to docking. [d]
    shortest, longest : int
        Days docked; the longest follows from the certified life. [d]
    ports : tuple of int
        Ports that it may use, places in ``Rotation.ports``.
    mixes : tuple of Mix
        One of these flies.
    required : bool
        It must fly; otherwise it may be left out.
    closed : tuple of (int, int)
        Spans of days, both ends included, on which it cannot launch. [d]
    closed_by : tuple of str
        Why, for each of these spans.
    """

    key: str
    ship: int
    earliest: int
    latest: int
    nominal: int
    transit: int
    shortest: int
    longest: int
    ports: tuple[int, ...]
    mixes: tuple[Mix, ...]
    required: bool = True
    closed: tuple[tuple[int, int], ...] = ()
    closed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Aboard:
    """A ship docked on day 0, with the people whose seats home it holds.

    Attributes
    ----------
    key : str
        Name of the flight.
    ship : int
        Place of its class in ``Rotation.ships``.
    port : int
        Place in ``Rotation.ports``.
    earliest, latest : int
        Days between which it leaves: it is docked on days t < leave. [d]
    people : tuple of int, (nation,)
        [-]
    able : tuple of int, (side,)
        [-]
    fit : bool
        It can bring its people home. If not, they have no seat until a flight adopts them, then
        they leave with that flight, within ``latest_people``; the ship itself leaves by ``latest``.
    latest_people : int
        Last day on which its people leave, by stay limits. [d]
    """

    key: str
    ship: int
    port: int
    earliest: int
    latest: int
    people: tuple[int, ...]
    able: tuple[int, ...]
    fit: bool = True
    latest_people: int = 10**6


@dataclass(frozen=True)
class Occupied:
    """A port that something else holds: no crewed ship is there on days first <= t < last."""

    port: int
    first: int
    last: int
    by: str


@dataclass(frozen=True)
class Owed:
    """Seats owed: the people of some nations on some flights together, at least so many.

    Attributes
    ----------
    name : str
        For messages.
    flights : tuple of int
        Places in ``Rotation.candidates``.
    nations : tuple of int
        Places of the nations counted together.
    least : int
        Each seat below counts as one obligation broken. [-]
    """

    name: str
    flights: tuple[int, ...]
    nations: tuple[int, ...]
    least: int


@dataclass(frozen=True)
class Task:
    """Work for people: done whole by the people of one flight while docked within its days.

    Attributes
    ----------
    name : str
        For messages.
    first, last : int
        The flight is docked on at least one of these days, both included. [d]
    crew_days : float
        Days of one person. All tasks of a flight together fit into its people times days
        docked. A task not done counts as one obligation broken. [d]
    """

    name: str
    first: int
    last: int
    crew_days: float


@dataclass(frozen=True)
class Rotation:
    """Everything a plan depends on.

    Attributes
    ----------
    days : int
        Length of the horizon. [d]
    nations : tuple of str
    sides : tuple of Side
    ports : tuple of str
    ships : tuple of ShipClass
    candidates : tuple of Candidate
        Of one class in the order of launch.
    aboard : tuple of Aboard
    occupied : tuple of Occupied
    owed : tuple of Owed
    tasks : tuple of Task
    permanent : bool
        Each side has its people on every day, and after the loss of any one ship; otherwise both
        are asked only while people are aboard, and the loss of a ship is not asked at all.
    most : tuple of int, (days,)
        Most people aboard on each day. [-]
    exchanges : tuple of (str, int)
        Exchange agreements: name, and most seats by which either side may be ahead in the end.
    bought_at_most : int or None
        Most seats bought in all. [-]
    robust : bool
        The loss of any one ship counts.
    hard_presence, hard_robust : bool
        A day without is forbidden, not priced.
    """

    days: int
    nations: tuple[str, ...]
    sides: tuple[Side, ...]
    ports: tuple[str, ...]
    ships: tuple[ShipClass, ...]
    candidates: tuple[Candidate, ...]
    aboard: tuple[Aboard, ...] = ()
    occupied: tuple[Occupied, ...] = ()
    owed: tuple[Owed, ...] = ()
    tasks: tuple[Task, ...] = ()
    permanent: bool = True
    most: tuple[int, ...] = ()
    exchanges: tuple[tuple[str, int], ...] = ()
    bought_at_most: int | None = None
    robust: bool = True
    hard_presence: bool = False
    hard_robust: bool = False


@dataclass(frozen=True)
class Flight:
    """A candidate that flies.

    Attributes
    ----------
    candidate : int
        Place in ``Rotation.candidates``.
    launch, dock, leave : int
        [d]
    port : int
        Place in ``Rotation.ports``.
    mix : int
        Place in the mixes of the candidate.
    """

    candidate: int
    launch: int
    dock: int
    leave: int
    port: int
    mix: int


@dataclass(frozen=True)
class Stage:
    """One objective, solved with the former ones fixed.

    Attributes
    ----------
    name : str
        ``safety days lost``, ``obligations broken``, ``crew time short``, ``flights``,
        ``seats bought`` or ``days from the calendar``.
    unit : str
        ``d``, ``-`` or ``crew-days``.
    value : float
        Of the plan, recounted from it.
    bound : float
        No plan is better than this, given the former stages.
    status : str
        As in :data:`Status`.
    """

    name: str
    unit: str
    value: float
    bound: float
    status: Status

    @property
    def gap(self) -> float:
        """Share of the value by which a better plan is not excluded."""
        return max(0.0, abs(self.value - self.bound) / max(abs(self.value), 1.0))


@dataclass(frozen=True)
class Plan:
    """What is flown, and how well that is known to be the best.

    Attributes
    ----------
    status : str
        ``proven`` if all stages are, else that of the worst.
    flights : tuple of Flight
        By launch day.
    leaves : tuple of int, (aboard,)
        Day on which each ship aboard on day 0 leaves. [d]
    people_leave : tuple of int, (aboard,)
        Day on which its people leave: the same, or that of the ship that adopted them. [d]
    tasks_done : tuple of int or None, (task,)
        Candidate that does each, or None.
    stages : tuple of Stage
        As far as solved, in order.
    conflicts : tuple of str
        If impossible: constraints in words that cannot hold together.
    """

    status: Status
    flights: tuple[Flight, ...] = ()
    leaves: tuple[int, ...] = ()
    people_leave: tuple[int, ...] = ()
    tasks_done: tuple[int | None, ...] = ()
    stages: tuple[Stage, ...] = ()
    conflicts: tuple[str, ...] = field(default=())
