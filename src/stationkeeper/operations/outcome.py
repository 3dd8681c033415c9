"""What a flight came to: did the station live, when was it safe, what did it serve and use up.

Judged from the truth, once a minute; nobody aboard sees it.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# When a station counts as safe; all ours, near what flight rules say.
SAFE_RATE: Final = float(np.radians(0.1))  # [rad/s] turning slower
SAFE_LEVEL: Final = 0.2  # [-] every bus above this state of charge
SAFE_PRESSURE: Final = 90e3  # [Pa] in seven tenths of the volume
SAFE_COLD, SAFE_WARM = 278.15, 313.15  # [K] in seven tenths of the volume
SAFE_CARBON_DIOXIDE: Final = 1_000.0  # [Pa] where people are aboard
SAFE_SMOKE: Final = 1e-5  # [kg/m3] of smoke anywhere: ten times what an alarm asks
MOST_OF_VOLUME: Final = 0.7  # [-] one module may be closed off and left
# When it counts as lost: nobody brings it back by commands alone.
LOST_PRESSURE: Final = 30e3  # [Pa] below it in half the volume or more
LOST_COLD: Final = 263.15  # [K] below it in half the volume or more: pipes have frozen
LOST_DARK: Final = 2 * 86_400.0  # [s] with all batteries empty
LOST_RATE: Final = float(np.radians(3.0))  # [rad/s] turning faster breaks wings
EMPTY: Final = 0.01  # [-] of charge
POINTED: Final = float(np.radians(10.0))  # services ask for this attitude


@dataclass(frozen=True)
class Outcome:
    """One flight in figures."""

    survived: bool
    lost_at_s: float | None
    """When it was lost. [s]"""
    lost_by: str
    """Pressure, cold, dark or turning; empty if it was not. [-]"""
    safe_at_end: bool
    unsafe_s: float
    """Time in which it was not safe. [s]"""
    time_to_safe_s: float | None
    """From the first fault until it is safe and stays so; 0 if it was never unsafe, absent if it
    is not safe at the end. [s]"""
    services: float
    """Mean share of time that payloads ran, pointed, on a living station. [-]"""
    service: dict[str, float]
    """Share of time by payload. [-]"""
    contact: float
    """Share of time with a link for commands. [-]"""
    data_lost_gb: float
    propellant_kg: float
    """Used. [kg]"""
    oxygen_kg: float
    nitrogen_kg: float
    water_kg: float
    safe_mode_s: float
    """Time in safe mode. [s]"""
    commands: int
    """Carried out. [-]"""
    refused: int
    noticed: int
    """Alarms and events of the watch that began. [-]"""

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def judged(
    names: tuple[str, ...],
    samples: NDArray[np.float32],
    volumes: dict[str, float],
    step: float,
    first_fault: float | None,
    counts: dict[str, float],
) -> Outcome:
    """Judge a flight from its samples.

    Parameters
    ----------
    names : tuple of str
        Signals of the columns, see `flight.sample_names`.
    samples : ndarray, (time, signal)
        Truth. [SI]
    volumes : dict of str to float
        Volume of each room. [m3]
    step : float
        Between samples. [s]
    first_fault : float or None
        Onset of the first fault; None without any. [s]
    counts : dict of str to float
        ``commands``, ``refused``, ``noticed``, ``safe_mode_s``.

    Returns
    -------
    Outcome
    """
    column = {name: place for place, name in enumerate(names)}

    def of(name: str) -> Array:
        return samples[:, column[name]].astype(float)

    share = np.array(list(volumes.values())) / sum(volumes.values())

    def rooms(kind: str) -> Array:
        return np.stack([of(f"room.{room}.{kind}") for room in volumes], axis=1)

    levels = np.stack(
        [of(name) for name in names if name.startswith("bus.") and name.endswith(".level")], axis=1
    )
    rate = np.sqrt(sum(of(f"attitude.rate-{axis}") ** 2 for axis in "xyz"))
    pressure, warmth = rooms("pressure"), rooms("temperature")
    crewed = of("people.aboard") > 0
    safe = (
        (rate < SAFE_RATE)
        & (levels.min(axis=1) > SAFE_LEVEL)
        & ((pressure > SAFE_PRESSURE) @ share >= MOST_OF_VOLUME)
        & (((warmth > SAFE_COLD) & (warmth < SAFE_WARM)) @ share >= MOST_OF_VOLUME)
        & (rooms("smoke").max(axis=1) < SAFE_SMOKE)
        & (~crewed | (rooms("carbon-dioxide").max(axis=1) < SAFE_CARBON_DIOXIDE))
    )
    dark = _lasting(levels.max(axis=1) < EMPTY, LOST_DARK / step)
    ways = {
        "pressure": (pressure < LOST_PRESSURE) @ share >= 0.5,
        "cold": (warmth < LOST_COLD) @ share >= 0.5,
        "dark": dark,
        "turning": rate > LOST_RATE,
    }
    firsts = {way: int(np.argmax(lost)) for way, lost in ways.items() if lost.any()}
    lost_by = min(firsts, key=lambda way: firsts[way]) if firsts else ""
    lost_at = firsts[lost_by] if lost_by else None
    alive = np.ones(len(samples), dtype=bool)
    if lost_at is not None:
        alive[lost_at:] = False
        safe[lost_at:] = False
    useful = alive & (of("attitude.error") < POINTED) & (of("attitude.mode") != 3)
    service = {
        name.removeprefix("load.").removesuffix(".on"): float(np.mean(of(name) * useful))
        for name in names
        if name.startswith("load.")
    }
    unsafe = np.flatnonzero(~safe)
    begin = 0 if first_fault is None else int(first_fault / step)
    to_safe: float | None = 0.0
    if len(unsafe) and unsafe[-1] == len(safe) - 1:
        to_safe = None
    elif len(unsafe) and unsafe[-1] >= begin:
        to_safe = float((unsafe[-1] + 1 - begin) * step)

    def used(name: str) -> float:
        return float(samples[0, column[name]] - samples[-1, column[name]])

    return Outcome(
        survived=lost_at is None,
        lost_at_s=None if lost_at is None else lost_at * step,
        lost_by=lost_by,
        safe_at_end=bool(safe[-1]),
        unsafe_s=float(len(unsafe) * step),
        time_to_safe_s=to_safe,
        services=float(np.mean(list(service.values()))) if service else 0.0,
        service=service,
        contact=float(np.mean(alive * (of("link.up") > 0))),
        data_lost_gb=float(samples[-1, column["recorder.lost"]]) / 1e9,
        propellant_kg=used("tank.propellant"),
        oxygen_kg=used("tank.oxygen"),
        nitrogen_kg=used("tank.nitrogen"),
        water_kg=used("tank.water"),
        safe_mode_s=counts["safe_mode_s"],
        commands=int(counts["commands"]),
        refused=int(counts["refused"]),
        noticed=int(counts["noticed"]),
    )


def _lasting(state: NDArray[np.bool_], rows: float) -> NDArray[np.bool_]:
    """True from where a state has lasted for so many rows."""
    places = np.arange(len(state))
    since = np.maximum.accumulate(np.where(state, -1, places))
    return np.asarray(state & (places - since >= rows))
