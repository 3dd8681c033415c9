"""The validation rows that bear on a figure, as last computed; a failing row is shown failing.

Computing the rows takes minutes, so a report reads those stored with the package by
``stationkeeper validate --json``. Whether a row is within tolerance is computed here from its
figures, never taken from the file.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import listed, number
from stationkeeper.validation.rows import Row

STORED = "latest.json"

_FALLS = ("tiangong", "mir altitude", "skylab re-entry", "salyut 7 re-entry")
_BURNS = ("propellant, mean", "raise", "avoidance")
_ENDS = ("perigee after", "strip of pieces", "casualties", "last burns", "storage orbit")
_HELD = ("altitude lost", "mean altitude", "iss decay")
_KINDS = {
    "measured": "measured",
    "standard": "by a standard",
    "worked-example": "worked examples",
    "other-program": "of other programs",
    "other-model": "of other models",
}


@dataclass(frozen=True)
class Evidence:
    """Validation rows as stored, and what is said of their making."""

    rows: tuple[Row, ...]
    made: str = ""


def _about(row: Row, words: Sequence[str]) -> bool:
    return any(word in row.name.lower() for word in words)


_BEARS_ON: dict[str, Callable[[Row], bool]] = {
    "altitude": lambda row: row.topic == "orbit" and _about(row, _HELD),
    "propellant": lambda row: row.topic == "orbit" and _about(row, _BURNS),
    "days-to-200-km": lambda row: row.topic == "orbit" and _about(row, _FALLS),
    "comes-down": lambda row: row.topic == "orbit" and _about(row, _ENDS),
    "dose": lambda row: row.topic == "dose" and not row.unit.endswith(("/d", "d)")),
    "dose-rate": lambda row: row.topic == "dose" and row.unit.endswith(("/d", "d)")),
}


def stored_evidence() -> Evidence:
    """Return the validation rows stored with the package; none if none are stored."""
    place = resources.files("stationkeeper.validation") / STORED
    if not place.is_file():
        return Evidence(())
    return read_evidence(json.loads(place.read_text("utf-8")))


def read_evidence(document: Mapping[str, Any]) -> Evidence:
    """Return the rows of a document in the shape of ``stationkeeper validate --json``.

    Examples
    --------
    >>> row = {"topic": "orbit", "name": "x", "ours": 2.0, "truth": 1.0, "unit": "km",
    ...        "tolerance": 0.5, "within": True, "kind": "measured", "source": "made up"}
    >>> read_evidence({"rows": [row]}).rows[0].within  # computed, not believed
    False
    """
    names = list(Row.__dataclass_fields__)
    rows = tuple(Row(**{k: row[k] for k in names if k in row}) for row in document["rows"])
    made = [document[key] for key in ("made_on", "version", "commit") if document.get(key)]
    return Evidence(rows, ", ".join(str(part) for part in made))


def rows_for(figure: str, rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows that bear on a figure, failing ones first."""
    bears = _BEARS_ON.get(figure)
    chosen = [row for row in rows if bears is not None and bears(row)]
    return tuple(sorted(chosen, key=lambda row: (_rank(row), row.name)))


def _rank(row: Row) -> int:
    if row.counts:
        return int(row.within)
    return 2 if row.calibration else 3


def verdict(row: Row) -> str:
    """Return one word for a row."""
    if row.kind == "context":
        return "shown only"
    if row.calibration:
        return "fitted"
    return "within" if row.within else "misses"


def evidence_markup(figure: str, evidence: Evidence) -> Markup:
    """Return the line and the table under a figure; empty if no row bears on it."""
    if figure not in _BEARS_ON:
        return Markup("")
    if not evidence.rows:
        return tag(
            "p",
            "No validation rows are stored with this installation; ",
            tag("code", "stationkeeper validate"),
            " computes them.",
            class_="evidence",
        )
    rows = rows_for(figure, evidence.rows)
    if not rows:
        return tag("p", "No published figure is held against this one yet.", class_="evidence")
    blind = [row for row in rows if row.counts]
    misses = [row for row in blind if not row.within]
    head = _counts(blind) if blind else "fitted or shown only; none is blind evidence."
    head = f"Beside published figures: {head}"
    lines = [tag("p", tag("strong", head), class_="evidence")]
    if misses:
        lines.append(
            tag("ul", *[tag("li", _sentence(row)) for row in misses], class_="evidence misses")
        )
    cells = [
        (
            verdict(row),
            row.name,
            _figure(row.ours),
            f"{_figure(row.truth)} ± {_figure(row.tolerance)}",
            row.unit,
            row.kind,
            row.source,
        )
        for row in rows
    ]
    heads = ("", "what", "ours", "published", "unit", "kind", "source")
    lines.append(
        tag(
            "details",
            tag(
                "summary",
                f"All {len(rows)} rows" + (f" ({evidence.made})" if evidence.made else ""),
            ),
            table(heads, cells, row_classes=[verdict(row).replace(" ", "-") for row in rows]),
        )
    )
    return Markup("").join(lines)


def _counts(blind: Sequence[Row]) -> str:
    """Say how many rows are within tolerance, by the kind of truth they are held against."""
    said = []
    for kind, words in _KINDS.items():
        some = [row for row in blind if row.kind == kind]
        if some:
            said.append(f"{sum(row.within for row in some)} of {len(some)} {words}")
    return f"within tolerance are {listed(said)}."


def _sentence(row: Row) -> str:
    """Say a row that misses."""
    text = (
        f"Misses: {row.name}: ours {_figure(row.ours)}, published {_figure(row.truth)} "
        f"± {_figure(row.tolerance)} {row.unit}"
    )
    return f"{text.strip()}. {row.note}".strip()


def _figure(value: float | None) -> str:
    return "none" if value is None else number(value)
