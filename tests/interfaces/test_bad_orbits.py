"""Orbits of others that cannot be flown: one clear message with file, line and what to do."""

import sys
from pathlib import Path

import pytest

from stationkeeper import cli
from stationkeeper.errors import InputError
from stationkeeper.lifetime.serving.ephemerides import export_orbit, read_orbit
from stationkeeper.orbit.ephemeris import tle_ephemeris
from tests.orbit_files import TLE, epoch, oem, segment, signed, xml_oem

ROW = 16  # line of the first row of `oem()`
GOOD = oem()


def edited(old: str, new: str, text: str = GOOD) -> str:
    assert old in text
    return text.replace(old, new, 1)


def without_rows(*minutes: int) -> str:
    gone = tuple(epoch(minute) for minute in minutes)
    return "\n".join(line for line in GOOD.split("\n") if not line.startswith(gone))


FIRST = GOOD.split("\n")[ROW - 1]
BAD_OEM: dict[str, tuple[str, str]] = {
    "a gap": (
        without_rows(10, 11, 12),
        f"orbit.oem:{ROW + 10}: EPOCH: given a gap of 240 s after line {ROW + 9}; expected steps "
        "of at most 180 s; give a file without a hole",
    ),
    "two frames": (
        oem(segment(range(11)), segment(range(10, 21), REF_FRAME="TEME")),
        "REF_FRAME: given 'TEME' after 'EME2000'; expected one frame in the whole file",
    ),
    "two objects": (
        oem(segment(range(11)), segment(range(10, 21), OBJECT_ID="2030-002A")),
        "OBJECT_ID: given '2030-002A' after '2030-001A'; expected one object in the whole file",
    ),
    "two time systems": (
        oem(segment(range(11)), segment(range(10, 21), TIME_SYSTEM="TAI")),
        "TIME_SYSTEM: given 'TAI' after 'UTC'; expected one time system in the whole file",
    ),
    "a hole between segments": (
        oem(segment(range(11)), segment(range(20, 31))),
        "given a gap of 600 s",
    ),
    "segments over one another": (
        oem(segment(range(11)), segment(range(5, 16))),
        "START_TIME: given a segment that begins 300 s before the last ends; expected segments "
        "that follow one another",
    ),
    "a frame that nobody turns": (
        edited("EME2000", "TOD"),
        "REF_FRAME: given 'TOD'; expected EME2000, GCRF, ICRF, ITRF, TEME",
    ),
    "a time system that nobody turns": (
        edited("= UTC", "= TDB"),
        "TIME_SYSTEM: given 'TDB'; expected UTC, TAI, TT, GPS",
    ),
    "another centre": (edited("= EARTH", "= MARS"), "CENTER_NAME: given 'MARS'; expected EARTH"),
    "rows not in order": (
        edited(epoch(3), epoch(5)),
        f"orbit.oem:{ROW + 4}: EPOCH: given a row 60 s before the row before it; expected rows in "
        "the order of time",
    ),
    "a row twice": (edited(FIRST, FIRST + "\n" + FIRST), "given a row 0 s before the row before"),
    "too few rows": (oem(segment(range(3))), "given 3 rows; expected at least 4"),
    "metres": (
        edited(FIRST, FIRST.replace("6778.000000000", "6778000.0")),
        f"orbit.oem:{ROW}: X, Y, Z: given 6.778e+06 km; expected 6400 to 1e+06 km from Earth's "
        "centre; are positions in metres?",
    ),
    "below the ground": (
        edited(FIRST, FIRST.replace("6778.000000000", "6000.0")),
        "X, Y, Z: given 6000 km; expected 6400 to",
    ),
    "metres a second": (
        edited(FIRST, FIRST.replace("7.668", "7668.0")),
        "expected a speed of at most 20 km/s; are velocities in metres a second?",
    ),
    "velocities of another orbit": (
        edited(FIRST, FIRST.replace("7.668", "-7.668")),
        "from how the position changes; expected velocities that fit the positions",
    ),
    "a missing key": (
        edited("REF_FRAME = EME2000\n", ""),
        "REF_FRAME: given nothing; expected this key, with a value",
    ),
    "a key twice": (
        edited("REF_FRAME = EME2000\n", "REF_FRAME = EME2000\nREF_FRAME = EME2000\n"),
        "REF_FRAME: given 'EME2000', a second time; expected each key once a segment",
    ),
    "no number": (
        edited(FIRST, FIRST.replace("6778.000000000", "nan")),
        f"orbit.oem:{ROW}: X: given 'nan'; expected a number",
    ),
    "a row cut off": (
        GOOD[:-30],
        "with 5 fields; expected a time, X, Y, Z [km], X_DOT, Y_DOT, Z_DOT [km/s]; is the file cut",
    ),
    "the end cut off": (
        without_rows(*range(20, 31)),
        "given a last row 660 s before STOP_TIME; expected rows up to STOP_TIME; is the file cut",
    ),
    "rows outside their segment": (
        edited(f"START_TIME = {epoch(0)}", f"START_TIME = {epoch(5)}"),
        "given a row outside the time of its segment",
    ),
    "no rows": ("\n".join(GOOD.split("\n")[: ROW - 1]), "given a segment without rows"),
    "a head cut off": ("\n".join(GOOD.split("\n")[:10]), "given the end; expected META_STOP"),
    "no segment": ("\n".join(GOOD.split("\n")[:3]), "given no segment; expected META_START"),
    "another version": (oem(version="9.0"), "CCSDS_OEM_VERS: given '9.0'; expected version 1.0 or"),
    "another message": (
        "CCSDS_CDM_VERS = 1.0\n",
        "given 'CCSDS_CDM_VERS = 1.0'; expected an orbit ephemeris message: CCSDS_OEM_VERS first",
    ),
    "a time that is none": (
        edited(epoch(1), "2030-02-30T00:01:00"),
        "EPOCH: given '2030-02-30T00:01:00'; expected a time from 1972 on as",
    ),
    "XML in metres": (
        xml_oem().replace('<X units="km">', '<X units="m">'),
        "X: given the unit 'm'; expected km",
    ),
    "XML with a state cut short": (
        xml_oem().replace("<Z_DOT", "<W").replace("</Z_DOT", "</W"),
        "W: given",
    ),
    "nothing": ("\n", "given an empty file"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_OEM)
def test_a_bad_message_is_one_line_that_names_the_fault(tmp_path: Path, name: str) -> None:
    text, words = BAD_OEM[name]
    path = tmp_path / "orbit.oem"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_orbit(path)
    said = str(told.value)
    assert words in said
    assert "orbit.oem" in said
    assert "\n" not in said


def test_a_leap_second_in_the_span_is_refused(tmp_path: Path) -> None:
    rows = [f"2016-12-31T23:{58 + k // 2}:{30 * (k % 2):02d}.000" for k in range(4)]
    rows += [f"2017-01-01T00:{k // 2:02d}:{30 * (k % 2):02d}.000" for k in range(4)]
    text = oem(segment([0.5 * k for k in range(8)]))
    for k, row in enumerate(rows):
        text = text.replace(epoch(0.5 * k), row)
    path = tmp_path / "orbit.oem"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="given a leap second between its first row and its last"):
        read_orbit(path)


LINE1, LINE2 = TLE
BAD_TLE: dict[str, tuple[str, str]] = {
    "a broken checksum": (
        f"{LINE1[:-1]}8\n{LINE2}\n",
        "iss.tle:1: checksum: given the checksum '8'; expected '7', from the digits of the line",
    ),
    "a digit changed": (
        f"{LINE1}\n{LINE2.replace('51.6416', '51.6417')}\n",
        "iss.tle:2: checksum: given the checksum '7'; expected '8'",
    ),
    "a line cut off": (
        f"{LINE1}\n{LINE2[:60]}\n",
        "iss.tle:2: length: given 60 characters; expected 69 of ASCII; is it cut off?",
    ),
    "lines of two satellites": (
        f"{LINE1}\n{signed(LINE2.replace('25544', '25545'))}\n",
        "iss.tle:2: catalogue number: given '25545', but line 1 has '25544'; expected the same",
    ),
    "an inclination over 180": (
        f"{LINE1}\n{signed(LINE2.replace(' 51.6416', '181.6416'))}\n",
        "iss.tle:2: inclination: given 181.6416 deg; expected 0 to 180 deg",
    ),
    "a node over 360": (
        f"{LINE1}\n{signed(LINE2.replace('247.4627', '447.4627'))}\n",
        "right ascension of the node: given 447.4627 deg; expected 0 to 360 deg",
    ),
    "a day that the year has not": (
        f"{signed(LINE1.replace('08264.5', '07366.5'))}\n{LINE2}\n",
        "iss.tle:1: epoch: given the day 366.51782528; expected a day of 2007 from 1 to 365",
    ),
    "an orbit through the ground": (
        f"{LINE1}\n{signed(LINE2.replace('0006703', '2006703'))}\n",
        "mean motion: given 15.7213 revolutions a day and eccentricity 0.20067; expected an orbit "
        "with its lowest point over 80 km",
    ),
    "columns moved": (
        f"{LINE1}\n{signed(LINE2.replace(' 247.4627', '247.4627 '))}\n",
        "iss.tle:2: columns:",
    ),
    "the second line missing": (
        f"{LINE1}\n",
        "iss.tle:1: given line 1 of a set without line 2; expected line 1, then line 2",
    ),
    "the lines turned round": (f"{LINE2}\n{LINE1}\n", "given line 2 of a set without line 1"),
    "something else": ("hello\nworld\n", "expected an element set: a line that begins with '1 '"),
    "a fault in the second of two sets": (
        f"A\n{LINE1}\n{LINE2}\nB\n{LINE1[:-1]}0\n{LINE2}\n",
        "iss.tle:5: checksum: given the checksum '0'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_TLE)
def test_bad_elements_are_told_by_file_and_line(tmp_path: Path, name: str) -> None:
    text, words = BAD_TLE[name]
    path = tmp_path / "iss.tle"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_orbit(path)
    assert words in str(told.value)


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "iss.tle"
    path.write_text(f"{LINE1[:-1]}8\n{LINE2[:-1]}1\n", encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_orbit(path)
    assert "2 problems" in str(told.value)
    assert ":1: checksum" in str(told.value)
    assert ":2: checksum" in str(told.value)


def test_elements_of_several_satellites_need_a_name(tmp_path: Path) -> None:
    second = signed(LINE1.replace("25544", "25545")), signed(LINE2.replace("25544", "25545"))
    path = tmp_path / "two.tle"
    path.write_text("\n".join(["A", *TLE, "B", *second]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="elements of 2 satellites; expected one; name it"):
        read_orbit(path)
    with pytest.raises(InputError, match="given 'C'; expected 25544, 25545"):
        read_orbit(path, satellite="C")
    assert read_orbit(path, satellite="b", days=0.1).start_day == 3186.0


def test_days_that_a_file_does_not_hold_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "orbit.oem"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(InputError, match="expected one that holds 2027-01-01T00:00:00Z"):
        read_orbit(path, 9_862.0)
    path.write_text("\n".join(TLE), encoding="utf-8")
    with pytest.raises(InputError, match="expected some within 30 days of 2027-01-01T00:00:00Z"):
        read_orbit(path, 9_862.0)


def test_an_ending_that_nobody_writes_is_refused(tmp_path: Path) -> None:
    flown = tle_ephemeris(*TLE, 3_186.0, 600.0, 60.0)
    with pytest.raises(InputError, match=r"given the ending '.kml'; expected .oem, .czml, .geoj"):
        export_orbit(flown, tmp_path / "a.kml", name="Example")
    assert list(tmp_path.iterdir()) == []


def test_the_command_leaves_with_exit_2_and_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gap.oem").write_text(without_rows(10, 11, 12), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["stationkeeper", "services", "iss", "--orbit", "gap.oem"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "expected" in line]
    assert "gap.oem:26: EPOCH: given a gap of 240 s after line 25" in line
    assert sorted(tmp_path.iterdir()) == [tmp_path / "gap.oem"]
