"""The reference pages of the simulated station: its kinds of faults, its telemetry, its files."""

from typing import Any

STATIONS = (("iss-to-ros", "ros"), ("iss-to-ros", "iss"), ("haven-1", "haven-1"))
"""Shipped stations whose dictionaries are told."""


def faults_page() -> str:
    """Return the page of every kind of fault, and of the files of history."""
    from docs.generate import page, table
    from stationkeeper.operations.fault_files import shipped_fault_file, shipped_faults
    from stationkeeper.operations.fault_kinds import table as kinds

    rows = kinds()
    sections = []
    for subsystem in dict.fromkeys(row["subsystem"] for row in rows):
        lines = [_fault(row) for row in rows if row["subsystem"] == subsystem]
        heads = (
            "Kind",
            "Sizes, and if none is given",
            "Grows, comes and goes, ends",
            "What it does",
        )
        sections.append(f"## {subsystem}\n\n{table(heads, lines)}")
    files = [(name, shipped_fault_file(name)) for name in shipped_faults()]
    return page(
        "Kinds of faults",
        "How to use them: [write faults](../howto/write-faults.md). A size *sets* a health, is a "
        "*factor* on it, or is *added* to it. Random faults have sizes within the range; a file or "
        "a command line may go beyond. A size in *span* is a share of the range of the sensor.",
        f"There are {len(rows)} kinds. Sizes and rates are ours where no source gives one.",
        *sections,
        "## Files of history\n\n"
        + table(
            ("Name", "What", "Faults", "Flown"),
            (
                (
                    f"`{name}`",
                    f"{file.title}. {file.about}",
                    ", ".join(dict.fromkeys(f"`{row.kind}`" for row in file.fault)),
                    ""
                    if file.flight is None
                    else f"`{file.flight.programme}`, `{file.flight.station}`, from "
                    f"{file.flight.first_day}, {file.flight.days:g} d",
                )
                for name, file in files
            ),
        ),
    )


def _fault(row: dict[str, Any]) -> tuple[str, ...]:
    low, high = row["size"]
    unit = "" if row["unit"] == "-" else f" {row['unit']}"
    size = f"{row['mode']} {low:g}" + ("" if low == high else f" to {high:g}") + unit
    if row["both_signs"]:
        size += ", either sign"
    if low != high:
        size += f"; {row['typical']:g}"
    course = []
    if row["ramp_s"][1] > 0:
        course.append("grows in " + _span(row["ramp_s"]))
    if row["intermittent"] > 0:
        course.append(f"{row['intermittent']:.0%} come and go every {_span(row['period_s'])}")
    if row["lasts_s"][1] > 0:
        course.append("ends after " + _span(row["lasts_s"]))
    if row["cleared_by"]:
        course.append(f"ends with a {row['cleared_by'].replace('-', ' ')}")
    about = f"{row['title']}. {row['about']} *{row['severity']}*"
    return f"`{row['key']}`", size, ", ".join(course), about


def _span(seconds: tuple[float, float]) -> str:
    low, high = (_time(second) for second in seconds)
    return low if low == high else f"{low} to {high}"


def _time(seconds: float) -> str:
    for unit, long in (("d", 86_400.0), ("h", 3_600.0), ("min", 60.0)):
        if seconds >= long:
            return f"{seconds / long:.3g} {unit}"
    return f"{seconds:g} s"


def telemetry_page() -> str:
    """Return the page of what each shipped station tells and what it can be commanded."""
    from docs.generate import page, table
    from stationkeeper.operations.build import build
    from stationkeeper.operations.house import house_of
    from stationkeeper.programme.read import read_programme

    sections = []
    for programme, station in STATIONS:
        house = house_of(read_programme(programme), station, uncrewed=True)
        vehicle = build(house, seed=1, own=()).vehicle
        subsystems = dict.fromkeys(row.subsystem for row in vehicle.parameters)
        lines = []
        for subsystem in sorted(subsystems):
            rows = [row for row in vehicle.parameters if row.subsystem == subsystem]
            limits = sum(row.low > -float("inf") or row.high < float("inf") for row in rows)
            second = sum(row.name.endswith(".b") for row in rows)
            units = sorted({row.unit for row in rows} - {"-"})
            shown = ", ".join(f"`{row.name}`" for row in rows[:: max(1, len(rows) // 4)][:4])
            lines.append(
                (subsystem, str(len(rows)), str(limits), str(second), ", ".join(units), shown)
            )
        heads = (
            "Subsystem",
            "Parameters",
            "With limits",
            "Second sensors",
            "Units",
            "Some of them",
        )
        sections.append(
            f"## {house.title} (`{programme}`, `{station}`)\n\n{len(vehicle.parameters)} "
            f"parameters, {len(vehicle.commands)} commands, modules: "
            f"{', '.join(room.name for room in house.rooms)}.\n\n" + table(heads, lines)
        )
    return page(
        "Telemetry and commands",
        "What a simulated station tells and takes. The dictionary of a flight, with its limits, is "
        "`telemetry/dictionary.csv` of its run folder. A parameter is "
        "`subsystem.component.quantity`; the second sensor of the same ends in `.b`.",
        *sections,
        "## Commands\n\n"
        + table(
            ("Name", "What it does"),
            (
                (
                    "`safe-mode`",
                    "The whole station into safe mode, or (ground and crew) out of it.",
                ),
                ("`load.NAME`", "Switches a load on or off: machines, pumps, fans, payloads."),
                ("`hatch.NAME`", "Opens or closes; opening takes two steps."),
                ("`vent.NAME`", "A valve to vacuum."),
                ("`thrust.N`", "Lets a string of thrusters fire; two steps."),
                ("`attitude.mode`", "0 drift, 1 wheels, 3 safe; 2, thrusters, is told, not asked."),
                ("`wing.N`, `battery.N`, `bus.N`, `tie.N-M`", "Connects or disconnects."),
                ("`supply.GAS`", "Lets nitrogen or oxygen into the air."),
                ("`set.NAME`", "A setting without hazard, as of a loop."),
                ("`release.NAME`", "Lets a docked ship go; two steps, people only."),
            ),
        ),
        "Every command passes [the gate](../explanation/gate.md).",
    )


def detection_page() -> str:
    """Return the page of what is noticed of each kind of fault, from the latest proof of it."""
    from benchmarks.proof import read_record
    from docs.generate import REFERENCE, page, table
    from stationkeeper.operations.fault_kinds import fault_kinds

    title = "What is noticed of each kind of fault"
    proof = read_record(REFERENCE / "proof.json").get("detection")
    if proof is None:
        return page(title, "Not tried yet: `make proof ARGS=detection`.")
    figures = proof["figures"]
    kinds = fault_kinds()
    lines = []
    for key, row in figures["by_kind"].items():
        delay = row["median_delay_s"]
        lines.append(
            (
                kinds[key].subsystem,
                f"`{key}`",
                f"{row['noticed']} of {row['flights']}",
                "" if delay is None else _time(delay),
                ", ".join(row["by"]),
            )
        )
    return page(
        title,
        f"{figures['missions']} missions of the Russian station with nobody aboard "
        f"({figures['parameters']} parameters), hidden constants of their own, none of them a "
        f"mission on which the watch was set up; {proof['date']}, commit `{proof['commit']}`. In "
        f"{figures['nominal_months']:.0f} months of nominal flight {figures['false_events']} "
        f"events were told for nothing, {figures['false_events_a_month']:.2f} a month. Of "
        f"{figures['flights_with_a_fault']} flights with one fault of random size and place "
        f"{100 * figures['noticed_share']:.0f} % were noticed within two days.",
        "Noticed means that anything was told after the onset that the same flight without the "
        "fault does not tell within a minute. Not noticed are above all faults of what is off, "
        "spare or closed, and losses that a margin hides, as of wings and batteries in a station "
        "that has power to spare: they show when it is needed. Computers do not fail by particles "
        "here.",
        table(("Subsystem", "Kind", "Noticed", "Median delay", "By"), sorted(lines)),
    )
