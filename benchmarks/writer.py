"""One of several processes that write to one store at the same time; a program for `crowd`."""

import json
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import perf_counter

from benchmarks.desk import tools
from benchmarks.floors import Floor
from mcp_server.session import Caller
from store import open_store


def main(kind: str, path: Path, name: str, number: int) -> None:
    """Say `ready`, wait for a line, write so many rows, and print what came of it as JSON."""
    if kind == "bare":
        with closing(Floor(path, name=name)) as floor:
            _write(floor.report, number)
        return
    with closing(open_store(path)) as store:
        server, caller = tools(store), Caller(name, "bench")
        server.call("get_rules", {}, caller)
        reports = iter(range(number))
        _write(
            lambda: server.call(
                "report_outcome", {"outcome": "success", "evidence": f"all tests pass, run {next(reports)}"}, caller
            ),
            number,
        )


def _write(one: Callable[[], object], number: int) -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    seconds: list[float] = []
    errors: list[str] = []
    for _ in range(number):
        begun = perf_counter()
        try:
            one()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is counted
            errors.append(str(error))
        else:
            seconds.append(perf_counter() - begun)
    print(json.dumps({"seconds": seconds, "errors": errors}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
