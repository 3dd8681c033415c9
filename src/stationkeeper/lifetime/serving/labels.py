"""Short names of orbits, for sentences."""

import numpy as np

from stationkeeper.lifetime.serving.scene import Track


def label(track: Track) -> str:
    """Name a track by its station and inclination, as tables do.

    Examples
    --------
    >>> from stationkeeper.orbit.ephemeris import mean_ephemeris
    >>> flown = mean_ephemeris(9_500.0, 600.0, 60.0, altitude=4e5, inclination=0.9)
    >>> label(Track("iss", "ISS", "iss", None, 4e5, float(np.radians(51.6)), flown))
    'ISS 51.6°'
    """
    return f"{track.station.upper()} {np.degrees(track.inclination):.1f}°"
