"""Axes, orbits, ground tracks and eclipses beside SGP4's own cases, ERFA, Skyfield and Astropy."""

import importlib.util
import tomllib
from collections.abc import Callable
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS, MU_EARTH, SECONDS_PER_DAY
from stationkeeper.errors import InputError
from stationkeeper.orbit.ephemeris import Ephemeris, mean_ephemeris, state_at, tle_states
from stationkeeper.orbit.frames import (
    JULIAN_2000,
    TT_LESS_UTC,
    celestial_from_fixed,
    fixed_from_celestial,
    fixed_from_teme,
    geodetic,
    place,
)
from stationkeeper.orbit.ground_track import repeat_cycles, revolutions_a_day
from stationkeeper.orbit.mean_motion import elements_over, secular_rates, states_of
from stationkeeper.orbit.mechanics import mean_motion
from stationkeeper.orbit.sunlight import ASTRONOMICAL_UNIT, eclipses
from stationkeeper.validation.osculating import integrated_decay
from stationkeeper.validation.rows import Kind, Progress, Row

Array = NDArray[np.float64]

FIRST_DAY: Final = 9_500.0  # [d] 2026-01-04, chosen by us
ALTITUDE: Final = 420e3  # [m]
INCLINATION: Final = float(np.radians(51.6))
DRAG: Final = 0.008  # [m2/kg] drag coefficient x area / mass: a large station's, chosen by us
FINE: Final = 2.5  # [s] step of the integrated orbits: by Runge and Kutta within 20 m in 30 d


def rows(progress: Progress | None = None) -> list[Row]:
    """Return the rows of axes, orbits, ground tracks and eclipses."""
    parts: list[tuple[str, Callable[[], list[Row]]]] = [
        ("the verification cases of SGP4", _sgp4_cases),
        ("axes beside ERFA", _beside_erfa),
        ("axes beside Skyfield", _beside_skyfield),
        ("axes beside Astropy", _beside_astropy),
        ("mean elements beside SGP4", _mean_beside_sgp4),
        ("mean elements beside integrated orbits", _mean_beside_integrated),
        ("ground tracks that repeat", _repeating),
        ("eclipses beside Skyfield", _eclipses),
    ]
    found: list[Row] = []
    for title, part in parts:
        if progress is not None:
            progress(title)
        found += part()
    return found


def _row(
    name: str,
    ours: float | None,
    truth: float,
    unit: str,
    tolerance: float,
    kind: Kind,
    source: str,
    note: str = "",
) -> Row:
    return Row(
        "services",
        name,
        None if ours is None else float(ours),
        truth,
        unit,
        tolerance,
        kind,
        source,
        note=note,
    )


def sgp4_cases() -> list[tuple[str, str, Array]]:
    """Return SGP4's verification cases: two lines, and rows of minutes, position, velocity.

    As the package sgp4 carries them, in km and km/s.
    """
    folder = files("sgp4")
    lines = [
        line
        for line in folder.joinpath("SGP4-VER.TLE").read_text("ascii").splitlines()
        if line[:2] in ("1 ", "2 ")
    ]
    elements = {
        int(one[2:7]): (one[:69], two[:69])
        for one, two in zip(lines[::2], lines[1::2], strict=True)
    }
    cases: list[tuple[str, str, list[list[float]]]] = []
    for line in folder.joinpath("tcppver.out").read_text("ascii").splitlines():
        if line.endswith("xx"):
            cases.append((*elements[int(line.split()[0])], []))
        elif line.strip():
            cases[-1][2].append([float(one) for one in line.split()[:7]])
    return [(one, two, np.array(table)) for one, two, table in cases if table]


def _sgp4_cases() -> list[Row]:
    from sgp4.api import Satrec

    worst, states, refused = 0.0, 0, 0
    for one, two, table in sgp4_cases():
        satellite = Satrec.twoline2rv(one, two)
        epoch = (satellite.jdsatepoch - JULIAN_2000) + satellite.jdsatepochF
        try:
            position, _ = tle_states(one, two, epoch, table[:, 0] * 60)
        except InputError:  # two of the file's sets carry wrong check digits
            refused += 1
            continue
        worst = max(worst, float(np.abs(position / 1e3 - table[:, 1:4]).max()))
        states += len(table)
    return [
        _row(
            f"SGP4 verification: {states} states, greatest difference",
            worst * 1e3,
            0.0,
            "m",
            0.01,
            "standard",
            "Vallado et al., AIAA 2006-6753: SGP4-VER.TLE and tcppver.out, in the package sgp4",
            f"a day as a number is exact to 1e-7 s: 1 mm of travel; {refused} sets of the file are "
            "refused for their check digits",
        )
    ]


def random_moments(count: int, first: float = 0.0, last: float = 10_000.0) -> tuple[Array, Array]:
    """Return days in rising order and places in low orbits (count, 3) [m], always the same."""
    draw = np.random.default_rng(7)
    day = np.sort(draw.uniform(first, last, count))
    direction = draw.normal(size=(count, 3))
    radius = EARTH_RADIUS + draw.uniform(300e3, 500e3, count)
    return day, direction * (radius / np.linalg.norm(direction, axis=1))[:, None]


def worst_beside_erfa(count: int = 10_000, last: float = 10_000.0) -> float:
    """Greatest distance from ERFA's own chain at random moments of 2000 to 2027. [m]"""
    import erfa

    day, position = random_moments(count, last - 1_000.0, last)
    turn = erfa.c2t06a(JULIAN_2000, day + TT_LESS_UTC / SECONDS_PER_DAY, JULIAN_2000, day, 0.0, 0.0)
    theirs = np.einsum("nij,nj->ni", turn, position)
    return float(np.linalg.norm(fixed_from_celestial(day, position) - theirs, axis=1).max())


def _beside_erfa() -> list[Row]:
    import erfa

    draw = np.random.default_rng(8)
    latitude = np.concatenate([draw.uniform(-np.pi / 2, np.pi / 2, 100_000), [-1.5707, 1.5707]])
    longitude = draw.uniform(-np.pi, np.pi, latitude.size)
    position = place(latitude, longitude, draw.uniform(-5e3, 2e6, latitude.size))
    ours = geodetic(position)
    east, north, up = erfa.gc2gd(1, position)
    apart = np.linalg.norm(place(ours[0], ours[1], ours[2]) - place(north, east, up), axis=1)
    source = "ERFA (IAU SOFA), by pyerfa"
    return [
        _row(
            "celestial to fixed axes: 10,000 moments of 2024 to 2027, greatest distance",
            worst_beside_erfa() * 1e3,
            0.0,
            "mm",
            1.0,
            "standard",
            f"{source}: c2t06a",
            "of the table's interpolation and of rounding the days",
        ),
        _row(
            "latitude, longitude, height: 100,002 places, greatest distance",
            apart.max() * 1e3,
            0.0,
            "mm",
            1.0,
            "standard",
            f"{source}: gc2gd",
        ),
    ]


def _absent(package: str) -> bool:
    return importlib.util.find_spec(package) is None


def _whole_moments(count: int) -> tuple[Array, Array, Array, Array]:
    """Whole days, seconds of them, both as one number, and places."""
    draw = np.random.default_rng(9)
    whole = draw.integers(0, 9_800, count).astype(np.float64)
    second = draw.uniform(0, 86_400, count)
    return whole, second, whole + second / SECONDS_PER_DAY, random_moments(count)[1]


def _beside_skyfield() -> list[Row]:
    names = (
        "SGP4's axes to fixed ones: 200 moments of 2000 to 2026, greatest distance",
        "celestial to fixed axes, UT1 given: 200 moments of 2000 to 2026, greatest distance",
    )
    ours: list[float | None] = [None, None]
    note = ""
    if _absent("skyfield"):
        note = "skyfield is not installed"
    else:
        from skyfield.api import load
        from skyfield.framelib import itrs
        from skyfield.sgp4lib import TEME_to_ITRF

        whole, second, day, position = _whole_moments(200)
        theirs = np.array(
            [
                TEME_to_ITRF(JULIAN_2000 + w, r, r, 0.0, 0.0, s / SECONDS_PER_DAY)[0]
                for w, s, r in zip(whole, second, position, strict=True)
            ]
        )
        apart = np.linalg.norm(fixed_from_teme(day, position) - theirs, axis=1)
        moments = load.timescale(builtin=True).utc(2000, 1, 1 + whole, 0, 0, second)
        theirs = np.einsum("ijt,tj->ti", itrs.rotation_at(moments), position)
        mine = fixed_from_celestial(day, position, ut1_offset=moments.dut1)
        ours = [apart.max() * 1e3, np.linalg.norm(mine - theirs, axis=1).max() * 1e3]
    return [
        _row(name, value, 0.0, "mm", 1.0, "other-program", f"Skyfield 1.55: {function}", note)
        for name, value, function in zip(
            names, ours, ("TEME_to_ITRF", "framelib.itrs"), strict=True
        )
    ]


def _beside_astropy() -> list[Row]:
    name = "places off for want of the pole's motion and UT1: 200 moments of 2000 to 2026"
    source = "Astropy with the IERS tables it brings: GCRS to ITRS"
    if _absent("astropy"):
        note = "astropy is not installed"
        return [_row(name, None, 0.0, "m", 500.0, "context", source, note)]
    import astropy.units as unit
    from astropy.coordinates import GCRS, ITRS, CartesianRepresentation
    from astropy.time import Time
    from astropy.utils import iers

    whole, second, day, position = _whole_moments(200)
    with iers.conf.set_temp("auto_download", False):
        moments = Time(JULIAN_2000 + whole, second / SECONDS_PER_DAY, format="jd", scale="utc")
        there = GCRS(CartesianRepresentation(*(position.T * unit.m)), obstime=moments)
        theirs = there.transform_to(ITRS(obstime=moments)).cartesian.xyz.to_value(unit.m).T
        offset = moments.delta_ut1_utc
    without = np.linalg.norm(fixed_from_celestial(day, position) - theirs, axis=1)
    given = fixed_from_celestial(day, position, ut1_offset=offset)
    pole = np.linalg.norm(given - theirs, axis=1)
    return [
        _row(
            name,
            without.max(),
            0.0,
            "m",
            500.0,
            "context",
            source,
            f"with UT1 given, {pole.max():.0f} m at most are left: the pole's motion",
        )
    ]


def mean_beside_sgp4(eccentricity: float, inclination: float) -> tuple[float, float]:
    """Greatest distance from SGP4 without drag within one day and within thirty. [m]"""
    from sgp4.api import WGS84, Satrec

    satellite = Satrec()
    satellite.sgp4init(
        WGS84,
        "i",
        1,
        FIRST_DAY + JULIAN_2000 - 2_433_281.5,
        0.0,
        0.0,
        0.0,
        eccentricity,
        1.0,
        inclination,
        2.0,
        15.5 * 2 * np.pi / 1_440,
        0.5,
    )
    seconds = np.arange(0.0, 30 * SECONDS_PER_DAY + 1, 60.0)
    errors, theirs, _ = satellite.sgp4_array(
        np.full(seconds.size, FIRST_DAY + JULIAN_2000), seconds / SECONDS_PER_DAY
    )
    assert not errors.any()
    # The same mean motion: the two constants of gravity differ by 1.5e-7.
    axis = satellite.a * satellite.radiusearthkm * 1e3
    axis *= (MU_EARTH / (satellite.mu * 1e9)) ** (1 / 3)
    ours, _ = states_of(
        elements_over(
            FIRST_DAY,
            seconds,
            altitude=axis - EARTH_RADIUS,
            inclination=inclination,
            node=0.5,
            argument_of_latitude=3.0,
            eccentricity=eccentricity,
            argument_of_perigee=1.0,
        )
    )
    apart = np.linalg.norm(ours - np.asarray(theirs) * 1e3, axis=1)
    return float(apart[:1_441].max()), float(apart.max())


def _mean_beside_sgp4() -> list[Row]:
    source = "SGP4 without drag (bstar 0) from the same mean elements, by the package sgp4"
    found = []
    for title, eccentricity, inclination in (
        ("e 0.001, 51.6 deg", 0.001, INCLINATION),
        ("e 0.001, 97 deg", 0.001, float(np.radians(97.0))),
        ("e 0.05, 51.6 deg", 0.05, INCLINATION),
    ):
        for days, apart, tolerance in zip(
            (1, 30), mean_beside_sgp4(eccentricity, inclination), (30.0, 300.0), strict=True
        ):
            found.append(
                _row(
                    f"mean elements beside SGP4, {title}, {days} d: greatest distance",
                    apart,
                    0.0,
                    "m",
                    tolerance,
                    "other-program",
                    source,
                    "its J2, J4 and gravity are of older fields: 7 m a day",
                )
            )
    return found


def mean_beside_integrated(inclination: float) -> tuple[float, float, float]:
    """Mean elements beside an orbit integrated under J2, J3, J4 from the same first state.

    Returns
    -------
    tuple of float
        Distance within a day as it is; by how much the mean semi-major axis is then set right, by
        the drift along the track of the first day; distance within thirty days after that. [m]
    """
    seconds = np.arange(0.0, 30 * SECONDS_PER_DAY, 60.0)

    def states(altitude: float, latitude: float) -> tuple[Array, Array]:
        return states_of(
            elements_over(
                FIRST_DAY,
                seconds,
                altitude=altitude,
                inclination=inclination,
                node=1.0,
                argument_of_latitude=latitude,
            )
        )

    position, velocity = states(ALTITUDE, 0.5)
    orbit = integrated_decay(np.concatenate([position[0], velocity[0]]), 0.0, 30, step=FINE)
    truth = orbit.states[: seconds.size, :3]
    day = slice(0, 1_441)
    first = float(np.linalg.norm(truth - position, axis=1)[day].max())
    drift, ahead = np.polyfit(seconds[day], _along(truth - position, velocity)[day], 1)
    fit = float(-drift / (1.5 * mean_motion(EARTH_RADIUS + ALTITUDE)))
    position, _ = states(ALTITUDE + fit, 0.5 + ahead / (EARTH_RADIUS + ALTITUDE))
    return first, fit, float(np.linalg.norm(truth - position, axis=1).max())


def _along(apart: Array, velocity: Array) -> Array:
    ahead = velocity / np.linalg.norm(velocity, axis=1)[:, None]
    return np.asarray(np.sum(apart * ahead, axis=1))


def decay_beside_integrated() -> tuple[float, float]:
    """Decay by knots beside an orbit integrated with drag over thirty days.

    Returns
    -------
    tuple of float
        Greatest distance along the track left once a drift of the first semi-major axis is taken
        off, and how far the decay itself moved the satellite along its track. [m]
    """
    seconds = np.arange(0.0, 30 * SECONDS_PER_DAY, 60.0)
    elements: dict[str, Any] = {
        "inclination": INCLINATION,
        "node": 1.0,
        "argument_of_latitude": 0.5,
    }
    still, still_speed = states_of(elements_over(FIRST_DAY, seconds, altitude=ALTITUDE, **elements))
    start = np.concatenate([still[0], still_speed[0]])
    orbit = integrated_decay(start, DRAG, 31, step=FINE)
    knots = (FIRST_DAY + orbit.day, orbit.mean_altitude)
    falling = elements_over(FIRST_DAY, seconds, altitude=ALTITUDE, knots=knots, **elements)
    position, velocity = states_of(falling)
    off = _along(orbit.states[: seconds.size, :3] - position, velocity)
    drift = np.polyval(np.polyfit(seconds, off, 1), seconds)
    unfallen = elements_over(FIRST_DAY, seconds[-1:], altitude=orbit.mean_altitude[0], **elements)
    moved = falling.argument_of_latitude[-1] - unfallen.argument_of_latitude[-1]
    return float(np.abs(off - drift).max()), float(moved * (EARTH_RADIUS + ALTITUDE))


def _mean_beside_integrated() -> list[Row]:
    source = "orbit integrated step by step under J2, J3, J4 (validation/osculating.py)"
    found = []
    for degrees in (51.6, 97.0):
        first, fit, rest = mean_beside_integrated(float(np.radians(degrees)))
        note = (
            f"as given, {first / 1e3:.1f} km off after a day: the mean semi-major axis of a theory "
            f"of first order is {fit:+.0f} m off"
        )
        found.append(
            _row(
                f"mean elements beside an integrated orbit, {degrees:g} deg, 30 d: distance once "
                "the axis is set right on the first day",
                rest,
                0.0,
                "m",
                500.0,
                "other-model",
                source,
                note,
            )
        )
    off, moved = decay_beside_integrated()
    found.append(
        _row(
            "decay by knots beside an orbit integrated with drag, 30 d: off along the track",
            off,
            0.0,
            "m",
            1_000.0,
            "other-model",
            source,
            f"less a steady drift; the decay moves it {moved / 1e3:,.0f} km",
        )
    )
    return found


def _repeating() -> list[Row]:
    path = files("stationkeeper.validation").joinpath("authorities/services_frames.toml")
    truth = tomllib.loads(path.read_text("utf-8"))
    topex, landsat = truth["topex_poseidon"], truth["landsat"]
    axis = topex["semi_major_axis_km"] * 1e3
    inclination = float(np.radians(topex["inclination_deg"]))
    node, perigee, anomaly = secular_rates(axis, inclination)
    cycles = repeat_cycles(axis - EARTH_RADIUS, inclination)
    chosen = cycles.revolutions == topex["revolutions"]
    spacing = cycles.spacing[chosen][0] / 1e3 if chosen.any() else None
    closure = cycles.closure[chosen][0] / 1e3 if chosen.any() else None
    source = topex["source"]
    pace = revolutions_a_day(699.6e3, float(np.radians(landsat["inclination_deg"])))
    return [
        _row(
            "TOPEX/Poseidon: from node to node",
            2 * np.pi / float(perigee + anomaly),
            topex["nodal_period_s"],
            "s",
            0.01,
            "worked-example",
            source,
            "the printed axis and period do not fit one another: an orbit integrated under J2 to "
            "J4 with this axis as the mean of the osculating one takes 6745.758 s",
        ),
        _row(
            "TOPEX/Poseidon: a cycle takes",
            2 * np.pi / float(perigee + anomaly) * topex["revolutions"] / SECONDS_PER_DAY,
            topex["repeat_period_d"],
            "d",
            0.00005,
            "worked-example",
            source,
        ),
        _row(
            "TOPEX/Poseidon: drift of the node",
            np.degrees(float(node)) * SECONDS_PER_DAY,
            topex["nodal_rate_deg_per_day"],
            "deg/d",
            0.005,
            "worked-example",
            source,
        ),
        _row(
            f"TOPEX/Poseidon: the track of {topex['revolutions']} turns closes",
            closure,
            0.0,
            "km",
            topex["control_band_km"],
            "worked-example",
            source,
            "its track was kept within 1 km",
        ),
        _row(
            "TOPEX/Poseidon: spacing of tracks at the equator",
            spacing,
            topex["spacing_km"],
            "km",
            1.0,
            "worked-example",
            source,
        ),
        _row(
            "Landsat: each turn west of the one before",
            360 / pace,
            landsat["between_orbits_deg"],
            "deg",
            0.05,
            "worked-example",
            landsat["source"],
        ),
    ]


def sun_table() -> Path | None:
    """Return a table of the planets that a peer brings (DE421), or None."""
    found = importlib.util.find_spec("tatc")
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / "resources" / "de421.bsp"
    return path if path.is_file() else None


def missing_sun() -> str | None:
    """Return what is missing to ask Skyfield for eclipses, or None."""
    if _absent("skyfield"):
        return "skyfield is not installed"
    return None if sun_table() else "no planetary table: tatc, which brings DE421, is not installed"


def eclipses_beside_skyfield(ephemeris: Ephemeris) -> tuple[int, int, float]:
    """Eclipses by Skyfield's `is_sunlit`: ours, theirs, and the greatest difference [s].

    It asks whether the Sun's middle is hidden by a sphere, so that ours is asked the same.
    """
    from skyfield.api import load, load_file
    from skyfield.positionlib import Geocentric

    scale = load.timescale(builtin=True)
    whole = np.floor(ephemeris.start_day)

    def lit(seconds: Array) -> NDArray[np.bool_]:
        position, _ = state_at(ephemeris, seconds)
        day = ephemeris.start_day + seconds / SECONDS_PER_DAY
        away = celestial_from_fixed(day, position).T / ASTRONOMICAL_UNIT
        moments = scale.utc(2000, 1, 1 + whole, 0, 0, (day - whole) * SECONDS_PER_DAY)
        return np.asarray(Geocentric(away, None, t=moments).is_sunlit(planets))

    planets = load_file(str(sun_table()))
    enter, leave = eclipses(ephemeris, edge="centre", flattening=0.0)
    ours = np.sort(np.concatenate([enter, leave]))
    ours = ours[(ours > 0) & (ours < ephemeris.duration)]
    grid = np.arange(0.0, ephemeris.duration + 1, 10.0)
    with closing(planets):
        return _beside(ours, lit, grid)


def _beside(
    ours: Array, lit: Callable[[Array], NDArray[np.bool_]], grid: Array
) -> tuple[int, int, float]:
    seen = lit(grid)
    k = np.flatnonzero(seen[1:] != seen[:-1])
    low, high, before = grid[k], grid[k + 1], seen[k]
    for _ in range(14):  # 10 s halved to 0.6 ms
        middle = 0.5 * (low + high)
        same = lit(middle) == before
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    worst = float(np.abs(ours - low).max()) if ours.size == low.size else np.inf
    return ours.size, int(low.size), worst


def _eclipses() -> list[Row]:
    name = "entries and exits of eclipses on one day: greatest difference"
    source = "Skyfield 1.55, is_sunlit with DE421; a sphere, the Sun's middle"
    note = missing_sun()
    if note is not None:
        return [_row(name, None, 0.0, "s", 0.3, "other-program", source, note)]
    orbit = mean_ephemeris(
        FIRST_DAY, SECONDS_PER_DAY, 60.0, altitude=ALTITUDE, inclination=INCLINATION, node=0.3
    )
    ours, theirs, worst = eclipses_beside_skyfield(orbit)
    finite = worst if np.isfinite(worst) else None
    note = "of it 0.09 s the aberration of light, which it leaves out"
    return [
        _row(
            "entries and exits of eclipses on one day",
            ours,
            float(theirs),
            "-",
            0.0,
            "other-program",
            source,
        ),
        _row(name, finite, 0.0, "s", 0.3, "other-program", source, note),
    ]
