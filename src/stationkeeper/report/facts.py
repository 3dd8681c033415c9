"""The few numbers that answer the question, taken from the results. Nothing is drawn here."""

from dataclasses import dataclass

import numpy as np

from stationkeeper.report.numbers import Band
from stationkeeper.report.source import Run, Stay

_FEW, _HALF, _MOST = 0.05, 0.50, 0.95
UNKNOWN = Band(np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class StationFacts:
    """What one station does over the span."""

    key: str
    first: np.datetime64
    ends: tuple[np.datetime64, np.datetime64, np.datetime64]
    share_flying: float
    how: tuple[str, ...]
    altitude_km: Band
    propellant_t: Band
    propellant_years: tuple[tuple[int, float], ...]
    whole_years: bool
    reboosts: float
    most_mass_t: float
    days_to_200_km: Band
    dose_rate_msv_d: Band

    @property
    def still_flies(self) -> bool:
        """True if it is in orbit on the last day in most replicas."""
        return self.share_flying >= _HALF


@dataclass(frozen=True)
class DoseFacts:
    """What the stays take, each for one person."""

    count: int
    middle: Band
    middle_days: float
    largest: Stay


def station_facts(run: Run) -> tuple[StationFacts, ...]:
    """Return the facts of each station that flies at all."""
    return tuple(_facts(run, key) for key in run.stations if run.present(key).any())


def dose_facts(run: Run) -> DoseFacts | None:
    """Return the facts of the stays with a dose; None if there are none."""
    stays = [stay for stay in run.stays if stay.dose.known and stay.dose.high > 0]
    if not stays:
        return None
    ranked = sorted(stays, key=lambda stay: (stay.dose.middle, stay.name))
    days = [stay_days(run, stay) for stay in stays]
    return DoseFacts(len(stays), ranked[len(ranked) // 2].dose, float(np.median(days)), ranked[-1])


def stay_days(run: Run, stay: Stay) -> float:
    """Return the days from launch to landing that lie inside the span: those that have a dose."""
    first, last = np.datetime64(run.first, "D"), np.datetime64(run.last, "D")
    landed = last if np.isnat(stay.landed) else min(stay.landed, last)
    return max(0.0, float((landed - max(stay.launched, first)) / np.timedelta64(1, "D")))


def _facts(run: Run, key: str) -> StationFacts:
    present = run.present(key)
    ends, share_flying, how = _ends(run, key)
    propellant, by_year, whole = _propellant(run, key)
    mass = run.series("mass_kg", key) if run.has("mass_kg") else np.array([np.nan])
    return StationFacts(
        key=key,
        first=run.months[np.flatnonzero(present)[0]],
        ends=ends,
        share_flying=share_flying,
        how=how,
        altitude_km=_usual(run, "altitude_km", key),
        propellant_t=propellant,
        propellant_years=by_year,
        whole_years=whole,
        reboosts=_reboosts(run, key),
        most_mass_t=float(np.nanmax(mass)) / 1e3 if np.isfinite(mass).any() else float("nan"),
        days_to_200_km=_usual(run, "days_to_200_km", key),
        dose_rate_msv_d=_usual(run, "dose_rate_msv_d", key),
    )


def _ends(
    run: Run, key: str
) -> tuple[tuple[np.datetime64, np.datetime64, np.datetime64], float, tuple[str, ...]]:
    """Return when few, half and most replicas are down, the share that flies on, and how."""
    found = run.ends.get(key)
    if found is not None:
        days = [found.quantile(share) for share in (_FEW, _HALF, _MOST)]
        ranked = sorted(found.by_kind, key=lambda kind: -found.by_kind[kind])
        return (days[0], days[1], days[2]), found.share_flying, tuple(ranked)
    # Without the events of the replicas the share in orbit by month must do.
    alive = run.series("alive", key) if "alive" in run.results else run.present(key).astype(float)
    alive = np.nan_to_num(alive)
    months = [
        run.months[np.flatnonzero(alive >= share)[-1]] if (alive >= share).any() else run.months[0]
        for share in (_MOST, _HALF, _FEW)
    ]
    return (months[0], months[1], months[2]), float(alive[-1]), ()


def _usual(run: Run, name: str, key: str) -> Band:
    """Return the month with the middle median, with the band of that month."""
    if not run.has(name):
        return UNKNOWN
    low, middle, high = run.quantiles(name, key)
    known = np.flatnonzero(np.isfinite(middle))
    if not known.size:
        return UNKNOWN
    chosen = known[np.argsort(middle[known], kind="stable")[(known.size - 1) // 2]]
    return Band(float(low[chosen]), float(middle[chosen]), float(high[chosen]))


def _whole_years(run: Run, key: str) -> set[int]:
    """Return the calendar years in all months of which a station flies in most replicas."""
    years = run.months.astype("datetime64[Y]").astype(int) + 1970
    found, counts = np.unique(years[run.mostly_present(key)], return_counts=True)
    return {int(year) for year, count in zip(found, counts, strict=True) if count == 12}


def _propellant(run: Run, key: str) -> tuple[Band, tuple[tuple[int, float], ...], bool]:
    """Return propellant of the middle year with its band, medians by year, all years whole. [t]"""
    if not run.has("propellant_used_by_year_kg"):
        return UNKNOWN, (), True
    low, middle, high = (1e-3 * q for q in run.quantiles("propellant_used_by_year_kg", key))
    whole = np.isin(run.years, list(_whole_years(run, key))) & np.isfinite(middle)
    known = np.flatnonzero(whole if whole.any() else np.isfinite(middle))
    if not known.size:
        return UNKNOWN, (), True
    chosen = known[np.argsort(middle[known], kind="stable")[(known.size - 1) // 2]]
    band = Band(float(low[chosen]), float(middle[chosen]), float(high[chosen]))
    by_year = tuple((int(run.years[i]), float(middle[i])) for i in known)
    return band, by_year, bool(whole.any())


def _reboosts(run: Run, key: str) -> float:
    """Return the mean number of days with a reboost in a year."""
    if not run.has("reboosts"):
        return float("nan")
    monthly = run.series("reboosts", key)
    known = np.isfinite(monthly) & run.mostly_present(key)
    return 12 * float(monthly[known].mean()) if known.any() else float("nan")
