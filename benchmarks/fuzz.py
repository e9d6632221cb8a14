"""`python -m benchmarks.fuzz [--seconds N] [CORPUS ...]`: a coverage-guided fuzzer at every importer.

Not part of `just bench`: it goes on for as long as it is told, where atheris is installed. Only a refusal
by name may come out of an importer, and whatever comes out of one has to be clean.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mcp_server.importers import detect
from mcp_server.importers.found import Found, NotAReport, Reading
from store.text import clean_evidence

SEEDS = (
    "<testsuites><testsuite name='s'><testcase classname='a' name='b'><failure message='m'>E</failure></testcase>",
    '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"ruff"}},"results":[{"ruleId":"F401","message":{"text":"x"}}]}]}',
    '{"results":{"tool":{"name":"j"},"summary":{"tests":1},"tests":[{"name":"a","status":"failed","message":"x"}]}}',
    '{"Action":"fail","Package":"p","Test":"T"}\n',
    '{"action":"closed","pull_request":{"number":1,"merged":true,"head":{"sha":"aa"}},"repository":{"full_name":"o/r"}}',
    '{"object_kind":"merge_request","object_attributes":{"iid":1,"action":"merge"},"project":{"path_with_namespace":"g/p"}}',
    '{"results":[{"command":"x","mean":1.0,"times":[1.0,1.1]}]}',
    "goos: linux\nBenchmarkX-8 1 2 ns/op\n",
    '[{"name":"a","unit":"ms","value":1}]',
)
"""One small document of each family, from which the fuzzer sets out."""


def one(data: bytes) -> None:
    """Read some bytes as whatever they are, and check all that comes of it."""
    for kind in (None, "customSmallerIsBetter"):
        try:
            read = detect.parse(data, "fuzz", kind=kind)
        except NotAReport as refusal:
            if not str(refusal).isprintable():
                raise
            continue
        if isinstance(read, Reading):
            for found in read.facts:
                _check(found)
        else:
            for case in read.cases:
                assert clean_evidence(case.message).text == case.message
            assert not (read.succeeded and (read.failures or read.errors or read.partial))


def _check(found: Found) -> None:
    assert clean_evidence(found.text).text == found.text
    json.dumps([found.key, dict(found.detail)])


def main() -> int:
    """Fuzz until the time is up; a crash ends the process with the input that made it."""
    try:
        atheris: Any = import_module("atheris")
    except ImportError:
        print("atheris is not installed here; `uv run --with atheris python -m benchmarks.fuzz`", file=sys.stderr)
        return 2
    words = sys.argv[1:]
    seconds = int(words[words.index("--seconds") + 1]) if "--seconds" in words else 60
    corpora = [word for word in words if Path(word).is_dir()]
    atheris.instrument_all()
    with TemporaryDirectory() as folder:
        for number, seed in enumerate(SEEDS):
            (Path(folder) / str(number)).write_text(seed, encoding="utf-8")
        limits = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=20000"]
        atheris.Setup([sys.argv[0], *limits, folder, *corpora], one)
        print(f"fuzzing for {seconds} s from {time.strftime('%H:%M')}", file=sys.stderr)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
