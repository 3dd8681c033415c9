"""A comparison of variants in words and tables: what differs, and which are not beaten."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from stationkeeper.report.numbers import counted, listed, number
from stationkeeper.report.tables import aligned
from stationkeeper.report.words import DISCLAIMER

Document = dict[str, Any]

SAME_DRAWS = (
    "Every variant is flown with the same seed, so that replica 17 has the same Sun and the same "
    "errors of the models in all of them: differences are of the variants, not of the draws."
)
BAND = "Middle of the replicas; after it the band that holds 90 % of them"
CHANCE_BAND = "of a chance, its share and the interval of 90 % that so many replicas leave it"
PAIRED = (
    "Replica by replica less the first variant: middle, and the band that holds 90 % of the "
    "differences; of a chance, the difference and its interval of 90 %."
)
_PLAIN_UNITS = ("years", "d", "-")  # units that the title of a measure says already


def head(measure: Mapping[str, Any]) -> str:
    """Return a measure with its unit as the head of a column.

    Examples
    --------
    >>> head({"title": "propellant burned", "unit": "t", "chance": False})
    'propellant burned [t]'
    """
    if measure["chance"]:
        return f"{measure['title']} [%]"
    unit = "" if measure["unit"] in _PLAIN_UNITS else f" [{measure['unit']}]"
    return f"{measure['title']}{unit}"


def scale(measure: Mapping[str, Any]) -> float:
    """Return by what values are multiplied to be shown: chances in percent."""
    return 100.0 if measure["chance"] else 1.0


def cell(
    values: Mapping[str, float],
    measure: Mapping[str, Any],
    *,
    signed: bool = False,
    places: int = 12,
) -> str:
    """Write a band, or one number if it has no width, with at most so many decimal places.

    Examples
    --------
    >>> cell({"low": 1.0, "middle": 2.0, "high": 2.5}, {"chance": False})
    '2.00 (1.00–2.50)'
    >>> cell({"low": -1.0, "middle": 0.5, "high": 2}, {"chance": False}, signed=True, places=1)
    '+0.5 (−1.0 to +2.0)'
    """
    times = scale(measure)
    middle, low, high = (
        _number(times * values[key], signed, places) for key in ("middle", "low", "high")
    )
    if low == high == middle:
        return middle
    return f"{middle} ({low}{' to ' if signed else '–'}{high})"


def _number(value: float, signed: bool, places: int) -> str:
    size = round(abs(value), places)
    if size == 0:
        return "0"
    text = number(size)
    decimals = len(text.partition(".")[2])
    if decimals > places:
        text = f"{size:.{places}f}"
    return f"{'−' if value < 0 else '+' if signed else ''}{text}"


def _places(found: Document, measure: Mapping[str, Any]) -> int:
    """Return the decimal places of differences: a thousandth of the largest value."""
    largest = max(abs(row["measures"][measure["name"]]["middle"]) for row in found["variants"])
    largest *= scale(measure)
    return 12 if largest == 0 else max(0, 3 - math.floor(math.log10(largest)))


def told_apart(found: Document) -> list[Mapping[str, Any]]:
    """Return the measures that are not one and the same number in all variants."""
    return [
        measure
        for measure in found["measures"]
        if len({cell(row["measures"][measure["name"]], measure) for row in found["variants"]}) > 1
        or measure["name"] in found["front"]
    ]


def same_in_all(found: Document) -> str:
    """Say which measures do not differ between the variants."""
    shown = {measure["name"] for measure in told_apart(found)}
    first = found["variants"][0]["measures"]
    texts = [
        f"{head(measure)} {cell(first[measure['name']], measure)}"
        for measure in found["measures"]
        if measure["name"] not in shown
    ]
    return f"The same in all variants: {'; '.join(texts)}." if texts else ""


def keys_of(found: Document) -> list[str]:
    """Return the keys that were varied."""
    return [one["key"] for one in found["vary"]]


def variant_rows(found: Document) -> list[list[str]]:
    """Return a row for each variant: what was varied, the measures, whether it is beaten."""
    return [
        [
            str(place),
            *[row["values"][key] for key in keys_of(found)],
            *[cell(row["measures"][one["name"]], one) for one in told_apart(found)],
            "not beaten" if row["on_front"] else "",
        ]
        for place, row in enumerate(found["variants"], 1)
    ]


def variant_heads(found: Document) -> list[str]:
    """Return the heads of the table of variants."""
    keys = [one["short"] for one in found["vary"]]
    return ["", *keys, *[head(one) for one in told_apart(found)], "front"]


def difference_rows(found: Document) -> list[list[str]]:
    """Return a row for each variant after the first: its differences from the first."""
    return [
        [
            str(place),
            *[row["values"][key] for key in keys_of(found)],
            *[
                cell(row["differences"][one["name"]], one, signed=True, places=_places(found, one))
                for one in told_apart(found)
            ],
        ]
        for place, row in enumerate(found["variants"][1:], 2)
    ]


def front_titles(found: Document) -> tuple[str, str]:
    """Return the titles of the two measures of the front."""
    titles = {one["name"]: one["title"] for one in found["measures"]}
    first, second = found["front"]
    return titles[first], titles[second]


def front_text(found: Document) -> str:
    """Say which variants no other beats in the two measures of the front."""
    wanted = {one["name"]: one["better"] for one in found["measures"]}
    first, second = (
        f"{wanted[name]} {title}"
        for name, title in zip(found["front"], front_titles(found), strict=True)
    )
    left = [row["name"] for row in found["variants"] if row["on_front"]]
    count, total = len(left), len(found["variants"])
    if count == total:
        return f"Wanted are {first} and {second}: no variant beats another in both."
    verb = "is" if count == 1 else "are"
    return (
        f"Wanted are {first} and {second}: {counted(count, 'variant')} of {total} {verb} not "
        f"beaten by another, {listed(left)}. A variant is beaten by one whose middle values are at "
        "least as good in both and better in one."
    )


def about(found: Document) -> str:
    """Say how many variants were flown, and how often."""
    return (
        f"{counted(len(found['variants']), 'variant')}, "
        f"{counted(found['replicas'], 'replica')} each, seed {found['seed']}"
    )


def spans_text(found: Document) -> str:
    """Say so if the variants do not have the same span."""
    spans = {(row["first"], row["last"]) for row in found["variants"]}
    if len(spans) == 1:
        return ""
    texts = [f"{row['name']} {row['first']} to {row['last']}" for row in found["variants"]]
    return f"The variants have different spans: {listed(texts)}."


def not_flown(found: Document) -> str:
    """Say which measures the runs do not hold."""
    left = found["not_flown"]
    return f"Not in these runs: {listed(left)}." if left else ""


def notes(found: Document) -> list[str]:
    """Return the sentences below the table."""
    band = f"{BAND}{f'; {CHANCE_BAND}' if any(m['chance'] for m in found['measures']) else ''}."
    said = [same_in_all(found), spans_text(found), not_flown(found)]
    return [band, *[text for text in said if text], SAME_DRAWS]


DECIDED_HEADS = (
    "partner",
    "from, to",
    "old station ends",
    "first module of the new",
    "its first crew",
    "days without a station",
    "days without people",
)
DECIDED = (
    "By the policies, with launches that slip: middle of the replicas, and 5 to 95 % of them; a "
    "dash is beyond the span."
)


def decided_rows(found: Document) -> list[list[str]]:
    """Return a row for each variant and gap between two stations that its policies left."""
    return [
        [
            str(place),
            row["name"],
            gap["partner"],
            f"{gap['old']}, {gap['new']}",
            *[_dates(gap[key]) for key in ("old_ends", "new_begins", "new_crewed")],
            *[_days(gap[key]) for key in ("without_station_days", "without_people_days")],
        ]
        for place, row in enumerate(found["variants"], start=1)
        for gap in row.get("gaps", ())
    ]


def _dates(told: Mapping[str, str | None]) -> str:
    return _spread(*((told[key] or "–")[:7] for key in ("q50", "q05", "q95")))


def _days(told: Mapping[str, float | None]) -> str:
    values = [told[key] for key in ("q50", "q05", "q95")]
    return _spread(*("–" if value is None else number(round(value)) for value in values))


def _spread(middle: str, low: str, high: str) -> str:
    return middle if low == middle == high else f"{middle} ({low} to {high})"


def compare_text(found: Document) -> str:
    """Return what the terminal shows of a comparison."""
    left = frozenset(range(1, 1 + len(keys_of(found))))
    parts: list[Sequence[str]] = [
        [f"{found['title']}: {about(found)}"],
        [aligned([variant_heads(found), *variant_rows(found)], left)],
    ]
    rows = difference_rows(found)
    if rows:
        heads = variant_heads(found)[:-1]
        parts.append(
            [f"Less {found['held_against']}, replica by replica:", aligned([heads, *rows], left)]
        )
    decided = decided_rows(found)
    if decided:
        heads = ["", "variant", *DECIDED_HEADS]
        parts.append([DECIDED, aligned([heads, *decided], frozenset(range(len(heads))))])
    parts += [[front_text(found), *notes(found)], [DISCLAIMER]]
    return "\n\n".join("\n".join(part) for part in parts)
