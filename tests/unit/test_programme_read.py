"""Reading: includes, overrides, settings, and the line of every fault."""

from datetime import date
from pathlib import Path

import pytest

from stationkeeper.errors import InputError
from stationkeeper.programme.lines import key_lines
from stationkeeper.programme.problems import ProgrammeError
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reading import override_names, read_source, shipped_names
from stationkeeper.programme.reference import reference_table
from stationkeeper.programme.template import new_document, template_names
from stationkeeper.programme.write import as_toml
from tests.programmes import SMALL, check_changed, check_text, errors, small


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


def test_the_small_template_has_no_problem(path: Path) -> None:
    programme = read_programme(str(path))
    assert programme.station["small"].orbit.altitude_km == 400
    assert programme.applied == ()


def test_an_override_changes_only_what_it_names(path: Path) -> None:
    programme = read_programme(str(path), overrides=["low"])
    assert programme.station["small"].orbit.altitude_km == 360
    assert programme.station["small"].orbit.inclination_deg == 51.6
    assert programme.applied == ("--override low",)
    assert override_names(str(path)) == ["low"]


def test_an_unknown_override_suggests_a_near_one(path: Path) -> None:
    with pytest.raises(InputError, match=r"given 'lwo'; expected one of: low; did you mean 'low'"):
        read_programme(str(path), overrides=["lwo"])


def test_an_override_removes_keys(tmp_path: Path) -> None:
    text = SMALL + '\n[overrides.bare]\nremove = ["traffic.cargo", "event.lab-docks"]\n'
    checked = check_text(tmp_path, text, overrides=["bare"])
    assert errors(checked) == []
    assert checked.programme is not None
    assert list(checked.programme.traffic) == ["visits"]
    assert list(checked.programme.event) == ["core-launched"]


def test_removing_what_is_not_there_is_an_error_with_its_line(tmp_path: Path) -> None:
    text = SMALL + '\n[overrides.bare]\nremove = ["traffic.crago"]\n'
    (line,) = errors(check_text(tmp_path, text, overrides=["bare"]))
    assert f":{text.count(chr(10))}: overrides.bare.remove" in line
    assert "did you mean 'traffic.cargo'" in line


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("station.small.orbit.altitude_km=390", 390),
        ("station.small.orbit.altitude_km = 390.5", 390.5),
        ('station."small".orbit.altitude_km=391', 391),
    ],
)
def test_a_setting_is_read_as_toml(path: Path, setting: str, expected: float) -> None:
    programme = read_programme(str(path), settings=[setting])
    assert programme.station["small"].orbit.altitude_km == expected


def test_a_setting_that_is_no_toml_is_text(path: Path) -> None:
    programme = read_programme(
        str(path), settings=["title=Another station", "sun.future=predicted"]
    )
    assert programme.title == "Another station"
    assert programme.sun.future == "predicted"
    assert programme.applied == ("--set title=Another station", "--set sun.future=predicted")


@pytest.mark.parametrize(
    "setting",
    ["", "=", "a", "a..b=1", "schema=1", "include=[]", "station.smal.orbit.altitude_km=1", "x=1",
     "span.first.deep=1", "orbit." * 50 + "x=1", "\x00=1", "overrides.low.x=1"],
)  # fmt: skip
def test_a_setting_that_leads_nowhere_is_refused(path: Path, setting: str) -> None:
    with pytest.raises(ProgrammeError):
        read_programme(str(path), settings=[setting])


def test_a_setting_can_name_a_key_with_dots(tmp_path: Path) -> None:
    document = small()
    document["traffic"]["cargo.2"] = document["traffic"].pop("cargo")
    checked = check_text(tmp_path, as_toml(document), settings=["traffic.cargo.2.stay_days=30"])
    assert checked.programme is not None
    assert checked.programme.traffic["cargo.2"].stay_days == 30


def test_included_files_lie_below_the_file_itself(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(SMALL)
    text = 'include = ["base.toml"]\nname = "mine"\n[station.small.orbit]\naltitude_km = 380\n'
    checked = check_text(tmp_path, text)
    assert errors(checked) == []
    assert checked.programme is not None
    assert checked.programme.name == "mine"
    assert checked.programme.station["small"].orbit.altitude_km == 380
    assert checked.programme.station["small"].orbit.inclination_deg == 51.6


def test_a_fault_in_an_included_file_is_told_with_that_file(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(SMALL.replace("mass_kg = 14_000", "mass_kg = -1"))
    (line,) = errors(check_text(tmp_path, 'include = ["base.toml"]\n'))
    where = SMALL[: SMALL.index("mass_kg = 14_000")].count("\n") + 1
    assert f"base.toml:{where}: module.core.mass_kg: given -1" in line


def test_a_fault_in_an_override_is_told_with_the_line_of_the_override(tmp_path: Path) -> None:
    text = SMALL.replace("orbit.altitude_km = 360", "orbit.altitude_km = -5")
    (line,) = errors(check_text(tmp_path, text, overrides=["low"]))
    where = text[: text.index("orbit.altitude_km = -5")].count("\n") + 1
    assert f":{where}: station.small.orbit.altitude_km: given -5" in line


def test_a_csv_table_can_be_included(tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text(
        "key,station,ship_up,launched,landed,seats\n"
        'late,small,capsule,2028-06-01,2028-06-20,"USA 2, JPN 1"\n'
    )
    (tmp_path / "base.toml").write_text(SMALL)
    checked = check_text(tmp_path, 'include = ["base.toml", "more.csv"]\n')
    assert errors(checked) == []
    assert checked.programme is not None
    assert checked.programme.crew["late"].seats == {"USA": 2, "JPN": 1}


def test_a_faulty_cell_is_told_with_its_row(tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text(
        "key,station,ship_up,launched,landed,seats\n"
        "fine,small,capsule,2028-06-01,2028-06-20,USA 2\n"
        "bad,small,capsule,2028-06-31,2028-06-20,USA 2\n"
    )
    (tmp_path / "base.toml").write_text(SMALL)
    (line,) = errors(check_text(tmp_path, 'include = ["base.toml", "more.csv"]\n'))
    assert "more.csv:3: crew.bad.launched: given '2028-06-31'; expected a date" in line


def test_files_that_include_one_another_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('include = ["programme.toml"]\n')
    lines = errors(check_text(tmp_path, 'include = ["a.toml"]\n' + SMALL))
    assert any("circle" in line for line in lines)


def test_an_unknown_include_suggests_a_near_one(tmp_path: Path) -> None:
    lines = errors(check_text(tmp_path, 'include = ["launcherz"]\n' + SMALL))
    assert len(lines) == 1
    assert ":1: include: given 'launcherz'" in lines[0]
    assert "did you mean 'launchers'" in lines[0]


def test_a_misspelt_programme_suggests_a_near_one() -> None:
    with pytest.raises(InputError, match="did you mean 'iss-to-ros'"):
        read_programme("iss-to-rso")


def test_all_faults_are_gathered_at_once(tmp_path: Path) -> None:
    checked = check_changed(
        tmp_path,
        {
            "station.small.orbit.altitude_km": 0,
            "module.core.mas_kg": 1,
            "module.lab.mass_kg": float("nan"),
            "ship.capsule.launcher": "lfter",
            "event.lab-docks.port": "core/forwad",
            "traffic.visits.seats": {"USA": 9},
            "titel": "x",
        },
    )
    lines = errors(checked)
    for part in (
        "station.small.orbit.altitude_km: given 0; expected a number of at least 120",
        "module.core.mas_kg: given a key that is not known",
        "did you mean 'mass_kg'",
        "module.lab.mass_kg: given nan; expected a finite number",
        "titel: given a key that is not known",
        "did you mean 'title'",
    ):
        assert any(part in line for line in lines), part


def test_faults_of_schema_and_of_sense_come_together(tmp_path: Path) -> None:
    checked = check_changed(
        tmp_path,
        {"module.core.mas_kg": 1, "ship.capsule.launcher": "lfter", "traffic.visits.seats.USA": 9},
    )
    lines = errors(checked)
    assert any("module.core.mas_kg" in line for line in lines)
    assert any("did you mean 'lifter'" in line for line in lines)


def test_a_missing_key_says_what_it_is_and_which_key_may_be_meant(tmp_path: Path) -> None:
    document = small()
    document["module"]["core"]["masskg"] = document["module"]["core"].pop("mass_kg")
    lines = errors(check_text(tmp_path, as_toml(document)))
    missing = next(line for line in lines if "module.core.mass_kg" in line)
    assert "given nothing" in missing
    assert "Mass in orbit" in missing
    assert "is 'masskg' meant for it?" in missing


def test_numbers_are_not_read_from_text_nor_dates_from_numbers(tmp_path: Path) -> None:
    lines = errors(
        check_changed(
            tmp_path,
            {
                "module.core.mass_kg": "14000",
                "module.lab.launched": 20270901,
                "module.lab.mass_kg": True,
            },
        )
    )
    assert any("module.core.mass_kg: given '14000'; expected a number" in line for line in lines)
    assert any("module.lab.launched: given 20270901; expected a date" in line for line in lines)
    assert any("module.lab.mass_kg: given True; expected a number" in line for line in lines)


def test_lines_of_keys_in_strings_arrays_and_inline_tables() -> None:
    text = (
        'a = """\n[not.a.table]\nb = 1\n"""\n'  # 1-4
        "c = [\n  1, # ]\n  2,\n]\n"  # 5-8
        "[d]\n"  # 9
        'e = { f = "x = ]" }\n'  # 10
        '"quoted key".g = 1\n'  # 11
        "'''h''' = 2\n"  # 12, not TOML, skipped
    )
    lines = key_lines(text)
    assert lines[("c",)] == 5
    assert lines[("d",)] == 9
    assert lines[("d", "e")] == 10
    assert lines[("d", "quoted key", "g")] == 11
    assert ("not",) not in lines
    assert ("b",) not in lines


def test_what_is_written_reads_back_the_same(path: Path, tmp_path: Path) -> None:
    programme = read_programme(str(path), overrides=["low"])
    again = tmp_path / "again.toml"
    again.write_text(as_toml(programme.as_document(), "heading\nof two lines"))
    assert read_programme(str(again)) == programme


@pytest.mark.parametrize("name", ["iss", "iss-to-ros"])
def test_a_shipped_programme_written_out_whole_reads_back_the_same(
    name: str, tmp_path: Path
) -> None:
    programme = read_programme(name)
    again = tmp_path / "again.toml"
    again.write_text(as_toml(programme.as_document()))
    assert read_programme(str(again)) == programme


def test_strange_text_survives_writing(tmp_path: Path) -> None:
    title = 'Ünïcode "quoted" \\ back # hash = 1'
    checked = check_changed(tmp_path, {"title": title})
    assert checked.programme is not None
    assert checked.programme.title == title


@pytest.mark.parametrize("template", ["small", "iss"])
def test_a_new_document_can_be_flown_as_it_is(template: str, tmp_path: Path) -> None:
    checked = check_text(tmp_path, new_document(template, "mine"))
    assert errors(checked) == []
    assert checked.programme is not None
    assert checked.programme.name == "mine"


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "a\x00", "-a", "x" * 65])
def test_a_new_document_needs_a_plain_name(name: str) -> None:
    with pytest.raises(InputError, match="name: given"):
        new_document("small", name)


def test_templates_are_suggested() -> None:
    assert template_names()[0] == "small"
    with pytest.raises(InputError, match="did you mean 'small'"):
        new_document("smal", "x")


def test_reference_tables_are_suggested() -> None:
    assert {"date", "altitude_km"} <= set(reference_table("iss-altitude")[0])
    with pytest.raises(InputError, match="did you mean 'iss-altitude'"):
        reference_table("iss-altitud")


def test_shipped_names_hold_the_two_main_programmes() -> None:
    assert {"iss", "iss-to-ros"} <= set(shipped_names())


def test_reading_does_not_change_what_it_reads(path: Path) -> None:
    first = read_source(str(path), overrides=["low"]).document
    second = read_source(str(path)).document
    assert first["station"]["small"]["orbit"]["altitude_km"] == 360
    assert second["station"]["small"]["orbit"]["altitude_km"] == 400
    assert second["span"]["first"] == date(2027, 1, 1)
