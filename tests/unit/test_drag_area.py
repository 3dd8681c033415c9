"""Drag area of Sun-tracking arrays."""

import numpy as np
import pytest

from stationkeeper.errors import DomainError
from stationkeeper.orbit.drag_area import tracking_drag_area


@pytest.mark.parametrize("beta_deg", [0.0, -30.0, 60.0, 89.0])
def test_mean_over_the_orbit_agrees_with_its_sum(beta_deg):
    beta = np.radians(beta_deg)
    angle = 2 * np.pi * (np.arange(20_000) + 0.5) / 20_000
    wind = np.stack([-np.sin(angle), np.cos(angle), np.zeros_like(angle)])
    sun = np.array([np.cos(beta), 0.0, np.sin(beta)])
    summed = 650 + 2_500 * np.abs(sun @ wind).mean()
    assert float(tracking_drag_area(650, 2_500, beta)) == pytest.approx(summed, rel=1e-6)


def test_negative_areas_are_refused_and_missing_angles_stay_missing():
    with pytest.raises(DomainError, match="zero or more"):
        tracking_drag_area(-1.0, 0.0, 0.0)
    assert np.isnan(tracking_drag_area(1.0, 1.0, np.nan))
