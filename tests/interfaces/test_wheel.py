"""The package as people get it: built, installed away from the checkout, and used there."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "stationkeeper"
PARTS = ("src", "pyproject.toml", "README.md", "LICENSE")


def call(words: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed, without what points Python at the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(words, cwd=folder, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that nothing built before is in it."""
    source = tmp_path_factory.mktemp("source")
    for part in PARTS:
        if (ROOT / part).is_dir():
            kept_out = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(ROOT / part, source / part, ignore=kept_out)
        else:
            shutil.copy(ROOT / part, source / part)
    out = tmp_path_factory.mktemp("wheel")
    call(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source],
        source,
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel where our dependencies are seen and our checkout is not."""
    environment = tmp_path_factory.mktemp("clean")
    call([sys.executable, "-m", "venv", "--without-pip", environment], environment)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    call([*pip, "install", "--quiet", "--no-index", "--no-deps", wheel], environment)
    where = call([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], ROOT)
    # A plain path line: .pth files behind it, such as that of the checkout, are not followed.
    dependencies = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(where.stdout.strip()) / "dependencies.pth").write_text("\n".join(sorted(dependencies)))
    return environment


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        inside = set(file.namelist())
    expected = {
        path.relative_to(ROOT / "src").as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected - inside == set()
    assert any(name.endswith("licenses/LICENSE") for name in inside)


def test_the_installed_package_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    python = installed / "bin" / "python"
    done = call([python, "-c", "import stationkeeper; print(stationkeeper.__file__)"], tmp_path)
    assert Path(done.stdout.strip()).is_relative_to(installed)


@pytest.mark.parametrize("arguments", [("list",), ("check", "iss-to-ros")], ids=" ".join)
def test_the_installed_command_works_in_another_folder(
    arguments: tuple[str, ...], installed: Path, tmp_path: Path
) -> None:
    done = call([installed / "bin" / "stationkeeper", *arguments], tmp_path)
    assert "iss-to-ros" in done.stdout
    assert not list(tmp_path.iterdir())
