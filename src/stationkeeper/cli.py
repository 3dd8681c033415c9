"""The command line: reads arguments, calls one function, prints. No physics here."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from stationkeeper.errors import ClusterError, InputError, Interrupted, StorageError

if TYPE_CHECKING:
    from stationkeeper.programme.document import Programme

FELL_SHORT = 1
WRONG_INPUT = 2
INTERRUPTED = 130

app = typer.Typer(
    name="stationkeeper",
    help="Plan, fly and retire space stations from one programme file.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Source = Annotated[str, typer.Argument(help="Shipped name or path of a programme file.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Override = Annotated[
    list[str] | None, typer.Option("--override", help="Named override; may be given again.")
]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set one key; may be given again."),
]
AsKnown = Annotated[
    str | None,
    typer.Option("--as-known", metavar="DATE", help="Keep only what was known on this day."),
]
Topics = Annotated[list[str] | None, typer.Argument(help="Topics; all if none is given.")]


_SPACES = "\n\u00a0\u202f"  # a line's end, and the firm spaces of numbers and their units


def _visible(text: str) -> str:
    """Write control characters out, so that what a user or a file gave cannot steer a terminal."""
    return "".join(
        letter if letter.isprintable() or letter in _SPACES else ascii(letter)[1:-1]
        for letter in text
    )


def _say(text: str) -> None:
    """Print for people, on standard error."""
    print(_visible(text), file=sys.stderr, flush=True)


def _print_document(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1, default=str, allow_nan=False))


def _day(text: str | None, flag: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{flag}: given {text!r}, expected a date as YYYY-MM-DD") from None


def _expect_free(file: Path) -> None:
    """Refuse a file that is there already, or whose folder is not."""
    if file.exists():
        raise InputError(f"{file}: exists already; give another name or move it away")
    if not file.parent.is_dir():
        raise InputError(f"{file}: there is no folder {file.parent}; make it or give another name")


def _read(
    source: str,
    override: list[str] | None,
    setting: list[str] | None,
    as_known: str | None,
) -> "Programme":
    from stationkeeper.programme.read import read_programme

    return read_programme(
        source,
        overrides=override or (),
        settings=setting or (),
        as_known=_day(as_known, "--as-known"),
    )


@app.command()
def run(
    programme: Source,
    override: Override = None,
    setting: Setting = None,
    as_known: AsKnown = None,
    replicas: Annotated[int, typer.Option(min=1, max=10_000_000, help="Lives to fly.")] = 250,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of all draws.")] = 1,
    workers: Annotated[
        str | None,
        typer.Option(
            metavar="N|tcp://HOST:PORT",
            help="Threads, or the Dask scheduler whose workers fly; all cores if not given.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder in which the run folder is made.")] = Path(
        "runs"
    ),
    as_json: Json = False,
) -> None:
    """Fly a programme many times and write the run folder with its report."""
    document = _read(programme, override, setting, as_known)
    # After reading, so that a fault in the input is told at once.
    from stationkeeper.lifetime.run import run as fly
    from stationkeeper.report.page import write_report

    with _progress() as progress:
        folder = fly(
            document,
            out=out,
            replicas=replicas,
            seed=seed,
            workers=workers,
            progress=progress,
        )
        progress("report: drawing")
        page = write_report(folder)
    if as_json:
        _print_document({"folder": str(folder), "report": str(page)})
        return
    from stationkeeper.report.words import headline

    print(headline(folder))
    print(f"\nreport   {page}\nresults  {folder / 'ensemble.nc'}")


@app.command(name="compare")
def compare_variants(
    programme: Source,
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary",
            metavar="KEY=a,b,c",
            help="Values of one key, or override=NAME,NAME; may be given again.",
        ),
    ],
    front: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Two measures: which variants no other beats in both."
            " Propellant and days with people if not given.",
        ),
    ] = None,
    reports: Annotated[
        bool, typer.Option("--reports", help="Draw the report of each variant too.")
    ] = False,
    override: Override = None,
    setting: Setting = None,
    as_known: AsKnown = None,
    replicas: Annotated[
        int, typer.Option(min=1, max=10_000_000, help="Lives to fly of each variant.")
    ] = 250,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of all draws.")] = 1,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1_024, help="Workers; all cores if not given.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder in which the folder of it is made.")] = Path(
        "runs"
    ),
    as_json: Json = False,
) -> None:
    """Fly a programme under variants and set them side by side."""
    known = _day(as_known, "--as-known")
    from stationkeeper.lifetime.compare import compare, documented
    from stationkeeper.report.compare_page import write_comparison
    from stationkeeper.report.compare_words import compare_text
    from stationkeeper.report.page import write_report

    with _progress() as progress:
        folder = compare(
            programme,
            vary,
            out=out,
            overrides=override or (),
            settings=setting or (),
            as_known=known,
            front=front,
            replicas=replicas,
            seed=seed,
            workers=workers,
            progress=progress,
        )
        found = documented(folder)
        for row in found["variants"] if reports else ():
            progress(f"report: drawing that of {row['name']}")
            write_report(folder / row["folder"])
        progress("report: drawing")
        page = write_comparison(folder)
    if as_json:
        _print_document({"folder": str(folder), "report": str(page), **found})
        return
    print(_visible(compare_text(found)))
    print(f"\nreport   {page}\nresults  {folder}")


@app.command()
def crew(
    programme: Source,
    station: Annotated[str | None, typer.Option(help="Key of the station.")] = None,
    check_only: Annotated[
        bool,
        typer.Option("--check", help="Check every day of the crews as they are; plan nothing."),
    ] = False,
    worth: Annotated[
        bool, typer.Option("--worth", help="Say what the exchange of seats is worth; two plans.")
    ] = False,
    begin: Annotated[
        str | None,
        typer.Option("--from", metavar="flown", help="Plan on from the crews of the day --at."),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="DATE", help="First day of the plan or check.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Last day of it.")] = None,
    without_exchange: Annotated[
        bool, typer.Option("--without-exchange", help="Plan without the exchange of seats.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(min=0.1, max=86_400, help="Longest search for each objective. [s]")
    ] = 60.0,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Seed of the search.")] = 1,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1_024, help="Workers; all cores if not given.")
    ] = None,
    override: Override = None,
    setting: Setting = None,
    as_known: AsKnown = None,
    out: Annotated[Path, typer.Option(help="Folder in which the folder of the plan is made.")] = (
        Path("runs")
    ),
    as_json: Json = False,
) -> None:
    """Plan who flies on what and when, or check whether every day is safe."""
    if begin not in (None, "flown"):
        raise InputError(f"--from: given {begin!r}, expected flown")
    if begin and at is None:
        raise InputError(
            "--from flown: expected --at DATE, the day whose crews the plan goes on from"
        )
    if sum((check_only, worth, without_exchange)) > 1 or (begin and (check_only or worth)):
        raise InputError(
            "expected one of --check, --worth and a plan: a check takes the crews as they are and "
            "shows both, with the exchange and without; --from and --without-exchange are for plans"
        )
    first, last = _day(at, "--at"), _day(until, "--until")
    document = _read(programme, override, setting, as_known)
    from stationkeeper.lifetime.crew_work import check_crew, plan_crew
    from stationkeeper.lifetime.crew_worth import worth_crew
    from stationkeeper.report.crew_page import crew_text, write_crew_report
    from stationkeeper.report.crew_words import documents, outcome

    search: dict[str, Any] = {"seed": seed, "workers": workers, "seconds": seconds}
    with _progress() as progress:
        place: dict[str, Any] = {"out": out, "progress": progress}
        if check_only:
            folder = check_crew(document, station, first=first, last=last, **place)
        elif worth:
            folder = worth_crew(document, station, at=first, until=last, **search, **place)
        else:
            folder = plan_crew(
                document,
                station,
                at=first,
                until=last,
                from_flown=begin is not None,
                exchange=not without_exchange,
                **search,
                **place,
            )
        progress("report: drawing")
        page = write_crew_report(folder)
    found = documents(folder)
    if as_json:
        _print_document({"folder": str(folder), "report": str(page), **found})
    else:
        print(_visible(crew_text(found)))
        print(f"\nreport   {page}\nresults  {folder}")
    code = {"good": 0, "short": FELL_SHORT, "interrupted": INTERRUPTED}[outcome(found)]
    if code:
        raise typer.Exit(code)


@app.command()
def services(
    programme: Source,
    service: Annotated[str | None, typer.Option(help="Key of one service; all if absent.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="LAT,LON", help="Place looked at. [deg]")
    ] = None,
    orbit: Annotated[
        Path | None,
        typer.Option(help="Element sets or an OEM that the station flies instead of its plan."),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(help="Write the station's ephemeris: a file .oem, .czml or .geojson."),
    ] = None,
    station: Annotated[
        str | None, typer.Option(help="Station that --orbit and --export are about.")
    ] = None,
    override: Override = None,
    setting: Setting = None,
    as_known: AsKnown = None,
    out: Annotated[Path, typer.Option(help="Folder in which the folder of it is made.")] = Path(
        "runs"
    ),
    as_json: Json = False,
) -> None:
    """Say what the ground gets, with and without the stations, by place and latitude."""
    place = _latitude_longitude(at)
    if export is not None:
        _expect_free(export)
    document = _read(programme, override, setting, as_known)
    from stationkeeper.lifetime.serving.document import serve
    from stationkeeper.report.services_page import write_services_report
    from stationkeeper.report.services_text import services_text

    with _progress() as progress:
        folder = serve(
            document,
            out=out,
            service=service,
            at=place,
            orbit=orbit,
            export=export,
            station=station,
            progress=progress,
        )
        progress("report: drawing")
        page = write_services_report(folder)
    found = json.loads((folder / "services.json").read_bytes())
    if as_json:
        _print_document({"folder": str(folder), "report": str(page), **found})
        return
    print(_visible(services_text(found)))
    print(f"\nreport   {page}\nresults  {folder}")


def _latitude_longitude(text: str | None) -> tuple[float, float] | None:
    """Read a place as two numbers with a comma between. [deg]"""
    if text is None:
        return None
    pieces = text.split(",")
    try:
        latitude, longitude = (float(piece) for piece in pieces)
    except ValueError:
        raise InputError(
            f"--at: given {text!r}, expected latitude and longitude in degrees, as 55.75,37.62"
        ) from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 360):
        raise InputError(
            f"--at: given {text!r}, expected a latitude from -90 to 90 and a longitude from -180"
            " to 360 degrees"
        )
    return latitude, longitude


@app.command()
def operate(
    programme: Source,
    station: Annotated[str, typer.Option(help="Key of the station that is flown.")],
    days: Annotated[float, typer.Option(help="How long. [d]")] = 30.0,
    uncrewed: Annotated[bool, typer.Option("--uncrewed", help="Nobody is aboard.")] = False,
    faults: Annotated[
        str,
        typer.Option(
            help="none, random[:MEAN], a file, or kind:component@seconds=size, with commas."
        ),
    ] = "none",
    caretaker: Annotated[
        str, typer.Option(help="nobody, limits, ground, one installed, or module:Class.")
    ] = "limits",
    link: Annotated[
        str, typer.Option(help="The ground is reached by stations, two-relays or full-relay.")
    ] = "full-relay",
    reaction_min: Annotated[
        float, typer.Option(help="Of people on the ground, to a symptom seen. [min]")
    ] = 30.0,
    first_day: Annotated[
        str | None, typer.Option(metavar="DATE", help="In the place of the plant's own.")
    ] = None,
    missions: Annotated[
        int,
        typer.Option(
            min=1, max=100_000, help="Above 1: all baselines and this caretaker on common faults."
        ),
    ] = 1,
    override: Override = None,
    setting: Setting = None,
    as_known: AsKnown = None,
    seed: Annotated[int, typer.Option(help="Seed of all draws.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder in which the run folder is made.")] = Path(
        "runs"
    ),
    as_json: Json = False,
) -> None:
    """Fly one station second by second: faults, telemetry, the watch, and who commands it."""
    document = _read(programme, override, setting, as_known)
    from stationkeeper.operations.minds import commanded
    from stationkeeper.operations.operate import operate as fly
    from stationkeeper.operations.pairs import fly_pairs
    from stationkeeper.operations.plan import FlightPlan
    from stationkeeper.report.operations_page import (
        operations_text,
        pairs_text,
        write_operations_report,
        write_pairs_report,
    )

    plan = FlightPlan(
        document,
        station,
        days,
        uncrewed=uncrewed,
        faults=faults,
        command=commanded(caretaker, link, reaction_min),
        first_day=_day(first_day, "--first-day"),
        seed=seed,
    )
    with _progress() as progress:
        if missions > 1:
            folder = fly_pairs(plan, missions, out=out, progress=progress)
            progress("report: drawing")
            page, name, text = write_pairs_report(folder), "pairs.json", pairs_text
        else:
            folder = fly(plan, out=out, progress=progress)
            progress("report: drawing")
            page, name, text = write_operations_report(folder), "operations.json", operations_text
    found = json.loads((folder / name).read_bytes())
    if as_json:
        _print_document({"folder": str(folder), "report": str(page), **found})
        return
    print(_visible(text(found)))
    print(f"\nreport   {page}\nresults  {folder}")


@app.command(name="watch")
def watch_file(
    file: Annotated[
        Path, typer.Argument(help="Telemetry: .npz with train and test, (time, features).")
    ],
    as_json: Json = False,
) -> None:
    """Tell the spans of telemetry that are not like the nominal record it comes with."""
    from stationkeeper.caretaker.watch import watch
    from stationkeeper.caretaker.watch_file import read_telemetry

    train, test = read_telemetry(file)
    try:
        spans = watch(train, test)
    except InputError as error:
        raise InputError(f"{file}: {error}") from None
    if as_json:
        rows = [{"start": start, "end": end, "score": score} for start, end, score in spans]
        _print_document({"spans": rows})
        return
    for start, end, score in spans:
        print(f"rows {start} to {end - 1}  score {score:.2f}")
    print(f"{len(spans)} spans in {len(test)} rows; at the threshold the score is 1")


@app.command()
def check(
    file: Source,
    override: Override = None,
    setting: Setting = None,
    as_known: AsKnown = None,
    autarky: Annotated[
        str | None,
        typer.Option(metavar="PARTNER", help="List what is not this partner's own instead."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Find every fault of a programme at once, and list what in it is estimated."""
    if autarky is not None:
        _list_autarky(_read(file, override, setting, as_known), autarky, as_json)
        return
    from stationkeeper.programme.check import check_source

    checked = check_source(
        file,
        overrides=override or (),
        settings=setting or (),
        as_known=_day(as_known, "--as-known"),
    )
    if as_json:
        _print_document(checked.as_document())
    else:
        print(_visible(checked.as_text()))
    if checked.has_errors:
        raise typer.Exit(WRONG_INPUT)


def _list_autarky(document: "Programme", partner: str, as_json: bool) -> None:
    """List what is not a partner's own."""
    from stationkeeper.programme.autarky import autarky, autarky_text

    rows = autarky(document, partner)
    if as_json:
        found = [row.as_document() for row in rows]
        _print_document({"programme": document.name, "partner": partner, "rows": found})
    else:
        print(_visible(autarky_text(document, partner, rows)))


@app.command()
def new(
    file: Annotated[Path | None, typer.Argument(help="File to write.")] = None,
    template: Annotated[
        str | None, typer.Option(help="Shipped programme or 'small' to begin from.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Short name of the new programme.")] = None,
    as_json: Json = False,
) -> None:
    """Write a new programme file from a template; asks for what is not given."""
    from stationkeeper.programme.template import new_document, template_names
    from stationkeeper.results.storage import write_atomically

    asks = sys.stdin.isatty() and not as_json
    if template is None:
        template = (
            typer.prompt(f"Template ({', '.join(template_names())})", default="small")
            if asks
            else "small"
        )
    if name is None:
        name = typer.prompt("Short name", default="my-station") if asks else "my-station"
    target = file or Path(f"{name}.toml")
    _expect_free(target)
    text = new_document(template, name)
    write_atomically(target, text.encode())
    if as_json:
        _print_document({"file": str(target), "template": template})
    else:
        print(f"{target} written. Next: stationkeeper check {target}")


@app.command(name="list")
def list_programmes(as_json: Json = False) -> None:
    """List the shipped programmes and their overrides."""
    from stationkeeper.programme.describe import describe_shipped

    rows = describe_shipped()
    if as_json:
        _print_document({"programmes": rows})
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        print(f"{row['name']:<{width}}  {row['first']} to {row['last']}  {row['title']}")
        if row["overrides"]:
            print(f"{'':<{width}}  overrides: {', '.join(row['overrides'])}")


@app.command()
def show(
    name: Source,
    override: Override = None,
    setting: Setting = None,
    as_known: AsKnown = None,
    as_json: Json = False,
) -> None:
    """Show what a programme holds: stations, modules, ships, events, flights, people."""
    from stationkeeper.programme.describe import as_text, describe

    description = describe(_read(name, override, setting, as_known))
    if as_json:
        _print_document(description)
    else:
        print(as_text(description))


@app.command(name="export")
def export_table(
    name: Source,
    table: Annotated[str, typer.Argument(help="flights, crews, modules, events or traffic.")],
    file: Annotated[Path, typer.Argument(help="File to write: .csv or .xlsx.")],
    override: Override = None,
    as_json: Json = False,
) -> None:
    """Write one table of a programme to a spreadsheet."""
    from stationkeeper.programme.spreadsheets import export_table as write

    count = write(_read(name, override, None, None), table, file)
    if as_json:
        _print_document({"file": str(file), "rows": count})
    else:
        print(f"{file}: {count} {table}")


@app.command(name="import")
def import_table(
    name: Source,
    table: Annotated[
        str,
        typer.Argument(
            help="flights, crews, modules, events, traffic, facets, fluxes or approaches."
        ),
    ],
    file: Annotated[
        Path,
        typer.Argument(
            help="File to read: .csv or .xlsx; of ORDEM or MASTER; conjunction data messages."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Programme file to write.")],
    station: Annotated[
        str | None, typer.Option(help="Fluxes and approaches: key of the station.")
    ] = None,
    radius: Annotated[
        float, typer.Option(help="Approaches: radius of station and object together. [m]")
    ] = 60.0,
    as_json: Json = False,
) -> None:
    """Read a spreadsheet or an output file of another program into a new programme file."""
    from stationkeeper.lifetime.imports import import_file
    from stationkeeper.results.storage import write_atomically

    if station is not None and table not in ("fluxes", "approaches"):
        raise InputError(f"--station: given {station!r}, expected with fluxes and approaches only")
    text = import_file(name, table, file, station=station, radius_m=radius)
    _expect_free(out)
    write_atomically(out, text.encode())
    if as_json:
        _print_document({"file": str(out)})
    else:
        print(f"{out} written. Next: stationkeeper check {out}")


@app.command()
def validate(topics: Topics = None, as_json: Json = False) -> None:
    """Set every model beside its published truth."""
    from stationkeeper.validation.topics import validation_rows

    with _progress() as progress:
        rows = validation_rows(topics or (), progress)
    if as_json:
        _print_document({"rows": [row.as_document() for row in rows]})
    else:
        from stationkeeper.report.tables import validation_text

        print(validation_text(rows))
    if any(row.counts and not row.within for row in rows):
        raise typer.Exit(FELL_SHORT)


@app.command()
def bench(topics: Topics = None, as_json: Json = False) -> None:
    """Set every speed beside a peer's, measured in one run."""
    from stationkeeper.validation.topics import speed_rows

    with _progress() as progress:
        rows = speed_rows(topics or (), progress)
    if as_json:
        _print_document({"rows": [row.as_document() for row in rows]})
    else:
        from stationkeeper.report.tables import speed_text

        print(speed_text(rows))
    if not all(row.met for row in rows):
        raise typer.Exit(FELL_SHORT)


@contextmanager
def _progress() -> Iterator[Any]:
    """Show what is being done, on standard error: a live bar on a terminal, lines elsewhere.

    The function it yields takes a text such as ``chunks: 3 of 8``, or any other words.
    """
    from stationkeeper.report.progress import live_progress

    with live_progress() as progress:
        yield progress


def _stop(message: str, code: int) -> NoReturn:
    _say(message)
    raise SystemExit(code)


def main() -> None:
    """Run the command line; the exit codes are those of the design."""
    try:
        code = app(standalone_mode=False)
    except InputError as error:
        _stop(f"stationkeeper: {error}", WRONG_INPUT)
    except (StorageError, ClusterError) as error:
        _stop(f"stationkeeper: {error}", FELL_SHORT)
    except (Interrupted, KeyboardInterrupt) as error:
        _stop(f"stationkeeper: {error or 'interrupted; what was done is kept'}", INTERRUPTED)
    except typer.Abort:
        _stop("stationkeeper: stopped", INTERRUPTED)
    except Exception as error:
        if hasattr(error, "format_message"):  # a usage error of the argument parser
            context = getattr(error, "ctx", None)
            hint = f"\nTry: {context.command_path} --help" if context is not None else ""
            said = error.format_message()
            if not said:  # no command at all: the help has been shown
                raise SystemExit(WRONG_INPUT) from None
            _stop(f"stationkeeper: {said}{hint}", WRONG_INPUT)
        raise
    raise SystemExit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
