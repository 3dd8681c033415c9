"""What every part of a programme document shares: strictness, names, sources, dates."""

import types
import typing
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

Confidence = Literal["A", "A/B", "A+B", "B", "C"]
"""A read in a source, B consistent with one, C memory; A+B some fields of each."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.\-]{0,63}$")]
"""A key that other keys refer to: lower case letters, digits, dot, hyphen."""

PortName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.\-]{1,64}/[a-z0-9.\-]{1,64}$")]
"""A port of a module, written ``module/port``."""

Nation = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""A nation as three letters, ISO 3166."""


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("holds a control character; expected printable text on one line")
    return text


Text = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_printable)]
"""Printable text on one line."""

EARLIEST = date(1957, 10, 4)
"""Nothing that flies is dated before the first satellite."""
LATEST = date(2200, 1, 1)
"""Nothing is planned beyond this day; chosen by us."""


def _calendar_day(value: object) -> date:
    """Accept a date, or its text; never a number, which would be read as seconds."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise ValueError("expected a date written YYYY-MM-DD") from None
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError("expected a date written YYYY-MM-DD, without quotes or a time of day")
    if not EARLIEST <= value <= LATEST:
        raise ValueError(f"expected a date from {EARLIEST} to {LATEST}")
    return value


def _written_day(text: str) -> str:
    return _calendar_day(text).isoformat()


Day = Annotated[date, BeforeValidator(_calendar_day)]
"""A calendar day."""

WrittenDay = Annotated[str, AfterValidator(_written_day)]
"""A calendar day as a key, written YYYY-MM-DD."""


class Part(BaseModel):
    """A piece of the document: frozen, and refusing keys it does not know."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        populate_by_name=True,
    )


class Fact(Part):
    """A part that is claimed by somebody: it carries its source and when it became known."""

    source: Text = ""
    """Where it was read. [-]"""
    confidence: Confidence | None = None
    """A read in a source, B consistent with one, C memory. [-]"""
    known_on: Day | None = None
    """First day on which it was public; if absent, the day of the fact itself. [date]"""
    estimates: tuple[str, ...] = ()
    """Keys of this part whose figures are our own estimates. [-]"""
    note: Text = ""
    """What a reader should know about it. [-]"""


Number = Annotated[float, Field(strict=True)]
"""A number; neither text nor true or false."""
Positive = Annotated[float, Field(gt=0, le=1e9, strict=True)]
NotNegative = Annotated[float, Field(ge=0, le=1e9, strict=True)]
Fraction = Annotated[float, Field(ge=0, le=1, strict=True)]
Duration = Annotated[float, Field(gt=0, le=20_000, strict=True)]
"""Days, up to about 55 years."""
EveryDays = Annotated[float, Field(ge=1, le=20_000, strict=True)]
"""Days between two of a series, at least one."""
Flag = Annotated[bool, Field(strict=True)]
"""True or false, without quotes."""
People = Annotated[int, Field(ge=0, le=100, strict=True)]
Seats = Annotated[int, Field(ge=1, le=100, strict=True)]


def annotation_at(root: type[Part], path: Iterable[str]) -> typing.Any:
    """Return the type that a part gives a key path, bare; None where it has no such key.

    Examples
    --------
    >>> annotation_at(Fact, ("confidence",)) is None, annotation_at(Fact, ("nothing",)) is None
    (False, True)
    """
    kind: typing.Any = root
    for name in path:
        kind = _bare(kind)
        if isinstance(kind, type) and issubclass(kind, Part):
            field = kind.model_fields.get(name)
            if field is None:
                return None
            kind = field.annotation
        elif typing.get_origin(kind) is dict:
            kind = typing.get_args(kind)[1]
        else:
            return None
    return _bare(kind)


def _bare(kind: typing.Any) -> typing.Any:
    """Take ``Annotated`` and ``| None`` away."""
    while True:
        if typing.get_origin(kind) is typing.Annotated:
            kind = typing.get_args(kind)[0]
        elif isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
            kind = next(part for part in typing.get_args(kind) if part is not type(None))
        else:
            return kind
