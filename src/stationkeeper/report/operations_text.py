"""A flight for the terminal: some fifteen lines."""

from textwrap import wrap
from typing import Final

from stationkeeper.report.operations_source import (
    RULES,
    Document,
    moment_text,
    nearest_notice,
    span_text,
)
from stationkeeper.report.operations_timeline import fault_label
from stationkeeper.report.operations_words import answer_lines, head_lines, safe_text
from stationkeeper.report.tables import aligned
from stationkeeper.report.words import DISCLAIMER

_LETTERS: Final = 100  # width of a line for the terminal
_MOST: Final = 8  # faults listed; our choice


def operations_text(document: Document) -> str:
    """Return a flight for the terminal: what was flown, the answer, the faults.

    Parameters
    ----------
    document : mapping
        Content of ``operations.json``.

    Returns
    -------
    str
        Lines of plain text.
    """
    first, *more = head_lines(document)
    parts = [f"{document['title']}: {first}", *more, ""]
    for line in answer_lines(document):
        parts += wrap(line, _LETTERS, subsequent_indent="  ")
    if safe_text(document):
        parts.append(f"In safe mode: {safe_text(document)}.")
    if document["faults"]:
        parts += ["", _faults(document)]
        if len(document["faults"]) > _MOST:
            parts.append(f"and {len(document['faults']) - _MOST} more, on the page")
    return "\n".join([*parts, "", DISCLAIMER])


def _faults(document: Document) -> str:
    rows = [("fault", "onset", "noticed there after", "")]
    for fault in document["faults"][:_MOST]:
        row = nearest_notice(document, fault)
        after, by = ("not", "") if row is None else (
            span_text(row["time_s"] - fault["onset_s"]),
            f"{row['name']} ({RULES[row['who']]})",
        )  # fmt: skip
        rows.append((fault_label(fault), moment_text(fault["onset_s"]), after, by))
    return aligned(rows, frozenset({0, 3}))
