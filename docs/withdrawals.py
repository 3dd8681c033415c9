"""Write ``docs/explanation/withdrawals.md`` from runs: ``python -m docs.withdrawals``.

Flies every withdrawal of `cases`, each in a run folder of its own under ``runs/withdrawals``, and
gathers what they left into ``withdrawals.json`` beside the page. What is whole is not flown again
while neither programme nor code changes, so a stopped command goes on where it was.

``--replicas N`` and ``--out FOLDER`` are for trying; a name like ``iss-esa-shut`` flies only that
case and writes nothing; ``--page`` writes the page anew from the JSON without flying.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from docs.generate import table
from stationkeeper.lifetime.withdrawals import stations_left
from stationkeeper.programme.document import Programme

PAGE = Path(__file__).resolve().parent / "explanation" / "withdrawals.md"
TABLE = PAGE.with_suffix(".json")
RUNS = Path(__file__).resolve().parents[1] / "runs" / "withdrawals"

DAY: Final = date(2025, 1, 1)
LAST: Final = date(2029, 12, 31)
REPLICAS: Final = 100
SEED: Final = 1
MODES: Final = ("crews", "crews-and-ships", "handed-over", "shut", "separated")
NOBODY: Final = "nobody"
LATER: Final = "iss-to-ros"  # begins with stores for its first day, 2021, and flies ros too
STORES: Final = ("food", "water", "oxygen", "nitrogen")


@dataclass(frozen=True)
class Case:
    """A programme, who leaves and how; `mode` is empty if nobody does."""

    programme: str
    partner: str
    mode: str = ""
    to: str = ""

    @property
    def name(self) -> str:
        """Return what its folder is called."""
        return "-".join(part for part in (self.programme, self.partner, self.mode) if part)

    @property
    def settings(self) -> list[str]:
        """Return what is set on the programme."""
        found = []
        if self.programme != LATER:
            found = [f"span.last={LAST}", *_begun_later()]
        if self.mode:
            to = f", to = '{self.to}'" if self.to else ""
            parting = f"{{date = {DAY}, mode = '{self.mode}'{to}}}"
            found.append(f"withdraw.{self.partner}={parting}")
        return found


@cache
def _document(name: str) -> Programme:
    from stationkeeper.programme.read import read_programme

    return read_programme(name)


def _begun_later() -> list[str]:
    """Return settings that let the ISS begin on the day, and with the stores, of `LATER`."""
    later = _document(LATER)
    return [
        f"span.first={later.span.first}",
        f"station.iss.propellant_aboard_kg={later.station['iss'].propellant_aboard_kg}",
        *(f"store.{name}.aboard={later.store[name].aboard}" for name in STORES),
    ]


def cases() -> list[Case]:
    """Return who leaves what in which manner; every partner of the ISS in the same ways."""
    found = []
    for programme, partners in (
        ("iss", _document("iss").station["iss"].partners),
        (LATER, _document(LATER).station["ros"].partners),
    ):
        found.append(Case(programme, NOBODY))
        found += [
            Case(programme, partner, mode, _successor(programme, partner, mode))
            for partner in partners
            for mode in MODES
        ]
    return found


def _successor(programme: str, partner: str, mode: str) -> str:
    """Return who takes over: of the others at the station, who commands most of its ways."""
    if mode != "handed-over":
        return ""
    document = _document(programme)
    stations = stations_left(document, partner)
    ways = [
        way.commanded_by
        for function in document.function.values()
        if function.station in stations
        for way in function.provider.values()
        if (way.since or DAY) <= DAY <= (way.until or DAY)
    ]
    others = [p for key in stations for p in document.station[key].partners if p != partner]
    return max(others, key=ways.count)


def fly(case: Case, replicas: int, out: Path) -> dict[str, Any]:
    """Fly a case, unless it has been flown, and return what it left."""
    from stationkeeper.lifetime.run import run
    from stationkeeper.programme.read import read_programme

    programme = read_programme(case.programme, settings=case.settings)
    folder = run(programme, out=out / case.name, replicas=replicas, seed=SEED, progress=_say)
    losses = folder / "withdrawals.json"
    rows = json.loads(losses.read_text())["rows"] if losses.exists() else []
    state = json.loads((folder / "run.json").read_text())
    return {
        "programme": case.programme,
        "partner": case.partner,
        "mode": case.mode,
        "to": case.to,
        "settings": case.settings,
        "version": state["version"],
        "rows": rows,
        "flown": {key: flown(folder, key, replicas) for key in programme.station},
    }


def flown(folder: Path, station: str, replicas: int) -> dict[str, Any]:
    """Return what the replicas of a run went through from the day on.

    Returns
    -------
    dict
        ``leave`` and ``enter``: share of the replicas in which people first leave early because a
        function is lost, and in which the station enters by itself, with the days until then (5,
        50, 95 % of those replicas); ``leave_for``: the function that most of them leave for;
        ``person_days``: mean of the whole span; ``there``: share of the replicas with a station at
        some time.
    """
    import pyarrow.parquet as pq

    pieces = [
        pq.read_table(file, columns=["replica", "station", "event", "date"]).to_pandas()
        for file in sorted((folder / "replicas").glob("*.parquet"))
    ]
    leave: dict[int, tuple[int, str]] = {}
    enter: dict[int, tuple[int, str]] = {}
    for piece in pieces:
        here = piece[(piece["station"] == station) & (piece["date"] >= DAY)]
        for words, found in (
            ("people leave early: function ", leave),
            ("uncontrolled entry at altitude", enter),
        ):
            told = here[here["event"].astype(str).str.startswith(words)]
            for replica, event, day in zip(
                told["replica"], told["event"], told["date"], strict=True
            ):
                first = ((day - DAY).days, str(event).removeprefix(words))
                found[int(replica)] = min(found.get(int(replica), first), first)
    reasons = [reason for _, reason in leave.values()]
    there, person_days = _aboard(folder, station)
    return {
        "leave": _share_and_days([days for days, _ in leave.values()], replicas),
        "leave_for": max(sorted(set(reasons)), key=reasons.count) if reasons else "",
        "enter": _share_and_days([days for days, _ in enter.values()], replicas),
        "there": there,
        "person_days": person_days,
    }


def _aboard(folder: Path, station: str) -> tuple[float, int]:
    """Return the share of replicas with a station at some time, and mean person-days there."""
    import stationkeeper

    with stationkeeper.open(folder) as results:
        if station not in results["station"].values:
            return 0.0, 0  # it never begins
        told = results.sel(station=station)
        there = float(told["station_years"].fillna(0.0).max())
        people = (told["people_mean"].fillna(0.0) * told["alive"].fillna(0.0)).to_numpy()
        months = told["month"].to_numpy().astype("datetime64[M]")
    lengths = (months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")
    return there, round(float((people * lengths.astype(float)).sum()))


def _share_and_days(days: Sequence[int], replicas: int) -> dict[str, Any]:
    if not days:
        return {"share": 0.0, "days": None}
    quantiles = np.quantile(days, (0.05, 0.5, 0.95), method="inverted_cdf")
    return {"share": len(days) / replicas, "days": [int(day) for day in quantiles]}


# ---- the page -----------------------------------------------------------------------------------


def page(document: dict[str, Any]) -> str:
    """Return the page of what was flown."""
    told = document["cases"]
    names = sorted({one["programme"] for one in told})
    sections = [part for name in names for part in _programme(told, name)]
    head = HEAD.format(
        replicas=document["replicas"],
        seed=document["seed"],
        version=document["version"],
        flown_on=document["flown_on"],
        day=DAY,
        last=LAST,
        first=document["first"],
        estimates=document["estimates"],
    )
    return "\n\n".join([head.strip(), *sections, FOOT.strip()]) + "\n"


def _programme(told: list[dict[str, Any]], name: str) -> list[str]:
    own = [one for one in told if one["programme"] == name]
    title = _document(name).title
    parts = [f"## {title} (`{name}`)", _summary(own)]
    if name == LATER:
        parts.append(_stations_after(own))
    parts += [_losses(own, partner) for partner in _partners(own)]
    return parts


def _partners(own: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(one["partner"] for one in own if one["mode"]))


def _summary(own: list[dict[str, Any]]) -> str:
    """Return a row for each case: what is lost, and what then happens."""
    rows = []
    for one in own:
        functions = _functions(one)
        lost = [row for row in functions if row["lost"]]
        crew = [row for row in lost if row["needed_by"] != "work" and row["days"][1] is not None]
        first = min(crew, key=lambda row: row["days"][1], default=None)
        orbit = next((row for row in lost if row["function"] == "orbit"), None)
        after = one["flown"]["iss"]
        rows.append(
            (
                _partner(one["partner"]),
                _mode(one),
                f"{len(lost)} of {len(functions)}" if functions else "-",
                _ways(functions) if functions else "-",
                f"{first['title']}, {_days(first['days'])}" if first else "-",
                _days(orbit["days"]) if orbit else "-",
                _flown(after["leave"])
                + (f", most for `{after['leave_for']}`" if after["leave_for"] else ""),
                _flown(after["enter"]),
            )
        )
    return table(
        (
            "who leaves",
            "mode",
            "functions lost on the day",
            "ways of providing them lost",
            "first to be felt by people or station, days",
            "orbit raising lost: days to 200 km without a burn",
            "flown: people leave early for a function, replicas, days",
            "flown: it enters by itself, replicas, days",
        ),
        rows,
    )


def _ways(functions: list[dict[str, Any]]) -> str:
    """Return how many ways of providing functions end on the day."""
    had = sum(len(row["providers_before"]) for row in functions)
    gone = sum(len({*row["providers_before"]} - {*row["providers_after"]}) for row in functions)
    return f"{gone} of {had}"


def _stations_after(own: list[dict[str, Any]]) -> str:
    """Return what becomes of the station after the joint one."""
    rows = [
        (
            _partner(one["partner"]),
            _mode(one),
            _percent(one["flown"]["ros"]["there"]),
            f"{one['flown']['ros']['person_days']:,}",
        )
        for one in own
    ]
    return (
        "Its partner runs the later station alone, and whoever leaves a joint station keeps its "
        "own: the withdrawal is that from the ISS. What it makes of the later station:\n\n"
        + table(("who leaves", "mode", "`ros` is in orbit at some time", "person-days there"), rows)
    )


def _functions(one: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for station in one["rows"] for row in station["functions"]]


def _losses(own: list[dict[str, Any]], partner: str) -> str:
    """Return the functions that a partner's leaving ends, modes with the same figures together."""
    groups: dict[str, list[str]] = {}
    for one in own:
        if one["partner"] == partner:
            groups.setdefault(_lost(one), []).append(_mode(one))
    parts = [f"### {_partner(partner)}"]
    for text, modes in groups.items():
        named = ", ".join(modes)
        parts.append(f"{named}: {text}" if "\n" not in text else f"{named}:\n\n{text}")
    return "\n\n".join(parts)


def _lost(one: dict[str, Any]) -> str:
    rows = []
    for row in _functions(one):
        if row["lost"]:
            back = row["back_in_days"]
            rows.append(
                (
                    row["title"],
                    row["needed_by"],
                    _days(row["days"]),
                    row["limited_by"],
                    "-" if back is None else f"{back:,.0f}",
                    _percent(row["share_felt"]),
                    _in_place(row["in_place_first"], one["to"]),
                )
            )
    if not rows:
        return "no function is lost on the day."
    return table(
        ("function", "needed by", "days", "limited by", "back", "felt", "in place first"), rows
    )


def _in_place(told: Sequence[str], to: str) -> str:
    """Return what would have to be there, ways with the same condition together."""
    names: dict[str, list[str]] = {}
    for one in told:
        name, _, condition = one.partition(": ")
        if not (to and name.endswith(f".{to}")):  # what is handed over is told by its own name
            names.setdefault(condition, []).append(name)
    return "; ".join(f"{', '.join(ways)}: {what}" for what, ways in names.items()) or "-"


def _partner(key: str) -> str:
    return key if key == NOBODY else _document("iss").partner[key].title


def _mode(one: dict[str, Any]) -> str:
    if not one["mode"]:
        return "-"
    return f"`{one['mode']}`" + (f" to {_partner(one['to'])}" if one["to"] else "")


def _days(days: Sequence[float | None]) -> str:
    low, middle, high = (_number(day) for day in days)
    return middle if low == middle == high else f"{middle} ({low} to {high})"


def _number(day: float | None) -> str:
    if day is None:
        return "no end seen"
    return f"{day:,.1f}" if 0 < day < 10 and day != int(day) else f"{day:,.0f}"


def _flown(told: dict[str, Any]) -> str:
    if told["days"] is None:
        return "none"
    return f"{_percent(told['share'])}, {_days(told['days'])}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


HEAD = """
# Days to loss after a withdrawal

<!-- Written by docs/withdrawals.py from withdrawals.json, not by hand. -->

*Public data; not for flight decisions.* What would be lost, and after how many days, if one
partner ended its part on {day}, for every partner and every mode in the same way. {replicas}
replicas, seed {seed}, version {version}, flown on {flown_on} by `python -m docs.withdrawals`; all
figures, with those of functions that are not lost, in [withdrawals.json](withdrawals.json).
Figures are the middle replica, in brackets 5 to 95 % of the replicas.

Nothing here says that anybody will leave or should. Modes, columns and the rules behind them: [ask
what happens if a partner leaves](../howto/ask-what-happens-if-a-partner-leaves.md). How functions,
stores and equipment are flown: [what keeps a station alive](upkeep.md).

What is assumed, and must be known to whoever quotes a figure:

- `iss` is flown from {first} to {last} with the stores of that first day from `iss-to-ros`; they
  are ours. `iss-to-ros` is flown whole, and the days are those of the ISS in it.
- Who commands what, what needs what, how much is aboard, how fast it is used, how often units
  fail: the tables `library/*-upkeep.toml`, with a source and a confidence in each row. {estimates}
  figures of `iss` are our own estimates; `stationkeeper check iss` lists them. Days to loss are no
  better than the stores they come from.
- `handed-over` goes to the other partner of the station that commands most ways of providing its
  functions, with 365 days of transfer from the day itself: without notice. A notice a year before
  makes the gap nil.
- *Days* are those until a loss is felt: the store that bridges it is empty, at the level and use
  of that day in the same replica; for the orbit, until 200 km without a burn; 0 if nothing bridges
  it. Each function is counted by itself, as if people stayed; what is flown with all of them
  together is in the last two columns of the first table. The row of nobody shows what happens
  without any withdrawal.
- The power, cooling and ports of a side count until the last module of that side has left; all
  other functions count for the whole station.
- Nobody sends a ship in place of one that no longer comes, and stores are set so that what all
  ships bring is used up: without a series of cargo ships a store runs dry in time, unless fewer
  people are aboard.
- *Back*: days until the document provides it again. *Felt*: share of the replicas in which it is
  felt before that. *In place first*: each of these, there before the day, would have kept it or
  bridged it longer.
- Functions are those that keep the station and its people alive. Science, arms as a service and
  ground stations are not among them, so a partner may leave without a row here. In `separated` a
  module goes with who operates it, not with who owns it.
- Left out: what partners would agree on in the meantime, purchase of ships and seats, commanding
  through another's ground that is not in the document, changed use of stores, parts within
  modules, and law.
"""

FOOT = """
## What the figures are worth

Which functions are lost follows from the document and can be checked line by line. How long a
store lasts follows from its level, which is ours within its capacity, and from its use, which
mostly is published: an error of the level is an error of the days in the same proportion. The fall
to 200 km is validated ([orbit](orbit.md)). No withdrawal from a station in orbit has happened, so
no row can be held against one.
"""


# ---- the command --------------------------------------------------------------------------------


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def gather(chosen: Sequence[Case], replicas: int, out: Path) -> dict[str, Any]:
    """Fly cases one after the other and return the document of all."""
    told = []
    for number, case in enumerate(chosen, 1):
        _say(f"{number} of {len(chosen)}: {case.name}")
        told.append(fly(case, replicas, out))
    return {
        "version": told[0]["version"],
        "seed": SEED,
        "replicas": replicas,
        "flown_on": f"{date.today()}",
        "day": f"{DAY}",
        "first": f"{_document(LATER).span.first}",
        "last": f"{LAST}",
        "estimates": estimates(),
        "cases": told,
    }


def estimates() -> int:
    """Return the number of figures of the ISS that are our own."""
    from stationkeeper.programme.check_basis import estimates as of_programme

    return sum(1 for _ in of_programme(_document("iss")))


def as_text(document: dict[str, Any]) -> str:
    """Return the document as JSON with a line for each case."""
    head = json.dumps({key: value for key, value in document.items() if key != "cases"})
    lines = ",\n".join(json.dumps(one) for one in document["cases"])
    return f'{head[:-1]}, "cases": [\n{lines}\n]}}\n'


def main() -> None:
    """Fly all cases and write table and page."""
    parser = argparse.ArgumentParser(description="Days to loss after each withdrawal.")
    parser.add_argument("names", nargs="*", help="only these cases; nothing is written")
    parser.add_argument("--replicas", type=int, default=REPLICAS)
    parser.add_argument("--out", type=Path, default=RUNS)
    parser.add_argument("--page", action="store_true", help="write the page from the table only")
    given = parser.parse_args()
    if not given.page:
        known = {case.name: case for case in cases()}
        if unknown := [name for name in given.names if name not in known]:
            raise SystemExit(f"no such case: {', '.join(unknown)}; known: {', '.join(known)}")
        chosen = [known[name] for name in given.names] or list(known.values())
        document = gather(chosen, given.replicas, given.out)
        if given.names:
            print(json.dumps(document, indent=1))
            return
        TABLE.write_text(as_text(document), encoding="utf-8")
    PAGE.write_text(page(json.loads(TABLE.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
