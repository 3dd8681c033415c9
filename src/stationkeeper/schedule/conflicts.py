"""Why there is no plan: a small set of rules, in words, that cannot all hold."""

import time

from stationkeeper.schedule.model import RotationModel
from stationkeeper.schedule.problem import Rotation
from stationkeeper.schedule.search import search


def conflicts(
    rotation: Rotation, *, seed: int = 1, workers: int = 2, seconds: float = 30.0
) -> tuple[str, ...]:
    """Name rules of an impossible problem that cannot hold together.

    Parameters
    ----------
    rotation : Rotation
        A checked problem without a plan.
    seed, workers : int
        Of the searches.
    seconds : float
        Limit for all of them; when it is up the set may be larger than needed. [s]

    Returns
    -------
    tuple of str
        Rules in words; days appear as ``day{n}``, n the day of the horizon, for the caller to
        replace by dates. Leaving out any one of them leaves a set that can hold, unless the time
        was up. Empty if no conflict was found in the time.

    Notes
    -----
    Every group of rules gets a boolean that switches it on. A first search under the assumption
    that all are on gives a set; then each member is left out in turn and put back only if the rest
    can hold without it.
    """
    end = time.monotonic() + seconds
    model = RotationModel(rotation, named=True)
    sheet = model.sheet
    names = list(sheet.names)
    sheet.model.add_assumptions([sheet.names[name] for name in names])
    first = search(sheet.model, seed=seed, workers=1, seconds=max(seconds / 2, 0.1))
    if first.outcome != "impossible" or first.interrupted:
        return ()
    by_index = {sheet.names[name].index: name for name in names}
    core = [by_index[index] for index in first.core if index in by_index] or names
    sheet.model.clear_assumptions()
    keep = list(core)
    for name in core:
        left = end - time.monotonic()
        if left <= 0:
            break
        trial = [other for other in keep if other != name]
        held = sheet.model.clone()
        on = {sheet.names[other].index for other in trial}
        for other in names:
            literal = held.get_bool_var_from_proto_index(sheet.names[other].index)
            held.add(literal == int(literal.index in on))
        found = search(held, seed=seed, workers=workers, seconds=left)
        if found.interrupted:
            break
        if found.outcome == "impossible":
            keep = trial
    return tuple(keep)
