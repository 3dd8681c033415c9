"""Figures and lists as sentences on services say them."""

import math
from collections.abc import Sequence
from typing import Final

_THIN_SPACE: Final = "\u202f"


def figure(value: float, figures: int = 3) -> str:
    """Write a number with so many significant figures, thousands spaced, never with an exponent.

    Examples
    --------
    >>> figure(24.848), figure(0.0123456), figure(3.0)
    ('24.8', '0.0123', '3')
    >>> figure(1965.2) == "1\\u202f970"
    True
    """
    if value == 0.0:
        return "0"
    places = figures - 1 - math.floor(math.log10(abs(value)))
    text = f"{round(value, places):,.{max(places, 0)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", _THIN_SPACE)


def wait_text(hours: float) -> str:
    """Write a wait, in minutes if it is short.

    Examples
    --------
    >>> wait_text(8.04), wait_text(0.05), wait_text(0.0)
    ('8 h', '3 min', '0 min')
    """
    return f"{figure(hours, 2)} h" if hours >= 0.1 else f"{figure(60 * hours, 2)} min"


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
