"""`python -m benchmarks.statistics [NAME ...]`: prove what the trial engine promises, and write it into the page."""

import argparse
import json
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from itertools import chain
from pathlib import Path

from benchmarks.statistics import page
from benchmarks.statistics.finding import Section
from benchmarks.statistics.pieces import run, sources
from benchmarks.statistics.seeds import FINAL

NAMES = ("compare", "nulls", "speed", "signs")


def main() -> int:
    """Run what was asked for; a promise that was not kept is said, and is no failure of the run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.statistics", description="Prove the trial engine.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)}; all without")
    parser.add_argument("--quick", action="store_true", help="a few projects of each: to see that it runs")
    parser.add_argument("--seed", type=int, default=FINAL, help=f"{FINAL} without, the one of the page")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes; 2 without")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep what is done there, and go on from it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/statistics.md")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no proof {unknown[0]!r}; known are {', '.join(NAMES)}")
    if options.write and (options.quick or options.names or options.seed != FINAL):
        parser.error("the page takes all proofs of a whole run with its own seed; leave NAME, --quick and --seed away")
    names = options.names or NAMES
    proofs = [import_module(f"benchmarks.statistics.{name}") for name in names]
    pieces = list(chain.from_iterable(proof.pieces(options.seed, quick=options.quick) for proof in proofs))
    print(f"{len(pieces)} pieces ...", file=sys.stderr, flush=True)
    done = run(pieces, jobs=options.jobs, kept=options.keep)
    sections: list[Section] = []
    for name, proof in zip(names, proofs, strict=True):
        sections += proof.conclude({piece: facts for piece, facts in done.items() if piece.proof == name})
    circumstances = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "Python": platform.python_version(),
        "seed": options.seed,
        "sources": sources()[:12],
    }
    figures = page.text(sections, circumstances)
    print(figures)
    if options.json:
        answer = {**circumstances, "sections": [_facts(section) for section in sections]}
        options.json.write_text(json.dumps(answer, indent=2) + "\n", encoding="utf-8")
    if options.write:
        page.PAGE.write_text(page.written(page.PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    return 0


def _facts(section: Section) -> dict[str, object]:
    return {"title": section.title, "claims": [claim._asdict() for claim in section.claims], "body": section.body}


if __name__ == "__main__":
    sys.exit(main())
