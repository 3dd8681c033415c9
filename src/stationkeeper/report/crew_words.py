"""Crews in words: what a check comes to, and what all words about crews share."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any, Literal

from stationkeeper.errors import InputError
from stationkeeper.report.numbers import FIRM_SPACE, counted, listed, whole
from stationkeeper.report.tables import aligned

Document = Mapping[str, Any]
Outcome = Literal["good", "short", "interrupted"]

NAMES = ("plan", "check", "worth")
WAYS = ("with", "without")
SPANS_SHOWN = 20
"""Failing spans printed; check.json holds all of them; our choice."""
_SLIPS_SHOWN = 5  # late launches named; our choice


def documents(folder: Path) -> dict[str, Document]:
    """Read the documents that a check or a planning left in its folder.

    Parameters
    ----------
    folder : Path
        Folder of ``stationkeeper crew``.

    Returns
    -------
    dict
        ``plan``, ``check`` and ``worth``, those of them that are there.

    Raises
    ------
    InputError
        If there is none, or one cannot be read.
    """
    found: dict[str, Document] = {}
    for name in NAMES:
        path = folder / f"{name}.json"
        try:
            found[name] = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise InputError(f"{path}: cannot be read as JSON: {error}") from None
    if not found:
        raise InputError(f"{folder}: expected the folder of a crew check or plan: no plan.json")
    return found


def outcome(found: Mapping[str, Document]) -> Outcome:
    """Return how the command ends.

    Short is a plan that does not exist or that its own check refuses, and a check with a day on
    which too few people are aboard, in all or for one side. What a lost ship, a grounding or a late
    launch would do is a finding, not a fault.

    Examples
    --------
    >>> outcome({"plan": {"status": "interrupted"}})
    'interrupted'
    >>> outcome({"check": {"findings": [{"kind": "presence"}]}})
    'short'
    >>> outcome({"check": {"findings": [{"kind": "loss-alone"}]}})
    'good'
    """
    worth = found["worth"]["parts"] if "worth" in found else []
    statuses = [part[way]["status"] for part in worth for way in WAYS]
    if "plan" in found:
        statuses.append(found["plan"]["status"])
    if "interrupted" in statuses:
        return "interrupted"
    if "plan" in found:
        plan = found["plan"]
        none = plan["status"] in ("impossible", "none found") or plan.get("not_checked")
        return "short" if none else "good"
    findings = found["check"]["findings"] if "check" in found else []
    return "short" if any(one["kind"] in _TOO_FEW for one in findings) else "good"


_TOO_FEW = ("presence", "minimum")


def days_without(check: Document, side: str) -> int:
    """Return the days on which a side has too few people, though it is asked to have them."""
    spans = [one for one in check["findings"] if one["kind"] == "presence"]
    return sum(one["days"] for one in spans if one["side"] == side)


def side_text(side: str) -> str:
    """Write the key of a side as words.

    Examples
    --------
    >>> side_text("russian")
    'Russian side'
    >>> side_text("usos"), side_text("station")
    ('USOS side', 'Station')
    """
    if side == "station":  # the one side of a station whose rules name no segment
        return "Station"
    words = side.replace("-", " ").replace("_", " ")
    name = words.upper() if len(words) <= _INITIALS else words[:1].upper() + words[1:]
    return f"{name} side"


_INITIALS = 4  # a key this short is taken for initials; our choice


def percent(part: float, total: float) -> str:
    """Write a share in whole per cent; none and all are said only if they are exactly that.

    Examples
    --------
    >>> [percent(part, 1000).replace(FIRM_SPACE, " ") for part in (0, 1, 500, 999, 1000)]
    ['0 %', '<1 %', '50 %', '>99 %', '100 %']
    >>> percent(0, 0)
    '–'
    """
    if total <= 0:
        return "–"
    share = 100 * part / total
    if 0 < share < 1:
        said = "<1"
    elif 99 < share < 100:
        said = ">99"
    else:
        said = f"{share:.0f}"
    return f"{said}{FIRM_SPACE}%"


def both(readings: Sequence[float], total: float) -> str:
    """Write the share by the first reading, and that by the second where it differs.

    Examples
    --------
    >>> both([9, 9], 10).replace(FIRM_SPACE, " "), both([9, 8], 10).replace(FIRM_SPACE, " ")
    ('90 %', '90 % (B 80 %)')
    """
    first, second = (percent(days, total) for days in (readings[0], readings[-1]))
    return first if first == second else f"{first} (B{FIRM_SPACE}{second})"


def year_heads(sides: Sequence[str]) -> list[str]:
    """Return the heads of the table by year."""
    return ["year", "days", *map(side_text, sides), "all on one ship", "enough for a spacewalk"]


def year_rows(years: Sequence[Document], sides: Sequence[str]) -> list[list[str]]:
    """Return a row for each year, as shares of the days with people aboard."""
    return [
        [
            str(year["year"]),
            str(year["crewed_days"]),
            *[both(year["survives"][side], year["crewed_days"]) for side in sides],
            percent(year["alone_days"], year["crewed_days"]),
            percent(year["spacewalk_days"], year["crewed_days"]),
        ]
        for year in years
    ]


def years_changed(check: Document) -> list[Document]:
    """Return the years that would have been different with the exchanged seats put back."""
    other = check.get("without_exchange")
    if not other:
        return []
    flown = {year["year"]: year for year in check["years"]}
    return [year for year in other["years"] if year != flown.get(year["year"])]


def readings_differ(check: Document) -> bool:
    """Return whether the two readings of whose seat is on which ship ever differ."""
    years = [*check["years"], *years_changed(check)]
    pairs = [pair for year in years for pair in year["survives"].values()]
    return any(pair[0] != pair[-1] for pair in pairs)


def in_short(check: Document, how: str = "as flown") -> list[str]:
    """Return the check as a few sentences."""
    years = check["years"]
    crewed = sum(year["crewed_days"] for year in years)
    if not crewed:
        return ["Nobody is aboard in this span."]
    said = [f"People are aboard on {whole(crewed)} of {whole(sum(y['days'] for y in years))} days."]
    lacking = [(side, days_without(check, side)) for side in check["sides"]]
    said.append(
        "; ".join(
            f"{side_text(side)}: {counted(days, 'day')} with too few" for side, days in lacking
        )
        + "."
        if any(days for _, days in lacking)
        else "Each side has enough people on every one of them."
    )
    few = sum(one["days"] for one in check["findings"] if one["kind"] == "minimum")
    if few:
        said.append(f"On {counted(few, 'day')} too few people are aboard in all.")
    readings = len(check["readings"])
    unseated = [sum(year["without_seat"][n] for year in years) for n in range(readings)]
    if any(unseated):
        shown = " or ".join(dict.fromkeys(whole(days) for days in unseated))
        said.append(f"On {shown} days not everybody has a seat home.")
    alone = sum(year["alone_days"] for year in years)
    if always_alone(check):
        return [*said, "On all of them everybody depends on one and the same ship."]
    kept = [f"{side_text(side)} on {both(_summed(years, side), crewed)}" for side in check["sides"]]
    said.append(
        "After the loss of any one ship enough people would stay, of the days with people: "
        f"{', '.join(kept)}."
    )
    said.append(f"On {percent(alone, crewed)} everybody depends on one and the same ship.")
    changed = years_changed(check)
    if changed:
        then = [year for year in years if year["year"] in {one["year"] for one in changed}]
        days = sum(year["crewed_days"] for year in then)
        pairs = [
            f"{side_text(side)} {both(_summed(then, side), days)} {how}, "
            f"{both(_summed(changed, side), days)} had they not been"
            for side in check["sides"]
        ]
        count = check["without_exchange"]["seats_put_back"]
        span = f"{changed[0]['year']}–{changed[-1]['year']}"
        said.append(f"In {span} {_exchanged(count)}: {'; '.join(pairs)}.")
    return said


def put_back_text(check: Document) -> str:
    """Say what the second table is of."""
    count = check["without_exchange"]["seats_put_back"]
    return f"The same had no seats been exchanged ({counted(count, 'seat')} put back)"


def _exchanged(count: int) -> str:
    """Say how many seats were exchanged; a regular series is not counted by seats."""
    return f"{counted(count, 'seat')} {'was' if count == 1 else 'were'} exchanged"


def _summed(years: Sequence[Document], side: str) -> list[float]:
    return [sum(year["survives"][side][i] for year in years) for i in (0, -1)]


def reading_lines(check: Document) -> list[str]:
    """Say what the two readings are, if they differ."""
    if not readings_differ(check):
        return []
    first, second = check["readings"][0], check["readings"][-1]
    return [
        "Where the record does not say whose seat is on which ship, two readings: "
        f"{first}; and (B) {second}."
    ]


def check_text(check: Document) -> str:
    """Return a check as the terminal shows it."""
    sides = check["sides"]
    heads = year_heads(sides)
    blocks = [
        [f"{check['title']}, {check['first']} to {check['last']}", *in_short(check)],
        [
            "If any one ship had to leave with its people: share of the days with people aboard",
            "on which enough people would stay for each side.",
            "",
            *columns([heads, *year_rows(check["years"], sides)], left=()),
            *(["", *reading_lines(check)] if readings_differ(check) else []),
        ],
    ]
    changed = years_changed(check)
    if changed:
        rows = columns([heads, *year_rows(changed, sides)], left=())
        blocks.append([f"{put_back_text(check)}:", "", *rows])
    grounded = grounding_table(check)
    if grounded:
        blocks.append([*wrap(GROUNDED + ":", 100), "", *columns(grounded, left=(0, 2, 3))])
    if slip_lines(check):
        blocks.append(slip_lines(check))
    blocks.append(span_lines(check))
    return "\n\n".join("\n".join(block) for block in blocks)


GROUNDED = (
    "If no ship of these classes could launch for so many days: share of the days on which that "
    "could begin and keep a ship from coming, but leave each side its people"
)


def grounding_table(check: Document) -> list[list[str]]:
    """Return heads and rows of what the grounding of classes of ship would do; no row, no table."""
    rows = []
    for one in check["groundings"]:
        cells = []
        for side in check["sides"]:
            said = percent(one["kept"][side], one["starts"])
            if one["first_empty"][side] is not None:
                said += f", else up to {counted(one['worst_days'][side], 'day')} without"
            cells.append(said)
        rows.append([one["ship"], str(one["days"]), *cells])
    return [["ships", "days", *map(side_text, check["sides"])], *rows] if rows else []


def slip_lines(check: Document) -> list[str]:
    """Say what late launches would do, the worst first."""
    slips = sorted(check["slips"], key=lambda one: (-one["days_lost"], one["flight"]))
    bad = [one for one in slips if one["days_lost"]]
    if not slips:
        return []
    late = f"{listed(sorted({str(one['days']) for one in slips}, key=int))} days"
    if not bad:
        return [f"One launch {late} late: no side would be empty ({len(slips)} launches tried)."]
    lines = [
        f"One launch {late} late: {len(bad)} of {len(slips)} launches would leave a side empty"
    ]
    lines += [
        f"  {one['flight']}: {listed(side_text(side) for side in one['emptied'])}, "
        f"{counted(one['days_lost'], 'day')}"
        for one in bad[:_SLIPS_SHOWN]
    ]
    if len(bad) > _SLIPS_SHOWN:
        lines.append(f"  and {len(bad) - _SLIPS_SHOWN} more in check.json")
    return lines


SPAN_HEADS = ("from", "to", "days", "what", "ship", "side", "reading", "found")
KINDS = {
    "presence": "too few to run a side",
    "minimum": "too few aboard",
    "maximum": "too many aboard",
    "loss-alone": "all on one ship",
    "loss-with-others": "a side empty without it",
    "seat": "no seat home",
    "overfull": "more people than seats",
    "pilot": "nobody aboard flies it",
    "spacewalk": "too few for a spacewalk",
    "stay": "stay too long",
    "life": "ship past its life",
    "port": "two at one port",
    "handover": "handover too short",
}
"""What each kind of finding means."""
_UNLISTED = ("spacewalk",)  # no rule asks for one every day: told by year and in check.json
_LOSSES = ("loss-alone", "loss-with-others")


def merged_spans(check: Document) -> list[dict[str, Any]]:
    """Return the failing spans, the longest first; those of the same days and ship are one.

    Examples
    --------
    >>> same = {"kind": "loss-alone", "first": "2004-01-01", "last": "2004-01-02", "days": 2,
    ...         "ship": "a", "given": "", "expected": ""}
    >>> spans = [{**same, "side": side, "reading": "one"} for side in ("east", "west")]
    >>> merged_spans({"readings": ["one", "two"], "findings": spans})[0]["sides"]
    ['east', 'west']
    """
    spans: dict[tuple[str, ...], dict[str, Any]] = {}
    for one in check["findings"]:
        if one["kind"] in _UNLISTED:
            continue
        alike = one["kind"] in _LOSSES
        key = (one["kind"], one["first"], one["last"], one["ship"], "" if alike else one["given"])
        span = spans.setdefault(key, {**one, "sides": [], "readings": []})
        for many, single in (("sides", "side"), ("readings", "reading")):
            if one[single] not in (None, "", *span[many]):
                span[many].append(one[single])
    return sorted(spans.values(), key=lambda one: (-one["days"], one["first"], one["kind"]))


def span_rows(check: Document) -> list[list[str]]:
    """Return a row for each of the longest failing spans."""
    letters = dict(zip(check["readings"], "AB", strict=False))
    rows = []
    for one in merged_spans(check)[:SPANS_SHOWN]:
        readings = [letters.get(name, str(name)) for name in one["readings"]]
        found = "" if one["kind"] in _LOSSES else f"{one['given']}; expected {one['expected']}"
        rows.append(
            [
                str(one["first"]),
                str(one["last"]),
                str(one["days"]),
                KINDS.get(one["kind"], one["kind"]),
                str(one["ship"] or ""),
                listed(side_text(side) for side in one["sides"]) if one["sides"] else "",
                "" if len(readings) > 1 else "".join(readings),
                found,
            ]
        )
    return rows


def counts_text(check: Document) -> str:
    """Say on how many days each kind of finding holds."""
    said = [
        f"{KINDS.get(kind, kind)} {whole(days)}" for kind, days in check["counts"].items() if days
    ]
    return f"Days with a finding, in either reading: {', '.join(said)}." if said else ""


def span_lines(check: Document) -> list[str]:
    """Return the longest failing spans as a table."""
    spans = merged_spans(check)
    if not spans:
        return ["No day fails."]
    shown = span_rows(check)
    rest = "" if len(shown) == len(spans) else f" {len(shown)} of {len(spans)}"
    head = f"Failing spans, the longest{rest} first; all are in check.json:"
    table = columns([SPAN_HEADS, *shown], left=(0, 1, 3, 4, 5, 6, 7))
    return [head, "", *table, *([counts_text(check)] if counts_text(check) else [])]


def columns(lines: Sequence[Sequence[str]], left: Sequence[int]) -> list[str]:
    """Return lines in columns without those columns that are empty in every line but the first."""
    used = [i for i in range(len(lines[0])) if any(line[i] for line in lines[1:])]
    kept = [[line[i] for i in used] for line in lines]
    return aligned(kept, frozenset(used.index(i) for i in left if i in used)).split("\n")


def always_alone(check: Document) -> bool:
    """Return whether everybody depends on one ship on every day with people: visits, one by one."""
    return all(year["crewed_days"] == year["alone_days"] for year in check["years"])


def risk_spans(check: Document, side: str) -> list[tuple[str, str, bool]]:
    """Return the spans of days on which a side fails, and whether it does without any loss.

    Visits of one ship at a time have no side to lose but all, and that is not marked.
    """
    kinds = ("presence",) if always_alone(check) else ("presence", *_LOSSES)
    return [
        (str(one["first"]), str(one["last"]), one["kind"] == "presence")
        for one in check["findings"]
        if one["side"] == side and one["kind"] in kinds
    ]
