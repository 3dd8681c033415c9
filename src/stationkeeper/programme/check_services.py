"""Services and what they rest on: payloads, constellations, places, contracts."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from stationkeeper.programme.check_references import Fault
from stationkeeper.programme.document import Programme
from stationkeeper.programme.problems import KeyPath, choices, nearest, shown
from stationkeeper.programme.services import (
    MEASURES,
    Constellation,
    Contract,
    Ground,
    Payload,
    Service,
)
from stationkeeper.programme.tle import elements_faults

PARTS: Final = {
    "communications": ("link",),
    "data": ("recorder",),
    "navigation": ("beacon",),
    "meteorology": ("imager", "occultation"),
    "geodesy": ("camera", "altimeter", "reflector", "doppler_receiver"),
}
"""Parts of a payload by kind of service, of which it must have one at least."""

_WALKER: Final = ("altitude_km", "inclination_deg", "satellites")


def service_faults(programme: Programme) -> Iterator[Fault]:
    """Yield what is wrong with services, payloads, constellations, places and contracts.

    Parameters
    ----------
    programme : Programme
        Its references hold.
    """
    for key, place in programme.ground.items():
        yield from _ground_faults(("ground", key), place)
    for key, many in programme.constellation.items():
        yield from _constellation_faults(("constellation", key), many)
    for key, payload in programme.payload.items():
        yield from _payload_faults(("payload", key), payload)
    for key, service in programme.service.items():
        yield from _service_faults(("service", key), service, programme)
    for key, contract in programme.contract.items():
        yield from _contract_faults(("contract", key), contract, programme)


def _ground_faults(at: KeyPath, place: Ground) -> Iterator[Fault]:
    azimuths = [azimuth for azimuth, _ in place.masks_deg]
    if any(later <= before for before, later in pairwise(azimuths)):
        yield Fault((*at, "masks_deg"), shown(azimuths), "azimuths that grow, each once")
    for name, receiver in place.receiver.items():
        low, high = receiver.frequency_ghz
        if high < low:
            here: KeyPath = (*at, "receiver", name, "frequency_ghz")
            yield Fault(here, f"{low:g} to {high:g}", "the lowest first")
    yield from _dated(at, place)


def _dated(at: KeyPath, one: Ground | Payload | Contract) -> Iterator[Fault]:
    if one.since and one.until and one.until < one.since:
        yield Fault((*at, "until"), str(one.until), f"a day from {one.since} on")


def _constellation_faults(at: KeyPath, many: Constellation) -> Iterator[Fault]:
    if many.kind == "walker":
        for name in _WALKER:
            if getattr(many, name) is None:
                yield Fault((*at, name), "none", "this key, of kind 'walker'", f"add {name}")
        if many.satellites is not None and many.satellites % many.planes:
            given = f"{many.satellites} in {many.planes} planes"
            yield Fault((*at, "satellites"), given, "as many in each plane")
    elif many.kind == "geostationary" and not many.longitudes_deg:
        yield Fault((*at, "longitudes_deg"), "none", "one place at least", "add longitudes_deg")
    elif many.kind == "elements" and not many.elements:
        yield Fault((*at, "elements"), "none", "one set of two lines at least", "add elements")
    for number, (first, second) in enumerate(many.elements, 1):
        for told in elements_faults(first, second):
            given = f"set {number}, line {told.line}, {told.key}: {told.given}"
            yield Fault((*at, "elements"), given, told.expected, told.fix)


def _payload_faults(at: KeyPath, payload: Payload) -> Iterator[Fault]:
    if (payload.station is None) == (payload.constellation is None):
        given = "neither" if payload.station is None else "both"
        yield Fault((*at, "station"), given, "a station or a constellation that carries it")
    parts = sorted({name for names in PARTS.values() for name in names})
    if not any(getattr(payload, name) for name in parts):
        yield Fault(at, "nothing that serves", f"one part at least of: {choices(parts)}")
    if payload.link is not None and payload.recorder is None and payload.terminal is None:
        expected = "what users receive with, or a recorder whose data it sends"
        yield Fault((*at, "terminal"), "none", expected, "add terminal")
    if payload.recorder is not None and payload.link is None:
        yield Fault((*at, "link"), "none", "the transmitter that empties the recorder", "add link")
    if payload.terminal is not None and payload.link is not None:
        low, high = payload.terminal.frequency_ghz
        sent = payload.link.frequency_ghz
        if not low <= sent <= high:
            here = (*at, "terminal", "frequency_ghz")
            yield Fault(here, f"{low:g} to {high:g}", f"a band with the {sent:g} GHz of the link")
    yield from _dated(at, payload)


def _service_faults(at: KeyPath, service: Service, programme: Programme) -> Iterator[Fault]:
    if not service.payloads and not service.without:
        yield Fault((*at, "payloads"), "none", "a payload, or who delivers it without a station")
    wanted = PARTS[service.kind]
    for name in ("payloads", "without"):
        for one in getattr(service, name):
            payload = programme.payload.get(one)
            if payload is None:
                continue
            if not any(getattr(payload, part) for part in wanted):
                expected = f"a payload with {choices(wanted)} for a service {service.kind!r}"
                yield Fault((*at, name), shown(one), expected)
            if name == "payloads" and payload.constellation is not None:
                yield Fault((*at, name), shown(one), "a payload on a station", "move it to without")
            if name == "without" and payload.station is not None:
                expected = "a payload on a constellation"
                yield Fault((*at, name), shown(one), expected, "move it to payloads")
    if service.kind == "data" and not service.ground and not service.relays:
        yield Fault((*at, "ground"), "none", "stations, networks or relays that receive")


def _contract_faults(at: KeyPath, contract: Contract, programme: Programme) -> Iterator[Fault]:
    yield from _dated(at, contract)
    kind = programme.service[contract.service].kind
    measure = MEASURES.get(contract.measure)
    if measure is None or kind not in measure.kinds:
        known = [name for name, one in MEASURES.items() if kind in one.kinds]
        expected = f"a measure of a service {kind!r}: {choices(known, 30)}"
        given = shown(contract.measure)
        yield Fault((*at, "measure"), given, expected, nearest(contract.measure, known))
        return
    wanted, other = ("at_least", "at_most") if measure.more_is_better else ("at_most", "at_least")
    if getattr(contract, wanted) is None:
        yield Fault((*at, wanted), "none", f"this key, of {contract.measure}", f"add {wanted}")
    if getattr(contract, other) is not None:
        yield Fault((*at, other), shown(getattr(contract, other)), f"{wanted} instead")
    placed = (contract.latitude_deg is not None) + (contract.longitude_deg is not None)
    if placed == 1:
        yield Fault((*at, "latitude_deg"), "one of two", "latitude_deg and longitude_deg")
    ways = (contract.site is not None) + (placed > 0) + (contract.region is not None)
    if ways > 1:
        yield Fault((*at, "site"), "more than one", "a site, or a place, or a region")
    if contract.region is not None:
        south, north = contract.region.latitudes_deg
        if north <= south:
            here: KeyPath = (*at, "region", "latitudes_deg")
            yield Fault(here, f"{south:g} to {north:g}", "the southern edge first")
