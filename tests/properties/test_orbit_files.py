"""Orbits in files broken at random are read, or refused in words; nothing else happens."""

import tempfile
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from stationkeeper.errors import InputError
from stationkeeper.lifetime.serving.ephemerides import read_orbit
from stationkeeper.programme.oem import read_oem
from stationkeeper.programme.tle import elements_faults
from tests.orbit_files import TLE, oem, segment, xml_oem

SAMPLES = [
    oem(segment(range(8))).encode(),
    oem(segment(range(5)), segment(range(4, 9))).encode(),
    xml_oem(range(6)).encode(),
    ("\n".join(TLE) + "\n").encode(),
    ("ISS\n" + "\n".join(TLE) + "\n").encode(),
]
PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [
            b"NaN", b"1e999", b"=", b"<", b">", b"\r", b"\0", b"\xff", b"\x1b[31m", b"META_START\n",
            b"META_STOP\n", b"COVARIANCE_START\n", b"1972-01-01T00:00:00", b"9999-12-31T23:59:60",
            b"0000-00-00T", b"-1", b"TEME", b"TAI",
        ]
    ),
)  # fmt: skip
CUTS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.5), PIECES), min_size=1, max_size=3)


@given(sample=st.sampled_from(SAMPLES), cuts=CUTS)
@settings(max_examples=150, deadline=None)
def test_a_broken_orbit_is_read_or_refused(
    sample: bytes, cuts: list[tuple[float, float, bytes]]
) -> None:
    content = sample
    for at, length, piece in cuts:
        begin = int(at * len(content))
        content = content[:begin] + piece + content[begin + int(length**4 * len(content)) :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orbit.oem"
        path.write_bytes(content)
        try:
            flown = read_orbit(path, days=0.01)
        except InputError as error:
            said = str(error)
            assert "expected" in said
            assert all(letter.isprintable() or letter == "\n" for letter in said)
        else:
            assert np.all(np.isfinite(flown.position))


@given(
    line=st.sampled_from([0, 1]),
    place=st.integers(0, 67),
    digit=st.sampled_from("0123456789"),
)
@settings(deadline=None)
def test_one_wrong_digit_never_passes(line: int, place: int, digit: str) -> None:
    lines = list(TLE)
    old = lines[line][place]
    if not old.isdigit() or old == digit:
        return
    lines[line] = lines[line][:place] + digit + lines[line][place + 1 :]
    assert elements_faults(*lines)


@given(gone=st.integers(1, 28), many=st.integers(3, 20))
@settings(max_examples=30, deadline=None)
def test_a_hole_of_three_rows_never_passes(gone: int, many: int) -> None:
    rows = [k for k in range(31) if not gone <= k < gone + many]
    if 30 not in rows:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orbit.oem"
        path.write_text(oem(segment(rows)), encoding="utf-8")
        try:
            read_oem(path)
        except InputError as error:
            assert "a gap of" in str(error)  # noqa: PT017 - the other way out fails below
        else:
            raise AssertionError(f"a hole of {many} rows was read")
