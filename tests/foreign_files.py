"""Output files of other programs, as tests write them: none of their figures is from a program."""

import itertools
import math
from collections.abc import Callable

ORDEM_HEAD = """ ORDEM {version} -  ORDEM Spacecraft Mode
 Debris Flux (#/m^2/yr)
  Year: {year}  Perigee Altitude =    {perigee:.3f}  Apogee Altitude =   {apogee:.3f}  inc =   {inc:.2f}
 *
 *
 *
 *
 *
 *
 *
  Size (m)   Flux       -Sigma     +Sigma
  --------   --------   --------   --------
"""  # noqa: E501 - the program writes one line


def power_law(size: float) -> float:
    """Invented flux through a cross section, 4e-5 at 1 cm. [1/m2/year]"""
    return 4e-5 * (size / 1e-2) ** -2.5


def ordem(
    flux: Callable[[float], float] = power_law,
    version: str = "3.2.0",
    year: int = 2024,
    perigee: float = 400.0,
    apogee: float = 400.0,
    inc: float = 51.6,
) -> str:
    """Return a file as SIZEFLUX_SC.OUT: 100 sizes a decade from 10 um to 1 m, three digits."""
    head = ORDEM_HEAD.format(version=version, year=year, perigee=perigee, apogee=apogee, inc=inc)
    rows = []
    for k in range(501):
        size = 10 ** (-5 + k / 100)
        value = flux(size)
        rows.append(f"  {size:.2E}   {value:.2E}   {value / 5:.2E}   {value / 5:.2E}\n")
    return head + "".join(rows)


def master(
    flux: Callable[[float], float] = power_law,
    *,
    cumulative: bool = False,
    target: str = "tumbling plate",
    kind: str = "debris",
    version: str = "8.0.3",
    year: str = "2024",
    a_decade: int = 10,
) -> str:
    """Return a file as MASTER's spectrum over the diameter, 10 um to 1 m."""
    edges = [10 ** (-5 + k / a_decade) for k in range(5 * a_decade + 1)]
    rows, total = [], flux(edges[0]) - (0 if cumulative else flux(edges[-1]))
    for low, high in itertools.pairwise(edges):
        size = low if cumulative else math.sqrt(low * high)
        value = flux(low) if cumulative else flux(low) - flux(high)
        rows.append(f" {size:.5E}  {0.7 * value:.5E}  {0.3 * value:.5E}  {value:.5E}\n")
    return (
        f"# year: {year}\n# target: {target}\n# kind: {kind}\n# MASTER-{version}\n"
        "# Diameter [m]   A   B   Total\n"
        + "".join(rows)
        + f"# Total flux in this spectrum is {total:.5E} 1/m^2/yr\n"
    )


# The states and covariances are those of the example of CCSDS 508.0-B-1, annex; the rates of the
# covariance are left out there where they are not used here.
COMMON = {
    "CCSDS_CDM_VERS": "1.0",
    "CREATION_DATE": "2010-03-12T22:31:12.000",
    "ORIGINATOR": "JSPOC",
    "MESSAGE_ID": "201113719185",
    "TCA": "2010-03-13T22:37:52.618",
    "MISS_DISTANCE": "715 [m]",
}
OBJECT1 = {
    "OBJECT": "OBJECT1",
    "OBJECT_DESIGNATOR": "12345",
    "OBJECT_NAME": "SATELLITE A",
    "REF_FRAME": "EME2000",
    "X": "2570.097065 [km]",
    "Y": "2244.654904 [km]",
    "Z": "6281.497978 [km]",
    "X_DOT": "4.418769571 [km/s]",
    "Y_DOT": "4.833547743 [km/s]",
    "Z_DOT": "-3.526774282 [km/s]",
    "CR_R": "4.142E+01 [m**2]",
    "CT_R": "-8.579E+00 [m**2]",
    "CT_T": "2.533E+03 [m**2]",
    "CN_R": "-2.313E+01 [m**2]",
    "CN_T": "1.336E+01 [m**2]",
    "CN_N": "7.098E+01 [m**2]",
}
OBJECT2 = {
    "OBJECT": "OBJECT2",
    "OBJECT_DESIGNATOR": "30337",
    "OBJECT_NAME": "FENGYUN 1C DEB",
    "REF_FRAME": "EME2000",
    "X": "2569.540800 [km]",
    "Y": "2245.093614 [km]",
    "Z": "6281.599946 [km]",
    "X_DOT": "-2.888612500 [km/s]",
    "Y_DOT": "-6.007247516 [km/s]",
    "Z_DOT": "3.328770172 [km/s]",
    "CR_R": "1.337E+03 [m**2]",
    "CT_R": "-4.806E+04 [m**2]",
    "CT_T": "2.492E+06 [m**2]",
    "CN_R": "-3.298E+01 [m**2]",
    "CN_T": "-7.5888E+02 [m**2]",
    "CN_N": "7.105E+01 [m**2]",
}


def message(
    common: dict[str, str] | None = None,
    first: dict[str, str] | None = None,
    second: dict[str, str] | None = None,
    without: tuple[str, ...] = (),
) -> str:
    """Return a conjunction data message in KVN, some keys changed or left out."""
    parts = (COMMON | (common or {}), OBJECT1 | (first or {}), OBJECT2 | (second or {}))
    lines = ["COMMENT a message made by a test"] if "COMMENT" not in without else []
    lines += [f"{k:<34} = {v}" for part in parts for k, v in part.items() if k not in without]
    return "\n".join(lines) + "\n"


def xml_message(kvn: str | None = None, version: str = "1.0") -> str:
    """Return the same message in XML."""
    parts: list[list[str]] = [[]]
    for line in (kvn or message()).splitlines():
        if line.startswith(("COMMENT", "CCSDS")):
            continue
        key, value = (piece.strip() for piece in line.split("=", 1))
        if key == "OBJECT":
            parts.append([])
        value, _, unit = value.partition(" [")
        attribute = f' units="{unit.rstrip("]")}"' if unit else ""
        parts[-1].append(f"<{key}{attribute}>{value}</{key}>")
    common, *objects = ("\n".join(part) for part in parts)
    segments = "".join(f"<segment><metadata>{part}</metadata></segment>\n" for part in objects)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<cdm id="CCSDS_CDM_VERS" version="{version}">\n<body><relativeMetadataData>\n'
        f"{common}\n</relativeMetadataData>\n{segments}</body></cdm>\n"
    )
