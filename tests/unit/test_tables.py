"""The cache of the density table: whole files or none, damage repaired, no folder no harm."""

import numpy as np
import pytest

from stationkeeper.environment import tables


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("STATIONKEEPER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(tables, "_tables", {})
    return tmp_path / "cache"


@pytest.fixture
def builds(monkeypatch):
    """Stand in for the long build with the finished table, and count the builds."""
    table = tables.density_table()
    count = []

    def build(progress=None):
        count.append(1)
        if progress is not None:
            progress("density table")
        return table

    monkeypatch.setattr(tables, "build_density_table", build)
    return count


def test_table_is_built_once_and_read_back_bit_for_bit(builds, folder, monkeypatch):
    said = []
    first = tables.density_table(said.append)
    assert said == ["density table"]
    monkeypatch.setattr(tables, "_tables", {})
    second = tables.density_table(said.append)
    assert len(builds) == 1
    assert len(said) == 1
    np.testing.assert_array_equal(first.log_density, second.log_density)
    np.testing.assert_array_equal(first.flux_response, second.flux_response)
    assert [path.suffix for path in folder.iterdir()] == [".npz"]


@pytest.mark.parametrize("damage", ["cut", "empty", "noise", "other"])
def test_a_damaged_cache_is_built_again(builds, folder, monkeypatch, damage):
    tables.density_table()
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    if damage == "other":
        np.savez(path, altitude=np.arange(3.0))
    else:
        middle = len(whole) // 2
        noise = whole[:middle] + bytes(200) + whole[middle + 200 :]
        path.write_bytes({"cut": whole[:middle], "empty": b"", "noise": noise}[damage])
    monkeypatch.setattr(tables, "_tables", {})
    table = tables.density_table()
    assert len(builds) == 2
    assert np.isfinite(table.log_density).all()
    assert path.read_bytes() == whole


def test_a_folder_that_cannot_be_written_leaves_the_table_in_memory(
    builds, folder, monkeypatch, tmp_path
):
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    monkeypatch.setenv("STATIONKEEPER_CACHE", str(blocker / "inside"))
    assert tables.density_table() is tables.density_table()
    assert len(builds) == 1
    assert blocker.read_text() == "not a folder"


def test_a_failed_write_leaves_no_file_behind(folder, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", fail)
    assert tables.save_arrays(folder / "table.npz", {"a": np.arange(3)}) is False
    assert list(folder.iterdir()) == []


def test_the_cache_knows_the_version_of_the_model(folder, monkeypatch):
    before = tables._density_path()
    monkeypatch.setattr(tables, "DENSITY_VERSION", tables.DENSITY_VERSION + 1)
    assert tables._density_path() != before


def test_the_table_itself_is_what_msis_says(monkeypatch):
    """One column of the table built anew: the shipped way of building gives the cached numbers."""
    table = tables.density_table()
    density = tables._profiles(table.season[3], 130.0, 130.0, 24.0, 4).mean(axis=2)
    np.testing.assert_allclose(
        table.log_density[:, :, 3, :, 2, 2], np.log(density), rtol=0, atol=1e-5
    )
