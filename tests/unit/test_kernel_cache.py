"""Machine code on disk is not used once a file that it rests on has changed."""

import subprocess
import sys
from pathlib import Path

import stationkeeper
from stationkeeper import kernels

CALLER = """
from stationkeeper.kernels import kernel
from stationkeeper.callee import inner

@kernel
def outer(value):
    return inner(value)
"""
CALLEE = """
from stationkeeper.kernels import inner_kernel

@inner_kernel
def inner(value):
    return value + {more}
"""


def test_a_caller_is_compiled_anew_when_what_it_calls_has_changed(tmp_path: Path) -> None:
    package = tmp_path / "stationkeeper"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "kernels.py").write_bytes(Path(kernels.__file__).read_bytes())
    (package / "caller.py").write_text(CALLER)

    def asked(more: float) -> float:
        (package / "callee.py").write_text(CALLEE.format(more=more))
        code = "from stationkeeper.caller import outer; print(outer(1.0))"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return float(done.stdout)

    assert asked(1.0) == 2.0
    assert asked(5.0) == 6.0


def test_a_stamp_covers_what_is_imported_from_packages_too() -> None:
    root = Path(stationkeeper.__file__).parent
    rests = kernels._rests_on(root / "operations" / "stepping.py")
    assert root / "operations" / "parts" / "power.py" in rests
    assert root / "operations" / "faults.py" in rests
