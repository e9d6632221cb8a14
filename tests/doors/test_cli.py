"""The front door shows what there is, answers with an exit code, and complains in one line."""

import argparse
import io
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mcp_server import wiring
from mcp_server.cli import COMMANDS, main
from mcp_server.person import Surroundings
from mcp_server.settings import Settings
from mcp_server.wiring import Wiring
from tests.doors.desk import Desk

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = [sys.executable, "-E", "-P", str(ROOT / "mcp_promptlearn.py")]

ORDER = """
setup status review feedback why report consolidate rollback pause uninstall try
rules add edit approve reject retire pin unpin history diff ingest scan import export guide doctor serve hook
replay simulate backup forget resume
"""
"""The commands as the design lists them; those of the first line are for the first screen."""
FIRST, REST = (part.split() for part in ORDER.strip().split("\n", 1))


def names() -> list[str]:
    return [command.name for command in COMMANDS]


def listed(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines() if line.startswith("  ")]


# --- help


def test_the_first_screen_shows_the_first_commands_in_the_order_of_their_use(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words in ([], ["help"], ["--help"], ["-h"]):
        assert main(words) == 0
        out = capsys.readouterr().out
        assert listed(out) == [name for name in FIRST if name in names()]
        assert f"shows the other {len(COMMANDS) - len(listed(out))} commands" in out


def test_help_all_shows_every_command_in_the_order_of_the_design(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "--all"]) == 0
    out = capsys.readouterr().out
    assert listed(out) == [name for name in [*FIRST, *REST] if name in names()] == names()
    assert all(len(line) < 80 for line in out.splitlines())


@pytest.mark.parametrize("command", names())
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    long = capsys.readouterr().out
    assert long.startswith(f"usage: mcp-promptlearn {command}")
    assert main(["help", command]) == 0
    assert capsys.readouterr().out == long


def test_the_version_is_that_of_the_installed_program(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("mcp-promptlearn 0.")

    def missing(name: str) -> str:
        from importlib.metadata import PackageNotFoundError

        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == "mcp-promptlearn 0+not.installed\n"


# --- wrong usage


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["stauts"], "there is no command 'stauts' (did you mean `status`?); see `mcp-promptlearn help --all`"),
        (["--yes"], "there is no command '--yes'; see"),
        (["help", "nonsense"], "there is no command 'nonsense'"),
        ([""], "there is no command ''"),
        (["x" * 10_000_000], "there is no command 'xxxx"),
    ],
    ids=["typo", "option", "help", "empty", "long"],
)
def test_an_unknown_command_is_wrong_usage(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert len(line) < 200


@pytest.mark.parametrize(
    "words",
    [
        ["why"],
        ["feedback"],
        ["status", "--nonsense"],
        ["status", "--js"],
        ["rollback", "last"],
        ["rollback", "--to", "-1"],
        ["diff", "1.5"],
        ["backup", "--list", "--restore", "x"],
        ["edit", "R1", "--path", "a", "--no-paths"],
        ["forget", "--evidence", "\N{SUPERSCRIPT TWO}"],
        ["approve", "R1", "\U000e0041\U000e0042"],
        ["approve", "R1", "x" * 10_000_000],
    ],
    ids=lambda words: " ".join(words)[:30],
)
def test_wrong_usage_is_said_in_a_few_lines_that_a_terminal_can_show(desk: Desk, words: list[str]) -> None:
    assert desk.code(*words) == 2
    assert desk.errors.startswith("usage: mcp-promptlearn")
    assert desk.errors.splitlines()[-1].startswith(f"mcp-promptlearn {words[0]}: ")
    assert len(desk.errors) < 1000
    assert desk.errors.replace("\n", "").isprintable()
    assert not desk.home.exists()


# --- what a person can cause is one line


def test_a_rule_id_that_cannot_be_is_not_found(desk: Desk) -> None:
    assert desk.refused("why", "R99999999999") == (
        "'R99999999999' is not a rule; name one like R12 (see `mcp-promptlearn rules --all`)"
    )
    for text in ("", "R", "R-1", "R1.5", "rule", "R\N{SUPERSCRIPT TWO}", "R" + "9" * 100_000, "R1\U000e0031"):
        assert "is not a rule; name one like R12" in desk.refused("why", text)
    assert desk.refused("why", "R7") == "rule R7 does not exist; see `mcp-promptlearn rules`"


@pytest.mark.parametrize(
    "words",
    [
        ["history", "--report", "9" * 30],
        ["diff", "9" * 5000],
        ["rollback", "9" * 30],
        ["forget", "--evidence", "9" * 30],
    ],
    ids=lambda words: words[0],
)
def test_a_number_that_no_store_can_hold_does_not_exist(desk: Desk, words: list[str]) -> None:
    assert "does not exist" in desk.refused(*words)


def test_a_home_that_cannot_be_made_is_said_with_the_folder(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    desk.home = tmp_path / "file" / "home"
    line = desk.refused("status")
    assert str(desk.home) in line
    assert "check the folder or set PROMPTLEARN_HOME" in line


def test_a_store_of_a_newer_version_is_refused_and_not_touched(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    path = Settings(home=desk.home).store
    with closing(sqlite3.connect(path)) as db:
        known = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute(f"PRAGMA user_version = {known + 1}")
        db.execute("PRAGMA journal_mode = DELETE")
    before = path.read_bytes()
    assert "was not touched, upgrade mcp-promptlearn" in desk.refused("rules")
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_not_touched(desk: Desk) -> None:
    desk.home.mkdir()
    path = Settings(home=desk.home).store
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    assert "another program's database; it was not touched" in desk.refused("rules")
    assert path.read_bytes() == before


def test_a_locked_store_is_said_to_be_held(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.wait = 0.01
    with closing(sqlite3.connect(Settings(home=desk.home).store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "is held by another process; nothing was changed, try again" in desk.refused("add", "Use nox.")
        assert "Use uv." in desk.run("rules")


def test_a_damaged_store_is_set_aside_and_the_command_goes_on(desk: Desk) -> None:
    desk.home.mkdir()
    path = Settings(home=desk.home).store
    path.write_bytes(b"this was a database once, " * 400)
    assert desk.code("rules") == 0
    assert "is damaged" in desk.told[0]
    assert "set aside" in desk.told[0]
    (aside,) = desk.home.glob("*.damaged-*")
    assert aside.read_bytes().startswith(b"this was a database once")


def test_a_folder_that_vanished_is_said(desk: Desk) -> None:
    desk.folder.rmdir()
    assert "does not exist; name an existing folder" in desk.refused("status")
    desk.folder = Path()
    made = desk.wiring()
    made.folder = ""
    err = io.StringIO()
    assert main(["backup", "--list"], made) == 0, "what needs no project still works"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", err)
        assert main(["status"], made) == 1
    assert err.getvalue() == ("mcp-promptlearn: the working folder does not exist any more; change to one that does\n")


def test_a_file_that_cannot_be_used_is_named(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    blocked = tmp_path / "file" / "kept"
    assert f"{str(blocked)!r} cannot be used (Not a directory)" in desk.refused("try", "--keep", str(blocked))


def test_a_broken_config_is_named_by_every_command(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.mkdir()
    (home / "config.toml").write_text("model = \n", encoding="utf-8")
    assert main(["status"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"mcp-promptlearn: {home / 'config.toml'} cannot be read (")
    assert line.endswith("correct or remove it")


def test_a_question_that_nobody_answers_changes_nothing(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    assert desk.refused("rollback") == "nothing was changed, as the answer was not yes"
    assert desk.refused("forget", "R1") == "nothing was forgotten, as the answer was not yes"
    assert desk.state("R1")[0] == "active"


def test_the_end_of_input_at_any_other_question_is_one_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _command(monkeypatch, EOFError())
    assert desk.refused("status").startswith("a question found nobody to answer it")


def test_an_interruption_ends_the_command_and_keeps_what_was_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _command(monkeypatch, KeyboardInterrupt())
    assert desk.code("status") == 130
    assert desk.errors == "mcp-promptlearn: interrupted; what was done before is kept\n"


def test_a_fault_of_ours_is_one_line_that_says_how_to_see_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _command(monkeypatch, RuntimeError("bad\nluck \x1b[31m"))
    assert desk.code("status") == 1
    assert desk.errors == (
        "mcp-promptlearn: unexpected RuntimeError: bad luck; this is a fault of ours, "
        "set PROMPTLEARN_DEBUG=1 to see where and please report it\n"
    )
    monkeypatch.setenv("PROMPTLEARN_DEBUG", "1")
    with pytest.raises(RuntimeError, match="bad"):
        desk.code("status")
    _command(monkeypatch, PermissionError(13, "Permission denied"))
    assert desk.refused("status").startswith("a file or stream cannot be used (Permission denied)")


def _command(monkeypatch: pytest.MonkeyPatch, raises: BaseException) -> None:
    def run(options: argparse.Namespace, wiring: Wiring) -> int:
        raise raises

    from mcp_server.commands import status

    monkeypatch.setattr(status, "run", run)


# --- streams


class _Torn(io.StringIO):
    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str) -> int:
        raise self.error

    def flush(self) -> None:
        raise self.error


def test_a_reader_that_had_enough_is_no_fault(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", _Torn(BrokenPipeError(32, "Broken pipe")))
    assert main(["help", "--all"]) == 0
    monkeypatch.undo()
    assert capsys.readouterr().err == ""


def test_an_answer_that_cannot_be_written_is_a_failure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", _Torn(OSError(28, "No space left on device")))
    assert main(["help", "--all"]) == 1
    monkeypatch.undo()
    assert capsys.readouterr().err == (
        "mcp-promptlearn: a file or stream cannot be used (No space left on device); mend that and run it again\n"
    )


def test_with_nobody_left_to_tell_the_exit_code_still_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", _Torn(BrokenPipeError(32, "Broken pipe")))
    assert main(["nonsense"]) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="shells of this kind")
@pytest.mark.parametrize(
    ("line", "code", "out", "err"),
    [
        ("{} status >&-", 0, "", ""),
        ("{} status --json 2>&- >&- <&-", 0, "", ""),
        ("{} nonsense 2>&-", 2, "", ""),
        ("{} ingest - <&-", 1, "", "-: refused, the file is empty"),
        ("{} help --all | true", 0, "", ""),
        ("{} add 'Never use na\u00efve caf\u00e9s.' && PYTHONIOENCODING=ascii {} rules --all", 0, "na?ve caf?s", ""),
        ("PYTHONIOENCODING=latin-1 {} rules --all --json", 0, "[", ""),
    ],
    ids=["out", "all", "err", "in", "pipe", "ascii", "latin"],
)
def test_streams_of_every_kind_are_borne(line: str, code: int, out: str, err: str, tmp_path: Path, home: Path) -> None:
    program = " ".join(f"'{word}'" for word in LAUNCHER).replace(" '-E'", "")  # -E would not see PYTHONIOENCODING
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line.replace("{}", program)],
        cwd=tmp_path,
        capture_output=True,
        encoding="latin-1",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr[: len(err)]) == (code, err)
    assert bool(done.stderr) == bool(err)
    assert out in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_the_answer_is_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*LAUNCHER, "help", "--all"],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "mcp-promptlearn: a file or stream cannot be used (No space left on device); mend that and run it again"
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="folders in use cannot be removed there")
def test_a_working_folder_that_vanished_under_the_shell_is_one_line(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    line = 'cd "$1" && rmdir "$1" && shift && exec "$@"'
    done = subprocess.run(
        ["bash", "-c", line, "bash", str(gone), *LAUNCHER, "status"], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (
        1,
        "mcp-promptlearn: the working folder does not exist any more; change to one that does\n",
    )


def test_a_stream_that_was_closed_becomes_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    code = main(["nonsense"])
    opened = [sys.stdin, sys.stdout, sys.stderr]
    monkeypatch.undo()
    assert code == 2
    assert opened[0].read() == ""
    for stream in opened:
        stream.close()


# --- the real wiring


@pytest.mark.parametrize(
    ("typed", "key"),
    [("y", "y"), ("yyn", "y"), ("\x1b[A", "\x1b[A"), ("\xe0H", "\xe0H"), ("\x00;", "\x00;"), ("\r\n", "\r")],
)
def test_one_key_is_taken_and_what_was_typed_ahead_is_not(
    typed: str, key: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.getchar", lambda: typed)
    assert wiring.real().key() == key


def test_the_real_wiring_takes_the_folder_a_client_names_or_the_working_one(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert wiring.real().folder == str(tmp_path)
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", "/named")
    assert wiring.real().folder == "/named"
    monkeypatch.delenv("CLAUDE_PROJECT_DIR")

    def gone() -> Path:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "cwd", gone)
    assert wiring.real().folder == ""


def test_the_real_surroundings_are_those_of_this_process(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    real = wiring.real()
    monkeypatch.setattr("mcp_server.person.lineage", list)
    for name in ("stdin", "stdout"):
        assert real.surroundings() == Surroundings(terminal=False)
        monkeypatch.setattr(sys, name, Terminal())
    assert real.surroundings() == Surroundings(terminal=True)
    monkeypatch.undo()
    monkeypatch.setenv("CLAUDECODE", "1")
    assert real.surroundings().mark == "CLAUDECODE is set"


# --- strange arguments


LONG = "Use uv. " * 1_250_000
STRANGE = {
    "nothing": "",
    "blank": " \t\n",
    "tags": "Use uv.\U000e0041\U000e0042\U000e007f",
    "bidi": "Use \u202euv\u202c.",
    "escape": "\x1b[31mUse uv.\x1b[0m",
    "lone surrogate": "Use uv\udcff.",
    "ten megabytes": LONG,
    "option": "--",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize(
    "words",
    [
        ["add", "{}"],
        ["add", "Use uv.", "--path", "{}"],
        ["edit", "R1", "{}"],
        ["feedback", "{}"],
        ["feedback", "Use uv.", "--session", "{}"],
        ["feedback", "Use uv.", "--about", "{}"],
        ["why", "{}"],
        ["reject", "R2", "--why", "{}"],
        ["ingest", "{}"],
        ["ingest", "no.xml", "--session", "{}", "--commit", "{}"],
        ["history", "--report", "{}"],
        ["backup", "--restore", "{}"],
        ["forget", "{}"],
        ["forget", "--text", "{}"],
        ["{}", "{}"],
    ],
    ids=" ".join,
)
def test_strange_arguments_end_in_an_answer_or_a_line(desk: Desk, words: list[str], text: str) -> None:
    desk.run("add", "Keep lines short.")
    desk.suggest("Keep functions short.")
    desk.answers = ["n"] * 3
    code = desk.code(*(word.replace("{}", text) for word in words))
    assert code in {0, 1, 2}
    assert "unexpected" not in desk.errors
    assert "Traceback" not in desk.errors
    assert len(desk.errors) < 2000
    shown = "\n".join([*desk.said, *desk.told, *desk.errors.splitlines()])
    assert all(line.isprintable() for line in shown.splitlines()), "nothing a terminal would obey"
