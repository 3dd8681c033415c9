"""What is varied in a comparison, and the programme of every combination."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Final

from stationkeeper.errors import InputError
from stationkeeper.lifetime.run import identity
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme

MOST_VARIANTS: Final = 64  # our choice: what one table and one figure still show
OVERRIDE: Final = "override"
UNCHANGED: Final = "unchanged"


@dataclass(frozen=True)
class Varied:
    """One key and the values that it takes, as given; the key ``override`` names overrides."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Variant:
    """One programme of the comparison and what it takes from each varied key."""

    name: str
    values: tuple[tuple[str, str], ...]
    programme: Programme


def split_values(text: str) -> tuple[str, ...]:
    """Split values at commas, but not inside brackets, braces or quotes.

    Raises
    ------
    InputError
        If a bracket or quote is left open.

    Examples
    --------
    >>> split_values("1, 2.5,[3, 4]")
    ('1', '2.5', '[3, 4]')
    >>> split_values('{ since = 2030-01-01, kind = "storage" },unchanged')
    ('{ since = 2030-01-01, kind = "storage" }', 'unchanged')
    """
    values, level, quote, piece = [], 0, "", ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "[{":
            level += 1
        elif letter in "]}":
            level -= 1
        if letter == "," and not quote and level == 0:
            values.append(piece.strip())
            piece = ""
        else:
            piece += letter
    if quote or level:
        raise InputError(f"--vary: given {text!r}, expected brackets and quotes that are closed")
    return (*values, piece.strip())


def read_varied(texts: Sequence[str]) -> tuple[Varied, ...]:
    """Read what is varied, each as ``KEY=a,b,c``.

    Raises
    ------
    InputError
        If nothing is varied, a text has another form, a key comes twice, or there are more variants
        than `MOST_VARIANTS`.

    Examples
    --------
    >>> read_varied(["station.ros.orbit.altitude_km=400,420"])[0].values
    ('400', '420')
    """
    if not texts:
        raise InputError(
            "--vary: nothing is varied, expected KEY=a,b,c, for example "
            "station.ros.orbit.altitude_km=400,420"
        )
    found: list[Varied] = []
    count = 1
    for text in texts:
        key, equals, rest = text.partition("=")
        values = split_values(rest)
        if not equals or not key.strip() or not all(values):
            raise InputError(
                f"--vary: given {text!r}, expected KEY=a,b,c with a value between the commas"
            )
        for value in values:
            if values.count(value) > 1:
                raise InputError(f"--vary {key}: {value} is given twice, expected it once")
        if any(one.key == key.strip() for one in found):
            raise InputError(f"--vary {key}: given twice, expected all its values in one --vary")
        found.append(Varied(key.strip(), values))
        count *= len(values)
    if count > MOST_VARIANTS:
        sizes = " x ".join(str(len(one.values)) for one in found)
        raise InputError(
            f"--vary: {sizes} makes {count} variants, expected at most {MOST_VARIANTS}; "
            "give fewer values or compare in parts"
        )
    return tuple(found)


def variants_of(
    source: str,
    varied: Sequence[Varied],
    *,
    overrides: Sequence[str] = (),
    settings: Sequence[str] = (),
    as_known: date | None = None,
) -> list[Variant]:
    """Read the programme once for every combination of values.

    Overrides and settings that are given hold in all variants; a varied override comes after them
    and a varied key last. The value ``unchanged`` leaves a key, or the overrides, as they are.

    Raises
    ------
    InputError
        If any of them cannot be flown, or two of them are the same programme.
    """
    found: list[Variant] = []
    seen: dict[str, str] = {}
    short = short_keys([one.key for one in varied])
    for values in product(*(one.values for one in varied)):
        chosen = tuple(zip([one.key for one in varied], values, strict=True))
        name = ", ".join(
            value if key == OVERRIDE else f"{short[key]} {value}" for key, value in chosen
        )
        changed = [(key, value) for key, value in chosen if value != UNCHANGED]
        try:
            programme = read_programme(
                source,
                overrides=[*overrides, *[value for key, value in changed if key == OVERRIDE]],
                settings=[*settings, *[f"{k}={v}" for k, v in changed if k != OVERRIDE]],
                as_known=as_known,
            )
        except InputError as error:
            raise InputError(f"variant {name}: {error}") from None
        same = identity(_untold(programme), 1, 0)
        if same in seen:
            raise InputError(
                f"--vary: {name} is the same programme as {seen[same]}; expected variants that "
                "differ"
            )
        seen[same] = name
        found.append(Variant(name, chosen, programme))
    return found


def _untold(programme: Programme) -> Programme:
    """Return the programme without the words on how it was read."""
    return programme.model_copy(update={"applied": type(programme).model_fields["applied"].default})


def short_keys(keys: Sequence[str]) -> dict[str, str]:
    """Return the last part of each key, or the whole key where two end alike."""
    ends = [key.rpartition(".")[2] for key in keys]
    return {key: end if ends.count(end) == 1 else key for key, end in zip(keys, ends, strict=True)}
