"""Bad input about what wears out and who needs whom: exit 2, one clear message, nothing written."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.errors import DomainError
from stationkeeper.hull.crack_growth import grow_cracks
from stationkeeper.hull.loads import design_spectrum
from stationkeeper.hull.materials import AMG6_SURROGATE
from stationkeeper.programme.wear import Facet
from tests.foreign_files import message, ordem
from tests.programmes import SMALL, changed

FACET = {"area_m2": 30.0, "wall_mm": 3.0, "material": "al-2219"}
PUMPS = {"title": "Pumps", "module": "core", "units": 2, "needed": 1}
APPROACH = {"station": "small", "date": "2027-06-01", "miss_km": 1.0}


def function(kind: str, *needs: str) -> dict[str, Any]:
    way = {"commanded_by": "operator", "needs": list(needs)}
    return {
        "station": "small", "title": kind, "kind": kind, "needed_by": "crew",
        "provider": {"way": way},
    }  # fmt: skip


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "functions in a circle": (
        {"function.power": function("power", "heat"), "function.heat": function("heat", "power")},
        "function.power.provider.way.needs",
        "power needs heat needs power",
    ),
    "a function that needs itself": (
        {"function.power": function("power", "power")},
        "function.power.provider.way.needs",
        "power needs power",
    ),
    "a chance above 1": (
        {"station.small.upkeep": {"collision_chance": 1.5}},
        "station.small.upkeep.collision_chance",
        "given 1.5; expected a number of at most 1",
    ),
    "a chance below 0": (
        {"station.small.upkeep": {"collision_chance": -0.1}},
        "station.small.upkeep.collision_chance",
        "given -0.1; expected a number of at least 0",
    ),
    "a share of time above 1": (
        {"module.core.hull": {"facet": {"side": FACET}, "hatch_open": 1.01}},
        "module.core.hull.hatch_open",
        "given 1.01; expected a number of at most 1",
    ),
    "a chance of an approach that is none": (
        {"conjunction.one": {**APPROACH, "chance": 2.0}},
        "conjunction.one.chance",
        "given 2.0; expected a number of at most 1",
    ),
    "shares spared of more than 1": (
        {
            "function.power": function("power"),
            "function.heat": function("heat"),
            "store.water": {
                "station": "small", "title": "Water", "kind": "water", "aboard": 1, "capacity": 2,
                "spared_by": {"power": 0.6, "heat": 0.6},
            },
        },
        "store.water.spared_by",
        "given 1.2 together; expected shares of at most 1 together",
    ),
    "a negative hazard": (
        {"equipment.pumps": {**PUMPS, "random_per_year": -0.1}},
        "equipment.pumps.random_per_year",
        "given -0.1; expected a number of at least 0",
    ),
    "a negative age of wear-out": (
        {"equipment.pumps": {**PUMPS, "wear_shape": 2.0, "wear_scale_years": -5.0}},
        "equipment.pumps.wear_scale_years",
        "given -5.0; expected a number greater than 0",
    ),
    "a hazard that shrinks untended": (
        {"station.small.upkeep": {"untended_factor": 0.5}},
        "station.small.upkeep.untended_factor",
        "given 0.5; expected a number of at least 1",
    ),
    "more units needed than there are": (
        {"equipment.pumps": {**PUMPS, "needed": 3}},
        "equipment.pumps.needed",
        "given 3; expected at most 2",
    ),
    "a facet without area": (
        {"module.core.hull": {"facet": {"side": {**FACET, "area_m2": 0.0}}}},
        "module.core.hull.facet.side.area_m2",
        "given 0.0; expected a number greater than 0",
    ),
    "a shield on the wall itself": (
        {"module.core.hull": {"facet": {"side": {**FACET, "bumper_mm": 1.0}}}},
        "module.core.hull.facet.side.standoff_mm",
        "given 0 with a shield of 1 mm; expected the distance",
    ),
    "a wall of no known alloy": (
        {"module.core.hull": {"facet": {"side": {**FACET, "material": "steel"}}}},
        "module.core.hull.facet.side.material",
        "given 'steel'; expected one of: 'al-2219'",
    ),
    "a store that holds more than it can": (
        {
            "store.water": {
                "station": "small", "title": "Water", "kind": "water", "aboard": 3, "capacity": 2,
            }
        },
        "store.water.aboard",
        "given 3 kg; expected at most 2 kg",
    ),
    "a negative leak": (
        {"leak.one": {"station": "small", "date": "2027-06-01", "kind": "rate", "kg_per_day": -1}},
        "leak.one.kg_per_day",
        "given -1; expected a number of at least 0",
    ),
}  # fmt: skip


def refused(folder: Path, *arguments: str) -> list[str]:
    """Run the command, which must refuse with exit code 2, and return the lines that it says."""
    before = sorted(folder.iterdir())
    done = subprocess.run(
        [sys.executable, "-m", "stationkeeper.cli", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    said = (done.stdout + done.stderr).strip()
    assert done.returncode == 2, said
    assert "Traceback" not in said
    assert sorted(folder.iterdir()) == before
    return said.splitlines()


@pytest.mark.parametrize("name", BAD)
def test_a_bad_programme_is_refused_with_one_message(tmp_path: Path, name: str) -> None:
    changes, key, words = BAD[name]
    (tmp_path / "bad.toml").write_text(_dated(changed(changes)), encoding="utf-8")
    lines = refused(tmp_path, "run", "bad.toml", "--replicas", "1")
    (line,) = [line for line in lines if "expected" in line]
    assert f"{key}: " in line
    assert words in line
    assert len(lines) <= 2, lines


def _dated(text: str) -> str:
    return text.replace('"2027-06-01"', "2027-06-01")


def test_a_chance_of_the_command_line_is_refused_as_well(tmp_path: Path) -> None:
    setting = "station.iss.upkeep.collision_chance=2"
    (line,) = refused(tmp_path, "run", "iss", "--set", setting)
    assert "--set: station.iss.upkeep.collision_chance: given 2; expected a number of" in line


def test_a_flux_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "flux.out").write_text(ordem(version="4.0"), encoding="utf-8")
    (line,) = refused(tmp_path, "import", "small.toml", "fluxes", "flux.out", "--out", "new.toml")
    assert "flux.out:1: given ORDEM 4.0; expected ORDEM 3" in line


def test_a_message_without_covariance_is_refused(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    without = "\n".join(
        line for line in message().splitlines() if line[:3] not in ("CR_", "CT_", "CN_")
    )
    (tmp_path / "one.cdm").write_text(without, encoding="utf-8")
    (line,) = refused(
        tmp_path, "import", "small.toml", "approaches", "one.cdm", "--out", "new.toml"
    )
    assert "one.cdm:" in line
    assert "given no covariance; expected CR_R" in line


def test_a_table_of_faces_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    table = "key,module,area_m2,wall_mm,material\nside,core,-30,3,al-2219\n"
    (tmp_path / "faces.csv").write_text(table, encoding="utf-8")
    (line,) = refused(tmp_path, "import", "small.toml", "facets", "faces.csv", "--out", "new.toml")
    assert "faces.csv:2: " in line
    assert "area_m2" in line


@pytest.mark.parametrize("half_width", [0.01, 0.001])
def test_a_crack_longer_than_its_panel_is_refused(half_width: float) -> None:
    """No key of a programme gives a crack or a panel: only a caller of the function can."""
    said = f"a crack longer than its panel: half length 0.01 m, half width {half_width:g} m"
    with pytest.raises(DomainError, match=said):
        grow_cracks(np.array([0.01]), 0.02, half_width, design_spectrum(), AMG6_SURROGATE)


@pytest.mark.parametrize("wall", ["least", "most"])
def test_no_wall_of_a_programme_makes_such_a_crack(wall: str) -> None:
    """Flaws are shallower than the wall, and panels wider than the thickest wall's flaw."""
    from stationkeeper.hull.explanations import explanations, parameter_deviates, site_times

    bounds = Facet.model_json_schema()["properties"]["wall_mm"]
    millimetres = 1e-3 if wall == "least" else bounds["maximum"]
    times = site_times(
        explanations()[0], parameter_deviates(), np.linspace(-3.0, 5.0, 5), wall=millimetres / 1e3
    )
    assert times.shape[1] == 5
    assert (times >= 0).all()
