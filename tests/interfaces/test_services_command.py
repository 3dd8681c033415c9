"""Services from the command line, asked for what cannot be: one line that names it, exit 2."""

import sys
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.cli import main
from tests.orbit_files import TLE, oem, segment
from tests.programmes import changed

SOUND: dict[str, Any] = {
    "ground.here": {"title": "A place", "latitude_deg": 55.0, "longitude_deg": 37.0},
    "payload.eye": {"title": "Imager", "station": "small", "imager": {"swath_km": 500}},
    "service.weather": {"title": "Weather", "kind": "meteorology", "payloads": ["eye"]},
}
LINK: dict[str, Any] = {
    "payload.voice": {
        "title": "Transmitter",
        "station": "small",
        "link": {"frequency_ghz": 2.2, "eirp_dbw": -60, "bandwidth_mhz": 100},
        "terminal": {"frequency_ghz": [2.0, 3.0], "gain_over_temperature_dbk": -20},
    },
    "service.voice": {"title": "Voice", "kind": "communications", "payloads": ["voice"]},
}
GAP = segment(range(10)) + segment(range(30, 41))
TWO_FRAMES = oem(segment(range(11)), segment(range(10, 21), REF_FRAME="TEME"))
BROKEN = "\n".join([TLE[0][:-1] + "8", TLE[1]])

BAD: dict[str, tuple[dict[str, Any], list[str], str, str]] = {
    "a site at latitude 95": (
        {"ground.here.latitude_deg": 95.0},
        [],
        "",
        "ground.here.latitude_deg: given 95.0; expected a number of at most 90",
    ),
    "a place at latitude 95": ({}, ["--at", "95,10"], "", "--at: given '95,10', expected a lat"),
    "a place of one number": ({}, ["--at", "55"], "", "--at: given '55', expected latitude and"),
    "a service that is not there": (
        {},
        ["--service", "wether"],
        "",
        "--service: given 'wether', expected one of: weather; did you mean 'weather'?",
    ),
    "an orbit with a gap": (
        {},
        ["--orbit", "orbit"],
        oem(GAP),
        "orbit:36: EPOCH: given a gap of 1260 s after",
    ),
    "an orbit in two frames": (
        {},
        ["--orbit", "orbit"],
        TWO_FRAMES,
        "REF_FRAME: given 'TEME' after 'EME2000'",
    ),
    "elements with a broken checksum": (
        {},
        ["--orbit", "orbit"],
        BROKEN,
        "orbit:1: checksum: given",
    ),
    "a link with no margin anywhere": (
        LINK,
        ["--service", "voice"],
        "",
        "payload.voice.link: given -60 dBW",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_served_is_one_line_and_exit_2(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changes, flags, orbit, told = BAD[name]
    monkeypatch.chdir(tmp_path)
    Path("programme.toml").write_text(changed({**SOUND, **changes}), encoding="utf-8")
    Path("orbit").write_text(orbit, encoding="utf-8")
    argv = ["stationkeeper", "services", "programme.toml", "--out", "made", *flags]
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises(SystemExit) as stopped:
        main()
    said = capsys.readouterr()
    assert stopped.value.code == 2
    (line,) = [line for line in said.err.splitlines() if "given" in line]
    assert line.startswith("stationkeeper: ")
    assert told in line
    assert said.out == ""
    assert not Path("made").exists()
