"""The package opens four doors, and loads nothing heavy until one is used."""

import subprocess
import sys

import pytest

import stationkeeper
from stationkeeper.errors import InputError


def test_the_list_is_sorted_and_every_name_opens():
    assert stationkeeper.__all__ == sorted(stationkeeper.__all__)
    for name in stationkeeper.__all__:
        assert callable(getattr(stationkeeper, name)), name
        assert name in dir(stationkeeper)


def test_a_name_that_is_not_there_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'fly'"):
        _ = stationkeeper.fly


def test_importing_loads_nothing_heavy():
    heavy = ("numba", "numpy", "scipy", "xarray", "pyarrow", "matplotlib", "pydantic", "typer")
    code = f"import sys, stationkeeper; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_door_opens_a_finished_run_or_says_what_is_missing(tmp_path):
    with pytest.raises(InputError, match="expected a finished run"):
        stationkeeper.open(tmp_path)
