"""A rotation problem as one model of booleans, put together from its subjects.

Ships and their windows, rules between ships, ports, people, safety, work and objectives have a
file each; the order in which they are posted is part of what makes plans reproducible.
"""

from typing import Any

from stationkeeper.schedule import plans, work
from stationkeeper.schedule.literals import Sheet, number
from stationkeeper.schedule.objectives import crew_time_short, from_calendar, obligations, order
from stationkeeper.schedule.part import Freedom
from stationkeeper.schedule.people import People
from stationkeeper.schedule.ports import ports
from stationkeeper.schedule.problem import Plan, Rotation
from stationkeeper.schedule.relief import handovers, turnarounds
from stationkeeper.schedule.safety import Safety
from stationkeeper.schedule.ships import fleet


class RotationModel:
    """The model, its objectives, and how a plan is read from it.

    Parameters
    ----------
    rotation : Rotation
        A checked problem.
    named : bool
        Post rules under names that can be dropped one by one; windows then open further, so that
        a window itself can be found to be in conflict.
    coarse : bool
        Count safety days only in sums over the whole horizon: a much smaller problem, of which no
        plan is worse. It gives a bound, never a plan.
    freedom : Freedom, optional
        Days to which launches and leavings are kept.
    since : int
        Safety counts from this day on. [d]

    Attributes
    ----------
    sheet : Sheet
        The solver model.
    objectives : list
        One sum for each of :data:`stationkeeper.schedule.objectives.STAGES`.
    """

    def __init__(
        self,
        rotation: Rotation,
        named: bool = False,
        coarse: bool = False,
        freedom: Freedom | None = None,
        since: int = 0,
    ) -> None:
        self.sheet = Sheet(named)
        self.fleet = fleet(rotation, self.sheet, freedom, since)
        turnarounds(self.fleet)
        missed = handovers(self.fleet)
        ports(self.fleet)
        people = People(self.fleet)
        safety = Safety(people, coarse)
        people.limit()
        self.tasks = work.tasks(people)
        work.exchanges(self.fleet)
        bought = work.bought(self.fleet)
        self.objectives: list[Any] = [
            sum(days * lost for days, lost in safety.lost),
            obligations(self.fleet, missed, self.tasks),
            crew_time_short(people),
            sum(number(ship.flies) for ship in self.fleet.flights),
            bought,
            from_calendar(self.fleet),
        ]

    def order(self) -> Any:
        """A sum to choose one of the plans of equal worth by."""
        return order(self.fleet, self.tasks)

    def hint(self, plan: Plan) -> None:
        """Give a plan to the solver as the place to start from."""
        plans.hint(self.fleet, self.tasks, plan)

    def read(self, value: Any) -> Plan:
        """The plan in a solution; ``value`` gives that of a boolean."""
        return plans.read(self.fleet, self.tasks, value)
