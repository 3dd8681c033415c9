"""Up to which day a document tells what was flown."""

from datetime import date

from stationkeeper.programme.document import Programme


def flown_launches(programme: Programme) -> list[date]:
    """Return the days of the launches that are not plans, of flights and of crews."""
    flown = [one.launched for one in programme.flight.values() if one.status != "planned"]
    return flown + [one.launched for one in programme.crew.values() if one.status != "planned"]


def recorded_until(programme: Programme, nothing: date) -> date:
    """Return the day of knowledge, or the last launch that is not a plan.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    nothing : date
        Returned where nothing has flown.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> recorded_until(read_programme("iss-to-ros"), date(2021, 1, 1)).year
    2026
    """
    return programme.as_known or max(flown_launches(programme), default=nothing)
