"""Short messages between two stations on the ground, carried aboard from one to the other."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.serving.labels import label
from stationkeeper.lifetime.serving.recorders import Hearer, counted, flying, hearers_of
from stationkeeper.lifetime.serving.scene import WITHOUT, Scene, standing
from stationkeeper.lifetime.serving.wording import wait_text
from stationkeeper.orbit.passes import find_passes
from stationkeeper.programme.services import Payload
from stationkeeper.services.latency import waits_of_shares
from stationkeeper.services.store_forward import contact_graph, waits_between
from stationkeeper.units import HOUR

Array = NDArray[np.float64]


def message_words(scene: Scene, key: str) -> list[str]:
    """Say how long a short message takes between the two stations that are farthest apart.

    Every satellite that carries the payload takes messages up in any contact and lets them go in
    any other; nobody else's messages are in the way.

    Parameters
    ----------
    scene : Scene
        The month looked at.
    key : str
        A service of the kind ``data``.

    Returns
    -------
    list of text
        A sentence for each two stations; none for payloads that fewer than two stations hear.
    """
    carriers = [
        (payload, track.key, label(track))
        for _, payload in scene.payloads(key, "recorder")
        for track in scene.tracks_of(payload)
    ]
    carriers += [(payload, WITHOUT, payload.title) for _, payload in scene.carried(key, "recorder")]
    told: dict[str, list[str]] = {}
    for payload, orbit, title in carriers:
        pair = _farthest(hearers_of(scene, key, payload, None))
        if pair is None:
            continue
        waits = message_waits(scene, payload, orbit, pair)
        half, most = waits_of_shares((0.5, 0.9), *waits)
        if half is None or not np.isfinite(half):
            continue
        text = f"{title} half within {wait_text(half / HOUR)}, "
        if most is None or np.isinf(most):
            came = float(waits[2][np.isfinite(waits[1])].sum() / waits[2].sum())
            text += f"{100 * came:.0f} % ever"
        else:
            text += f"90 % within {wait_text(most / HOUR)}"
        names = " and ".join(one.ground.title for one in pair)
        told.setdefault(names, []).append(text)
    return [
        f"Short messages between {names}, stored aboard: {'; '.join(texts)}."
        for names, texts in told.items()
    ]


def message_waits(
    scene: Scene, payload: Payload, orbit: str, pair: tuple[Hearer, Hearer]
) -> tuple[Array, Array, Array]:
    """Return the waits of short messages sent at random times, both ways, for `share_within`.

    Parameters
    ----------
    scene, payload, orbit
        As of `message_words`.
    pair : tuple of Hearer
        Between whom.

    Returns
    -------
    least, most, weight : ndarray, (piece,)
        [s, s, s]
    """
    position, vertical, mask = standing(one.ground for one in pair)
    site, carrier, begin, end = [], [], [], []
    for number, ephemeris in enumerate(flying(scene, payload, orbit)):
        passes = find_passes(ephemeris, position, vertical, mask)
        site.append(passes.site)
        carrier.append(np.full(len(passes), 2 + number))
        begin.append(passes.rise)
        end.append(passes.set)
    # Both places are nodes even if nobody sees them.
    graph = contact_graph(
        np.concatenate([*site, [0]]),
        np.concatenate([*carrier, [1]]),
        np.concatenate([*begin, [0.0]]),
        np.concatenate([*end, [0.0]]),
        1.0,
    )
    parts = [waits_between(graph, one, 1 - one, scene.duration) for one in (0, 1)]
    kept = []
    for least, most, weight in parts:
        # What is sent in the last days may come after the month: left out.
        ends = np.cumsum(weight)
        cut = np.maximum(ends - counted(scene.duration), 0.0)
        some = cut < weight
        later = np.where(most > 0, least + cut, 0.0)
        kept.append((later[some], most[some], (weight - cut)[some]))
    least, most, weight = (np.concatenate(column) for column in zip(*kept, strict=True))
    return least, most, weight


def _farthest(hearers: list[Hearer]) -> tuple[Hearer, Hearer] | None:
    """Return the two that are farthest apart."""
    if len(hearers) < 2:
        return None
    position, _, _ = standing(one.ground for one in hearers)
    pairs = list(combinations(range(len(hearers)), 2))
    apart = [float(np.linalg.norm(position[one] - position[other])) for one, other in pairs]
    one, other = pairs[int(np.argmax(apart))]
    return hearers[one], hearers[other]
