"""What communications from a station are good for, in words with figures."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS
from stationkeeper.lifetime.serving.contacts import ROW_DEG
from stationkeeper.lifetime.serving.labels import label
from stationkeeper.lifetime.serving.links import Provided
from stationkeeper.lifetime.serving.scene import WITHOUT, Scene, Served
from stationkeeper.lifetime.serving.wording import figure

Array = NDArray[np.float64]

_ALWAYS: Final = 0.999  # above, no figure is told
_ROWS: Final = round(180.0 / ROW_DEG) + 1
_CONTACT: Final = "contact_minutes_per_day"


def words_of(scene: Scene, key: str, found: dict[str, list[Provided]], result: Served) -> list[str]:
    """Return sentences: what each link gives, which orbit serves whom, and when none should.

    Parameters
    ----------
    scene : Scene
        The month.
    key : str
        Key of the service.
    found : dict of text to list of Provided
        Providers by orbit, over the Earth.
    result : Served
        Profiles as worked out.

    Returns
    -------
    list of str
    """
    titles = dict.fromkeys(one.title for many in found.values() for one in many)
    words = [_link(scene, title, found) for title in titles]
    profiles = {
        one.orbit: (np.array(one.latitude_deg), np.array(one.values, float))
        for one in result.profiles
        if one.measure == _CONTACT
    }
    words.extend(_pairs(scene, profiles))
    words.extend(_alone(scene, profiles))
    return words


def _name(scene: Scene, orbit: str) -> str:
    return "without a station" if orbit == WITHOUT else label(scene.track(orbit))


def _link(scene: Scene, title: str, found: dict[str, list[Provided]]) -> str:
    """Say how far north a link is in contact on each orbit, how long, and what of that holds."""
    parts = []
    held: list[Array] = []
    margins: list[float] = []
    for orbit, one in ((orbit, one) for orbit, many in found.items() for one in many):
        if one.title != title:
            continue
        rows = one.contacts.seconds.reshape(_ROWS, -1).mean(axis=1)
        latitude = np.linspace(-90.0, 90.0, rows.size)
        reached = latitude[rows > 0]
        if not reached.size:
            parts.append(f"{_name(scene, orbit)} 0 min a day")
            continue
        north = _highest(scene, orbit, one)
        if north is None:
            north = float(np.abs(reached).max())
        best = int(rows.argmax())
        minutes = float(rows[best]) / 60.0 / one.contacts.days
        parts.append(
            f"{_name(scene, orbit)} up to {north:.1f}° of latitude, most at"
            f" {abs(latitude[best]):.0f}° with {figure(minutes)} min a day"
        )
        if one.availability is not None and one.budget is not None:
            held.append(one.availability[np.isfinite(one.availability)])
            margins += [float(one.budget.clear_margin.max(axis=0)[0])]
            margins += [float(one.budget.clear_margin.max())]
    text = f"{title}: {'; '.join(parts)}"
    if held:
        low, high = (100 * float(side([side(one) for one in held])) for side in (min, max))
        text += (
            f"; margin of the hardiest modulation {min(margins):.0f} to {max(margins):.0f} dB, the"
            " link holds "
        )
        if low > 100 * _ALWAYS:
            text += f"more than {100 * _ALWAYS:.1f} % of the time in view everywhere"
        else:
            text += f"{low:.1f} to {high:.1f} % of the time in view, by place"
    return text + "."


def _highest(scene: Scene, orbit: str, one: Provided) -> float | None:
    """Return the highest latitude in closed form, where no gateway takes part. [deg]"""
    payload = scene.programme.payload.get(one.key)
    if orbit == WITHOUT or payload is None or payload.link is None or payload.link.bent_pipe:
        return None
    track = scene.track(orbit)
    mask = np.radians(payload.mask_deg)
    seen = np.arccos(EARTH_RADIUS * np.cos(mask) / (EARTH_RADIUS + track.altitude)) - mask
    tilt = min(track.inclination, np.pi - track.inclination)
    return float(np.degrees(min(tilt + seen, np.pi / 2)))


def _pairs(scene: Scene, profiles: dict[str, tuple[Array, Array]]) -> list[str]:
    """Say where each orbit of a station gives more contact than another."""
    words = []
    tracks = [orbit for orbit in profiles if orbit != WITHOUT]
    for number, first in enumerate(tracks):
        for second in tracks[number + 1 :]:
            latitude, one = profiles[first]
            other = profiles[second][1]
            north = latitude >= 0
            better = latitude[north & (one > other * 1.02)]
            worse = latitude[north & (other > one * 1.02)]
            if not better.size or not worse.size:
                winner, than = (first, second) if better.size else (second, first)
                more = better if better.size else worse
                if more.size:
                    words.append(
                        f"{_name(scene, winner)} gives more contact than {_name(scene, than)}"
                        f" between {more.min():.0f}° and {more.max():.0f}°."
                    )
                continue
            at = int(np.flatnonzero(latitude == 45.0)[0])
            top = int(np.flatnonzero(latitude == 75.0)[0])
            words.append(
                f"{_name(scene, first)} gives more contact between {better.min():.0f}° and"
                f" {better.max():.0f}° of latitude, {_name(scene, second)} between"
                f" {worse.min():.0f}° and {worse.max():.0f}°: {one[at]:.0f} against"
                f" {other[at]:.0f} min a day at 45°, {one[top]:.0f} against {other[top]:.0f} at"
                " 75°."
            )
    return words


def _alone(scene: Scene, profiles: dict[str, tuple[Array, Array]]) -> list[str]:
    """Say how little of the day one low satellite is there, and what others give."""
    parts = []
    for orbit, (latitude, minutes) in profiles.items():
        area = np.cos(np.radians(latitude))
        mean = float(area @ minutes / area.sum())
        parts.append(f"{_name(scene, orbit)} {figure(mean)} min a day ({mean / 14.4:.1f} %)")
    if not any(orbit != WITHOUT for orbit in profiles):
        return []
    return [
        f"Contact in the mean over the Earth: {'; '.join(parts)}; less than 100 % serves messages"
        " that can wait, not talk and alarms."
    ]
