"""Positions and time from passes, dilution and occultations beside published figures.

Published figures with source and confidence are in ``authorities/services_navigation.toml``.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.orbit.ephemeris import Ephemeris, mean_ephemeris, state_at, walker
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.orbit.passes import find_passes
from stationkeeper.services.dilution import dilution, even_places
from stationkeeper.services.doppler_fix import FixErrors, count_times, fix_errors, usable
from stationkeeper.services.occultation import occultations
from stationkeeper.services.time_transfer import SPEED_OF_LIGHT
from stationkeeper.units import KILOMETRE
from stationkeeper.validation.navigation_peers import peer_rows
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row

Array = NDArray[np.float64]

FIRST_DAY: Final = 9_497.0  # [d] 2026-01-01; orbits begin on the equator then
MASK: Final = float(np.radians(7.5))  # of receivers of TRANSIT; ours
RANGE_ERROR: Final = 4.0  # [m] as in the service of navigation; ours
SYSTEMS: Final[dict[str, dict[str, Any]]] = {
    # As they flew: some 30 satellites of GPS; places in the planes are assumed even.
    "gps": {
        "altitude": 20_180e3,
        "inclination": float(np.radians(55.0)),
        "satellites": 30,
        "planes": 6,
        "phasing": 2,
    },
    "glonass": {
        "altitude": 19_130e3,
        "inclination": float(np.radians(64.8)),
        "satellites": 24,
        "planes": 3,
        "phasing": 1,
    },
}


def facts() -> dict[str, Any]:
    """Return the published figures."""
    return published("services_navigation.toml")


def rows(progress: Progress | None = None) -> list[Row]:
    """Compare positions, time, dilution and occultations with published figures.

    Parameters
    ----------
    progress : callable, optional
        Told what is being done.

    Returns
    -------
    list of Row
        Of topic ``services``.
    """
    if progress is not None:
        progress("services: fixes from single passes, dilution, occultations")
    return [*fix_rows(), *dilution_rows(), *occultation_rows(), *peer_rows()]


def _row(
    name: str,
    ours: float,
    truth: float,
    unit: str,
    tolerance: float,
    kind: Kind,
    source: str,
    *,
    calibration: bool = False,
    note: str = "",
) -> Row:
    return Row(
        topic="services",
        name=name,
        ours=float(ours),
        truth=float(truth),
        unit=unit,
        tolerance=float(tolerance),
        kind=kind,
        source=source,
        calibration=calibration,
        note=note,
    )


def single_pass_errors(
    orbit: dict[str, float], count: float, noise: float, height: float, ephemeris: float
) -> FixErrors:
    """Work out the errors of all fixes of 30 days from one satellite at four latitudes.

    Parameters
    ----------
    orbit : dict
        `altitude_km` and `inclination_deg`.
    count : float
        Length of a count. [s]
    noise : float
        Of a count, one sigma. [m]
    height : float
        Error of the height of the place. [m]
    ephemeris : float
        Error of the orbit in each of three directions. [m]

    Returns
    -------
    FixErrors
    """
    flown = mean_ephemeris(
        FIRST_DAY,
        30 * 86_400.0,
        60.0,
        altitude=orbit["altitude_km"] * KILOMETRE,
        inclination=float(np.radians(orbit["inclination_deg"])),
    )
    latitude = np.radians([0.0, 20.0, 40.0, 60.0])
    position, up = place(latitude, 0.5), vertical(latitude, 0.5)
    passes = find_passes(flown, position, up, MASK)
    good = usable(passes.top_elevation, passes.set - passes.rise, count)
    seconds, used = count_times(passes.rise[good], passes.set[good], count)
    states = state_at(flown, seconds)
    site = passes.site[good]
    return fix_errors(
        *states,
        used,
        position[site],
        up[site],
        count=count,
        noise=noise,
        height=height,
        along=ephemeris,
        across=ephemeris,
        radial=ephemeris,
    )


def fix_rows() -> list[Row]:
    """Compare errors of positions from one pass of TRANSIT and of rescue satellites."""
    told = facts()["transit"]
    given = (told["orbit"], told["count_s"], told["noise_m"], told["height_m"])
    broadcast, precise = (
        float(np.nanmedian(single_pass_errors(*given, told[key]).total))
        for key in ("broadcast_m", "precise_m")
    )
    low, high = told["single_m"]
    source = f"{told['single_source']} ({told['single_confidence']})"
    inputs = (
        f"count {told['count_s']:g} s, noise {told['noise_m']:g} m ({told['noise_source']}); "
        f"height {told['height_m']:g} m ({told['height_source']}); {told['ephemeris_source']}; "
        "middle of passes of 15 to 70 degrees at latitudes 0 to 60"
    )
    found = [
        _row(
            "TRANSIT, one pass, one sigma of a coordinate",
            broadcast / np.sqrt(2.0),
            (low + high) / 2,
            "m",
            (high - low) / 2,
            "measured",
            source,
            note=f"one sigma read as of one coordinate; broadcast ephemeris; {inputs}",
        ),
        _row(
            "TRANSIT, one pass, root of both coordinates",
            broadcast,
            (low + high) / 2,
            "m",
            (high - low) / 2,
            "context",
            source,
            note="if one sigma were the root of both coordinates; broadcast ephemeris",
        ),
        _row(
            "TRANSIT, one pass, root of both, precise ephemeris",
            precise,
            told["standing_m"],
            "m",
            5,
            "context",
            f"{told['standing_source']} ({told['standing_confidence']})",
            note="which ephemeris was used is not said there",
        ),
    ]
    for bands, truth in told["under_way_m"].items():
        found.append(
            _row(
                f"TRANSIT, navigation in {bands}",
                broadcast,
                truth,
                "m",
                truth,
                "context",
                f"{told['under_way_source']} ({told['under_way_confidence']})",
                note="theirs on ships under way, ours standing, with the ionosphere taken out",
            )
        )
    told = facts()["sarsat"]
    rescue = single_pass_errors(told["orbit"], told["count_s"], told["noise_m"], 100.0, 0.0)
    found.append(
        _row(
            "Cospas-Sarsat, one pass",
            float(np.nanmedian(rescue.total)),
            0.0,
            "m",
            told["radius_m"],
            "context",
            f"{told['source']} ({told['confidence']})",
            note=f"{told['noise_source']}; drift of the beacon's oscillator is left out of ours",
        )
    )
    return found


def dilution_rows() -> list[Row]:
    """Compare dilutions of precision with a closed form and with the standard of GPS."""
    told = facts()["dilution"]
    corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3.0)
    up = np.array([[0.0, 0.0, 1.0]])
    closed = dilution(2e7 * corners[:, None], np.zeros((1, 3)), up, -np.pi / 2)
    slots = {**SYSTEMS["gps"], "satellites": 24}
    position, _ = walker(FIRST_DAY, 86_400.0, 300.0, **slots)
    sites = even_places(150)
    day = dilution(position, place(*sites), vertical(*sites), float(np.radians(5.0)))
    low, high = told["good_share"]
    return [
        _row(
            "GDOP of a regular tetrahedron",
            closed.geometry[0, 0],
            told["tetrahedron_gdop"],
            "-",
            1e-9,
            "worked-example",
            told["tetrahedron_source"],
        ),
        _row(
            "GPS, 24 slots, time with PDOP of 6 or less",
            100.0 * float(np.mean(day.position <= 6.0)),
            (low + high) / 2,
            "%",
            (high - low) / 2,
            "standard",
            f"{told['good_source']} ({told['good_confidence']})",
            note="even slots above 5 degrees, mean over the globe; the standard's slots are uneven",
        ),
        _row(
            "GPS, time at a place that is not known, 95 %",
            1.96e9 * RANGE_ERROR / SPEED_OF_LIGHT * float(np.nanmean(day.time)),
            told["time_ns"],
            "ns",
            told["time_ns"],
            "context",
            f"{told['time_source']} ({told['time_confidence']})",
            note=f"ours with {RANGE_ERROR:g} m a range, our choice; theirs is a limit",
        ),
    ]


def geometric_counts(mission: dict[str, Any], half_width: float, days: float = 2.0) -> float:
    """Count the occultations that six satellites of a mission see by geometry.

    Parameters
    ----------
    mission : dict
        `altitude_km`, `inclination_deg`, `node_step_deg` and `systems`.
    half_width : float
        Of the antennas in azimuth. [rad]
    days : float
        Looked at. [d]

    Returns
    -------
    float
        A day, of all six. [1/d]
    """
    span = days * 86_400.0
    sky = [walker(FIRST_DAY, span, 60.0, **SYSTEMS[name]) for name in mission["systems"]]
    far, speed = (np.concatenate(part) for part in zip(*sky, strict=True))
    total = 0
    for number in range(6):
        flown: Ephemeris = mean_ephemeris(
            FIRST_DAY,
            span,
            60.0,
            altitude=mission["altitude_km"] * KILOMETRE,
            inclination=float(np.radians(mission["inclination_deg"])),
            node=float(np.radians(number * mission["node_step_deg"])),
            argument_of_latitude=float(np.radians(60.0 * number)),
        )
        seen = occultations(flown.position, flown.velocity, far, speed, 60.0, half_width=half_width)
        total += seen.seconds.size
    return total / days


def occultation_rows() -> list[Row]:
    """Compare profiles a day with what two missions planned and gave."""
    told = facts()["cosmic"]
    half_width = float(np.radians(told["half_width_deg"]))
    share = told["profile_yield"]
    first, second = told["first"], told["second"]
    once, later = (geometric_counts(one, half_width) for one in (first, second))
    low, high = second["flown_range"]
    assumed = f"antennas of {told['half_width_deg']} degrees to either side, 30 GPS satellites"
    return [
        _row(
            "COSMIC-1, profiles of six satellites, planned",
            share * once,
            first["planned"],
            "1/d",
            50,
            "other-model",
            f"{first['planned_source']} ({first['planned_confidence']})",
            calibration=True,
            note=f"the yield {share:g} is from this row: {once:.0f} by geometry; {assumed} assumed",
        ),
        _row(
            "COSMIC-1, profiles of six satellites, flown",
            share * once,
            first["flown"],
            "1/d",
            200,
            "context",
            f"{first['flown_source']} ({first['flown_confidence']})",
            note=f"a yield of {first['flown'] / once:.2f} would give it: receivers were not on all "
            "the time; results carry it as their low side",
        ),
        _row(
            "COSMIC-2, profiles of six satellites, flown",
            share * later,
            (low + high) / 2,
            "1/d",
            (high - low) / 2,
            "measured",
            f"{second['flown_source']} ({second['flown_confidence']})",
            note=f"with the yield of COSMIC-1; {later:.0f} by geometry, a yield of "
            f"{second['flown'] / later:.2f} would give {second['flown']}; {assumed} and 24 of "
            "GLONASS assumed",
        ),
    ]
