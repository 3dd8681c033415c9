"""Programmes broken at random are accepted, or refused in words; nothing else happens."""

import contextlib
import io
import random
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.harness import ROOT, Figures, Proof

BATCH = 50
WRONG_INPUT = 2
LONGEST_MESSAGE = 20_000  # letters; a message is read by a person

NUMBERS = (
    *("nan", "inf", "-inf", "-1", "0", "1e308", "-0.0", "1e-320", "6371", "99999999999999999999"),
    *("true", '"7"', "[]", "{}", "0x1F", "1979-05-27", "1_000", "007", ""),
)
TEXTS = (
    *('""', '"\\u0000"', '"../../etc/passwd"', '"a/b"', '"a\\\\b"', '"\\u202e"', '"\\n"', "'''"),
    *('"' + "x" * 5_000 + '"', "3", "nan", "[1, [2, [3]]]", "2030-02-30", "0001-01-01", '"é"'),
)
DATES = ("2030-02-30", "0001-01-01", "9999-12-31", "1900-01-01", "2030-01-01T00:00:00Z", "12:00")
SETTINGS = (
    *("", "=", "a", "a=", "schema=2", "schema=1", "name=..", "span.last=1900-01-01", "span=3"),
    *("station=nan", "station.x.y.z=1", "sun.future=maybe", "\x00=1", "a.b=[1,", "span.first=nan"),
)


def shipped() -> list[bytes]:
    """Return the text of every programme in the package, smallest first."""
    paths = (ROOT / "src" / "stationkeeper" / "programme" / "shipped").glob("*.toml")
    return sorted((path.read_bytes() for path in paths), key=len)


def mutant(draw: random.Random, text: bytes) -> bytes:
    """Break a programme in one to four places."""
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        text = draw.choice(MUTATIONS)(draw, text)
    return text


def _flip(draw: random.Random, text: bytes) -> bytes:
    place = draw.randrange(len(text) + 1)
    return text[:place] + draw.randbytes(draw.choice((0, 1, 1, 8))) + text[place + 1 :]


def _truncate(draw: random.Random, text: bytes) -> bytes:
    return text[: draw.randrange(len(text) + 1)]


def _lines(draw: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    here, there = draw.randrange(len(lines)), draw.randrange(len(lines))
    match draw.randrange(3):
        case 0:
            del lines[here]
        case 1:
            lines.insert(there, lines[here])
        case _:
            lines[here], lines[there] = lines[there], lines[here]
    return b"\n".join(lines)


def _replace(pattern: bytes, values: Sequence[str]) -> Callable[[random.Random, bytes], bytes]:
    def change(draw: random.Random, text: bytes) -> bytes:
        found = list(re.finditer(pattern, text, re.M))
        if not found:
            return text
        match = draw.choice(found)
        value = draw.choice(values).encode()
        return text[: match.start(1)] + value + text[match.end(1) :]

    return change


def _misspell(draw: random.Random, text: bytes) -> bytes:
    words = list(re.finditer(rb"[a-z_]{4,}", text))
    if not words:
        return text
    word = draw.choice(words)
    place = draw.randrange(word.start(), word.end())
    letter = draw.choice((b"", b"x", text[place : place + 1] * 2, b".", b"-"))
    return text[:place] + letter + text[place + 1 :]


MUTATIONS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip,
    _truncate,
    _lines,
    _misspell,
    _misspell,
    _replace(rb"= *(-?[0-9][0-9_.eE+]*)(?= *(?:#|$|,|\}))", NUMBERS),
    _replace(rb"= *(-?[0-9][0-9_.eE+]*)(?= *(?:#|$|,|\}))", NUMBERS),
    _replace(rb"(\"[^\"\n]*\")", TEXTS),
    _replace(rb"(\d{4}-\d\d-\d\d)", DATES),
    _replace(rb"(\d{4}-\d\d-\d\d)", [f"{year}-06-15" for year in range(1960, 2080, 3)]),
    _replace(
        rb"^(\[[a-z0-9_.\-]+\])", ["[", "[[a]]", "[a.b]", "[station]", "[overrides.x]", "[span]"]
    ),
)


def ask(arguments: list[str]) -> tuple[int | None, str, str]:
    """Call the command in this process; return its code (None if it fell), and both its outputs."""
    from stationkeeper.cli import main

    said, complained = io.StringIO(), io.StringIO()
    before = sys.argv
    sys.argv = ["stationkeeper", *arguments]
    code: int | None = 0
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
            main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException:
        code = None
        complained.write(traceback.format_exc())
    finally:
        sys.argv = before
    return code, said.getvalue(), complained.getvalue()


def fault(code: int | None, said: str, complained: str, written: list[str]) -> str:
    """Return what is wrong with an answer, or nothing."""
    words = said + complained
    if code is None or "Traceback" in words:
        return complained.strip().splitlines()[-1][:300]
    if code not in (0, WRONG_INPUT):
        return f"exit {code}"
    if code == WRONG_INPUT and not words.strip():
        return "refused without a word"
    if code == WRONG_INPUT and len(words) > LONGEST_MESSAGE:
        return f"a message of {len(words)} letters"
    if any(not letter.isprintable() and letter not in "\n\t" for letter in words):
        return "a control character in the message"
    if written:
        return f"wrote {written[0]}"
    return ""


def step(index: int, scale: float, folder: Path) -> Figures:
    """Check a batch of mutants; what goes wrong is kept in the folder."""
    draw = random.Random(index)
    sources = shipped()
    accepted, faults = 0, []
    with TemporaryDirectory(dir=folder) as scratch, contextlib.chdir(scratch):
        for number in range(BATCH):
            source = sources[min(int(draw.expovariate(0.7)), len(sources) - 1)]
            text = mutant(draw, source)
            Path("mutant.toml").write_bytes(text)
            arguments = ["check", "mutant.toml"]
            if draw.random() < 0.1:
                arguments += ["--set", draw.choice(SETTINGS)]
            if draw.random() < 0.05:
                arguments += ["--override", draw.choice(("x", "", "../x", "\x1b[31m"))]
            code, said, complained = ask(arguments)
            written = [path.name for path in Path().iterdir() if path.name != "mutant.toml"]
            wrong = fault(code, said, complained, written)
            accepted += code == 0 and not wrong
            if wrong:
                kept = folder / f"fault-{index}-{number}.toml"
                kept.write_bytes(text)
                faults.append({"file": kept.name, "arguments": arguments[2:], "fault": wrong})
    return {"mutants": BATCH, "accepted": accepted, "faults": faults}


def summary(done: Sequence[Figures]) -> Figures:
    """Count what was accepted, refused in words, and neither."""
    mutants = sum(one["mutants"] for one in done)
    accepted = sum(one["accepted"] for one in done)
    faults = [fault for one in done for fault in one["faults"]]
    return {
        "mutants": mutants,
        "accepted": accepted,
        "refused_in_words": mutants - accepted - len(faults),
        "faults": len(faults),
        "first_faults": faults[:5],
    }


def held(done: Sequence[Figures]) -> bool:
    """True if every mutant was accepted or refused in words."""
    return not any(one["faults"] for one in done)


PROOF = Proof(
    name="fuzz",
    claim=(
        "A shipped programme broken at random in one to four places is accepted (exit 0) or "
        "refused in words (exit 2): no traceback, no control character, nothing written."
    ),
    steps=1_000,
    step=step,
    summary=summary,
    held=held,
)
