"""Write the tables of ``docs/explanation/crews.md`` from the models: ``python -m docs.crews``.

The text between the tables is written by hand. A test fails when a table of the record differs
from what the models give; the tables of plans name the state of each plan.
"""

import re
import sys
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from docs.generate import table

PAGE = Path(__file__).resolve().parent / "explanation" / "crews.md"

SINCE = date(2022, 10, 1)  # the first month with exchanged seats both ways
AT = date(2026, 10, 3)  # the day after the end of the record
UNTIL = date(2028, 12, 31)
SECONDS = 12.0  # [s] limit of each stage of the two plans


def years() -> str:
    """Return days by year on which each side outlives the loss of one ship."""
    from stationkeeper.crew.exchanged import without_exchange
    from stationkeeper.crew.roster import READINGS, roster
    from stationkeeper.crew.rule import check
    from stationkeeper.units import date_from_days
    from stationkeeper.validation.crew_shocks import record

    first, last = date(2000, 11, 2), date(2026, 10, 2)
    checks = [
        check(roster(document, "iss", first, last))
        for document in (record(), without_exchange(record(), "iss")[0])
    ]
    flown = checks[0]
    of_year = np.array(
        [date_from_days(flown.roster.first + day).year for day in range(flown.roster.days)]
    )
    rows = []
    for year in sorted(set(of_year.tolist())):
        cells = [f"{year}", f"{int((flown.crewed & (of_year == year)).sum())}"]
        cells.append(f"{int((flown.alone[0] & (of_year == year)).sum())}")
        for place, found in enumerate(checks):
            shares = []
            for side in range(len(found.roster.sides)):
                for reading in range(len(READINGS)):
                    days = found.crewed & ~found.alone[reading] & (of_year == year)
                    kept = int((found.survives[reading, side] & days).sum())
                    shares.append(_percent(kept, int(days.sum())))
            told = [
                one if one == other else f"{one} or {other}"
                for one, other in zip(shares[::2], shares[1::2], strict=True)
            ]
            if place == 1 and year < SINCE.year:
                told = [""] * len(told)
            cells += told
        rows.append(cells)
    return table(
        (
            "year",
            "days",
            "days alone",
            *(f"{side} kept" for side in flown.roster.sides),
            *(f"{side} kept, seats put back" for side in flown.roster.sides),
        ),
        rows,
    )


def _percent(part: int, whole: int) -> str:
    if not whole:
        return "-"
    share = 100 * part / whole
    return f"{share:.0f} %" if share in (0.0, 100.0) or 0.5 <= share < 99.5 else f"{share:.1f} %"


def events() -> str:
    """Return the recorded events."""
    from stationkeeper.crew import losses

    return table(
        ("day", "flight", "at", "kind", "counted", "what", "confidence"),
        [
            (
                f"{event.date}",
                event.flight,
                event.station,
                event.kind,
                "yes" if event.counted else event.note.removeprefix("not counted: "),
                event.what,
                event.confidence,
            )
            for event in losses.events()
        ],
    )


def losses() -> str:
    """Return counts and exposure by class of ship."""
    from stationkeeper.crew.losses import counts

    rows = []
    for count in counts():
        rate = count.rate()
        per_year = [365.25 * end for end in (rate.low, rate.middle, rate.high)]
        rows.append(
            (
                count.ship,
                f"{count.stays}",
                f"{count.docked_days:,}",
                f"{count.lost}",
                f"{count.early}",
                f"{count.not_arrived}",
                f"{per_year[1]:.3f} ({per_year[0]:.3f} to {per_year[2]:.3f})",
            )
        )
    return table(
        (
            "class",
            "docked stays",
            "docked days",
            "lost as a way home",
            "left early",
            "did not arrive",
            "losses per docked ship-year (90 %)",
        ),
        rows,
    )


@cache
def worth_document() -> dict[str, Any]:
    """Return what the exchange is worth from October 2022 to the end of 2028."""
    from stationkeeper.crew.worth import exchange_worth
    from stationkeeper.lifetime.stay_limits import stay_limits
    from stationkeeper.validation.crew_shocks import record

    limits = stay_limits(record(), "iss", AT, (UNTIL - AT).days + 1)
    return exchange_worth(
        record(), "iss", AT, UNTIL, limits.by_nation(), since=SINCE, seconds=SECONDS, progress=_say
    )


def worth() -> str:
    """Return days at risk and chances, with and without the exchange."""
    rows = []
    for part in worth_document()["parts"]:
        for name in ("with", "without"):
            told = part[name]
            head = (
                f"{part['name']}, {part['first']} to {part['last']}",
                name,
                _state(told),
                f"{told['flights']}",
                ", ".join(f"{nation} {told['seats'].get(nation, 0)}" for nation in ("RUS", "USA"))
                + f", others {sum(s for n, s in told['seats'].items() if n not in ('RUS', 'USA'))}",
            )
            rows.append((*head, *_risk(told, part)))
    return table(
        (
            "span",
            "exchange",
            "plan",
            "flights",
            "seats",
            "days at risk",
            "days alone",
            "days a side is empty",
            "chance of an emptied side (90 %)",
        ),
        rows,
    )


def _state(told: dict[str, Any]) -> str:
    """Return how a plan ended, and how near to the best it is known to be."""
    if "bounds" not in told:
        return str(told["status"])
    lost, bound = (told[key].get("safety days lost", 0) for key in ("stages", "bounds"))
    return f"{told['status']}: {lost:.0f} safety days lost, none below {bound:.0f}"


def _risk(told: dict[str, Any], part: dict[str, Any]) -> tuple[str, ...]:
    if "at_risk_days" not in told:
        return ("-", "-", "-", "-")
    low, middle, high = (100 * end for end in told["chance"][0])
    return (
        f"{_either(told['at_risk_days'])} of {part['days']:,}",
        _either(told["alone_days"]),
        _either(told["without_side_days"]),
        f"{middle:.1f} % ({low:.1f} to {high:.1f})",
    )


def _either(values: list[int]) -> str:
    """Return a figure of both readings, once if they agree."""
    return f"{values[0]:,}" if len(set(values)) == 1 else f"{values[0]:,} or {values[1]:,}"


def shocks() -> str:
    """Return the re-plans beside what was flown."""
    from stationkeeper.validation.crew_shocks import documents

    rows = []
    for one in documents(_say):
        for name in ("ours", "flown"):
            told = one[name]
            rows.append(
                (
                    one["title"] if name == "ours" else "",
                    f"ours ({one['status']})" if name == "ours" else "flown",
                    f"{told['next_launch'] or '-'} {told['next_ship']}",
                    told["seat_again"] or "",
                    f"{told['home'] or '-'} ({told['stay_days']} d)",
                    f"{told['fewest_people']}",
                    f"{told['at_risk_days']}",
                    f"{told['alone_days']}",
                )
            )
    return table(
        (
            "shock",
            "",
            "next launch of people",
            "seat again",
            "people of that day home",
            "fewest aboard",
            "days at risk",
            "days alone",
        ),
        rows,
    )


RECORD: dict[str, Callable[[], str]] = {"years": years, "losses": losses, "events": events}
PLANS: dict[str, Callable[[], str]] = {"worth": worth, "shocks": shocks}


def block(text: str, name: str) -> str:
    """Return what stands between the marks of a table on the page."""
    return _between(name).search(text)[2].strip()  # type: ignore[index]


def _between(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- table: {name} -->\n)(.*?)(<!-- end -->)", re.S)


def _say(words: str) -> None:
    print(words, file=sys.stderr)


def main() -> None:
    """Write every table anew, or those named on the command line."""
    chosen = {**RECORD, **PLANS}
    text = PAGE.read_text(encoding="utf-8")
    for name in sys.argv[1:] or chosen:
        written = chosen[name]()
        found = _between(name).search(text)
        if found is None:
            raise SystemExit(f"{PAGE}: no place for the table {name!r}")
        text = f"{text[: found.start()]}{found[1]}\n{written}\n\n{found[3]}{text[found.end() :]}"
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
