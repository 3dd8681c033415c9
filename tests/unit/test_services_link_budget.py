"""Link budgets: closed forms, and the share of the year in which a link holds."""

import numpy as np
import pytest

from stationkeeper.errors import DomainError
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.services.link_budget import (
    LinkBudget,
    carrier_to_noise_density,
    energy_per_bit,
    exceedance,
    free_space_loss,
    link_budget,
    slant_range,
)
from stationkeeper.services.modulation import modulations

SHARES = np.geomspace(1e-5, 0.5, 32)


def falling(places=2, angles=3):
    """Attenuations that fall with the share and with the elevation."""
    scale = np.array([1.0, 4.0])[:places, None, None] / (1 + np.arange(angles))[None, :, None]
    return scale * (SHARES / 0.5) ** -0.4


def budget(attenuation, **changes) -> LinkBudget:
    given = {
        "frequency": 8.2e9,
        "eirp": 5.0,
        "gain_over_temperature": 20.0,
        "symbol_rate": 1e8,
        "losses": 2.0,
        "margin": 1.0,
        "modulations": modulations("dvb-s2"),
        "shares": SHARES,
        "attenuation": attenuation,
    } | changes
    angles = np.radians([5.0, 30.0, 90.0])[: attenuation.shape[1]]
    return link_budget(angles, 420e3, **given)


def test_free_space_and_noise_give_the_constants_everybody_uses():
    assert free_space_loss(1e9, 1e3) == pytest.approx(92.45, abs=0.005)
    assert carrier_to_noise_density(0.0, 0.0, 0.0) == pytest.approx(228.6, abs=0.005)
    assert energy_per_bit(60.0, 1e4) == pytest.approx(20.0)


def test_the_slant_range_closes_the_triangle_with_the_centre_of_the_earth():
    elevation = np.radians([0.0, 5.0, 45.0, 90.0])
    away = slant_range(elevation, 400e3)
    radius = 6_378_137.0
    over = np.hypot(away * np.cos(elevation), radius + away * np.sin(elevation))
    assert over == pytest.approx(radius + 400e3, rel=1e-12)
    assert away[-1] == pytest.approx(400e3)


def test_the_slant_range_is_within_a_percent_over_the_ellipsoid():
    site, up = place(0.9, 0.3), vertical(0.9, 0.3)
    for degrees in (5.0, 30.0, 80.0):
        angle = np.radians(degrees)
        east = np.cross([0.0, 0.0, 1.0], up)
        ray = np.sin(angle) * up + np.cos(angle) * east / np.linalg.norm(east)
        # A satellite as high over the ground there as over the equator.
        radius = np.linalg.norm(site) + 420e3
        along = site @ ray
        away = -along + np.sqrt(along**2 + radius**2 - site @ site)
        assert slant_range(angle, 420e3) == pytest.approx(away, rel=0.01)


def test_the_share_is_where_the_attenuation_is_what_can_be_spared():
    table = falling()
    spare = np.array([[0.5, 3.0, 1e3], [0.2, 2.0, 9.0], [0.1, 0.7, 5.0]])
    found = exceedance(SHARES, table, spare)
    for one in np.ndindex(found.shape):
        wanted = spare[one[1], one[2]]
        curve = table[one[0], one[1]]
        low, high = SHARES[0], SHARES[-1]
        if curve[-1] > wanted:
            assert found[one] == 1.0
            continue
        if curve[0] <= wanted:
            assert found[one] == pytest.approx(SHARES[0])
            continue
        for _ in range(60):  # bisection on the same lines, as an oracle
            middle = np.sqrt(low * high)
            if np.interp(np.log(middle), np.log(SHARES), curve) > wanted:
                low = middle
            else:
                high = middle
        assert found[one] == pytest.approx(high, rel=1e-9)


def test_what_is_rarer_is_never_less_though_a_law_may_turn_over():
    table = np.array([[[5.0, 8.0, 2.0]]])
    found = exceedance(np.array([0.001, 0.01, 0.1]), table, np.array([[6.0, 8.0]]))[0, 0]
    assert 0.01 < found[0] < 0.1
    assert found[1] == pytest.approx(0.001)


def test_the_table_of_shares_is_as_good_as_the_law_itself():
    scale, power = 4.0, -0.4
    spare = np.geomspace(2.2, 100.0, 40)[None]
    found = exceedance(SHARES, scale * (SHARES[None, None] / 0.5) ** power, spare)[0, 0]
    exact = 0.5 * (spare[0] / scale) ** (1 / power)
    inside = (exact > SHARES[0]) & (exact < 0.5)
    assert found[inside] == pytest.approx(exact[inside], rel=0.03)


def test_one_modulation_carries_its_rate_for_as_long_as_it_holds():
    one = modulations("bpsk-half")
    result = budget(falling(), modulations=one)
    assert result.rate == pytest.approx(result.availability * 0.5 * 1e8)


def test_adaptive_rates_are_the_mean_over_the_year_of_the_best_that_holds():
    table = falling()
    result = budget(table)
    kept = modulations("dvb-s2")
    year = np.random.default_rng(3).uniform(0.0, 1.0, 200_000)
    for site, angle in ((0, 0), (1, 1)):
        # Half of the year loses no more than at the last share: held there.
        lost = np.interp(np.log(np.maximum(year, 1e-12)), np.log(SHARES), table[site, angle])
        held = result.signal[angle] - lost
        best = np.searchsorted(kept.threshold, held, side="right") - 1
        rates = np.where(best >= 0, kept.efficiency[np.maximum(best, 0)], 0.0) * 1e8
        assert result.rate[site, angle] == pytest.approx(rates.mean(), rel=2e-3)


def test_more_power_never_carries_less_and_a_hopeless_link_never_holds():
    table = falling()
    rates = np.array([budget(table, eirp=power).rate for power in (-40.0, 0.0, 5.0, 12.0)])
    assert np.all(np.diff(rates, axis=0) >= -1e-6)
    lost = budget(table, eirp=-60.0)
    assert np.all(lost.availability == 0.0)
    assert np.all(lost.clear_margin < 0.0)


def test_shapes_that_do_not_fit_are_told():
    with pytest.raises(DomainError, match="place, angle, share"):
        link_budget(
            np.radians([5.0]),
            420e3,
            frequency=1e9,
            eirp=0.0,
            gain_over_temperature=0.0,
            symbol_rate=1.0,
            losses=0.0,
            margin=0.0,
            modulations=modulations("ccsds"),
            shares=SHARES,
            attenuation=np.zeros((1, 2, 32)),
        )
