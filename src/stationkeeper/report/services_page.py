"""The page of services: self-contained, drawn from its folder alone."""

import base64
from collections.abc import Sequence
from pathlib import Path

from stationkeeper.report import (
    services_customers,
    services_delivery,
    services_maps,
    services_profiles,
)
from stationkeeper.report.markup import Markup, tag
from stationkeeper.report.picture import Picture
from stationkeeper.report.services_source import (
    Document,
    begins_and_days,
    providers_text,
    read_services,
)
from stationkeeper.report.services_words import (
    contracts_markup,
    delivery_lines,
    delivery_markup,
    lines_markup,
    measures_markup,
    notes_markup,
    orbits_markup,
)
from stationkeeper.report.shell import whole_page
from stationkeeper.results.folder import REPORT
from stationkeeper.results.storage import storage_errors, write_atomically


def write_services_report(folder: Path) -> Path:
    """Write ``report.html`` and ``figures/*.png`` of services.

    Parameters
    ----------
    folder : Path
        What ``stationkeeper services`` left behind, with ``services.json``.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        If the document is not there or of another format.
    StorageError
        If it cannot be written.
    """
    document = read_services(folder)
    place = folder / "figures"
    with storage_errors(place):
        place.mkdir(exist_ok=True)
    drawn = pictures(document)
    for one in (picture for some in drawn.values() for picture in some):
        if one.png is not None:
            write_atomically(place / f"{one.key}.png", one.png)
    path = folder / REPORT
    write_atomically(path, services_page(document, drawn).encode("utf-8"))
    return path


def pictures(document: Document) -> dict[str, list[Picture]]:
    """Draw the figures of each service, by its key; under no key those of all together."""
    found: dict[str, list[Picture]] = {}
    for service in document["services"]:
        key = f"services-{service['key']}"
        every = (
            services_maps.picture(document, service),
            services_profiles.latitude_picture(document, [service], f"{key}-latitude"),
            services_profiles.latency_picture(document, [service], f"{key}-latency"),
        )
        found[service["key"]] = [one for one in every if one is not None]
    together = (
        services_delivery.picture(document, document["services"], services_delivery.KEY),
        services_customers.picture(document),
    )
    found[""] = [one for one in together if one is not None]
    return found


def services_page(document: Document, drawn: dict[str, list[Picture]]) -> str:
    """Return the page as HTML."""
    title = f"What the ground gets: {document['title']}"
    shared = {one.key: one for one in drawn[""]}
    sections = [
        tag("section", tag("h2", "Orbits"), orbits_markup(document), id="orbits"),
        *[_service(document, one, drawn[one["key"]]) for one in document["services"]],
        _delivery(document, shared.get(services_delivery.KEY)),
        _customers(document, shared.get(services_customers.KEY)),
    ]
    if not document["services"]:
        sections.append(tag("section", tag("p", "The programme names no services.")))
    if document["notes"]:
        notes = (tag("h2", "Notes"), lines_markup(document["notes"]))
        sections.append(tag("section", *notes, id="notes"))
    under = tag("p", begins_and_days(document), class_="quiet")
    return whole_page(title, tag("header", tag("h1", title), under), sections)


def _service(document: Document, service: Document, drawn: Sequence[Picture]) -> Markup:
    """Return a service: who delivers it, the table, the words, the figures."""
    parts = [
        tag("h2", service["title"]),
        tag("p", providers_text(service)),
        measures_markup(document, service),
        notes_markup(document, service),
        lines_markup(service["words"]),
    ]
    for one in drawn:
        parts += [tag("h3", one.title.removeprefix(f"{service['title']}: ").capitalize())]
        parts.append(figure(one))
    return tag("section", *parts, id=f"service-{service['key']}")


def figure(picture: Picture) -> Markup:
    """Return a picture with its caption; the caption alone where there is no image."""
    if picture.png is None:
        return tag("p", picture.caption)
    data = base64.b64encode(picture.png).decode("ascii")
    image = tag("img", src=Markup(f"data:image/png;base64,{data}"), alt=picture.alt)
    return tag("figure", image, tag("figcaption", picture.caption))


def _delivery(document: Document, drawn: Picture | None) -> Markup:
    lines = delivery_lines(document)
    if drawn is None and not lines:
        return Markup("")
    parts = [tag("h2", services_delivery.TITLE), lines_markup(lines)]
    shown = figure(drawn) if drawn else Markup("")
    return tag("section", *parts, shown, delivery_markup(document), id="delivery")


def _customers(document: Document, drawn: Picture | None) -> Markup:
    if not document["contracts"]:
        return Markup("")
    parts = [tag("h2", "Customers"), figure(drawn) if drawn else Markup("")]
    return tag("section", *parts, contracts_markup(document), id="customers")
