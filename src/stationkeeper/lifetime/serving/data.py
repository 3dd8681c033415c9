"""What data services deliver, how fresh, with a station and without."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.lifetime.serving.labels import label
from stationkeeper.lifetime.serving.messages import message_words
from stationkeeper.lifetime.serving.recorders import Emptied, Spot, counted, emptied, hearers_of
from stationkeeper.lifetime.serving.scene import (
    WITHOUT,
    Distribution,
    MeasureRow,
    Scene,
    Served,
    Track,
)
from stationkeeper.lifetime.serving.wording import figure, listed, wait_text
from stationkeeper.programme.services import Payload
from stationkeeper.services.age_of_information import age_of_information
from stationkeeper.services.downlink import Downlink
from stationkeeper.services.latency import share_within, waits_of_shares
from stationkeeper.units import HOUR

Array = NDArray[np.float64]

HOURS: Final = (
    *(0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0),
    *(8.0, 9.0, 10.0, 12.0, 15.0, 18.0, 24.0, 30.0, 36.0, 48.0),
)
"""Latencies at which shares are told. [h]"""
GIGABYTE: Final = 8e9  # [bit]
GIGABIT: Final = 1e9  # [bit]
_OWN: Final = "of the station's own data"


def served(scene: Scene, key: str) -> Served:
    """Return what a data service gives, with each station and without.

    Parameters
    ----------
    scene : Scene
        The month looked at; with a place, one station there receives in the place of the ground.
    key : str
        A service of the kind ``data``.

    Returns
    -------
    Served

    Raises
    ------
    InputError
        If no station hears a payload and no relay serves it.
    """
    where = "a station on the ground at the place" if scene.place else "stations of the service"
    spot = scene.place
    told = Served()
    alone = _without(scene, key, spot)
    apart = _figures(alone, scene.duration) if alone else {}
    for measure, value in apart.items():
        told.measures.append(MeasureRow(measure, WITHOUT, value, where=where))
    if alone:
        told.distributions.append(_distribution(alone, scene.duration, WITHOUT))
    for track in scene.tracks:
        flown = _with(scene, key, track.key, spot)
        if not flown:
            continue
        for measure, value in _together(_figures(flown, scene.duration), apart).items():
            note = _OWN if apart and measure != "delivered_gb_per_day" else ""
            told.measures.append(MeasureRow(measure, track.key, value, where=where, note=note))
        told.distributions.append(_distribution(flown, scene.duration, track.key))
        told.words.extend(_words(scene, key, track, flown))
    told.words.extend(_by_ground(scene, key))
    if not scene.place:
        told.words.extend(message_words(scene, key))
    if scene.place:
        told.words.append("At a place 0 GB come by relay: relays come down elsewhere.")
    if told.measures and not alone:
        told.words.append(
            "Without a station 0 GB a day of these data are delivered: they are made aboard."
        )
    told.words.extend(_left_out(scene, key))
    return told


def at_site(
    scene: Scene, key: str, orbit: str, latitude: float, longitude: float
) -> dict[str, float]:
    """Return what one station on the ground at a place would take down, by measure.

    Parameters
    ----------
    scene : Scene
        The month looked at.
    key : str
        A service of the kind ``data``.
    orbit : str
        Key of a track, or ``without``.
    latitude, longitude : float
        Of the place. [rad]

    Returns
    -------
    dict of text to float
        Measures that have a value there.
    """
    spot = (latitude, longitude)
    alone = _without(scene, key, spot)
    figures = _figures(alone, scene.duration) if alone else {}
    if orbit != WITHOUT:
        flown = _with(scene, key, orbit, spot)
        if flown:
            figures = _together(_figures(flown, scene.duration), figures)
    return {measure: value for measure, value in figures.items() if value is not None}


def _together(
    own: dict[str, float | None], apart: dict[str, float | None]
) -> dict[str, float | None]:
    """Add what is delivered without a station; latencies of other data are not a station's."""
    total = (own["delivered_gb_per_day"] or 0.0) + (apart.get("delivered_gb_per_day") or 0.0)
    return own | {"delivered_gb_per_day": total}


def _with(scene: Scene, key: str, orbit: str, spot: Spot) -> list[Emptied]:
    """Empty the recorders of a service on one track."""
    station = scene.track(orbit).station
    carried = scene.payloads(key, "recorder")
    mine = [(name, payload) for name, payload in carried if payload.station == station]
    return _emptied(scene, key, mine, orbit, spot)


def _without(scene: Scene, key: str, spot: Spot) -> list[Emptied]:
    """Empty the recorders on constellations."""
    return _emptied(scene, key, scene.carried(key, "recorder"), WITHOUT, spot)


def _emptied(
    scene: Scene, key: str, payloads: list[tuple[str, Payload]], orbit: str, spot: Spot
) -> list[Emptied]:
    """Empty recorders; at a place only over that place, for relays come down elsewhere."""
    return [
        emptied(scene, key, name, orbit, spot, relays=spot is None)
        for name, payload in payloads
        if spot is None or hearers_of(scene, key, payload, spot)
    ]


@dataclass(frozen=True, eq=False)
class _Waits:
    """Waits of the data that are counted."""

    least: Array
    most: Array
    volume: Array
    made: float

    @property
    def came(self) -> float:
        """Share that came at all; 0 if nothing was made."""
        return min(1.0, float(self.volume.sum()) / self.made) if self.made > 0 else 0.0

    def within(self, *shares: float) -> list[float | None]:
        """Return within which waits shares came; None if so much never did. [h]"""
        waits = waits_of_shares(shares, self.least, self.most, self.volume, self.made)
        return [None if wait is None else wait / HOUR for wait in waits]


def _waits(flown: Sequence[Emptied], duration: float, producer: int | None = None) -> _Waits:
    """Return the waits of what was made until `counted`; with what never came in `made`."""
    until = counted(duration)
    least, most, volume = [], [], []
    made = 0.0
    for one in flown:
        for run in one.runs:
            weight = run.volume.sum(axis=1) if producer is None else run.volume[:, producer]
            # Rates change at `until`: no piece lies on both sides.
            kept = (run.made_to <= until + 1e-6) & (weight > 0)
            least.append((run.heard_from - run.made_from)[kept])
            most.append((run.heard_to - run.made_to)[kept])
            volume.append(weight[kept])
            whole = run.inflow.sum(axis=1) if producer is None else run.inflow[:, producer]
            counts = run.edges[1:] <= until + 1e-6
            made += float((np.diff(run.edges) * whole)[counts].sum())
    return _Waits(np.concatenate(least), np.concatenate(most), np.concatenate(volume), made)


def _figures(flown: Sequence[Emptied], duration: float) -> dict[str, float | None]:
    """Return the measures of what recorders delivered together."""
    runs = [run for one in flown for run in one.runs]
    days = duration / SECONDS_PER_DAY
    made = sum(float(run.made.sum()) for run in runs)
    lost = sum(float(run.lost.sum()) for run in runs)
    waits = _waits(flown, duration)
    relayed = [one.relayed for one in flown if one.relayed is not None]
    ages = [age for run in runs for age in _ages(run, duration)]
    half, most, nearly = waits.within(0.5, 0.9, 0.95)
    return {
        "delivered_gb_per_day": sum(float(run.delivered.sum()) for run in runs) / GIGABYTE / days,
        "delivery_ratio": waits.came,
        "latency_p50_h": half,
        "latency_p90_h": most,
        "latency_p95_h": nearly,
        "age_mean_h": float(np.mean(ages)) / HOUR,
        "overflow_share": lost / made,
        "buffer_peak_gbit": max(run.peak for run in runs) / GIGABIT,
        "relay_share": float(np.mean(relayed)) if relayed else None,
    }


def _ages(run: Downlink, duration: float) -> list[float]:
    """Return the mean age of what the ground knows of each producer. [s]"""
    found = []
    for volume in run.volume.T:
        told = volume > 0
        age = age_of_information(
            run.made_from[told],
            run.made_to[told],
            run.heard_from[told],
            run.heard_to[told],
            duration,
        )
        found.append(age.mean)
    return found


def _distribution(flown: Sequence[Emptied], duration: float, orbit: str) -> Distribution:
    waits = _waits(flown, duration)
    share = share_within(np.array(HOURS) * HOUR, waits.least, waits.most, waits.volume, waits.made)
    return Distribution(
        "latency_p90_h",
        orbit,
        "share of the data made that came within so many hours",
        list(HOURS),
        [min(1.0, round(float(one), 6)) for one in share],
    )


def _words(scene: Scene, key: str, track: Track, flown: Sequence[Emptied]) -> list[str]:
    """Say what each payload of a track delivers, by the ground and by relay, and each producer."""
    days = scene.duration / SECONDS_PER_DAY
    told = []
    for one in flown:
        made, came = (
            sum(float(total.sum()) for total in totals) / GIGABYTE / days
            for totals in zip(*((run.made, run.delivered) for run in one.runs), strict=True)
        )
        text = f"{label(track)}: {figure(came)} of {figure(made)} GB a day are delivered"
        if hearers_of(scene, key, one.payload, scene.place):
            text += (
                f"; the ground hears it {figure(one.contact / 60)} min a day and could take"
                f" {figure(one.room / GIGABYTE)} GB"
            )
        else:
            text += "; 0 stations hear its band, so all goes by relay"
        if one.relayed is not None:
            text += f"; a relay is in view {100 * one.relayed:.0f} % of the time"
        recorder = one.payload.recorder
        assert recorder is not None
        soon, rest = [], []
        for number, producer in enumerate(recorder.producer.values()):
            waits = _waits([one], scene.duration, number)
            (most,) = waits.within(0.9)
            if most is None:
                rest.append(f"of {producer.title} {100 * waits.came:.0f} % ever come")
            else:
                soon.append(f"of {producer.title} within {wait_text(most)}")
        parts = ([f"90 % {listed(soon)}"] if soon else []) + rest
        told.append(f"{text}; {'; '.join(parts)}.")
    return told


def _by_ground(scene: Scene, key: str) -> list[str]:
    """Say what each orbit would deliver without relays, and which orbit of a station is better."""
    parts = []
    for name, payload in scene.payloads(key, "recorder"):
        if not hearers_of(scene, key, payload, scene.place):
            continue
        tracks = scene.tracks_of(payload)
        rank = {}
        for track in tracks:
            bare = emptied(scene, key, name, track.key, scene.place, relays=False)
            volume = sum(float(run.delivered.sum()) for run in bare.runs) / GIGABYTE
            volume /= scene.duration / SECONDS_PER_DAY
            waits = _waits([bare], scene.duration)
            (most,) = waits.within(0.9)
            parts.append(
                f"{label(track)} {figure(volume)} GB a day, "
                + (
                    f"{100 * waits.came:.0f} % of what is made"
                    if most is None
                    else f"90 % within {wait_text(most)}"
                )
            )
            # More delivered is better, to three figures; then sooner.
            rank[track] = (float(f"{volume:.3g}"), -np.inf if most is None else -most)
        if len(tracks) > 1:
            best = max(tracks, key=lambda track: rank[track])
            parts[-1] += f" (better over this ground: {label(best)})"
    return [f"By the ground alone: {'; '.join(parts)}."] if parts else []


def _left_out(scene: Scene, key: str) -> list[str]:
    """Name the stations on the ground that have no receiver for a link."""
    told = []
    grounds = scene.ground(scene.service(key).ground)
    carried = [*scene.payloads(key, "recorder"), *scene.carried(key, "recorder")]
    for _, payload in carried:
        hearing = {one.key for one in hearers_of(scene, key, payload, None)}
        deaf = [grounds[one].title for one in grounds if one not in hearing]
        if deaf and hearing and scene.place is None and payload.link is not None:
            told.append(
                f"{payload.title}: no receiver for {payload.link.frequency_ghz:g} GHz at"
                f" {', '.join(deaf)}, so left out."
            )
    return told
