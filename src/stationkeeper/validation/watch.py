"""The watch on telemetry of a Mars rover, by event: both halves of the channels and all.

The constants of the watch were chosen on the channels of even rank in the list of labels (the first
has rank 0), and written down before the others were scored, once. The telemetry itself is not ours
to ship: if the environment variable STATIONKEEPER_MSL names a folder with it, the watch is run on
it; if not, the counts are those stored when it was.
"""

import ast
import csv
import hashlib
import os
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.events import count_events, precision_recall_f
from stationkeeper.caretaker.watch import watch
from stationkeeper.caretaker.watch_file import read_telemetry
from stationkeeper.errors import InputError
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Progress, Row

FOLDER: Final = "STATIONKEEPER_MSL"  # environment variable
DRAWS: Final = 10_000  # of the bootstrap; ours
SEED: Final = 1  # of the bootstrap; ours
REASON: Final = (
    "constants chosen on 17 events of the other half do not carry over whole: missed events stay in"
    " states that training held too, or in what its own strangest run reached"
)

Counts = NDArray[np.int64]


def counted(folder: Path, progress: Progress | None = None) -> tuple[dict[str, list[int]], str]:
    """Run the watch on a folder of telemetry and count events by channel.

    Parameters
    ----------
    folder : Path
        ``labels.csv`` and an .npz file for each of its channels.
    progress : callable, optional
        Told what is being done.

    Returns
    -------
    counts : dict
        Channel, in the order of the labels: events found, false spans, events missed.
    digest : str
        SHA-256 of the labels and the files in that order.

    Raises
    ------
    InputError
        If a file is missing or is not what it should be.
    """
    labels = folder / "labels.csv"
    if not labels.is_file():
        raise InputError(f"{FOLDER}: given {str(folder)!r}, expected a folder with labels.csv")
    digest = hashlib.sha256(labels.read_bytes())
    counts = {}
    with labels.open(newline="", encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            channel = line["chan_id"]
            if progress is not None:
                progress(f"watch: {channel}")
            file = folder / f"{channel}.npz"
            train, test = read_telemetry(file)
            digest.update(file.read_bytes())
            true = [(int(first), int(last)) for first, last in _spans(line["anomaly_sequences"])]
            counts[channel] = list(count_events(watch(train, test), true))
    return counts, digest.hexdigest()


def _spans(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = ast.literal_eval(text)
    return found


def bootstrap_interval(counts: Counts, share: float = 0.9) -> tuple[float, float]:
    """Interval of F0.5 if other channels of the same kind had been drawn.

    Parameters
    ----------
    counts : ndarray, (channel, 3)
        Found, false, missed.
    share : float
        Of the draws inside.

    Returns
    -------
    low, high : float
        Quantiles of F0.5 over draws of as many channels with replacement.

    Examples
    --------
    >>> bootstrap_interval(np.array([[1, 0, 0], [2, 0, 0]]))
    (1.0, 1.0)
    """
    random = np.random.Generator(np.random.Philox(SEED))
    picks = random.integers(0, len(counts), (DRAWS, len(counts)))
    scores = [precision_recall_f(*total)[2] for total in counts[picks].sum(axis=1).tolist()]
    low, high = np.quantile(scores, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def rows(progress: Progress | None = None) -> list[Row]:
    """Return precision, recall and F0.5 by event.

    Parameters
    ----------
    progress : callable, optional
        Told what is being done.

    Returns
    -------
    list of Row
        The half that the constants were chosen on is calibration, and so are all channels together.
    """
    truth = published("watch.toml")
    stored: dict[str, Any] = truth["measured"]
    counts: dict[str, list[int]] = stored["counts"]
    said = f"counts stored on {stored['date']}; set {FOLDER} to compute them anew"
    folder = os.environ.get(FOLDER)
    if folder:
        counts, digest = counted(Path(folder), progress)
        same = "the same" if digest == stored["sha256"] else "not the same"
        said = f"computed now; telemetry {same} as that of {stored['date']}"
    table = np.array(list(counts.values()), dtype=np.int64)
    floor, goal, peer = truth["floor"], truth["goal"], truth["telemanom"]
    found = []
    for name, part, calibration in (
        ("14 channels of even rank", table[0::2], True),
        ("13 channels of odd rank", table[1::2], False),
        ("all 27 channels", table, True),
    ):
        total = [int(count) for count in part.sum(axis=0)]
        precision, recall, score = precision_recall_f(*total)
        low, high = bootstrap_interval(part)
        note = (
            f"found {total[0]}, false {total[1]}, missed {total[2]}; precision {precision:.3f},"
            f" recall {recall:.3f}; 90 % of draws of channels: {low:.2f} to {high:.2f}; {said}"
        )
        if name.startswith("13"):
            note = f"{note}; {REASON}"
        if calibration:
            note = f"constants chosen on {'these' if 'even' in name else 'half of these'}; {note}"
        for against, least in (("floor", floor), ("goal", goal)):
            found.append(
                Row(
                    topic="watch",
                    name=f"F0.5 by event, {name}, against the {against}",
                    ours=score,
                    truth=(1 + least["f_half"]) / 2,
                    unit="-",
                    tolerance=(1 - least["f_half"]) / 2,
                    kind="other-program",
                    source=least["source"],
                    calibration=calibration,
                    note=f"at least {least['f_half']}; {note}",
                )
            )
        for quantity, ours in (("precision", precision), ("recall", recall)):
            found.append(
                Row(
                    topic="watch",
                    name=f"{quantity} by event, {name}",
                    ours=ours,
                    truth=peer[quantity],
                    unit="-",
                    tolerance=0.0,
                    kind="context",
                    source=peer["source"],
                    calibration=calibration,
                    note="beside the published one on all channels",
                )
            )
    return found
