"""Four stations that fell: Tiangong-1 and Mir by height, Skylab and Salyut 7 by date."""

from typing import Any

import numpy as np

from stationkeeper.constants import EARTH_RADIUS, SECONDS_PER_DAY
from stationkeeper.orbit.calibration import solve_drag_factor
from stationkeeper.orbit.mechanics import node_drift_rate
from stationkeeper.units import date_from_days
from stationkeeper.validation._orbit_arcs import (
    DATUM,
    Arc,
    Array,
    day_of,
    decay_orbit,
    facts,
    free_decay,
    height_on,
    phased,
    table,
)
from stationkeeper.validation.rows import Kind, Row

_REPLICAS = 400
_SPREAD = 0.2  # [-] half-width of the uniform spread of mass, area and length of attitude phases
_SOURCE = "orbit_decay_histories.csv, orbit_decay_objects.csv with their sources"
_CHINESE = ("UN A/AC.105", "China", "CMSEO", "Xinhua")


def _heights(name: str, given: dict[str, Any]) -> dict[str, tuple[float, float, str]]:
    """Published heights by date: day, altitude over our datum [m], and a note."""
    out = {}
    for row in table("orbit_decay_histories.csv"):
        if row["object"] != name or not row["mean_alt_km"]:
            continue
        altitude = float(row["mean_alt_km"]) * 1e3
        note = row["note"]
        if any(word in row["source"] for word in _CHINESE):
            altitude -= given.get("official_height_excess_km", 0.0) * 1e3
            note = "Chinese height less 7.1 km"
        out[row["date_ut"]] = (day_of(row["date_ut"]), altitude + DATUM, note)
    return out


def fitted_fall(name: str, given: dict[str, Any]) -> tuple[Arc, float]:
    """Fit one factor through the first two heights and let the orbit fall on; arc and factor."""
    heights = _heights(name, given)
    first, start, _ = heights[given["first_day"]]
    fit_day, fit_height, _ = heights[given["fit_day"]]
    last = max(day for day, _, _ in heights.values())
    days = int(last - first) + 300
    known = np.array([(day, height) for day, height, _ in heights.values()])
    path = np.interp(first + np.arange(days), known[:, 0], known[:, 1])
    node = 0.0
    if "node_deg" in given:
        rate = float(
            node_drift_rate(
                EARTH_RADIUS + path[: int(last - first)].mean(),
                0.0,
                np.radians(given["inclination_deg"]),
            )
        )
        back = (first - day_of(given["node_day"])) * SECONDS_PER_DAY
        node = float(np.radians(given["node_deg"])) + rate * back
    density = decay_orbit(
        first, days, given["inclination_deg"], path, node, given.get("eccentricity", 0.0)
    )
    quotient = given["drag_area_m2"] * given["drag_coefficient"] / given["mass_kg"]
    some = int(fit_day - first) + 2
    factor = solve_drag_factor(
        lambda trial: height_on(free_decay(density, first, some, start, trial * quotient), fit_day),
        fit_height,
    )
    return free_decay(density, first, days, start, factor * quotient), factor


def tiangong_rows() -> list[Row]:
    """Altitude along the arc of Tiangong-1 after a fit on its first sixth, and the day of entry."""
    given = facts()["tiangong_1"]
    arc, factor = fitted_fall("Tiangong-1", given)
    heights = _heights("Tiangong-1", given)
    start = heights[given["first_day"]][1]
    rows = []
    for date, (day, height, note) in heights.items():
        if date == given["first_day"]:
            continue
        fitted = date == given["fit_day"]
        rounded = date == "2016-09-14"
        kind: Kind = "context" if rounded else "measured"
        remark = note.strip()
        if fitted:
            remark = (
                "fit: two heights, 2016-03-11 and this, are all that the first sixth holds; "
                f"factor {factor:.3f} on a tumbling area of {given['drag_area_m2']:.0f} m2"
            )
        elif rounded:
            remark = (
                'printed as "about 370 km"; less 7.1 km it would lie under the element set of two '
                "months later: rounded, so shown only"
            )
        ours = height_on(arc, day)
        if ours <= 121e3 and not fitted:
            remark += "; ours has entered by then" if remark else "ours has entered by then"
        rows.append(
            Row(
                "orbit",
                f"Tiangong-1 altitude {date[:10]}",
                (ours - DATUM) / 1e3,
                (height - DATUM) / 1e3,
                "km",
                0.1 * (start - height) / 1e3,
                kind,
                _SOURCE,
                calibration=fitted,
                note=remark,
            )
        )
    span = day_of(given["entry"]) - day_of(given["first_day"])
    rows.append(
        Row(
            "orbit",
            "Tiangong-1 days from the first height to entry",
            float(arc.entry_day[0]) - day_of(given["first_day"]),
            span,
            "d",
            0.1 * span,
            "measured",
            _SOURCE,
            note="two heights 48 days apart fix the drag of the two years after them",
        )
    )
    return rows


def mir_rows() -> list[Row]:
    """Height of Mir on 22 March 2001 after a fit between 1 and 30 January."""
    given = facts()["mir"]
    arc, factor = fitted_fall("Mir (final decay 2001)", given)
    heights = _heights("Mir (final decay 2001)", given)
    fit_height = heights[given["fit_day"]][1]
    rows = []
    for date, (day, height, note) in heights.items():
        if date in (given["first_day"], given["fit_day"]):
            continue
        last = date == given["last_day"]
        rows.append(
            Row(
                "orbit",
                f"Mir altitude {date[:10]}",
                (height_on(arc, day) - DATUM) / 1e3,
                (height - DATUM) / 1e3,
                "km",
                0.1 * (fit_height - height) / 1e3,
                "measured" if last else "context",
                _SOURCE,
                note=(
                    f"factor {factor:.2f} on {given['drag_area_m2']:.0f} m2 from 1 to 30 January; "
                    "the 294 km of 30 January may be a least height, a ship docked on the 27th "
                    "and the slow spin began then"
                    if last
                    else note
                ),
            )
        )
    return rows


def entry_band(given: dict[str, Any], seed: int) -> tuple[float, float, float]:
    """Days from the first height to entry: 5, 50 and 95 % of replicas with spread inputs."""
    first = day_of(given["first_day"])
    span = day_of(given["entry"]) - first
    days = int(3 * span)
    altitude = given["altitude_km"] * 1e3 + DATUM
    density = decay_orbit(
        first,
        days,
        given["inclination_deg"],
        np.interp(np.arange(days), [0, 0.8 * span, span], [altitude, 0.9 * altitude, 200e3]),
        eccentricity=given["eccentricity"],
    )
    phases = given["phases"]
    uniform = np.random.Generator(np.random.Philox(seed)).uniform
    mass = given["mass_kg"] * uniform(1 - _SPREAD, 1 + _SPREAD, _REPLICAS)
    area = uniform(1 - _SPREAD, 1 + _SPREAD, _REPLICAS)
    lengths = np.diff([day_of(str(phase["from"])) for phase in phases])
    stretch = uniform(1 - _SPREAD, 1 + _SPREAD, (_REPLICAS, len(lengths)))
    starts = np.cumsum(np.c_[np.zeros(_REPLICAS), lengths * stretch], axis=1)
    areas = np.array([float(phase["area_m2"]) for phase in phases])
    middle = np.arange(days) + 0.5
    flown: Array = np.stack(
        [areas[np.searchsorted(start, middle, side="right") - 1] for start in starts]
    )
    quotient = flown * (given["drag_coefficient"] * area / mass)[:, None]
    entry = free_decay(density, first, days, altitude, quotient).entry_day - first
    low, half, high = np.sort(entry)[[int(part * _REPLICAS) for part in (0.05, 0.5, 0.95)]]
    return float(low), float(half), float(high)


def nominal_fall(given: dict[str, Any]) -> Arc:
    """Fall with the printed figures themselves."""
    first = day_of(given["first_day"])
    days = int(3 * (day_of(given["entry"]) - first))
    altitude = given["altitude_km"] * 1e3 + DATUM
    density = decay_orbit(
        first, days, given["inclination_deg"], altitude - 30e3, eccentricity=given["eccentricity"]
    )
    areas = np.array([float(phase["area_m2"]) for phase in given["phases"]])
    quotient = phased(days, first, given["phases"], areas)
    quotient = quotient * given["drag_coefficient"] / given["mass_kg"]
    return free_decay(density, first, days, altitude, quotient)


def band_rows() -> list[Row]:
    """Re-entry date inside the 90 % band, and the band's width, of Skylab and Salyut 7."""
    rows = []
    reasons = {
        "Skylab": (
            "to reach the 389 km printed for June 1978 a drag area of about 360 m2 is needed with "
            "this atmosphere, 200-300 is printed: areas are estimates (C), and the thinning of the "
            "thermosphere since then is left out"
        ),
        "Salyut 7": (
            "the end-on area of 1986-1989 is a sixth of broadside as printed; the free arc of "
            "February and March 1986 needs about 216 m2 with this atmosphere, above every area "
            "printed (C)"
        ),
    }
    for name, key, seed in (("Skylab", "skylab", 1979), ("Salyut 7", "salyut_7", 1991)):
        given = facts()[key]
        first = day_of(given["first_day"])
        span = day_of(given["entry"]) - first
        low, half, high = entry_band(given, seed)
        open_ended = not np.isfinite(high)
        plain = float(nominal_fall(given).entry_day[0])
        text = (
            f"90 % band {date_from_days(first + low)} to "
            f"{'later than flown' if open_ended else date_from_days(first + high)}, "
            f"middle {'open' if not np.isfinite(half) else date_from_days(first + half)}; "
            f"printed figures alone {date_from_days(plain) if np.isfinite(plain) else 'later'}; "
            f"entry {given['entry'][:10]}"
        )
        inside = low <= span <= high
        rows.append(
            Row(
                "orbit",
                f"{name} re-entry inside the 90 % band",
                None if open_ended else (low + high) / 2,
                span,
                "d",
                0.0 if open_ended else (high - low) / 2,
                "measured",
                _SOURCE,
                note=text + ("" if inside else "; " + reasons[name]),
            )
        )
        rows.append(
            Row(
                "orbit",
                f"{name} re-entry band over the span",
                None if open_ended else 100 * (high - low) / span,
                20.0,
                "%",
                20.0,
                "measured",
                "the band may not be wider than 40 % of the span",
                note=text,
            )
        )
    return rows
