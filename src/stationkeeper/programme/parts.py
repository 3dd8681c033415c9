"""What every part of a programme document shares: strictness, names, sources, dates."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

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
    known_on: date | None = None
    """First day on which it was public; if absent, the day of the fact itself. [date]"""
    estimates: tuple[str, ...] = ()
    """Keys of this part whose figures are our own estimates. [-]"""
    note: Text = ""
    """What a reader should know about it. [-]"""


Positive = Annotated[float, Field(gt=0, le=1e9)]
NotNegative = Annotated[float, Field(ge=0, le=1e9)]
Fraction = Annotated[float, Field(ge=0, le=1)]
