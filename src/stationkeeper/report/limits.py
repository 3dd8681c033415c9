"""The dated dose limits that bear on a programme, and how near its stays come to them."""

from dataclasses import dataclass

import numpy as np

from stationkeeper.crew.limits import PERIOD_DAYS, Limit, limits
from stationkeeper.programme.document import Programme
from stationkeeper.report.facts import stay_days
from stationkeeper.report.look import nation_group
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import number
from stationkeeper.report.source import Run, Stay
from stationkeeper.units import MILLI, date_from_days, days_since_2000

_NAMES = {"nasa": "NASA", "esa": "ESA", "csa": "CSA", "jaxa": "JAXA", "roscosmos": "Roscosmos"}
_LAST_DAY = 2_900_000  # day numbers from here on stand for an open end (near the year 9940)
COMPARED = "mSv"  # only limits in the unit of the model's dose equivalent are set beside it


@dataclass(frozen=True)
class Nearness:
    """The stay that comes nearest to a limit, as a share of it."""

    stay: Stay
    limit: Limit
    share: float
    high_share: float


def limits_of(run: Run) -> tuple[Limit, ...]:
    """Return the limits of the partners' agencies that hold on some day of the span."""
    agencies = set(_agencies(run.programme).values())
    first, last = days_since_2000(run.first), days_since_2000(run.last)
    return tuple(
        limit
        for limit in limits()
        if limit.agency in agencies and limit.valid_from <= last and limit.valid_until >= first
    )


def agency_name(limit: Limit) -> str:
    """Return the name of an agency as it writes itself."""
    return _NAMES.get(limit.agency, limit.agency)


def value_text(limit: Limit) -> str:
    """Return the limit with its unit, or both ends where it depends on the person."""
    value = number(limit.value / MILLI)
    if limit.upper > limit.value:
        value += f"–{number(limit.upper / MILLI)}"
    return f"{value} {limit.unit}"


def _agencies(programme: Programme) -> dict[str, str]:
    """Return the agency whose limits apply, by nation and by group of nations."""
    found: dict[str, str] = {}
    for partner in programme.partner.values():
        if partner.dose_limits is not None:
            found.setdefault(partner.nation, partner.dose_limits)
            found.setdefault(nation_group(partner.nation), partner.dose_limits)
    found.pop("others", None)
    return found


def nearest(run: Run, status: str) -> Nearness | None:
    """Return the stay that comes nearest to a limit of some status; None if none applies.

    A stay longer than the period of a limit counts with its mean rate over that period. Only
    limits in millisievert are compared; effective dose is set beside dose equivalent as it is.
    """
    agencies = _agencies(run.programme)
    best: Nearness | None = None
    for stay in run.stays:
        if not stay.dose.known:
            continue
        day = int((stay.launched - np.datetime64("2000-01-01", "D")).astype(int))
        length = max(stay_days(run, stay), 1.0)
        here = {agencies.get(nation, agencies.get(nation_group(nation))) for nation in stay.seats}
        for limit in limits():
            if (
                limit.agency in here
                and limit.status == status
                and limit.unit == COMPARED
                and limit.valid_from <= day <= limit.valid_until
            ):
                part = min(1.0, PERIOD_DAYS[limit.period] / length) * MILLI / limit.value
                share, high = stay.dose.middle * part, stay.dose.high * part
                if best is None or share > best.share:
                    best = Nearness(stay, limit, share, high)
    return best


def nearness_text(near: Nearness) -> str:
    """Say how near a stay comes to a limit."""
    limit = near.limit
    period = "over a career" if limit.period == "career" else f"a {limit.period}"
    return (
        f"{number(100 * near.share, 2)} % (95 % value: {number(100 * near.high_share, 2)} %) of "
        f"{value_text(limit)} {period} ({agency_name(limit)}, {limit.quantity}), by "
        f"{near.stay.ship_up}"
    )


def limits_markup(run: Run) -> Markup:
    """Return the table of dated limits."""
    found = limits_of(run)
    if not found:
        return tag("p", "No partner of the programme names an agency with dose limits.")
    rows = [
        (
            agency_name(limit),
            limit.period,
            value_text(limit),
            limit.quantity,
            date_from_days(limit.valid_from).isoformat(),
            "" if limit.valid_until > _LAST_DAY else date_from_days(limit.valid_until).isoformat(),
            limit.status,
            f"{limit.source} ({limit.confidence})",
            limit.note,
        )
        for limit in found
    ]
    heads = ("agency", "for a", "limit", "quantity", "from", "until", "status", "source", "note")
    return tag(
        "details",
        tag("summary", f"The {len(rows)} dated limits, with the quantity that each is for"),
        table(heads, rows),
    )
