"""What all pages have around them: head, style, footer."""

from collections.abc import Sequence
from importlib import resources

from stationkeeper.report.markup import Markup, tag
from stationkeeper.report.words import DISCLAIMER


def whole_page(title: str, header: Markup, sections: Sequence[Markup]) -> str:
    """Return a self-contained page as HTML.

    Parameters
    ----------
    title : str
        For the head of the browser.
    header : Markup
        The element above the sections.
    sections : sequence of Markup
        What the page tells, from the top down.
    """
    style = (resources.files("stationkeeper.report") / "style.css").read_text("utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{title} – stationkeeper"),
        tag("style", Markup(style)),
    )
    footer = tag("footer", tag("p", DISCLAIMER))
    body = tag("body", header, tag("main", *sections), footer)
    return "<!DOCTYPE html>\n" + tag("html", head, body, lang="en") + "\n"
