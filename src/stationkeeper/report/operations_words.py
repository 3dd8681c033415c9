"""A flight in words: the answer, and the tables of its page."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from stationkeeper.operations import outcome as judged
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, counted, listed
from stationkeeper.report.operations_source import (
    KINDS,
    RULES,
    SUBSYSTEMS,
    Document,
    amount_text,
    fault_end,
    moment_text,
    nearest_notice,
    open_at_end,
    room_titles,
    safe_spans,
    share_text,
    signals_of,
    span_text,
)

_ABSENT: Final = "–"
MOST_ROWS: Final = 150
"""Rows of a table of what was asked or noticed; our choice. The document holds all."""
_LOST: Final = {
    "pressure": f"pressure below {judged.LOST_PRESSURE / 1e3:.0f} kPa in half of the volume",
    "cold": f"below {judged.LOST_COLD - 273.15:.0f} °C in half of the volume",
    "dark": f"all batteries empty for {judged.LOST_DARK / 3600.0:.0f} h",
    "turning": f"turning faster than {np.degrees(judged.LOST_RATE):.0f}°/s",
}
_LINKS: Final = {
    "stations": "ground stations only",
    "two-relays": "two relay satellites and ground stations",
    "full-relay": "relay satellites all round and ground stations",
}


def head_lines(document: Document) -> list[str]:
    """Return what was flown: how long, by whom it was commanded, over which link."""
    days = document["days"]
    who = "nobody aboard" if document["uncrewed"] else aboard_text(document)
    commander = document["commander"]
    name = {
        "limits": "the limits aboard",
        "ground": f"the ground, which answers {span_text(60.0 * commander['reaction_min'])} after "
        "it sees something",
    }.get(commander["name"], commander["name"])
    return [
        f"{days:.3g} {'day' if days == 1 else 'days'} from {document['first_day']}, {who}",
        f"commanded by {name}; link: {_LINKS.get(commander['link'], commander['link'])}",
        f"programme {document['programme']}, seed {document['seed']}, mission "
        f"{document['mission']}, faults: {document['asked_faults']}",
    ]


def people_text(people: int) -> str:
    """Return who is aboard.

    Examples
    --------
    >>> people_text(1), people_text(3), people_text(0)
    ('1 person aboard', '3 people aboard', 'nobody aboard')
    """
    if not people:
        return "nobody aboard"
    return f"{counted(people, 'person', 'people')} aboard"


def aboard_text(document: Document) -> str:
    """Return how many people were aboard over the flight.

    Examples
    --------
    >>> one = {"name": "people.aboard", "low": [2.0, 2.0], "high": [2.0, 9.0]}
    >>> aboard_text({"people": 2, "series": {"signals": [one]}})
    '2 to 9 people aboard'
    """
    one = signals_of(document).get("people.aboard")
    if one is None:
        return people_text(document["people"])
    least, most = round(min(one["low"])), round(max(one["high"]))
    return people_text(most) if least == most else f"{least} to {people_text(most)}"


def answer_lines(document: Document) -> list[str]:
    """Return the answer: did it survive, when was it safe, what was kept, what was used."""
    found = document["outcome"]
    lines = [_survival(document), _safety(document), _faults(document), _acts(document)]
    lines.append(
        f"Services: payloads ran, on a station that pointed, for {share_text(found['services'])} "
        f"of the time. Link for commands: {share_text(found['contact'])} of the time. Data lost: "
        f"{amount_text(found['data_lost_gb'], 'GB')}."
    )
    used = [
        f"{name} {amount_text(found[f'{name}_kg'], 'kg')}"
        for name in ("propellant", "nitrogen", "oxygen", "water")
    ]
    lines.append(f"Used: {listed(used)}.")
    if document["failed"]:
        lines.append(f"The commander failed ({document['failed']}); from then on nobody was asked.")
    return lines


def _survival(document: Document) -> str:
    found = document["outcome"]
    if found["survived"]:
        return f"{document['title']} survived."
    how = _LOST.get(found["lost_by"], found["lost_by"])
    return f"{document['title']} was lost at {moment_text(found['lost_at_s'])}: {how}."


def _safety(document: Document) -> str:
    found = document["outcome"]
    if not found["unsafe_s"]:
        said = "It was safe throughout."
    elif not found["safe_at_end"]:
        said = f"It was not safe for {span_text(found['unsafe_s'])}, and not at the end."
    else:
        since = "the first fault" if document["faults"] else "the begin"
        said = (
            f"It was not safe for {span_text(found['unsafe_s'])}; safe and so to the end "
            f"{span_text(found['time_to_safe_s'])} after {since}."
        )
    if found["safe_mode_s"]:
        said += f" Safe mode: {span_text(found['safe_mode_s'])}."
    return said


def _faults(document: Document) -> str:
    faults = document["faults"]
    if not faults:
        return f"No fault befell it; {_notices(document)}."
    near = [nearest_notice(document, one) for one in faults]
    delays = [
        row["time_s"] - fault["onset_s"]
        for row, fault in zip(near, faults, strict=True)
        if row is not None
    ]
    gone = sum(one["ended_s"] is not None for one in faults)
    said = f"{counted(len(faults), 'fault')} befell it"
    if len(faults) == 1:
        said += ", and ended" if gone else ", and did not end"
    else:
        said += f", {gone} of them ended" if gone else ", none of them ended"
    missed = len(faults) - len(delays)
    if delays:
        span = span_text(min(delays))
        span += f" to {span_text(max(delays))}" if max(delays) > min(delays) else ""
        said += f"; something was noticed {_where(len(delays), faults)}, {span} after the onset"
    if missed:
        said += f"; nothing was noticed {_where(missed, faults)}"
    return f"{said}. In all, {_notices(document)}."


def _where(count: int, faults: Sequence[Document]) -> str:
    """Say where some of the faults are."""
    if count == len(faults):
        return "where it is" if count == 1 else "where they are"
    return f"where {count} of them {'is' if count == 1 else 'are'}"


def _notices(document: Document) -> str:
    count = document["outcome"]["noticed"]
    rules = [row["who"] for row in document["timeline"] if row["kind"] == "noticed"]
    if not rules:
        return "nothing was noticed"
    by = [f"{rules.count(rule)} by {_by(rule)}" for rule in RULES if rule in rules]
    return f"{counted(count, 'notice')}: {listed(by)}"


def _by(rule: str) -> str:
    return {"limit": "limits", "watch": "the watch", "stale": "data that did not come"}[rule]


def _acts(document: Document) -> str:
    found = document["outcome"]
    if not found["commands"] and not found["refused"]:
        return "Nothing was commanded."
    rows = [row for row in document["timeline"] if row["kind"] in ("done", "refused")]
    whos = list(dict.fromkeys(row["who"] for row in rows))
    by = [f"{sum(row['who'] == who for row in rows)} by {who}" for who in whos]
    return (
        f"{counted(found['commands'], 'command')} done, {found['refused']} refused by the gate "
        f"({'; '.join(by)})."
    )


# ---- tables ---------------------------------------------------------------------------------


def faults_markup(document: Document) -> Markup:
    """Return the table of faults: what, when, when something was noticed where it is."""
    if not document["faults"]:
        return tag("p", "None.")
    heads = ("", "fault", "component", "severity", "onset", "size", "noticed there after",
             "parameter", "by", "ended")  # fmt: skip
    rows = []
    for number_of, fault in enumerate(document["faults"], 1):
        row = nearest_notice(document, fault)
        rows.append(
            (
                number_of,
                fault["title"],
                fault["component"] or _ABSENT,
                fault["severity"],
                _whole(moment_text(fault["onset_s"])),
                size_text(fault),
                "not" if row is None else _whole(span_text(row["time_s"] - fault["onset_s"])),
                _ABSENT if row is None else tag("code", row["name"]),
                _ABSENT if row is None else RULES[row["who"]],
                ended_text(document, fault),
            )
        )
    note = tag(
        "p",
        "Noticed there: the first notice in the subsystem of the fault (of a sensor at fault, of "
        "that sensor) while it lasted. Nobody aboard is told what a notice is about, so it may be "
        "about something else.",
        class_="quiet",
    )
    return Markup("").join([table(heads, rows), note])


def ended_text(document: Document, fault: Document) -> Markup | str:
    """Return when a fault ended, if it did."""
    if fault["ended_s"] is None and fault_end(document, fault) >= document["days"] * 86_400.0:
        return "not in the flight"
    return _whole(moment_text(fault_end(document, fault)))


def size_text(fault: Document) -> str:
    """Return the size of a fault in the unit of its kind.

    Examples
    --------
    >>> size_text({"size": 3e-7, "unit": "m2"}).replace("\\xa0", " ")
    '3e-07 m2'
    >>> size_text({"size": 0.6, "unit": "-"}), size_text({"size": None, "unit": "-"})
    ('0.6', '–')
    """
    if fault["size"] is None:
        return _ABSENT
    unit = "" if fault["unit"] == "-" else f"{FIRM_SPACE}{fault['unit']}"
    return f"{fault['size']:.3g}{unit}"


def _whole(text: str) -> Markup:
    return tag("span", text, class_="whole")


def act_rows(document: Document) -> list[tuple[Document, str]]:
    """Return what was asked and done, with the reason: a row where many said the same at once."""
    kinds = ("asked", "refused", "done", "safe-mode", "manager", "mind-failed", "visit")
    found: dict[tuple[Any, ...], tuple[Document, list[str]]] = {}
    for row in document["timeline"]:
        if row["kind"] not in kinds:
            continue
        # Managers of all modules often say the same at once: of a mode, what it is; of a command,
        # why, after the key of the module.
        what = row["name"] if row["kind"] != "manager" else row["text"].rsplit(" is ", 1)[-1]
        same = (row["time_s"], row["kind"], row["who"], what, row["value"])
        found.setdefault(same, (row, []))[1].append(row["text"])
    return [(row, _together(row, texts)) for row, texts in found.values()]


def _together(row: Document, texts: Sequence[str]) -> str:
    """Return what was said at once as one text.

    Examples
    --------
    >>> row = {"kind": "done", "who": "manager"}
    >>> _together(row, ["nauka: made safe", "nem: made safe"])
    'made safe (nauka, nem)'
    """
    if len(texts) == 1:
        return texts[0]
    if row["kind"] == "manager":
        told = [text.removeprefix("the manager of ").rsplit(" is ", 1) for text in texts]
        return f"the managers of {listed(name for name, *_ in told)} are {told[0][-1]}"
    if row["who"] != "manager":
        return "; ".join(dict.fromkeys(texts))
    whys: dict[str, list[str]] = {}
    for text in texts:
        name, colon, why = text.partition(": ")
        whys.setdefault(why if colon else text, []).extend([name] if colon else [])
    return "; ".join(why + (f" ({', '.join(by)})" if by else "") for why, by in whys.items())


def acts_markup(document: Document) -> Markup:
    """Return the table of what was asked and done, with reasons."""
    every = act_rows(document)
    if not every:
        return tag("p", "Nothing.")
    rows = [
        (
            _whole(moment_text(row["time_s"])),
            row["who"] or _ABSENT,
            KINDS[row["kind"]],
            _ABSENT if row["kind"] == "manager" else tag("code", row["name"]),
            _ABSENT if row["value"] is None else f"{row['value']:g}",
            text,
        )
        for row, text in every[:MOST_ROWS]
    ]
    classes = ["misses" if row["kind"] in ("refused", "mind-failed") else "" for row, _ in every]
    heads = ("when", "who", "what came of it", "command", "value", "reason, or why not")
    shown = table(heads, rows, row_classes=classes[:MOST_ROWS])
    return Markup("").join([shown, _cut(len(every))])


def _cut(count: int) -> Markup:
    if count <= MOST_ROWS:
        return Markup("")
    return tag(
        "p", f"The first {MOST_ROWS} of {count}; all are in operations.json.", class_="quiet"
    )


def notices_markup(document: Document) -> Markup:
    """Return the table of what was noticed: a row for each parameter and rule."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in document["timeline"]:
        key = (row["name"], row["who"])
        if row["kind"] == "noticed":
            one = found.setdefault(key, {"row": row, "times": 0, "since": None, "stood": 0.0})
            one["times"] += 1
            one["since"] = row["time_s"]
        elif row["kind"] == "over" and key in found and found[key]["since"] is not None:
            found[key]["stood"] += row["time_s"] - found[key]["since"]
            found[key]["since"] = None
    if not found:
        return tag("p", "Nothing.")
    last = document["days"] * 86_400.0
    rows = []
    for (name, rule), one in list(found.items())[:MOST_ROWS]:
        standing = one["since"] is not None
        stood = one["stood"] + (last - one["since"] if standing else 0.0)
        rows.append(
            (
                _whole(moment_text(one["row"]["time_s"])),
                one["row"]["subsystem"],
                RULES[rule],
                tag("code", name),
                one["row"]["text"],
                one["times"],
                _whole(span_text(stood)),
                "yes" if standing else "",
            )
        )
    heads = (
        "first",
        "subsystem",
        "by",
        "parameter",
        "reading then",
        "times",
        "stood",
        "at the end",
    )
    shown = Markup("").join([table(heads, rows), _cut(len(found))])
    title = f"{counted(len(found), 'parameter')} and rules, each with how often and how long"
    return tag("details", tag("summary", title), shown)


def modules_markup(document: Document) -> Markup:
    """Return the state of every module at the end, and what was not over there."""
    signals = signals_of(document)
    titles = room_titles(document)
    alone = {
        row["name"]: row["text"].rsplit(" is ", 1)[-1]
        for row in document["timeline"]
        if row["kind"] == "manager"
    }
    standing = open_at_end(document)
    rows = []
    for key, title in titles.items():
        cells: list[object] = [title]
        for kind, places in (
            ("pressure", 1), ("oxygen", 2), ("carbon-dioxide", 3), ("temperature", 1), ("wall", 1),
        ):  # fmt: skip
            one = signals.get(f"room.{key}.{kind}")
            if one is None:
                cells.append(_ABSENT)
                continue
            low, high = (f"{one[side][-1]:.{places}f}" for side in ("low", "high"))
            cells.append(low if low == high else f"{low} to {high}")
        names = sorted({row["name"] for row in standing if row["name"].startswith(f"room.{key}.")})
        cells += [alone.get(key, "follows"), ", ".join(names) or _ABSENT]
        rows.append(cells)
    heads = ("module", "pressure [kPa]", "oxygen [kPa]", "carbon dioxide [kPa]",
             "temperature [°C]", "walls [°C]", "manager", "not over")  # fmt: skip
    return table(heads, rows)


def services_markup(document: Document) -> Markup:
    """Return the share of time of each payload."""
    if not document["services"]:
        return tag("p", "The station has no payloads.")
    rows = [(one["title"], share_text(one["share"])) for one in document["services"]]
    return table(("payload", "share of the time"), rows)


def dictionary_markup(document: Document, dictionary: Sequence[Document]) -> Markup:
    """Return the telemetry dictionary by subsystem."""
    told = [one["subsystem"] for one in dictionary]
    names = [*(one for one in SUBSYSTEMS if one in told)]
    names += sorted(set(told) - set(names))
    rows: list[tuple[object, ...]] = []
    for name in (*names, "all"):
        here = [one for one in dictionary if name in (one["subsystem"], "all")]
        kinds = [one["kind"] for one in here]
        limited = sum(bool(one["low"] or one["high"]) for one in here)
        second = sum(one["name"].endswith(".b") for one in here)
        rows.append(
            (
                name,
                len(here),
                *(kinds.count(k) for k in ("analog", "state", "count")),
                limited,
                second,
            )
        )
    heads = ("subsystem", "parameters", "analog", "states", "counters", "with alarm limits",
             "second sensors")  # fmt: skip
    said = tag(
        "p",
        f"{counted(document['commands'], 'command')}. Each parameter with its unit, limits and "
        "sensor is in ",
        tag("code", "telemetry/dictionary.csv"),
        ".",
    )
    return Markup("").join([table(heads, rows), said])


def assumed_lines(document: Document) -> list[str]:
    """Return what is assumed, how the flight was judged, and what is left out."""
    from stationkeeper.operations.plan import LEARNING, LEARNING_LINK
    from stationkeeper.operations.registry import SPREAD

    warm = f"{judged.SAFE_COLD - 273.15:.0f} to {judged.SAFE_WARM - 273.15:.0f} °C"
    lines = [
        f"Safe means: turning slower than {np.degrees(judged.SAFE_RATE):.2g}°/s, every bus above "
        f"{100 * judged.SAFE_LEVEL:.0f} % of its charge, and in seven tenths of the volume more "
        f"than {judged.SAFE_PRESSURE / 1e3:.0f} kPa and {warm}; no smoke; with people aboard, "
        f"carbon dioxide below {judged.SAFE_CARBON_DIOXIDE / 1e3:.0f} kPa everywhere.",
        f"Lost means: {listed(_LOST.values())}. Both are ours, near what flight rules say, and "
        "are judged from the true state once a minute.",
        f"A payload counts while it is on, the attitude is within "
        f"{np.degrees(judged.POINTED):.0f}° of what is commanded and not that of safe mode, and "
        "the station is not lost.",
        f"Efficiencies, heats, volumes and flows are drawn up to {100 * SPREAD:.0f} % to both "
        "sides for each mission, and nobody who watches is told them.",
        f"The watch learned on {LEARNING / 86_400.0:.0f} nominal days of the same station before "
        f"the flight, with this link: {_LINKS[LEARNING_LINK]}.",
    ]
    lines += [
        f"Not flown, its module is not there on the first day: {one}."
        for one in document["left_out"]
    ]
    return lines


def safe_text(document: Document) -> str:
    """Return the spans of safe mode for a terminal; empty without any."""
    spans = safe_spans(document)
    if not spans:
        return ""
    said = [f"{moment_text(a)} to {moment_text(b)}" for a, b in spans[:3]]
    more = f" and {len(spans) - 3} more" if len(spans) > 3 else ""
    return f"{', '.join(said)}{more}"
