"""Dates, reboost rules, events and figures: whether each makes sense by itself."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date

from stationkeeper.programme.check_references import Fault
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import History
from stationkeeper.programme.parts import Fact, Part
from stationkeeper.programme.problems import KeyPath, nearest
from stationkeeper.programme.reference import reference_table
from stationkeeper.programme.stations import EndOfLife, ReboostRule

LONGEST_SPAN_YEARS = 100  # our choice
HEAVIEST_STATION_KG = 2e6  # [kg] over four times the largest flown; our choice
DENSITIES_KG_M3 = (20.0, 3_000.0)  # [kg/m3] mass over pressurised volume; flown ones are 100-700


def rule_faults(
    programme: Programme, told: History, own: Callable[[KeyPath], bool]
) -> Iterator[Fault]:
    """Yield faults of single parts.

    Parameters
    ----------
    programme : Programme
        The document.
    told : History
        Its events gone through.
    own : callable
        Tells whether a key path is written in the programme's own file. Shared tables hold more
        than one span needs, so only the file itself is held to its span.
    """
    yield from _span(programme)
    yield from _events(programme)
    yield from _orders(programme)
    yield from _outside(programme, own)
    yield from _reboost(programme)
    yield from _figures(programme, told)
    yield from _estimate_names(programme)
    yield from _names_of_series(programme)


def _names_of_series(programme: Programme) -> Iterator[Fault]:
    """Flights and crews called as one of a regular series would be, which would hide them."""
    for collection, keys in (("flight", programme.flight), ("crew", programme.crew)):
        for key in keys:
            series, _, number = key.rpartition("-")
            if series in programme.traffic and number.isdecimal() and len(number) >= 3:
                yield Fault(
                    (collection, key),
                    f"{key!r}, a name that the series {series!r} gives its own",
                    "another name",
                )


def _span(programme: Programme) -> Iterator[Fault]:
    span = programme.span
    if span.last <= span.first:
        yield Fault(("span", "last"), f"{span.last}", f"a day after {span.first}, the first")
    elif (span.last - span.first).days > LONGEST_SPAN_YEARS * 366:
        years = (span.last - span.first).days // 365
        yield Fault(("span", "last"), f"a span of {years} years", f"at most {LONGEST_SPAN_YEARS}")


def _events(programme: Programme) -> Iterator[Fault]:
    for key, event in programme.event.items():
        at: KeyPath = ("event", key)
        kind = event.kind
        if kind in ("leave", "permit"):
            if event.partner is None:
                yield Fault((*at, "partner"), "nothing", f"the partner of an event {kind!r}")
            continue
        if not event.modules:
            yield Fault((*at, "modules"), "no module", f"the modules of an event {kind!r}")
        if kind == "relocate" and event.port is None:
            yield Fault((*at, "port"), "nothing", "the port to which the module moves")
        if kind in ("separate", "transfer"):
            if event.to_station is None:
                yield Fault((*at, "to_station"), "nothing", "the station that receives the modules")
            elif event.to_station == event.station:
                yield Fault((*at, "to_station"), repr(event.station), "another station")
        elif event.to_station is not None:
            given = f"{event.to_station!r} in an event {kind!r}"
            yield Fault((*at, "to_station"), given, "it only in 'separate' and 'transfer'")


def _orders(programme: Programme) -> Iterator[Fault]:
    """First days that come after last days."""
    pairs: list[tuple[KeyPath, str, date | None, str, date | None]] = []
    for key, flight in programme.flight.items():
        at: KeyPath = ("flight", key)
        pairs.append(((*at, "docked"), "launched", flight.launched, "docked", flight.docked))
        pairs.append(((*at, "undocked"), "docked", flight.docked, "undocked", flight.undocked))
        for day in flight.moved_to:
            moved = date.fromisoformat(day)
            pairs.append(((*at, "moved_to", day), "docked", flight.docked, "moved", moved))
            pairs.append(((*at, "moved_to", day), "moved", moved, "undocked", flight.undocked))
    for key, crew in programme.crew.items():
        pairs.append((("crew", key, "landed"), "launched", crew.launched, "landed", crew.landed))
    for key, series in programme.traffic.items():
        pairs.append((("traffic", key, "until"), "since", series.since, "until", series.until))
    for key, station in programme.station.items():
        at = ("station", key, "reboost")
        for name, rule in station.reboost.items():
            pairs.append(((*at, name, "until"), "since", rule.since, "until", rule.until))
    for key, launcher in programme.launcher.items():
        at = ("launcher", key, "payloads")
        for name, payload in launcher.payloads.items():
            pairs.append(((*at, name, "until"), "since", payload.since, "until", payload.until))
    for path, before, begin, after, end in pairs:
        if begin is not None and end is not None and end < begin:
            yield Fault(path, f"{after} on {end}", f"a day not before {begin}, {before}")
    for key, series in programme.traffic.items():
        if not series.ports:
            yield Fault(("traffic", key, "ports"), "no port", "at least one port")


def _outside(programme: Programme, own: Callable[[KeyPath], bool]) -> Iterator[Fault]:
    first, last = programme.span.first, programme.span.last
    expected = f"a day within the span, {first} to {last}"
    dated: list[tuple[KeyPath, date, date]] = []
    for key, event in programme.event.items():
        # What happened before the span made the station that is found on its first day.
        dated.append((("event", key, "date"), event.date, date.max))
    for key, flight in programme.flight.items():
        dated.append((("flight", key, "docked"), flight.docked, flight.undocked or date.max))
    for key, crew in programme.crew.items():
        dated.append((("crew", key, "launched"), crew.launched, crew.landed or date.max))
    for key, series in programme.traffic.items():
        dated.append((("traffic", key, "since"), series.since, series.until or date.max))
    for path, begin, end in dated:
        if (begin > last or end < first) and own(path):
            given = f"{begin}" if begin > last else f"{begin} to {end}"
            yield Fault(path, given, expected, "change the date, or the span")


_NEEDED = {
    "band": ("lower_km", "upper_km"),
    "calendar": ("every_days", "target_km"),
    "target": ("target_km",),
    "as-flown": ("table",),
    "drift": (),
}


def _reboost(programme: Programme) -> Iterator[Fault]:
    for key, station in programme.station.items():
        at: KeyPath = ("station", key, "reboost")
        for name, rule in station.reboost.items():
            for needed in _NEEDED[rule.kind]:
                if getattr(rule, needed) is None:
                    given = "nothing"
                    expected = f"this key in a rule {rule.kind!r}"
                    yield Fault((*at, name, needed), given, expected)
            low, high = rule.lower_km, rule.upper_km
            if low is not None and high is not None and low >= high:
                yield Fault((*at, name, "upper_km"), f"{high:g} km", f"more than {low:g} km")
            if rule.kind == "as-flown" and rule.table is not None:
                yield from _altitude_table((*at, name, "table"), rule.table)
            for burner in rule.burned_by:
                if not _burns(programme, burner):
                    given, expected = f"{burner!r}, which cannot", "a ship or module with engines"
                    yield Fault((*at, name, "burned_by"), given, expected, warning=True)
        yield from _two_rules(at, station.reboost)
        if station.end is not None:
            yield from _end(programme, ("station", key, "end"), station.end)


def _burns(programme: Programme, key: str) -> bool:
    ship, module = programme.ship.get(key), programme.module.get(key)
    return (ship is not None and ship.may_reboost and ship.isp_s is not None) or (
        module is not None and module.propulsion is not None
    )


def _end(programme: Programme, at: KeyPath, end: EndOfLife) -> Iterator[Fault]:
    if end.kind == "storage" and end.storage_km is None:
        yield Fault((*at, "storage_km"), "nothing", "this key in an end 'storage'")
    ship = programme.ship[end.ship] if end.ship is not None else None
    if end.kind == "controlled" and ship is not None and not (ship.thrust_n and ship.isp_s):
        yield Fault(
            (*at, "ship"),
            f"{end.ship!r}, without thrust_n or isp_s",
            "a ship that can make the last burns",
            "the strongest engine that is there is taken",
            warning=True,
        )
    if end.crew_leaves is not None and end.crew_leaves > end.since:
        given, expected = f"{end.crew_leaves}", f"a day not after {end.since}, the first of descent"
        yield Fault((*at, "crew_leaves"), given, expected, warning=True)


def _altitude_table(path: KeyPath, table: str) -> Iterator[Fault]:
    rows = reference_table(table)
    if not rows or not {"date", "altitude_km"} <= set(rows[0]):
        yield Fault(path, repr(table), "a table with the columns date and altitude_km")


def _two_rules(at: KeyPath, rules: dict[str, ReboostRule]) -> Iterator[Fault]:
    ordered = sorted(rules.items(), key=lambda item: item[1].since)
    for (before, rule), (after, following) in itertools.pairwise(ordered):
        until = rule.until
        if rule.since == following.since:
            given = f"{following.since}, the same day as rule {before!r}"
            yield Fault((*at, after, "since"), given, "one rule at a time")
        elif until is not None and until > following.since:
            yield Fault(
                (*at, before, "until"),
                f"{until}, while rule {after!r} holds from {following.since}",
                "one rule at a time",
                "the later rule is taken from its first day on",
                warning=True,
            )


def _figures(programme: Programme, told: History) -> Iterator[Fault]:
    for key, module in programme.module.items():
        at: KeyPath = ("module", key)
        tank = module.propulsion
        if tank is not None and tank.aboard_kg > tank.capacity_kg:
            yield Fault(
                (*at, "propulsion", "aboard_kg"),
                f"{tank.aboard_kg:g} kg",
                f"at most {tank.capacity_kg:g} kg, the capacity",
            )
        if module.pressurised_volume_m3:
            density = module.mass_kg / module.pressurised_volume_m3
            low, high = DENSITIES_KG_M3
            if not low <= density <= high:
                yield Fault(
                    (*at, "pressurised_volume_m3"),
                    f"{module.pressurised_volume_m3:g} m3 for {module.mass_kg:g} kg, "
                    f"{density:.3g} kg/m3",
                    f"{low:g} to {high:g} kg/m3",
                    "check the units: kg and m3",
                    warning=True,
                )
    for key, site in programme.site.items():
        for low, high in site.inclinations_deg:
            if not 0 <= low <= high <= 180:
                where = ("site", key, "inclinations_deg")
                yield Fault(where, f"[{low:g}, {high:g}]", "[lowest, highest] within 0 to 180")
    for key, station in programme.station.items():
        path: KeyPath = ("station", key)
        if not told.exists_from(key):
            given = "no module at any time"
            yield Fault(path, given, "an event of kind 'dock' for it", warning=True, follows=True)
        elif station.first_day is not None and station.first_day > programme.span.last:
            given = f"{station.first_day}"
            expected = f"a day not after {programme.span.last}, the last of the span"
            yield Fault((*path, "first_day"), given, expected)
        rules = station.crew_rules
        if rules.minimum > rules.maximum:
            given = f"{rules.minimum}"
            expected = f"at most {rules.maximum}, the maximum"
            yield Fault((*path, "crew_rules", "minimum"), given, expected)
        heaviest = max(
            (
                sum(programme.module[name].mass_kg for name in modules)
                for _, modules, _ in told.states.get(key, [])
            ),
            default=0.0,
        )
        if heaviest > HEAVIEST_STATION_KG:
            given = f"modules of {heaviest:,.0f} kg together"
            expected = f"at most {HEAVIEST_STATION_KG:,.0f} kg"
            yield Fault(path, given, expected, "check the units: kg", warning=True)
        segments = {programme.module[name].segment for name in programme.module}
        for segment in rules.minimum_by_segment:
            if segment not in segments:
                yield Fault(
                    (*path, "crew_rules", "minimum_by_segment", segment),
                    repr(segment),
                    f"a segment of a module: {', '.join(sorted(segments)) or 'there is none'}",
                    nearest(segment, segments),
                    warning=True,
                )
    if not any(told.exists_from(key) for key in programme.station):
        given, expected = "no module that is ever docked", "at least one event 'dock'"
        yield Fault(("event",), given, expected, follows=True)


def _estimate_names(programme: Programme) -> Iterator[Fault]:
    for path, fact in facts(programme):
        for name in fact.estimates:
            if not has_key(fact, name):
                yield Fault(
                    (*path, "estimates"),
                    repr(name),
                    "a key of this part that is given a value",
                    nearest(name, type(fact).model_fields),
                    warning=True,
                )


def has_key(part: Part, dotted: str) -> bool:
    """Return whether a part has a value at a dotted key."""
    return value_at(part, dotted) is not None


def value_at(part: object, dotted: str) -> object:
    """Return the value at a dotted key of a part; None if there is none."""
    if isinstance(part, dict) and dotted in part:
        found: object = part[dotted]
        return found
    name, _, rest = dotted.partition(".")
    inner = part.get(name) if isinstance(part, dict) else None
    if isinstance(part, Part) and name in type(part).model_fields:
        inner = getattr(part, name)
    return value_at(inner, rest) if rest and inner is not None else inner


def facts(part: Part, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Fact]]:
    """Yield every fact of a document with its key path."""
    if isinstance(part, Fact):
        yield path, part
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Part):
            yield from facts(value, (*path, name))
        elif isinstance(value, dict):
            for key, inner in value.items():
                if isinstance(inner, Part):
                    yield from facts(inner, (*path, name, key))
