"""Services in words: what tables say, for the terminal and for pages, and the tables of pages."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, THIN_SPACE, counted, number
from stationkeeper.report.services_source import (
    ABSENT,
    Document,
    as_numbers,
    better,
    delivery_rows,
    finite,
    orbit_keys,
    orbit_label,
    station_title,
    unit_text,
    values_of,
    with_unit,
)

_SAME_TILT: Final = 0.5  # [deg] of two inclinations that serve the same places; our choice
KEPT: Final = "+"
KEEPS: Final = "keeps what was promised, were its station there all the time"
MARKED = "the most where more is asked for, the least where less is"
CUSTOMER_HEADS: Final = ("customer", "service", "what", "where", "asked")


def orbits_of(document: Document, service: Document) -> list[str]:
    """Return the orbits that have a column in the table of a service."""
    told = {key for one in service["measures"] for key in values_of(one)}
    return [key for key in orbit_keys(document) if key in told]


def range_text(entry: Document | None) -> str:
    """Return a value with its range where it has one."""
    if entry is None or not finite(entry["value"]):
        return ABSENT
    low, high = entry.get("low"), entry.get("high")
    said = number(entry["value"])
    if finite(low) and finite(high) and number(low) != number(high):
        said += f" ({number(low)}–{number(high)})"
    return said


def where_text(measure: Document) -> str:
    """Say what the values of a measure are the mean of, once where it is the same for all."""
    said = dict.fromkeys(one.get("where") or "" for one in measure["values"])
    return "; ".join(text for text in said if text)


def notes_of(document: Document, service: Document) -> list[str]:
    """Return the notes on single values, a line a measure; once what is said of all orbits."""
    found = []
    for one in service["measures"]:
        told = {cell["orbit"]: cell["note"] for cell in one["values"] if cell.get("note")}
        if not told:
            continue
        same = len(set(told.values())) == 1 and len(told) > 1
        said = (
            [next(iter(told.values()))]
            if same
            else [f"{orbit_label(document, orbit)}: {note}" for orbit, note in told.items()]
        )
        found.append(f"{one['title']}: {'; '.join(said)}")
    return found


def notes_markup(document: Document, service: Document) -> Markup:
    """Return the notes on single values, folded away."""
    notes = notes_of(document, service)
    if not notes:
        return Markup("")
    return tag("details", tag("summary", "Notes on single figures"), lines_markup(notes))


def asked_text(contract: Document) -> str:
    """Say what a contract asks for."""
    if finite(contract.get("at_least")):
        return f"at least {_amount(contract['at_least'], contract['unit'])}"
    return f"at most {_amount(contract.get('at_most'), contract['unit'])}"


def _amount(value: float | None, unit: str) -> str:
    """Write an amount of a contract; of what is counted by the month, the count."""
    if not finite(value):
        return ABSENT
    said = f"{value:,.10g}".replace(",", THIN_SPACE)  # as the document has it
    counted_by = unit.removeprefix("1/")
    if counted_by != unit:
        return f"{said} a {counted_by}"
    return said if unit in ("", "1") else f"{said}{FIRM_SPACE}{unit}"


def met_text(contract: Document) -> str:
    """Say in which share of months and replicas a contract is met; nothing where not flown.

    Examples
    --------
    >>> met_text({"met_share": 0.5}), met_text({"met_share": None})
    ('50.0\xa0%', '–')
    """
    share = contract.get("met_share")
    return f"{100 * share:.1f}{FIRM_SPACE}%" if finite(share) else ABSENT


def _kept(contract: Document, orbit: str) -> str:
    """Write what an orbit gives, marked where that keeps the contract."""
    said = with_unit(contract["value"].get(orbit), "")
    return f"{said}{KEPT}" if contract["met"].get(orbit) else said


def contract_rows(document: Document) -> list[tuple[str, ...]]:
    """Return a row a contract: who, what, where, asked, what each orbit gives, share met."""
    services = {one["key"]: one["title"] for one in document["services"]}
    return [
        (
            one["customer"],
            services.get(one["service"], one["service"]),
            one["title"],
            one["where"],
            asked_text(one),
            *[_kept(one, key) for key in orbit_keys(document)],
            met_text(one),
        )
        for one in document["contracts"]
    ]


def delivery_lines(document: Document) -> list[str]:
    """Say what is lost between two stations, and what a change of inclination goes with."""
    delivery = document["delivery"] or {}
    titles = {
        (service["key"], one["measure"]): (service["title"], one["title"])
        for service in document["services"]
        for one in service["measures"]
    }
    groups: dict[tuple[str, ...], list[Document]] = {}
    for one in delivery.get("gaps", ()):
        turn = tuple(str(one[name]) for name in ("service", "partner", "old", "new"))
        groups.setdefault(turn, []).append(one)
    found = []
    for (service, partner, old, new), rows in groups.items():
        title = next((t for (key, _), (t, _) in titles.items() if key == service), service)
        lost = [
            f"{titles.get((service, one['measure']), ('', one['measure']))[1]} "
            f"{_spread(one['lost'], one['unit'].removesuffix('/d'))}"
            for one in rows
        ]
        said = f"{title}, {partner}, from {station_title(document, old)} to "
        said += f"{station_title(document, new)}: "
        if rows[0]["days"].get("q95") == 0:
            said += "no day without a station"
        else:
            said += f"{_spread(rows[0]['days'], 'd')} without a station; not delivered: "
            said += "; ".join(lost)
        change = rows[0].get("inclination_change") or {}
        before, after = change.get("old_deg"), change.get("new_deg")
        if finite(before) and finite(after) and abs(before - after) > _SAME_TILT:
            said += f"; inclination {before:.1f}° before, {after:.1f}° after"
        found.append(said + ".")
    return found


def _spread(band: Document | None, unit: str) -> str:
    """Write a middle value with what 90 % of the replicas lie in."""
    told = band or {}
    low, middle, high = (told.get(name) for name in ("q05", "q50", "q95"))
    if not finite(middle):
        return "not known"
    said = with_unit(middle, unit)
    if finite(low) and finite(high) and low != high:
        said += f" ({with_unit(low, '')}–{with_unit(high, unit)})"
    return said


# ---- the same for the page -------------------------------------------------------------------


def measures_markup(document: Document, service: Document) -> Markup:
    """Return the table of a service: a row a measure, a column an orbit."""
    keys = orbits_of(document, service)
    if not keys:
        return tag("p", "No figure could be worked out.")
    places = list(dict.fromkeys(where_text(one) for one in service["measures"]))
    where = len(places) > 1
    heads = ["", *[orbit_label(document, key) for key in keys], *(["where"] if where else [])]
    rows: list[list[Any]] = []
    for one in service["measures"]:
        cells = values_of(one)
        best = better(one)
        row: list[Any] = [one["title"] + unit_text(one["unit"])]
        for key in keys:
            said = tag("span", range_text(cells.get(key)), class_="whole")
            row.append(tag("strong", said) if key in best else said)
        rows.append([*row, where_text(one)] if where else row)
    notes = [f"Bold: {MARKED}."] if any(better(one) for one in service["measures"]) else []
    if not where and places[0]:
        notes.append(f"All values: {places[0]}.")
    return table(heads, rows, caption=" ".join(notes))


def orbits_markup(document: Document) -> Markup:
    """Return the orbits that are held beside one another."""
    rows = [
        (
            orbit_label(document, one["key"]),
            one["title"],
            number(one["altitude_km"]),
            f"{one['inclination_deg']:.1f}",
            ", ".join([one["version"] or "as planned", *one.get("also", ())]),
        )
        for one in document["orbits"]
    ]
    if not rows:
        return tag("p", "No station carries a payload.")
    heads = ("orbit", "station", "altitude [km]", "inclination [°]", "version of the plan")
    return table(heads, rows)


def contracts_markup(document: Document) -> Markup:
    """Return the table of customers."""
    heads = [*CUSTOMER_HEADS, *[orbit_label(document, key) for key in orbit_keys(document)], "met"]
    rows = contract_rows(document)
    if all(row[-1] == ABSENT for row in rows):  # no month was flown
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    return table(heads, rows, caption=contracts_caption(document))


def delivery_markup(document: Document) -> Markup:
    """Return what stations deliver while they are there, beside months without losses."""
    rows = delivered_rows(document)
    if not rows:
        return Markup("")
    heads = ("service", "what", "station", "from", "to", "mean a month", "without losses")
    note = "Mean of the months from the first to the last in which anything is delivered."
    return table(heads, rows, caption=note)


def delivered_rows(document: Document) -> list[tuple[str, ...]]:
    """Return service, measure, station, first and last month, mean and whole monthly amount."""
    titles = {one["key"]: one["title"] for one in document["services"]}
    found: list[tuple[str, ...]] = []
    for one in delivery_rows(document):
        mean, whole = as_numbers(one["mean"]), as_numbers(one["whole"])
        there = np.flatnonzero(mean > 0)
        if not there.size or one["service"] not in titles:
            continue
        some = slice(int(there[0]), int(there[-1]) + 1)
        unit = one["unit"].removesuffix("/d")
        found.append(
            (
                titles[one["service"]],
                one["title"],
                station_title(document, one["station"]),
                one["months"][some.start],
                one["months"][some.stop - 1],
                with_unit(float(mean[some].mean()), unit),
                with_unit(float(whole[some].mean()), unit),
            )
        )
    return found


def contracts_caption(document: Document) -> str:
    """Say what the columns of the customers hold."""
    delivery = document["delivery"]
    if delivery is None:
        return f"What each orbit gives; {KEPT} {KEEPS}."
    flown = counted(int(delivery["replicas"]), "replica")
    return (
        f"What each orbit gives; {KEPT} {KEEPS}; met: share of the months of the contract in "
        f"{flown}, losses and gaps counted."
    )


def lines_markup(lines: Sequence[str]) -> Markup:
    """Return lines as a list; nothing for none."""
    return tag("ul", *[tag("li", line) for line in lines]) if lines else Markup("")
