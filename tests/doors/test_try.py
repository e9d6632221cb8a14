"""`try` plays the whole loop for real, touches nothing of the person's, and leaves nothing behind."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from mcp_server import scene
from mcp_server.commands import CommandError, try_
from mcp_server.commands.try_ import SAID
from tests.doors.desk import Desk, files_below, git, repository

STEPS = (
    "1. A repository with a generated file and a test that it is up to date",
    "2. First session: the agent is to add a field",
    "3. You say one sentence about it",
    "4. Between sessions the evidence becomes a candidate, which nobody is shown",
    "5. You review it, one key",
    "6. Next session: the same agent, one rule richer",
    "7. Where the rule comes from, and how to undo it",
    "8. Does it help? Sessions with it and without, by a coin, on a clock that runs ahead",
)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that temporary folders are made in, empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("COLUMNS", "100")
    return folder


def test_the_loop_closes_for_real_and_nothing_is_left_behind(
    desk: Desk, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A person in a repository of their own, with an agent's mark, a model, and tests of their own around.
    repository(desk.folder)
    monkeypatch.chdir(desk.folder)
    before = files_below(desk.folder)
    desk.mark = "CLAUDECODE is set"
    monkeypatch.setenv("CLAUDECODE", "1")
    monkeypatch.setenv("CLAUDE_CODE_SESSION_ID", "the-persons-own")
    monkeypatch.setenv("PROMPTLEARN_MODEL", "some-model")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--nonsense")
    monkeypatch.setenv("GIT_DIR", str(desk.folder / ".git"))
    (temporary / "pytest.ini").write_text("[pytest]\naddopts = --nonsense\n", encoding="utf-8")
    text = desk.run("try")
    places = [text.index(step) for step in STEPS]
    assert places == sorted(places)
    first, second = text[places[1] : places[2]], text[places[5] : places[6]]
    assert "episode E1: none yet" in first
    assert "[R1]" not in first
    assert "pytest: 1 failed in" in first
    assert "report_outcome: Recorded for E1: failure" in first
    assert "[R1] After you edit fields.txt" in second
    assert "the agent ran python make_form.py, because a rule says so" in second
    assert "pytest: 1 passed in" in second
    for command in ("ingest report.xml", f"feedback '{SAID}'", "consolidate", "review", "why R1"):
        assert f"$ mcp-promptlearn {command}" in text
    assert "(the play presses y)" in text
    trial = text[places[7] :]
    assert "$ mcp-promptlearn approve R1 --trial" in trial
    assert (
        trial.index("day 1: 8 sessions") < trial.index("day 2: 16 sessions") < trial.index("$ mcp-promptlearn report")
    )
    assert "no session has settled yet" not in trial.split("day 2")[1]
    evenings = re.findall(r"(\d+) settled, effect .* e-value ([\d.e+]+) of 20", trial)
    assert 0 == int(evenings[0][0]) < int(evenings[-1][0])
    assert float(evenings[-1][1]) >= 20, "decided by evidence, or not within the thirty days that are played"
    assert "active by evidence" in trial
    assert "The loop closed." in text
    assert text.rstrip().splitlines()[-1].startswith("The test that failed passes")
    assert "Nothing of this play is left behind" in text
    assert str(temporary) not in text
    assert {path.name for path in temporary.iterdir()} == {"pytest.ini"}
    assert files_below(desk.folder) == before
    monkeypatch.delenv("GIT_DIR")
    assert git(desk.folder, "log", "--oneline").count("\n") == 0, "nothing was committed to it"
    assert not desk.home.exists(), "the real store is not even made"
    assert {path.name for path in Path.home().iterdir()} == set()


def test_the_play_can_be_kept_to_look_at(desk: Desk, tmp_path: Path, temporary: Path) -> None:
    kept = tmp_path / "some" / "where"
    text = desk.run("try", "--keep", str(kept))
    assert f"All of it lies in {kept}" in text
    assert {path.name for path in kept.iterdir()} == {"demo", "home"}
    assert git(kept / "demo", "log", "-1", "--format=%s") == "A form and its fields"
    assert (kept / "home" / "promptlearn.db").is_file()
    assert not desk.home.exists()
    assert list(temporary.iterdir()) == []
    assert desk.refused("try", "--keep", str(kept)) == f"{kept} exists; name a folder that does not"


def test_without_pytest_or_git_one_line_says_what_to_install(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert desk.refused("try") == "try makes a real repository and needs git on PATH; install git and run it again"

    def missing(name: str) -> None:
        return None

    monkeypatch.setattr(try_, "find_spec", missing)
    assert desk.refused("try") == (
        "try runs a real failing test and needs pytest: pip install 'mcp-promptlearn[try]', in a clone uv tool install "
        "'.[try]'"
    )


@pytest.mark.parametrize("folder", ["", "x" * 10_000_000], ids=["nothing", "long"])
def test_a_folder_that_cannot_be_made_is_one_line(desk: Desk, folder: str) -> None:
    line = desk.refused("try", "--keep", folder)
    assert "exists; name a folder that does not" in line or "cannot be used (File name too long)" in line
    assert len(line) < 400


@pytest.mark.skipif(sys.platform == "win32", reason="programs of this kind")
@pytest.mark.parametrize(("says", "why"), [("echo oh no >&2; ", "oh no"), ("", "exit code 3")])
def test_a_git_that_fails_is_one_line(
    desk: Desk, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, says: str, why: str
) -> None:
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\n{says}exit 3\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    assert desk.refused("try") == f"`git` failed in the play ({why}); mend that and run it again"
    assert list(temporary.iterdir()) == []


def played(rules: str, *, passed: bool) -> scene.Played:
    return scene.Played(rules, (), "1 test", passed, "Recorded.")


def acts(monkeypatch: pytest.MonkeyPatch, *sessions: scene.Played) -> None:
    """An agent that does not really play, and leaves a report all the same."""
    script = list(sessions)

    async def session(server: list[str], *, folder: Path, **_: Any) -> scene.Played:
        now = script.pop(0)
        body = "/>" if now.passed else "><failure message='AssertionError: stale'/></testcase>"
        (folder / "report.xml").write_text(
            f"<testsuites><testsuite name='s'><testcase classname='t' name='n'{body}</testsuite></testsuites>",
            encoding="utf-8",
        )
        return now

    monkeypatch.setattr(scene, "session", session)


def test_a_loop_that_does_not_close_is_told_and_is_a_failure(
    desk: Desk, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts(monkeypatch, played("", passed=False), played("", passed=False))
    assert desk.code("try") == 1
    text = "\n".join(desk.said)
    assert "The loop did not close." in text
    assert "That is a fault of ours; please report what you see above." in text
    assert "The test that failed passes" not in text


def test_a_command_that_fails_inside_the_play_ends_it(
    desk: Desk, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(server: list[str], **_: Any) -> scene.Played:
        return played("", passed=False)

    monkeypatch.setattr(scene, "session", nothing)
    assert desk.code("try") == 1
    assert desk.errors == "mcp-promptlearn: `ingest` failed inside the play; please report what you see above\n"
    assert list(temporary.iterdir()) == []


def test_an_interruption_ends_the_play_and_cleans_up(
    desk: Desk, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts(monkeypatch, played("", passed=False))

    def interrupt(self: try_.Play) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(try_.Play, "_wiring", interrupt)
    assert desk.code("try") == 130
    assert desk.errors == "mcp-promptlearn: interrupted; what was done before is kept\n"
    assert list(temporary.iterdir()) == []


def test_an_interruption_of_a_command_inside_is_one_of_the_play(
    desk: Desk, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts(monkeypatch, played("", passed=False))

    def interrupted(*_: object) -> int:
        return 130

    monkeypatch.setattr("mcp_server.cli.main", interrupted)
    play = try_.Play(desk.wiring(), temporary)
    with pytest.raises(KeyboardInterrupt):
        play.run()


def test_a_question_inside_the_play_finds_nobody(desk: Desk) -> None:
    from mcp_server.commands import CommandError

    play = try_.Play(desk.wiring(), desk.folder)
    with pytest.raises(CommandError, match="nobody is there to answer 'Really"):
        play._wiring().ask("Really? ")  # pyright: ignore[reportPrivateUsage]


def test_the_play_is_a_real_process_with_a_real_home_untouched(tmp_path: Path, temporary: Path, home: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-P", str(root / "mcp_promptlearn.py"), "try"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        encoding="ascii",
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert all(step in done.stdout for step in STEPS)
    assert {path.name for path in tmp_path.iterdir()} == {"temporary"}
    assert list(temporary.iterdir()) == []
    assert not home.exists()


def test_tests_that_print_nothing_are_said_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "true")
    assert scene.run_tests(tmp_path) == ("pytest printed nothing", True)


def test_the_play_presses_y_for_its_own_candidate_only(desk: Desk, tmp_path: Path) -> None:
    from mcp_server.commands.try_ import SAID, Play

    play = Play(desk.wiring(), tmp_path)
    say = play._wiring().say  # pyright: ignore[reportPrivateUsage]
    say("R3  + Always run ./tools/prep.sh from the team share.")
    with pytest.raises(CommandError, match="not the play's own candidate"):
        play._press()  # pyright: ignore[reportPrivateUsage]
    say(f"R1  + {SAID}")
    assert play._press() == "y"  # pyright: ignore[reportPrivateUsage]


def test_the_plays_store_is_in_a_folder_that_nobody_could_name(desk: Desk, tmp_path: Path) -> None:
    from mcp_server.commands.try_ import Play

    home = Play(desk.wiring(), tmp_path)._home  # pyright: ignore[reportPrivateUsage]
    assert not home.is_relative_to(tmp_path)
    assert home.stat().st_mode & 0o077 == 0
    home.rmdir()
