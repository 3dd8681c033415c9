"""Holds and manifests: nothing heavier than what carries it; stores counted on the day flown."""

from collections.abc import Collection, Iterator

from stationkeeper.programme.check_references import Fault
from stationkeeper.programme.composition import station_intervals
from stationkeeper.programme.document import Programme
from stationkeeper.programme.functions import Brought, Hold
from stationkeeper.programme.hardware import Ship
from stationkeeper.programme.problems import KeyPath
from stationkeeper.units import days_since_2000

_WEIGHING = 1e-6  # [kg] that rounding may hide


def cargo_faults(
    programme: Programme, first_day_set: bool = False, set_with_it: Collection[str] = ()
) -> Iterator[Fault]:
    """Yield faults of holds and manifests, and of stores that were counted on another day.

    Parameters
    ----------
    programme : Programme
        Its references hold.
    first_day_set : bool
        The first day was given outside of the file: a store that does not say on which day it was
        counted is then taken as counted on it.
    set_with_it : collection of str
        Stores whose amount aboard was given there as well.

    Yields
    ------
    Fault
        An error for a manifest that is heavier than its ship or beyond a hold, and for a hold that
        is heavier than its ship; a warning for what a class usually brings.
    """
    for key, ship in programme.ship.items():
        yield from _ship(("ship", key), ship)
    for key, flight in programme.flight.items():
        if flight.manifest is not None:
            ship = programme.ship[flight.ship]
            propellant = flight.propellant_to_station_kg
            mass = flight.mass_kg or ship.mass_kg
            at: KeyPath = ("flight", key, "manifest")
            yield from _manifest(at, flight.ship, ship, flight.manifest, propellant, mass)
    for key, series in programme.traffic.items():
        if series.manifest is not None:
            ship = programme.ship[series.ship]
            propellant = series.propellant_to_station_kg
            mass = series.mass_kg or ship.mass_kg
            at = ("traffic", key, "manifest")
            yield from _manifest(at, series.ship, ship, series.manifest, propellant, mass)
    if first_day_set:
        yield from _uncounted(programme, set_with_it)


def dry_kg(brought: Brought) -> float:
    """Return what of a manifest goes into the pressurised hold. [kg]"""
    return brought.food_kg + brought.spares_kg + brought.other_kg


def gas_kg(brought: Brought) -> float:
    """Return what of a manifest goes into tanks or bottles of gas. [kg]"""
    return brought.oxygen_kg + brought.nitrogen_kg


def all_kg(brought: Brought) -> float:
    """Return what a manifest weighs. [kg]"""
    return dry_kg(brought) + gas_kg(brought) + brought.water_kg


def _ship(at: KeyPath, ship: Ship) -> Iterator[Fault]:
    hold = ship.hold
    if hold is None:
        return
    if hold.total_kg > ship.mass_kg:
        given = f"{hold.total_kg:g} kg"
        expected = f"at most {ship.mass_kg:g} kg, the mass of the ship when docked"
        yield Fault((*at, "hold", "total_kg"), given, expected)
    for name in ("dry_kg", "water_kg", "gas_kg", "propellant_kg"):
        part = getattr(hold, name)
        if part > hold.total_kg:
            expected = f"at most {hold.total_kg:g} kg, all that it carries"
            yield Fault((*at, "hold", name), f"{part:g} kg", expected)
    for what, carried, most in _against(hold, ship.brings, ship.propellant_to_station_kg):
        yield Fault(
            (*at, "brings"),
            f"{carried:g} kg {what}",
            f"at most {most:g} kg, its hold",
            "it comes nevertheless",
            warning=True,
        )


def _against(hold: Hold, brought: Brought, propellant: float) -> Iterator[tuple[str, float, float]]:
    """What of a load is beyond a hold: in words, what is carried, and the most. [kg]"""
    loads = [
        ("dry", dry_kg(brought), hold.dry_kg),
        ("of water", brought.water_kg, hold.water_kg),
        ("of gas", gas_kg(brought), hold.gas_kg),
        ("of propellant", propellant, hold.propellant_kg),
        ("with its propellant", all_kg(brought) + propellant, hold.total_kg),
    ]
    for what, carried, most in loads:
        if carried > most + _WEIGHING:
            yield what, carried, most


def _manifest(
    at: KeyPath, key: str, ship: Ship, brought: Brought, propellant: float | None, mass: float
) -> Iterator[Fault]:
    fuel = ship.propellant_to_station_kg if propellant is None else propellant
    if all_kg(brought) + fuel > mass:
        given = f"{all_kg(brought) + fuel:g} kg with its propellant"
        expected = f"at most {mass:g} kg, the mass of the ship when docked"
        yield Fault(at, given, expected)
    elif ship.hold is not None:
        for what, carried, most in _against(ship.hold, brought, fuel):
            # Its own propellant is told where it is written; here only what the manifest adds.
            if what != "of propellant":
                yield Fault(at, f"{carried:g} kg {what}", f"at most {most:g} kg, the hold of {key}")


def _uncounted(programme: Programme, set_with_it: Collection[str]) -> Iterator[Fault]:
    first = programme.span.first
    # What a station that comes later has aboard is what it comes with.
    there = {
        station
        for station, spans in station_intervals(programme).items()
        if spans and spans[0].first <= days_since_2000(first)
    }
    open_ones = [
        key
        for key, store in programme.store.items()
        if store.counted_on is None
        and key not in set_with_it
        and store.station in there
        and store.filled_by is None
        and store.kind in ("oxygen", "nitrogen", "water", "food")
    ]
    if open_ones:
        yield Fault(
            ("store", open_ones[0], "aboard"),
            f"no day on which it was counted, and the first day set to {first}",
            "counted_on, or what was aboard on the first day",
            f"taken as aboard on {first}; so it is for: {', '.join(open_ones)}",
            warning=True,
        )
