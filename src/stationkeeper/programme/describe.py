"""What a programme holds, as plain data and as text."""

from collections import Counter
from collections.abc import Mapping, Set
from typing import Any

from stationkeeper.programme.composition import all_crews, all_flights, station_intervals
from stationkeeper.programme.describe_policies import (
    describe_policies,
    describe_random,
    policy_lines,
)
from stationkeeper.programme.describe_record import describe_record, record_lines
from stationkeeper.programme.describe_services import describe_services, service_lines
from stationkeeper.programme.document import Programme
from stationkeeper.programme.files import parse_packaged
from stationkeeper.programme.reading import override_names, shipped_names
from stationkeeper.units import date_from_days


def describe_shipped() -> list[dict[str, Any]]:
    """Return name, title, first and last day and overrides of each shipped programme.

    Examples
    --------
    >>> [row["name"] for row in describe_shipped() if row["name"] == "iss"]
    ['iss']
    """
    rows = []
    for name in shipped_names():
        document = parse_packaged("shipped", f"{name}.toml").document
        span = document["span"]
        rows.append(
            {
                "name": name,
                "title": document["title"],
                "first": str(span["first"]),
                "last": str(span["last"]),
                "overrides": override_names(name),
            }
        )
    return rows


def describe(programme: Programme) -> dict[str, Any]:
    """Return what a programme holds.

    Parameters
    ----------
    programme : Programme
        A checked programme.

    Returns
    -------
    dict
        Plain data: stations with their states by date, modules, ships, events, flights, crews,
        rotations, agreements, shocks, work, and where the record of words stands.
    """
    flights, crews = all_flights(programme), all_crews(programme)
    intervals = station_intervals(programme)
    stations = []
    for key, station in programme.station.items():
        states = [
            {
                "from": str(date_from_days(interval.first)),
                "until": str(date_from_days(interval.last - 1)),
                "modules": list(interval.modules),
                "isolated": list(interval.isolated),
                "mass_kg": sum(programme.module[name].mass_kg for name in interval.modules),
                "pressurised_volume_m3": sum(
                    programme.module[name].pressurised_volume_m3 for name in interval.modules
                ),
                "orbit_from": interval.orbit_from,
            }
            for interval in intervals[key]
        ]
        stations.append(
            {
                "key": key,
                "title": station.title,
                "partners": list(station.partners),
                "altitude_km": station.orbit.altitude_km,
                "inclination_deg": station.orbit.inclination_deg,
                "permanent_crew": station.crew_rules.permanent,
                "reboost": {
                    name: {"kind": rule.kind, "since": str(rule.since)}
                    for name, rule in station.reboost.items()
                },
                "flights": sum(flight.station == key for flight in flights.values()),
                "crews": sum(crew.station == key for crew in crews.values()),
                "seats_by_nation": _seats(programme, key),
                "states": states,
                "upkeep": _upkeep(
                    programme, key, {name for state in intervals[key] for name in state.modules}
                ),
            }
        )
    return {
        "name": programme.name,
        "title": programme.title,
        "about": programme.about,
        "first": str(programme.span.first),
        "last": str(programme.span.last),
        "as_known": str(programme.as_known) if programme.as_known else None,
        "applied": list(programme.applied),
        "left_out": list(programme.left_out),
        "stations": stations,
        "partners": {key: part.title for key, part in programme.partner.items()},
        "modules": {
            key: {
                "title": module.title,
                "partner": module.partner,
                "segment": module.segment,
                "mass_kg": module.mass_kg,
                "launched": str(module.launched) if module.launched else None,
            }
            for key, module in programme.module.items()
        },
        "ships": {
            key: {"title": ship.title, "seats": ship.seats, "mass_kg": ship.mass_kg}
            for key, ship in programme.ship.items()
        },
        "events": [
            {
                "key": key,
                "date": str(event.date),
                "kind": event.kind,
                "station": event.station,
                "modules": list(event.modules),
                "to_station": event.to_station,
            }
            for key, event in sorted(programme.event.items(), key=lambda item: item[1].date)
        ],
        "flights": [
            {
                "key": key,
                "ship": flight.ship,
                "station": flight.station,
                "port": flight.port,
                "docked": str(flight.docked),
                "undocked": str(flight.undocked),
                "status": flight.status,
            }
            for key, flight in flights.items()
        ],
        "crews": [
            {
                "key": key,
                "station": crew.station,
                "launched": str(crew.launched),
                "landed": str(crew.landed),
                "seats": dict(crew.seats),
                "status": crew.status,
            }
            for key, crew in crews.items()
        ],
        "rotations": [
            {
                "key": key,
                "ship": rotation.ship,
                "station": rotation.station,
                "since": str(rotation.since),
                "until": str(rotation.until) if rotation.until else None,
                "every_days": rotation.every_days,
                "ports": list(rotation.ports),
                "mixes": [dict(mix) for mix in rotation.mixes],
                "optional": rotation.optional,
            }
            for key, rotation in sorted(programme.rotation.items(), key=lambda item: item[1].since)
        ],
        "agreements": [
            {
                "key": key,
                "kind": agreement.kind,
                "station": agreement.station,
                "since": str(agreement.since),
                "until": str(agreement.until) if agreement.until else None,
                "seats_on": dict(agreement.seats_on),
                "nations": list(agreement.nations),
                "seats_per_year": agreement.seats_per_year,
            }
            for key, agreement in sorted(
                programme.agreement.items(), key=lambda item: item[1].since
            )
        ],
        "shocks": [
            {
                "key": key,
                "kind": shock.kind,
                "station": shock.station,
                "date": str(shock.date),
                "until": str(shock.until) if shock.until else None,
                "ships": list(shock.ships),
                "site": shock.site,
                "flight": shock.flight,
                "people": shock.people,
            }
            for key, shock in sorted(programme.shock.items(), key=lambda item: item[1].date)
        ],
        "work": [
            {
                "key": key,
                "title": work.title,
                "station": work.station,
                "since": str(work.since),
                "until": str(work.until),
                "crew_days": work.crew_days,
            }
            for key, work in programme.work.items()
        ],
        "words": describe_record(programme),
        "policies": describe_policies(programme),
        "random": describe_random(programme),
        **describe_services(programme),
    }


def _upkeep(programme: Programme, station: str, modules: Set[str]) -> dict[str, int]:
    """Count what wears out and what keeps a station alive."""
    groups = [group for group in programme.equipment.values() if group.module in modules]
    functions = [one for one in programme.function.values() if one.station == station]
    return {
        "equipment": len(groups),
        "units": sum(group.units for group in groups),
        "functions": len(functions),
        "ways": sum(len(function.provider) for function in functions),
        "stores": sum(store.station == station for store in programme.store.values()),
        "leaks": sum(leak.station == station for leak in programme.leak.values()),
    }


def _upkeep_lines(upkeep: Mapping[str, int]) -> list[str]:
    lines = []
    if upkeep["equipment"]:
        lines.append(f"  equipment, {upkeep['equipment']} groups: {upkeep['units']} units")
    if upkeep["functions"]:
        lines.append(f"  functions, {upkeep['functions']}: {upkeep['ways']} ways to provide them")
    if upkeep["stores"]:
        lines.append(f"  stores, {upkeep['stores']}")
    if upkeep["leaks"]:
        lines.append(f"  leaks and repairs observed, {upkeep['leaks']}")
    return lines


def _crewing_lines(description: dict[str, Any], station: str) -> list[str]:
    """Return what a plan of crews may use at a station, a line for each entry; work by its sum."""
    rotations, agreements, shocks, work = (
        [entry for entry in description[name] if entry["station"] == station]
        for name in ("rotations", "agreements", "shocks", "work")
    )
    lines = []
    for name, entries in (
        ("rotations", rotations),
        ("agreements", agreements),
        ("shocks", shocks),
    ):
        if entries:
            lines.append(f"  {name}, {len(entries)}:")
            lines += [f"    {_crewing_line(name, entry)}" for entry in entries]
    if work:
        days = sum(entry["crew_days"] for entry in work)
        first, last = min(e["since"] for e in work), max(e["until"] for e in work)
        lines.append(f"  work, {len(work)}: {days:,.0f} days of one person from {first} to {last}")
    return lines


def _crewing_line(name: str, entry: dict[str, Any]) -> str:
    since = entry.get("since") or entry["date"]
    if entry["until"]:
        when = f"{since} to {entry['until']}"
    else:
        once = entry.get("kind") in ("flight-lost", "early-return")
        when = since if once else f"from {since}"
    if name == "rotations":
        mixes = " or ".join(_people(mix) for mix in entry["mixes"])
        about = [f"{entry['ship']} every {entry['every_days']:g} d", when, mixes]
    elif name == "agreements":
        about = [entry["kind"], when]
        about += [f"{nation} on {ship}" for ship, nation in entry["seats_on"].items()]
        if entry["kind"] == "quota":
            about += [f"{entry['seats_per_year']:g} seats a year", " ".join(entry["nations"])]
    else:
        about = [entry["kind"], when, *entry["ships"]]
        about += [named for named in (entry["site"], entry["flight"]) if named]
        about += [f"at most {entry['people']}"] if entry["people"] is not None else []
    return f"{entry['key']}: {', '.join(about)}"


def _people(seats: Mapping[str, int], between: str = " ") -> str:
    return between.join(f"{nation} {count}" for nation, count in seats.items())


def _seats(programme: Programme, station: str) -> dict[str, int]:
    seats: Counter[str] = Counter()
    for crew in all_crews(programme).values():
        if crew.station == station:
            seats.update(crew.seats)
    return dict(seats.most_common())


def as_text(description: dict[str, Any]) -> str:
    """Return a description for people to read."""
    lines = [f"{description['name']}: {description['title']}"]
    if description["about"]:
        lines.append(description["about"])
    lines.append(f"{description['first']} to {description['last']}")
    lines += [f"applied: {line}" for line in description["applied"]]
    if description["as_known"]:
        lines.append(f"as known on {description['as_known']}; left out:")
        lines += [f"  {line}" for line in description["left_out"]]
    for station in description["stations"]:
        lines += ["", f"{station['key']}: {station['title']}"]
        lines.append(
            f"  {station['altitude_km']:g} km, {station['inclination_deg']:g} deg; "
            f"{station['flights']} flights, {station['crews']} crews"
        )
        if station["seats_by_nation"]:
            lines.append(f"  seats: {_people(station['seats_by_nation'], ', ')}")
        before: list[str] = []
        for state in station["states"]:
            change = [f"+{name}" for name in state["modules"] if name not in before]
            change += [f"-{name}" for name in before if name not in state["modules"]]
            lines.append(
                f"  {state['from']}  {state['mass_kg']:>9,.0f} kg "
                f"{state['pressurised_volume_m3']:>6,.0f} m3  {' '.join(change)}"
            )
            before = state["modules"]
        if not station["states"]:
            lines.append("  does not exist in these years")
        lines += _crewing_lines(description, station["key"])
        lines += _upkeep_lines(station["upkeep"])
    lines += record_lines(description["words"])
    lines += policy_lines(description["policies"], description["random"])
    lines += service_lines(description)
    ships = ", ".join(ship["title"] for ship in description["ships"].values())
    lines += ["", f"ships: {ships or 'none'}"]
    return "\n".join(lines)
