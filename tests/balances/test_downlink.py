"""What producers make is delivered, lost or left aboard, and no link gives more than it can."""

import numpy as np
import pytest

from stationkeeper.services.downlink import downlink, piecewise_rates

DURATION = 10 * 86_400.0
ROUNDING = 1e-9


def a_busy_downlink(seed, buffer, changing):
    """Return a downlink of seven producers over contacts that overlap and begin at random."""
    draw = np.random.default_rng(seed)
    begin = np.sort(draw.uniform(0, DURATION, 600))
    end = begin + draw.uniform(60, 600, 600)
    edges, out = piecewise_rates(DURATION, begin, end, draw.uniform(1e6, 1e8, 600))
    inflow = draw.uniform(0, 4e6, (edges.size - 1, 7) if changing else 7)
    return downlink(edges, inflow, out, draw.integers(1, 5, 7), buffer), out


@pytest.mark.parametrize("changing", [False, True])
@pytest.mark.parametrize("buffer", [np.inf, 1e10, 1e9, 1e8])
@pytest.mark.parametrize("seed", range(3))
def test_data_made_are_delivered_lost_or_left(seed, buffer, changing) -> None:
    flown, out = a_busy_downlink(seed, buffer, changing)
    gone = flown.delivered + flown.lost + flown.left
    np.testing.assert_allclose(gone, flown.made, rtol=ROUNDING)
    assert flown.left.sum() == pytest.approx(flown.level[-1], rel=ROUNDING)
    assert flown.peak <= buffer * (1 + ROUNDING)
    assert np.any(flown.lost > 0) == np.isfinite(buffer)
    # Never more than the ground can take, in any piece of time.
    heard = np.histogram(
        0.5 * (flown.heard_from + flown.heard_to), flown.edges, weights=flown.volume.sum(axis=1)
    )[0]
    room = out * np.diff(flown.edges)
    assert np.all(heard <= room + ROUNDING * room.max())
    # An empty buffer is the only reason for a link that idles.
    waits = (flown.level[:-1] > 0) & (flown.level[1:] > 0)
    assert np.count_nonzero(waits & (out > 0)) > 30
    np.testing.assert_allclose(heard[waits], room[waits], atol=ROUNDING * room.max())
    assert np.all(flown.heard_from >= flown.made_from - 1e-6)
    assert np.all(flown.heard_to >= flown.made_to - 1e-6)


def test_levels_of_a_buffer_follow_from_what_comes_and_goes() -> None:
    flown, _ = a_busy_downlink(5, np.inf, changing=False)
    middle = 0.5 * (flown.heard_from + flown.heard_to)
    heard = np.histogram(middle, flown.edges, weights=flown.volume.sum(axis=1))[0]
    comes = flown.made.sum() / DURATION * np.diff(flown.edges)
    np.testing.assert_allclose(np.diff(flown.level), comes - heard, atol=1e-9 * flown.made.sum())
