"""UT1 less UTC of the shipped table, beside the daily values of the IERS."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import astropy_iers_data
import numpy as np
import pytest

from stationkeeper.environment.earth_rotation import ut1_minus_utc
from stationkeeper.environment.tables import earth_rotation
from stationkeeper.lifetime.serving import scene
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.services import Constellation
from stationkeeper.validation.services_coverage import ELEMENTS

MJD_2000 = 51_544


def test_table_is_within_milliseconds_of_the_daily_values() -> None:
    lines = Path(astropy_iers_data.IERS_A_FILE).read_text("ascii").splitlines()
    daily = np.array([[float(x[7:15]) - MJD_2000, float(x[58:68])] for x in lines if x[57] == "I"])
    table = earth_rotation()
    daily = daily[(daily[:, 0] >= table.day[0]) & (daily[:, 0] < 9_800)]
    assert len(daily) > 10_000
    apart = ut1_minus_utc(daily[:, 0], table) - daily[:, 1]
    assert np.abs(apart).max() < 0.008
    assert np.sqrt(np.mean(apart**2)) < 0.0018


def test_a_leap_second_steps_at_its_midnight() -> None:
    day = (date(2017, 1, 1) - date(2000, 1, 1)).days
    before, after = ut1_minus_utc([day - 1e-6, day], earth_rotation())
    assert after - before == pytest.approx(1.0, abs=1e-6)


def test_beyond_the_table_the_nearest_value_stays() -> None:
    table = earth_rotation()
    first, last = table.ut1_less_utc[[0, -1]]
    asked = [table.day[0] - 4_000, table.day[-1], table.day[-1] + 0.5, table.day[-1] + 9_000]
    assert ut1_minus_utc(asked, table).tolist() == [first, last, last, last]


def test_months_follow_one_another() -> None:
    day = earth_rotation().day
    begins = [date(2000, 1, 1) + timedelta(days=one) for one in day]
    assert [(one.year, one.month, one.day) for one in begins] == [
        (1998 + k // 12, 1 + k % 12, 1) for k in range(day.size)
    ]


def test_a_time_is_turned_by_the_value_of_its_middle() -> None:
    assert scene.ut1_offset(9_497.0, 31 * 86_400.0) == pytest.approx(0.0724, abs=1e-4)


def test_stations_and_constellations_of_a_scene_are_turned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    programme = read_programme("iss")
    kinds = {one.kind: one for one in programme.constellation.values()}
    kinds["elements"] = Constellation(title="Two lines", kind="elements", elements=(ELEMENTS,))
    assert set(kinds) == {"walker", "geostationary", "elements"}

    def flown() -> list[np.ndarray]:
        laid_out = scene.scene_of(programme, days=0.05, step=600.0)
        laid_out = replace(laid_out, first_day=9_497.0)
        moving = [scene._satellites(laid_out, one)[0] for one in kinds.values()]
        return [laid_out.tracks[0].ephemeris.position, *moving]

    turned = flown()
    monkeypatch.setattr(scene, "ut1_offset", lambda first, duration: 0.0)
    for kind, one, other in zip(["station", *kinds], turned, flown(), strict=True):
        assert np.array_equal(one, other) == (kind == "geostationary")
        assert one[..., 2] == pytest.approx(other[..., 2], abs=1e-6)
