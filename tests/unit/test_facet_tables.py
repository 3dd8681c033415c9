"""Tables of faces from spreadsheets: read into a programme, and every faulty cell told."""

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.errors import InputError
from stationkeeper.programme.imports import import_facets
from stationkeeper.programme.write import as_toml
from tests.programmes import check_text, put, small

HEADER = "key,module,ship,radiator,area_m2,wall_mm,material,bumper_mm,standoff_mm,azimuth_deg\n"
GOOD = HEADER + (
    "side,core,,,40,2,amg6,1,50,\n"
    "front,core,,,10,3.5,al-2219,2,100,0\n"
    "side,lab,,,55,4.8,al-2219,1.3,114,\n"
    "hull,,capsule,,30,1.5,amg6,,,\n"
    "loop,,,capsule,4,1,al-6061,,,\n"
)


def imported(folder: Path, text: str, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    document = small()
    for key, value in (changes or {}).items():
        put(document, key, value)
    (folder / "small.toml").write_text(as_toml(document), encoding="utf-8")
    path = folder / "facets.csv"
    path.write_text(text, encoding="utf-8")
    new = import_facets(str(folder / "small.toml"), path)
    checked = check_text(folder, new)
    assert checked.programme is not None, checked.as_text()
    return tomllib.loads(new)


def test_facets_go_to_modules_ships_and_radiators(tmp_path: Path) -> None:
    document = imported(tmp_path, GOOD)
    core = document["module"]["core"]["hull"]["facet"]
    assert core["front"] == {
        "area_m2": 10.0, "wall_mm": 3.5, "material": "al-2219", "bumper_mm": 2.0,
        "standoff_mm": 100.0, "azimuth_deg": 0.0,
    }  # fmt: skip
    assert core["side"]["wall_mm"] == 2.0
    assert document["module"]["lab"]["hull"]["facet"].keys() == {"side"}
    assert document["ship"]["capsule"]["hull"]["facet"]["hull"]["area_m2"] == 30.0
    assert document["ship"]["capsule"]["radiator"]["facet"]["loop"]["material"] == "al-6061"


def test_facets_of_an_owner_are_replaced_and_the_rest_of_its_hull_kept(tmp_path: Path) -> None:
    old = {"old": {"area_m2": 1.0, "wall_mm": 1.0, "material": "amg6"}}
    document = imported(
        tmp_path,
        GOOD,
        {
            "module.core.hull": {"facet": old, "welds": 7},
            "ship.freighter.hull": {"facet": old},
        },
    )
    assert document["module"]["core"]["hull"]["facet"].keys() == {"side", "front"}
    assert document["module"]["core"]["hull"]["welds"] == 7
    assert document["ship"]["freighter"]["hull"]["facet"] == old


def test_a_workbook_says_the_same(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for k, row in enumerate(csv.reader(GOOD.splitlines())):
        cells = [float(c) if k and c.replace(".", "").isdigit() else c or None for c in row]
        book.active.append(cells)  # type: ignore[union-attr]
    book.save(tmp_path / "facets.xlsx")
    (tmp_path / "small.toml").write_text(as_toml(small()), encoding="utf-8")
    text = import_facets(str(tmp_path / "small.toml"), tmp_path / "facets.xlsx")
    assert tomllib.loads(text) == imported(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("area_m2", "area_cm2"), "a column that is not known"),
        (GOOD.replace(",ship,", ",key,"), "key: given a column twice"),
        (GOOD.replace("key,", "name,"), "a column key, and one of module"),
        (GOOD.replace("side,lab,,,", "side,lab,capsule,,"), ":4: given key, module, ship"),
        (GOOD.replace("side,lab", ",lab"), ":4: given module; expected key and one of"),
        (GOOD.replace("side,lab", "side,"), ":4: given key; expected key and one of"),
        (GOOD.replace("front,core", "side,core"), ":3: key: given 'side' a second time"),
        (GOOD.replace("side,lab", "side,labb"), ":4: module: given 'labb'; expected one of"),
        (GOOD.replace("40,2,", "NaN,2,"), "module.core.hull.facet.side.area_m2"),
        (GOOD.replace("40,2,", "-40,2,"), "given -40.0; expected a number greater than 0"),
        (GOOD.replace("40,2,", "forty,2,"), "given 'forty'"),
        (GOOD.replace("40,2,", "1e999,2,"), "area_m2"),
        (GOOD.replace("40,2,", ",2,"), "area_m2: given nothing"),
        (GOOD.replace("amg6,1,50", "steel,1,50"), "given 'steel'"),
        (GOOD.replace("side,core", "Side One,core"), ":2: module.core.hull.facet"),
        (GOOD.replace("side,core", "s\x1b[31m,core"), "\\x1b"),
        (GOOD + "a,core,,,1,1,amg6,0,0,0,9,9\n", ":7: given 12 cells; expected 10 cells"),
        (GOOD + 'a,"core\n', "a CSV table"),
        (HEADER, "given no row"),
        ("\n", "an empty table"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        imported(tmp_path, text)
    assert said in str(error.value)
    assert "facets.csv" in str(error.value)
    assert all(letter.isprintable() or letter == "\n" for letter in str(error.value))


def test_every_faulty_cell_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("40,2,amg6", "-1,0,tin").replace("side,lab", "side,labb")
    with pytest.raises(InputError) as error:
        imported(tmp_path, text)
    assert str(error.value).count("facets.csv:2") == 3


def test_another_ending_is_refused(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(as_toml(small()), encoding="utf-8")
    (tmp_path / "facets.txt").write_text(GOOD, encoding="utf-8")
    with pytest.raises(InputError, match=r"expected \.csv or \.xlsx"):
        import_facets(str(tmp_path / "small.toml"), tmp_path / "facets.txt")
