"""The shipped table can be made again, and a broken one is told plainly."""

from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from stationkeeper.environment import trapped_tables
from stationkeeper.errors import StorageError


def test_a_small_build_equals_the_shipped_table_at_its_nodes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trapped_tables, "HEIGHTS_KM", np.array([450.0]))
    monkeypatch.setattr(trapped_tables, "LATITUDES_DEG", np.array([-60.0, -30.0, 0.0]))
    monkeypatch.setattr(trapped_tables, "L_HEIGHTS_KM", np.array([400.0]))
    trapped_tables.build_table(tmp_path / "small.npz")
    shipped = resources.files("stationkeeper.environment") / "data" / "trapped_aep8.npz"
    with (
        np.load(tmp_path / "small.npz") as small,
        shipped.open("rb") as file,
        np.load(file) as whole,
    ):
        layer = int(np.flatnonzero(np.isclose(whole["height"], 450e3))[0])
        rows = [int(np.argmin(np.abs(whole["latitude"] - angle))) for angle in small["latitude"]]
        assert set(small.files) == set(whole.files)
        for model in trapped_tables.MODELS:
            np.testing.assert_allclose(small[model][0], whole[model][layer, rows], rtol=1e-4)
        place = int(np.flatnonzero(whole["l_height"] == 400e3)[0])
        np.testing.assert_allclose(small["l_shell"][0], whole["l_shell"][place, rows], rtol=1e-5)


def test_a_broken_table_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "trapped_aep8.npz").write_bytes(b"PK\x03\x04 not a table")
    monkeypatch.setattr(trapped_tables, "files", lambda package: tmp_path)
    trapped_tables.trapped_table.cache_clear()
    try:
        with pytest.raises(StorageError, match="reinstall stationkeeper"):
            trapped_tables.trapped_table()
    finally:
        trapped_tables.trapped_table.cache_clear()
