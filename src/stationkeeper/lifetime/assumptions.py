"""What a run assumes, in words that the report prints beside its answers."""

from stationkeeper.lifetime.assemble import Assembled
from stationkeeper.lifetime.prepare import wall_thickness
from stationkeeper.orbit.conjunctions import AVOIDANCE_DELTA_V
from stationkeeper.orbit.deorbit import HOLD_ALTITUDE
from stationkeeper.units import G_PER_CM2, KILOMETRE


def assumptions(assembled: Assembled) -> tuple[str, ...]:
    """Return the assumptions of a run, one line each."""
    programme = assembled.programme
    future = (
        "Solar activity after the record is drawn for each replica from cycles 20 to 24, unscaled."
        if programme.sun.future == "drawn"
        else "Solar activity after the record is the published prediction, one for all replicas."
    )
    lines = [
        "Altitude is the mean semi-major axis less 6378.137 km; flown samples used 6378.135 km.",
        future,
        "Density is MSIS 2.1 averaged along the orbit, without winds.",
        "Drag takes the mean area of each module in all weeks; the validation of the ISS lets the"
        " arrays follow the Sun instead, with a drag factor of its own.",
        "Propellant aboard is one stock for all engines of a station, docked ships included; what"
        " a docked ship brought adds to the tanks while it is there, and it leaves with what the"
        " others cannot hold.",
        "Engines of docked ships at a port for it burn before those of modules, unless the"
        " programme names another order.",
        f"An avoidance manoeuvre changes the speed by {AVOIDANCE_DELTA_V:g} m/s.",
        "Flights, stays and events happen on their day in all replicas, even after a station is"
        " lost in one; a person's dose then stops.",
        "Dose is that of quiet time behind one wall for each station, the mean areal density of its"
        " modules by volume; of a stay only the days inside the span count.",
        "A fall without propulsion is followed for ten years.",
        "Units, leaks and hits are drawn for each replica; they are mended by the people and robots"
        " that are planned there. People leave early and come back, flights are not changed.",
        "Functions see at the begin of each month whether there is propellant.",
    ]
    for flown in assembled.stations:
        drag = flown.station.drag
        title = flown.station.title
        lines.append(
            f"{title}: drag coefficient {flown.station.drag_coefficient:g}, drag factor"
            f" {drag.factor:g}, lognormal with one sigma of {100 * drag.one_sigma:.0f} %."
        )
        thickness = wall_thickness(flown) / G_PER_CM2
        lines.append(f"{title}: {thickness:.1f} g/cm2 of wall and equipment around its people.")
        if flown.station.orbit.node_local_time_h is None:
            lines.append(f"{title}: the local time of the node on the first day is drawn once.")
        if flown.hardware.exists[0] and any(
            store.station == flown.key for store in programme.store.values()
        ):
            lines.append(
                f"{title}: its stores on {programme.span.first} are those that the document gives,"
                " for whichever day they were counted."
            )
        end = flown.station.end
        if end is not None and end.kind == "controlled":
            level = HOLD_ALTITUDE / KILOMETRE if end.drift_to_km is None else end.drift_to_km
            lines.append(
                f"{title}: controlled descent from {end.since}, counted as ended on the first day"
                f" at or below {level:g} km."
            )
    if assembled.handovers:
        lines.append(
            "Modules that leave a station take the share of its propellant that their tanks are of"
            " all tanks of its modules."
        )
    return tuple(lines)
