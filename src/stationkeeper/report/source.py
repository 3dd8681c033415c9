"""What a report is made from: one run folder, read once."""

import json
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from stationkeeper.errors import InputError
from stationkeeper.lifetime.withdrawals import withdrawn
from stationkeeper.programme.check import check_source
from stationkeeper.programme.document import Programme
from stationkeeper.programme.problems import Estimate
from stationkeeper.programme.reference import reference_table
from stationkeeper.report.look import station_colours
from stationkeeper.report.numbers import Band
from stationkeeper.report.upkeep_events import Happened, read_happened
from stationkeeper.results.ensemble import open_run
from stationkeeper.results.folder import PROGRAMME, read_state

Dates = NDArray[np.datetime64]
Numbers = NDArray[np.float64]

# As `lifetime.upkeep_summary` calls them, which would draw in all that flies.
UPKEEP, WITHDRAWALS = "upkeep.json", "withdrawals.json"
WORDS, DECISIONS, STORES = "words.json", "decisions.json", "stores.json"
SERVED = "services.json"
_COMES_DOWN = {  # events of the replicas, and what they are called here
    "controlled descent ends at altitude": "controlled descent",
    "uncontrolled entry at altitude": "uncontrolled entry",
}
_STAYS_UP = "altitude at the end"
_WORDS = 56  # letters that fit above a panel beside its title; our choice
_SHORT_LABEL = 12  # letters that still fit beside a lane; our choice


@dataclass(frozen=True)
class Stay:
    """One group of people from launch to landing, as the results hold it."""

    name: str
    station: str
    ship_up: str
    launched: np.datetime64
    landed: np.datetime64
    flown: bool
    seats: dict[str, int]
    dose: Band
    absorbed: Band


@dataclass(frozen=True)
class Ends:
    """When one station came down, by replica: the day (never where it still flies) and how."""

    days: Dates
    by_kind: dict[str, int]

    @property
    def share_flying(self) -> float:
        """Share of the replicas that still fly on the last day."""
        return float(np.isnat(self.days).mean())

    def quantile(self, share: float) -> np.datetime64:
        """Day on which a share of the replicas has come down; never if fewer do."""
        ordered = np.sort(self.days)  # those that never come down are last
        found: np.datetime64 = ordered[min(int(share * ordered.size), ordered.size - 1)]
        return found


@dataclass(frozen=True)
class Run:
    """A finished run: its results, its programme and the record of how it was flown."""

    folder: Path
    results: xr.Dataset
    programme: Programme
    record: dict[str, Any]
    estimates: tuple[Estimate, ...] = ()
    basis: tuple[tuple[str, int, str, str, str], ...] = ()
    samples: dict[str, tuple[Dates, Numbers]] = field(default_factory=dict)
    ends: dict[str, Ends] = field(default_factory=dict)

    @property
    def stations(self) -> tuple[str, ...]:
        """Keys of the stations, in the order of the results."""
        return tuple(str(key) for key in self.results["station"].values)

    @property
    def months(self) -> Dates:
        """First day of each month."""
        return np.asarray(self.results["month"].values, "datetime64[D]")

    @property
    def first(self) -> date:
        """First day flown."""
        return self.programme.span.first

    @property
    def last(self) -> date:
        """Last day flown."""
        return self.programme.span.last

    @property
    def years(self) -> Numbers:
        """Calendar years of the yearly results."""
        years = np.asarray(self.results["year"].values)
        if np.issubdtype(years.dtype, np.datetime64):
            years = years.astype("datetime64[Y]").astype(int) + 1970
        return years.astype(float)

    def title(self, station: str) -> str:
        """Name of a station as people say it."""
        part = self.programme.station.get(station)
        return part.title if part else station

    def label(self, station: str) -> str:
        """Short name of a station, to stand beside a line."""
        title = self.title(station)
        return title if len(title) <= _SHORT_LABEL else station.upper()

    def has(self, *names: str) -> bool:
        """True if the results hold all these variables, each with at least one number."""
        return all(
            name in self.results and bool(self.results[name].notnull().any()) for name in names
        )

    def words(self, name: str) -> list[tuple[str, str]]:
        """Titles, or short names where there are many, and colours of the stations with it."""
        colours = station_colours(self.stations)
        known = [
            key
            for key in self.stations
            if name in self.results and bool(self.results[name].sel(station=key).notnull().any())
        ]
        say = self.title if sum(len(self.title(k)) for k in known) <= _WORDS else self.label
        return [(say(key), colours[key]) for key in known]

    def series(self, name: str, station: str, **where: Any) -> Numbers:
        """Values of one variable for one station, by its last dimension."""
        return np.asarray(self.results[name].sel(station=station, **where).values, float)

    def quantiles(self, name: str, station: str) -> tuple[Numbers, Numbers, Numbers]:
        """Return the 5 %, 50 % and 95 % values of one variable for one station."""
        picked = self.results[name].sel(station=station).transpose("quantile", ...)
        low, middle, high = (
            np.asarray(picked.sel(quantile=q, method="nearest").values, float)
            for q in (0.05, 0.5, 0.95)
        )
        return low, middle, high

    def present(self, station: str) -> NDArray[np.bool_]:
        """Months in which a station exists in at least one replica."""
        for name in ("alive", "altitude_mean_km", "mass_kg"):
            if name in self.results:
                values = self.series(name, station)
                return np.isfinite(values) & (values > 0)
        return np.ones(self.months.size, bool)

    def kept_by(self) -> tuple[tuple[str, int, str, str, str], ...]:
        """Station, year, and whether altitude, crews and ships are record or policy; while it
        flies."""
        years = self.months.astype("datetime64[Y]").astype(int) + 1970
        flown = {key: set(years[self.present(key)].tolist()) for key in self.stations}
        return tuple(row for row in self.basis if row[1] in flown.get(row[0], ()))

    def policy_years(self, station: str) -> list[int]:
        """Years in which the altitude of a station follows a policy, not a record."""
        rows = self.kept_by()
        return [year for key, year, altitude, *_ in rows if (key, altitude) == (station, "policy")]

    def mostly_present(self, station: str) -> NDArray[np.bool_]:
        """Months in which a station exists in at least half of the replicas."""
        if "alive" not in self.results:
            return self.present(station)
        return np.nan_to_num(self.series("alive", station)) >= 0.5

    @cached_property
    def upkeep(self) -> dict[str, Any]:
        """What the run says of leaks, particles and functions, by station; empty if nothing."""
        found: dict[str, Any] = stored_document(self.folder / UPKEEP).get("stations", {})
        return found

    @cached_property
    def withdrawals(self) -> tuple[dict[str, Any], ...]:
        """What each withdrawal does to each function of a station; empty if nobody leaves."""
        return tuple(stored_document(self.folder / WITHDRAWALS).get("rows", ()))

    @cached_property
    def said(self) -> dict[str, Any]:
        """What was said, decided, agreed, notified and owed; empty if the run wrote nothing."""
        return stored_document(self.folder / WORDS)

    @cached_property
    def served(self) -> dict[str, Any]:
        """What the ground is given, with and without stations; empty if the run wrote nothing."""
        return stored_document(self.folder / SERVED)

    @cached_property
    def decided(self) -> dict[str, Any]:
        """When policies act, what they risk and leave open; empty if the run wrote nothing."""
        return stored_document(self.folder / DECISIONS)

    @cached_property
    def stocks(self) -> dict[str, Any]:
        """Days left of each item, by station; empty if the run wrote nothing."""
        found: dict[str, Any] = stored_document(self.folder / STORES).get("stations", {})
        return found

    @cached_property
    def happened(self) -> Happened | None:
        """What happened to the replicas of what wears and fails; None if the run kept no rows."""
        return read_happened(self.folder)

    @cached_property
    def stays(self) -> tuple[Stay, ...]:
        """Stays in order of launch."""
        if "stay" not in self.results.sizes or not self.results.sizes["stay"]:
            return ()
        data = self.results
        doses = _stay_bands(data, "stay_dose_msv")
        absorbed = _stay_bands(data, "stay_dose_mgy")
        names = data["stay_name"] if "stay_name" in data else data["stay"]
        found = [
            Stay(
                name=str(names.values[i]),
                station=str(data["stay_station"].values[i]),
                ship_up=str(data["stay_ship_up"].values[i]),
                launched=np.datetime64(data["stay_launched"].values[i], "D"),
                landed=np.datetime64(data["stay_landed"].values[i], "D"),
                flown=str(data["stay_status"].values[i]) == "flown",
                seats=read_seats(str(data["stay_seats"].values[i])),
                dose=doses[i],
                absorbed=absorbed[i],
            )
            for i in range(data.sizes["stay"])
        ]
        return tuple(sorted(found, key=lambda stay: (stay.launched, stay.name)))


def read_seats(text: str) -> dict[str, int]:
    """Read seats by nation from their text.

    Examples
    --------
    >>> read_seats("RUS 2, USA 1")
    {'RUS': 2, 'USA': 1}
    >>> read_seats("")
    {}
    """
    seats = {}
    for piece in text.split(","):
        nation, _, count = piece.strip().partition(" ")
        if nation:
            seats[nation] = int(count or 1)
    return seats


def _stay_bands(data: xr.Dataset, name: str) -> list[Band]:
    """Bands of one variable by stay; unknown where the results do not hold it."""
    if name not in data:
        return [Band(np.nan, np.nan, np.nan)] * data.sizes["stay"]
    values = data[name].transpose("stay", "quantile")
    picked = values.sel(quantile=[0.05, 0.5, 0.95], method="nearest").values
    return [Band(float(low), float(middle), float(high)) for low, middle, high in picked]


def read_run(folder: Path) -> Run:
    """Read what a finished run left behind.

    Parameters
    ----------
    folder : Path
        Run folder with ``programme.toml``, ``run.json`` and ``ensemble.nc``.

    Returns
    -------
    Run
        Results in memory, programme and record.

    Raises
    ------
    InputError
        If the folder is not that of a finished run.
    """
    with open_run(folder) as opened:
        results = opened.load()
    checked = check_source(str(folder / PROGRAMME))
    if checked.programme is None:
        problems = "\n".join(str(problem) for problem in checked.problems)
        raise InputError(f"{folder}: its programme cannot be read\n{problems}")
    programme = withdrawn(checked.programme)  # as it was flown
    return Run(
        folder=folder,
        results=results,
        programme=programme,
        record=read_state(folder),
        estimates=checked.estimates,
        basis=checked.basis,
        samples=flown_samples(programme),
        ends=read_ends(folder),
    )


def stored_document(path: Path) -> dict[str, Any]:
    """Return a JSON document of a run folder; empty if it is not there.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: cannot be read ({error}); expected JSON; fly the run again"
        ) from None
    return found if isinstance(found, dict) else {}


def flown_samples(programme: Programme) -> dict[str, tuple[Dates, Numbers]]:
    """Return dates and altitudes of the flown record of each station that follows one. [km]"""
    samples = {}
    for key, station in programme.station.items():
        tables = {rule.table for rule in station.reboost.values() if rule.table}
        rows = [
            row
            for table in sorted(tables)
            for row in reference_table(table)
            if row.get("kind", "sample") == "sample"
        ]
        if rows:
            when = np.array([row["date"][:10] for row in rows], "datetime64[D]")
            height = np.array([float(row["altitude_km"]) for row in rows])
            inside = (when >= np.datetime64(programme.span.first)) & (
                when <= np.datetime64(programme.span.last)
            )
            samples[key] = when[inside], height[inside]
    return samples


def read_ends(folder: Path) -> dict[str, Ends]:
    """Return when each station came down, from the events of the replicas; none without them."""
    files = sorted((folder / "replicas").glob("*.parquet"))
    if not files:
        return {}
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    wanted = pa.array([*_COMES_DOWN, _STAYS_UP])
    days: dict[str, list[np.datetime64]] = {}
    kinds: dict[str, dict[str, int]] = {}
    for file in files:
        table = pq.read_table(file, columns=["station", "event", "date"])
        names = table["event"].cast(pa.string())
        table = table.set_column(1, "event", names).filter(pc.is_in(names, value_set=wanted))
        for row in table.to_pylist():
            here = days.setdefault(row["station"], [])
            if row["event"] == _STAYS_UP:
                here.append(np.datetime64("NaT", "D"))
            else:
                here.append(np.datetime64(row["date"], "D"))
                count = kinds.setdefault(row["station"], {})
                kind = _COMES_DOWN[row["event"]]
                count[kind] = count.get(kind, 0) + 1
    return {
        key: Ends(np.array(here, "datetime64[D]"), kinds.get(key, {})) for key, here in days.items()
    }
