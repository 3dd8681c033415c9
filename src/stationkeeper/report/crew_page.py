"""The page of a crew check or a plan: self-contained, drawn from its folder alone."""

import base64
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from stationkeeper.report import crew_check, crew_plan
from stationkeeper.report.crew_plan_words import (
    FLIGHT_HEADS,
    SAFETY_DAYS,
    STAGE_HEADS,
    STATUS,
    flight_rows,
    plan_text,
    stage_rows,
    thing_text,
)
from stationkeeper.report.crew_words import (
    GROUNDED,
    SPAN_HEADS,
    Document,
    check_text,
    counts_text,
    documents,
    grounding_table,
    in_short,
    merged_spans,
    put_back_text,
    reading_lines,
    side_text,
    slip_lines,
    span_rows,
    year_heads,
    year_rows,
    years_changed,
)
from stationkeeper.report.crew_worth import (
    WORTH_HEADS,
    worth_lines,
    worth_parts,
    worth_rows,
    worth_text,
)
from stationkeeper.report.markup import Markup, tag
from stationkeeper.report.markup import table as plain_table
from stationkeeper.report.numbers import number, whole
from stationkeeper.report.shell import whole_page
from stationkeeper.report.words import DISCLAIMER
from stationkeeper.results.folder import REPORT
from stationkeeper.results.storage import storage_errors, write_atomically

BY_YEAR = (
    "Days with people aboard; of these, for each side, on how many enough people would stay if any "
    "one ship left with its own; and on how many everybody depends on one and the same ship"
)

TITLES = {
    "plan": "Who flies on what",
    "check": "Is every day safe?",
    "worth": "What the exchange of seats is worth",
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
FLOWN, PLANNED = "as flown", "as planned"
ENDS = {"plan": ("first", "last"), "check": ("first", "last"), "worth": ("since", "until")}


def write_crew_report(folder: Path) -> Path:
    """Write ``report.html`` and ``figures/*.png`` of a crew check or plan.

    Parameters
    ----------
    folder : Path
        What ``stationkeeper crew`` left behind: ``check.json``, ``plan.json``, ``worth.json``.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        If none of the documents is there.
    StorageError
        If it cannot be written.
    """
    found = documents(folder)
    place = folder / "figures"
    with storage_errors(place):
        place.mkdir(exist_ok=True)
    drawn = figures(found)
    for key, image in drawn.items():
        write_atomically(place / f"{key}.png", image)
    path = folder / REPORT
    write_atomically(path, crew_page(found, drawn).encode("utf-8"))
    return path


def figures(found: Mapping[str, Document]) -> dict[str, bytes]:
    """Draw the figures that the documents allow, by name of the file."""
    drawn = {}
    plan, check = found.get("plan"), found.get("check")
    if plan is not None and (plan["flights"] or plan["aboard"]):
        drawn[crew_plan.KEY] = crew_plan.plan_png(plan, check)
    # Where everybody came on one ship on every day there is nothing to compare.
    if check is not None and any(
        year["crewed_days"] > year["alone_days"] for year in check["years"]
    ):
        drawn[crew_check.KEY] = crew_check.safe_days_png(check)
    return drawn


def crew_text(found: Mapping[str, Document]) -> str:
    """Return what the terminal shows of the documents of a folder."""
    if "worth" in found and "plan" not in found:
        return f"{worth_text(found['worth'])}\n\n{DISCLAIMER}"
    parts = [plan_text(found["plan"])] if "plan" in found else []
    if "plan" not in found:
        parts.append(check_text(found["check"]))
    elif "check" in found:
        parts.append("\n".join(in_short(found["check"], PLANNED)))
    if "worth" in found:
        parts.append(worth_text(found["worth"]))
    return "\n\n".join([*parts, DISCLAIMER])


def crew_page(found: Mapping[str, Document], drawn: Mapping[str, bytes]) -> str:
    """Return the page as HTML."""
    about = found.get("plan") or found.get("check") or found["worth"]
    what = next(name for name in ("plan", "check", "worth") if name in found)
    title = f"{TITLES[what]}: {about['title']}"
    sections = []
    if "plan" in found:
        sections.append(_plan(found["plan"], found.get("check"), drawn))
    if "check" in found:
        how = PLANNED if "plan" in found else FLOWN
        sections.append(_check(found["check"], drawn, how))
    if "worth" in found:
        sections.append(_worth(found["worth"]))
    if "plan" in found:
        sections.append(_rests_on(found["plan"]))
    said = " to ".join(str(about[key]) for key in ENDS[what])
    seed = about.get("seed")
    under = tag("p", said if seed is None else f"{said}; seed {seed}", class_="quiet")
    return whole_page(title, tag("header", tag("h1", title), under), sections)


def _figure(image: bytes | None, alt: str, caption: str) -> Markup:
    if image is None:
        return Markup("")
    data = base64.b64encode(image).decode("ascii")
    picture = tag("img", src=Markup(f"data:image/png;base64,{data}"), alt=alt)
    return tag("figure", picture, tag("figcaption", caption))


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], *, caption: str = "") -> Markup:
    """Return a table without columns that are empty, with dates that do not break.

    Examples
    --------
    >>> "<td" in table(["a"], [[""]])
    False
    >>> table(["day"], [["2000-01-02"]]).count('<span class="whole">2000-01-02</span>')
    1
    """
    used = [i for i in range(len(heads)) if any(row[i] not in ("", None) for row in rows)]
    cells = [
        [
            tag("span", row[i], class_="whole") if _DATE.fullmatch(str(row[i])) else row[i]
            for i in used
        ]
        for row in rows
    ]
    return plain_table([heads[i] for i in used], cells, caption=caption)


def _list(lines: Sequence[object], empty: str) -> Markup:
    if not lines:
        return tag("p", empty) if empty else Markup("")
    return tag("ul", *[tag("li", thing_text(line)) for line in lines])


def _plan(plan: Document, check: Document | None, drawn: Mapping[str, bytes]) -> Markup:
    """Return the plan: how it ended, the picture, the flights, the objectives."""
    parts = [tag("h2", "The plan"), tag("p", f"The plan is {STATUS[plan['status']]}.")]
    if plan["conflicts"]:
        parts += [
            tag("p", "These cannot hold together:"),
            tag("ul", *[tag("li", one) for one in plan["conflicts"]], class_="misses"),
        ]
    parts.append(
        _figure(
            drawn.get(crew_plan.KEY), crew_plan.alt(plan, check), crew_plan.caption(plan, check)
        )
    )
    rows = flight_rows(plan)
    if rows:
        parts += [tag("h3", "Ships"), table(FLIGHT_HEADS, rows)]
    if plan["stages"]:
        parts += [
            tag("h3", "How good it is"),
            table(
                STAGE_HEADS,
                stage_rows(plan),
                caption="Each objective was solved with those above it held. Gap: by how much a "
                f"better plan is not excluded. {SAFETY_DAYS}",
            ),
        ]
    sides = [one for one in plan["days_by_side"] if "crew_days" in one]
    if sides:
        heads = ("side", "days of one person", "people aboard on average", "people wanted")
        rows = [
            [
                side_text(one["side"]),
                whole(one["crew_days"]),
                number(one["people_mean"]),
                number(one["wanted_mean"]),
            ]
            for one in sides
        ]
        parts += [tag("h3", "Time on each side"), table(heads, rows)]
    if plan["tasks"]:
        parts += [
            tag("h3", "Work"),
            table(
                ("work", "done by"),
                [(one["name"], one["done_by"] or "nobody") for one in plan["tasks"]],
            ),
        ]
    return tag("section", *parts, id="plan")


def _check(check: Document, drawn: Mapping[str, bytes], how: str) -> Markup:
    """Return the check: sentences, the picture, the tables."""
    sides = check["sides"]
    heads = year_heads(sides)
    parts = [
        tag("h2", crew_check.TITLE),
        *[tag("p", text) for text in in_short(check, how)],
        _figure(drawn.get(crew_check.KEY), crew_check.alt(check), crew_check.caption(check)),
        table(heads, year_rows(check["years"], sides), caption=BY_YEAR),
        *[tag("p", text) for text in reading_lines(check)],
    ]
    changed = years_changed(check)
    if changed:
        parts.append(table(heads, year_rows(changed, sides), caption=put_back_text(check)))
    grounded = grounding_table(check)
    if grounded:
        parts += [tag("h3", "Groundings"), table(grounded[0], grounded[1:], caption=GROUNDED)]
    slips = slip_lines(check)
    if slips:
        parts += [tag("h3", "Late launches"), tag("p", slips[0]), _list(slips[1:], "")]
    parts.append(tag("h3", "Failing days"))
    rows, spans = span_rows(check), merged_spans(check)
    if rows:
        left = len(spans) - len(rows)
        more = f"; {left} shorter ones are in check.json" if left else ""
        parts += [
            table(SPAN_HEADS, rows, caption=f"Spans, the longest first{more}"),
            tag("p", counts_text(check)),
        ]
    else:
        parts.append(tag("p", "None."))
    if how == FLOWN and "stay_limits" in check:
        parts += [tag("h3", "Longest stays"), *_limits(check)]
    return tag("section", *parts, id="check")


def _worth(worth: Document) -> Markup:
    return tag(
        "section",
        tag("h2", "What the exchange is worth"),
        table(WORTH_HEADS, worth_rows(worth)),
        _list([f"{name}: {what}" for name, what in worth_parts(worth)], ""),
        _list(worth_lines(worth), "No counts are given."),
        id="worth",
    )


def _rests_on(plan: Document) -> Markup:
    """Return what the plan was told: limits, agreements, shocks, what was left out."""
    parts = [
        tag("h2", "What this rests on"),
        tag("h3", "Longest stays"),
        *_limits(plan),
        tag("h3", "Agreements"),
        _list(plan["agreements"], "None."),
        tag("h3", "Groundings, closures and other shocks"),
        _list(plan["shocks"], "None."),
        *_closed(plan),
        tag("h3", "Left out"),
        _list(_left_out(plan), "Nothing that was asked."),
    ]
    return tag("section", *parts, id="rests-on")


def _limits(told: Document) -> list[Markup]:
    """Return the longest stay by nation, the limit that binds and where it is written."""
    limits = told.get("stay_limits")
    if not limits:
        return [tag("p", "No limit of stay was set.")]
    rows = [
        (nation, str(one["days"]), one["limit"], one["source"]) for nation, one in limits.items()
    ]
    heads = ("nation", "days at most", "limit that binds", "source")
    parts = [table(heads, rows)]
    if told.get("stay_limits_read"):
        parts.append(tag("p", told["stay_limits_read"]))
    return parts


def _closed(plan: Document) -> list[Markup]:
    """Return the days on which a class of ship does not launch, hatched in the picture."""
    spans = crew_plan.closed_spans(plan)
    if not spans:
        return []
    heads = ("ship", "no launch from", "to", "why")
    return [tag("h3", "Days without launches"), table(heads, spans)]


def _left_out(plan: Document) -> list[object]:
    """Return what a plan leaves out, and why it is not checked if it is not."""
    refused = plan.get("not_checked")
    return [*plan["left_out"], *([f"the plan is not checked: {refused}"] if refused else [])]
