"""One search of the solver, which a Ctrl-C stops soon and which is the same on one core or two."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from stationkeeper.errors import InputError


@dataclass(frozen=True)
class Found:
    """How one search ended.

    Attributes
    ----------
    outcome : str
        ``proven``, ``found``, ``impossible`` or ``unknown``.
    value : callable or None
        Value of a variable in the solution, if there is one.
    every : tuple of int
        Values of all variables in the solution, if there is one.
    objective, bound : float
        Of the solution, and the best bound.
    interrupted : bool
        A KeyboardInterrupt came; what was found until then is here.
    core : tuple of int
        Indices of assumed literals that cannot all hold, if asked for and impossible.
    """

    outcome: str
    value: Any
    every: tuple[int, ...]
    objective: float
    bound: float
    interrupted: bool
    core: tuple[int, ...] = ()


def need_solver() -> None:
    """Raise a clear error if OR-tools cannot be loaded."""
    try:
        import_module("ortools.sat.python.cp_model")
    except ImportError as error:
        raise InputError(f"planning needs OR-tools: run `make full` ({error})") from error


def search(
    model: Any,
    *,
    seed: int,
    workers: int,
    seconds: float,
    parameters: Sequence[tuple[str, Any]] = (),
) -> Found:
    """Solve one model.

    Parameters
    ----------
    model : CpModel
        With its objective and hints.
    seed : int
        Of the search.
    workers : int
        Threads.
    seconds : float
        Limit by the clock. [s]
    parameters : sequence of (str, value)
        Further parameters of the solver.

    Returns
    -------
    Found
        Also after a KeyboardInterrupt, which stops the search instead of being raised.

    Notes
    -----
    The solver runs in a thread of its own, since the main thread can only answer Ctrl-C while it
    runs Python.
    """
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = workers
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.catch_sigint_signal = False
    for name, value in parameters:
        setattr(solver.parameters, name, value)
    failures: list[BaseException] = []
    statuses: list[Any] = []

    def run() -> None:
        try:
            statuses.append(solver.solve(model))
        except BaseException as failure:
            failures.append(failure)
        finally:
            done.set()

    # Not Thread.join: a KeyboardInterrupt in it marks a thread as ended that is not.
    done = threading.Event()
    interrupted = False
    threading.Thread(target=run, daemon=True).start()
    while not done.is_set():
        try:
            done.wait(0.05)
        except KeyboardInterrupt:
            interrupted = True
        if interrupted:
            # Asked again and again: a stop before the search has begun would go unheard.
            solver.stop_search()
    if failures:
        raise failures[0]
    name = solver.status_name(statuses[0])
    has = name in ("OPTIMAL", "FEASIBLE")
    core: tuple[int, ...] = ()
    if name == "INFEASIBLE":
        core = tuple(solver.sufficient_assumptions_for_infeasibility())
    outcome = {"OPTIMAL": "proven", "FEASIBLE": "found", "INFEASIBLE": "impossible"}
    return Found(
        outcome=outcome.get(name, "unknown"),
        value=solver.value if has else None,
        every=tuple(solver.response_proto.solution) if has else (),
        objective=solver.objective_value if has else float("inf"),
        bound=solver.best_objective_bound,
        interrupted=interrupted,
        core=core,
    )
