"""Flights, crews and modules go to a spreadsheet and come back the same."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.errors import InputError, StorageError
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.spreadsheets import export_table, import_table
from stationkeeper.programme.table_rows import TABLES
from tests.programmes import changed, check_text

RICH: dict[str, Any] = {
    "flight.moved": {
        "ship": "capsule", "station": "small", "launched": date(2028, 6, 1), "status": "flown",
        "docked": date(2028, 6, 2), "undocked": date(2028, 7, 2), "port": "lab/nadir",
        "moved_to": {"2028-06-10": "core/zenith", "2028-06-20": "lab/nadir"},
        "mass_kg": 9_876.5, "note": '=HYPERLINK("x"), "quoted", ünï; 1,5', "estimates": ["mass_kg"],
    },
    "crew.guests": {
        "station": "small", "ship_up": "moved", "launched": date(2028, 6, 1),
        "landed": date(2028, 7, 2), "seats": {"USA": 2, "JPN": 1}, "note": "'=kept", "source": "-x",
    },
    "module.lab.ground": {"built": {"state": "build", "since": date(2025, 1, 1), "note": "a"}},
}  # fmt: skip


def read(folder: Path, text: str) -> Programme:
    checked = check_text(folder, text)
    assert checked.programme is not None, checked.as_text()
    return checked.programme


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("table", TABLES)
def test_a_table_comes_back_the_same(tmp_path: Path, table: str, ending: str) -> None:
    before = read(tmp_path, changed(RICH))
    sheet = tmp_path / f"table{ending}"
    count = export_table(before, table, sheet)
    assert count == len(getattr(before, TABLES[table][0]))
    after = read(tmp_path, import_table(str(tmp_path / "programme.toml"), table, sheet))
    assert {**dict(after), "resolved": False} == dict(before)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("table", ["flights", "crews", "modules"])
def test_the_tables_of_iss_come_back_the_same(tmp_path: Path, table: str, ending: str) -> None:
    before = read_programme("iss")
    sheet = tmp_path / f"table{ending}"
    assert export_table(before, table, sheet) > 50 or table == "modules"
    after = read(tmp_path, import_table("iss", table, sheet))
    assert dict(after) == dict(before)


def test_overrides_are_kept(tmp_path: Path) -> None:
    before = read(tmp_path, changed({}))
    export_table(before, "modules", tmp_path / "m.csv")
    text = import_table(str(tmp_path / "programme.toml"), "modules", tmp_path / "m.csv")
    checked = check_text(tmp_path, text, overrides=["low"])
    assert checked.programme is not None
    assert checked.programme.station["small"].orbit.altitude_km == 360


def test_a_changed_cell_is_taken_and_a_missing_row_is_gone(tmp_path: Path) -> None:
    before = read(tmp_path, changed(RICH))
    sheet = tmp_path / "f.csv"
    export_table(before, "traffic", sheet)
    rows = list(csv.reader(sheet.read_text().splitlines()))
    stay = rows[0].index("stay_days")
    kept = next(row for row in rows if row[0] == "cargo")
    kept[stay] = "77"
    sheet.write_text("\n".join(",".join(f'"{c}"' for c in row) for row in (rows[0], kept)))
    after = read(tmp_path, import_table(str(tmp_path / "programme.toml"), "traffic", sheet))
    assert list(after.traffic) == ["cargo"]
    assert after.traffic["cargo"].stay_days == 77


def test_a_formula_is_written_as_text(tmp_path: Path) -> None:
    before = read(tmp_path, changed(RICH))
    export_table(before, "flights", tmp_path / "f.csv")
    assert "'=HYPERLINK" in (tmp_path / "f.csv").read_text()


def test_every_faulty_cell_is_told_with_its_row(tmp_path: Path) -> None:
    read(tmp_path, changed({}))
    sheet = tmp_path / "c.csv"
    sheet.write_text(
        "key,station,ship_up,launched,seat,seats\n"
        "a,small,capsule,2028-06-01,,USA two\n"
        "a,small,capsule,2028-06-01,,USA 2\n"
        "B c,small,capsule,tomorrow,,USA 2\n"
        ",small,capsule,2028-06-01,,USA 2\n"
    )
    with pytest.raises(InputError) as caught:
        import_table(str(tmp_path / "programme.toml"), "crews", sheet)
    said = str(caught.value)
    for part in (
        "c.csv:1: seat: given a column that is not known",
        "did you mean 'seats'",
        "c.csv:2: crew.a.seats",
        "c.csv:3: key: given 'a' a second time",
        "c.csv:4: crew.B c.launched: given 'tomorrow'; expected a date",
        "c.csv:5: key: given an empty cell",
    ):
        assert part in said, said


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"", "an empty table"),
        ("a.csv", b"\x00\x01", "binary data"),
        ("a.csv", b"x,y\n1,2\n", "a column 'key'"),
        ("a.csv", b'key,"station\n', "a CSV table"),
        ("a.xlsx", b"not a workbook", "an XLSX workbook"),
        ("a.xlsx", b"PK\x03\x04broken", "an XLSX workbook"),
        ("a.ods", b"x", "expected .csv or .xlsx"),
    ],
)
def test_a_broken_spreadsheet_is_refused_in_words(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    read(tmp_path, changed({}))
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=expected):
        import_table(str(tmp_path / "programme.toml"), "crews", tmp_path / name)


def test_an_unknown_table_suggests_a_near_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'flights'"):
        export_table(read(tmp_path, changed({})), "flight", tmp_path / "f.csv")


def test_a_place_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    before = read(tmp_path, changed({}))
    with pytest.raises(StorageError, match="cannot be written"):
        export_table(before, "flights", tmp_path / "programme.toml" / "f.csv")
    with pytest.raises(InputError, match=r"expected \.csv or \.xlsx"):
        export_table(before, "flights", tmp_path / "f.ods")
    assert [path.name for path in tmp_path.iterdir()] == ["programme.toml"]
