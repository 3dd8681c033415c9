"""Sentences about images: which orbit sees more where, and what it adds to what is there."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

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
    for track in tracks:
        words.append(_reach(track, widths[track.key], alone[track.key]))
        words.append(_clear(track, alone[track.key], clouds[track.key]))
    for first, second in combinations(tracks, 2):
        words += _better(first, second, widths, alone)
    if WITHOUT in alone:
        for track in tracks:
            words += _added(track, alone, together, moving)
    return words


def called(track: Track) -> str:
    """Name a station and its orbit."""
    return (
        f"{track.title} at {track.altitude / KILOMETRE:.0f} km and "
        f"{np.degrees(track.inclination):.1f} degrees"
    )


def _reach(track: Track, widths: Sequence[float], seen: Coverage) -> str:
    half = float(swath_half_angle(max(widths), track.altitude))
    limit = float(np.degrees(latitude_limit(track.inclination, half)))
    swath = f"a swath of {max(widths) / KILOMETRE:,.0f} km"
    looks = seen.visits_per_day
    if limit >= 90:
        return f"{called(track)}: {swath} reaches both poles; {_mean(seen, looks):.2g} looks a day."
    return (
        f"{called(track)}: {swath} sees nothing beyond {limit:.1f} degrees north and south; "
        f"{_mean(seen, looks):.2g} looks a day in the mean over the Earth."
    )


def _clear(track: Track, seen: Coverage, cloud: float) -> str:
    response = area_mean(seen, seen.response_time) / HOUR
    gap = area_mean(seen, seen.mean_gap) / HOUR
    wait = float(wait_for_clear_look(response, gap, cloud))
    hours = _hours_of_day(seen)
    return (
        f"{called(track)} alone: where it sees, {response:.1f} h to the next look; with "
        f"{cloud:.0%} of looks in cloud some {wait:.0f} h to a clear one. Within the month its "
        f"looks at 45 degrees fall on {hours} of the 24 hours of local time."
    )


def _hours_of_day(seen: Coverage) -> int:
    """Count local hours that hold at least one look in a hundred near 45 degrees."""
    row = int(np.argmin(np.abs(np.degrees(seen.latitude) - 45)))
    looks = seen.visits_by_hour[row]
    return int(np.count_nonzero(looks > 0.01 * looks.sum()))


def _mean(seen: Coverage, values: Array) -> float:
    return area_mean(seen, values)


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
    half = 0.5 * (degrees[1] - degrees[0])
    words = []
    for track, more, other, less in ((first, one, second, two), (second, two, first, one)):
        ahead = more > less
        if not ahead.any():
            continue
        edges = np.flatnonzero(np.diff(np.concatenate([[0], ahead.astype(int), [0]])))
        spans = []
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            best = begin + int(np.argmax((more - less)[begin:end]))
            spans.append(
                f"{degrees[begin] - half:.0f} to {degrees[end - 1] + half:.0f} degrees (at "
                f"{degrees[best]:.0f}: {more[best]:.1f} against {less[best]:.1f} a day)"
            )
        words.append(
            f"{called(track)} looks more often than {called(other)} at latitudes of "
            f"{', '.join(spans)}."
        )
    return words


def _added(
    track: Track,
    alone: Mapping[str, Coverage],
    together: Mapping[str, Coverage],
    moving: Coverage | None,
) -> list[str]:
    before, after = alone[WITHOUT], together[track.key]
    looks = _mean(before, before.visits_per_day)
    own = _mean(alone[track.key], alone[track.key].visits_per_day)
    wait = area_mean(before, before.response_time) / HOUR
    then = area_mean(after, after.response_time) / HOUR
    words = [
        f"Without a station there are {looks:.3g} looks a day in the mean over the Earth; "
        f"{called(track)} adds {own:.2g} ({own / looks:.1%}), and the mean wait goes from "
        f"{wait * 60:.1f} to {then * 60:.1f} minutes."
    ]
    if moving is not None and moving.visits.any():
        polar = _mean(moving, moving.visits_per_day)
        words.append(
            f"Satellites that stand over the equator give most of these looks. Beside those that "
            f"move, with {polar:.3g} looks a day, {called(track)} adds {own / polar:.0%}; at 45 "
            f"degrees {_at(alone[track.key], 45):.1f} beside {_at(moving, 45):.1f}, at 75 degrees "
            f"{_at(alone[track.key], 75):.1f} beside {_at(moving, 75):.1f}."
        )
    return words


def _at(seen: Coverage, latitude_deg: float) -> float:
    degrees, looks = _by_distance(seen)
    return float(np.interp(latitude_deg, degrees, looks))
