"""What wears out: skins, leaks, equipment, tables of particles; whether each entry makes sense."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from stationkeeper.programme.check_references import Fault
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import History
from stationkeeper.programme.problems import KeyPath
from stationkeeper.programme.wear import Equipment, Facet, Leak, ParticleFlux, Upkeep


def wear_faults(
    programme: Programme, told: History, own: Callable[[KeyPath], bool]
) -> Iterator[Fault]:
    """Yield faults of what wears out.

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
    for key, module in programme.module.items():
        if module.hull is not None:
            yield from _facets(("module", key, "hull", "facet"), module.hull.facet)
    for key, ship in programme.ship.items():
        if ship.hull is not None:
            yield from _facets(("ship", key, "hull", "facet"), ship.hull.facet)
        if ship.radiator is not None:
            yield from _facets(("ship", key, "radiator", "facet"), ship.radiator.facet)
    for key, station in programme.station.items():
        yield from _upkeep(("station", key, "upkeep"), station.upkeep, told.exists_from(key))
        for name, flux in station.particles.items():
            yield from _flux(("station", key, "particles", name), flux)
    for key, leak in programme.leak.items():
        yield from _leak(programme, told, ("leak", key), leak)
    joined = {name for states in told.states.values() for _, names, _ in states for name in names}
    for key, group in programme.equipment.items():
        yield from _group(("equipment", key), group)
        # Shared tables hold more than one programme needs; what is not known yet comes later.
        if group.module not in joined and own(("equipment", key)) and not programme.as_known:
            yield Fault(
                ("equipment", key, "module"),
                f"{group.module!r}, which never joins a station",
                "a module that is docked by an event",
                "the group is never there",
                warning=True,
                follows=True,
            )
    span = programme.span
    for key, approach in programme.conjunction.items():
        at: KeyPath = ("conjunction", key, "date")
        if not span.first <= approach.date <= span.last and own(at):
            expected = f"a day within the span, {span.first} to {span.last}"
            yield Fault(at, f"{approach.date}", expected, "it is not flown", warning=True)


def _facets(at: KeyPath, facets: Mapping[str, Facet]) -> Iterator[Fault]:
    if not facets:
        yield Fault(at, "no facet", "at least one; nothing can strike it", warning=True)
    for name, facet in facets.items():
        if facet.bumper_mm > 0 and facet.standoff_mm == 0:
            yield Fault(
                (*at, name, "standoff_mm"),
                f"0 with a shield of {facet.bumper_mm:g} mm",
                "the distance of the shield from the wall, greater than 0",
                "or leave bumper_mm out for a single wall",
            )
        if facet.standoff_mm > 0 and facet.bumper_mm == 0:
            yield Fault(
                (*at, name, "bumper_mm"),
                f"no shield, {facet.standoff_mm:g} mm before the wall",
                "the thickness of the shield, greater than 0",
                "or leave standoff_mm out for a single wall",
            )
        if facet.elevation_deg and facet.azimuth_deg is None:
            yield Fault(
                (*at, name, "azimuth_deg"),
                f"nothing, with elevation_deg = {facet.elevation_deg:g}",
                "both directions, or neither for a face that looks everywhere",
            )


def _upkeep(at: KeyPath, upkeep: Upkeep, begun: date | None) -> Iterator[Fault]:
    for name, edges in (
        ("chance", upkeep.bins.chance),
        ("consequence", upkeep.bins.consequence),
    ):
        if not _rising(edges):
            yield Fault((*at, "bins", name), _listed(edges), "edges that rise, each above the last")
    if upkeep.leak_found_kg_day > upkeep.leak_limit_kg_day:
        yield Fault(
            (*at, "leak_found_kg_day"),
            f"{upkeep.leak_found_kg_day:g} kg/d",
            f"at most {upkeep.leak_limit_kg_day:g} kg/d, the limit",
        )
    if (upkeep.penetrations_seen is None) != (upkeep.seen_until is None):
        absent = "seen_until" if upkeep.seen_until is None else "penetrations_seen"
        expected = "penetrations_seen and seen_until, or neither"
        yield Fault((*at, absent), "nothing", expected)
    if upkeep.seen_until is not None and begun is not None and upkeep.seen_until < begun:
        given = f"{upkeep.seen_until}"
        yield Fault((*at, "seen_until"), given, f"a day from {begun} on, when the station begins")


def _flux(at: KeyPath, flux: ParticleFlux) -> Iterator[Fault]:
    sizes, rates = flux.diameter_mm, flux.per_m2_year
    if len(sizes) != len(rates):
        given = f"{len(rates)} rates for {len(sizes)} diameters"
        yield Fault((*at, "per_m2_year"), given, "a rate for each diameter")
    if not _rising(sizes):
        yield Fault((*at, "diameter_mm"), _listed(sizes), "diameters that rise")
    if any(after > before for before, after in itertools.pairwise(rates)):
        expected = "rates that fall: particles of at least each diameter"
        yield Fault((*at, "per_m2_year"), _listed(rates), expected, "add up from the largest")


def _leak(programme: Programme, told: History, at: KeyPath, leak: Leak) -> Iterator[Fault]:
    needed = {"rate": "kg_per_day", "below": "kg_per_day", "decay": "share_per_day"}.get(leak.kind)
    for name in ("kg_per_day", "share_per_day"):
        value = getattr(leak, name)
        if name == needed and not value:
            given = "nothing" if value is None else "0"
            expected = f"a value greater than 0 in a leak {leak.kind!r}"
            fix = "write no leak that was found as kind 'below' with the limit of detection"
            yield Fault((*at, name), given, expected, fix if value == 0 else "")
        elif name != needed and value is not None:
            expected = f"it only in a leak of another kind than {leak.kind!r}"
            yield Fault((*at, name), f"{value:g}", expected, "it is not used", warning=True)
    if leak.kind == "decay" and leak.module is None:
        yield Fault((*at, "module"), "nothing", "the module whose hatch was shut")
    # What stood before the day of knowledge may not be in the document.
    unsettled = programme.as_known is not None
    aboard = told.modules_on(leak.station, leak.date)
    begun = told.exists_from(leak.station)
    if begun is not None and leak.date < begun:
        yield Fault(
            (*at, "date"),
            f"{leak.date}",
            f"a day from {begun} on, when {leak.station} begins",
            warning=unsettled,
            follows=True,
        )
    elif begun is not None and leak.module is not None and leak.module not in aboard:
        days = [day for day, names, _ in told.states[leak.station] if leak.module in names]
        when = f"joins on {days[0]}" if days and days[0] > leak.date else "is not there"
        yield Fault(
            (*at, "date"),
            f"{leak.date}, when {leak.module} {when}",
            f"a day on which {leak.module} is part of {leak.station}",
            warning=unsettled,
            follows=True,
        )


def _group(at: KeyPath, group: Equipment) -> Iterator[Fault]:
    if group.needed > group.units:
        given, expected = f"{group.needed}", f"at most {group.units}, the units that are there"
        yield Fault((*at, "needed"), given, expected)
    if (group.fleet_failures is None) != (group.fleet_unit_years is None):
        absent = "fleet_unit_years" if group.fleet_unit_years is None else "fleet_failures"
        yield Fault((*at, absent), "nothing", "fleet_failures and fleet_unit_years, or neither")
    if group.wear_shape > 1 and group.wear_scale_years is None:
        yield Fault(
            (*at, "wear_scale_years"),
            f"nothing, with wear_shape = {group.wear_shape:g}",
            "the years of the wear-out",
            "without it nothing wears out",
            warning=True,
        )
    if group.spares and not group.repaired_by:
        given, expected = f"{group.spares}, with nobody to fit them", "someone in repaired_by"
        yield Fault((*at, "spares"), given, expected, "they are not used", warning=True)


def _rising(values: Sequence[float]) -> bool:
    return all(after > before for before, after in itertools.pairwise(values))


def _listed(values: Sequence[float]) -> str:
    shown = [f"{value:g}" for value in values[:6]]
    return f"[{', '.join(shown)}{', ...' if len(values) > 6 else ''}]"
