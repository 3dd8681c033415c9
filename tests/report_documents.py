"""A run folder with words, decisions and stores made by hand, to be changed by a test."""

import json
import re
from pathlib import Path
from typing import Any

from stationkeeper.report.source import Run, read_run
from tests.report_folder import build_folder

_MADE = Path(__file__).parent / "fixtures" / "report"


def made_document(name: str) -> dict[str, Any]:
    """Return one of the documents made by hand: words, decisions or stores."""
    found: dict[str, Any] = json.loads((_MADE / f"{name}.json").read_text("utf-8"))
    return found


def run_with(folder: Path, **documents: dict[str, Any]) -> Run:
    """Return a small finished run whose folder holds these documents."""
    if not folder.exists():
        build_folder(folder, stays=3)
    for name in ("words", "decisions", "stores"):
        (folder / f"{name}.json").unlink(missing_ok=True)
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
    return read_run(folder)


def plain(markup: str) -> str:
    """Return the words of some HTML, with plain spaces."""
    text = re.sub(r"<[^>]+>", " ", markup)
    return re.sub(r"\s+", " ", text.replace("\xa0", " ").replace("\u202f", " ")).strip()
