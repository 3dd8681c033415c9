"""Reads our Markdown pages and runs what they tell a reader to type."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
DOCS = sorted((ROOT / "docs").rglob("*.md"))
GENERATED = {"programme.md", "glossary.md", "commands.md", "proof.md"}
LONGEST_S = 300

# Set-up is what tests run inside of: make is asked whether it knows the target, the rest is let be.
_FRAME = re.compile(r"^(git clone|cd) ")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, the line it begins on."""

    language: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w*)[^\n]*\n(.*?)^```$", text, re.M | re.S)
    return [Block(one[1], one[2], text.count("\n", 0, one.start()) + 1) for one in found]


def links(page: Path) -> list[str]:
    """Return what a page links to inside the checkout."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    found = re.findall(r"\]\(([^)\s]+)\)", text)
    return [link for link in found if "://" not in link and not link.startswith("mailto:")]


def play(page: Path, folder: Path) -> int:
    """Do in a folder what a page says, from top to bottom; return how many things were done.

    - ``sh``: each line that begins with ``.venv/bin/`` is run and must end with exit code 0, or
      with the code that a comment ``# exit 2`` gives;
    - ``python``: run as a program of its own;
    - ``toml`` and ``csv``: written to the file that a first line ``# name.toml`` gives; other TOML
      must parse;
    - ``text`` and blocks without a language are not for typing.
    """
    (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    done = 0
    for block in blocks(page):
        where = f"{page.relative_to(ROOT)}, line {block.line}"
        match block.language:
            case "sh":
                for line in _commands(block.text):
                    if line.startswith("make "):
                        _run(["make", "--dry-run", *shlex.split(line)[1:]], ROOT, where, 0)
                    elif not _FRAME.match(line):
                        _shell(line, folder, where)
                    done += 1
            case "python":
                _run([sys.executable, "-W", "error", "-c", block.text], folder, where, 0)
                done += 1
            case "toml" | "csv":
                name = re.match(r"# *([\w.\-]+\.(?:toml|csv))\n", block.text)
                if name:
                    body = block.text if block.language == "toml" else block.text[name.end() :]
                    (folder / name[1]).write_text(body, encoding="utf-8")
                elif block.language == "toml":
                    tomllib.loads(block.text)
                done += 1
            case "" | "text" | "json":
                continue
            case other:
                raise AssertionError(f"{where}: nobody runs a block of {other!r}")
    return done


def _commands(text: str) -> list[str]:
    lines = text.replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _shell(line: str, folder: Path, where: str) -> None:
    words = shlex.split(line, comments=True)
    if not words[0].startswith(".venv/bin/"):
        raise AssertionError(f"{where}: {line!r} is neither set-up nor our command")
    code = re.search(r"# exit (\d+)", line)
    _run(words, folder, where, int(code[1]) if code else 0)


def _run(words: list[str], folder: Path, where: str, code: int) -> None:
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    said = f"{where}: {shlex.join(words)[:200]}\n{done.stdout[-2_000:]}\n{done.stderr[-4_000:]}"
    assert done.returncode == code, said
