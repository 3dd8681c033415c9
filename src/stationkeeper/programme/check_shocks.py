"""Shocks with a date and shocks by chance: whether each says what it must."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from stationkeeper.programme.check_references import Fault
from stationkeeper.programme.crewing import Shock
from stationkeeper.programme.deciding import Random
from stationkeeper.programme.document import Programme
from stationkeeper.programme.problems import KeyPath, choices, nearest
from stationkeeper.programme.traffic import Flight

# The keys of which a shock of each kind has to give one at least, all of them groups of such keys.
_NEEDED_BY_SHOCK: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "grounded": (("ships", "launchers"),),
    "pad-closed": (("site",),),
    "flight-lost": (("flight",),),
    "unfit": (("flight",),),
    "early-return": (("flight",),),
    "people-limit": (("people",),),
    "module-late": (("modules",), ("late_days",)),
    "cooperation-halted": (("agreements",),),
    "sanction": (("partners",),),
}
_NEEDED_BY_RANDOM: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "flight-lost": (("ships",),),
    "grounded": (("ships", "launchers"),),
    "pad-closed": (("site",),),
    "cooperation-halted": (("partners",),),
    "sanction": (("partners",),),
    "module-late": (("modules",),),
}
MOST_A_YEAR: Final = 100.0  # [1/year] our choice: more than twice a week is no shock


def shock_faults(programme: Programme, every: Mapping[str, Flight]) -> Iterator[Fault]:
    """Yield faults of shocks with a date.

    Parameters
    ----------
    programme : Programme
        Its references hold.
    every : mapping of str to Flight
        All flights, those of regular series included.
    """
    for key, shock in programme.shock.items():
        at: KeyPath = ("shock", key)
        yield from _lacking(at, shock, _NEEDED_BY_SHOCK[shock.kind])
        if shock.flight is None or programme.as_known is not None:
            continue  # with a day of knowledge the flight may not be known, or elsewhere
        flight = every.get(shock.flight)
        if flight is None:
            expected = f"the key of a flight: {choices(every)}"
            fix = nearest(shock.flight, every)
            yield Fault((*at, "flight"), repr(shock.flight), expected, fix, follows=True)
        elif flight.station != shock.station:
            given = f"{shock.flight!r}, which visits {flight.station}"
            yield Fault((*at, "flight"), given, f"a flight to {shock.station}")
        elif shock.kind in ("unfit", "early-return") and flight.status == "lost":
            given = f"{shock.flight!r}, which was lost on the way"
            yield Fault((*at, "flight"), given, "a flight that arrives")
        elif shock.kind in ("unfit", "early-return") and not (
            flight.docked <= shock.date <= (flight.undocked or date.max)
        ):
            yield Fault((*at, "date"), f"{shock.date}", docked_days(shock.flight, flight))


def docked_days(name: str, flight: Flight) -> str:
    """Say on which days a flight is docked, as what was expected."""
    end = f" to {flight.undocked}" if flight.undocked else " on"
    return f"a day on which {name} is docked, {flight.docked}{end}"


def _lacking(
    at: KeyPath, shock: Shock | Random, needed: tuple[tuple[str, ...], ...]
) -> Iterator[Fault]:
    for names in needed:
        if all(getattr(shock, name) in (None, ()) for name in names):
            expected = f"this key in a shock {shock.kind!r}" + "".join(
                f", or {name}" for name in names[1:]
            )
            yield Fault((*at, names[0]), "nothing", expected)


def random_faults(programme: Programme) -> Iterator[Fault]:
    """Yield faults of shocks that strike by chance.

    Parameters
    ----------
    programme : Programme
        Its references hold.
    """
    for key, shock in programme.random.items():
        at: KeyPath = ("random", key)
        yield from _lacking(at, shock, _NEEDED_BY_RANDOM[shock.kind])
        yield from _rates(at, shock)
        if shock.kind == "flight-lost":
            for ship in shock.ships:
                if programme.ship[ship].seats > 0:
                    yield Fault(
                        (*at, "ships"),
                        f"{ship!r}, which has {programme.ship[ship].seats} seats",
                        "classes of cargo ship",
                        "the loss of a crewed flight is tried with `stationkeeper crew --check`",
                    )


def _rates(at: KeyPath, shock: Random) -> Iterator[Fault]:
    """How often, and for how long: by flight for lost flights, by year for all others."""
    by_flight = shock.kind == "flight-lost"
    rate, other = "chance_per_flight", "per_year"
    if not by_flight:
        rate, other = other, rate
    if getattr(shock, other) is not None and getattr(shock, rate) is not None:
        expected = f"one of them: {rate} in a shock {shock.kind!r}"
        yield Fault((*at, other), f"both {rate} and {other}", expected, f"take out {other}")
    elif getattr(shock, rate) is None:
        given = "nothing" if getattr(shock, other) is None else f"{other} instead"
        yield Fault((*at, rate), given, f"this key in a shock {shock.kind!r}")
    elif not by_flight and (shock.per_year or 0.0) > MOST_A_YEAR:
        yield Fault((*at, "per_year"), f"{shock.per_year:g}", f"at most {MOST_A_YEAR:g} a year")
    if by_flight:
        if shock.lasts_days is not None:
            yield Fault((*at, "lasts_days"), "this key", "no duration for a flight that is lost")
        return
    if shock.lasts_days is None:
        yield Fault((*at, "lasts_days"), "nothing", "[shortest, longest] in days")
    elif shock.lasts_days[0] > shock.lasts_days[1]:
        given = f"[{shock.lasts_days[0]:g}, {shock.lasts_days[1]:g}]"
        yield Fault((*at, "lasts_days"), given, "[shortest, longest], the shortest first")
