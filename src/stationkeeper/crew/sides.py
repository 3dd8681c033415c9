"""The sides of a station: whose people can run each, and how many it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stationkeeper.errors import InputError
from stationkeeper.programme.document import Programme
from stationkeeper.programme.stations import CrewRules
from stationkeeper.programme.traffic import Crew

WHOLE: Final = "station"  # the one side of a station whose rules name no segment


@dataclass(frozen=True)
class SideRule:
    """Whose people run a side.

    Attributes
    ----------
    key : str
        Name of the segment.
    minimum : int
        Fewest people able to run it. [-]
    nations : frozenset of str or None
        Those who run it; None means everybody.
    not_nations : frozenset of str
        If ``nations`` is None: those who are named for another side.
    """

    key: str
    minimum: int
    nations: frozenset[str] | None
    not_nations: frozenset[str] = frozenset()

    def able(self, people: Mapping[str, int]) -> int:
        """Return how many of these people, by nation, can run the side."""
        return sum(count for nation, count in people.items() if self.runs(nation))

    def runs(self, nation: str) -> bool:
        """Return whether people of a nation run it."""
        if self.nations is not None:
            return nation in self.nations
        return nation not in self.not_nations


def side_rule(rules: CrewRules, key: str) -> SideRule:
    """Return whose people run a segment, or the station as a whole.

    A segment is run by people of the nations named for it in ``run_by``; one without an entry by
    everybody whose nation is not named for another.

    Examples
    --------
    >>> rules = CrewRules(permanent=False, maximum=4, run_by={"east": ("RUS",)})
    >>> [side_rule(rules, key).able({"RUS": 2, "USA": 1}) for key in ("east", "west", WHOLE)]
    [2, 1, 3]
    """
    if key == WHOLE and key not in rules.minimum_by_segment:
        return SideRule(WHOLE, max(rules.minimum, 1), None)
    minimum = rules.minimum_by_segment.get(key, 0)
    by = rules.run_by.get(key)
    if by is not None:
        return SideRule(key, minimum, frozenset(by))
    others = {n for other, named in rules.run_by.items() if other != key for n in named}
    return SideRule(key, minimum, None, frozenset(others))


def side_rules(rules: CrewRules) -> tuple[SideRule, ...]:
    """Return the sides that a plan asks for; one called ``station`` if no segment is named.

    If the fewest people aboard are more than the sides need together, a side called ``station``,
    which everybody runs, asks for them.

    Examples
    --------
    >>> rules = CrewRules(permanent=False, minimum=2, maximum=4)
    >>> [(side.key, side.minimum, side.able({"RUS": 2})) for side in side_rules(rules)]
    [('station', 2, 2)]
    """
    sides = [side_rule(rules, key) for key, least in rules.minimum_by_segment.items() if least]
    if not sides or rules.minimum > sum(side.minimum for side in sides):
        sides.append(SideRule(WHOLE, max(rules.minimum, 1), None))
    return tuple(sides)


def sides_of(programme: Programme, station: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the sides of a station that need people, and the fewest able to run each.

    A station whose rules name no segment is one side, which anybody runs and which needs its
    minimum crew, at least one.

    Raises
    ------
    InputError
        If a segment that people are to run belongs to no module.
    """
    rules = programme.station[station].crew_rules
    segments = {module.segment for module in programme.module.values()}
    for table in ("minimum_by_segment", "run_by"):
        for segment in getattr(rules, table):
            if segment not in segments:
                raise InputError(
                    f"station.{station}.crew_rules.{table}: given {segment!r}; expected a segment"
                    f" of a module: {', '.join(sorted(segments)) or 'there is none'}"
                )
    asked = {side: n for side, n in rules.minimum_by_segment.items() if n > 0}
    if not asked:
        return (WHOLE,), (max(1, rules.minimum),)
    return tuple(asked), tuple(asked.values())


def able_by_side(programme: Programme, station: str, crew: Crew) -> tuple[int, ...]:
    """Return the people of a group who are able to run each side, in the order of the sides.

    ``Crew.able`` overrides what their nations say, see :func:`side_rule`.

    Raises
    ------
    InputError
        If ``Crew.able`` names a segment that belongs to no module.
    """
    rules = programme.station[station].crew_rules
    segments = {module.segment for module in programme.module.values()}
    for segment in crew.able:
        if segment not in segments:
            raise InputError(
                f"crew up on {crew.ship_up}: given {segment!r} under able; expected a segment of a"
                f" module: {', '.join(sorted(segments))}"
            )
    return tuple(
        crew.able[side] if side in crew.able else side_rule(rules, side).able(crew.seats)
        for side in sides_of(programme, station)[0]
    )
