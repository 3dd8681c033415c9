"""Draws are Philox 4x64-10 and depend only on what they are for."""

import numpy as np
import pytest
from scipy.stats import kstest

from stationkeeper.campaign.draws import (
    Purpose,
    component_number,
    normals,
    philox_kernel,
    uniforms,
)

MASK = 2**64 - 1


def philox_twin(key: tuple[int, int], counter: tuple[int, int, int, int]) -> list[int]:
    """The same generator in plain integers, from the paper."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        product_0, product_1 = 0xD2E7470EE14C6C93 * c0, 0xCA5A826395121157 * c2
        c0, c1, c2, c3 = (
            (product_1 >> 64) ^ c1 ^ k0,
            product_1 & MASK,
            (product_0 >> 64) ^ c3 ^ k1,
            product_0 & MASK,
        )
        k0, k1 = (k0 + 0x9E3779B97F4A7C15) & MASK, (k1 + 0xBB67AE8584CAA73B) & MASK
    return [c0, c1, c2, c3]


def numpy_philox(key: tuple[int, int], counter: tuple[int, int, int, int]) -> list[int]:
    """numpy steps the counter before each block."""
    whole = sum(word << (64 * place) for place, word in enumerate(counter)) - 1
    before = whole % 2**256
    words = np.array([(before >> (64 * place)) & MASK for place in range(4)], np.uint64)
    generator = np.random.Philox(counter=words, key=np.array(key, np.uint64))
    return [int(word) for word in generator.random_raw(4)]


KEYS = [(0, 0), (1, 17 << 16 | 3), (MASK, MASK), (2**63 + 5, 12345678901234567890)]
COUNTERS = [(0, 0, 0, 0), (1, 2, 3, 4), (MASK, MASK, 0, 0), (9_999_999, 2**63, 0, 0)]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("counter", COUNTERS)
def test_kernel_twin_and_numpy_give_the_same_words(key, counter):
    block = np.empty(4, np.uint64)
    philox_kernel(np.uint64(key[0]), np.uint64(key[1]), np.array(counter, np.uint64), block)
    ours = [int(word) for word in block]
    assert ours == philox_twin(key, counter)
    assert ours == numpy_philox(key, counter)


def test_uniforms_are_the_upper_bits_of_the_named_block():
    value = uniforms(11, np.array([17]), Purpose.SOLAR_FUTURE, 42, first_event=6)[0, 0]
    word = philox_twin((11, 17 << 16 | int(Purpose.SOLAR_FUTURE)), (1, 42, 0, 0))[2]
    assert value == (word >> 11) * 2.0**-53


def test_replica_seventeen_is_the_same_alone_and_among_many():
    among = uniforms(5, np.arange(1000), Purpose.AVOIDANCE, 8, count=31)
    alone = uniforms(5, np.array([17]), Purpose.AVOIDANCE, 8, count=31)
    assert np.array_equal(among[17], alone[0])


@pytest.mark.parametrize("first", [0, 1, 3, 4, 13])
def test_an_event_does_not_depend_on_where_the_row_begins(first):
    whole = uniforms(5, np.arange(3), Purpose.AVOIDANCE, 8, count=40)
    part = uniforms(5, np.arange(3), Purpose.AVOIDANCE, 8, first_event=first, count=20)
    assert np.array_equal(whole[:, first : first + 20], part)


def test_seed_replica_purpose_and_component_each_change_the_draw():
    base = uniforms(1, np.array([1]), Purpose.DOSE, 1)[0, 0]
    others = [
        uniforms(2, np.array([1]), Purpose.DOSE, 1)[0, 0],
        uniforms(1, np.array([2]), Purpose.DOSE, 1)[0, 0],
        uniforms(1, np.array([1]), Purpose.NODE, 1)[0, 0],
        uniforms(1, np.array([1]), Purpose.DOSE, 2)[0, 0],
    ]
    assert len({base, *others}) == 5


def test_uniforms_are_uniform_and_normals_normal():
    flat = uniforms(3, np.arange(500), Purpose.AVOIDANCE, 1, count=40).ravel()
    bell = normals(3, np.arange(500), Purpose.DOSE, 1, count=40).ravel()
    assert kstest(flat, "uniform").pvalue > 0.001
    assert kstest(bell, "norm").pvalue > 0.001
    assert flat.min() >= 0
    assert flat.max() < 1


def test_component_numbers_of_the_shipped_stations_differ():
    names = ["iss", "ros", "mir", "salyut-7", "skylab", "tiangong", "haven-1"]
    assert len({component_number(name) for name in names}) == len(names)
