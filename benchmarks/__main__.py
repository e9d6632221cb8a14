"""`python -m benchmarks [NAME ...] [--quick] [--json PATH]`: measure all budgets, or those named, and print a table."""

import argparse
import json
import os
import platform
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from benchmarks.desk import Desk
from benchmarks.result import Result, facts, notes, table

NAMES = (
    "get_rules",
    "report_outcome",
    "crowd",
    "commands",
    "hook",
    "consolidate",
    "decide",
    "start_up",
    "beside",
    "gitlog",
    "junit",
    "payloads",
    "transcripts",
)


def main() -> int:
    """Run what was asked for; a budget that was not kept is said, and is no failure of the run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure against the budgets.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)}; all without")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds: to see that it runs")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there too")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; known are {', '.join(NAMES)}")
    circumstances = _circumstances()  # the load before we add to it
    found: dict[str, list[Result]] = {}
    with tempfile.TemporaryDirectory(prefix="promptlearn-bench-") as folder:
        desk = Desk(Path(folder), share=0.1 if options.quick else 1.0)
        for name in options.names or NAMES:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            found[name] = import_module(f"benchmarks.{name}").run(desk)
    print(", ".join(f"{name} {value}" for name, value in circumstances.items()), end="\n\n")
    results = [result for each in found.values() for result in each]
    print(table(results), notes(results), sep="\n\n")
    if options.json:
        answer = {**circumstances, "results": {name: list(map(facts, each)) for name, each in found.items()}}
        options.json.write_text(json.dumps(answer, indent=2) + "\n", encoding="utf-8")
    return 0


def _circumstances() -> dict[str, str]:
    """What a reader has to know of the machine, and nothing by which to know it again."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "load": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown",
    }


if __name__ == "__main__":
    sys.exit(main())
