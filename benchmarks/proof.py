"""``python -m benchmarks.proof``: tries the long proofs and keeps their latest figures."""

import argparse
import json
import os
import sys
from pathlib import Path

from benchmarks.harness import ROOT, Figures, prove, source_mark, stamped
from benchmarks.proofs import PROOFS

RECORD = ROOT / "docs" / "reference" / "proof.json"
SCRATCH = ROOT / "runs" / "proof"


def read_record(path: Path = RECORD) -> dict[str, Figures]:
    """Return the latest figures by proof."""
    if not path.exists():
        return {}
    proofs: dict[str, Figures] = json.loads(path.read_text())["proofs"]
    return proofs


def write_record(proofs: dict[str, Figures], path: Path = RECORD) -> None:
    """Replace the latest figures, whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"proofs": dict(sorted(proofs.items()))}, indent=1) + "\n")
    os.replace(partial, path)


def main(arguments: list[str] | None = None) -> int:
    """Try the proofs asked for; return 1 if one did not hold."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.proof",
        description="Try the long proofs. Stopped at any moment, the same command continues.",
    )
    parser.add_argument("names", nargs="*", help=f"some of: {', '.join(PROOFS)}; all if none")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the whole, 0 to 1")
    parser.add_argument("--again", action="store_true", help="try anew what is up to date")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.names if name not in PROOFS]
    if unknown or not 0 < given.scale <= 1:
        parser.error(f"unknown proof: {', '.join(unknown)}" if unknown else "scale: 0 < scale <= 1")

    source = source_mark()
    held = True
    for name in given.names or PROOFS:
        known = read_record().get(name, {})
        current = known.get("source") == source and known.get("scale") == given.scale
        if current and not given.again:
            print(f"{name}: up to date ({known['date']})")
        else:
            folder = SCRATCH / name
            if given.again:
                (folder / "journal.jsonl").unlink(missing_ok=True)
            done = prove(
                PROOFS[name],
                scale=given.scale,
                folder=folder,
                source=source,
                progress=lambda text: print(text, file=sys.stderr, flush=True),
            )
            known = stamped(done)
            record = read_record()
            # A smaller trial never takes the place of a larger one.
            if given.scale >= record.get(name, {}).get("scale", 0.0):
                write_record({**record, name: known})
            print(f"{name}: {'held' if known['held'] else 'DID NOT HOLD'}: {known['figures']}")
        held = held and known["held"]
    return 0 if held else 1


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        print("stopped; the same command continues", file=sys.stderr)
        raise SystemExit(130) from None
