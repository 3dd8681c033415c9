"""A document of services made by hand, as ``stationkeeper services`` and a run write it.

The numbers are invented; only their shapes are those of a real one.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

ORBITS = {"iss": (420.0, 51.6), "ros": (400.0, 51.6), "ros@plan-polar": (370.0, 96.8)}
GROUND = {
    "moscow": (55.8, 37.6, "net"),
    "yakutsk": (62.0, 129.7, "net"),
    "khabarovsk": (48.5, 135.1, "net"),
    "bear-island": (74.5, 19.0, "other"),
}
LATITUDES = np.arange(-88.5, 89.0, 3.0)
LONGITUDES = np.arange(-178.5, 179.0, 3.0)


def _limit(inclination: float, reach: float = 16.0) -> float:
    return min(90.0, min(inclination, 180.0 - inclination) + reach)


def _profile(orbit: str) -> list[float]:
    """Return looks a day by latitude: a geostationary service, or the band of an orbit."""
    if orbit == "without":
        return [float(max(0.0, 24.0 * (abs(x) < 70))) for x in LATITUDES]
    top = _limit(ORBITS[orbit][1])
    spread = np.cos(np.radians(LATITUDES)) + 0.15
    values = np.where(np.abs(LATITUDES) < top, 1.2 / spread * (top / 90.0) ** -2, 0.0)
    return [float(value) for value in values]


def _map(orbit: str) -> list[list[float | None]]:
    wave = 1 + 0.1 * np.sin(np.radians(3 * LONGITUDES))
    return [[float(v * w) if v else None for w in wave] for v in _profile(orbit)]


def _measure(
    name: str,
    title: str,
    unit: str,
    values: dict[str, Any],
    *,
    more: bool = True,
    adds: bool = True,
) -> dict[str, Any]:
    cells = [
        {
            "orbit": orbit,
            "value": value,
            "low": None,
            "high": None,
            "where": "the globe",
            "note": "",
        }
        for orbit, value in values.items()
    ]
    return {
        "measure": name,
        "title": title,
        "unit": unit,
        "more_is_better": more,
        "adds_up": adds,
        "values": cells,
    }


def _imaging() -> dict[str, Any]:
    where = {
        "measure": "visits_per_day",
        "title": "looks at a place",
        "unit": "1/d",
        "latitude_deg": LATITUDES.tolist(),
    }
    orbits = ["without", *ORBITS]
    return {
        "key": "weather",
        "title": "Weather images",
        "kind": "meteorology",
        "without": ["Geostationary weather"],
        "payloads": [{"key": "camera", "title": "Wide camera", "station": "ros"}],
        "ground": [],
        "measures": [
            _measure(
                "visits_per_day",
                "looks at a place",
                "1/d",
                {"without": 22.1, "iss": 1.42, "ros": 1.4, "ros@plan-polar": 2.3},
            ),
            _measure(
                "longest_gap_h",
                "longest gap",
                "h",
                {"without": None, "iss": 61.0, "ros": 62.0, "ros@plan-polar": 30.5},
                more=False,
                adds=False,
            ),
        ],
        "profiles": [{**where, "orbit": orbit, "values": _profile(orbit)} for orbit in orbits],
        "maps": [
            {**where, "orbit": orbit, "longitude_deg": LONGITUDES.tolist(), "values": _map(orbit)}
            for orbit in orbits
        ],
        "distributions": [],
        "words": [
            "At 50 degrees the station looks 2.1 times a day from 51.6 degrees, 1.4 from 97."
        ],
    }


def _data() -> dict[str, Any]:
    hours = np.round(np.geomspace(0.02, 24.0, 60), 4)
    latency = {"measure": "latency_p50_h", "title": "latency", "unit": "h"}
    scale = {"iss": 1.5, "ros": 1.2, "ros@plan-polar": 0.6}
    contact = {
        "measure": "contact_minutes_per_day",
        "title": "contact",
        "unit": "min/d",
        "latitude_deg": LATITUDES.tolist(),
    }
    values = {key: [40.0 * v for v in _profile(key)] for key in ORBITS}
    return {
        "key": "data",
        "title": "Data to the ground",
        "kind": "data",
        "without": [],
        "payloads": [{"key": "recorder", "title": "Recorder", "station": "ros"}],
        "ground": ["net"],
        "measures": [
            _measure(
                "delivered_gb_per_day",
                "data delivered",
                "GB/d",
                {"iss": 210.0, "ros": 240.0, "ros@plan-polar": 310.0},
            ),
        ],
        "profiles": [{**contact, "orbit": key, "values": values[key]} for key in ORBITS],
        "maps": [
            {
                **contact,
                "orbit": key,
                "longitude_deg": LONGITUDES.tolist(),
                "values": [[v] * LONGITUDES.size for v in values[key]],
            }
            for key in ORBITS
        ],
        "distributions": [
            {
                **latency,
                "orbit": key,
                "label": "all data",
                "x": hours.tolist(),
                "share": (0.97 * (1 - np.exp(-hours / scale[key]))).tolist(),
            }
            for key in ORBITS
        ],
        "words": [],
    }


def months(first: str, count: int) -> list[str]:
    """Return so many months."""
    return [str(one) for one in np.datetime64(first, "M") + np.arange(count)]


def _delivery(
    scale: float, service: str, measure: str, title: str, unit: str
) -> list[dict[str, Any]]:
    at = np.arange(120)
    rows = []
    for station, mean in (
        ("iss", np.clip((58 - at) / 10, 0, 0.93)),
        ("ros", np.clip((at - 62) / 14, 0, 0.96)),
    ):
        values = scale * mean
        rows.append(
            {
                "service": service,
                "measure": measure,
                "title": title,
                "unit": unit,
                "station": station,
                "mean": values.tolist(),
                "low": (values * 0.6).tolist(),
                "high": np.minimum(values * 1.3, scale).tolist(),
                "whole": [scale] * 120,
            }
        )
    return rows


def _contract(key: str, customer: str, since: int, met: Any) -> dict[str, Any]:
    when = months("2026-01", 120)[since:]
    shares = [float(np.clip(met(i), 0, 1)) for i in range(since, 120)]
    return {
        "key": key,
        "customer": customer,
        "service": "data",
        "measure": "delivered_gb_per_day",
        "title": "data delivered",
        "unit": "GB/month",
        "where": "Moscow",
        "at_least": 5_000.0,
        "at_most": None,
        "value": {"without": None, "iss": 6300.0, "ros": 7200.0, "ros@plan-polar": 9300.0},
        "months": [
            {"month": month, "asked": 5_000.0, "delivered": 6_000.0 * share, "met": share}
            for month, share in zip(when, shares, strict=True)
        ],
        "asked": 5_000.0,
        "met": {"without": False, "iss": True, "ros": True, "ros@plan-polar": True},
        "met_share": float(np.mean(shares)),
    }


def services_json(*, flown: bool = True) -> dict[str, Any]:
    """Return a whole document; without delivery where nothing was flown."""
    document: dict[str, Any] = {
        "format": 1,
        "programme": "made-up",
        "title": "A made-up programme",
        "month": {"first": "2031-01-01", "days": 30},
        "place": None,
        "orbits": [
            {
                "key": key,
                "title": key.partition("@")[0].upper() + " station",
                "station": key.partition("@")[0],
                "version": key.partition("@")[2] or None,
                "also": [],
                "altitude_km": altitude,
                "inclination_deg": inclination,
            }
            for key, (altitude, inclination) in ORBITS.items()
        ],
        "ground": [
            {
                "key": key,
                "title": key.title(),
                "latitude_deg": latitude,
                "longitude_deg": longitude,
                "networks": [network],
            }
            for key, (latitude, longitude, network) in GROUND.items()
        ],
        "services": [_imaging(), _data()],
        "delivery": None,
        "contracts": [],
        "notes": ["Weather is left out."],
    }
    if flown:
        gap = {"q05": 60.0, "q50": 150.0, "q95": 400.0}
        document["delivery"] = {
            "replicas": 200,
            "months": months("2026-01", 120),
            "rows": [
                *_delivery(7_000.0, "data", "delivered_gb_per_day", "data delivered", "GB"),
                *_delivery(42.0, "weather", "visits_per_day", "looks at a place", "1"),
            ],
            "gaps": [
                {
                    "service": "data",
                    "measure": "delivered_gb_per_day",
                    "unit": "GB",
                    "old": "iss",
                    "new": "ros",
                    "partner": "north",
                    "days": gap,
                    "lost": {"q05": 14_000.0, "q50": 35_000.0, "q95": 93_000.0},
                    "inclination_change": {"old_deg": 51.6, "new_deg": 96.8},
                }
            ],
        }
        document["contracts"] = [
            _contract("a", "Office for rivers", 0, lambda i: 1 - ((50 < i < 72) * 0.9)),
            _contract(
                "b",
                "Trade in grain, with a name so long that it is cut somewhere",
                30,
                lambda i: (i - 40) / 40,
            ),
            _contract("c", "Sea ice service", 0, lambda i: 0.0 if i > 45 else 1.0),
        ]
    return document


def write_services(folder: Path, document: dict[str, Any]) -> Path:
    """Write the document into a folder."""
    folder.mkdir(exist_ok=True)
    (folder / "services.json").write_text(json.dumps(document), "utf-8")
    return folder
