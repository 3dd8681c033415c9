"""Rules of the user's own, by entry point, and what is done when one of them goes wrong."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Final

import numpy as np

from stationkeeper.errors import InputError
from stationkeeper.lifetime.deciding.rules import RULES
from stationkeeper.lifetime.deciding.view import Flags, Rule, View
from stationkeeper.programme.check_policies import GROUP
from stationkeeper.programme.deciding import Parameter
from stationkeeper.programme.document import Programme
from stationkeeper.programme.problems import choices, nearest, shown

_FIX: Final = "mend the rule, or name another one"


def _own_rules() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def rule_named(policy: str, name: str) -> Rule:
    """Return a rule by name: ours, or one of a package with an entry point for it.

    Parameters
    ----------
    policy : str
        Key of the policy, for the message.
    name : str
        Name of the rule.

    Returns
    -------
    Rule

    Raises
    ------
    InputError
        If no rule has this name, or the package cannot be loaded.

    Examples
    --------
    >>> rule_named("stay", "all-ready").__name__
    'all_ready'
    """
    if name in RULES:
        return RULES[name]
    found = _own_rules()
    if name not in found:
        known = (*RULES, *found)
        raise InputError(
            f"policy.{policy}.rule: given {shown(name)}, expected one of {choices(known)};"
            f" {nearest(name, known)}".rstrip("; ")
        )
    try:
        rule = found[name].load()
    except Exception as error:
        raise InputError(
            f"policy.{policy}.rule: {shown(name)} ({shown(found[name].value)}) cannot be loaded:"
            f" {_told(error)}; expected a function; {_FIX}"
        ) from error
    if not callable(rule):
        raise InputError(
            f"policy.{policy}.rule: {shown(name)} ({shown(found[name].value)}) is"
            f" {shown(rule)}; expected a function of a view and its parameters; {_FIX}"
        )
    return rule  # type: ignore[no-any-return]


def rules_of(programme: Programme) -> dict[str, Rule]:
    """Return the rule of each policy, so that a run that cannot decide ends before it is flown.

    Raises
    ------
    InputError
        As `rule_named`.
    """
    return {key: rule_named(key, policy.rule) for key, policy in programme.policy.items()}


def answer(
    policy: str, name: str, rule: Rule, view: View, parameters: Mapping[str, Parameter]
) -> Flags:
    """Return what a rule says, or one clear message if it cannot say it.

    Raises
    ------
    InputError
        If it raises, or gives anything but one true or false for each replica.

    Examples
    --------
    >>> from stationkeeper.lifetime.deciding.view import plain_view
    >>> answer("mine", "all-ready", RULES["all-ready"], plain_view(2), {}).tolist()
    [False, False]
    """
    try:
        said = rule(view, parameters)
    except Exception as error:
        raise InputError(
            f"policy.{policy}: rule {shown(name)} raised {_told(error)} at {view.date:%Y-%m};"
            f" expected true or false for each replica; {_FIX}"
        ) from error
    if type(said) is np.ndarray and said.dtype == np.bool_ and said.shape == (view.replicas,):
        return said
    raise InputError(
        f"policy.{policy}: rule {shown(name)} gave {_described(said)} at {view.date:%Y-%m};"
        f" expected an array of {view.replicas} true or false, one for each replica; {_FIX}"
    )


def _told(error: Exception) -> str:
    text = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {shown(text)}" if text else type(error).__name__


def _described(said: object) -> str:
    if not isinstance(said, np.ndarray):
        return f"{type(said).__name__} {shown(said)}"
    missing = np.issubdtype(said.dtype, np.floating) and bool(np.isnan(said).any())
    return f"an array of {said.dtype}, shape {said.shape}{', with NaN' if missing else ''}"
