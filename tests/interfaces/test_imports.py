"""The walls of the house stand, and each of them would be seen to fall."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).parent / "lint-imports"

BREACHES = {
    "The house: nobody imports from the floor above": (
        "stationkeeper/orbit/breach.py",
        "import stationkeeper.lifetime",
    ),
    "Physics knows no programme, no files, no logs, no clocks and no plots": (
        "stationkeeper/orbit/breach.py",
        "import pathlib",
    ),
    "Physics counts days as numbers": ("stationkeeper/environment/breach.py", "import datetime"),
    "Physics gets the big tables as arguments": (
        "stationkeeper/orbit/breach.py",
        "from stationkeeper.environment import tables",
    ),
    "Only the report draws": ("stationkeeper/lifetime/breach.py", "import matplotlib.pyplot"),
    "Models of others are asked by the environment": (
        "stationkeeper/crew/breach.py",
        "import aep8",
    ),
    "Only the schedule solves constraint models": (
        "stationkeeper/crew/breach.py",
        "import ortools",
    ),
    "Only campaigns know clusters": ("stationkeeper/lifetime/breach.py", "import distributed"),
    "Only lifetimes ask the program for sensitivity": (
        "stationkeeper/validation/breach.py",
        "import SALib",
    ),
    "Only the command line reads arguments": ("stationkeeper/report/breach.py", "import typer"),
}


def lint(source: Path) -> subprocess.CompletedProcess[str]:
    """Check a copy of the package against the contracts of the project."""
    return subprocess.run(
        [LINTER, "--config", ROOT / "pyproject.toml", "--no-cache", "--no-logo"],
        cwd=source,
        env={"PYTHONPATH": str(source), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a copy of the package that may be broken."""
    shutil.copytree(
        ROOT / "src" / "stationkeeper",
        tmp_path / "stationkeeper",
        ignore=shutil.ignore_patterns("__pycache__", "*.npz", "*.toml"),
    )
    return tmp_path


def test_the_walls_stand(source: Path) -> None:
    done = lint(source)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("wall", BREACHES)
def test_a_breach_is_seen(wall: str, source: Path) -> None:
    place, line = BREACHES[wall]
    (source / place).write_text(line + "\n")
    done = lint(source)
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if "BROKEN" in line and wall in line]


HEAVY = (
    "dask",
    "distributed",
    "SALib",
    "ortools",
    "matplotlib",
    "aep8",
    "astropy",
    "pymsis",
    "pyarrow",
    "pandas",
    "xarray",
    "h5py",
    "scipy",
)


@pytest.mark.parametrize("module", ["stationkeeper", "stationkeeper.cli"])
def test_heavy_libraries_wait_until_they_are_needed(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
