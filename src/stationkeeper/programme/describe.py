"""What a programme holds, as plain data and as text."""

from collections import Counter
from typing import Any

from stationkeeper.programme.composition import all_crews, all_flights, station_intervals
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
        Plain data: stations with their states by date, modules, ships, events, flights and crews.
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
    }


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
        seats = ", ".join(f"{nation} {n}" for nation, n in station["seats_by_nation"].items())
        if seats:
            lines.append(f"  seats: {seats}")
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
    ships = ", ".join(ship["title"] for ship in description["ships"].values())
    lines += ["", f"ships: {ships or 'none'}"]
    return "\n".join(lines)
