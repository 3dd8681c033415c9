"""CZML, the format of moving things on a globe in a browser."""

import json
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from stationkeeper.results.instants import instant

COLOUR: Final = [255, 140, 0, 255]  # red, green, blue, alpha; our choice
TRAIL: Final = 2_700.0  # [s] of path behind and ahead: half a revolution; our choice
SPEED: Final = 60  # seconds shown in one; our choice


def czml_text(
    start_day: float,
    step: float,
    position: ArrayLike,
    *,
    name: str,
    identifier: str,
) -> str:
    """Return a CZML document with one satellite: place by time, path and label.

    Parameters
    ----------
    start_day : float
        First epoch, days since 2000-01-01T00:00 UTC. [d]
    step : float
        From sample to sample. [s]
    position : array_like, (time, 3)
        In axes fixed to the Earth; written to centimetres. [m]
    name, identifier : str
        Label, and key of the packet.

    Returns
    -------
    str
        JSON: a document packet with the clock, then the packet of the satellite.

    References
    ----------
    .. [1] AnalyticalGraphicsInc, "CZML Guide", github.com/AnalyticalGraphicsInc/czml-writer.

    Examples
    --------
    >>> told = json.loads(czml_text(9_862.0, 60.0, [[7e6, 0, 0], [7e6, 4.5e5, 0]], name="Example",
    ...     identifier="example"))
    >>> told[1]["position"]["cartesian"]
    [0, 7000000.0, 0.0, 0.0, 60, 7000000.0, 450000.0, 0.0]
    """
    places = np.round(np.asarray(position, float), 2) + 0.0
    first = instant(start_day, 0.0, digits=3) + "Z"
    last = instant(start_day, step * (len(places) - 1), digits=3) + "Z"
    samples: list[float] = []
    for k, place in enumerate(places.tolist()):
        seconds = step * k
        samples += [int(seconds) if seconds == int(seconds) else seconds, *place]
    span = f"{first}/{last}"
    satellite: dict[str, Any] = {
        "id": identifier,
        "name": name,
        "availability": span,
        "position": {
            "epoch": first,
            "referenceFrame": "FIXED",
            "interpolationAlgorithm": "LAGRANGE",
            "interpolationDegree": 5,
            "cartesian": samples,
        },
        "point": {"color": {"rgba": COLOUR}, "pixelSize": 8},
        "label": {
            "text": name,
            "font": "12pt sans-serif",
            "horizontalOrigin": "LEFT",
            "pixelOffset": {"cartesian2": [12, 0]},
        },
        "path": {
            "leadTime": TRAIL,
            "trailTime": TRAIL,
            "resolution": step,
            "width": 1,
            "material": {"solidColor": {"color": {"rgba": COLOUR}}},
        },
    }
    document = {
        "id": "document",
        "name": name,
        "version": "1.0",
        "clock": {"interval": span, "currentTime": first, "multiplier": SPEED},
    }
    return json.dumps([document, satellite], allow_nan=False, separators=(",", ":")) + "\n"
