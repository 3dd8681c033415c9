"""Files that are no programme: one clear message each, exit code 2, nothing written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stationkeeper.errors import InputError
from stationkeeper.programme.check import check_source
from stationkeeper.programme.files import LARGEST_FILE
from stationkeeper.programme.read import read_programme
from tests.programmes import SMALL, check_text, errors

FILES: list[tuple[str, bytes, str]] = [
    ("empty", b"", "schema: given nothing"),
    ("binary", bytes(range(256)), ":1: given binary data (a null byte); expected text in UTF-8"),
    ("latin 1", SMALL.encode() + b"# \xe9\n", "given byte 0xe9, which is not UTF-8"),
    ("utf-16", SMALL.encode("utf-16"), "given text in UTF-16; expected text in UTF-8"),
    ("truncated", SMALL[: SMALL.index("_deg")].encode(), "expected TOML"),
    ("half a string", b'schema = 1\nname = "ha', ":2: given"),
    ("half a list", b"schema = 1\ninclude = [", "is it cut off?"),
    ("a key twice", b"schema = 1\nschema = 1\n", ":2: given"),
    ("a table twice", SMALL.encode() + b"[span]\n", "a key or table may be written once only"),
    ("not TOML", b"station: iss\n", ":1: given"),
    ("a huge number", b"schema = " + b"9" * 5_000, "TOML"),
    ("another version", b"schema = 2\n", "schema: given 2; expected one of: 1"),
    ("another language", b"\x7fELF\x02\x01\x01\x00", "binary data"),
]


@pytest.mark.parametrize(("content", "expected"), [f[1:] for f in FILES], ids=[f[0] for f in FILES])
def test_a_broken_file_is_refused_in_words(tmp_path: Path, content: bytes, expected: str) -> None:
    lines = errors(check_text(tmp_path, content))
    assert any(expected in line for line in lines), lines
    assert all("\n" not in line and line.isprintable() for line in lines)


def test_a_hundred_megabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    with path.open("wb") as file:
        file.truncate(100_000_000)  # a hole: takes no space
    with pytest.raises(InputError, match=r"large\.toml: given 100\.0 MB; expected at most 10 MB"):
        read_programme(str(path))


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    text = SMALL + "#" * (LARGEST_FILE - len(SMALL.encode()) - 1) + "\n"
    assert errors(check_text(tmp_path, text)) == []


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="given a folder; expected"):
        read_programme(f"{tmp_path}/")
    with pytest.raises(InputError, match="given no such file"):
        read_programme(str(tmp_path / "none.toml"))
    with pytest.raises(InputError, match="given a device or pipe"):
        read_programme("/dev/zero")
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(InputError, match="given a device or pipe"):
        read_programme(str(tmp_path / "pipe.toml"))


def test_ten_thousand_modules_are_too_many(tmp_path: Path) -> None:
    module = (
        '[module.m{}]\ntitle = "m"\npartner = "operator"\nsegment = "main"\nmass_kg = 1\n'
        "exposed_area_m2 = 1\n"
    )
    text = SMALL + "".join(module.format(number) for number in range(10_000))
    (line,) = errors(check_text(tmp_path, text))
    assert "module: given a table of 10002 keys; expected at most 1000 entries" in line


def test_many_faults_are_counted_not_listed(tmp_path: Path) -> None:
    text = SMALL + "".join(f"[module.m{number}]\nmass_kg = -1\n" for number in range(200))
    checked = check_text(tmp_path, text)
    assert len(errors(checked)) == 1_000
    assert "and 950 more" in checked.as_text()
    assert len(checked.as_text()) < 20_000


@pytest.mark.parametrize("name", ["a/b", "..", "a\\\\b", "a b", "A", "\\u0000", "\\u001b[31m", "é"])
def test_a_strange_name_is_refused(tmp_path: Path, name: str) -> None:
    text = SMALL.replace('name = "small"', f'name = "{name}"')
    (line,) = errors(check_text(tmp_path, text))
    assert "name: given" in line
    assert "expected a name of at most 64 lower case letters" in line
    assert line.isprintable()
    lines = errors(check_text(tmp_path, SMALL + f'[module."{name}"]\ntitle = "x"\n'))
    assert any("expected a name of at most 64" in line for line in lines)
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("station.small.orbit.altitude_km=-50", "expected a number of at least 120"),
        ("station.small.orbit.altitude_km=nan", "expected a finite number"),
        ("station.small.orbit.altitude_km=inf", "expected a finite number"),
        ("module.core.mass_kg=-1", "expected a number greater than 0"),
        ("module.core.mass_kg=1e400", "expected a finite number"),
        ("span.last=2026-13-01", "expected a date"),
        ("station.small.orbit.altitud_km=400", "did you mean 'altitude_km'"),
    ],
)
def test_a_value_out_of_range_is_refused(tmp_path: Path, setting: str, expected: str) -> None:
    (line,) = errors(check_text(tmp_path, SMALL, settings=[setting]))
    assert line.startswith("--set: ")
    assert expected in line


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stationkeeper.cli", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "bad.toml"),
        ("show", "bad.toml"),
        ("run", "bad.toml"),
        ("check", "iss-to-ros", "--override", "said-2020"),
        ("check", "iss", "--as-known", "yesterday"),
        ("run", "iss", "--set", "span.last=1900-01-01"),
        ("export", "iss", "flight", "f.csv"),
        ("import", "iss", "crews", "bad.toml", "--out", "new.toml"),
        ("new", "bad.toml"),
        ("new", "absent/new.toml"),
    ],
    ids=" ".join,
)
def test_the_command_answers_in_words_with_exit_2(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "bad.toml").write_bytes(SMALL.encode()[:500] + b"\x00")
    done = command(*arguments, folder=tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    assert said.strip()
    assert "Traceback" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


def test_without_a_command_the_help_is_all_that_is_said(tmp_path: Path) -> None:
    done = command(folder=tmp_path)
    assert done.returncode == 2
    assert "Usage:" in done.stdout + done.stderr
    assert "stationkeeper: " not in done.stderr


@pytest.mark.parametrize("name", ["export", "import"])
def test_help_names_every_table_of_a_spreadsheet(tmp_path: Path, name: str) -> None:
    done = command(name, "--help", folder=tmp_path)
    assert done.returncode == 0
    assert all(word in done.stdout for word in ("flights", "crews", "modules", "events", "traffic"))


def test_a_new_file_in_no_folder_is_told_by_its_own_name(tmp_path: Path) -> None:
    done = command("new", "absent/new.toml", folder=tmp_path)
    assert "absent/new.toml: there is no folder absent" in done.stderr.replace("\\", "/")
    assert "partial" not in done.stderr


def test_a_sound_file_passes_the_command(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    done = command("check", "small.toml", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "small can be flown" in done.stdout
    assert check_source(str(tmp_path / "small.toml")).problems == ()
