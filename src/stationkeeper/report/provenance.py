"""Where the figures come from: assumptions, record or policy, estimates, sources, the run."""

from collections.abc import Iterator
from datetime import date

from stationkeeper.programme.parts import Fact, Part
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import counted, number, year_ranges
from stationkeeper.report.source import Run

_KEYS_SHOWN = 8  # keys named for one source; the rest are counted; our choice
_CONFIDENCE = {
    "A": "read in a source",
    "A/B": "read in a source or consistent with one",
    "A+B": "some fields read, some consistent",
    "B": "consistent with a source",
    "C": "memory",
}


def facts_of(part: Part, path: str = "") -> Iterator[tuple[str, Fact]]:
    """Yield every sourced part of a document with its key path, the outermost first."""
    if isinstance(part, Fact):
        yield path, part
    for name in type(part).model_fields:
        value = getattr(part, name)
        here = f"{path}.{name}" if path else name
        if isinstance(value, Part):
            yield from facts_of(value, here)
        elif isinstance(value, dict):
            for key, inner in value.items():
                if isinstance(inner, Part):
                    yield from facts_of(inner, f"{here}.{key}")


def assumptions(run: Run) -> Markup:
    """Return what is assumed, as the run wrote it."""
    given = run.results.attrs.get("assumptions", ())
    lines = given.splitlines() if isinstance(given, str) else [str(line) for line in given]
    lines = [line.strip() for line in lines if line.strip()]
    if not lines:
        return tag("p", "The run wrote down no assumptions.")
    return tag("ul", *[tag("li", line) for line in lines])


def record_or_policy(run: Run) -> Markup:
    """Return which years are flown record and which follow a policy."""
    spans: dict[tuple[str, ...], list[int]] = {}
    for station, year, *kinds in run.kept_by():
        spans.setdefault((station, *kinds), []).append(year)
    if not spans:
        return Markup("")
    rows = [
        (run.title(station), year_ranges(years), *kinds)
        for (station, *kinds), years in spans.items()
    ]
    heads = ("station", "years", "altitude", "crews", "ships")
    return table(heads, rows, caption="Flown record, or policy and plan")


def estimates(run: Run) -> Markup:
    """Return every figure that is our own."""
    if not run.estimates:
        return tag("p", "No figure of the programme is marked as our estimate.")
    rows = [(one.key, one.value, one.note) for one in run.estimates]
    return tag(
        "details",
        tag("summary", f"{counted(len(rows), 'figure')} of the programme that we estimated"),
        table(("key", "value", "why"), rows),
    )


def sources(run: Run) -> Markup:
    """Return each source once, with what rests on it."""
    keys: dict[tuple[str, str, str], list[str]] = {}
    for path, fact in facts_of(run.programme):
        if fact.source:
            known = fact.known_on.isoformat() if isinstance(fact.known_on, date) else ""
            keys.setdefault((fact.source, fact.confidence or "", known), []).append(path)
    if not keys:
        return tag("p", "The programme names no source.")
    rows = []
    for (source, confidence, known), paths in sorted(keys.items()):
        more = len(paths) - _KEYS_SHOWN
        said = ", ".join(paths[:_KEYS_SHOWN]) + (f" and {more} more" if more > 0 else "")
        rows.append((source, confidence, known, said))
    letters = "; ".join(f"{letter}: {meaning}" for letter, meaning in _CONFIDENCE.items())
    return tag(
        "details",
        tag("summary", f"{counted(len(rows), 'source')} named in the programme"),
        tag("p", f"Confidence {letters}."),
        table(("source", "confidence", "known on", "for"), rows),
    )


def run_record(run: Run) -> Markup:
    """Return how the run was made."""
    wanted = ("version", "seed", "replicas", "state", "started", "finished", "duration_s")
    rows = [(key.replace("_s", " [s]"), run.record[key]) for key in wanted if key in run.record]
    rows = [(key, number(v, 3) if isinstance(v, float) else str(v)) for key, v in rows]
    rows.append(("span", f"{run.first.isoformat()} to {run.last.isoformat()}"))
    return table(("run", "value"), rows)
