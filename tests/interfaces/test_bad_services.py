"""Services that cannot be: each fault by name, with where, what, and what was expected."""

from pathlib import Path
from typing import Any

import pytest

from tests.programmes import check_changed, errors

GROUND = {"title": "A place", "latitude_deg": 55.0, "longitude_deg": 37.0}
WALKER = {"title": "Some", "kind": "walker", "altitude_km": 800, "inclination_deg": 98,
          "satellites": 4, "planes": 2}  # fmt: skip
IMAGER = {"title": "Imager", "station": "small", "imager": {"swath_km": 500}}
METEO = {"title": "Weather", "kind": "meteorology", "payloads": ["eye"]}
RECORDER = {"buffer_gbit": 10, "producer": {"all": {"title": "all", "rate_mbit_s": 1}}}
LINK = {"frequency_ghz": 8.2, "eirp_dbw": 10, "bandwidth_mhz": 10}
SOUND = {"ground.here": GROUND, "constellation.some": WALKER, "payload.eye": IMAGER,
         "service.weather": METEO}  # fmt: skip
GOOD = "1 25544U 98067A   26001.00000000  .00016717  00000-0  10270-3 0  9006"
BROKEN = "1 25544U 98067A   26001.00000000  .00016717  00000-0  10270-3 0  9007"
SECOND = "2 25544  51.6400 208.9163 0006317  69.9862  25.2906 15.50000000    10"

FAULTS: list[tuple[str, dict[str, Any], str]] = [
    (
        "a site at latitude 95",
        {"ground.here.latitude_deg": 95.0},
        "ground.here.latitude_deg: given 95.0; expected a number of at most 90",
    ),
    (
        "a payload that nothing carries",
        {"payload.eye": {"title": "Imager", "imager": {"swath_km": 500}}},
        "payload.eye.station: given neither",
    ),
    (
        "a payload that does nothing",
        {"payload.idle": {"title": "Nothing", "station": "small"}},
        "payload.idle: given nothing that serves",
    ),
    (
        "a walker constellation without its height",
        {"constellation.some": {k: v for k, v in WALKER.items() if k != "altitude_km"}},
        "constellation.some.altitude_km: given none",
    ),
    (
        "satellites that do not fill their planes",
        {"constellation.some.planes": 3},
        "constellation.some.satellites: given 4 in 3 planes",
    ),
    (
        "elements with a broken checksum",
        {"constellation.some": {"title": "Set", "kind": "elements",
                                "elements": [[BROKEN, SECOND]]}},
        "constellation.some.elements: given set 1, line 1, checksum",
    ),
    (
        "a recorder without a transmitter",
        {"payload.eye.recorder": RECORDER},
        "payload.eye.link: given none",
    ),
    (
        "a terminal in another band than its link",
        {"payload.eye.link": LINK,
         "payload.eye.terminal": {"frequency_ghz": [1.0, 2.0], "gain_over_temperature_dbk": 1}},
        "payload.eye.terminal.frequency_ghz: given 1 to 2; expected a band with the 8.2 GHz",
    ),
    (
        "a payload of the wrong kind",
        {"service.weather.kind": "navigation"},
        "service.weather.payloads: given 'eye'; expected a payload with beacon",
    ),
    (
        "a service of nobody",
        {"service.weather": {"title": "Weather", "kind": "meteorology"}},
        "service.weather.payloads: given none",
    ),
    (
        "a payload on a constellation that stands for a station",
        {"payload.eye": {"title": "Imager", "constellation": "some", "imager": {"swath_km": 5}}},
        "service.weather.payloads: given 'eye'; expected a payload on a station; move it",
    ),
    (
        "a network that nobody is in",
        {"service.weather.ground": ["nowhere"]},
        "service.weather.ground: given 'nowhere'; expected a place or network",
    ),
    (
        "a measure of another service",
        {"contract.c": {"customer": "Somebody", "service": "weather", "at_least": 1,
                        "measure": "delivered_gb_per_day"}},
        "contract.c.measure: given 'delivered_gb_per_day'; expected a measure of a service",
    ),
    (
        "a contract that asks for nothing",
        {"contract.c": {"customer": "Somebody", "service": "weather",
                        "measure": "visits_per_day"}},
        "contract.c.at_least: given none",
    ),
    (
        "a contract that asks for at most of what is wanted",
        {"contract.c": {"customer": "Somebody", "service": "weather", "at_least": 1,
                        "at_most": 2, "measure": "visits_per_day"}},
        "contract.c.at_most: given 2.0; expected at_least instead",
    ),
    (
        "a contract at two places",
        {"contract.c": {"customer": "Somebody", "service": "weather", "at_least": 1,
                        "measure": "visits_per_day", "site": "here", "latitude_deg": 1.0,
                        "longitude_deg": 2.0}},
        "contract.c.site: given more than one",
    ),
    (
        "masks that do not go round",
        {"ground.here.masks_deg": [[90.0, 5.0], [10.0, 3.0]]},
        "ground.here.masks_deg",
    ),
    (
        "a service that ends before it begins",
        {"ground.here.since": "2030-01-01", "ground.here.until": "2029-01-01"},
        "ground.here.until: given 2029-01-01; expected a day from 2030-01-01 on",
    ),
]  # fmt: skip


def test_what_is_sound_is_not_told(tmp_path: Path) -> None:
    elements = {"title": "Set", "kind": "elements", "elements": [[GOOD, SECOND]]}
    assert errors(check_changed(tmp_path, {**SOUND, "constellation.set": elements})) == []


@pytest.mark.parametrize(("changes", "told"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_named(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    found = errors(check_changed(tmp_path, {**SOUND, **changes}))
    assert len(found) == 1, found
    assert told in found[0]
