"""Cameras, tracks and orbits in files of others, beside published figures and other programs."""

import csv
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS, SECONDS_PER_DAY
from stationkeeper.lifetime.serving.ephemerides import BIAS, export_orbit, read_orbit
from stationkeeper.lifetime.serving.scene import ut1_offset
from stationkeeper.orbit.coverage import scan_half_angle
from stationkeeper.orbit.ephemeris import Ephemeris, state_at, tle_ephemeris
from stationkeeper.orbit.frames import celestial_from_fixed
from stationkeeper.orbit.mechanics import mean_motion
from stationkeeper.programme.oem import read_oem
from stationkeeper.services.altimetry import gravity_degree, track_spacing
from stationkeeper.services.mapping import base_to_height, ground_sample, strip_width
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row

Array = NDArray[np.float64]

TOPIC: Final = "services"
TRUTH: Final = "services_geodesy.toml"
TEXT_AGREES: Final = 2e-3  # [m] a day as a number is exact to 0.2 us, in which 1.2 mm are flown
BETWEEN_AGREES: Final = 0.6  # [m] of cubics through states a minute apart, as `state_at` says
PEER_AGREES: Final = 0.1  # [m] nutation to 1e-8 rad


def rows(progress: Progress | None = None) -> list[Row]:
    """Return the rows of cameras, altimeters and foreign orbits.

    Parameters
    ----------
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    list of Row
    """
    if progress:
        progress("services: cameras and altimeters")
    found = _cameras() + _tracks()
    if progress:
        progress("services: orbits in files")
    return found + _orbits()


def _row(told: dict[str, Any], ours: float, kind: Kind = "worked-example") -> Row:
    return Row(
        TOPIC,
        told["name"],
        float(ours),
        float(told["truth"]),
        told["unit"],
        float(told["tolerance"]),
        "context" if told.get("context") else kind,
        told["source"],
        note=told.get("note", ""),
    )


def _cameras() -> list[Row]:
    truth = published(TRUTH)
    found = []
    for told in truth["sample"]:
        across, _ = ground_sample(
            told["height_km"] * 1e3, told["focal_length_mm"] / 1e3, told["pixel_um"] / 1e6
        )
        found.append(_row(told, float(across)))
    for told in truth["strip"]:
        height = told["height_km"] * 1e3
        if "field_deg" in told:
            half = np.radians(0.5 * told["field_deg"])
        else:
            half = np.arctan(0.5e3 * told["straight_down_km"] / height)
        width = float(strip_width(height, half, np.radians(told["tilt_deg"])))
        found.append(_row(told, width / told["pixels"] if "pixels" in told else width / 1e3))
    for told in truth["stereo"]:
        fore, aft = np.radians([told["fore_deg"], told["aft_deg"]])
        found.append(_row(told, float(base_to_height(told["height_km"] * 1e3, fore, aft))))
    told = truth["between_looks"]
    height = told["height_km"] * 1e3
    arc = 2 * scan_half_angle(np.radians(told["look_deg"]), height)
    found.append(_row(told, float(arc / mean_motion(EARTH_RADIUS + height))))
    return found


def _tracks() -> list[Row]:
    truth = published(TRUTH)
    found = [
        _row(told, float(track_spacing(told["revolutions"])) / 1e3) for told in truth["spacing"]
    ]
    found += [
        _row(told, float(gravity_degree(0.5e3 * told["wave_km"]))) for told in truth["gravity"]
    ]
    return found


def _orbits() -> list[Row]:
    told = published(TRUTH)["orbit"]
    length = told["hours"] * 3_600.0
    turned = ut1_offset(told["start_day"], length)  # as the export turns it back
    flown = tle_ephemeris(
        told["line1"], told["line2"], told["start_day"], length, 60.0, ut1_offset=turned
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orbit.oem"
        export_orbit(flown, path, name="Example")
        message = read_oem(path)
        again = read_orbit(path)
        other = _of_other_program(Path(folder) / "other.oem")
    back = float(np.linalg.norm(again.position - flown.position, axis=1).max())
    return [
        Row(
            TOPIC,
            "OEM written and read again, positions of a day",
            back,
            0.0,
            "m",
            TEXT_AGREES,
            "standard",
            "CCSDS 502.0-B, written and read by ours",
        ),
        Row(
            TOPIC,
            "OEM of another program, positions between its rows",
            other,
            0.0,
            "m",
            BETWEEN_AGREES,
            "other-program",
            "github.com/bradsease/oem, tests/samples/real: LEO_60s.oem read, LEO_10s.oem as truth",
            note="velocities there are 0.01 to 0.02 m/s from the rate of the positions",
        ),
        _beside_skyfield(told, flown, message.position_km),
    ]


def _of_other_program(path: Path) -> float:
    """Return how far states between the rows of another program's file are from its own. [m]"""
    place = resources.files("stationkeeper.validation") / "authorities"
    text = (place / "services_geodesy_orbit.csv").read_text(encoding="utf-8")
    table = list(csv.reader(line for line in text.splitlines() if not line.startswith("#")))[1:]
    given = [row[1:] for row in table if row[0] == "given"]
    truth = [row[1:] for row in table if row[0] == "truth"]
    head = (
        "CCSDS_OEM_VERS = 2.0\n\nCREATION_DATE  = 2020-06-01T00:32:46\nORIGINATOR     = Test\n\n"
        "META_START\nOBJECT_NAME          = TEST_OBJ\nOBJECT_ID            = 0000-000A\n"
        "CENTER_NAME          = Earth\nREF_FRAME            = ICRF\n"
        f"TIME_SYSTEM          = UTC\nSTART_TIME           = {given[0][0]}\n"
        f"STOP_TIME            = {given[-1][0]}\nINTERPOLATION        = Lagrange\n"
        "INTERPOLATION_DEGREE = 7\nMETA_STOP\n\n"
    )
    path.write_text(head + "".join("  ".join(row) + "\n" for row in given), encoding="utf-8")
    flown = read_orbit(path)
    # Epochs are of one hour: minutes and seconds after the first row.
    seconds = np.array([60.0 * int(row[0][14:16]) + float(row[0][17:]) for row in truth])
    fixed, _ = state_at(flown, seconds)
    turned = ut1_offset(flown.start_day, flown.duration)  # as the reader turned it
    days = flown.start_day + seconds / SECONDS_PER_DAY
    ours = celestial_from_fixed(days, fixed, ut1_offset=turned)
    theirs = 1e3 * np.array([[float(x) for x in row[1:4]] for row in truth])
    return float(np.linalg.norm(ours - theirs, axis=1).max())


def _beside_skyfield(told: dict[str, Any], flown: Ephemeris, position_km: Array) -> Row:
    """Set the positions of our OEM beside Skyfield's of the same elements, in the same axes."""
    name = "OEM of an element set in EME2000, beside Skyfield"
    try:
        from skyfield.api import EarthSatellite, load
    except ImportError:
        return Row(
            TOPIC, name, None, 0.0, "m", PEER_AGREES, "other-program", "skyfield",
            note="skyfield is not installed",
        )  # fmt: skip
    scale = load.timescale(builtin=True)
    day = np.floor(flown.days)
    moment = scale.utc(2000, 1, 1 + day, 0, 0, (flown.days - day) * SECONDS_PER_DAY)
    satellite = EarthSatellite(told["line1"], told["line2"], "", scale)
    theirs = satellite.at(moment).position.m.T @ BIAS.T
    apart = np.linalg.norm(1e3 * position_km - theirs, axis=1).max()
    return Row(
        TOPIC, name, float(apart), 0.0, "m", PEER_AGREES, "other-program",
        "skyfield 1.55, EarthSatellite.at in GCRS, turned by the frame bias",
    )  # fmt: skip
