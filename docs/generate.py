"""Write the reference pages from what they describe: ``python -m docs.generate``.

The programme page comes from the schema, the glossary from variables.csv, the commands from the
command line, the proofs from proof.json, the validation from the rows stored for the reports, the
faults and the telemetry from the simulated stations. A test fails when a committed page differs.
"""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docs.generate_operations import detection_page, faults_page, telemetry_page

if TYPE_CHECKING:
    from stationkeeper.results.bins import Bins

REFERENCE = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Written by docs/generate.py; change what it is made from, not this page. -->"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for row in rows:
        cells = (" ".join(cell.split()).replace("|", "\\|") for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def page(title: str, *parts: str) -> str:
    """Return a page with its title and the note that it is generated."""
    return "\n\n".join([f"# {title}", NOTE, *parts]) + "\n"


# ---- the programme document -----------------------------------------------------------------


def programme_page() -> str:
    """Return the page of every key that a programme file may hold."""
    from stationkeeper.programme.document import Programme
    from stationkeeper.programme.parts import Fact

    schema = Programme.model_json_schema(by_alias=True)
    parts = {"Programme": schema, **schema["$defs"], "Fact": Fact.model_json_schema()}
    told = ["Programme"]
    for name in told:  # breadth first, in the order in which a reader meets them
        told += [found for found in _mentions(parts[name]) if found not in told]
    told.append("Fact")
    sections = [_section(name, parts[name]) for name in told if "properties" in parts[name]]
    return page(
        "The programme file",
        "A programme is one TOML file. Keys that are not listed here are refused. A table of named "
        "things is written `[station.iss]`, `[module.zarya]`; the name is yours to choose. Named "
        "overrides are tables `[overrides.NAME]` of dotted keys and new values, flown with "
        "`--override NAME`; one key at a time is set with `--set key=value`.",
        "A *name* is lower case letters, digits, dots and hyphens; a *nation* is three capital "
        "letters (ISO 3166); a *port* is `module/port`.",
        *sections,
    )


def _mentions(part: Any) -> list[str]:
    return re.findall(r"#/\$defs/(\w+)", json.dumps(part.get("properties", {})))


def _section(name: str, part: dict[str, Any]) -> str:
    from stationkeeper.programme.parts import Fact

    required = set(part.get("required", ()))
    shared = set(Fact.model_fields) if name != "Fact" else set()
    shared = shared if shared <= part["properties"].keys() else set()
    rows = []
    for key, value in part["properties"].items():
        if key in shared:
            continue
        meaning, unit = _meaning(value.get("description", ""))
        default = "required" if key in required else _default(value)
        rows.append((f"`{key.rstrip('_')}`", _kind(value), unit, default, meaning))
    head = f"## {name}\n\n{_first_sentence(part.get('description', ''))}"
    if shared:
        head += " Takes the keys of a [fact](#fact) too."
    return head + "\n\n" + table(("Key", "Value", "Unit", "Default", "Meaning"), rows)


def _meaning(text: str) -> tuple[str, str]:
    """Split ``Mass. [kg]`` into the words and the unit."""
    match = re.search(r"\s*\[([^\]]*)\]\s*$", text)
    if match is None:
        return text, ""
    unit = match.group(1)
    return text[: match.start()], "" if unit in ("-", "date") else unit


def _first_sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


def _default(value: dict[str, Any]) -> str:
    default = value.get("default")
    if default is None or default == "":
        return "absent"
    if default in ({}, []):
        return "none"
    return "as listed" if isinstance(default, dict) else f"`{json.dumps(default)}`"


def _kind(value: dict[str, Any]) -> str:
    """Return what may be written, in words."""
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in value:
        return " or ".join(_kind(one) for one in value["anyOf"] if one.get("type") != "null")
    if "const" in value:
        return f"`{json.dumps(value['const'])}`"
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    match value.get("type"):
        case "object":
            inner: Any = value.get("additionalProperties") or next(
                iter(value.get("patternProperties", {}).values()), {}
            )
            return f"table of {_kind(inner)}" if inner else "table"
        case "array" if "prefixItems" in value:
            return "list: " + ", ".join(_kind(one) for one in value["prefixItems"])
        case "array":
            return f"list of {_kind(value.get('items', {}))}"
        case "string" if value.get("format") == "date":
            return "date"
        case "string" if "pattern" in value:
            return _patterns().get(value["pattern"], f"text like `{value['pattern']}`")
        case "string":
            return "text"
        case "boolean":
            return "true or false"
        case "integer" | "number" as kind:
            word = "whole number" if kind == "integer" else "number"
            return word + _bounds(value)
        case _:
            return "any"


@cache
def _patterns() -> dict[str, str]:
    """Return the words for the patterns that the text above the tables explains."""
    from pydantic import TypeAdapter

    from stationkeeper.programme.parts import Identifier, Nation, PortName

    words = {"name": Identifier, "nation": Nation, "port": PortName}
    return {TypeAdapter(kind).json_schema()["pattern"]: word for word, kind in words.items()}


def _bounds(value: dict[str, Any]) -> str:
    signs = {"exclusiveMinimum": ">", "minimum": ">=", "exclusiveMaximum": "<", "maximum": "<="}
    found = [f"{sign} {value[key]:g}" for key, sign in signs.items() if key in value]
    return f", {' and '.join(found)}" if found else ""


# ---- the glossary ---------------------------------------------------------------------------


def glossary_page() -> str:
    """Return the page of every quantity: one name for one quantity."""
    import stationkeeper
    from stationkeeper.results.variables import COORDINATES, VARIABLES

    path = Path(stationkeeper.__file__).parent / "variables.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["name"])
    return page(
        "Glossary of quantities",
        "One quantity has one name, in signatures, results, tables and plot labels. Inside, all is "
        "SI and radians and names carry no unit; at the edges (files, keys, columns) the name ends "
        "in its unit: `altitude` inside is `altitude_km` outside. Time is the last axis of a "
        "scalar; the components of a vector come after it.",
        table(
            ("Name", "Symbol", "Unit inside", "Shape", "Meaning", "Where"),
            (
                (
                    f"`{row['name']}`",
                    row["symbol"],
                    row["unit"],
                    row["shape"],
                    row["meaning"],
                    f"`{row['module']}`",
                )
                for row in rows
            ),
        ),
        "## In the results\n\nThe variables of `ensemble.nc`. A band is counted in bins: its "
        "error is one bin.",
        table(
            ("Name", "Unit", "Dimensions", "Meaning", "Error of a band"),
            (
                (
                    f"`{name}`",
                    "" if known.unit in ("", "1") else known.unit,
                    ", ".join(known.dimensions),
                    _sentence(known.meaning),
                    _bin(known.bins) if known.bins else "",
                )
                for name, known in VARIABLES.items()
            ),
        ),
        "Their coordinates:",
        table(
            ("Name", "Dimension", "Meaning"),
            (
                (f"`{name}`", dimension, _sentence(meaning))
                for name, (dimension, meaning) in COORDINATES.items()
            ),
        ),
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _bin(bins: "Bins") -> str:
    if bins.growth == 1:
        return f"{bins.width:g}"
    return f"{bins.growth - 1:.1%} + {bins.width:g}"


# ---- the commands ---------------------------------------------------------------------------


def commands_page() -> str:
    """Return the page of every command, its arguments and its options."""
    import typer

    from stationkeeper.cli import app

    group: Any = typer.main.get_command(app)
    sections = []
    for name, command in group.commands.items():
        arguments = " ".join(_argument(one) for one in command.params if not _is_option(one))
        rows = [
            (_names(one), _range(one), _option_default(one), one.help or "")
            for one in command.params
        ]
        usage = f"stationkeeper {name} {arguments}".strip()
        sections.append(
            f"## {name}\n\n{command.help}\n\n```text\n{usage} [OPTIONS]\n```\n\n"
            + table(("Argument or option", "Value", "Default", "Meaning"), rows)
        )
    return page(
        "Commands",
        "After set-up the command is `.venv/bin/stationkeeper`. With `--json` it prints one JSON "
        "document on standard output; progress and words go to standard error.",
        table(
            ("Exit code", "Meaning"),
            (
                ("0", "done"),
                ("1", "a check or a validation fell short, or the disk refused"),
                ("2", "the input is wrong; the message names file, line or key"),
                ("130", "interrupted; what was done is kept"),
            ),
        ),
        *sections,
    )


def _is_option(parameter: Any) -> bool:
    return any(name.startswith("-") for name in parameter.opts)


def _argument(parameter: Any) -> str:
    word = parameter.name.upper()
    word = f"{word}..." if parameter.nargs == -1 else word
    return word if parameter.required else f"[{word}]"


def _names(parameter: Any) -> str:
    if _is_option(parameter):
        return ", ".join(f"`{name}`" for name in parameter.opts)
    return f"`{parameter.name.upper()}`"


def _range(parameter: Any) -> str:
    if getattr(parameter, "is_flag", False):
        return "flag"
    annotation = parameter.type_descriptor.annotation
    word = parameter.metavar or str(getattr(annotation, "__name__", annotation))
    word = {"str": "text", "int": "whole number", "float": "number", "list": "text"}.get(word, word)
    ends = [str(end) for end in (parameter.min, parameter.max) if end is not None]
    return f"{word}, {' to '.join(ends)}" if ends else word


def _option_default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    default = parameter.default
    return "" if default in (None, False) else f"`{default}`"


# ---- the proofs -----------------------------------------------------------------------------


def proof_page() -> str:
    """Return the page of the long proofs, with the latest figures of each."""
    from benchmarks.proof import read_record
    from benchmarks.proofs import PROOFS

    record = read_record(REFERENCE / "proof.json")
    sections = []
    for name, known in PROOFS.items():
        proof = record.get(name)
        if proof is None:
            sections.append(f"## {name}\n\n{known.claim}\n\nNot tried yet.")
            continue
        verdict = "Held" if proof["held"] else "**Did not hold**"
        share = "" if proof["scale"] == 1 else f" A part of the whole: {proof['scale']:g}."
        told = {key: one for key, one in proof["figures"].items() if not isinstance(one, dict)}
        figures = [(f"`{key}`", _figure(value)) for key, value in told.items()]
        sections.append(
            f"## {name}\n\n{proof['claim']}\n\n{verdict} on {proof['date']}, commit "
            f"`{proof['commit']}`, {proof['machine']}; {proof['steps']} steps in "
            f"{proof['seconds']:g} s.{share}\n\n" + table(("Figure", "Value"), figures)
        )
    return page(
        "Long proofs",
        "Some claims take minutes or hours to try. `make proof` tries them, continues where it was "
        "stopped, and keeps the latest figures in `docs/reference/proof.json`; a plus behind a "
        "commit means that files differed from it. `make test` tries a two-hundredth of each.",
        *sections,
    )


def _figure(value: Any) -> str:
    if isinstance(value, list):
        return "none" if not value else "; ".join(_figure(one) for one in value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def validation_page() -> str:
    """Return the page of the validation rows, as stored for the reports."""
    from stationkeeper.report.evidence import stored_evidence

    rows = stored_evidence().rows
    counted = [row for row in rows if row.counts]
    missed = [f"- **{row.name}**: {row.note}" for row in counted if not row.within]
    sections = []
    for topic in dict.fromkeys(row.topic for row in rows):
        lines = [
            (
                "shown"
                if row.kind == "context"
                else "fitted"
                if row.calibration
                else "within"
                if row.within
                else "**misses**",
                row.name,
                "-" if row.ours is None else f"{row.ours:.4g}",
                f"{row.truth:.4g} ± {row.tolerance:.3g}",
                row.unit,
                row.kind,
                row.source,
            )
            for row in rows
            if row.topic == topic
        ]
        heads = ("", "What", "Ours", "Published", "Unit", "Kind", "Source")
        sections.append(f"## {topic}\n\n{table(heads, lines)}")
    return page(
        "Validation",
        "What `stationkeeper validate` prints. Fitted rows were used to calibrate and are no "
        "evidence; shown rows are context and never counted; the rest are blind. A row that misses "
        "stays, with its reason.",
        f"{len(counted) - len(missed)} of {len(counted)} blind rows are within tolerance. These "
        "miss:",
        "\n".join(missed),
        *sections,
    )


PAGES = {
    "validation.md": validation_page,
    "programme.md": programme_page,
    "glossary.md": glossary_page,
    "commands.md": commands_page,
    "proof.md": proof_page,
    "faults.md": faults_page,
    "telemetry.md": telemetry_page,
    "detection.md": detection_page,
}


def main() -> None:
    """Write the pages that differ."""
    for name, build in PAGES.items():
        target, text = REFERENCE / name, build()
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            print(f"docs/reference/{name} written")


if __name__ == "__main__":
    main()
