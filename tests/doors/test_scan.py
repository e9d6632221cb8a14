"""`scan`: what a person corrected more than once, with quotes, and nothing of it used before they say so."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from mcp_server.transcripts.whereabouts import slug
from store.errors import BusyError
from store.records import Evidence, Kind, Trust
from tests.conftest import NOON
from tests.doors.desk import Desk
from tests.doors.logs import Claude, Codex, lines
from tests.doors.test_commands_json import documented, printed

DAY = 86_400.0


def claude(desk: Desk, name: str, *prompts: str, day: str = "2026-01-02", cwd: str = "") -> Path:
    """A session of Claude Code in which these things were said."""
    log = Claude(name, cwd=cwd or str(desk.folder), day=f"{day}T10:00")
    return write(desk, name, *(log.prompt(prompt) for prompt in prompts), cwd=cwd)


def write(desk: Desk, name: str, *records: Any, cwd: str = "") -> Path:
    folder = Path.home() / ".claude" / "projects" / slug(cwd or str(desk.folder))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.jsonl").write_bytes(lines(*records))
    return folder / f"{name}.jsonl"


def codex(desk: Desk, name: str, *prompts: str, **head: Any) -> Path:
    log = Codex(name, cwd=str(desk.folder), day="2026-01-05T10:00", **head)
    path = Path.home() / ".codex" / "sessions" / "2026" / f"rollout-{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lines(log.head, *(record for prompt in prompts for record in log.prompt(prompt))))
    return path


@pytest.fixture
def said(desk: Desk) -> Desk:
    """A person who said one thing three times, another once, and one for the moment only."""
    desk.clock.now = NOON + 9 * DAY
    claude(desk, "s1", "add the field email", "No, use pnpm, not npm.", "Never mock the database.")
    claude(desk, "s2", "use pnpm instead of npm", "no, that's the wrong file", day="2026-01-04")
    codex(desk, "c1", "No, use pnpm, not npm.", "thanks")
    return desk


def feedback(desk: Desk) -> list[Evidence]:
    return desk.store.evidence(desk.project, kinds=[Kind.FEEDBACK])


def found(desk: Desk, *words: str) -> list[str]:
    return [each["sentence"] for each in desk.facts("scan", *words)["found"]]


def test_without_a_terminal_it_shows_with_quotes_and_keeps_nothing(said: Desk) -> None:
    said.terminal = False
    shown = re.sub(r"in \d+\.\d s", "in 0.1 s", said.run("scan"))
    assert (
        shown
        == """\
Read 2 sessions of Claude Code, 1 session of Codex (in 0.1 s).
In them: 7 prompts of yours.

You corrected this more than once
  1. Use pnpm, not npm.
     3 times in 3 sessions, last time 5 days ago
     > "No, use pnpm, not npm."
       2026-01-05  Codex  rollout-c1.jsonl:2
     > "use pnpm instead of npm"
       2026-01-04  Claude Code  s2.jsonl:1
     > "No, use pnpm, not npm."
       2026-01-02  Claude Code  s1.jsonl:2

You said this once, and for good
  2. Never mock the database.
     once, 8 days ago
     > 2026-01-02  Claude Code  s1.jsonl:3

1 correction bound to the moment, of which no rule can be made.

Nothing was kept. In a terminal `mcp-promptlearn scan` asks about each; `scan --keep` keeps all of
it as evidence. Neither makes a rule."""
    )
    assert feedback(said) == []
    assert said.facts("scan")["unchanged"] == 0  # nothing was kept, so nothing is known to be read


@pytest.mark.parametrize("words", [("--dry-run",), ()])
def test_a_dry_run_and_an_agent_are_asked_nothing(said: Desk, words: tuple[str, ...]) -> None:
    said.mark = "" if words else "CLAUDECODE is set"
    said.keys = ["y"]
    assert "Nothing was kept." in said.run("scan", *words)
    assert said.keys == ["y"]
    assert feedback(said) == []


def test_yes_keeps_the_quotes_of_which_consolidate_and_review_make_a_rule(said: Desk) -> None:
    said.keys = ["y", "s"]
    shown = said.run("scan")
    assert "1 of 2" in shown
    assert "Kept 3 quotes as evidence." in " ".join(shown.split())
    assert [(fact.text, fact.session, fact.source.trust, fact.source.origin) for fact in feedback(said)] == [
        ("No, use pnpm, not npm.", "s1", Trust.OWNER, "transcript of claude-code"),
        ("use pnpm instead of npm", "s2", Trust.OWNER, "transcript of claude-code"),
        ("No, use pnpm, not npm.", "c1", Trust.OWNER, "transcript of codex"),
    ]
    assert said.rules() == {}
    said.run("consolidate", "--no-model")
    assert [rule.text for rule in said.rules().values()] == ["Use pnpm, not npm."]
    said.keys = ["y"]
    said.run("review")
    assert "Said before and a rule already: R1." in said.run("scan")


def test_what_was_kept_is_not_asked_again_until_it_is_said_again(said: Desk) -> None:
    said.keys = ["y", "y"]
    said.run("scan")
    shown = said.run("scan")
    assert "2 sentences kept before: see `mcp-promptlearn review`." in shown
    assert "y keep" not in shown
    claude(said, "s3", "I told you: use pnpm, not npm!", day="2026-01-08")
    said.keys = ["y"]
    assert "Kept 1 quote as evidence." in said.run("scan")


def test_no_is_remembered_for_what_says_the_same(said: Desk) -> None:
    said.keys = ["n", "q"]
    assert "It will not be asked again." in said.run("scan")
    claude(said, "s3", "No, use pnpm, not npm.", day="2026-01-08")
    assert "pnpm" not in said.run("scan", "--dry-run")
    assert feedback(said) == []
    (declined,) = [each for each in said.facts("scan")["found"] if each["declined"]]
    assert declined["sentence"] == "Use pnpm, not npm."


def test_a_person_may_say_it_better(said: Desk) -> None:
    said.keys = ["e", "e", "e", "q"]
    said.answers = ["", "pnpm is nice", "Use pnpm for every package."]
    shown = said.run("scan")
    assert "No instruction was found in it" in shown
    assert [(fact.text, fact.session, fact.source.identity) for fact in feedback(said)] == [
        ("Use pnpm for every package.", "c1", "person")
    ]


def test_a_correction_without_an_instruction_is_asked_about_in_review(desk: Desk) -> None:
    for number in (1, 2):
        claude(desk, f"s{number}", "no, that's the wrong file", day=f"2026-01-0{number}")
    assert "2 times in 2 sessions" in desk.run("scan", "--dry-run")
    desk.keys = ["y"]
    desk.run("scan")
    assert "No instruction was found in what was said" in desk.run("review", "--list")


def test_a_key_that_means_nothing_is_asked_again(said: Desk) -> None:
    said.keys = ["x", "\r", "\x1b"]
    assert said.run("scan").count("y keep the quotes") == 3


def test_nobody_to_say_it_is_no_sentence(said: Desk) -> None:
    said.keys = ["e", "q"]
    said.run("scan")
    assert feedback(said) == []


def test_enough_is_enough(desk: Desk) -> None:
    tools = ("npm", "make", "tabs", "vars", "goto", "eval", "sudo")
    claude(desk, "s1", *(f"Never use {tool} here." for tool in tools))
    desk.keys = ["s"] * 9
    shown = desk.run("scan")
    assert "5 of 5" in shown
    assert "2 more wait; run scan again when you are fresh." in shown
    assert len(desk.keys) == 4


def test_ctrl_c_ends_it_and_keeps_what_was_decided(said: Desk) -> None:
    said.keys = ["y", "\x03"]
    assert said.code("scan") == 130
    assert len(feedback(said)) == 3


def test_keep_keeps_everything_and_the_next_scan_reads_only_what_is_new(said: Desk) -> None:
    log = Claude("s4", cwd=str(said.folder))
    write(
        said,
        "s4",
        log.prompt("go"),
        *log.shell("t", "pytest", "FAILED a.py::test_b - ValueError: x\n1 failed in 0.10s"),
    )
    first = said.facts("scan", "--keep")
    assert first["kept"] == 7
    assert first["seen"] == {"feedback": 5, "suggestion": 0, "interrupt": 0, "repeat": 0, "run": 1, "failure": 1}
    assert [work.name for work in said.store.works(said.project)] == []
    second = said.facts("scan", "--keep")
    assert (second["kept"], second["bytes"], second["unchanged"], second["sessions"]) == (0, 0, 4, {})
    claude(said, "s5", "Never use tabs.", day="2026-01-08")
    shown = said.run("scan", "--keep")
    assert "Never use tabs." in shown
    assert "4 logs unchanged since the last scan" in shown
    assert "Kept 1 new piece of evidence." in shown
    assert "Nothing new to keep." in said.run("scan", "--keep")


def test_keep_is_for_a_person(said: Desk) -> None:
    said.mark = "CLAUDECODE is set"
    assert "is for a person" in said.refused("scan", "--keep")
    assert feedback(said) == []


def test_what_was_forgotten_does_not_come_back(said: Desk) -> None:
    said.facts("scan", "--keep")
    said.run("forget", "--text", "mock the database", "--yes")
    assert "mock" not in json.dumps(said.facts("scan"))
    said.store.keep_bookmark("x", "y", now=1.0)
    path = claude(said, "s1", "No, use pnpm, not npm.", "Never mock the database.", "hello")
    assert "mock" not in json.dumps(said.facts("scan")), path


def test_headless_runs_and_memories_stand_apart_and_count_as_yours_once_you_say_so(desk: Desk) -> None:
    codex(desk, "c1", "Never use tabs.", source="exec")
    folder = claude(desk, "s1", "hello").parent / "memory"
    folder.mkdir()
    (folder / "tests.md").write_text(
        "- Always run the linter before a commit.\n- The team is in Berlin.\n", encoding="utf-8"
    )
    shown = desk.run("scan", "--dry-run")
    assert "Said in runs that a program may have started\n  1. Never use tabs." in shown
    assert "Your agents wrote this down for themselves\n  2. Always run the linter before a commit." in shown
    assert "Berlin" not in shown
    assert ", 1 memory file" in shown
    by = {each["sentence"]: each["said_by"] for each in desk.facts("scan")["found"]}
    assert by == {
        "Never use tabs.": "headless",
        "Always run the linter before a commit.": "memory",
        "The team is in Berlin.": "memory",
    }
    desk.keys = ["y", "y"]
    desk.run("scan")
    assert [(fact.text, fact.source.origin, fact.source.trust) for fact in feedback(desk)] == [
        ("Never use tabs.", "transcript of codex, confirmed", Trust.OWNER),
        ("Always run the linter before a commit.", "transcript of claude-code, confirmed", Trust.OWNER),
    ]
    assert "Never use tabs" not in desk.run("scan", "--dry-run")


def test_kept_unasked_their_words_are_an_agents(desk: Desk) -> None:
    codex(desk, "c1", "Never use tabs.", source="exec")
    desk.run("scan", "--keep")
    assert [fact.source.trust for fact in feedback(desk)] == [Trust.AGENT]
    desk.run("consolidate", "--no-model")
    assert desk.rules() == {}


def test_only_some_clients_and_only_recent_logs(said: Desk) -> None:
    import os

    assert found(said, "--client", "codex") == ["Use pnpm, not npm."]
    assert found(said, "--client", "gemini", "--client", "opencode") == []
    now = said.clock.now
    for name in ("s1", "s2"):
        path = Path.home() / ".claude" / "projects" / slug(str(said.folder)) / f"{name}.jsonl"
        os.utime(path, (now - 40 * DAY, now - 40 * DAY))
    os.utime(Path.home() / ".codex" / "sessions" / "2026" / "rollout-c1.jsonl", (now, now))
    assert said.facts("scan", "--since", "30")["sessions"] == {"codex": 1}
    assert said.code("scan", "--client", "cursor") == 2
    assert said.code("scan", "--keep", "--dry-run") == 2


def test_other_projects_are_read_only_on_request(said: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    claude(said, "o1", "No, use pnpm, not npm.", cwd=str(other), day="2026-01-07")
    assert said.facts("scan")["elsewhere"] == 1
    (pnpm, *_) = said.facts("scan", "--all")["found"]
    assert (pnpm["times"], pnpm["sessions"]) == (4, 4)
    said.keys = ["y", "q"]
    said.run("scan", "--all")
    kept = said.store.evidence(f"path:{other.as_posix()}")
    assert [fact.session for fact in kept] == ["o1"]


def test_a_folder_without_a_project_needs_all(desk: Desk) -> None:
    desk.folder = Path.home()
    assert "--all" in desk.refused("scan")
    assert desk.facts("scan", "--all")["found"] == []


def test_where_no_agent_was_it_says_so(desk: Desk) -> None:
    assert desk.run("scan") == "No session of an agent was found here."
    claude(desk, "o1", "Never use npm.", cwd="/elsewhere")
    assert desk.run("scan") == "No session of an agent was found here (1 elsewhere)."


def test_where_nothing_was_corrected_it_says_so(desk: Desk) -> None:
    claude(desk, "s1", "add a form", "thanks")
    assert "Nothing that was said in them asks for a rule." in desk.run("scan")


def test_interruptions_loops_and_unreadable_lines_are_told(desk: Desk) -> None:
    log = Claude("s1", cwd=str(desk.folder))
    failing = [record for number in range(3) for record in log.shell(f"t{number}", "deploy", "Exit code 1", wrong=True)]
    stop = log.prompt([{"type": "text", "text": "[Request interrupted by user]"}])
    path = write(desk, "s1", log.prompt("deploy it"), *failing, stop, *log.shell("u", "pytest", "2 passed in 0.10s"))
    path.write_bytes(path.read_bytes() + b'{"type":"user","torn\n')
    shown = desk.run("scan")
    assert "In them: 1 prompt of yours, 1 interruption, 1 loop of an agent, 1 run of tests or checks." in shown
    assert "1 line could not be read." in shown


def test_a_log_that_cannot_be_read_is_named_and_the_others_are_read(
    said: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mcp_server.transcripts import harvest
    from mcp_server.transcripts.marks import GoneError

    real = harvest.opened

    def opened(path: Path) -> Any:
        if path.name == "s1.jsonl":
            raise GoneError("Permission denied")
        return real(path)

    monkeypatch.setattr(harvest, "opened", opened)
    assert found(said)[0] == "Use pnpm, not npm."
    assert [re.sub(r".*/", "", line) for line in said.told] == ["s1.jsonl: Permission denied; passed over"]
    assert said.facts("scan")["unreadable"][0]["reason"] == "Permission denied"


def test_many_quotes_are_shown_in_part_and_printed_in_whole(desk: Desk) -> None:
    desk.clock.now = NOON + 9 * DAY
    for number in range(5):
        claude(desk, f"s{number}", "No, use pnpm, not npm.", day=f"2026-01-0{number + 1}")
    shown = desk.run("scan", "--dry-run")
    assert "and 2 more quotes" in shown
    assert "s4.jsonl:1" in shown
    assert "s1.jsonl:1" not in shown
    assert len(desk.facts("scan")["found"][0]["quotes"]) == 5


def test_the_reason_of_a_refusal_is_shown_as_one(desk: Desk) -> None:
    log = Claude("a18adc18-1ca0-42c7-a5c8-7b82fb2d9a23", cwd=str(desk.folder))
    write(
        desk,
        "a18adc18-1ca0-42c7-a5c8-7b82fb2d9a23",
        log.call("t", "Bash", command="npm i"),
        log.refusal("t", said="Never use npm."),
    )
    assert "Claude Code, refusing Bash  a18adc18….jsonl:2" in desk.run("scan", "--dry-run")


def test_a_store_that_is_held_stops_it_before_anything_is_lost(said: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from store.sqlite import SqliteStore

    def busy(*_: Any, **__: Any) -> Any:
        raise BusyError("store", "another process")

    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "record", busy)
        assert said.code("scan", "--keep") == 1
    assert said.facts("scan", "--keep")["kept"] == 5


def test_what_json_prints_is_on_the_page(said: Desk) -> None:
    monkey = claude(said, "bad", "x")
    monkey.write_bytes(b"")
    facts = said.facts("scan")
    facts["unreadable"] = [{"path": "x", "reason": "y"}]
    assert printed(facts, documented("scan")) == documented("scan")


def test_on_a_terminal_it_shows_how_far_it_is(
    said: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mcp_server.commands.scan import Look

    class Screen:
        def __init__(self) -> None:
            self.shown = ""

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> None:
            self.shown += text

        def flush(self) -> None:
            pass

    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    times = iter([0.0, 0.1, 1.0, 1.0, 1.05])
    monkeypatch.setattr("mcp_server.commands.scan.time.monotonic", lambda: next(times))
    look = Look(3)
    look(0, 5)
    assert screen.shown == ""
    look(1, 2_000_000)
    look(2, 3_000_000)
    assert "reading log 2 of 3, 2 MB" in screen.shown
    assert "log 3" not in screen.shown
    look.clear()
    assert screen.shown.endswith("\r\x1b[K")


def test_setup_ends_with_what_was_said_again_and_again_in_the_project_it_is_run_in(
    said: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for log in (*Path.home().rglob("*.jsonl"),):
        os.utime(log, (said.clock.now, said.clock.now))
    shown = said.run("setup", "--client", "codex", "--yes")
    assert "In 3 sessions of the last 30 days you said:\n  1. Use pnpm, not npm." in shown
    assert shown.endswith("`mcp-promptlearn scan` asks about each.")
    assert feedback(said) == []
    assert "you said" not in said.run("setup", "--client", "codex", "--dry-run")
    said.folder = Path.home()
    assert "you said" not in said.run("setup", "--client", "codex", "--yes")
    said.folder = Path.home() / "nowhere"
    assert "you said" not in said.run("setup", "--client", "codex", "--yes")


def test_setup_says_nothing_of_sessions_in_which_nothing_was_corrected(desk: Desk) -> None:
    log = claude(desk, "s1", "add a field", "thanks")
    os.utime(log, (desk.clock.now, desk.clock.now))
    assert "you said" not in desk.run("setup", "--client", "codex", "--yes")
