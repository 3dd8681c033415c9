"""What an exchange of seats is worth, in words: the same years with it and without it."""

from typing import Any

from stationkeeper.report.crew_plan_words import seats_text
from stationkeeper.report.crew_words import WAYS, Document, both, columns
from stationkeeper.report.numbers import FIRM_SPACE, counted, number, whole

WORTH_HEADS = ("", "", "with the exchange", "without it")
_PARTS = {
    "as flown": "the record; without: the same flights with the seats put back",
    "planned": "two plans from the same day",
    "together": "both",
}


def worth_rows(worth: Document) -> list[list[str]]:
    """Return the same figures with and without the exchange, for the record and for the plans."""
    rows = []
    for part in worth["parts"]:
        head = f"{part['name']}, {part['first']} to {part['last']}"
        pair = [part[way] for way in WAYS]
        for what, said in _WORTH.items():
            cells = [said(one, part) for one in pair]
            if any(cells):
                rows.append([head, what, *(cell or "–" for cell in cells)])
                head = ""
    return rows


def _worth_days(key: str) -> Any:
    def said(one: Document, part: Document) -> str:
        if key not in one:
            return ""
        return f"{whole(one[key][0])} of {whole(part['days'])} days, {both(one[key], part['days'])}"

    return said


def _worth_chance(one: Document, part: Document) -> str:
    if "chance" not in one:
        return ""
    low, middle, high = (100 * end for end in one["chance"][0])
    return f"{number(middle, 2)} ({number(low, 2)}–{number(high, 2)}){FIRM_SPACE}%"


def _worth_seats(one: Document, part: Document) -> str:
    """Write the nations with most seats; the others are summed."""
    ranked = sorted(one["seats"].items(), key=lambda pair: (-pair[1], pair[0]))
    named = dict(ranked[:_NATIONS_SAID])
    rest = sum(count for _, count in ranked[_NATIONS_SAID:])
    if "at_risk_days" not in one:
        return ""
    return seats_text(named | ({"others": rest} if rest else {}))


_NATIONS_SAID = 3  # nations named with their seats; our choice
_WORTH: dict[str, Any] = {
    "plan": lambda one, part: "" if one["status"] == "as flown" else one["status"],
    "a side empty without one ship": _worth_days("at_risk_days"),
    "all on one ship": _worth_days("alone_days"),
    "a side is empty": _worth_days("without_side_days"),
    "chance that a side is emptied": _worth_chance,
    "flights": lambda one, part: str(one["flights"]) if "at_risk_days" in one else "",
    "seats": _worth_seats,
}


def worth_lines(worth: Document) -> list[str]:
    """Say what was counted, and what went wrong with a plan."""
    rate = worth["rate"]
    low, high = (number(1e5 * rate[end], 2) for end in ("low", "high"))
    lines = [
        f"The chance rests on {counted(rate['events'], 'loss', 'losses')} or early returns in "
        f"{whole(rate['exposure'])} docked days of crewed ships: {number(1e5 * rate['middle'], 2)} "
        f"({low}–{high}) in 100{FIRM_SPACE}000 days, Jeffreys interval of "
        f"{100 * worth['level']:.0f}{FIRM_SPACE}%."
    ]
    lines += [
        f"{one['date']} {one['flight']} ({one['ship']}): {one['what']}; confidence "
        f"{one['confidence']}"
        for one in worth["losses"]
    ]
    for part in worth["parts"]:
        for name in WAYS:
            for conflict in part[name].get("conflicts", ()):
                lines.append(f"No plan {name} the exchange: {conflict}")
    return lines


def worth_text(worth: Document) -> str:
    """Return what an exchange is worth as the terminal shows it."""
    return "\n".join(
        [
            f"{worth['title']}: what the exchange of seats is worth, {worth['since']} to "
            f"{worth['until']}",
            "",
            *columns([WORTH_HEADS, *worth_rows(worth)], left=(0, 1, 2, 3)),
            "",
            *worth_lines(worth),
        ]
    )


def worth_parts(worth: Document) -> list[tuple[str, str]]:
    """Return what the parts of the comparison are."""
    return [(one["name"], _PARTS.get(one["name"], "")) for one in worth["parts"]]
