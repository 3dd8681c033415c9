"""A rotation plan in words: how it ended, what it is worth, which ship flies when."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from stationkeeper.report.crew_words import Document, columns
from stationkeeper.report.numbers import FIRM_SPACE, MISSING, counted, listed, number, whole

STATUS = {
    "proven": "proven: no plan is better",
    "within limit": "the best found in the time given; how much better one could be is the gap",
    "interrupted": "interrupted: the best found until then, not the best there is",
    "impossible": "impossible: no plan keeps all that is asked",
    "none found": "none found in the time given, and no proof that there is none",
}
"""What the status of a plan means."""


def stage_rows(plan: Document) -> list[list[str]]:
    """Return a row for each objective, in the order in which they were solved."""
    return [
        [
            stage["name"],
            _with_unit(stage["value"], stage["unit"]),
            _with_unit(stage["bound"], stage["unit"]),
            "none" if not stage["gap"] else f"{number(100 * stage['gap'], 2)}{FIRM_SPACE}%",
            stage["status"],
        ]
        for stage in plan["stages"]
    ]


SAFETY_DAYS: Final = (
    "Safety days are counted for each side: a day with too few people for it, a day with too few "
    "if one ship left, a day of a group without a seat home."
)
STAGE_HEADS = ("objective, in this order", "this plan", "no plan below", "gap", "how it ended")
FLIGHT_HEADS = ("flight", "ship", "launched", "docked", "undocked", "days", "port", "seats", "note")


def _with_unit(value: float | None, unit: str) -> str:
    if value is None:
        return MISSING
    said = whole(value) if abs(value - round(value)) < 1e-6 else number(value, 4)
    return said if unit in ("", "-") else f"{said}{FIRM_SPACE}{unit}"


def seats_text(seats: Mapping[str, int]) -> str:
    """Write seats by nation.

    Examples
    --------
    >>> seats_text({"RUS": 2, "USA": 1}).replace(FIRM_SPACE, " ")
    'RUS 2, USA 1'
    """
    said = [f"{nation}{FIRM_SPACE}{count}" for nation, count in seats.items() if count]
    return ", ".join(said) or "nobody"


def flight_rows(plan: Document) -> list[list[str]]:
    """Return a row for each ship: those aboard when the plan begins, then those it flies."""
    aboard = [
        [
            one["key"],
            one["ship"],
            "aboard",
            str(one["docked"] or ""),
            str(one["leaves"] or ""),
            _days(one["docked"], one["leaves"]),
            str(one.get("port") or ""),
            seats_text(one["seats"]),
            ""
            if one["people_leave"] in (None, one["leaves"])
            else f"its people leave {one['people_leave']}",
        ]
        for one in plan["aboard"]
    ]
    flown = [
        [
            one["key"],
            one["ship"],
            str(one["launched"]),
            str(one["docked"]),
            str(one["undocked"] or ""),
            _days(one["docked"], one["undocked"]),
            str(one["port"]),
            seats_text(one["seats"]),
            "; ".join(flight_notes(one)),
        ]
        for one in plan["flights"]
    ]
    return [*aboard, *flown]


def flight_notes(flight: Document) -> list[str]:
    """Say what is special about a flight."""
    notes = []
    if flight["adopts"]:
        notes.append(f"brings home the people of {flight['adopts']}")
    if flight["exchanged"]:
        notes.append(counted(flight["exchanged"], "seat") + " exchanged")
    if flight["bought"]:
        notes.append(counted(flight["bought"], "seat") + " bought")
    return notes


def _days(first: str | None, last: str | None) -> str:
    if not first or not last:
        return ""
    return str((date.fromisoformat(str(last)) - date.fromisoformat(str(first))).days)


def plan_text(plan: Document) -> str:
    """Return a plan as the terminal shows it."""
    blocks = [
        [
            f"{plan['title']}, crews from {plan['first']} to {plan['last']}",
            f"The plan is {STATUS[plan['status']]}.",
        ]
    ]
    if plan.get("not_checked"):
        blocks.append([f"The plan is not checked day by day: {plan['not_checked']}"])
    if plan["conflicts"]:
        blocks.append(["These cannot hold together:", *[f"  {one}" for one in plan["conflicts"]]])
    if plan["stages"]:
        blocks.append(columns([STAGE_HEADS, *stage_rows(plan)], left=(0, 4)))
        blocks.append([SAFETY_DAYS])
    rows = flight_rows(plan)
    if rows:
        blocks.append(columns([FLIGHT_HEADS, *rows], left=(0, 1, 2, 3, 4, 6, 7, 8)))
    undone = [str(task["name"]) for task in plan["tasks"] if not task["done_by"]]
    if undone:
        blocks.append([f"Work that nobody does: {listed(undone)}."])
    return "\n\n".join("\n".join(block) for block in blocks)


def thing_text(thing: object) -> str:
    """Write an entry of a list, be it words or a table of named values.

    Examples
    --------
    >>> thing_text("as agreed"), thing_text({"name": "pad", "until": None, "days": 3})
    ('as agreed', 'pad: days 3')
    """
    if not isinstance(thing, Mapping):
        return str(thing)
    named = [str(thing[key]) for key in ("name", "key", "title") if thing.get(key)]
    rest = [
        f"{key.replace('_', ' ')} {_plain(value)}"
        for key, value in thing.items()
        if key not in ("name", "key", "title") and value not in (None, "", [], {}, ())
    ]
    return ": ".join(part for part in (" ".join(named), ", ".join(rest)) if part)


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return listed(f"{key} {_plain(one)}" for key, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return listed(_plain(one) for one in value)
    return str(value)
