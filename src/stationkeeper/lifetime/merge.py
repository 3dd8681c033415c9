"""From the counts of all replicas to the table of the run."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.chunks import Columns
from stationkeeper.lifetime.assemble import Assembled
from stationkeeper.lifetime.tally_upkeep import Kept, all_names, upkeep_values
from stationkeeper.results.bins import QUANTILES, Bins, quantiles_from_counts
from stationkeeper.results.ensemble import dataset
from stationkeeper.results.variables import (
    ALTITUDE_BINS,
    DAY_BINS,
    DOSE_BINS,
    DOSE_RATE_BINS,
    MASS_BINS,
    SPEED_BINS,
)

if TYPE_CHECKING:
    import xarray as xr

BANDS: dict[str, tuple[str, Bins]] = {
    "altitude_km": ("altitude", ALTITUDE_BINS),
    "propellant_used_kg": ("used", MASS_BINS),
    "propellant_aboard_kg": ("aboard", MASS_BINS),
    "propellant_used_by_year_kg": ("used_by_year", MASS_BINS),
    "delta_v_m_s": ("delta_v", SPEED_BINS),
    "days_to_200_km": ("loss", DAY_BINS),
    "dose_rate_mgy_d": ("absorbed_rate", DOSE_RATE_BINS),
    "dose_rate_msv_d": ("equivalent_rate", DOSE_RATE_BINS),
    "stay_dose_mgy": ("stay_absorbed", DOSE_BINS),
    "stay_dose_msv": ("stay_equivalent", DOSE_BINS),
}


def ensemble(
    assembled: Assembled,
    kept: Kept,
    sums: Columns,
    replicas: int,
    attributes: dict[str, str | int],
) -> "xr.Dataset":
    """Turn sums into the Dataset of the run: bands, means, and what is the same in all replicas.

    Parameters
    ----------
    assembled : Assembled
        The programme as arrays.
    kept : mapping
        Upkeep of each station, for its names.
    sums : dict of arrays
        Sums of all replicas, as `stationkeeper.lifetime.tally.tally` names them.
    replicas : int
        Number of replicas.
    attributes : dict
        What is said of the whole run.

    Returns
    -------
    xarray.Dataset
    """
    values: dict[str, NDArray[Any]] = {
        name: quantiles_from_counts(sums[source], bins) for name, (source, bins) in BANDS.items()
    }
    used_bins = np.flatnonzero(sums["altitude"].any(axis=(0, 1)))
    first, last = (int(used_bins[0]), int(used_bins[-1]) + 1) if used_bins.size else (0, 1)
    values["altitude_counts"] = sums["altitude"][:, :, first:last]
    alive = sums["days_alive"]

    def mean(total: NDArray[Any], count: NDArray[Any]) -> NDArray[np.float64]:
        out = np.full(total.shape, np.nan)
        np.divide(total, count, out=out, where=count > 0)
        return out

    values["altitude_mean_km"] = mean(sums["altitude_sum"], alive)
    values["propellant_used_mean_kg"] = mean(sums["used_sum"], sums["replicas_alive"])
    values["reboosts"] = mean(sums["reboosts"], sums["replicas_alive"])
    values["avoidance"] = mean(sums["avoidances"], sums["replicas_alive"])
    values["days_to_200_km_capped"] = mean(sums["capped"], sums["tried"])
    values["stay_mean_msv"] = sums["stay_equivalent_sum"] / replicas
    values |= same_in_all(assembled) | upkeep_values(assembled, kept, sums, replicas)
    planned = np.array(
        [
            np.add.reduceat(
                flown.hardware.exists.astype(np.int64), assembled.calendar.first_of_month
            )
            for flown in assembled.stations
        ]
    )
    values["alive"] = mean(alive, planned * replicas)
    calendar = assembled.calendar
    coordinates: dict[str, NDArray[Any]] = {
        "station": np.array(assembled.keys, dtype=object),
        "month": calendar.months.astype("datetime64[ns]"),
        "year": calendar.years,
        "quantile": np.array(QUANTILES),
        "altitude_bin_km": ALTITUDE_BINS.edges[first:last],
        "module": np.array(list(assembled.programme.module), dtype=object),
        "nation": np.array(assembled.nations, dtype=object),
        "stay": np.arange(len(assembled.stays)),
    }
    coordinates |= {
        name: np.array(entries, dtype=object) for name, entries in all_names(kept).items()
    }
    return dataset(values, coordinates, attributes)


def same_in_all(assembled: Assembled) -> dict[str, NDArray[Any]]:
    """Return what does not differ between replicas."""
    calendar = assembled.calendar
    last = calendar.last_of_month
    length = np.diff(np.append(calendar.first_of_month, calendar.days))
    mass, area, volume, modules = [], [], [], []
    for flown in assembled.stations:
        parts = flown.hardware
        there = parts.exists[last]
        mass.append(np.where(there, parts.mass[last], np.nan))
        area.append(np.where(there, parts.area[last] / flown.station.drag_coefficient, np.nan))
        volume.append(np.where(there, parts.volume[last], np.nan))
        modules.append(parts.modules[:, last])
    people = np.add.reduceat(assembled.people, calendar.first_of_month, axis=2) / length
    stays = assembled.stays
    return {
        "mass_kg": np.array(mass),
        "drag_area_m2": np.array(area),
        "pressurised_volume_m3": np.array(volume),
        "module_present": np.array(modules),
        "people": people,
        "stay_name": _words([stay.name for stay in stays]),
        "stay_station": _words([stay.station for stay in stays]),
        "stay_ship_up": _words([stay.crew.ship_up for stay in stays]),
        "stay_ship_down": _words([stay.crew.ship_down for stay in stays]),
        "stay_status": _words([stay.crew.status for stay in stays]),
        "stay_seats": _words([stay.seats for stay in stays]),
        "stay_launched": _dates([stay.first for stay in stays], calendar.first_day),
        "stay_landed": _dates([stay.last for stay in stays], calendar.first_day),
    }


def _words(texts: list[str]) -> NDArray[Any]:
    return np.array(texts, dtype=object)


def _dates(places: list[int], first_day: int) -> NDArray[np.datetime64]:
    start = np.datetime64("2000-01-01", "D") + first_day
    return (start + np.array(places, dtype=np.int64)).astype("datetime64[ns]")
