"""How fast axes are changed and eclipses found."""

from typing import Final

from stationkeeper.orbit.ephemeris import mean_ephemeris
from stationkeeper.orbit.frames import fixed_from_celestial, geodetic
from stationkeeper.orbit.sunlight import eclipses
from stationkeeper.validation.rows import Progress
from stationkeeper.validation.services_frames import (
    ALTITUDE,
    FIRST_DAY,
    INCLINATION,
    eclipses_beside_skyfield,
    missing_sun,
    random_moments,
    worst_beside_erfa,
)
from stationkeeper.validation.speed import SpeedRow
from stationkeeper.validation.speed_orbit import best_of

EPOCHS: Final = 1_000_000
MONTH: Final = 30 * 86_400.0  # [s]
FRAMES_LIMIT, ECLIPSES_LIMIT = 0.25, 0.1  # [s]


def rows(progress: Progress | None = None) -> list[SpeedRow]:
    """Return the rows of axes and eclipses, kernels compiled before."""
    say = progress or (lambda _: None)
    say("a million places from celestial axes")
    day, position = random_moments(EPOCHS, FIRST_DAY, FIRST_DAY + 30)
    geodetic(fixed_from_celestial(day[:1_000], position[:1_000]))
    frames_s = best_of(lambda: geodetic(fixed_from_celestial(day, position)), 5)
    worst = worst_beside_erfa() * 1e3
    say("the eclipses of a month")
    orbit = mean_ephemeris(
        FIRST_DAY, MONTH, 60.0, altitude=ALTITUDE, inclination=INCLINATION, node=0.3
    )
    found = eclipses(orbit)[0].size
    eclipses_s = best_of(lambda: eclipses(orbit), 5)
    reason = missing_sun()
    if reason is None:
        one_day = mean_ephemeris(
            FIRST_DAY, 86_400.0, 60.0, altitude=ALTITUDE, inclination=INCLINATION, node=0.3
        )
        ours, theirs, apart = eclipses_beside_skyfield(one_day)
        beside = f"{ours} of {theirs} crossings of one day within {apart:.2f} s of Skyfield's"
    else:
        beside = reason
    return [
        SpeedRow(
            "services",
            f"celestial to fixed axes to latitude, longitude, height: {EPOCHS:,} moments of 30 d",
            frames_s,
            "limit",
            FRAMES_LIMIT,
            1.0,
            f"within {worst:.2f} mm of ERFA at 10,000 moments",
        ),
        SpeedRow(
            "services",
            f"eclipses in 30 d, states given every 60 s: {found} found",
            eclipses_s,
            "limit",
            ECLIPSES_LIMIT,
            1.0,
            beside,
        ),
    ]
