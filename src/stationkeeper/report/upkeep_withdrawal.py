"""A partner leaves: days to the loss of each function, and what would have to be in place."""

import re
from collections.abc import Iterable
from typing import Any, Final

from stationkeeper.report.markup import Markup, escaped, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, listed, number, whole
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run
from stationkeeper.report.upkeep_source import partner_name, percent, stacked

KEY, TITLE = "withdrawal", "When a partner leaves"
MODES: Final = {
    "crews": "its people no longer come",
    "crews-and-ships": "its people and ships no longer come",
    "handed-over": "its people and ships no longer come, what it commands is handed over",
    "shut": "its people and ships no longer come, what it commands is shut",
    "separated": "its people and ships no longer come, its modules leave",
}
_FALL: Final = "the fall to 200 km"  # as `lifetime.loss_table` calls it
_NOTHING: Final = "nothing bridges it"
_ENDS: Final = {"station": "the station", "crew": "the stay of people", "work": "work"}

Told = dict[str, Any]


def picture(run: Run) -> Picture:
    """Return the place of the tables; there is no figure."""
    return absent(
        KEY,
        TITLE,
        "Days from the first day without the partner until the loss of a function is felt: until "
        "the stores that bridge it are used up at the use of that day, for the orbit until it is "
        "at 200 km. Stores, use and height are those of the replicas on that day; equipment is "
        "taken to work.",
    )


def sentences(run: Run) -> list[str]:
    """Say for each withdrawal what is lost and what is felt first."""
    return [_sentence(run, told) for told in run.withdrawals]


def _sentence(run: Run, told: Told) -> str:
    lost = [row for row in told["functions"] if row["lost"]]
    head = (
        f"{partner_name(run.programme, told['partner'])} leaves {run.title(told['station'])} on "
        f"{told['date']}: {MODES[told['mode']]}."
    )
    if not told.get("there", True):
        return f"{head} The station is no longer there on that day in any replica."
    if not lost:
        return f"{head} Every function keeps a way in which it is provided."
    said = (
        f" {len(lost)} of {len(told['functions'])} functions lose every way in which they are "
        "provided on that day"
    )
    vital = [row for row in lost if row["needed_by"] != "work" and row["days"][1] is not None]
    if vital:
        first = min(vital, key=lambda row: float(row["days"][1]))
        said += (
            f"; the first that people or the station cannot do without: {first['title']}, felt "
            f"after {_days(first)}"
        )
    fall = next((row for row in lost if row["limited_by"] == _FALL), None)
    if fall is not None:
        said += f"; without burns it is at 200{FIRM_SPACE}km after {_days(fall)}"
    return f"{head}{said}."


def _days(row: Told) -> str:
    low, middle, high = row["days"]
    if middle is None:
        return "longer than was looked at"
    text = f"{_day(middle)}{FIRM_SPACE}d"
    return text if _day(low) == _day(high) else f"{text} ({_day(low)}–{_day(high)}{FIRM_SPACE}d)"


def _day(value: float | None) -> str:
    if value is None:
        return "never"
    return "0" if value == 0 else number(value, 2) if value < 10 else whole(value)


def tables(run: Run) -> Markup:
    """Return the table of each withdrawal."""
    return Markup("").join(_table(run, told) for told in run.withdrawals if told.get("there", True))


def _table(run: Run, told: Told) -> Markup:
    lost = [row for row in told["functions"] if row["lost"]]
    kept = [row for row in told["functions"] if not row["lost"]]
    far = float("inf")
    lost.sort(key=lambda row: far if row["days"][1] is None else float(row["days"][1]))
    partner = partner_name(run.programme, told["partner"])
    head = tag("h3", f"{partner}, {run.title(told['station'])}, {told['date']}")
    note = (
        "Days: middle of the replicas; small: 5 and 95 % of them. Felt in: share of the replicas "
        "in which it is felt before the function is provided again. Kept: "
        + (listed(row["title"] for row in kept) if kept else "none")
        + "."
    )
    heads = (
        "function",
        "ends",
        "days",
        "limited by",
        "back after [d]",
        "felt in",
        "in place first",
    )
    return Markup("").join([head, table(heads, [_row(run, row) for row in lost], caption=note)])


def _row(run: Run, row: Told) -> tuple[object, ...]:
    low, middle, high = row["days"]
    same = _day(low) == _day(high)
    days: object = _day(middle)
    if not same:
        days = stacked(_day(middle), f"{_day(low)}–{_day(high)}")
    back = row["back_in_days"]
    return (
        row["title"],
        _ENDS[row["needed_by"]],
        days,
        _limit(run, row["limited_by"]),
        "not in the span" if back is None else _day(back),
        percent(row["share_felt"]),
        _lines(named(run, text) for text in row["in_place_first"]),
    )


def _lines(texts: Iterable[str]) -> Markup:
    """Return texts one under the other."""
    found = [tag("div", text) for text in texts]
    return Markup("").join(found) if found else escaped("–")


def named(run: Run, text: str) -> str:
    """Return what has to be in place with names for the keys of the programme.

    The table of the run says ``way: what it lacks``, with keys.
    """
    programme = run.programme
    way, mark, rest = text.partition(": ")
    if not mark:
        return text
    parts: dict[str, str] = {key: one.title for key, one in programme.partner.items()}
    parts |= {key: one.title for key, one in programme.ship.items()}
    parts |= {key: one.title for key, one in programme.function.items()}
    ways = {key: one.title for key, one in programme.module.items()}
    ways |= {key: one.title for key, one in programme.ship.items()}
    stores = {f"more of {key}": f"more of {one.title}" for key, one in programme.store.items()}
    if way in stores:
        return f"{stores[way]}: {rest}"
    said = re.sub(r"[^ ,]+", lambda word: parts.get(word[0], word[0]), rest)
    return f"{ways.get(way, way)}: {said}"


def _limit(run: Run, name: str) -> str:
    store = run.programme.store.get(name)
    return store.title if store else name
