"""Commands an agent ran: what they showed becomes evidence, and nothing else does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mcp_server.agents.events import Ran
from mcp_server.console import covered, tool_of
from mcp_server.importers.runs import junit
from mcp_server.observed import MOST, results, settled
from store.records import Evidence, Kind, Trust

PYTEST = """\
F.                                                                       [100%]
=================================== FAILURES ===================================
E       AssertionError: stale
tests/test_form.py:7: AssertionError
=========================== short test summary info ============================
FAILED tests/test_form.py::test_fields - AssertionError: stale
1 failed, 1 passed in 0.74s
"""


def seen(command: str, output: str, *, failed: bool | None = None) -> list[Evidence]:
    event = Ran("s1", "/work", (), command, output, failed)
    return results(event, project="p", root="/work", client="codex", now=1.0)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("pytest -q", "pytest"),
        ("cd x && uv run pytest", "pytest"),
        ("python3.11 -m pytest tests", "pytest"),
        ("/venv/bin/py.test", "pytest"),
        ("npx vitest run", "jest"),
        ("go test ./...", "go"),
        ("cargo nextest run", "cargo"),
        ("ruff check .", "ruff"),
        ("yarn eslint src", "eslint"),
        ("npx tsc --noEmit", "tsc"),
        ("make -j4", "make"),
    ],
)
def test_programs_are_known_by_their_command(command: str, name: str) -> None:
    tool = tool_of(command)
    assert tool is not None
    assert tool.name == name


@pytest.mark.parametrize("command", ["ls", "echo pytestify", "cat mypytest.py", "ruff format .", "git commit -m x", ""])
def test_other_commands_leave_no_trace(command: str) -> None:
    assert seen(command, PYTEST, failed=True) == []


def test_a_failing_pytest_gives_a_run_and_its_failures() -> None:
    run, failure = seen("pytest -q", PYTEST)
    assert (run.kind, dict(run.detail)) == (
        Kind.RUN,
        {"sort": "tests", "tool": "pytest", "failed": 1, "passed": 1, "skipped": 0, "partial": False, "covers": ["*"]},
    )
    assert (failure.kind, failure.session, failure.source.trust) == (Kind.FAILURE, "s1", Trust.MACHINE)
    assert failure.fingerprint.startswith("test:")
    assert "test_fields" in failure.fingerprint
    assert "AssertionError" in failure.fingerprint


def test_the_same_failure_on_another_machine_has_the_same_fingerprint() -> None:
    event = Ran("s2", "/home/ada/x", (), "pytest", PYTEST.replace("tests/", "/home/ada/x/tests/"), None)
    there = results(event, project="p", root="/home/ada/x", client="codex", now=2.0)
    assert there[1].fingerprint == seen("pytest", PYTEST)[1].fingerprint


def test_a_passing_run_is_a_success_only_if_it_says_so() -> None:
    (run,) = seen("pytest", "..\n2 passed in 0.10s\n")
    assert (run.detail["failed"], run.detail["passed"], run.detail["partial"]) == (0, 2, False)
    (cut,) = seen("pytest", "..")
    assert cut.detail["partial"] is True
    (crashed,) = seen("pytest", "Killed", failed=True)
    assert (crashed.detail["failed"], crashed.detail["partial"]) == (1, False)


@pytest.mark.parametrize(
    ("command", "output", "target"),
    [
        ("go test ./...", "--- FAIL: TestTotal (0.00s)\nFAIL\n", "TestTotal"),
        (
            "cargo test",
            "test cart::total ... FAILED\ntest result: FAILED. 3 passed; 1 failed; 0 ignored\n",
            "cart::total",
        ),
        ("npx jest", "  \u25cf cart \u203a adds up\n\nTests: 1 failed, 2 passed, 3 total\n", "adds up"),
        ("ruff check", "a.py:1:1: F401 unused\nFound 1 error.\n", "lint:ruff|F401"),
        ("npx eslint .", "/x/a.js\n  1:1  error  Missing semicolon  semi\n", "lint:eslint|semi"),
        ("mypy .", "a.py:3: error: no [arg-type]\nFound 1 error in 1 file\n", "types:mypy|arg-type"),
        ("pyright", "  /x/a.py:1:2 - error: bad (reportCallIssue)\n1 error\n", "types:pyright|reportCallIssue"),
        ("tsc -b", "src/a.ts(3,4): error TS2322: no\n", "types:tsc|TS2322"),
        ("cargo build", "error[E0308]: mismatched types\n", "build:cargo|E0308"),
        ("make", "make: *** [all] Error 1\n", "build:make|all"),
        ("make", "make: *** No rule to make target 'x'.\n", "build:make|failed"),
    ],
)
def test_other_tools_failures_are_named(command: str, output: str, target: str) -> None:
    run, failure = seen(command, output)
    assert target in failure.fingerprint
    assert run.detail["failed"] == 1


def test_a_clean_lint_is_no_success_of_the_task() -> None:
    from mcp_server.learning.outcome import derive
    from store.records import Outcome

    assert derive(seen("ruff check", "All checks passed!\n")) is Outcome.UNKNOWN


def test_the_same_output_again_is_the_same_evidence() -> None:
    assert [f.hash for f in seen("pytest", PYTEST)] == [f.hash for f in seen("pytest", PYTEST)]


def test_a_broken_build_does_not_flood_the_store() -> None:
    many = "".join(f"FAILED tests/test_{n}.py::test_it - ValueError: x\n" for n in range(300)) + "300 failed in 9.00s\n"
    facts = seen("pytest", many)
    assert len(facts) == MOST + 1
    assert facts[0].detail["failed"] == 300


def test_secrets_and_colours_in_output_are_taken_out() -> None:
    key = "sk-proj-" + "a1B2c3D4" * 6
    facts = seen("pytest", f"\x1b[31mFAILED tests/test_a.py::test_b - ValueError: {key}\x1b[0m\n1 failed in 0.10s\n")
    assert len(facts) == 2
    assert all(key not in fact.text and key not in fact.fingerprint for fact in facts)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pytest", ["*"]),
        ("uv run pytest -q 2>&1 | tail -5", ["*"]),
        ("pytest .", ["*"]),
        ("pytest tests/ -q", ["tests"]),
        ("pytest tests/test_a.py::TestX::test_y[1] src", ["tests.test_a.TestX::test_y[1]", "src"]),
        ("pytest -k total", []),
        ("pytest --lf", []),
        ("pytest --junitxml report.xml", []),
        ("pytest --junitxml=report.xml", ["*"]),
        ("pytest 'unclosed", []),
        ("go test ./...", ["*"]),
        ("go test ./pkg", []),
        ("go test -run TestX", []),
        ("ruff check", ["*"]),
        ("ruff check .", ["*"]),
        ("ruff check src", []),
        ("ruff check --select F", []),
        ("npx vitest run", ["*"]),
    ],
)
def test_what_a_command_covered_is_told_or_left_open(command: str, expected: list[str]) -> None:
    tool = tool_of(command)
    assert tool is not None
    assert covered(tool, command) == expected


def test_a_command_of_another_tool_covers_nothing() -> None:
    tool = tool_of("pytest")
    assert tool is not None
    assert covered(tool, "ls") == []


STORY = {
    "pytest.ini": "[pytest]\n",
    "cart.py": "def total(prices):\n    return sum(prices) / len(prices)\n",
    "tests/test_cart.py": (
        "import cart\n\n\nclass TestCart:\n    def test_empty(self):\n        assert cart.total([]) == 0\n\n\n"
        "def test_same():\n    print('told')\n    assert cart.total([1, 3]) == 4, 'the sum'\n\n\n"
        "import pytest\n@pytest.mark.parametrize('x', ['a::b', 'c'])\ndef test_each(x):\n    raise KeyError(x)\n"
    ),
    "test_plain.py": "def test_empty():\n    raise ValueError\n",
    "test_broken.py": "import nowhere_to_be_found\n",
}


def test_the_same_failure_has_one_fingerprint_on_the_console_and_in_a_report(tmp_path: Path) -> None:
    for name, text in STORY.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--junitxml=report.xml", "-p", "no:cacheprovider", "-rfE"]
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    plain |= {"PYTHONPATH": str(tmp_path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "100"}
    for more in ([], ["-q", "--continue-on-collection-errors"]):
        done = subprocess.run(
            [*command, *more], cwd=tmp_path, check=False, capture_output=True, text=True, encoding="utf-8", env=plain
        )
        report = junit.parse((tmp_path / "report.xml").read_bytes(), "report.xml")
        told = {case.fingerprint for case in report.cases if case.fingerprint}
        assert {fact.fingerprint for fact in seen("pytest", done.stdout)[1:]} == told
    assert len(told) == 6


def failing(session: str, kind: Kind = Kind.FAILURE) -> Evidence:
    return seen("pytest -q", PYTEST)[1]._replace(session=session, kind=kind)


def test_what_another_session_left_failing_is_still_failing() -> None:
    run, failure = seen("pytest -q", PYTEST)
    assert settled([run, failure], [failing("s0")]) == [run, failure._replace(kind=Kind.STILL)]
    assert settled([run, failure], [failing("s0", Kind.STILL)])[1].kind is Kind.STILL
    assert settled([run, failure], [failing("s1")]) == [run, failure]
    assert settled([run, failure], [failing("s0"), failing("s2", Kind.FIXED)]) == [run, failure]
    assert settled([run, failure], []) == [run, failure]


GREEN = "..\n2 passed in 0.10s\n"


@pytest.mark.parametrize(
    ("command", "output", "fixed"),
    [
        ("pytest", GREEN, 1),
        ("pytest tests", GREEN, 1),
        ("pytest tests/test_form.py", GREEN, 1),
        ("pytest tests/test_other.py", GREEN, 0),
        ("pytest -k other", GREEN, 0),
        ("pytest", "no tests ran in 0.01s\n", 0),
        ("pytest", "..", 0),
        ("go test ./...", "ok\tpkg\t0.1s\n", 0),
        ("ruff check", "All checks passed!\n", 0),
    ],
)
def test_what_failed_is_fixed_where_a_passing_run_covered_it(command: str, output: str, fixed: int) -> None:
    told = settled(seen(command, output), [failing("s0")])
    assert [fact.kind for fact in told[1:]] == [Kind.FIXED] * fixed
    assert [fact.fingerprint for fact in told[1:]] == [failing("s0").fingerprint] * fixed
    assert len({fact.hash for fact in told}) == len(told)


def test_a_clean_linter_over_everything_fixes_what_it_found_before() -> None:
    old = seen("ruff check", "a.py:1:1: F401 unused\nFound 1 error.\n")[1]
    told = settled(seen("ruff check .", "All checks passed!\n"), [old])
    assert [fact.text for fact in told[1:]] == ["ruff passes again"]
    assert settled(seen("ruff check src", "All checks passed!\n"), [old])[1:] == []
    assert settled(told[:1], [old, told[1]])[1:] == []
