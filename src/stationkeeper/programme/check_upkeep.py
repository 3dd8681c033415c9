"""Functions, stores and partings: circles, strangers, what can never be there."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from stationkeeper.programme.check_references import Fault
from stationkeeper.programme.check_wear import wear_faults
from stationkeeper.programme.document import Programme
from stationkeeper.programme.functions import Function, Provider, Store, Withdrawal
from stationkeeper.programme.history import History
from stationkeeper.programme.problems import KeyPath, nearest

_IN_KILOGRAMS = frozenset({"oxygen", "nitrogen", "water", "food"})


def upkeep_faults(
    programme: Programme, told: History, own: Callable[[KeyPath], bool]
) -> Iterator[Fault]:
    """Yield faults of what keeps stations alive.

    Parameters
    ----------
    programme : Programme
        Its references hold.
    told : History
        Its events gone through.
    own : callable
        Tells whether a key path is written in the programme's own file: only there must days lie
        within the span.
    """
    yield from wear_faults(programme, told, own)
    yield from _circles(programme.function)
    segments = {module.segment for module in programme.module.values()}
    for key, function in programme.function.items():
        at: KeyPath = ("function", key)
        yield from _function(programme, at, function, segments)
        yield from _never_there(programme, told, at, function, own(at))
    for key, store in programme.store.items():
        yield from _store(programme, ("store", key), store)
    for key, parting in programme.withdraw.items():
        yield from _parting(programme, ("withdraw", key), parting, key)


def _circles(functions: Mapping[str, Function]) -> Iterator[Fault]:
    """Functions that need themselves by way of others; each circle is told once."""
    done: set[str] = set()
    for start in functions:
        if start in done:
            continue
        trail: list[str] = []  # the way to where we are
        open_needs = [iter([start])]
        while open_needs:
            key = next(open_needs[-1], None)
            if key is None:
                open_needs.pop()
                if trail:
                    done.add(trail.pop())
            elif key in trail:
                yield _circle(functions, trail[trail.index(key) :])
            elif key not in done and key in functions:
                trail.append(key)
                open_needs.append(iter(_needed(functions[key])))


def _needed(function: Function) -> list[str]:
    needed = (name for provider in function.provider.values() for name in provider.needs)
    return list(dict.fromkeys(needed))


def _circle(functions: Mapping[str, Function], circle: list[str]) -> Fault:
    first, second = circle[0], circle[1] if len(circle) > 1 else circle[0]
    name = next(n for n, p in functions[first].provider.items() if second in p.needs)
    way = " needs ".join([*circle, first])
    return Fault(
        ("function", first, "provider", name, "needs"),
        f"a circle: {way}",
        "functions that do not need one another in a circle",
        "keep the direction that matters and take the other out",
        also=tuple(("function", key) for key in circle),
    )


def _function(
    programme: Programme, at: KeyPath, function: Function, segments: set[str]
) -> Iterator[Fault]:
    here = function.station
    for name in function.bridge:
        there = programme.store[name].station
        if there != here:
            yield Fault((*at, "bridge"), f"{name!r}, a store of {there}", f"a store of {here}")
    yield from _segments((*at, "segments"), function.segments, segments)
    for key, provider in function.provider.items():
        path: KeyPath = (*at, "provider", key)
        for name in provider.needs:
            there = programme.function[name].station
            if there != here:
                given, expected = f"{name!r}, a function of {there}", f"a function of {here}"
                yield Fault((*path, "needs"), given, expected)
        since, until = provider.since, provider.until
        if since is not None and until is not None and until < since:
            yield Fault((*path, "until"), f"{until}", f"a day not before {since}, the first")
        if provider.segment is not None:
            yield from _segments((*path, "segment"), (provider.segment,), segments)


def _segments(path: KeyPath, named: tuple[str, ...], known: set[str]) -> Iterator[Fault]:
    for name in named:
        if name not in known:
            expected = f"a segment of a module: {', '.join(sorted(known)) or 'there is none'}"
            yield Fault(path, repr(name), expected, nearest(name, known), warning=True)


def _never_there(
    programme: Programme, told: History, at: KeyPath, function: Function, own: bool
) -> Iterator[Fault]:
    """Ways whose modules are never at the station together; one warning for a function.

    Shared tables hold more than one programme needs: of theirs, only functions without any way are
    told. What is not known yet comes later.
    """
    states = told.states.get(function.station, [])
    if programme.as_known or not told.exists_from(function.station):
        return  # a station without any module is told as such
    never = {
        key: sorted(modules)
        for key, provider in function.provider.items()
        if (modules := _modules(programme, provider))
        and not any(modules <= set(names) for _, names, _ in states)
    }
    all_of_them = len(never) == len(function.provider)
    if not never or not (own or all_of_them):
        return
    given = "; ".join(f"{key!r} by {', '.join(modules)}" for key, modules in never.items())
    yield Fault(
        (*at, "provider"),
        f"{given}: never at {function.station} together",
        "modules that are there together on some day",
        "the function is never there" if all_of_them else "it is provided in its other ways",
        warning=True,
        follows=True,
    )


def _modules(programme: Programme, provider: Provider) -> set[str]:
    return {
        *provider.modules,
        *(programme.equipment[name].module for name in provider.equipment),
    }


def _store(programme: Programme, at: KeyPath, store: Store) -> Iterator[Fault]:
    if store.aboard > store.capacity:
        given = f"{store.aboard:g} {store.unit}"
        expected = f"at most {store.capacity:g} {store.unit}, the capacity"
        yield Fault((*at, "aboard"), given, expected)
    if store.unit != "kg" and (store.kind in _IN_KILOGRAMS or store.takes_leaks):
        what = "that takes leaks" if store.takes_leaks else f"of {store.kind}"
        yield Fault((*at, "unit"), repr(store.unit), f"'kg' in a store {what}")
    for name in store.spared_by:
        yield from _stranger(programme, (*at, "spared_by", name), name, store)
    if store.filled_by is not None:
        yield from _stranger(programme, (*at, "filled_by"), store.filled_by, store)
    together = sum(store.spared_by.values())
    if together > 1 + 1e-9:
        yield Fault((*at, "spared_by"), f"{together:g} together", "shares of at most 1 together")


def _stranger(programme: Programme, path: KeyPath, name: str, store: Store) -> Iterator[Fault]:
    there = programme.function[name].station
    if there != store.station:
        given, expected = f"{name!r}, a function of {there}", f"a function of {store.station}"
        yield Fault(path, given, expected)


def _parting(programme: Programme, at: KeyPath, parting: Withdrawal, key: str) -> Iterator[Fault]:
    span = programme.span
    if not span.first <= parting.date <= span.last:
        expected = f"a day within the span, {span.first} to {span.last}"
        when = "before the first day" if parting.date < span.first else "never in this span"
        yield Fault((*at, "date"), f"{parting.date}", expected, f"it parts {when}", warning=True)
    if parting.mode == "handed-over":
        if parting.to is None:
            expected = "the partner that commands afterwards"
            yield Fault((*at, "to"), "nothing", expected, "or another mode")
        elif parting.to == key:
            yield Fault((*at, "to"), repr(parting.to), "another partner")
        elif (other := programme.withdraw.get(parting.to)) and other.date <= parting.date:
            given = f"{parting.to!r}, which parts on {other.date}"
            yield Fault((*at, "to"), given, "a partner that stays", warning=True)
    elif parting.to is not None:
        given = f"{parting.to!r} in mode {parting.mode!r}"
        expected = "it only in mode 'handed-over'"
        yield Fault((*at, "to"), given, expected, "it is not used", warning=True)
    yield from _notice(at, parting, parting.notice)


def _notice(at: KeyPath, parting: Withdrawal, notice: date | None) -> Iterator[Fault]:
    if notice is None:
        return
    if notice > parting.date:
        yield Fault((*at, "notice"), f"{notice}", f"a day not after {parting.date}, the parting")
    elif parting.mode != "handed-over":
        given, expected = f"{notice} in mode {parting.mode!r}", "it only in mode 'handed-over'"
        yield Fault((*at, "notice"), given, expected, "it is not used", warning=True)
