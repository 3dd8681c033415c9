"""The script of continuous integration: it calls make test, and tells truly how that ended."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def ci(folder: Path, said: str, code: int) -> subprocess.CompletedProcess[str]:
    """Run .ci/run with a make that says something and ends with a code."""
    make = folder / "make"
    make.write_text(f'#!/bin/sh\necho "asked for $*"\ncat <<"END"\n{said}\nEND\nexit {code}\n')
    make.chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [ROOT / ".ci" / "run"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("closing", "code"),
    [
        ("======== 812 passed in 301.22s (0:05:01) ========", 0),
        ("==== 2 failed, 810 passed, 1 error in 301.22s (0:05:01) ====", 2),
        ("1 failed, 3 passed in 0.12s", 2),
    ],
)
def test_it_ends_with_the_closing_line_and_the_code_of_make(
    closing: str, code: int, tmp_path: Path
) -> None:
    done = ci(tmp_path, f"collected 812 items\n{closing}\nTOTAL 5000 20 99.1%", code)
    lines = done.stdout.splitlines()
    assert lines[0] == "asked for test"
    assert lines[-1] == closing
    assert done.returncode == code


def test_it_says_so_when_the_tests_were_not_reached(tmp_path: Path) -> None:
    done = ci(tmp_path, "E501 Line too long", 2)
    assert done.stdout.splitlines()[-1] == "pytest was not reached"
    assert done.returncode == 2
