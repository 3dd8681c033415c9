"""A run folder made by hand, as small or as large as a test of the report needs it.

The numbers are invented; only their shapes are those of a real run.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
WIDTHS = np.array([-1.6, -0.7, 0.0, 0.7, 1.6])  # in units of the spread

PROGRAMME = """\
schema = 1
name = "made-up"
title = {title}
span = {{ first = {first}, last = {last} }}

[partner.north]
title = "North"
nation = "RUS"
dose_limits = "roscosmos"

[partner.west]
title = "West"
nation = "USA"
dose_limits = "nasa"
"""

STATION = """
[station.{key}]
title = {title}
partners = ["north"]
source = "invented for the test"
confidence = "C"
estimates = ["drag_coefficient"]
drag_coefficient = 2.3
note = "drag coefficient: chosen"
orbit = {{ altitude_km = 410, inclination_deg = 51.6 }}
access = {{ kind = "joint", foreign_crew = "open" }}
crew_rules = {{ permanent = true, minimum = 3, maximum = 12 }}

[module.{key}-core]
title = {module}
partner = "north"
segment = "{key}"
mass_kg = 19_300
exposed_area_m2 = 60

[event.{key}-begins]
kind = "dock"
date = {first}
station = "{key}"
modules = ["{key}-core"]
"""


def quoted(text: str) -> str:
    """Return a text as a TOML string."""
    return json.dumps(text, ensure_ascii=False)


def build_folder(
    folder: Path,
    *,
    first: str = "2021-01-01",
    last: str = "2040-12-31",
    stations: tuple[str, ...] = ("iss", "ros"),
    titles: tuple[str, ...] = ("International Space Station", "Russian Orbital Station"),
    title: str = "A made-up programme",
    stays: int = 60,
    ship: str = "Ship",
    without: tuple[str, ...] = (),
) -> Path:
    """Write the files of a finished run and return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = PROGRAMME.format(title=quoted(title), first=first, last=last)
    for key, name in zip(stations, titles, strict=True):
        text += STATION.format(
            key=key, title=quoted(name), module=quoted(f"{name}: core"), first=first
        )
    (folder / "programme.toml").write_text(text, "utf-8")
    (folder / "run.json").write_text(
        json.dumps({"state": "complete", "seed": 1, "replicas": 250, "version": "0.1.0"})
    )
    data = made_results(first, last, stations, stays, ship).drop_vars(list(without))
    data.attrs["programme"] = "made-up"
    data.to_netcdf(folder / "ensemble.nc", engine="h5netcdf")
    (folder / "replicas").mkdir(exist_ok=True)
    made_events(data, last).to_parquet(folder / "replicas" / "chunk-00000.parquet")
    return folder


def made_events(data: xr.Dataset, last: str) -> pd.DataFrame:
    """Return an event for each of 20 replicas and station: it comes down, or stays up."""
    rows = []
    for i, key in enumerate(data["station"].values):
        flies = np.flatnonzero(data["alive"].values[i] == 1)[-1]
        goes = flies < data.sizes["month"] - 1
        end = data["month"].values[flies].astype("datetime64[D]")
        for replica in range(20):
            day = end + replica if goes else np.datetime64(last)
            event = "controlled descent ends at altitude" if goes else "altitude at the end"
            rows.append((replica, str(key), event, day.astype(object), 220.0, "km"))
    names = ["replica", "station", "event", "date", "value", "unit"]
    return pd.DataFrame(rows, columns=names).astype({"station": "category", "event": "category"})


def made_results(
    first: str, last: str, stations: tuple[str, ...], stays: int, ship: str
) -> xr.Dataset:
    """Return results with every variable that a run leaves."""
    months = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)
    years = np.unique(months.astype("datetime64[Y]")).astype(int) + 1970
    count, here = months.size, len(stations)
    # The first station leaves after half the span; the second is born after a quarter.
    begins = [0] + [count // 4] * (here - 1)
    ends = [max(1, count // 2)] + [count] * (here - 1)
    if here == 1:
        ends = [count]
    alive = np.full((here, count), np.nan)
    for i in range(here):
        alive[i, begins[i] : ends[i]] = 1.0
    time = np.arange(count)

    def by_month(base: float, swing: float, spread: float) -> Any:
        wave = base + swing * np.sin(time / 11.0)[None, :] + 3.0 * np.arange(here)[:, None]
        return ("station", "month"), wave * alive, spread

    def bands(base: float, swing: float, spread: float) -> Any:
        _, middle, _ = by_month(base, swing, spread)
        return ("station", "month", "quantile"), middle[:, :, None] + spread * WIDTHS

    altitude = bands(415.0, 4.0, 2.0)
    if here > 1:
        tail = slice(max(0, ends[0] - 6), ends[0])
        altitude[1][0, tail] -= np.linspace(10, 200, ends[0] - tail.start)[:, None]
    year_base = np.linspace(3_200, 3_900, years.size)[None, :, None] + np.zeros((here, 1, 1))
    used_by_year = year_base + 250 * WIDTHS
    for i in range(here):
        flown = np.unique(months[begins[i] : ends[i]].astype("datetime64[Y]").astype(int)) + 1970
        used_by_year[i, ~np.isin(years, flown)] = np.nan
    people = np.stack([by_month(3, 0.5, 0)[1], by_month(4, 0.5, 0)[1], by_month(0.5, 0.2, 0)[1]], 1)
    modules = [f"{key}-core" for key in stations]
    present = np.zeros((here, len(modules), count), bool)
    for i in range(here):
        present[i, i, begins[i] : ends[i]] = True
    sampled = bands(380.0, 90.0, 60.0)
    sampled[1][:, np.arange(count) % 12 != min(6, count - 1)] = np.nan
    variables: dict[str, Any] = {
        "altitude_km": altitude,
        "altitude_mean_km": by_month(415.0, 4.0, 2.0)[:2],
        "propellant_used_by_year_kg": (("station", "year", "quantile"), used_by_year),
        "propellant_aboard_kg": bands(5_000, 900, 300),
        "reboosts": by_month(0.6, 0.1, 0)[:2],
        "avoidance": by_month(0.1, 0.02, 0)[:2],
        "mass_kg": by_month(420_000, 6_000, 0)[:2],
        "module_present": (("station", "module", "month"), present),
        "people": (("station", "nation", "month"), people),
        "dose_rate_mgy_d": bands(0.26, 0.03, 0.02),
        "dose_rate_msv_d": bands(0.62, 0.05, 0.04),
        "days_to_200_km": sampled,
        "alive": (("station", "month"), alive),
        **made_stays(first, last, stations, stays, ship),
    }
    return xr.Dataset(
        variables,
        coords={
            "station": list(stations),
            "month": months.astype("datetime64[ns]"),
            "year": years,
            "quantile": list(QUANTILES),
            "nation": ["RUS", "USA", "JPN"],
            "module": modules,
        },
        attrs={
            "assumptions": "Reboosts by policy after 2026-04.\nFuture Suns are drawn.",
            "seed": 1,
            "replicas": 250,
        },
    )


def made_stays(
    first: str, last: str, stations: tuple[str, ...], count: int, ship: str
) -> dict[str, Any]:
    """Return stays that follow one another, three seats and four in turn."""
    start, end = np.datetime64(first, "D"), np.datetime64(last, "D")
    every = max(1, int((end - start).astype(int) // max(count, 1)))
    up = start + np.arange(count) * every
    down = up + 190
    down = np.where(down > end, np.datetime64("NaT"), down)
    dose = 0.6 * 190 + 20 * np.sin(np.arange(count))
    late = up > start + (end - start) // 2
    seats = np.where(np.arange(count) % 2, "RUS 1, USA 2, JPN 1", "RUS 2, USA 1")
    return {
        "stay_name": ("stay", np.array([f"crew-{i}" for i in range(count)], object)),
        "stay_station": ("stay", np.array([stations[-1 if x else 0] for x in late], object)),
        "stay_ship_up": ("stay", np.array([f"{ship} {i}" for i in range(count)], object)),
        "stay_ship_down": ("stay", np.array([f"{ship} {i}" for i in range(count)], object)),
        "stay_launched": ("stay", up.astype("datetime64[ns]")),
        "stay_landed": ("stay", down.astype("datetime64[ns]")),
        "stay_status": ("stay", np.array(["planned" if x else "flown" for x in late], object)),
        "stay_seats": ("stay", seats.astype(object)),
        "stay_dose_mgy": (("stay", "quantile"), 0.4 * dose[:, None] + 4 * WIDTHS),
        "stay_dose_msv": (("stay", "quantile"), dose[:, None] + 10 * WIDTHS),
        "stay_mean_msv": ("stay", dose),
    }
