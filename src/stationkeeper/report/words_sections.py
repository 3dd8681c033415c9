"""The sections on words and deeds, on decisions, and on stores."""

from collections.abc import Callable

from stationkeeper.report import (
    cooperation,
    decision_dates,
    decision_frontier,
    decision_gaps,
    outcome,
    outcome_figure,
    slip_figure,
    stores_figure,
    words_tables,
    words_timeline,
)
from stationkeeper.report.markup import Markup, tag
from stationkeeper.report.picture import Picture
from stationkeeper.report.source import Run

_BEFORE: dict[str, Callable[[Run], list[str]]] = {
    words_timeline.KEY: words_tables.sentences,
    decision_dates.KEY: decision_dates.sentences,
    decision_gaps.KEY: decision_gaps.sentences,
    stores_figure.KEY: stores_figure.sentences,
    outcome.KEY: outcome_figure.sentences,
}
_AFTER: dict[str, Callable[[Run], Markup]] = {
    words_timeline.KEY: words_tables.tables,
    cooperation.KEY: cooperation.tables,
    decision_dates.KEY: decision_dates.tables,
    decision_frontier.KEY: decision_frontier.tables,
    decision_gaps.KEY: decision_gaps.tables,
    slip_figure.LAUNCH_KEY: slip_figure.launch_tables,
    stores_figure.KEY: stores_figure.tables,
    outcome.KEY: outcome.tables,
}


def pictures(run: Run) -> list[Picture]:
    """Draw the figures in the order of the page; none of what the run wrote nothing about."""
    found: list[Picture] = []
    if run.said:
        found += [words_timeline.picture(run), cooperation.picture(run)]
    if run.decided:
        found += [
            decision_dates.picture(run),
            decision_frontier.picture(run),
            decision_frontier.risk_picture(run),
            decision_gaps.picture(run),
            slip_figure.picture(run),
            slip_figure.launch_picture(run),
        ]
    if run.stocks:
        found.append(stores_figure.picture(run))
    if outcome.shown(run):
        found.append(outcome_figure.picture(run))
    return found


def before(key: str, run: Run) -> list[Markup]:
    """Return what is said before the figure of a section."""
    return [tag("p", text) for text in _BEFORE[key](run) if text] if key in _BEFORE else []


def after(key: str, run: Run) -> Markup:
    """Return the tables of a section."""
    return _AFTER[key](run) if key in _AFTER else Markup("")


def answer(run: Run) -> list[str]:
    """Return what the short answer says of decisions and gaps."""
    return [decision_dates.headline(run), *decision_gaps.sentences(run)] if run.decided else []
