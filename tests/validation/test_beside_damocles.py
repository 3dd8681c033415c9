"""Our law of growth beside that of another program, live, and its rotor against what is stored."""

import tomllib
from importlib.resources import files

import numpy as np
import pytest
from damocles.ac3314 import run_test_case
from damocles.nasgro import NasgroLaw

from stationkeeper.hull.growth_laws import INTRINSIC_SIZE, nasgro_rate
from stationkeeper.hull.materials import NASGRO_FITS

STORED = files("stationkeeper.validation") / "authorities" / "hull_cracks.toml"


@pytest.mark.parametrize("name", sorted(NASGRO_FITS))
@pytest.mark.parametrize("ratio", [-0.5, 0.0, 0.3, 0.7])
def test_rates_are_those_of_damocles(name: str, ratio: float) -> None:
    fit = NASGRO_FITS[name]
    theirs = NasgroLaw(
        float(fit.constant),
        float(fit.exponent),
        float(fit.threshold_exponent),
        float(fit.toughness_exponent),
        dk1=float(fit.threshold),
        cth_plus=float(fit.spread_positive),
        cth_minus=float(fit.spread_negative),
        alpha=float(fit.constraint),
        smax_sigma0=float(fit.stress_level),
        kc=float(fit.toughness),
        a0_intrinsic=INTRINSIC_SIZE,
    )
    # From the threshold up to where the crack tears.
    intensity = np.linspace(0.1, 0.98, 200) * float(fit.toughness) * (1 - max(ratio, 0.0))
    for size in (5e-5, 1e-3):
        expected = theirs.rate(intensity, ratio, a=size)
        ours = nasgro_rate(intensity, ratio, fit, size)
        growing = (expected > 0) & np.isfinite(expected)
        assert growing.sum() > 50
        np.testing.assert_allclose(ours[growing], expected[growing], rtol=1e-9)


@pytest.mark.parametrize("inspection", [False, True])
def test_the_stored_rotor_is_that_of_the_program_that_is_installed(inspection: bool) -> None:
    rotor = tomllib.loads(STORED.read_text("utf-8"))["rotor"]
    found = run_test_case(inspection=inspection, n_rings=rotor["damocles_rings"])
    name = "inspected" if inspection else "uninspected"
    stored = rotor[f"damocles_{name}_per_cycle"]
    assert float(found.events_per_cycle) == pytest.approx(stored, rel=1e-5)
