"""Factors between the units people write and the SI units inside. Multiply on the way in."""

from typing import Final

KILOMETRE: Final = 1e3  # [m]
HOUR: Final = 3_600.0  # [s]
DAY: Final = 86_400.0  # [s]
G_PER_CM2: Final = 10.0  # [kg/m2]
MILLI: Final = 1e-3
