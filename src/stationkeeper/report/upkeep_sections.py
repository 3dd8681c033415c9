"""The sections on what wears, leaks, fails, is missed, and on what dominates the uncertainty."""

from collections.abc import Callable

from stationkeeper.report import (
    sensitivity,
    upkeep_chains,
    upkeep_equipment,
    upkeep_functions,
    upkeep_leaks,
    upkeep_matrix,
    upkeep_risks,
    upkeep_withdrawal,
)
from stationkeeper.report.markup import Markup, tag
from stationkeeper.report.picture import Picture
from stationkeeper.report.source import Run
from stationkeeper.report.upkeep_source import upkept_stations

_BEFORE: dict[str, Callable[[Run], list[str]]] = {
    upkeep_risks.KEY: upkeep_risks.sentences,
    upkeep_leaks.KEY: upkeep_leaks.sentences,
    upkeep_withdrawal.KEY: upkeep_withdrawal.sentences,
    sensitivity.KEY: lambda run: [text for text in (sensitivity.sentence(run),) if text],
}
_AFTER: dict[str, Callable[[Run], Markup]] = {
    upkeep_risks.KEY: upkeep_risks.tables,
    upkeep_matrix.KEY: upkeep_matrix.tables,
    upkeep_chains.KEY: upkeep_chains.tables,
    upkeep_leaks.KEY: upkeep_leaks.tables,
    upkeep_withdrawal.KEY: upkeep_withdrawal.tables,
    sensitivity.KEY: sensitivity.markup,
}


def pictures(run: Run) -> list[Picture]:
    """Draw the figures in the order of the page; none for a run that flew no upkeep."""
    found: list[Picture] = []
    if upkept_stations(run):
        found += [
            upkeep_risks.picture(run),
            upkeep_matrix.picture(run),
            upkeep_chains.picture(run),
            upkeep_leaks.picture(run),
            upkeep_equipment.picture(run),
            upkeep_functions.picture(run),
            upkeep_functions.down_picture(run),
        ]
    if run.withdrawals:
        found.append(upkeep_withdrawal.picture(run))
    if found:
        found.append(sensitivity.picture(run))
    return found


def before(key: str, run: Run) -> list[Markup]:
    """Return what is said before the figure of a section."""
    return [tag("p", text) for text in _BEFORE[key](run)] if key in _BEFORE else []


def after(key: str, run: Run) -> Markup:
    """Return the tables of a section."""
    return _AFTER[key](run) if key in _AFTER else Markup("")
