"""Words, decisions and stores as a report reads them: days, bands, names and colours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.markup import Markup, tag
from stationkeeper.report.numbers import FIRM_SPACE, number, whole
from stationkeeper.report.source import Run

Told = Mapping[str, Any]

BEYOND: Final = "after the span"
_QUANTILES: Final = ("q05", "q25", "q50", "q75", "q95")


def day(text: object) -> float | None:
    """Return the day number of a date or a month as the time axes count it; None if there is none.

    Examples
    --------
    >>> day("1970-01-02"), day("1970-02"), day(None), day("soon")
    (1.0, 31.0, None, None)
    """
    if not isinstance(text, str):
        return None
    try:
        when = np.datetime64(text, "D")
    except ValueError:
        return None
    return None if np.isnat(when) else float(when.astype(np.int64))


def date_text(value: float) -> str:
    """Return the date of a day number.

    Examples
    --------
    >>> date_text(31.0)
    '1970-02-01'
    """
    return str(np.datetime64(round(value), "D"))


def dates_of(values: Iterable[object]) -> list[float]:
    """Return the day numbers of those that are dates."""
    return [found for found in map(day, values) if found is not None]


@dataclass(frozen=True)
class DateBand:
    """Quantiles of a date, 5, 25, 50, 75 and 95 %; None where it lies beyond the span."""

    values: tuple[float | None, ...]

    @property
    def known(self) -> bool:
        """True if at least the earliest quantile lies inside the span."""
        return any(value is not None for value in self.values)

    def text(self) -> str:
        """Write the middle with the band, ``after the span`` where it is not reached.

        Examples
        --------
        >>> date_band({"q05": "2030-01-01", "q50": "2031-05-01"}).text()
        '2031-05 (2030-01 to after the span)'
        """
        low, middle, high = (month(self.values[i]) for i in (0, 2, 4))
        return middle if low == high else f"{middle} ({low} to {high})"


def month(value: float | None) -> str:
    """Write the month of a day number; ``after the span`` if there is none."""
    return BEYOND if value is None else date_text(value)[:7]


def date_band(told: object) -> DateBand:
    """Read a band of dates; one that is not there is unknown everywhere."""
    found = told if isinstance(told, Mapping) else {}
    return DateBand(tuple(day(found.get(name)) for name in _QUANTILES))


def figures(told: object, *names: str) -> tuple[float, ...]:
    """Return numbers of a table by name; not a number where there is none.

    Examples
    --------
    >>> figures({"q50": 2, "q95": None}, "q05", "q50", "q95")
    (nan, 2.0, nan)
    """
    found = told if isinstance(told, Mapping) else {}
    return tuple(_float(found.get(name)) for name in names)


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return float("nan")
    return float(value)


def days_text(told: object) -> str:
    """Write a band of days as ``middle (low to high) d``; ``not in the span`` if none is known.

    Examples
    --------
    >>> days_text({"q05": 0, "q50": 365, "q95": 800}).replace("\\xa0", " ")
    '365 d (0–800 d)'
    >>> days_text({"q05": 30, "q50": None, "q95": None}).replace("\\xa0", " ")
    'beyond the span (from 30 d)'
    >>> days_text({"q05": None, "q50": None, "q95": None})
    '–'
    """
    low, middle, high = figures(told, "q05", "q50", "q95")
    if not np.isfinite(middle):
        return f"beyond the span (from {whole(low)}{FIRM_SPACE}d)" if np.isfinite(low) else "–"
    text = f"{whole(middle)}{FIRM_SPACE}d"
    if low == high or not np.isfinite(low):
        return text
    top = f"{whole(high)}{FIRM_SPACE}d" if np.isfinite(high) else "beyond the span"
    return f"{text} ({whole(low)}–{top})"


def share_text(value: object) -> str:
    """Write a share in percent.

    Examples
    --------
    >>> share_text(0.634).replace("\\xa0", " "), share_text(None)
    ('63 %', '–')
    """
    share = _float(value)
    return f"{number(100 * share, 2)}{FIRM_SPACE}%" if np.isfinite(share) else "–"


def partner_title(run: Run, partner: object) -> str:
    """Return the name of a partner, or what stands for it."""
    if not partner:
        return "–"
    part = run.programme.partner.get(str(partner))
    return part.title if part else str(partner)


def station_title(run: Run, station: object) -> str:
    """Return the name of a station, or what stands for it."""
    return run.title(str(station)) if station else "–"


def partner_colour(run: Run, partner: object) -> str:
    """Return the colour of a partner: that of its nation; grey for none."""
    part = run.programme.partner.get(str(partner)) if partner else None
    if part is None:
        return look.QUIET
    return look.NATION_COLOURS[look.nation_group(part.nation)]


def partner_words(run: Run, partners: Iterable[object]) -> list[tuple[str, str]]:
    """Return names and colours of partners, those of one colour together."""
    grouped: dict[str, list[str]] = {}
    for partner in partners:
        names = grouped.setdefault(partner_colour(run, partner), [])
        name = str(partner) if partner else "others"
        known = run.programme.partner.get(name)
        title = known.title if known and len(known.title) <= _SHORT else name
        if title not in names:
            names.append(title)
    return [(", ".join(names), colour) for colour, names in grouped.items()]


_SHORT: Final = 12  # letters of a name that fit into the key above a panel; our choice


def details(summary: str, *content: object) -> Markup:
    """Return content that is shown when its line is clicked."""
    return tag("details", tag("summary", summary), *content)


def lines_of(texts: Sequence[object]) -> Markup:
    """Return texts one under the other; a dash for none."""
    found = [tag("div", text) for text in texts]
    return Markup("").join(found) if found else Markup("–")


def cut(text: str, letters: int) -> str:
    """Return a text no longer than so many letters.

    Examples
    --------
    >>> cut("Service module docks", 10)
    'Service m…'
    """
    return text if len(text) <= letters else text[: letters - 1] + "…"
