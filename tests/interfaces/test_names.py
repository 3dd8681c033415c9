"""One quantity, one name, one unit: variables.csv against the docstrings of the physics."""

import ast
import csv
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "stationkeeper"
PHYSICS = ("environment", "orbit", "crew")
SPELLINGS = {"sfu": "1e-22 W/m2/Hz", "d since 2000": "d"}


def told_units(doc: str) -> Iterator[tuple[str, str]]:
    """Yield (name, unit) from the parameters of a numpydoc docstring.

    One entry may hold several names, and then one unit for all or one for each; others are passed
    over.
    """
    entries = re.finditer(
        r"^(\w+(?:, \w+)*) : [^\n]+\n((?: {4}.*\n|\n(?= {4}))+)", doc + "\n", re.M
    )
    for entry in entries:
        names = entry[1].split(", ")
        closing = re.search(r"((?:\[[^\[\]]+\][,.; ]*(?:and )?)+)$", " ".join(entry[2].split()))
        if closing is None:
            continue
        units = [unit.strip() for unit in re.findall(r"\[([^\]]+)\]", closing[1])]
        if len(units) == 1:
            units = units[0].split(", ")
        if len(units) == 1:
            units *= len(names)
        if len(units) == len(names):
            yield from zip(names, units, strict=True)


def documented() -> list[tuple[str, str, str]]:
    """Return (name, unit, where) of every documented argument of the physics."""
    found = []
    for part in PHYSICS:
        for path in sorted((PACKAGE / part).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    doc = inspect.cleandoc(ast.get_docstring(node) or "")
                    where = f"{path.relative_to(PACKAGE)}: {node.name}"
                    found += [(name, unit, where) for name, unit in told_units(doc)]
    return found


def variables() -> dict[str, str]:
    """Return the unit by name."""
    with (PACKAGE / "variables.csv").open(newline="", encoding="utf-8") as file:
        return {row["name"]: row["unit"] for row in csv.DictReader(file)}


def test_units_are_read_from_docstrings() -> None:
    doc = """Do it.

    Parameters
    ----------
    mass : float
        Mass,
        or two. [kg]
    a, e : array_like, (...)
        Elements. [m], [-]
    thrust, speed : float
        Both. [N, m/s]
    low, high : float
        Ends. [m]
    """
    told = dict(told_units(inspect.cleandoc(doc)))
    assert told == {
        "mass": "kg",
        "a": "m",
        "e": "-",
        "thrust": "N",
        "speed": "m/s",
        "low": "m",
        "high": "m",
    }


def test_a_name_of_the_glossary_has_its_unit_everywhere() -> None:
    known = variables()
    wrong = [
        f"{where}: {name} in [{unit}], glossary [{known[name]}]"
        for name, unit, where in documented()
        if name in known and SPELLINGS.get(unit, unit) != known[name]
    ]
    assert not wrong


def test_a_name_used_in_two_places_is_in_the_glossary() -> None:
    places: dict[str, set[str]] = {}
    for name, _, where in documented():
        places.setdefault(name, set()).add(where.split(":")[0])
    missing = {name for name, files in places.items() if len(files) > 2} - variables().keys()
    assert not missing


@pytest.mark.parametrize("name", sorted(variables()))
def test_a_name_is_in_whole_words_and_used(name: str) -> None:
    word = re.compile(rf"\b{name}\b")
    assert any(
        word.search(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))
    )
