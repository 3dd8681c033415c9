"""Orbits in files, as tests write them: a circle in the layout of the standard."""

from collections.abc import Sequence

import numpy as np

TLE = (
    "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927",
    "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537",
)
"""The element set that many documents print as an example."""
RADIUS_KM = 6_778.0
RATE = np.sqrt(398_600.4418 / RADIUS_KM**3)  # [rad/s]
HEAD = {
    "OBJECT_NAME": "EXAMPLE",
    "OBJECT_ID": "2030-001A",
    "CENTER_NAME": "EARTH",
    "REF_FRAME": "EME2000",
    "TIME_SYSTEM": "UTC",
}


def signed(line: str) -> str:
    """Return a line of an element set with its check digit made right."""
    return line[:68] + str(sum(int(c) if c.isdigit() else c == "-" for c in line[:68]) % 10)


def states(minutes: Sequence[float]) -> list[list[float]]:
    """Return rows of X, Y, Z, X_DOT, Y_DOT, Z_DOT on a circle over the poles."""
    turn = RATE * 60.0 * np.asarray(minutes, float)
    zero = np.zeros_like(turn)
    place = RADIUS_KM * np.stack([np.cos(turn), zero, np.sin(turn)], axis=1)
    speed = RADIUS_KM * RATE * np.stack([-np.sin(turn), zero, np.cos(turn)], axis=1)
    return np.hstack([place, speed]).tolist()


def epoch(minute: float) -> str:
    """Return an instant of 2030-01-01."""
    seconds = round(minute * 60)
    return f"2030-01-01T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.000"


def segment(minutes: Sequence[float], **head: str) -> str:
    """Return a head and its rows."""
    keys = HEAD | {"START_TIME": epoch(minutes[0]), "STOP_TIME": epoch(minutes[-1])} | head
    lines = ["META_START", *(f"{key} = {value}" for key, value in keys.items()), "META_STOP", ""]
    lines += [
        f"{epoch(minute)} " + " ".join(f"{x:.9f}" for x in row)
        for minute, row in zip(minutes, states(minutes), strict=True)
    ]
    return "\n".join(lines) + "\n"


def oem(*segments: str, version: str = "2.0") -> str:
    """Return a message of some segments; of one of half an hour if none is given."""
    parts = segments or (segment(range(31)),)
    top = f"CCSDS_OEM_VERS = {version}\nCREATION_DATE = 2029-12-31T00:00:00\nORIGINATOR = TEST\n\n"
    return top + "COMMENT invented\n" + "\n".join(parts)


def xml_oem(minutes: Sequence[float] = range(31)) -> str:
    """Return the same message in XML, with a covariance that is passed over."""
    head = HEAD | {"START_TIME": epoch(minutes[0]), "STOP_TIME": epoch(minutes[-1])}
    meta = "".join(f"<{key}>{value}</{key}>\n" for key, value in head.items())
    names = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
    rows = ""
    for minute, row in zip(minutes, states(minutes), strict=True):
        rows += f"<stateVector><EPOCH>{epoch(minute)}</EPOCH>\n"
        for name, value in zip(names, row, strict=True):
            unit = "km" if "_" not in name else "km/s"
            rows += f'<{name} units="{unit}">{value:.9f}</{name}>\n'
        rows += "</stateVector>\n"
    last = (
        f"<covarianceMatrix><EPOCH>{epoch(minutes[0])}</EPOCH><CX_X>1.0</CX_X></covarianceMatrix>"
    )
    return (
        '<?xml version="1.0"?>\n<oem id="CCSDS_OEM_VERS" version="2.0">\n<header/>\n<body><segment>'
        f"<metadata>{meta}</metadata><data>{rows}{last}</data></segment></body></oem>\n"
    )
