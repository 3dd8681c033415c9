"""Every shipped programme, and every override of them, flies from its file to its results."""

import numpy as np
import pytest

import stationkeeper
from stationkeeper.lifetime.run import run
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reading import override_names, shipped_names
from stationkeeper.programme.reference import reference_table

FLIGHTS = [(name, ()) for name in shipped_names()] + [
    (name, (override,)) for name in shipped_names() for override in override_names(name)
]


@pytest.mark.parametrize(
    ("name", "overrides"), FLIGHTS, ids=["-".join((name, *o)) for name, o in FLIGHTS]
)
def test_it_flies(name, overrides, tmp_path):
    programme = read_programme(name, overrides=overrides)
    results = stationkeeper.open(run(programme, out=tmp_path, replicas=2))
    altitude = results["altitude_km"].sel(quantile=0.5)
    in_orbit = results["alive"] > 0
    assert set(results["station"].values) == set(programme.station)
    assert bool(in_orbit.any("month").all())  # each station is there at some time
    assert bool(np.isfinite(altitude.where(in_orbit, 300.0)).all())
    assert float(altitude.min()) > 120
    assert float(altitude.max()) < 600
    assert bool((results["mass_kg"].where(in_orbit, 1.0) > 0).all())
    assert bool((results["propellant_aboard_kg"].fillna(0.0) >= 0).all())
    assert float(results["people"].sum()) > 0
    dose = results["stay_dose_msv"].sel(quantile=0.5)
    assert bool((dose > 0).all())


def test_the_iss_holds_its_flown_altitude(tmp_path):
    results = stationkeeper.open(run(read_programme("iss"), out=tmp_path, replicas=2))
    ours = results["altitude_mean_km"].sel(station="iss").groupby("month.year").mean()
    flown: dict[int, list[float]] = {}
    for row in reference_table("iss-altitude"):
        flown.setdefault(int(row["date"][:4]), []).append(float(row["altitude_km"]))
    # Years with many samples; in the others a few days stand for a year.
    compared = {
        year: float(np.mean(heights)) for year, heights in flown.items() if len(heights) > 9
    }
    assert len(compared) >= 2
    for year, height in compared.items():
        assert float(ours.sel(year=year)) == pytest.approx(height, abs=3.0), year
