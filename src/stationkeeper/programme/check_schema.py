"""The document against its schema: each fault in the words of the house, and what is left."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stationkeeper.programme.document import Programme
from stationkeeper.programme.parts import annotation_at
from stationkeeper.programme.problems import KeyPath, Origin, Problem, choices, nearest, shown
from stationkeeper.programme.reading import WRITTEN_BY_US, Reading, find_origin

COLLECTIONS = (
    "partner",
    "site",
    "launcher",
    "ship",
    "module",
    "station",
    "event",
    "flight",
    "traffic",
    "crew",
)
_MOST_ROUNDS = 4  # prunings before a document is given up


@dataclass(frozen=True)
class Validated:
    """A programme, or what is left of one without its faulty parts."""

    programme: Programme | None
    problems: tuple[Problem, ...]
    touched: frozenset[KeyPath] = frozenset()
    """Entries with a fault, whose further faults may follow from it."""
    missing: frozenset[tuple[str, str]] = frozenset()
    """Of these, the entries that had to be taken out, as (collection, key)."""


def validate(reading: Reading) -> Validated:
    """Check a document against the schema.

    Faulty keys are taken out, or get a plain value where the schema needs one, and the rest is
    tried again, so that faults of other kinds can be found in the same go.
    """
    document = reading.document
    problems: list[Problem] = []
    touched: set[KeyPath] = set()
    missing: set[tuple[str, str]] = set()
    origins, file = reading.origins, reading.file
    for _ in range(_MOST_ROUNDS):
        try:
            programme = Programme.model_validate(document)
        except ValidationError as error:
            details = error.errors(include_url=False)
            found = [_problem(detail, document, origins, file) for detail in details]
            # A stand-in may be refused again, which is no fault of the file.
            told = {problem.key for problem in problems}
            problems += [problem for problem in found if problem.key not in told]
            document = copy.deepcopy(document)
            if not _prune(document, details, touched, missing):
                break
        except (OverflowError, RecursionError, ValueError) as error:
            given = shown(str(error))
            problems.append(Problem("error", reading.file, None, "", given, "ordinary values"))
            break
        else:
            return Validated(programme, tuple(problems), frozenset(touched), frozenset(missing))
    return Validated(None, tuple(problems))


def _prune(
    document: dict[str, Any],
    details: list[ErrorDetails],
    touched: set[KeyPath],
    missing: set[tuple[str, str]],
) -> bool:
    """Take faulty keys out or put plain values in; return whether the rest may be tried again."""
    for detail in details:
        path = _key_path(detail)
        if not path or (len(path) == 1 and detail["type"] == "too_long"):
            return False
        holder: Any = document
        for name in path[:-1]:
            holder = holder.get(name) if isinstance(holder, dict) else None
        if not isinstance(holder, dict):
            holder = {}
        touched.add(path[:2])
        stand_in = _stand_in(detail, path)
        if detail["type"] == "extra_forbidden" or (stand_in is None and not _required(path)):
            holder.pop(path[-1], None)
        elif stand_in is not None and holder:
            holder[path[-1]] = stand_in
        elif path[0] in COLLECTIONS and len(path) > 1:
            if isinstance(document.get(path[0]), dict):
                document[path[0]].pop(path[1], None)
            missing.add((path[0], path[1]))
        else:
            return False
    return True


def _stand_in(detail: ErrorDetails, path: KeyPath) -> float | str | None:
    """Return a value that a required key may take, so that the rest can be looked at."""
    if not _required(path):
        return None
    context = detail.get("ctx", {})
    match detail["type"]:
        case "greater_than_equal":
            return float(context["ge"])
        case "less_than_equal":
            return float(context["le"])
        case "missing" | "greater_than" | "float_type" | "finite_number" | "string_type":
            kind = annotation_at(Programme, path)
            return 1.0 if kind is float else "-" if kind is str and path[-1] == "title" else None
        case _:
            return None


def _required(path: KeyPath) -> bool:
    """Return whether a part cannot be without a key."""
    model = annotation_at(Programme, path[:-1])
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return False  # an entry of a table, which may be left out
    for name, info in model.model_fields.items():
        if path[-1] in (name, info.alias):
            return info.is_required()
    return False


def _key_path(detail: ErrorDetails) -> KeyPath:
    """Return the key path of an error, without the marks that pydantic adds for keys."""
    path: list[str] = []
    for name in detail["loc"]:
        if name == "[key]":
            break
        path.append(str(name))
    return tuple(path)


def problems_of_part(
    error: ValidationError, path: KeyPath, origins: dict[KeyPath, Origin], file: str
) -> list[Problem]:
    """Return what is wrong with one entry of a collection that stands at a key path."""
    details = error.errors(include_url=False)
    for detail in details:
        detail["loc"] = (*path, *detail["loc"])
    return [_problem(detail, {}, origins, file) for detail in details]


def _problem(
    detail: ErrorDetails, document: Mapping[str, Any], origins: dict[KeyPath, Origin], file: str
) -> Problem:
    path = _key_path(detail)
    kind = detail["type"]
    context = detail.get("ctx", {})
    given = shown(detail.get("input"))
    fix = ""
    model, meaning = annotation_at(Programme, path[:-1]), _meaning_at(path)
    if kind == "extra_forbidden":
        known = _keys(model)
        given, expected = "a key that is not known", f"one of: {choices(known, 30)}"
        fix = nearest(path[-1], known)
        return _at(find_origin(origins, path, file), path, given, expected, fix)
    if kind == "missing":
        given, expected = "nothing", f"this key: {meaning}" if meaning else "this key"
        present = _value_at(document, path[:-1])
        unknown = [k for k in present if k not in _keys(model)] if present else []
        wanted = nearest(path[-1], unknown)
        fix = f"is {wanted[13:-1]} meant for it?" if wanted else ""
        return _at(find_origin(origins, path, file), path, given, expected, fix)
    expected = _expected(kind, context, detail["msg"])
    if kind == "literal_error":
        options = [text.strip("' ") for text in str(context.get("expected", "")).split(",")]
        options = [piece.strip("' ") for text in options for piece in text.split(" or ")]
        fix = nearest(str(detail.get("input")), options)
    elif kind == "string_pattern_mismatch":
        expected, fix = _pattern(str(context.get("pattern")), detail.get("input"))
    elif meaning:
        fix = f"it is: {meaning}"
    return _at(find_origin(origins, path, file), path, given, expected, fix)


def _at(origin: Origin, path: KeyPath, given: str, expected: str, fix: str) -> Problem:
    key = ".".join(part if part.isprintable() else ascii(part)[1:-1] for part in path)
    return Problem("error", origin.file, origin.line, key[:200], given, expected, fix)


def _expected(kind: str, context: Mapping[str, Any], said: str) -> str:
    match kind:
        case "greater_than":
            return f"a number greater than {context['gt']:g}"
        case "greater_than_equal":
            return f"a number of at least {context['ge']:g}"
        case "less_than":
            return f"a number less than {context['lt']:g}"
        case "less_than_equal":
            return f"a number of at most {context['le']:g}"
        case "finite_number":
            return "a finite number"
        case "float_type" | "float_parsing":
            return "a number, without quotes"
        case "int_type" | "int_from_float" | "int_parsing":
            return "a whole number"
        case "bool_type":
            return "true or false, without quotes"
        case "string_type":
            return "text in quotes"
        case "string_too_long":
            return f"at most {context['max_length']} characters"
        case "too_long":
            return f"at most {context['max_length']} entries"
        case "tuple_type":
            return "a list in square brackets"
        case "dict_type" | "model_type":
            return "a table"
        case "literal_error":
            return f"one of: {context['expected']}"
        case "value_error":
            text = str(context.get("error", said))
            return text.split("expected ", 1)[1] if "expected " in text else text
        case _:
            return said[:1].lower() + said[1:]


def _pattern(pattern: str, given: object) -> tuple[str, str]:
    """Return what a name must look like, and a name that would do."""
    if "/" in pattern:
        return "a port written 'module/port'", ""
    if "A-Z" in pattern:
        fix = (
            f"did you mean {given.upper()!r}?"
            if isinstance(given, str) and (len(given) == 3 and given.isascii() and given.isalpha())
            else ""
        )
        return "a nation as three capital letters, for example 'USA'", fix
    expected = "a name of at most 64 lower case letters, digits, dots and hyphens"
    if isinstance(given, str):
        kept = "".join(c if c.isascii() and (c.isalnum() or c == ".") else "-" for c in given)
        name = kept.lower().strip("-.")[:64]
        return expected, f"for example {name!r}" if name else ""
    return expected, ""


def _value_at(document: Any, path: KeyPath) -> dict[str, Any]:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def _keys(model: Any) -> list[str]:
    """Return the keys of a part, in the spelling of the file."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    keys = [info.alias or name for name, info in model.model_fields.items()]
    if model is Programme:
        keys = [k for k in keys if k not in WRITTEN_BY_US]
        keys += ["include", "overrides"]
    return keys


def _meaning_at(path: KeyPath) -> str:
    model = annotation_at(Programme, path[:-1]) if path else None
    if isinstance(model, type) and issubclass(model, BaseModel):
        for name, info in model.model_fields.items():
            if path[-1] in (name, info.alias) and info.description:
                text = " ".join(info.description.split())
                return text.replace(" [-]", "").replace(" [date]", "")
    return ""
