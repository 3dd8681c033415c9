"""The documentation runs, links to what exists, and its generated pages are up to date."""

import csv
import importlib.util
import re
from pathlib import Path

import pytest

from docs.generate import PAGES, REFERENCE
from stationkeeper.results.variables import VARIABLES
from tests.interfaces.pages import DOCS, ROOT, links, play

HAND_WRITTEN = [page for page in DOCS if page.name not in PAGES]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    kept = (REFERENCE / name).read_text(encoding="utf-8")
    assert kept == PAGES[name](), "run: make docs"


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    play(page, tmp_path)


@pytest.mark.parametrize("page", DOCS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    missing = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        known = target.exists() and (not anchor or anchor in _anchors(target))
        missing += [] if known else [link]
    assert not missing


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_page_is_reached_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    reached, waiting = {index}, [index]
    while waiting:
        page = waiting.pop()
        for link in links(page):
            target = (page.parent / link.split("#")[0]).resolve()
            if target.suffix == ".md" and target.exists() and target not in reached:
                reached.add(target)
                waiting.append(target)
    assert not [str(page) for page in DOCS if page not in reached]


def variables() -> list[dict[str, str]]:
    path = ROOT / "src" / "stationkeeper" / "variables.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_one_quantity_has_one_name() -> None:
    names = [row["name"] for row in variables()]
    assert len(names) == len(set(names))
    assert not set(names) & VARIABLES.keys()
    meanings = [row["meaning"] for row in variables()]
    assert len(meanings) == len(set(meanings))


@pytest.mark.parametrize("row", variables(), ids=lambda row: row["name"])
def test_a_variable_is_described_whole(row: dict[str, str]) -> None:
    assert all(row[key] for key in ("name", "unit", "shape", "meaning", "module"))
    assert re.fullmatch(r"[a-z][a-z0-9_]*", row["name"])
    assert re.fullmatch(r"\(.*\)", row["shape"])
    assert importlib.util.find_spec(row["module"]) is not None
