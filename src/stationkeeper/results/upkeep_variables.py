"""Variables of ensemble.nc about what wears, leaks, is struck, fails and runs short."""

from typing import Final

from stationkeeper.results.bins import growing_bins
from stationkeeper.results.variable import Variable

LEAK_BINS: Final = growing_bins(0.001, 1_000.0)  # kg a day, 1 % wide
STORE_BINS: Final = growing_bins(0.01, 1_000_000.0)  # the unit of the store, 1 % wide

_YEARLY: Final = ("station", "year")
_BY_MODULE: Final = ("station", "module", "year")
_BY_CAUSE: Final = ("station", "cause", "year")

UPKEEP_VARIABLES: Final[dict[str, Variable]] = {
    "leak_kg_d": Variable(
        ("station", "month", "quantile"), "kg d-1", "air lost, mean of the month", LEAK_BINS
    ),
    "store_level": Variable(
        ("store", "month", "quantile"),
        "",
        "what a store holds on the last day of the month, in its own unit (store_unit)",
        STORE_BINS,
    ),
    "store_unit": Variable(("store",), "", "unit of a store"),
    "store_station": Variable(("store",), "", "station of a store"),
    "function_down": Variable(
        ("function", "month"),
        "1",
        "part of the replicas in which a function is not provided on the last day of the month",
    ),
    "function_station": Variable(("function",), "", "station of a function"),
    "failures": Variable(
        ("station", "group", "year"), "1", "failures of units in the year, mean of replicas"
    ),
    "group_age_years": Variable(
        ("station", "group", "month"),
        "year",
        "mean age of the units as first installed, last day of the month; repairs make units new",
    ),
    "people_mean": Variable(("station", "month"), "1", "people aboard, mean of days and replicas"),
    "crewed": Variable(("station", "month"), "1", "part of the replica-days with people aboard"),
    "station_years": Variable(_YEARLY, "1", "part of the replicas that have the station then"),
    "penetrations": Variable(
        _BY_MODULE, "1", "penetrations of the hull of a module in the year, mean of replicas"
    ),
    "penetration_chance": Variable(_YEARLY, "1", "chance of a penetration of any hull in the year"),
    "ship_hits": Variable(_YEARLY, "1", "docked ships struck through in the year, mean"),
    "leaks_begun": Variable(
        ("station", "module", "hypothesis", "year"),
        "1",
        "leaks that begin in the year, those of the first day aside, mean of all replicas, by the"
        " hypothesis that they drew",
    ),
    "leak_beyond_chance": Variable(
        _BY_MODULE, "1", "chance that a module leaks beyond the user's limit in the year"
    ),
    "leak_beyond_station_chance": Variable(
        ("station", "hypothesis", "year"),
        "1",
        "chance that any module leaks beyond the limit in the year, within each hypothesis",
    ),
    "hypothesis_share": Variable(
        ("station", "hypothesis"), "1", "part of the replicas that drew a hypothesis of cracks"
    ),
    "evacuation_chance": Variable(
        _BY_CAUSE, "1", "chance that people leave in the year, by first cause"
    ),
    "station_lost_chance": Variable(
        _BY_CAUSE, "1", "chance that the station is lost in the year, by cause"
    ),
    "crew_lost_chance": Variable(
        _BY_CAUSE, "1", "chance that people are lost in the year, by cause"
    ),
    "lost_by_year": Variable(
        _YEARLY,
        "1",
        "part of the replicas in which the station was lost by the end of the year, entries aside",
    ),
}
"""Chances are parts of the replicas that have the station in that year and have not lost it."""

UPKEEP_COORDINATES: Final[dict[str, tuple[str, str]]] = {
    "group": ("group", "key of a group of equipment"),
    "function": ("function", "key of a function"),
    "store": ("store", "key of a store"),
    "cause": ("cause", "what led to it: a function, a penetration of a module, a collision"),
    "hypothesis": ("hypothesis", "how cracks are driven: at welds, or by vibration"),
}
