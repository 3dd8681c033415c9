"""The record of words as tables: statements, reasons beside findings, clocks, access."""

from collections.abc import Sequence
from typing import Any, Final

from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, counted, listed, number
from stationkeeper.report.source import Run
from stationkeeper.report.words_source import (
    Told,
    details,
    figures,
    lines_of,
    partner_title,
    station_title,
)
from stationkeeper.report.words_timeline import label

_WORDED: Final = {"quote": "“{}”", "shortened": "“{}” (shortened)"}
_HEADS: Final = ("key", "day", "office", "track", "words", "day meant", "depends on", "source")
_RELATIONS: Final = ("reaffirms", "replaces", "denies", "refers")


def sentences(run: Run) -> list[str]:
    """Say for each clock whether it runs, as far as is told."""
    return [_clock(run, one) for one in run.said.get("clocks", [])]


def _clock(run: Run, clock: Told) -> str:
    who = partner_title(run, clock.get("partner"))
    title = clock.get("title") or clock.get("treaty")
    if clock.get("given"):
        return (
            f"{title}: {who} gave notice on {clock['given']}; with "
            f"{clock.get('notice_days')}{FIRM_SPACE}d it takes effect on {clock.get('effective')}."
        )
    if clock.get("no_notice_as_of"):
        by = f" ({clock['told_by']})" if clock.get("told_by") else ""
        return f"{title}: no notice of {who} as of {clock['no_notice_as_of']}{by}; no clock runs."
    return ""


def tables(run: Run) -> Markup:
    """Return the statements, the reasons beside what the models find, and access."""
    told: list[Told] = sorted(
        run.said.get("statements", []), key=lambda one: (one.get("date", ""), one.get("key", ""))
    )
    parts: list[Markup] = []
    reasons = _reasons(told)
    if reasons:
        note = (
            "Reasons as stated, beside what the models of this run and the record hold of the "
            "same matter. The two stand side by side; whether one leads to the other is not said."
        )
        heads = ("statement", "reason as stated", "what is found", "figures")
        parts.append(details("Stated reasons beside findings", table(heads, reasons, caption=note)))
    if told:
        rows = [_statement(run, one) for one in told]
        parts.append(details(counted(len(told), "statement"), table(_HEADS, rows)))
    access = run.said.get("access", [])
    if access:
        parts.append(_access(run, access))
    return Markup("").join(parts)


def _statement(run: Run, one: Told) -> tuple[object, ...]:
    where = ", ".join(station_title(run, key) for key in one.get("stations", ()))
    who = partner_title(run, one.get("partner"))
    about = ", ".join(text for text in (who if who != "–" else "", where) if text)
    words = _WORDED.get(str(one.get("worded")), "{}").format(one.get("text", ""))
    relations: Any = one.get("relations") or {}
    links = [f"{name} {listed(relations[name])}" for name in _RELATIONS if relations.get(name)]
    if not one.get("holds", True):
        links.append("holds no more")
    sure = one.get("confidence", "–")
    if one.get("date_confidence") and one["date_confidence"] != sure:
        sure = f"{sure}, day {one['date_confidence']}"
    return (
        tag("span", label(one), class_="whole"),
        tag("span", one.get("date", "–"), class_="whole"),
        lines_of([one.get("office", "–"), *([tag("small", about)] if about else [])]),
        one.get("track", "–"),
        lines_of([words, *[tag("small", text) for text in links]]),
        _meant(one),
        one.get("condition") or "–",
        lines_of([one.get("source", "–"), tag("small", f"confidence {sure}")]),
    )


def _meant(one: Told) -> object:
    first, last = one.get("not_before"), one.get("not_after")
    texts: list[object] = []
    if first:
        texts.append(tag("span", f"from {first}", class_="whole"))
    if last:
        texts.append(tag("span", f"to {last}", class_="whole"))
    if one.get("worded_date"):
        texts.append(tag("small", str(one["worded_date"])))
    return lines_of(texts)


def _reasons(told: Sequence[Told]) -> list[tuple[object, ...]]:
    return [
        (
            tag("span", f"{one['key']}, {one.get('date', '–')}", class_="whole"),
            lines_of([tag("small", str(reason.get("topic", ""))), str(reason.get("stated", ""))]),
            reason.get("finding") or "no model here bears on it",
            lines_of([_figure(figure) for figure in reason.get("figures", ())]),
        )
        for one in told
        for reason in one.get("reasons", ())
    ]


def _figure(figure: Told) -> str:
    (value,) = figures(figure, "value")
    unit = f"{FIRM_SPACE}{figure['unit']}" if figure.get("unit") else ""
    origin = f" ({figure['from']})" if figure.get("from") else ""
    said = number(value) if value == value else str(figure.get("value", "–"))
    return f"{figure.get('name', '')}: {said}{unit}{origin}"


def _access(run: Run, access: Sequence[Told]) -> Markup:
    rows = [
        (
            station_title(run, one.get("station")),
            one.get("kind") or "–",
            str(one.get("foreign_crew") or "–").replace("-", " "),
            lines_of(
                [
                    f"{partner_title(run, permit.get('partner'))}, {permit.get('date')}"
                    for permit in one.get("permits", ())
                ]
            ),
        )
        for one in access
    ]
    heads = ("station", "access", "foreign crew", "permits")
    return table(heads, rows, caption="Who may come aboard, with the permits given.")
