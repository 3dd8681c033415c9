"""The page of a report: one file, well formed, safe, and made from the folder alone."""

import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from stationkeeper.errors import InputError, StorageError
from stationkeeper.report.page import write_report
from stationkeeper.report.words import DISCLAIMER, answer, headline
from tests.report_folder import build_folder

VOID = {"meta", "img", "br", "link", "input", "hr"}
HOSTILE = '<script>alert("1")</script> & $x_1$ \\frac \' {0} %s Ж 漢'


class Page(HTMLParser):
    """Reads a page, insisting that every element is closed in turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        self.attributes += [(tag, key, value or "") for key, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def values(self, tag: str, key: str) -> list[str]:
        return [v for t, k, v in self.attributes if (t, k) == (tag, key)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = build_folder(tmp_path_factory.mktemp("page") / "run", stays=40)
    write_report(folder)
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text("utf-8"))


def test_the_page_is_one_file_that_asks_for_nothing_else(folder: Path, page: Page) -> None:
    text = (folder / "report.html").read_text("utf-8")
    assert len(text) < 5_000_000
    assert page.seen["script"] == page.seen["link"] == page.seen["iframe"] == 0
    assert all(src.startswith("data:image/png;base64,") for src in page.values("img", "src"))
    assert not re.search(r"""(?:src|href)=(?!"data:)|@import|url\(""", text)


def test_the_page_has_its_parts_in_order(page: Page) -> None:
    assert page.seen["h1"] == page.seen["main"] == page.seen["header"] == page.seen["footer"] == 1
    assert page.values("section", "id") == [
        "answer",
        "altitude",
        "propellant",
        "people",
        "assembly",
        "dose",
        "dose-rate",
        "days-to-200-km",
        "rests-on",
    ]
    assert page.values("html", "lang") == ["en"]
    assert page.text.rstrip().endswith(DISCLAIMER)
    assert "quiet time" in page.text.lower()


def test_every_picture_has_a_description_and_a_file_beside_the_page(
    folder: Path, page: Page
) -> None:
    described = page.values("img", "alt")
    assert len(described) == page.seen["img"] == 7
    assert all(len(text) > 20 for text in described)
    files = sorted(path.name for path in (folder / "figures").iterdir())
    assert len(files) == 7
    assert all((folder / "figures" / name).read_bytes()[:4] == b"\x89PNG" for name in files)


def test_the_page_opens_with_the_answer_that_the_terminal_prints(folder: Path, page: Page) -> None:
    printed = headline(folder).splitlines()
    assert printed[0] == "A made-up programme"
    assert printed[-1] == DISCLAIMER
    body = page.text[: page.text.index("Altitude")]
    for line in printed[1:-1]:
        assert line in page.text
    assert printed[1] in body


def test_assumptions_of_the_run_are_on_the_page(page: Page) -> None:
    assert "Reboosts by policy after 2026-04." in page.text
    assert "Future Suns are drawn." in page.text
    assert "invented for the test" in page.text


def test_the_page_is_made_again_with_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("figures", "report.html"))
    write_report(copy)
    assert (copy / "report.html").read_bytes() == (folder / "report.html").read_bytes()


def test_hostile_names_are_shown_as_they_are_and_do_nothing(tmp_path: Path) -> None:
    folder = build_folder(
        tmp_path / "run",
        stations=("iss", "ros"),
        titles=(HOSTILE, f"{HOSTILE} two"),
        title=HOSTILE,
        ship=HOSTILE,
        stays=3,
    )
    text = write_report(folder).read_text("utf-8")
    page = Page(text)
    assert page.seen["script"] == 0
    assert HOSTILE in page.text
    assert "alert(" not in re.sub(r"&lt;script&gt;alert\(", "", text)


def test_a_folder_that_holds_no_finished_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="finished run"):
        write_report(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_its_programme_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "ensemble.nc", tmp_path / "ensemble.nc")
    with pytest.raises(InputError, match=r"programme\.toml"):
        write_report(tmp_path)


def test_a_place_that_cannot_be_written_gives_one_line(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("figures", "report.html"))
    (copy / "figures").write_text("a file stands where the figures should go")
    with pytest.raises(StorageError):
        write_report(copy)
    assert not (copy / "report.html").exists()


def test_the_words_are_those_of_the_results(folder: Path) -> None:
    from stationkeeper.report.source import read_run

    run = read_run(folder)
    assert headline(folder).splitlines()[1:-1] == answer(run)
