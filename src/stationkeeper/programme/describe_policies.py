"""What decides and what strikes by chance in a run of a document, as text."""

from collections.abc import Iterable, Mapping
from typing import Any

from stationkeeper.programme.document import Programme


def describe_policies(programme: Programme) -> list[dict[str, Any]]:
    """Return the policies in the order in which they are asked, as plain data.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> [one["act"] for one in describe_policies(read_programme("iss-to-ros"))][:3]
    ['launch', 'separate', 'leave']
    """
    return [
        {
            "key": key,
            "act": policy.act,
            "rule": policy.rule,
            "station": policy.station,
            "partner": policy.partner,
            "own_station": policy.own_station,
            "since": str(policy.since) if policy.since else None,
            "until": str(policy.until) if policy.until else None,
            "parameters": dict(policy.parameters),
        }
        for key, policy in programme.policy.items()
    ]


def describe_random(programme: Programme) -> list[dict[str, Any]]:
    """Return the shocks that strike by chance, as plain data.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> describe_random(read_programme("mir"))
    []
    """
    return [
        {
            "key": key,
            "kind": one.kind,
            "on": [*one.ships, *one.launchers, *one.modules, *one.partners]
            + ([one.site] if one.site else []),
            "chance_per_flight": one.chance_per_flight,
            "per_year": one.per_year,
            "lasts_days": list(one.lasts_days) if one.lasts_days else None,
        }
        for key, one in programme.random.items()
    ]


def policy_lines(
    policies: Iterable[Mapping[str, Any]], random: Iterable[Mapping[str, Any]]
) -> list[str]:
    """Return both for people to read; nothing for what the document does not hold."""
    decide = [f"  {one['key']}: {_policy(one)}" for one in policies]
    strike = [f"  {one['key']}: {_shock(one)}" for one in random]
    lines = ["", f"policies, {len(decide)}, as they are asked:", *decide] if decide else []
    return [*lines, "", f"by chance, {len(strike)}:", *strike] if strike else lines


def _policy(one: Mapping[str, Any]) -> str:
    who = f"{one['partner']}, " if one["partner"] else ""
    own = f" for {one['own_station']}" if one["own_station"] else ""
    values = ", ".join(f"{name} {value}" for name, value in one["parameters"].items())
    days = [f"since {one['since']}"] if one["since"] else []
    days += [f"until {one['until']}"] if one["until"] else []
    told = [f"{who}{one['act']} {one['station']}{own} by {one['rule']}", *days]
    return ", ".join(told) + (f" ({values})" if values else "")


def _shock(one: Mapping[str, Any]) -> str:
    if one["chance_per_flight"] is not None:
        often = f"{100 * one['chance_per_flight']:.3g} % of flights"
    else:
        often = f"{one['per_year'] or 0:.3g} a year"
    lasts = "" if one["lasts_days"] is None else " for {:g} to {:g} d".format(*one["lasts_days"])
    return f"{one['kind']}, {', '.join(one['on'])}, {often}{lasts}"
