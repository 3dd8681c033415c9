"""Numbers, dates and bands as people read them: three figures, thin spaces, en dashes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

THIN_SPACE = "\u202f"
FIRM_SPACE = "\u00a0"
MISSING = "not known"


@dataclass(frozen=True)
class Band:
    """A middle value and the 5 % and 95 % values of the replicas."""

    low: float
    middle: float
    high: float

    @property
    def known(self) -> bool:
        """True if all three are numbers."""
        return all(math.isfinite(value) for value in (self.low, self.middle, self.high))


def number(value: float, figures: int = 3) -> str:
    """Write a number with so many significant figures, whole above that, thousands spaced.

    Examples
    --------
    >>> number(0.012345), number(417.26), number(3.0)
    ('0.0123', '417', '3.00')
    >>> number(12345.6) == "12\u202f346"
    True
    """
    if not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    places = max(0, figures - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}".replace(",", THIN_SPACE)


def whole(value: float) -> str:
    """Write a count of days or people as a whole number.

    Examples
    --------
    >>> whole(84.2)
    '84'
    """
    return f"{value:,.0f}".replace(",", THIN_SPACE) if math.isfinite(value) else MISSING


def band_text(band: Band, unit: str, figures: int = 3) -> str:
    """Write a band as ``middle (low to high) unit``, or one number if it has no width.

    A number and its unit stay on one line: the spaces before units are not for breaking.

    Examples
    --------
    >>> band_text(Band(3.1, 3.6, 4.25), "t").replace("\xa0", " ")
    '3.60 t (3.10–4.25 t)'
    >>> band_text(Band(2.0, 2.0, 2.0), "t").replace("\xa0", " ")
    '2.00 t'
    """
    if not band.known:
        return MISSING
    middle, low, high = (number(v, figures) for v in (band.middle, band.low, band.high))
    whole = f"{middle}{FIRM_SPACE}{unit}"
    return whole if low == high else f"{whole} ({low}–{high}{FIRM_SPACE}{unit})"


def listed(words: Iterable[str]) -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    *most, last = list(words)
    return f"{', '.join(most)} and {last}" if most else last


def counted(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun.

    Examples
    --------
    >>> counted(1, "stay"), counted(3, "stay")
    ('1 stay', '3 stays')
    """
    noun = one if count == 1 else (many or one + "s")
    return f"{count:,}".replace(",", THIN_SPACE) + f" {noun}"


def month_text(when: np.datetime64) -> str:
    """Write the month of a date, or ``open`` where there is none.

    Examples
    --------
    >>> month_text(np.datetime64("2030-06-01"))
    '2030-06'
    """
    return "open" if np.isnat(when) else str(when.astype("datetime64[M]"))


def day_text(when: np.datetime64) -> str:
    """Write a date, or ``open`` where there is none.

    Examples
    --------
    >>> day_text(np.datetime64("2030-06-01T12:00"))
    '2030-06-01'
    """
    return "open" if np.isnat(when) else str(when.astype("datetime64[D]"))


def year_ranges(years: Iterable[int]) -> str:
    """Write years as ranges.

    Examples
    --------
    >>> year_ranges([2021, 2022, 2023, 2026])
    '2021–2023, 2026'
    """
    runs: list[list[int]] = []
    for year in sorted(set(years)):
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in runs)
