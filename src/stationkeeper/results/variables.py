"""Every variable of ensemble.nc: its dimensions, its unit, what it is, and how it was counted."""

from typing import Final

from stationkeeper.results.bins import Bins, growing_bins
from stationkeeper.results.upkeep_variables import UPKEEP_COORDINATES, UPKEEP_VARIABLES
from stationkeeper.results.variable import Variable

ALTITUDE_BINS: Final = Bins(100.0, 0.5, 1_800)  # [km] to 1,000 km; our choice
MASS_BINS: Final = growing_bins(0.05, 200_000.0)  # [kg] of propellant; our choice
SPEED_BINS: Final = growing_bins(0.001, 10_000.0)  # [m/s]; our choice
DOSE_RATE_BINS: Final = growing_bins(0.0005, 1_000.0)  # [mGy/d] or [mSv/d]; our choice
DOSE_BINS: Final = growing_bins(0.01, 100_000.0)  # [mGy] or [mSv]; our choice
DAY_BINS: Final = growing_bins(0.1, 100_000.0)  # [d]; our choice

COORDINATES: Final[dict[str, tuple[str, str]]] = {
    "station": ("station", "key of the station"),
    "month": ("month", "first day of the month"),
    "year": ("year", "calendar year"),
    "quantile": ("quantile", "part of the replicas that lies below"),
    "altitude_bin_km": ("altitude_bin", "lower edge of a bin of altitude, 0.5 km wide"),
    "module": ("module", "key of the module"),
    "nation": ("nation", "nation as three letters, ISO 3166"),
    "stay": ("stay", "number of the stay, by day of launch"),
    **UPKEEP_COORDINATES,
}
"""Dimension and meaning of each coordinate."""

MONTHLY: Final = ("station", "month")
BAND: Final = ("station", "month", "quantile")
STAY: Final = ("stay",)


VARIABLES: Final[dict[str, Variable]] = {
    "altitude_km": Variable(
        BAND,
        "km",
        "mean altitude (semi-major axis less 6378.137 km), all days of the month",
        ALTITUDE_BINS,
    ),
    "altitude_mean_km": Variable(MONTHLY, "km", "mean altitude, mean of days and replicas"),
    "altitude_counts": Variable(
        ("station", "month", "altitude_bin"), "1", "replica-days in each bin of altitude"
    ),
    "propellant_used_kg": Variable(
        BAND, "kg", "propellant burned in the month for reboost and avoidance", MASS_BINS
    ),
    "propellant_used_mean_kg": Variable(
        MONTHLY, "kg", "propellant burned in the month, mean of replicas"
    ),
    "propellant_used_by_year_kg": Variable(
        ("station", "year", "quantile"), "kg", "propellant burned in the year", MASS_BINS
    ),
    "propellant_aboard_kg": Variable(
        BAND, "kg", "propellant aboard at the end of the month, docked ships included", MASS_BINS
    ),
    "delta_v_m_s": Variable(
        BAND, "m s-1", "change of speed by reboost and avoidance in the month", SPEED_BINS
    ),
    "reboosts": Variable(MONTHLY, "1", "days with a reboost in the month, mean of replicas"),
    "avoidance": Variable(MONTHLY, "1", "avoidance manoeuvres in the month, mean of replicas"),
    "alive": Variable(MONTHLY, "1", "part of the replica-days of the month spent in orbit"),
    "days_to_200_km": Variable(
        BAND,
        "d",
        "days until 200 km if propulsion is lost on the first of the month, first 1000 replicas",
        DAY_BINS,
    ),
    "days_to_200_km_capped": Variable(
        MONTHLY, "1", "part of the replicas still above 200 km when the count stops"
    ),
    "dose_rate_mgy_d": Variable(
        BAND, "mGy d-1", "absorbed dose rate inside, quiet time", DOSE_RATE_BINS
    ),
    "dose_rate_msv_d": Variable(
        BAND, "mSv d-1", "dose equivalent rate inside, quiet time", DOSE_RATE_BINS
    ),
    "mass_kg": Variable(
        MONTHLY,
        "kg",
        "mass on the last day of the month, with docked ships, without the propellant aboard",
    ),
    "drag_area_m2": Variable(MONTHLY, "m2", "area across the flow, last day of the month"),
    "pressurised_volume_m3": Variable(MONTHLY, "m3", "pressurised volume of the modules"),
    "module_present": Variable(
        ("station", "module", "month"), "1", "module is part of the station, last day of the month"
    ),
    "people": Variable(("station", "nation", "month"), "1", "people aboard, mean of the days"),
    "stay_dose_mgy": Variable(
        ("stay", "quantile"), "mGy", "absorbed dose of a stay, quiet time", DOSE_BINS
    ),
    "stay_dose_msv": Variable(
        ("stay", "quantile"), "mSv", "dose equivalent of a stay, quiet time", DOSE_BINS
    ),
    "stay_mean_msv": Variable(STAY, "mSv", "dose equivalent of a stay, mean of replicas"),
    "stay_name": Variable(STAY, "", "key of the crew in the programme"),
    "stay_station": Variable(STAY, "", "station lived on"),
    "stay_ship_up": Variable(STAY, "", "flight that brought them"),
    "stay_ship_down": Variable(STAY, "", "flight that takes them home"),
    "stay_launched": Variable(STAY, "", "launch day"),
    "stay_landed": Variable(STAY, "", "landing day"),
    "stay_status": Variable(STAY, "", "flown or planned"),
    "stay_seats": Variable(STAY, "", "seats by nation"),
    **UPKEEP_VARIABLES,
}
