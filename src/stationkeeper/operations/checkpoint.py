"""A flight on disk: what a killed run goes on from, to the bit.

Samples of the truth only grow: what is new of them is added to a file of their own, so that a
checkpoint costs as much on the last day as on the first.
"""

import io
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from stationkeeper.caretaker.authority import Act, Commander, Pending, Verdict
from stationkeeper.caretaker.gate import GateState, Override
from stationkeeper.caretaker.vehicle import Answer, Ask, Noticed
from stationkeeper.errors import InputError, StorageError
from stationkeeper.operations.flight import Flight
from stationkeeper.operations.happenings import happenings_of, rows_of
from stationkeeper.operations.stepping import SAMPLE
from stationkeeper.results.storage import storage_errors, write_atomically

CHECKPOINT: Final = "checkpoint.npz"
SAMPLES: Final = "checkpoint-samples.bin"
_SAMPLES: Final = "samples"  # of the arrays of a flight
_PLAIN: Final = "plain"
_NUMBERS: Final = (
    "time", "wake", "fine_until", "last_fine", "failed", "marked", "safe_since", "safe_seconds",
)  # fmt: skip


def write_checkpoint(flight: Flight, folder: Path) -> None:
    """Write where a flight stands; the old checkpoint is there until the new one is whole.

    Parameters
    ----------
    flight : Flight
        Between two calls of `flight.fly`.
    folder : Path
        The run folder.

    Raises
    ------
    InputError
        If what the mind remembers cannot be kept.
    StorageError
        If it cannot be written.
    """
    plain: dict[str, Any] = {
        **{name: getattr(flight, name) for name in _NUMBERS},
        "gate": _gate_saved(flight.gate),
        "happenings": rows_of(flight.happenings),
        "answers": [asdict(one) for one in flight.answers],
        "noticed": [asdict(one) for one in flight.noticed],
        "active": flight.active,
        "docked": flight.docked,
        "modes": flight.modes,
        "mind": None,
        "own_time": {str(key): one for key, one in flight.own_time.items()},
    }
    if not flight.failed:  # one that threw is asked no more, so nothing of it is needed
        plain["mind"] = _mind_saved(flight)
    _add_samples(flight, folder / SAMPLES)
    arrays: dict[str, Any] = {
        name: array for name, array in flight.arrays.items() if name != _SAMPLES
    }
    for number, part in enumerate(flight.own_parts):
        arrays[f"own-{number}-state"], arrays[f"own-{number}-ledger"] = part.state, part.ledger
    arrays[_PLAIN] = np.frombuffer(json.dumps(plain).encode(), dtype=np.uint8)
    held = io.BytesIO()
    np.savez(held, **arrays)
    write_atomically(folder / CHECKPOINT, held.getvalue())


def take_up(flight: Flight, folder: Path) -> bool:
    """Bring a flight to its checkpoint, if there is one.

    Parameters
    ----------
    flight : Flight
        As `flight.begin` made it, from the same input; changed in place.
    folder : Path
        The run folder.

    Returns
    -------
    bool
        Whether there was one.

    Raises
    ------
    InputError
        If the mind cannot take up what it saved.
    StorageError
        If the samples of the checkpoint are not there.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        (folder / SAMPLES).unlink(missing_ok=True)  # of a run that was killed before its first
        return False
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    plain = json.loads(arrays.pop(_PLAIN).tobytes())
    for number, part in enumerate(flight.own_parts):
        part.state[:] = arrays.pop(f"own-{number}-state")
        part.ledger[:] = arrays.pop(f"own-{number}-ledger")
    for name, array in arrays.items():
        flight.arrays[name][...] = array  # in place: monitor and archive hold the same arrays
    for name in _NUMBERS:
        setattr(flight, name, plain[name])
    _take_samples(flight, folder / SAMPLES)
    flight.gate = _gate_restored(plain["gate"])
    flight.happenings = happenings_of(plain["happenings"])
    flight.answers = [_answer(one) for one in plain["answers"]]
    flight.noticed = [Noticed(**one) for one in plain["noticed"]]
    flight.active = plain["active"]
    flight.docked = plain["docked"]
    flight.modes = plain["modes"]
    flight.own_time = {int(key): one for key, one in plain["own_time"].items()}
    if flight.failed:
        return True
    try:
        flight.mind.restore(plain["mind"])
    except Exception as error:
        raise InputError(
            f"--caretaker: {flight.who}: restore of what save returned failed:"
            f" {type(error).__name__}: {error}; expected it to take up what it saved"
        ) from error
    return True


def _mind_saved(flight: Flight) -> Any:
    try:
        saved = flight.mind.save()
        json.dumps(saved)
    except Exception as error:
        raise InputError(
            f"--caretaker: {flight.who}: save failed: {type(error).__name__}: {error}; expected all"
            " that it remembers as plain data: text, numbers, lists, dicts with text as keys"
        ) from error
    return saved


def drop_checkpoint(folder: Path) -> None:
    """Remove what a killed run would go on from; nothing if there is none.

    Parameters
    ----------
    folder : Path
        The run folder.
    """
    for name in (CHECKPOINT, SAMPLES):
        (folder / name).unlink(missing_ok=True)


def _sampled_rows(flight: Flight) -> int:
    return int(flight.time / SAMPLE) + 1


def _add_samples(flight: Flight, path: Path) -> None:
    """Add the samples that are not in the file yet, before a checkpoint tells of them."""
    samples = flight.arrays[_SAMPLES][: _sampled_rows(flight)]
    wide = samples[:1].nbytes
    with storage_errors(path), path.open("ab") as file:
        there = file.tell() // wide
        file.truncate(there * wide)
        file.write(samples[there:].tobytes())
        file.flush()
        os.fsync(file.fileno())


def _take_samples(flight: Flight, path: Path) -> None:
    """Take up the samples of a checkpoint; what was added after it is cut off."""
    samples = flight.arrays[_SAMPLES][: _sampled_rows(flight)]
    with storage_errors(path), path.open("r+b") as file:
        held = file.read(samples.nbytes)
        file.truncate(samples.nbytes)
    if len(held) < samples.nbytes:
        raise StorageError(
            f"{path}: given {len(held)} bytes, expected {samples.nbytes}; remove the run folder"
            " and fly again"
        )
    samples[:] = np.frombuffer(held, dtype=samples.dtype).reshape(samples.shape)


def _gate_saved(gate: GateState) -> dict[str, Any]:
    return {
        "safe": gate.safe,
        "last_time": gate.last_time,
        "next_token": gate.next_token,
        "pending": [None if one is None else asdict(one) for one in gate.pending],
        "log": [asdict(one) for one in gate.log],
    }


def _gate_restored(saved: dict[str, Any]) -> GateState:
    return GateState(
        safe=saved["safe"],
        last_time=saved["last_time"],
        next_token=saved["next_token"],
        pending=tuple(
            None if one is None else Pending(**{**one, "act": Act(one["act"])})
            for one in saved["pending"]
        ),
        log=tuple(Override(**{**one, "act": Act(one["act"])}) for one in saved["log"]),
    )


def _answer(saved: dict[str, Any]) -> Answer:
    ask = saved["ask"]
    return Answer(
        saved["time"],
        Ask(**{**ask, "commander": Commander(ask["commander"])}),
        Verdict(saved["verdict"]),
        saved["text"],
    )
