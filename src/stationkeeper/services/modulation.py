"""Modulations and codes: what each needs and carries.

Thresholds are energies of a symbol over noise density, efficiencies bits of the user in a symbol.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

ROLL_OFF: Final = 1.2  # [-] bandwidth over symbol rate (EN 302 307-1 allows 1.2, 1.25, 1.35)


@dataclass(frozen=True, eq=False)
class Modulations:
    """Those of a table that carry more than all that ask less, from the hardiest on."""

    name: tuple[str, ...]
    threshold: Array
    """(modulation,) energy of a symbol over noise density, rising. [dB]"""
    efficiency: Array
    """(modulation,) bits of the user in a symbol, rising. [bit]"""


# Threshold [dB] and efficiency [bit] of normal frames without pilots: EN 302 307-1 V1.4.1 (2014),
# table 13, quasi error free (packet error 1e-7) on a channel with noise alone. Thresholds of QPSK
# and 8PSK read in a driver's test table and others by memory: confidence B. The efficiencies follow
# from lengths of frames (tests/unit/test_services_modulation.py).
DVB_S2: Final = (
    ("QPSK 1/4", -2.35, 0.490243),
    ("QPSK 1/3", -1.24, 0.656448),
    ("QPSK 2/5", -0.30, 0.789412),
    ("QPSK 1/2", 1.00, 0.988858),
    ("QPSK 3/5", 2.23, 1.188304),
    ("QPSK 2/3", 3.10, 1.322253),
    ("QPSK 3/4", 4.03, 1.487473),
    ("QPSK 4/5", 4.68, 1.587196),
    ("QPSK 5/6", 5.18, 1.654663),
    ("QPSK 8/9", 6.20, 1.766451),
    ("QPSK 9/10", 6.42, 1.788612),
    ("8PSK 3/5", 5.50, 1.779991),
    ("8PSK 2/3", 6.62, 1.980636),
    ("8PSK 3/4", 7.91, 2.228124),
    ("8PSK 5/6", 9.35, 2.478562),
    ("8PSK 8/9", 10.69, 2.646012),
    ("8PSK 9/10", 10.98, 2.679207),
    ("16APSK 2/3", 8.97, 2.637201),
    ("16APSK 3/4", 10.21, 2.966728),
    ("16APSK 4/5", 11.03, 3.165623),
    ("16APSK 5/6", 11.61, 3.300184),
    ("16APSK 8/9", 12.89, 3.523143),
    ("16APSK 9/10", 13.13, 3.567342),
    ("32APSK 3/4", 12.73, 3.703295),
    ("32APSK 4/5", 13.64, 3.951571),
    ("32APSK 5/6", 14.28, 4.119540),
    ("32APSK 8/9", 15.69, 4.397854),
    ("32APSK 9/10", 16.05, 4.453027),
)


def _symbol(bit: float, efficiency: float) -> float:
    """Energy of a symbol from that of a bit. [dB]"""
    return bit + 10.0 * float(np.log10(efficiency))


# QPSK or OQPSK with codes of CCSDS 131.0-B: code rate, and energy of a bit for 1e-6 of bits wrong
# as drawn in CCSDS 130.1-G, "TM Synchronization and Channel Coding - Summary of Concept and
# Rationale"; all by memory, to some 0.2 dB: confidence C.
_CCSDS_CODES: Final = (
    ("LDPC 1/2", 1 / 2, 1.0),
    ("RS(255,223) + convolutional 1/2", 223 / 255 / 2, 2.6),
    ("LDPC 2/3", 2 / 3, 1.8),
    ("LDPC 4/5", 4 / 5, 2.7),
    ("LDPC 7/8", 223 / 255, 3.9),
    ("RS(255,223)", 223 / 255, 6.4),
)
CCSDS: Final = tuple(
    (f"QPSK {name}", _symbol(bit, 2 * rate), 2 * rate) for name, rate, bit in _CCSDS_CODES
)

# BPSK with the convolutional code of rate 1/2 and length 7, soft decisions, 1e-5 of bits wrong:
# 4.4 dB a bit (CCSDS 130.1-G by memory, confidence C).
BPSK_HALF: Final = (("BPSK convolutional 1/2", _symbol(4.4, 0.5), 0.5),)

TABLES: Final = {"dvb-s2": DVB_S2, "ccsds": CCSDS, "bpsk-half": BPSK_HALF}
"""By the name that documents give to them."""


@cache
def modulations(table: str) -> Modulations:
    """Return a table of modulations, without those that another one beats.

    Parameters
    ----------
    table : str
        ``dvb-s2``, ``ccsds`` or ``bpsk-half``.

    Returns
    -------
    Modulations

    Raises
    ------
    DomainError
        If there is no such table.

    Examples
    --------
    >>> one = modulations("dvb-s2")
    >>> one.name[0], len(one.name), "8PSK 9/10" in one.name  # beaten by 16APSK 3/4
    ('QPSK 1/4', 22, False)
    """
    if table not in TABLES:
        raise DomainError(f"modulations: expected one of {sorted(TABLES)}, given {table!r}")
    kept: list[tuple[str, float, float]] = []
    for one in sorted(TABLES[table], key=lambda row: (row[1], -row[2])):
        if not kept or one[2] > kept[-1][2]:
            kept.append(one)
    return Modulations(
        tuple(name for name, _, _ in kept),
        np.array([threshold for _, threshold, _ in kept]),
        np.array([efficiency for _, _, efficiency in kept]),
    )
