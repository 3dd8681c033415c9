"""A flight on disk: what a killed run goes on from, to the bit."""

import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from stationkeeper.caretaker.authority import Act, Commander, Pending, Verdict
from stationkeeper.caretaker.gate import GateState, Override
from stationkeeper.caretaker.vehicle import Answer, Ask, Noticed
from stationkeeper.errors import InputError
from stationkeeper.operations.flight import Flight
from stationkeeper.operations.happenings import happenings_of, rows_of
from stationkeeper.results.storage import write_atomically

CHECKPOINT: Final = "checkpoint.npz"
_PLAIN: Final = "plain"
_NUMBERS: Final = (
    "time", "wake", "fine_until", "last_fine", "failed", "safe_since", "safe_seconds",
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
    arrays: dict[str, Any] = dict(flight.arrays)
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
    """
    path = folder / CHECKPOINT
    if not path.exists():
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
