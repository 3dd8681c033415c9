"""Sentences about images: which orbit sees more where, and what it adds to what is there."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.serving.labels import label
from stationkeeper.lifetime.serving.scene import WITHOUT, Track
from stationkeeper.orbit.coverage import Coverage, area_mean, latitude_limit, swath_half_angle
from stationkeeper.services.imaging import wait_for_clear_look
from stationkeeper.units import HOUR, KILOMETRE

Array = NDArray[np.float64]


def imager_words(
    tracks: Sequence[Track],
    widths: Mapping[str, Sequence[float]],
    alone: Mapping[str, Coverage],
    together: Mapping[str, Coverage],
    moving: Coverage | None,
    clouds: Mapping[str, float],
) -> list[str]:
    """Say which orbit sees more where, what none sees, and how much a station adds.

    Parameters
    ----------
    tracks : sequence of Track
        Stations that carry imagers.
    widths : mapping of text to sequence of float
        Their swaths by track. [m]
    alone, together : mapping of text to Coverage
        What each sees, and what it sees with what is there without it.
    moving : Coverage or None
        What is there without stations, less what stands over the equator; None if nothing stands.
    clouds : mapping of text to float
        Cloud fraction by track. [-]

    Returns
    -------
    list of text
    """
    words = []
    if tracks:
        words.append(_reach(tracks, widths))
        words.append(_clear(tracks, alone, clouds))
        words.append(_hours(tracks, alone))
    for first, second in combinations(tracks, 2):
        words += _better(first, second, widths, alone)
    if tracks and WITHOUT in alone:
        words += _added(tracks, alone, together, moving)
    return words


def _each(tracks: Sequence[Track], told: Callable[[Track], str]) -> str:
    """Say something of each track behind its short name."""
    return "; ".join(f"{label(track)} {told(track)}" for track in tracks)


def _reach(tracks: Sequence[Track], widths: Mapping[str, Sequence[float]]) -> str:
    def told(track: Track) -> str:
        widest = max(widths[track.key])
        half = float(swath_half_angle(widest, track.altitude))
        limit = float(np.degrees(latitude_limit(track.inclination, half)))
        ends = "both poles" if limit >= 90 else f"nothing beyond {limit:.1f} degrees"
        return f"{ends} ({widest / KILOMETRE:,.0f} km)"

    return f"What the widest swath sees north and south: {_each(tracks, told)}."


def _clear(
    tracks: Sequence[Track], alone: Mapping[str, Coverage], clouds: Mapping[str, float]
) -> str:
    def told(track: Track) -> str:
        seen, cloud = alone[track.key], clouds[track.key]
        response = area_mean(seen, seen.response_time) / HOUR
        gap = area_mean(seen, seen.mean_gap) / HOUR
        wait = float(wait_for_clear_look(response, gap, cloud))
        return f"{response:.1f} h, {wait:.0f} h with {cloud:.0%} of looks in cloud"

    return (
        "Mean wait for a look and for a clear look at what a station alone sees: "
        f"{_each(tracks, told)}."
    )


def _hours(tracks: Sequence[Track], alone: Mapping[str, Coverage]) -> str:
    def told(track: Track) -> str:
        return f"{_hours_of_day(alone[track.key])}"

    return (
        f"Of the 24 hours of local time, those with looks at 45 degrees within the month: "
        f"{_each(tracks, told)}."
    )


def _hours_of_day(seen: Coverage) -> int:
    """Count local hours that hold at least one look in a hundred near 45 degrees."""
    row = int(np.argmin(np.abs(np.degrees(seen.latitude) - 45)))
    looks = seen.visits_by_hour[row]
    return int(np.count_nonzero(looks > 0.01 * looks.sum()))


def _mean(seen: Coverage) -> float:
    return area_mean(seen, seen.visits_per_day)


def _by_distance(seen: Coverage) -> tuple[Array, Array]:
    """Looks a day by distance from the equator, north and south together. [deg, 1/d]"""
    rows = seen.visits_per_day.mean(axis=1)
    degrees = np.degrees(seen.latitude)
    north = degrees > 0
    return degrees[north], 0.5 * (rows[north] + rows[::-1][north])


def _better(
    first: Track,
    second: Track,
    widths: Mapping[str, Sequence[float]],
    alone: Mapping[str, Coverage],
) -> list[str]:
    """Name the latitudes at which one of two orbits sees more, if their swaths are the same."""
    if sorted(widths[first.key]) != sorted(widths[second.key]):
        return []
    degrees, one = _by_distance(alone[first.key])
    _, two = _by_distance(alone[second.key])
    parts = []
    for track, more, less in ((first, one, two), (second, two, one)):
        lead = more - less
        edges = np.flatnonzero(np.diff(np.concatenate([[0], (lead > 0).astype(int), [0]])))
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            best = begin + int(np.argmax(lead[begin:end]))
            spans = (_turn(degrees, lead, int(edge)) for edge in (begin, end))
            parts.append(
                f"{label(track)} at {' to '.join(f'{edge:.0f}' for edge in spans)} degrees (at "
                f"{degrees[best]:.0f}: {more[best]:.1f} beside {less[best]:.1f} a day)"
            )
    if not parts:
        return []
    who = f"{label(first)} and {label(second)}"
    return [f"Of {who}, with swaths of one width, more looks are those of {'; '.join(parts)}."]


def _turn(degrees: Array, lead: Array, edge: int) -> float:
    """Return the latitude at which a lead begins or ends, between two rows. [deg]"""
    if edge in (0, lead.size):
        return 90.0 if edge else 0.0
    before, after = abs(lead[edge - 1]), abs(lead[edge])
    if before + after == 0:
        return float(degrees[edge])
    part = before / (before + after)
    return float(degrees[edge - 1] + part * (degrees[edge] - degrees[edge - 1]))


def _added(
    tracks: Sequence[Track],
    alone: Mapping[str, Coverage],
    together: Mapping[str, Coverage],
    moving: Coverage | None,
) -> list[str]:
    before = alone[WITHOUT]
    looks = _mean(before)

    def wait(seen: Coverage) -> float:
        return area_mean(seen, seen.response_time) / HOUR * 60

    def more(track: Track) -> str:
        own = _mean(alone[track.key])
        return f"{own:.2g} ({own / looks:.1%}; {wait(together[track.key]):.1f} minutes)"

    words = [
        f"Without a station there are {looks:.3g} looks a day in the mean over the Earth and a "
        f"mean wait of {wait(before):.1f} minutes; a station adds, and leaves a wait of: "
        f"{_each(tracks, more)}."
    ]
    if moving is not None and moving.visits.any():
        polar = _mean(moving)

        def beside(track: Track) -> str:
            seen = alone[track.key]
            return f"{_mean(seen) / polar:.0%}, {_at(seen, 45):.1f} and {_at(seen, 75):.1f}"

        words.append(
            f"Satellites that stand over the equator give most of these looks; those that move "
            f"give {polar:.3g} a day, {_at(moving, 45):.1f} at 45 degrees and "
            f"{_at(moving, 75):.1f} at 75. Beside them: {_each(tracks, beside)}."
        )
    return words


def _at(seen: Coverage, latitude_deg: float) -> float:
    degrees, looks = _by_distance(seen)
    return float(np.interp(latitude_deg, degrees, looks))
