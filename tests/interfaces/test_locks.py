"""The locks: complete, hashed, free of addresses, and what the package says it needs."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "locks"


def plain(name: str) -> str:
    """Return a distribution's name in its one spelling."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.\-]+", name)[0]).lower()  # type: ignore[index]


def asked(name: str) -> set[str]:
    """Return what a .in file asks for by itself."""
    lines = (LOCKS / name).read_text().splitlines()
    return {plain(line) for line in lines if line and line[0] not in "#-"}


def pinned(name: str) -> dict[str, set[str]]:
    """Return versions by name; several where they depend on the Python."""
    found: dict[str, set[str]] = {}
    for line in (LOCKS / name).read_text().splitlines():
        if match := re.match(r"([\w.\-]+)==([^ ;]+)", line):
            found.setdefault(plain(match[1]), set()).add(match[2])
    return found


@pytest.mark.parametrize("name", ["base.txt", "full.txt", "test.txt"])
def test_a_lock_holds_pins_with_hashes_and_nothing_else(name: str) -> None:
    entries = (LOCKS / name).read_text().replace("\\\n", " ").splitlines()
    for entry in entries:
        words = entry.split(" ; ")[0].split() if " ; " in entry else entry.split()
        assert re.fullmatch(r"[\w.\-]+==[\w.+!\-]+", words[0]), entry
        hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}(?= |$)", entry)
        assert hashes, entry
        assert "/" not in re.sub(r"--hash=\S+", "", entry), entry


def test_the_package_needs_what_the_base_lock_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {plain(line) for line in project["dependencies"]}
    assert asked("base.in") == needed | {"setuptools"}  # setuptools builds the package at set-up


def test_the_full_lock_adds_what_the_package_calls_full() -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert asked("full.in") == {plain(line) for line in extra["full"]}


@pytest.mark.parametrize(("lower", "upper"), [("base", "full"), ("full", "test")])
def test_a_lock_adds_to_the_one_below_and_changes_nothing(lower: str, upper: str) -> None:
    below, above = pinned(f"{lower}.txt"), pinned(f"{upper}.txt")
    assert below.keys() >= asked(f"{lower}.in")
    assert above.keys() >= asked(f"{upper}.in") | below.keys()
    assert all(above[name] == versions for name, versions in below.items())
