"""Tables of modulation hold what standards and limits say."""

import numpy as np
import pytest

from stationkeeper.errors import DomainError
from stationkeeper.services.modulation import CCSDS, DVB_S2, TABLES, modulations

# Bits in a frame of DVB-S2 before the inner code: table 5a of EN 302 307-1.
FRAME = {
    "1/4": 16_008,
    "1/3": 21_408,
    "2/5": 25_728,
    "1/2": 32_208,
    "3/5": 38_688,
    "2/3": 43_040,
    "3/4": 48_408,
    "4/5": 51_648,
    "5/6": 53_840,
    "8/9": 57_472,
    "9/10": 58_192,
}
BITS = {"QPSK": 2, "8PSK": 3, "16APSK": 4, "32APSK": 5}


@pytest.mark.parametrize("row", DVB_S2, ids=lambda row: row[0])
def test_efficiency_follows_from_the_lengths_of_a_frame(row):
    kind, rate = row[0].split()
    symbols = 64_800 / BITS[kind]
    header = 90  # one slot; the base-band header takes 80 bits
    assert row[2] == pytest.approx((FRAME[rate] - 80) / (symbols + header), abs=5e-7)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_no_modulation_beats_the_limit_of_shannon(table):
    for name, threshold, efficiency in TABLES[table]:
        limit = 10 * np.log10(2.0**efficiency - 1.0)
        assert limit < threshold < limit + 8.0, name


@pytest.mark.parametrize("table", sorted(TABLES))
def test_what_asks_more_carries_more_and_nothing_better_is_left_out(table):
    kept = modulations(table)
    assert np.all(np.diff(kept.threshold) > 0)
    assert np.all(np.diff(kept.efficiency) > 0)
    for _, threshold, efficiency in TABLES[table]:
        held = kept.threshold <= threshold
        assert kept.efficiency[held].max() >= efficiency


def test_codes_of_ccsds_have_symbols_of_two_bits():
    half = next(one for one in CCSDS if one[0] == "QPSK LDPC 1/2")
    assert half[1:] == (pytest.approx(1.0), pytest.approx(1.0))


def test_a_table_that_is_not_there_is_named():
    with pytest.raises(DomainError, match=r"expected one of .*dvb-s2.*given 'dvb-s3'"):
        modulations("dvb-s3")
