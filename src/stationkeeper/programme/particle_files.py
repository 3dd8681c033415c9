"""Flux tables of ORDEM and MASTER: output files of other programs, read into a particle flux.

Of ORDEM 3 the file ``SIZEFLUX_SC.OUT`` of the spacecraft mode (layout after files of version
3.2.0). Of MASTER-8 the two-dimensional spectrum over the diameter, ``..._d.dia`` by cells or
``..._c.dia`` cumulative. No file of MASTER is public; its layout is after public programs that read
it: comments begin with ``#``, each row has the middle of its cell in metres first and the total of
all sources last, and a line gives the total of the spectrum, against which the rows are added up.
"""

import itertools
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from stationkeeper.programme.foreign_text import Foreign, open_foreign
from stationkeeper.programme.problems import shown

Kind = Literal["debris", "meteoroids", "both"]

# ORDEM and a sphere of MASTER give the flux through a cross section (a sphere shows a quarter of
# its surface); a randomly tumbling plate has a quarter of that per area of its surface.
PLATE_SHARE: Final = 0.25
SUMS_AGREE: Final = 0.01  # share by which rows and total may differ; figures have three digits
_ORDEM = re.compile(r"\bORDEM\s*[vV]?\s*(\d+(?:\.\d+)*)")
_MASTER = re.compile(r"\bMASTER[-\s]*(\d+(?:\.\d+)*)")
_ORDEM_HEAD = re.compile(
    r"Year:\s*(\S+)\s+Perigee Altitude\s*=\s*(\S+)\s+Apogee Altitude\s*=\s*(\S+)\s+inc\s*=\s*(\S+)"
)
_ORDEM_COLUMNS = re.compile(r"^\s*Size\s*\(([^)]*)\)\s+Flux\b")
_ORDEM_UNIT = re.compile(r"Flux\s*\(([^)]*)\)")
_MASTER_TOTAL = re.compile(r"Total flux in this spectrum is\s+(\S+)\s+(\S+)")
_OWN_LINE = re.compile(r"^\s*#\s*(year|target|kind)\s*:\s*(.*?)\s*$", re.I)
_HEADER_LINES = 200  # within which a program names itself


@dataclass(frozen=True)
class FluxTable:
    """A flux table as it goes into a programme, and its orbit where the file tells.

    Attributes
    ----------
    name : str
        Key, of program, version and year.
    flux : dict
        Keys of a particle flux.
    inclination_deg : float or None
        Of the orbit for which it was computed. [deg]
    """

    name: str
    flux: dict[str, Any]
    inclination_deg: float | None = None


def read_fluxes(path: Path | str) -> FluxTable:
    """Read an output file of ORDEM 3 or MASTER-8.

    Parameters
    ----------
    path : Path or str
        ``SIZEFLUX_SC.OUT``, or a spectrum over the diameter of MASTER.

    Returns
    -------
    FluxTable
        Cumulative flux on a randomly tumbling plate.

    Raises
    ------
    InputError
        If it is another file, of another version, cut off, or its figures are no flux: file, line,
        what was given and what was expected.
    """
    text = open_foreign(path)
    for line, content in enumerate(text.lines[:_HEADER_LINES], 1):
        ordem = _ORDEM.search(content)
        if ordem:
            return _ordem(text, line, ordem[1])
        master = _MASTER.search(content) if content.lstrip().startswith("#") else None
        if master:
            return _master(text, line, master[1])
    first = next((n for n, content in enumerate(text.lines, 1) if content.strip()), 1)
    raise text.fault(
        first,
        "",
        shown(text.lines[first - 1].strip()),
        "an output of ORDEM 3 (SIZEFLUX_SC.OUT) or of MASTER-8 (a spectrum over the diameter)",
        "if it is of MASTER and does not name it, put the line '# MASTER-8' at its top",
    )


def _ordem(text: Foreign, line: int, version: str) -> FluxTable:
    if version.split(".")[0] != "3":
        raise text.fault(line, "", f"ORDEM {version}", "ORDEM 3", "its layout is not known here")
    if "Spacecraft" not in text.lines[line - 1]:
        given = shown(text.lines[line - 1].strip())
        raise text.fault(line, "", given, "the spacecraft mode of ORDEM, file SIZEFLUX_SC.OUT")
    head = _ordem_line(text, _ORDEM_HEAD, "a line 'Year: ... Perigee Altitude = ... inc = ...'")
    year, perigee, apogee, inclination = (
        text.number(head[1][k], head[0], name)
        for k, name in enumerate(("year", "perigee", "apogee", "inc"), 1)
    )
    at, unit = _ordem_line(text, _ORDEM_UNIT, "a line 'Debris Flux (#/m^2/yr)'")
    if unit[1].replace(" ", "") != "#/m^2/yr":
        raise text.fault(at, "Flux", f"the unit {shown(unit[1])}", "#/m^2/yr")
    at, columns = _ordem_line(text, _ORDEM_COLUMNS, "the columns 'Size (m) Flux': SIZEFLUX_SC.OUT")
    if columns[1].strip() != "m":
        raise text.fault(at, "Size", f"the unit {shown(columns[1])}", "m")
    rows = []
    for number, content in enumerate(text.lines[at:], at + 1):
        cells = content.split()
        if not cells or set(content.strip()) <= set("- "):
            continue
        if len(cells) != 4:
            raise text.fault(
                number, "", f"{len(cells)} figures", "4: size, flux and its two errors"
            )
        size, flux = (text.number(cell, number, "Size or Flux") for cell in cells[:2])
        rows.append((number, size, flux))
    _falling(text, rows)
    if rows[-1][1] < 0.99:
        fix = "is it cut off?"
        given = f"a table that ends at {rows[-1][1]:g} m"
        raise text.fault(rows[-1][0], "", given, "sizes up to 1 m, as ORDEM writes them", fix)
    _plausible_year(text, head[0], year)
    flux_table = {
        "model": f"ORDEM {version}",
        "diameter_mm": [_short(1e3 * size) for _, size, _ in rows],
        "per_m2_year": [_short(PLATE_SHARE * flux) for _, _, flux in rows],
        "kind": "debris",
        "year": year,
        "source": text.name,
        "confidence": "A",
        "note": (
            f"Orbit {perigee:g} x {apogee:g} km at {inclination:g} deg; flux through a cross "
            "section divided by four for a tumbling plate."
        ),
    }
    name = f"ordem-{version}-{year:.0f}"
    return FluxTable(name, flux_table, inclination)


def _ordem_line(
    text: Foreign, pattern: re.Pattern[str], expected: str
) -> tuple[int, re.Match[str]]:
    for number, content in enumerate(text.lines[:_HEADER_LINES], 1):
        match = pattern.search(content)
        if match:
            return number, match
    raise text.fault(None, "", "no such line", expected, "is it another file of ORDEM, or cut off?")


def _master(text: Foreign, line: int, version: str) -> FluxTable:
    if version.split(".")[0] != "8":
        raise text.fault(line, "", f"MASTER {version}", "MASTER-8", "its layout is not known here")
    share, target = _target(text)
    year_line, year_text = _told(text, "year", "the year of the analysis, such as 2024")
    year = text.number(year_text, year_line, "year")
    _plausible_year(text, year_line, year)
    kind_line, kind = _told(text, "kind", "debris, meteoroids or both")
    if kind not in ("debris", "meteoroids", "both"):
        raise text.fault(kind_line, "kind", shown(kind), "debris, meteoroids or both")
    rows, width = [], 0
    for number, content in enumerate(text.lines, 1):
        cells = content.split()
        if not cells or cells[0].startswith("#") or _MASTER_TOTAL.search(content):
            continue
        if len(cells) < 2 or (width and len(cells) != width):
            expected = f"{width} figures, as before" if width else "a diameter and fluxes"
            raise text.fault(number, "", f"{len(cells)} figures", expected, "is it cut off?")
        width = len(cells)
        size = text.number(cells[0], number, "diameter")
        rows.append((number, size, text.number(cells[-1], number, "total flux")))
    rows = _cumulative(text, rows)
    _falling(text, rows)
    model = f"MASTER-{version}"
    table = {
        "model": model,
        "diameter_mm": [_short(1e3 * size) for _, size, _ in rows],
        "per_m2_year": [_short(share * flux) for _, _, flux in rows],
        "kind": kind,
        "year": year,
        "source": text.name,
        "confidence": "A",
        "note": f"Target {target}" + ("." if share == 1 else ", divided by four for a plate."),
    }
    suffix = "" if kind == "debris" else f"-{kind}"
    return FluxTable(f"master-{version}-{year:.0f}{suffix}", table)


def _target(text: Foreign) -> tuple[float, str]:
    line, told = _told(text, "target", "'tumbling plate' or 'sphere'")
    if re.search("orient", told, re.I):
        fix = "run MASTER for a randomly tumbling plate; faces are turned here"
        raise text.fault(line, "target", shown(told), "a randomly tumbling plate or a sphere", fix)
    if re.search("tumbling", told, re.I):
        return 1.0, "a tumbling plate"
    if re.search("sphere", told, re.I):
        return PLATE_SHARE, "a sphere"
    raise text.fault(line, "target", shown(told), "a randomly tumbling plate or a sphere")


def _told(text: Foreign, key: str, expected: str) -> tuple[int, str]:
    """Return what a comment line says; the program writes none of these, so the user does."""
    for number, content in enumerate(text.lines, 1):
        match = _OWN_LINE.match(content)
        if match and match[1].lower() == key:
            return number, match[2].lower()
    fix = f"MASTER does not write it: put a line '# {key}: ...' at the top of the file"
    raise text.fault(None, key, "no such line", expected, fix)


def _cumulative(
    text: Foreign, rows: list[tuple[int, float, float]]
) -> list[tuple[int, float, float]]:
    """Return the flux of particles of at least the lower edge of each cell."""
    if len(rows) < 2:
        raise text.fault(None, "", f"{len(rows)} rows", "at least 2 rows of diameters and fluxes")
    _rising(text, rows)
    at, total = _total(text)
    added = math.fsum(flux for _, _, flux in rows)
    by_cells = abs(added - total) <= SUMS_AGREE * total
    by_first = abs(rows[0][2] - total) <= SUMS_AGREE * total
    named = re.search(r"_([cd])\.[A-Za-z]+$", text.name)
    if named:
        by_cells, by_first = by_cells and named[1] == "d", by_first and named[1] == "c"
    if by_cells and by_first:  # all in the first cell; whichever, the sum is the same
        by_first = False
    if not by_cells and not by_first:
        given = f"{total:g}, while the rows add up to {added:g} and begin with {rows[0][2]:g}"
        expected = "the sum of the rows (name ending in _d.dia) or the first of them (_c.dia)"
        raise text.fault(at, "total flux", given, expected, "is the file cut off?")
    if by_first:
        return rows
    sizes = [size for _, size, _ in rows]
    middles = [math.sqrt(a * b) for a, b in itertools.pairwise(sizes)]
    edges = [sizes[0] ** 2 / middles[0], *middles]
    return [
        (number, edge, math.fsum(flux for _, _, flux in rows[k:]))
        for k, ((number, _, _), edge) in enumerate(zip(rows, edges, strict=True))
    ]


def _total(text: Foreign) -> tuple[int, float]:
    for number, content in enumerate(text.lines, 1):
        match = _MASTER_TOTAL.search(content)
        if match:
            if match[2].rstrip(".") != "1/m^2/yr":
                raise text.fault(number, "total flux", f"the unit {shown(match[2])}", "1/m^2/yr")
            total = text.number(match[1], number, "total flux")
            if total <= 0:
                raise text.fault(number, "total flux", shown(match[1]), "more than 0")
            return number, total
    expected = "a line 'Total flux in this spectrum is ... 1/m^2/yr'"
    raise text.fault(None, "", "no such line", expected, "is it cut off?")


def _rising(text: Foreign, rows: list[tuple[int, float, float]]) -> None:
    before = 0.0
    for number, size, flux in rows:
        if not size > before:
            raise text.fault(number, "diameter", f"{size:g} after {before:g}", "rising diameters")
        if not 1e-8 <= size <= 100:
            raise text.fault(number, "diameter", f"{size:g}", "metres, from 1e-8 to 100")
        if flux < 0:
            raise text.fault(number, "flux", f"{flux:g}", "a flux of at least 0")
        before = size


def _falling(text: Foreign, rows: list[tuple[int, float, float]]) -> None:
    """Refuse what is no cumulative flux."""
    if len(rows) < 2:
        raise text.fault(None, "", f"{len(rows)} rows", "at least 2 rows of diameters and fluxes")
    _rising(text, rows)
    for (_, _, before), (number, _, flux) in itertools.pairwise(rows):
        if flux > before * (1 + 1e-9):
            expected = "a flux that does not rise: it counts particles of at least the size"
            raise text.fault(number, "flux", f"{flux:g} after {before:g}", expected)
    if rows[0][2] <= 0:
        raise text.fault(rows[0][0], "flux", "0", "a flux greater than 0 in the first row")


def _plausible_year(text: Foreign, line: int, year: float) -> None:
    if not 1957 <= year <= 2200:
        raise text.fault(line, "year", f"{year:g}", "a year from 1957 to 2200")


def _short(value: float) -> float:
    """Return a figure without the dust of its conversion."""
    return float(f"{value:.6g}")
