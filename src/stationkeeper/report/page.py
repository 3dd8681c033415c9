"""The report: one self-contained page, with the figures beside it as PNG."""

import base64
from collections.abc import Sequence
from pathlib import Path

from stationkeeper.report import (
    altitude,
    assembly,
    comes_down,
    descent,
    dose,
    limits,
    people,
    propellant,
    services_sections,
    upkeep_sections,
    words_sections,
)
from stationkeeper.report.evidence import Evidence, evidence_markup, stored_evidence
from stationkeeper.report.facts import StationFacts, station_facts
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import Band, month_text, number
from stationkeeper.report.picture import Picture
from stationkeeper.report.provenance import (
    assumptions,
    estimates,
    record_or_policy,
    run_record,
    sources,
)
from stationkeeper.report.shell import whole_page
from stationkeeper.report.source import Run, read_run
from stationkeeper.report.words import answer, end_text
from stationkeeper.results.folder import REPORT
from stationkeeper.results.storage import storage_errors, write_atomically


def write_report(folder: Path) -> Path:
    """Write ``report.html`` and ``figures/*.png`` of a finished run, from its folder alone.

    Parameters
    ----------
    folder : Path
        Run folder.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        If the folder is not that of a finished run.
    StorageError
        If it cannot be written.
    """
    run = read_run(folder)
    place = folder / "figures"
    with storage_errors(place):
        place.mkdir(exist_ok=True)
    drawn = pictures(run)
    for picture in drawn:
        if picture.png is not None:
            write_atomically(place / f"{picture.key}.png", picture.png)
    path = folder / REPORT
    write_atomically(path, page(run, drawn, stored_evidence()).encode("utf-8"))
    return path


def pictures(run: Run) -> list[Picture]:
    """Draw every figure of the report, in the order of the page."""
    return [
        altitude.picture(run),
        propellant.picture(run),
        people.picture(run),
        assembly.picture(run),
        dose.picture(run, limits.limits_of(run)),
        dose.rate_picture(run),
        descent.picture(run),
        *comes_down.pictures(run),
        *upkeep_sections.pictures(run),
        *words_sections.pictures(run),
        *services_sections.pictures(run),
    ]


def page(run: Run, drawn: Sequence[Picture], evidence: Evidence) -> str:
    """Return the page as HTML."""
    figures = [_figure(one, run, evidence) for one in drawn]
    sections = [_answer(run), *figures, _rests_on(run)]
    return whole_page(run.programme.title, _header(run), sections)


def _header(run: Run) -> Markup:
    replicas = run.results.attrs.get("replicas", run.record.get("replicas", "?"))
    seed = run.results.attrs.get("seed", run.record.get("seed", "?"))
    said = (
        f"{run.programme.name}, {run.first.isoformat()} to {run.last.isoformat()}; "
        f"{replicas} replicas, seed {seed}"
    )
    parts = [tag("h1", run.programme.title), tag("p", said, class_="quiet")]
    if run.programme.about:
        parts.append(tag("p", run.programme.about))
    return tag("header", *parts)


def _answer(run: Run) -> Markup:
    """Return the answer: a paragraph, then the same figures side by side."""
    rows = [
        (
            run.title(facts.key),
            _stacked(month_text(facts.first), ""),
            _end(run, facts),
            *[
                _band(band)
                for band in (
                    facts.altitude_km,
                    facts.propellant_t,
                    facts.dose_rate_msv_d,
                    facts.days_to_200_km,
                )
            ],
            number(facts.most_mass_t),
        )
        for facts in station_facts(run)
    ]
    heads = (
        "station",
        "from",
        "to",
        "altitude [km]",
        "propellant [t/year]",
        "dose rate inside [mSv/d]",
        "to 200 km without propulsion [d]",
        "largest mass, propellant apart [t]",
    )
    note = (
        "Middle month or year of each station; small: the band that holds 90 % of the replicas. "
        "Dose in quiet time."
    )
    parts = [tag("h2", "In short"), *[tag("p", text) for text in answer(run)]]
    if rows:
        parts.append(table(heads, rows, caption=note))
    return tag("section", *parts, id="answer")


def _end(run: Run, facts: StationFacts) -> Markup:
    """Return when a station ends, with its band in small."""
    if facts.still_flies:
        share = f"in {number(100 * facts.share_flying)} % of the replicas"
        return _stacked(f"after {run.last.isoformat()}", share)
    early, middle, late = (end_text(when) for when in facts.ends)
    return _stacked(middle, "" if early == late else f"{early} to {late}")


def _band(band: Band) -> Markup:
    """Return a middle value with its band in small."""
    if not band.known:
        return Markup("–")
    low, high = number(band.low), number(band.high)
    return _stacked(number(band.middle), "" if low == high else f"{low}–{high}")


def _stacked(text: str, small: str) -> Markup:
    line = tag("span", text, class_="whole")
    under = Markup("").join([tag("br"), tag("small", small, class_="whole")])
    return Markup("").join([line, under]) if small else line


def _figure(picture: Picture, run: Run, evidence: Evidence) -> Markup:
    """Return a figure with its caption and the published figures that bear on it."""
    parts = [tag("h2", picture.title)]
    if picture.key == comes_down.KEY:
        parts += [tag("p", text) for text in comes_down.sentences(run)]
    parts += upkeep_sections.before(picture.key, run)
    parts += words_sections.before(picture.key, run)
    parts += services_sections.before(picture.key, run)
    if picture.png is None:
        parts.append(tag("p", picture.caption))
    else:
        data = base64.b64encode(picture.png).decode("ascii")
        image = tag("img", src=Markup(f"data:image/png;base64,{data}"), alt=picture.alt)
        parts.append(tag("figure", image, tag("figcaption", picture.caption)))
        parts.append(evidence_markup(picture.key, evidence))
    if picture.key == dose.KEY:
        parts += [limits.limits_markup(run), dose.stays_markup(run)]
    if picture.key == comes_down.KEY:
        parts.append(comes_down.ways_markup(run))
    parts.append(upkeep_sections.after(picture.key, run))
    parts.append(words_sections.after(picture.key, run))
    parts.append(services_sections.after(picture.key, run))
    return tag("section", *parts, id=picture.key)


def _rests_on(run: Run) -> Markup:
    return tag(
        "section",
        tag("h2", "What this rests on"),
        tag("h3", "Assumptions"),
        assumptions(run),
        record_or_policy(run),
        tag("h3", "Estimates"),
        estimates(run),
        tag("h3", "Sources"),
        sources(run),
        tag("h3", "The run"),
        run_record(run),
        id="rests-on",
    )
