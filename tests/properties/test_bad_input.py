"""Programmes broken at random are read, or refused in words; nothing else happens."""

import contextlib
import itertools
import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from stationkeeper.errors import InputError
from stationkeeper.programme.check import check_source
from stationkeeper.programme.composition import all_crews, all_flights, station_intervals
from stationkeeper.programme.lines import key_lines
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.write import as_toml
from tests.programmes import SMALL, small


def leaves(table: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the paths of all tables and values."""
    found = []
    for key, value in table.items():
        found.append((*path, key))
        if isinstance(value, dict):
            found += leaves(value, (*path, key))
    return found


PATHS = leaves(small())
NAMES = sorted({path[-1] for path in PATHS})

VALUES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [
            float("nan"), float("inf"), -float("inf"), -1, 0, 1e308, 10**400, -(10**30), True, "",
            "a/b", "../x", "a\nb", "a\x1b[31m", "x" * 3_000, [], {}, [[[]]], date(1, 1, 1),
            date(9999, 12, 31), "2028-02-30", ["core", "core"], {"USA": 10**9}, 120, 2_000, 1e-300,
        ]
    ),
    st.floats(),
    st.integers(),
    st.dates(),
    st.text(max_size=30),
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(NAMES), max_size=3),
    st.sampled_from(PATHS).map(lambda path: at(small(), path)),
)  # fmt: skip


def at(table: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        table = table[name]
    return table


def answers(text: bytes, **options: Any) -> None:
    """Read a programme; it is accepted or refused in words, and nothing is written."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "programme.toml"
        path.write_bytes(text)
        checked = check_source(str(path), **options)
        said = checked.as_text()
        assert all(letter.isprintable() or letter == "\n" for letter in said)
        assert all(problem.expected and problem.file for problem in checked.problems)
        if checked.programme is None:
            assert checked.has_errors
            with contextlib.suppress(InputError):
                read_programme(str(path), **options)
                raise AssertionError("check refuses what read accepts")
        else:
            assert not checked.has_errors
            for intervals in station_intervals(checked.programme).values():
                for before, after in itertools.pairwise(intervals):
                    assert before.last <= after.first
                assert all(interval.first < interval.last for interval in intervals)
            assert all(f.undocked is not None for f in all_flights(checked.programme).values())
            assert all(c.landed is not None for c in all_crews(checked.programme).values())
        assert os.listdir(folder) == ["programme.toml"]


@settings(max_examples=100)
@given(st.sampled_from(PATHS), VALUES)
def test_a_replaced_value(path: tuple[str, ...], value: Any) -> None:
    document = small()
    at(document, path[:-1])[path[-1]] = value
    answers(as_toml(document).encode("utf-8", "surrogatepass"), overrides=["low"][: len(path) % 2])


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(PATHS), VALUES), min_size=2, max_size=6))
def test_several_replaced_values(changes: list[tuple[tuple[str, ...], Any]]) -> None:
    document = small()
    for path, value in changes:
        with contextlib.suppress(KeyError, TypeError):
            at(document, path[:-1])[path[-1]] = value
    answers(as_toml(document).encode("utf-8", "surrogatepass"))


@settings(max_examples=60)
@given(st.sampled_from(PATHS), st.one_of(st.sampled_from(NAMES), st.text(max_size=70)))
def test_a_renamed_key(path: tuple[str, ...], name: str) -> None:
    document = small()
    table = at(document, path[:-1])
    table[name] = table.pop(path[-1])
    answers(as_toml(document).encode("utf-8", "surrogatepass"))


@settings(max_examples=60)
@given(st.sampled_from(PATHS))
def test_a_key_taken_out(path: tuple[str, ...]) -> None:
    document = small()
    del at(document, path[:-1])[path[-1]]
    answers(as_toml(document).encode())


@settings(max_examples=60)
@given(st.integers(0, len(SMALL) - 1), st.binary(max_size=4), st.integers(0, 4))
def test_changed_bytes(place: int, inserted: bytes, gone: int) -> None:
    text = SMALL.encode()
    answers(text[:place] + inserted + text[place + gone :])


@settings(max_examples=40)
@given(st.integers(0, len(SMALL)))
def test_a_truncated_file(length: int) -> None:
    answers(SMALL.encode()[:length])


@settings(max_examples=40)
@given(st.integers(1, 20_000), st.sampled_from("[{(\"'"))
def test_deep_nesting(depth: int, mark: str) -> None:
    answers(f"{SMALL}\n[x]\ny = {mark * depth}\n".encode())


@settings(max_examples=25)
@given(st.integers(2, 3_000))
def test_deep_tables(depth: int) -> None:
    answers(f"{SMALL}\n[{'.'.join('a' * depth)}]\ny = 1\n".encode())


@settings(max_examples=60)
@given(st.dates(date(1957, 1, 1), date(2100, 1, 1)))
def test_any_day_of_knowledge(day: date) -> None:
    answers(SMALL.encode(), as_known=day)


@settings(max_examples=80)
@given(
    st.one_of(
        st.text(max_size=40),
        st.tuples(st.sampled_from(PATHS), st.text(max_size=20)).map(
            lambda pair: ".".join(pair[0]) + "=" + pair[1]
        ),
    )
)
def test_any_setting(setting: str) -> None:
    answers(SMALL.encode(), settings=[setting])


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_source(source: str) -> None:
    with contextlib.suppress(InputError):
        read_programme(source)


@settings(max_examples=100)
@given(st.text(alphabet="ab.=[]{}\"'#\\\n 1,", max_size=200))
def test_lines_of_any_text(text: str) -> None:
    lines = key_lines(text)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
