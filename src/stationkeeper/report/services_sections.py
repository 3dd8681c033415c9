"""The sections on services in the report of a run."""

from stationkeeper.report import (
    services_customers,
    services_delivery,
    services_maps,
    services_profiles,
)
from stationkeeper.report.markup import Markup, tag
from stationkeeper.report.picture import Picture
from stationkeeper.report.services_source import Document, begins_and_days, providers_text
from stationkeeper.report.services_words import (
    contracts_markup,
    delivery_lines,
    delivery_markup,
    lines_markup,
    measures_markup,
    notes_markup,
    orbits_markup,
)
from stationkeeper.report.source import Run

KEY, TITLE = "services", "What the ground gets"


def pictures(run: Run) -> list[Picture]:
    """Draw the figures in the order of the page; none of a run without services."""
    if not run.served or not run.served["services"]:
        return []
    document = _document(run)
    services = document["services"]
    every = [
        Picture(KEY, TITLE, _caption(document)),
        *[services_maps.picture(document, one) for one in services],
        services_profiles.latitude_picture(
            document, services, services_profiles.LATITUDE_KEY, first_only=True
        ),
        services_profiles.latency_picture(document, services, services_profiles.WAIT_KEY),
        services_delivery.picture(document, services, services_delivery.KEY),
        _customers(document),
    ]
    return [one for one in every if one is not None]


def _document(run: Run) -> Document:
    """Return the document with the order of the stations of the run, for the same colours."""
    return {**(run.served or {}), "stations": run.stations}


def _caption(document: Document) -> str:
    return (
        f"{begins_and_days(document)[:1].upper()}{begins_and_days(document)[1:]}. Every figure is "
        "given with and without a station."
    )


def _customers(document: Document) -> Picture | None:
    drawn = services_customers.picture(document)
    if drawn is None and document["contracts"]:
        return Picture(services_customers.KEY, services_customers.TITLE, "No month was flown.")
    return drawn


def before(key: str, run: Run) -> list[Markup]:
    """Return what is said before the figure of a section."""
    if not run.served:
        return []
    if key == services_delivery.KEY:
        return [tag("p", line) for line in delivery_lines(_document(run))]
    return []


def after(key: str, run: Run) -> Markup:
    """Return the tables of a section."""
    if not run.served:
        return Markup("")
    document = _document(run)
    if key == services_delivery.KEY:
        return delivery_markup(document)
    if key == services_customers.KEY:
        return contracts_markup(document)
    if key != KEY:
        return Markup("")
    parts = [orbits_markup(document)]
    for one in document["services"]:
        parts += [
            tag("h3", one["title"]),
            tag("p", providers_text(one)),
            measures_markup(document, one),
            notes_markup(document, one),
            lines_markup(one["words"]),
        ]
    parts.append(lines_markup(document["notes"]))
    return Markup("").join(parts)


def answer(run: Run) -> list[str]:
    """Return what the short answer says of services: what is lost between two stations."""
    return delivery_lines(run.served)[:1] if run.served else []
