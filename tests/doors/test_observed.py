"""Commands an agent ran: what they showed becomes evidence, and nothing else does."""

import pytest

from mcp_server.agents.events import Ran
from mcp_server.observed import MOST, results, tool_of
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
        {"sort": "tests", "tool": "pytest", "failed": 1, "passed": 1, "skipped": 0, "partial": False},
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
