"""A small programme for tests, and ways to change it."""

import copy
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from stationkeeper.programme.check import Checked, check_source
from stationkeeper.programme.write import as_toml

SMALL: str = (
    files("stationkeeper.programme").joinpath("templates", "small.toml").read_text(encoding="utf-8")
)


def small() -> dict[str, Any]:
    """Return the small template as plain data, its overrides included."""
    return tomllib.loads(SMALL)


def put(document: dict[str, Any], dotted: str, value: Any) -> dict[str, Any]:
    """Set a value at a dotted key, making tables on the way; return the document."""
    *path, last = dotted.split(".")
    table = document
    for name in path:
        table = table.setdefault(name, {})
    table[last] = value
    return document


def changed(changes: Mapping[str, Any]) -> str:
    """Return the small programme as TOML with some keys set."""
    document = small()
    for key, value in changes.items():
        put(document, key, copy.deepcopy(value))
    return as_toml(document)


def check_text(folder: Path, text: str | bytes, **options: Any) -> Checked:
    """Check a programme given as text."""
    path = folder / "programme.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return check_source(str(path), **options)


def check_changed(folder: Path, changes: Mapping[str, Any], **options: Any) -> Checked:
    """Check the small programme with some keys set."""
    return check_text(folder, changed(changes), **options)


def errors(checked: Checked) -> list[str]:
    """Return the errors as lines."""
    return [str(problem) for problem in checked.problems if problem.severity == "error"]


def warnings(checked: Checked) -> list[str]:
    """Return the warnings as lines."""
    return [str(problem) for problem in checked.problems if problem.severity == "warning"]
