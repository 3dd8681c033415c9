"""A document as TOML text: what is written is read back the same."""

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

_BARE = re.compile(r"^[A-Za-z0-9_\-]+$")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def as_toml(document: Mapping[str, Any], heading: str = "") -> str:
    """Write plain data as TOML: values first, then a table for each key of the collections.

    Parameters
    ----------
    document : mapping
        Keys to values, lists and mappings; None is left out.
    heading : str
        Comment above all, a line or more. [-]

    Returns
    -------
    str
        TOML, which reads back as the same data.

    Examples
    --------
    >>> print(as_toml({"schema": 1, "station": {"iss": {"orbit": {"altitude_km": 420.0}}}}))
    schema = 1
    <BLANKLINE>
    [station.iss.orbit]
    altitude_km = 420.0
    <BLANKLINE>
    """
    lines = [f"# {line}".rstrip() for line in heading.splitlines()]
    if lines:
        lines.append("")
    _write(document, (), lines)
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines) + "\n"


def _write(table: Mapping[str, Any], path: tuple[str, ...], lines: list[str]) -> None:
    values = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    tables = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    if path and (values or not tables):
        lines += ["", "[" + ".".join(_key(part) for part in path) + "]"]
    lines += [f"{_key(key)} = {value_text(v)}" for key, v in values.items() if v is not None]
    for key, inner in tables.items():
        _write(inner, (*path, key), lines)


def _key(key: str) -> str:
    return key if _BARE.match(key) else _text(key)


def _text(text: str) -> str:
    escaped = "".join(
        _ESCAPES.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}") for c in text
    )
    return f'"{escaped}"'


def value_text(value: Any) -> str:
    """Write one value as TOML.

    Examples
    --------
    >>> value_text({"a": [1, 2.0, True], "b": "x"})
    '{a = [1, 2.0, true], b = "x"}'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
        text = repr(value)
        return text if any(c in text for c in ".e") else text + ".0"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        inner = (f"{_key(k)} = {value_text(v)}" for k, v in value.items() if v is not None)
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_text(item) for item in value) + "]"
    return str(value)
