"""The same programme under variants, side by side, with the same draws for all of them."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import stationkeeper
from stationkeeper.campaign.chunks import available_cores
from stationkeeper.campaign.versions import code_digest, libraries
from stationkeeper.errors import InputError
from stationkeeper.lifetime.deciding.summary import DECISIONS
from stationkeeper.lifetime.front import not_dominated
from stationkeeper.lifetime.measures import (
    MEASURE,
    MEASURES,
    Measure,
    Measured,
    read_measures,
)
from stationkeeper.lifetime.run import MOST_REPLICAS, identity, run
from stationkeeper.lifetime.variants import Variant, Varied, read_varied, short_keys, variants_of
from stationkeeper.programme.problems import nearest
from stationkeeper.results.folder import COMPLETE, RUNNING, begin_folder, locked, read_state
from stationkeeper.results.storage import storage_errors, write_atomically

Array = NDArray[np.float64]

COMPARISON: Final = "compare.json"
VARIANTS: Final = "variants"
FRONT: Final = ("propellant_burned_t", "days_with_people")
LEVELS: Final = (0.05, 0.5, 0.95)
_NORMAL_95: Final = 1.6448536269514722  # quantile of the normal distribution at 95 %


def read_front(text: str | None, flown: Sequence[str]) -> tuple[str, str]:
    """Read the two measures of the front.

    Parameters
    ----------
    text : str or None
        Two names of measures with a comma between; `FRONT` if not given.
    flown : sequence of str
        Names of the measures that the runs can hold.

    Raises
    ------
    InputError
        If they are not two different measures that the runs hold.

    Examples
    --------
    >>> read_front("years_flown, propellant_burned_t", ["years_flown", "propellant_burned_t"])
    ('years_flown', 'propellant_burned_t')
    """
    names = FRONT if text is None else tuple(part.strip() for part in text.split(","))
    if len(names) != 2 or names[0] == names[1]:
        raise InputError(f"--front: given {text!r}, expected two measures as {','.join(FRONT)}")
    for name in names:
        if name not in MEASURE:
            fix = nearest(name, MEASURE)
            raise InputError(
                f"--front: given {name!r}, expected two of: {', '.join(MEASURE)}"
                f"{f'; {fix}' if fix else ''}"
            )
        if name not in flown:
            raise InputError(
                f"--front: given {name!r}, which these runs do not hold; expected two of: "
                f"{', '.join(flown)}"
            )
    return names[0], names[1]


def compare(
    source: str,
    vary: Sequence[str],
    *,
    out: Path,
    overrides: Sequence[str] = (),
    settings: Sequence[str] = (),
    as_known: date | None = None,
    front: str | None = None,
    replicas: int = 250,
    seed: int = 1,
    workers: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Fly a programme under variants and leave a folder with all of them side by side.

    Every variant is flown with the same seed: the draws of a replica (solar future, model errors)
    are the same in all variants, so that differences are of the variants and not of the draws. A
    comparison that was stopped goes on when it is called again with the same arguments.

    Parameters
    ----------
    source : str
        Name of a shipped programme, or path of a file.
    vary : sequence of str
        What is varied, each as ``KEY=a,b,c``; all combinations are flown, the first is the one that
        others are held against.
    out : Path
        Folder in which ``compare-<programme>-<time>`` is made.
    overrides, settings, as_known
        For all variants; see :func:`~stationkeeper.programme.read.read_programme`.
    front : str, optional
        Two measures with a comma between; `FRONT` if not given.
    replicas, seed, workers
        Of each run; see :func:`~stationkeeper.lifetime.run.run`.
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    Path
        The folder, with a run folder for each variant in ``variants/``, and ``compare.json``.

    Raises
    ------
    InputError
        If an argument or a variant is wrong.
    StorageError
        If the folder cannot be written. Finished variants stay readable.
    Interrupted
        If the user stops it. What was flown is kept.
    """
    say = progress or (lambda text: None)
    if not 1 <= replicas <= MOST_REPLICAS:
        raise InputError(f"replicas: given {replicas}, expected 1 to {MOST_REPLICAS:,}")
    if not 0 <= seed < 2**63:
        raise InputError(f"seed: given {seed}, expected 0 to 2**63 - 1")
    if workers is not None and workers < 1:
        raise InputError(f"workers: given {workers}, expected at least 1")
    varied = read_varied(vary)
    read_front(front, list(MEASURE))
    variants = variants_of(
        source, varied, overrides=overrides, settings=settings, as_known=as_known
    )
    name = variants[0].programme.name
    identities = [identity(one.programme, replicas, seed) for one in variants]
    started = datetime.now(UTC)
    state: dict[str, Any] = {
        "format": 1,
        "programme": name,
        "title": variants[0].programme.title,
        "version": stationkeeper.__version__,
        "code": code_digest(),
        "libraries": libraries(),
        "identity": hashlib.sha256(json.dumps([identities, front]).encode()).hexdigest()[:32],
        "seed": seed,
        "replicas": replicas,
        "variants": len(variants),
        "state": RUNNING,
        "workers": workers or available_cores(),
        "started": started.isoformat(timespec="seconds"),
        "finished": None,
    }
    folder = begin_folder(out, f"compare-{name}", state, {}, started, (VARIANTS,))
    with locked(folder):
        if folder.state().get("state") != COMPLETE or not (folder.path / COMPARISON).exists():
            state["started"] = folder.state().get("started", state["started"])
            flown = []
            for number, (variant, same) in enumerate(zip(variants, identities, strict=True), 1):
                say(f"variants: {number - 1} of {len(variants)}, {variant.name}")
                flown.append(
                    _flown(variant, same, folder.path / VARIANTS, replicas, seed, workers, say)
                )
            say(f"variants: {len(variants)} of {len(variants)}")
            document = comparison(variants, flown, varied, front, seed=seed, replicas=replicas)
            text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
            write_atomically(folder.path / COMPARISON, text.encode())
            state |= {
                "state": COMPLETE,
                "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            folder.write_state(state)
    return folder.path


def _flown(
    variant: Variant,
    same: str,
    place: Path,
    replicas: int,
    seed: int,
    workers: int | None,
    say: Callable[[str], None],
) -> Path:
    """Return the run folder of a variant: one that is there and whole, or flown now."""
    with storage_errors(place):
        place.mkdir(exist_ok=True)
    for path in sorted(place.iterdir()):
        state = read_state(path)
        if state.get("identity") == same and state.get("state") == COMPLETE:
            return path

    def told(text: str) -> None:
        say(f"{variant.name}: {text}")

    try:
        return run(
            variant.programme,
            out=place,
            replicas=replicas,
            seed=seed,
            workers=workers,
            progress=told,
        )
    except InputError as error:
        raise InputError(f"variant {variant.name}: {error}") from None


def comparison(
    variants: Sequence[Variant],
    folders: Sequence[Path],
    varied: Sequence[Varied],
    front: str | None,
    *,
    seed: int,
    replicas: int,
) -> dict[str, Any]:
    """Return the variants side by side, as ``compare.json`` holds them.

    Parameters
    ----------
    variants : sequence of Variant
        The first is the one that others are held against.
    folders : sequence of Path
        The finished run of each.
    varied : sequence of Varied
        What was varied.
    front : str or None
        Two measures; `FRONT` if not given.
    seed, replicas : int
        Of every run.

    Raises
    ------
    InputError
        If the runs do not hold the measures of the front.
    """
    measured = [read_measures(folder) for folder in folders]
    names = [one.name for one in MEASURES if all(one.name in each.values for each in measured)]
    axes = read_front(front, names)
    short = short_keys([one.key for one in varied])
    rows: list[dict[str, Any]] = []
    for variant, folder, one in zip(variants, folders, measured, strict=True):
        rows.append(
            {
                "name": variant.name,
                "values": dict(variant.values),
                "first": variant.programme.span.first.isoformat(),
                "last": variant.programme.span.last.isoformat(),
                "folder": f"{VARIANTS}/{folder.name}",
                "measures": {name: band(one.values[name], MEASURE[name]) for name in names},
                "differences": {
                    name: difference(one, measured[0], MEASURE[name]) for name in names
                },
                "gaps": gaps_decided(folder),
            }
        )
    points = np.array([[row["measures"][name]["middle"] for name in axes] for row in rows])
    better = [MEASURE[name].more_is_better for name in axes]
    for row, stays in zip(rows, not_dominated(points, better).tolist(), strict=True):
        row["on_front"] = stays
    return {
        "programme": variants[0].programme.name,
        "title": variants[0].programme.title,
        "seed": seed,
        "replicas": replicas,
        "vary": [
            {"key": one.key, "short": short[one.key], "values": list(one.values)} for one in varied
        ],
        "held_against": variants[0].name,
        "front": list(axes),
        "measures": [
            {
                "name": one.name,
                "title": one.title,
                "unit": one.unit,
                "better": "more" if one.more_is_better else "less",
                "chance": one.chance,
            }
            for one in MEASURES
            if one.name in names
        ],
        "not_flown": [one.title for one in MEASURES if one.name not in names],
        "variants": rows,
        "comment": "Public data; not for flight decisions.",
    }


def gaps_decided(folder: Path) -> list[dict[str, Any]]:
    """Return the gaps between stations that the policies of a run left, without their services.

    Raises
    ------
    InputError
        If what the run holds of them cannot be read.
    """
    file = folder / DECISIONS
    if not file.exists():  # a programme without policies
        return []
    try:
        gaps = json.loads(file.read_bytes())["gaps"]
        return [{key: gap[key] for key in gap if key != "services"} for gap in gaps]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file}: cannot be read as decisions of a run: {error}") from None


def band(values: Array, measure: Measure) -> dict[str, float]:
    """Return the 5 %, middle and 95 % value of the replicas, and their mean.

    Of a chance the middle is the share of the replicas, and the ends are those of the Jeffreys
    interval of 90 %: how well so many replicas know it.

    Parameters
    ----------
    values : ndarray, (R,)
        One value a replica.
    measure : Measure
        What they are.

    Examples
    --------
    >>> band(np.array([0.0, 0.0, 1.0, 0.0]), MEASURE["evacuated"])["middle"]
    0.25
    >>> band(np.arange(101.0), MEASURE["years_flown"])
    {'low': 5.0, 'middle': 50.0, 'high': 95.0, 'mean': 50.0}
    """
    mean = float(values.mean())
    if measure.chance:
        from scipy.stats import beta

        hits, size = float(values.sum()), values.size
        low = 0.0 if hits == 0 else float(beta.ppf(LEVELS[0], hits + 0.5, size - hits + 0.5))
        high = 1.0 if hits == size else float(beta.ppf(LEVELS[2], hits + 0.5, size - hits + 0.5))
        return {"low": low, "middle": mean, "high": high, "mean": mean}
    low, middle, high = (float(value) for value in np.quantile(values, LEVELS))
    return {"low": low, "middle": middle, "high": high, "mean": mean}


def difference(one: Measured, other: Measured, measure: Measure) -> dict[str, float]:
    """Return one run less another, replica by replica, both flown with the same draws.

    Parameters
    ----------
    one, other : Measured
        Two runs with the same seed.
    measure : Measure
        What is compared.

    Returns
    -------
    dict
        ``low``, ``middle``, ``high`` of the differences of single replicas, their ``mean`` and its
        ``mean_error`` (one standard deviation). Of a chance: the difference of the shares, and the
        interval of 90 % of Agresti and Min [1]_ for paired shares.

    References
    ----------
    .. [1] "Simple improved confidence intervals for comparing matched
       proportions", Statistics in Medicine 24, 2005, 729-740.
    """
    _, here, there = np.intersect1d(one.replicas, other.replicas, return_indices=True)
    gap = one.values[measure.name][here] - other.values[measure.name][there]
    mean, size = float(gap.mean()), gap.size
    error = float(gap.std(ddof=1) / np.sqrt(size)) if size > 1 else 0.0
    if not measure.chance:
        low, middle, high = (float(value) for value in np.quantile(gap, LEVELS))
        return {"low": low, "middle": middle, "high": high, "mean": mean, "mean_error": error}
    more, less = float((gap > 0).sum()) + 0.5, float((gap < 0).sum()) + 0.5  # [1]
    total = size + 2.0
    centre = (more - less) / total
    half = _NORMAL_95 * np.sqrt(more + less - (more - less) ** 2 / total) / total
    return {
        "low": max(-1.0, float(centre - half)),
        "middle": mean,
        "high": min(1.0, float(centre + half)),
        "mean": mean,
        "mean_error": error,
    }


def documented(folder: Path) -> dict[str, Any]:
    """Read the comparison of a folder.

    Raises
    ------
    InputError
        If there is none.
    """
    try:
        found = json.loads((folder / COMPARISON).read_bytes())
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise InputError(f"{folder}: holds no {COMPARISON}, expected a finished comparison")
    return found
