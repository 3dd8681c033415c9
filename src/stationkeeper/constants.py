"""Physical constants, each with its origin on the line. SI throughout."""

from typing import Final

MU_EARTH: Final = 3.986004418e14  # [m3/s2] WGS-84 (NIMA TR8350.2, 3rd ed., table 3.1)
EARTH_RADIUS: Final = 6_378_137.0  # [m] equatorial, WGS-84 (same table)
EARTH_FLATTENING: Final = 1 / 298.257223563  # [-] WGS-84 (same table)
EARTH_MEAN_RADIUS: Final = 6_371_000.0  # [m] rounded mean radius (IUGG)
EARTH_ROTATION_RATE: Final = 7.292115e-5  # [rad/s] WGS-84 (same table)
J2: Final = 1.08262982e-3  # [-] EGM96, unnormalised
STANDARD_GRAVITY: Final = 9.80665  # [m/s2] by definition (3rd CGPM, 1901)
TLE_EARTH_RADIUS: Final = 6_378_135.0  # [m] WGS-72, datum of the flown altitude samples
OBLIQUITY: Final = 0.40909280  # [rad] mean obliquity at J2000.0, 23.43929 deg (IAU 1980)
SECONDS_PER_DAY: Final = 86_400.0  # [s]
DAYS_PER_YEAR: Final = 365.25  # [d] Julian year
ELEMENTARY_CHARGE: Final = 1.602176634e-19  # [C] exact, SI 2019
PROTON_REST_ENERGY_MEV: Final = 938.27208816  # [MeV] CODATA 2018
NUCLEON_REST_ENERGY_MEV: Final = 931.49410242  # [MeV] atomic mass unit, CODATA 2018
ELECTRON_REST_ENERGY_MEV: Final = 0.51099895  # [MeV] CODATA 2018
