"""Flux tables of ORDEM and MASTER: read back, and what is no such file is told in one line."""

import math
import tomllib
from pathlib import Path

import pytest

from stationkeeper.errors import InputError
from stationkeeper.programme.imports import import_fluxes
from stationkeeper.programme.particle_files import FluxTable, read_fluxes
from tests.foreign_files import master, ordem, power_law
from tests.programmes import SMALL, check_text


def read(folder: Path, text: str, name: str = "SIZEFLUX_SC.OUT") -> FluxTable:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_fluxes(path)


def refusal(folder: Path, text: str, name: str = "SIZEFLUX_SC.OUT") -> str:
    with pytest.raises(InputError) as error:
        read(folder, text, name)
    said = str(error.value)
    assert "\n" not in said
    assert name in said
    assert "expected" in said
    return said


def test_ordem_comes_back_on_a_tumbling_plate(tmp_path: Path) -> None:
    table = read(tmp_path, ordem())
    assert table.name == "ordem-3.2.0-2024"
    assert table.inclination_deg == 51.6
    assert "Orbit 400 x 400 km at 51.6 deg" in table.flux["note"]
    assert table.flux["model"] == "ORDEM 3.2.0"
    assert table.flux["year"] == 2024
    assert len(table.flux["diameter_mm"]) == 501
    assert table.flux["diameter_mm"][0] == 0.01
    assert table.flux["diameter_mm"][-1] == 1000
    for k in (0, 137, 300, 500):
        size = 10 ** (-5 + k / 100)
        assert table.flux["diameter_mm"][k] == pytest.approx(1e3 * size, rel=5e-3)
        assert table.flux["per_m2_year"][k] == pytest.approx(power_law(size) / 4, rel=5e-3)


@pytest.mark.parametrize("version", ["3.0", "3.1.0", "3.2"])
def test_each_ordem_3_is_read(tmp_path: Path, version: str) -> None:
    assert read(tmp_path, ordem(version=version)).flux["model"] == f"ORDEM {version}"


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "SIZEFLUX_SC.OUT"
    path.write_bytes(ordem().replace("\n", ending).encode())
    assert len(read_fluxes(path).flux["diameter_mm"]) == 501


def test_master_by_cells_is_added_up(tmp_path: Path) -> None:
    table = read(tmp_path, master(), "sta_d.dia")
    assert table.name == "master-8.0.3-2024"
    assert table.flux["diameter_mm"][0] == pytest.approx(0.01, rel=1e-4)
    assert table.flux["diameter_mm"][20] == pytest.approx(1.0, rel=1e-4)
    beyond = power_law(1.0)
    assert table.flux["per_m2_year"][20] == pytest.approx(power_law(1e-3) - beyond, rel=1e-4)


def test_master_cumulative_is_taken_as_it_is(tmp_path: Path) -> None:
    table = read(tmp_path, master(cumulative=True), "sta_c.dia")
    assert table.flux["per_m2_year"][20] == pytest.approx(power_law(1e-3), rel=1e-4)
    renamed = read(tmp_path, master(cumulative=True), "copy.txt")
    assert renamed.flux["per_m2_year"] == table.flux["per_m2_year"]


def test_master_on_a_sphere_is_divided_by_four(tmp_path: Path) -> None:
    plate = read(tmp_path, master(), "a_d.dia")
    sphere = read(tmp_path, master(target="Sphere"), "a_d.dia")
    assert sphere.flux["per_m2_year"][7] == pytest.approx(plate.flux["per_m2_year"][7] / 4, 1e-5)


def test_fortran_exponents_are_read(tmp_path: Path) -> None:
    plain = read(tmp_path, master(), "a_d.dia")
    fortran = read(tmp_path, master().replace("E-", "D-").replace("E+", "D+"), "a_d.dia")
    assert fortran.flux["per_m2_year"] == plain.flux["per_m2_year"]


def test_master_of_meteoroids_says_so(tmp_path: Path) -> None:
    table = read(tmp_path, master(kind="meteoroids"), "a_d.dia")
    assert table.name == "master-8.0.3-2024-meteoroids"
    assert table.flux["kind"] == "meteoroids"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("ORDEM 3.2.0", "ORDEM 4.0"), "1: given ORDEM 4.0; expected ORDEM 3"),
        (("ORDEM 3.2.0", "ORDEM2000"), "1: given ORDEM 2000; expected ORDEM 3"),
        (("ORDEM 3.2.0 -  ORDEM Spacecraft", "SOMETHING"), "expected an output of ORDEM 3"),
        (("Spacecraft Mode", "Telescope Mode"), "expected the spacecraft mode"),
        (("#/m^2/yr", "#/km^2/yr"), "2: Flux: given the unit '#/km^2/yr'; expected #/m^2/yr"),
        (("Size (m)", "Size (mm)"), "11: Size: given the unit 'mm'; expected m"),
        (("Size (m)", "Vel (km/s)"), "SIZEFLUX_SC.OUT"),
        (("Year: 2024", "Yaer: 2024"), "expected a line 'Year: ..."),
        (("Year: 2024", "Year: 20240"), "a year from 1957 to 2200"),
        (("\n  1.00E-02", "\n  NaN     "), "given 'NaN'; expected a number"),
        (("\n  1.00E-02", "\n  1.00E-09"), "rising diameters"),
        (("1.00E-02   4.00E-05", "1.00E-02   9.00E-01"), "a flux that does not rise"),
        (("1.00E-02   4.00E-05", "1.00E-02  -4.00E-05"), "a flux of at least 0"),
        (("1.00E-02   4.00E-05", "1.00E-02   4.00E+999"), "expected a number"),
        (("   4.00E-05", "   \x1b[31m   "), "given '\\x1b[31m'; expected a number"),
    ],
)
def test_what_is_wrong_with_ordem_is_told_in_a_line(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    text = ordem().replace(*change, 1)
    assert text != ordem()
    assert said in refusal(tmp_path, text)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.999])
def test_a_file_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    text = ordem()
    refusal(tmp_path, text[: int(share * len(text))])
    spectrum = master()
    refusal(tmp_path, spectrum[: int(share * len(spectrum)) - 40 * (share > 0.9)], "a_d.dia")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("MASTER-8.0.3", "MASTER-2009"), "given MASTER 2009; expected MASTER-8"),
        (("# MASTER-8.0.3\n", ""), "put the line '# MASTER-8'"),
        (("# year: 2024\n", ""), "year: given no such line"),
        (("# target: tumbling plate\n", ""), "put a line '# target: ...'"),
        (("tumbling plate", "oriented surface"), "a randomly tumbling plate or a sphere"),
        (("tumbling plate", "cube"), "a randomly tumbling plate or a sphere"),
        (("kind: debris", "kind: dust"), "debris, meteoroids or both"),
        (("1/m^2/yr", "1/cm^2/yr"), "given the unit '1/cm^2/yr'; expected 1/m^2/yr"),
        (("Total flux in", "Flux in"), "expected a line 'Total flux in this spectrum is"),
        (("spectrum is 1", "spectrum is 9"), "the sum of the rows"),
    ],
)
def test_what_is_wrong_with_master_is_told_in_a_line(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    text = master().replace(*change, 1)
    assert text != master()
    assert said in refusal(tmp_path, text, "a_d.dia")


def test_millimetres_in_the_place_of_metres_are_refused(tmp_path: Path) -> None:
    lines = master().splitlines(keepends=True)
    lines[-3] = lines[-3].replace(lines[-3].split()[0], "8.91251E+02")
    assert "metres, from 1e-8 to 100" in refusal(tmp_path, "".join(lines), "a_d.dia")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "an empty file"),
        (b" \n \n", "an empty file"),
        (b"\0\0", "null byte"),
        (b"\xff\xfe1", "UTF-16"),
        (b" ORDEM 3.2.0 \xe9", "not UTF-8"),
        (b"x" * 11_000_000, "at most 10 MB"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "SIZEFLUX_SC.OUT"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_fluxes(path)


def test_fluxes_go_into_the_programme_and_back(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    path = tmp_path / "SIZEFLUX_SC.OUT"
    path.write_text(ordem(), encoding="utf-8")
    text = import_fluxes(str(tmp_path / "small.toml"), path)
    checked = check_text(tmp_path, text)
    assert checked.programme is not None, checked.as_text()
    table = checked.programme.station["small"].particles["ordem-3.2.0-2024"]
    assert table.model == "ORDEM 3.2.0"
    assert table.per_m2_year[300] == pytest.approx(1e-5)
    before = tomllib.loads(SMALL)
    after = tomllib.loads(text)
    del after["station"]["small"]["particles"], after["resolved"]
    assert after == before


def test_a_table_for_another_orbit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    path = tmp_path / "SIZEFLUX_SC.OUT"
    path.write_text(ordem(inc=89.0), encoding="utf-8")
    with pytest.raises(InputError, match=r"an orbit at 89 deg; expected 51\.6 deg"):
        import_fluxes(str(tmp_path / "small.toml"), path)


def test_a_station_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    path = tmp_path / "SIZEFLUX_SC.OUT"
    path.write_text(ordem(), encoding="utf-8")
    with pytest.raises(InputError, match="--station: given 'smal', expected one of: small; did"):
        import_fluxes(str(tmp_path / "small.toml"), path, "smal")


def test_the_invented_flux_is_a_power_law() -> None:
    assert math.isclose(power_law(1e-3) / power_law(1e-2), 10**2.5)
