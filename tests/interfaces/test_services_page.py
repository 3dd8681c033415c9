"""The page of services: one file, well formed, safe, and made from its folder alone."""

import re
from pathlib import Path

import pytest

from stationkeeper.errors import InputError, StorageError
from stationkeeper.report import services_maps
from stationkeeper.report.services_page import pictures, services_page, write_services_report
from stationkeeper.report.services_text import services_text
from stationkeeper.report.words import DISCLAIMER
from tests.interfaces.test_report_page import HOSTILE, Page
from tests.services_document import services_json, write_services


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_services(tmp_path_factory.mktemp("services") / "made", services_json())
    write_services_report(folder)
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text("utf-8"))


def test_the_page_is_one_file_with_every_figure_in_it_and_beside_it(
    folder: Path, page: Page
) -> None:
    beside = sorted(path.name for path in (folder / "figures").iterdir())
    assert beside == [
        "services-customers.png",
        "services-data-latency.png",
        "services-data-latitude.png",
        "services-data-map.png",
        "services-delivery.png",
        "services-weather-latitude.png",
        "services-weather-map.png",
    ]
    sources = page.values("img", "src")
    assert len(sources) == len(beside)
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert all(len(text) > 40 for text in page.values("img", "alt"))
    assert not re.search(r"https?://", (folder / "report.html").read_text("utf-8"))


def test_the_page_says_what_the_terminal_says(page: Page) -> None:
    assert "What the ground gets: A made-up programme" in page.text
    for said in (
        "Weather images",
        "Data to the ground",
        "Customers",
        "Sea ice service",
        "plan-polar",
    ):
        assert said in page.text
    assert page.text.strip().endswith(DISCLAIMER)
    ids = page.values("section", "id")
    assert len(set(ids)) == len(ids)


def test_the_same_document_gives_the_same_bytes(folder: Path) -> None:
    document = services_json()
    drawn = services_maps.picture(document, document["services"][1])
    assert drawn is not None
    assert drawn.png == (folder / "figures" / f"{drawn.key}.png").read_bytes()


def test_titles_that_look_like_html_are_shown_as_they_are() -> None:
    document = services_json()
    document["title"] = HOSTILE
    document["services"] = document["services"][1:]
    document["services"][0]["maps"] = document["services"][0]["maps"][:1]
    for one in (*document["services"], *document["orbits"], *document["ground"]):
        one["title"] = HOSTILE
    for one in document["contracts"]:
        one["customer"] = one["where"] = HOSTILE
    document["notes"] = [HOSTILE]
    document["services"][0]["words"] = [HOSTILE]
    text = services_page(document, pictures(document))
    page = Page(text)
    assert page.seen["script"] == 0
    assert page.text.count(HOSTILE) > 10
    assert HOSTILE in services_text(document)


def test_a_document_without_services_is_shown_as_such(tmp_path: Path) -> None:
    document = services_json(flown=False)
    document.update(services=[], orbits=[], contracts=[], notes=[])
    path = write_services_report(write_services(tmp_path / "none", document))
    assert "The programme names no services." in path.read_text("utf-8")
    assert list((tmp_path / "none" / "figures").iterdir()) == []


def test_a_folder_without_the_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no services\.json"):
        write_services_report(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_gives_one_line(tmp_path: Path) -> None:
    write_services(tmp_path / "made", services_json(flown=False))
    (tmp_path / "made" / "figures").write_text("a file stands where the figures should go")
    with pytest.raises(StorageError):
        write_services_report(tmp_path / "made")
    assert not (tmp_path / "made" / "report.html").exists()
