"""The README keeps its word: what it says to type works, what it links to is there."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.interfaces.pages import README, ROOT, blocks, links, play

FIRST_SCREEN = 40  # lines


def test_the_readme_does_what_it_says(tmp_path: Path) -> None:
    assert play(README, tmp_path) >= 4


def test_the_first_screen_gives_both_commands_and_their_times() -> None:
    top = "\n".join(README.read_text(encoding="utf-8").splitlines()[:FIRST_SCREEN])
    for command in ("make run", "make test"):
        assert command in top
    assert len(re.findall(r"\bminutes?\b|\bseconds?\b", top)) >= 2


def test_the_python_example_is_short() -> None:
    (example,) = [block for block in blocks(README) if block.language == "python"]
    assert len(example.text.splitlines()) <= 10


@pytest.mark.parametrize("target", ["run", "test", "proof", "docs", "clean"])
def test_make_knows_its_targets(target: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert target == "clean" or ".venv/bin/" in done.stdout


def test_every_link_of_the_readme_leads_somewhere() -> None:
    missing = [link for link in links(README) if not (ROOT / link.split("#")[0]).exists()]
    assert not missing
