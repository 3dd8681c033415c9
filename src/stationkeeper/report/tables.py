"""Validation and speed rows as text for a terminal."""

from collections.abc import Sequence

from stationkeeper.validation.rows import Row
from stationkeeper.validation.speed import SpeedRow


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def aligned(lines: Sequence[Sequence[str]], left: frozenset[int]) -> str:
    """Return the lines in columns; the first line is the head."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def validation_text(rows: Sequence[Row]) -> str:
    """Return the rows as a table, with a count of those that are evidence."""
    lines = [("", "topic", "what", "ours", "published", "+-", "unit", "kind", "source")]
    for row in rows:
        if row.kind == "context":
            mark = "shown"
        elif row.calibration:
            mark = "fitted"
        else:
            mark = "ok" if row.within else "MISS"
        lines.append(
            (
                mark,
                row.topic,
                row.name,
                _figure(row.ours),
                _figure(row.truth),
                _figure(row.tolerance),
                row.unit,
                row.kind,
                row.source,
            )
        )
    counted = [row for row in rows if row.counts]
    good = sum(row.within for row in counted)
    missed = [f"MISS {row.name}: {row.note}" for row in counted if not row.within]
    table = aligned(lines, frozenset({0, 1, 2, 6, 7, 8}))
    return "\n".join([table, "", f"{good} of {len(counted)} blind rows within tolerance", *missed])


def speed_text(rows: Sequence[SpeedRow]) -> str:
    """Return the speed rows as a table."""
    lines = [("", "topic", "work", "ours s", "peer", "peer s", "ratio", "goal", "agreement")]
    lines += [
        (
            "met" if row.met else "MISS",
            row.topic,
            row.work,
            _figure(row.ours_s),
            row.peer,
            _figure(row.peer_s),
            _figure(row.ratio),
            _figure(row.goal),
            row.agreement,
        )
        for row in rows
    ]
    met = sum(row.met for row in rows)
    table = aligned(lines, frozenset({0, 1, 2, 4, 8}))
    return "\n".join([table, "", f"{met} of {len(rows)} goals met"])
