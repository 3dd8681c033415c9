"""Policies and what they name: rules, acts, stations, partners, parameters."""

from collections.abc import Iterator, Mapping
from datetime import date
from importlib.metadata import entry_points
from typing import Final, NamedTuple

from stationkeeper.programme.check_references import Fault
from stationkeeper.programme.deciding import Policy
from stationkeeper.programme.document import Programme
from stationkeeper.programme.problems import choices, nearest, shown

GROUP: Final = "stationkeeper.policies"
"""Entry points of the user's own rules."""

MEASURES: Final = ("station-lost", "people-lost", "people-leave", "penetrated")


class Asks(NamedTuple):
    """What a rule may be used for, and the parameters that it knows."""

    acts: tuple[str, ...]
    parameters: Mapping[str, str]
    """By name: share, number, date, flag or measures."""
    needs: tuple[str, ...] = ()


RULES: Final[dict[str, Asks]] = {
    "risk-above-limit": Asks(
        ("end", "leave"),
        {"yearly_risk_at_most": "share", "measures": "measures", "certified": "flag",
         "certified_until": "date", "notice_days": "number"},
        ("yearly_risk_at_most",),
    ),
    "own-station-crewed": Asks(("leave", "end"), {"notice_days": "number"}),
    "as-announced": Asks(("leave", "end"), {"not_before": "date", "notice_days": "number"}),
    "way-home": Asks(("guard",), {"seats_spare": "number"}),
    "all-ready": Asks(("launch",), {}),
    "at-end-of-life": Asks(
        ("replace",), {"lead_days": "number", "launches_per_year_at_most": "number"}
    ),
    "modules-there": Asks(("separate",), {"not_before": "date"}),
    "deorbit-controlled": Asks(("end",), {"ready_days": "number"}),
    "hand-over": Asks(("end",), {"ready_days": "number"}),
}  # fmt: skip
"""Our rules (`stationkeeper.lifetime.deciding.rules`)."""

_EXPECTED: Final = {
    "share": "a number from 0 to 1",
    "number": "a number, 0 or more",
    "date": 'a date in quotes, "YYYY-MM-DD"',
    "flag": "true or false",
    "measures": f"names out of {choices(MEASURES)}, with commas between",
}


def policy_faults(programme: Programme) -> Iterator[Fault]:
    """Yield what is wrong with the policies of a programme."""
    own = {point.name for point in entry_points(group=GROUP)} if programme.policy else set()
    for key, policy in programme.policy.items():
        at = ("policy", key)
        if policy.rule in RULES:
            yield from _rule_faults(at, policy)
        elif policy.rule not in own:
            known = (*RULES, *own)
            yield Fault(
                (*at, "rule"),
                shown(policy.rule),
                f"one of {choices(known)}",
                nearest(policy.rule, known)
                or f"install the package whose entry point in {GROUP!r} has this name",
            )
        if policy.act in ("leave", "separate") and policy.partner is None:
            yield Fault(
                (*at, "partner"), "none", f"whose part it is, for {policy.act}", "name the partner"
            )
        if policy.act == "separate" and policy.own_station is None:
            yield Fault(
                (*at, "own_station"), "none", "the station that receives the modules", "name it"
            )
        if policy.rule == "own-station-crewed" and policy.own_station is None:
            yield Fault((*at, "own_station"), "none", "the partner's own station", "name it")
        if policy.own_station == policy.station and policy.own_station is not None:
            yield Fault(
                (*at, "own_station"), policy.own_station, "another station than the one concerned"
            )
        if policy.since and policy.until and policy.until < policy.since:
            yield Fault((*at, "until"), str(policy.until), f"a day from {policy.since} on")


def _rule_faults(at: tuple[str, str], policy: Policy) -> Iterator[Fault]:
    """Yield what one of our rules cannot be used for."""
    asks = RULES[policy.rule]
    if policy.act not in asks.acts:
        yield Fault((*at, "act"), policy.act, f"{choices(asks.acts)} with the rule {policy.rule!r}")
    for name in asks.needs:
        if name not in policy.parameters:
            kind = _EXPECTED[asks.parameters[name]]
            yield Fault((*at, "parameters", name), "none", kind, f"add {name}")
    for name, value in policy.parameters.items():
        here = (*at, "parameters", name)
        if name not in asks.parameters:
            known = choices(asks.parameters) if asks.parameters else "none"
            yield Fault(
                here,
                "a parameter that the rule does not know",
                f"of {policy.rule!r}: {known}",
                nearest(name, asks.parameters),
            )
        elif not _fits(asks.parameters[name], value):
            yield Fault(here, shown(value), _EXPECTED[asks.parameters[name]])


def _fits(kind: str, value: object) -> bool:
    if kind == "flag":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if kind in ("share", "number"):
        return isinstance(value, int | float) and 0 <= value <= (1 if kind == "share" else 1e9)
    if not isinstance(value, str):
        return False
    if kind == "measures":
        return all(name.strip() in MEASURES for name in value.split(","))
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
