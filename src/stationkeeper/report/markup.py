"""HTML from plain values: every text is escaped on its way in, whoever wrote it."""

import html
from collections.abc import Iterable, Sequence
from unicodedata import category


class Markup(str):
    """Text that is HTML already. Everything else is text and is escaped."""

    __slots__ = ()

    def join(self, parts: Iterable[str]) -> "Markup":
        """Join pieces of HTML, escaping those that are text."""
        return Markup(str.join(self, (escaped(part) for part in parts)))


def escaped(text: object) -> Markup:
    """Return HTML that shows a text as it is.

    Examples
    --------
    >>> escaped("<b>"), escaped(Markup("<b>"))
    ('&lt;b&gt;', '<b>')
    """
    if isinstance(text, Markup):
        return text
    # Characters that HTML does not allow, or that turn the line about, are shown as replaced.
    shown = "".join(c if c.isprintable() or category(c) == "Zs" else "\ufffd" for c in str(text))
    return Markup(html.escape(shown, quote=True))


def tag(name: str, /, *content: object, **attributes: str | None) -> Markup:
    """Return an element; ``class_`` and ``for_`` stand for the reserved words.

    Examples
    --------
    >>> tag("p", "1 < 2", class_="x")
    '<p class="x">1 &lt; 2</p>'
    >>> tag("img", src="a.png", alt='"')
    '<img src="a.png" alt="&quot;">'
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in ("img", "meta", "br", "col"):
        return Markup(f"<{name}{said}>")
    return Markup(f"<{name}{said}>{Markup('').join(map(escaped, content))}</{name}>")


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    caption: str = "",
    row_classes: Sequence[str] | None = None,
) -> Markup:
    """Return a table that may be scrolled sideways where the page is narrow."""
    top = tag("thead", tag("tr", *[tag("th", head, scope="col") for head in heads]))
    body = [
        tag(
            "tr",
            *[tag("td", cell) for cell in row],
            class_=row_classes[i] if row_classes else None,
        )
        for i, row in enumerate(rows)
    ]
    parts = [tag("caption", caption)] if caption else []
    return tag("div", tag("table", *parts, top, tag("tbody", *body)), class_="scroll")
