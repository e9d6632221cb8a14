"""`export` puts the rules into the files that clients read, never over an edit, and out again to the byte."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server import byfile, hooks
from mcp_server.agents import written
from mcp_server.agents.exporting import standing
from mcp_server.agents.files import UnfitError
from mcp_server.learning.assign import Coins
from mcp_server.places import place_of
from store.records import Session
from tests.doors.desk import Desk, git, repository
from tests.doors.test_commands_json import documented, printed
from tests.doors.test_setup import POSIX, kept

RULE = "Use uv, not pip, for every dependency."


@pytest.fixture(autouse=True)
def person(desk: Desk, tmp_path: Path) -> Path:
    """A project with one rule of a person; PATH leads nowhere."""
    desk.environment = {"PATH": str(tmp_path / "nothing")}
    desk.run("add", RULE)
    return desk.folder


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def start(desk: Desk, client: str = "claude-code", session: str = "s1") -> Any:
    """A session begins, as its hook hears of it; what the hook answers."""
    event = {"session_id": session, "cwd": str(desk.folder), "hook_event_name": "SessionStart", "source": "startup"}
    return hooks.respond(client, "SessionStart", json.dumps(event).encode(), {}, desk.store).answer


def test_a_block_goes_where_each_client_reads_it_and_out_again_to_the_byte(desk: Desk, person: Path) -> None:
    kept(person, "CLAUDE.md", "# Ours\r\n\r\nBe kind.")
    before = tree(person)
    names = [
        word
        for name in ("claude-code", "cursor", "vscode", "windsurf", "cline", "gemini")
        for word in ("--client", name)
    ]
    desk.answers = ["y"]
    said = desk.run("export", *names)
    assert "CLAUDE.md: for Claude Code" in said
    assert ".cursor/rules/promptlearn.mdc (new file): for Cursor" in said
    assert "nothing is measured" in said
    assert desk.asked[0].startswith("Write 5 files?"), "Devin Local reads CLAUDE.md too"
    assert set(tree(person)) == {
        "CLAUDE.md",
        ".cursor/rules/promptlearn.mdc",
        ".github/instructions/promptlearn.instructions.md",
        ".clinerules/promptlearn.md",
        "GEMINI.md",
    }
    assert (person / ".cursor/rules/promptlearn.mdc").read_text("utf-8").startswith("---\ndescription:")
    text = (person / "CLAUDE.md").read_bytes()
    assert text.startswith(b"# Ours\r\n\r\nBe kind.\r\n\r\n<!-- promptlearn:begin")
    assert f"- [R1] {RULE}\r\n".encode() in text
    assert "Nothing to write." in desk.run("export", *names)
    desk.answers = ["y"]
    desk.run("export", "--remove")
    assert tree(person) == before
    assert not (person / ".cursor").exists()
    assert not (desk.home / "exports").exists()


def test_uninstall_puts_them_back_too(desk: Desk, person: Path) -> None:
    kept(person, "GEMINI.md", "x\n")
    before = tree(person)
    desk.run("export", "--client", "gemini", "--client", "cursor", "--yes")
    said = desk.run("uninstall", "--yes")
    assert "put back as it was, byte for byte" in said
    assert "deleted, as export made it" in said
    assert tree(person) == before
    assert desk.facts("status")["exported"] == []


def test_a_client_with_hooks_gets_a_file_only_by_name_and_then_no_rule_twice(desk: Desk, person: Path) -> None:
    kept(person, "CLAUDE.md", "mine\n")
    assert "no client is used here that needs a file" in desk.refused("export", "--yes")
    assert RULE in json.dumps(start(desk))
    desk.run("export", "--client", "claude-code", "--yes")
    answer = start(desk, session="s2")
    assert RULE not in json.dumps(answer)
    assert answer == {"systemMessage": "promptlearn: 1 rule active, read in CLAUDE.md"}
    assert desk.store.exposures("s2", desk.project) == ()
    assert desk.store.session("s2", desk.project) is not None
    assert RULE in json.dumps(start(desk, client="codex", session="s3"))
    # Without the block, as in a worktree where it was never written, rules come by hook as before.
    (person / "CLAUDE.md").write_text("mine\n", encoding="utf-8")
    assert RULE in json.dumps(start(desk, session="s4"))


def test_the_tool_gives_no_rule_a_second_time_either(desk: Desk, person: Path) -> None:
    desk.run("export", "--client", "cursor", "--yes")
    place, now = place_of(desk.store, str(person)), desk.clock()
    session = Session("s1", desk.project, "cursor", now, now)
    given_ = byfile.deliver(desk.store, place, session, files=["a.py"], task="t", now=now, coins=Coins())
    assert RULE not in given_.delivered.text
    assert ".cursor/rules/promptlearn.mdc" in given_.delivered.text
    assert "episode E1" in given_.delivered.text
    assert desk.store.exposures("s1", desk.project) == ()


def test_sessions_that_read_a_file_are_told_as_not_randomised_and_scored_for_no_rule(desk: Desk, person: Path) -> None:
    from mcp_server.knobs import Knobs

    desk.trials = Knobs()
    desk.run("export", "--client", "claude-code", "--yes")
    for number in range(4):
        start(desk, session=f"s{number}")
    desk.clock.now += 3 * 86_400
    desk.run("consolidate")
    lines = [json.loads(line) for line in desk.store.log(desk.project)]
    told = [line for line in lines if line["t"] == "exposure"]
    assert len(told) == 4
    assert all(line["shown"] == [] and line["p"] == {} for line in told)
    assert desk.facts("report")["rules"][0]["scored"] == 0


def test_rules_on_trial_stand_in_no_file(desk: Desk, person: Path) -> None:
    desk.run("add", "--trial", "Say what you did not test.")
    desk.run("add", "--pin", "Never force-push to main.")
    desk.run("export", "--client", "gemini", "--yes")
    text = (person / "GEMINI.md").read_text("utf-8")
    assert "did not test" not in text
    assert text.index("[R3]") < text.index("[R1]")


def test_an_edit_between_our_markers_stops_it_and_is_shown(desk: Desk, person: Path) -> None:
    desk.run("export", "--client", "gemini", "--yes")
    path = person / "GEMINI.md"
    path.write_text(path.read_text("utf-8").replace("Use uv", "Use poetry"), encoding="utf-8")
    edited = path.read_bytes()
    assert desk.code("export", "--yes") == 1
    assert "was edited between our markers" in desk.told[0]
    assert any(line.strip().startswith("-- [R1] Use poetry") for line in desk.told)
    assert path.read_bytes() == edited
    assert "edited by hand" in desk.run("status")
    # Taken back, the text stays: it is a person's now.
    said = desk.run("uninstall", "--yes")
    assert "only its markers are taken out" in said
    assert b"Use poetry" in path.read_bytes()
    assert b"promptlearn:begin" not in path.read_bytes()


def test_what_a_person_wrote_around_the_block_meanwhile_stays(desk: Desk, person: Path) -> None:
    path = kept(person, "GEMINI.md", "one")
    desk.run("export", "--client", "gemini", "--yes")
    path.write_bytes(b"zero\n" + path.read_bytes() + b"two\n")
    desk.run("add", "Run the tests before you say that it works.")
    desk.run("export", "--yes")
    assert b"[R2]" in path.read_bytes()
    desk.run("export", "--remove", "--yes")
    assert path.read_bytes() == b"zero\nonetwo\n"


@POSIX
def test_a_link_is_followed_inside_the_project_and_refused_out_of_it(desk: Desk, person: Path, tmp_path: Path) -> None:
    kept(person, ".agents/AGENTS.md", "ours\n")
    (person / "AGENTS.md").symlink_to(".agents/AGENTS.md")
    (person / "CLAUDE.md").symlink_to("AGENTS.md")
    desk.run("export", "--client", "claude-code", "--client", "codex", "--client", "opencode", "--yes")
    assert (person / "AGENTS.md").is_symlink()
    assert (person / "CLAUDE.md").is_symlink()
    assert (person / ".agents/AGENTS.md").read_text("utf-8").count("promptlearn:begin") == 1
    assert [each["path"] for each in desk.facts("status")["exported"]] == ["CLAUDE.md"]
    outside = kept(tmp_path, "elsewhere.md", "theirs\n")
    (person / "GEMINI.md").symlink_to(outside)
    assert desk.code("export", "--client", "gemini", "--yes") == 1
    assert "leads out of" in desk.told[0]
    assert outside.read_text("utf-8") == "theirs\n"


def test_one_file_serves_all_that_read_it(desk: Desk, person: Path) -> None:
    kept(person, "AGENTS.md", "ours\n")
    desk.run("export", "--client", "cursor", "--yes")
    assert (person / ".cursor/rules/promptlearn.mdc").is_file()
    said = desk.run("export", "--client", "opencode", "--yes")
    assert "its clients read another of these files" in said
    assert not (person / ".cursor").exists()
    assert "promptlearn:begin" in (person / "AGENTS.md").read_text("utf-8")


def test_a_file_that_names_another_is_not_written_to_as_well(desk: Desk, person: Path) -> None:
    kept(person, "AGENTS.md", "ours\n")
    kept(person, "CLAUDE.md", "@AGENTS.md\n")
    desk.run("export", "--client", "codex", "--client", "claude-code", "--yes")
    assert (person / "CLAUDE.md").read_text("utf-8") == "@AGENTS.md\n"
    assert RULE not in json.dumps(start(desk))
    assert RULE not in json.dumps(start(desk, client="codex"))
    # Who reads a file changes with other files: then it is written down again who gets rules by hook.
    (person / "CLAUDE.md").unlink()
    assert "AGENTS.md: out of date" in desk.run("status")
    desk.run("export", "--yes")
    assert "AGENTS.md: up to date" in desk.run("status")
    assert RULE in json.dumps(start(desk, session="s2"))


def test_a_file_that_a_client_with_hooks_reads_too_is_only_written_for_both(desk: Desk, person: Path) -> None:
    start(desk, client="codex")
    desk.store.beat(_beat("codex"))
    assert desk.code("export", "--client", "opencode", "--yes") == 1
    assert "read by Codex too" in desk.told[0]
    assert "--client opencode --client codex" in desk.told[0]
    assert tree(person) == {}
    desk.run("export", "--client", "opencode", "--client", "codex", "--yes")
    assert RULE not in json.dumps(start(desk, client="codex", session="s2"))


def test_who_cannot_be_served_by_a_file_keeps_nobody_else_from_theirs(desk: Desk, person: Path) -> None:
    kept(person, "CLAUDE.md", "See @AGENTS.md\n")
    kept(person, "AGENTS.md", "mine\n")
    desk.run("export", "--client", "claude-code", "--yes")
    block = (person / "CLAUDE.md").read_bytes()
    start(desk, client="codex")
    desk.store.beat(_beat("codex"))
    # Zed reads AGENTS.md, as does Codex, which has hooks; Roo would have been served by it too.
    assert desk.code("export", "--client", "roo", "--client", "zed", "--yes") == 1
    assert "AGENTS.md is read by Codex too" in desk.told[-1]
    assert (person / "AGENTS.md").read_bytes() == b"mine\n"
    assert (person / "CLAUDE.md").read_bytes() == block
    assert RULE in (person / ".roo/rules/promptlearn.md").read_text("utf-8")


def test_status_says_when_a_file_says_other_rules_than_hold(desk: Desk, person: Path) -> None:
    assert desk.facts("status")["exported"] == []
    desk.run("export", "--client", "claude-code", "--yes")
    assert "CLAUDE.md: up to date, read by claude-code" in desk.run("status")
    desk.run("retire", "R1", "--yes")
    said = desk.run("status")
    assert "CLAUDE.md: out of date" in said
    assert "export" in said
    assert "says other rules than hold now" in start(desk)["systemMessage"]
    assert "Out of date: CLAUDE.md; `mcp-promptlearn export`" in desk.run("consolidate")
    desk.run("export", "--yes")
    assert "There are none now." in (person / "CLAUDE.md").read_text("utf-8")
    (person / "CLAUDE.md").unlink()
    assert "CLAUDE.md: gone" in desk.run("status")


def test_a_block_that_came_with_the_repository_is_ours_to_change_and_to_take_out(desk: Desk, person: Path) -> None:
    path = kept(person, "GEMINI.md", "mine\n")
    path.write_bytes(written.with_block(path.read_bytes(), "- [R9] Somebody's rule."))
    said = desk.run("export", "--remove", "--yes")
    assert "exported on another machine" in said
    assert path.read_bytes() == b"mine\n"
    path.write_bytes(written.with_block(path.read_bytes(), "- [R9] Somebody's rule."))
    desk.run("export", "--client", "gemini", "--yes")
    assert b"Somebody's" not in path.read_bytes()
    desk.run("uninstall", "--yes")
    assert path.read_bytes() == b"mine\n"


def test_nothing_is_written_without_a_yes_nor_by_an_agent(desk: Desk, person: Path) -> None:
    desk.answers = ["n"]
    assert desk.refused("export", "--client", "gemini") == "nothing was written"
    desk.run("export", "--client", "gemini", "--dry-run")
    desk.mark = "CLAUDECODE is set"
    assert desk.refused("export", "--client", "gemini", "--yes").startswith("export is for a person")
    assert tree(person) == {}


def test_one_client_is_taken_out_of_a_file_only_with_all_that_share_it(desk: Desk, person: Path) -> None:
    desk.run("export", "--client", "opencode", "--client", "codex", "--yes")
    said = desk.run("export", "--remove", "--client", "opencode", "--yes")
    assert "it is for codex too" in said
    assert (person / "AGENTS.md").is_file()
    desk.run("export", "--remove", "--client", "opencode", "--client", "codex", "--yes")
    assert tree(person) == {}


def test_an_at_sign_in_a_rule_reads_no_file(desk: Desk, person: Path) -> None:
    desk.run("add", "Mark records with @dataclass.")
    desk.run("export", "--client", "claude-code", "--yes")
    assert "Mark records with `@dataclass`." in (person / "CLAUDE.md").read_text("utf-8")


def test_what_is_printed_for_programs_has_the_fields_that_were_promised(desk: Desk, person: Path) -> None:
    kept(person, "GEMINI.md", "x\0")
    kept(person, "AGENTS.md", "")
    facts = []
    desk.code("export", "--client", "cursor", "--yes")
    for words in (["--client", "gemini", "--client", "opencode", "--yes"], ["--remove", "--yes"]):
        desk.code("export", "--json", *words)
        facts.append(json.loads("\n".join(desk.said)))
    promised = documented("export")
    assert set().union(*(printed(each, promised) for each in facts)) == promised


@pytest.mark.parametrize(
    "data",
    [b"", b"\xef\xbb\xbfx", "x\r\ny".encode("utf-16"), b"caf\xe9\n", b"one\rtwo", "\ufefftext\n".encode("utf-16-be")],
    ids=repr,
)
def test_whatever_a_file_is_written_in_comes_back(desk: Desk, person: Path, data: bytes) -> None:
    (person / "GEMINI.md").write_bytes(data)
    desk.run("export", "--client", "gemini", "--yes")
    assert (person / "GEMINI.md").read_bytes() != data
    assert "Nothing to write." in desk.run("export", "--client", "gemini", "--yes")
    # From a record that is gone, as well.
    (desk.home / "exports/manifest.json").unlink()
    desk.run("export", "--remove", "--yes")
    path = person / "GEMINI.md"
    assert (path.read_bytes() if path.exists() else b"") == data


def test_words_that_its_encoding_does_not_hold_are_not_written_to_a_file(desk: Desk, person: Path) -> None:
    desk.run("add", "Schreibe größere Änderungen auf.")
    (person / "GEMINI.md").write_bytes(b"caf\xe9\n")
    assert desk.code("export", "--client", "gemini", "--yes") == 1
    assert "save it as UTF-8" in desk.told[0]


def test_a_rule_from_a_file_is_not_said_again_to_who_reads_that_file(desk: Desk, person: Path) -> None:
    from mcp_server.agents.exporting import Root, plan, reads
    from mcp_server.agents.targets import named

    kept(person, "CLAUDE.md", "mine\n")
    kept(person, "AGENTS.md", "mine\n")
    files = plan(named(["cursor", "claude-code"]), Root(str(person)), {}).files
    told = {each.path: reads(each, Root(str(person))) for each in files}
    assert [told["CLAUDE.md"](name) for name in ("CLAUDE.md", "src/CLAUDE.md", ".claude/rules/a.md")] == [True] * 3
    assert not told["CLAUDE.md"](".cursor/rules/a.mdc")
    assert not told["CLAUDE.md"]("AGENTS.md")
    cursor = told[".cursor/rules/promptlearn.mdc"]
    assert [cursor(name) for name in (".cursor/rules/a.mdc", "AGENTS.md", "x/AGENTS.md")] == [True] * 3
    assert not cursor("CLAUDE.md")


def _beat(client: str) -> Any:
    from store.records import Heartbeat

    return Heartbeat(client, "SessionStart", 1.0, "", "", 0.1)


@given(st.binary(max_size=80), st.text(alphabet=st.characters(codec="ascii", exclude_characters="\0"), max_size=40))
def test_any_bytes_are_given_back_or_refused(data: bytes, body: str) -> None:
    try:
        held = written.with_block(data, body)
    except UnfitError:
        return
    assert written.without_block(held) == data
    assert written.with_block(held, body) == held


def test_a_file_that_cannot_be_read_stands_as_that(tmp_path: Path) -> None:
    assert standing(tmp_path, "") == "not readable"
    assert standing(tmp_path / "none", "") == "gone"


def test_our_block_is_no_rule_of_a_person(desk: Desk, person: Path) -> None:
    from mcp_server.importers.rulefiles.read import read

    text = b"# Style\n\n- Use tabs.\n- Say why.\n"
    for name in ("CLAUDE.md", "AGENTS.md", "GEMINI.md", ".cursor/rules/promptlearn.mdc", ".clinerules"):
        before, after = read(text, name), read(written.with_block(text, f"- [R1] {RULE}"), name)
        assert [each.text for each in before.passages] == [each.text for each in after.passages]


def test_a_paused_project_is_told_where_its_rules_still_stand(desk: Desk, person: Path) -> None:
    desk.run("export", "--client", "gemini", "--yes")
    assert "Rules still stand in GEMINI.md" in desk.run("pause", "--yes")


def test_a_file_that_codex_reads_only_in_part_is_said_to_be_too_long(desk: Desk, person: Path) -> None:
    kept(person, "AGENTS.md", "x" * 80 + "\n" + ("y" * 79 + "\n") * 500)
    assert "longer than the 32 KiB that Codex reads" in desk.run("export", "--client", "codex", "--yes")


def test_a_single_file_of_a_client_that_may_have_a_folder_is_taken(desk: Desk, person: Path) -> None:
    path = kept(person, ".clinerules", "mine\n")
    desk.run("export", "--client", "cline", "--yes")
    assert "promptlearn:begin" in path.read_text("utf-8")
    desk.run("export", "--remove", "--client", "cline", "--yes")
    assert path.read_bytes() == b"mine\n"


def test_markers_that_do_not_fit_stop_it_and_stay(desk: Desk, person: Path) -> None:
    path = kept(person, "GEMINI.md", "<!-- promptlearn:end -->\nmine\n")
    assert desk.code("export", "--client", "gemini", "--yes") == 1
    assert "markers of ours that do not fit" in desk.told[0]
    assert desk.code("export", "--remove", "--yes") == 1
    assert path.read_bytes() == b"<!-- promptlearn:end -->\nmine\n"
    path.write_bytes(b"")
    desk.run("export", "--client", "gemini", "--yes")
    path.write_bytes(path.read_bytes() + b"<!-- promptlearn:end -->\n")
    assert desk.code("uninstall", "--yes") == 1
    assert desk.facts("status")["exported"][0]["state"] == "not readable"
    assert path.is_file()


def test_a_file_that_somebody_wrote_to_meanwhile_is_left_to_them(desk: Desk, person: Path) -> None:
    path = kept(person, "GEMINI.md", "mine\n")
    asked = desk.wiring().ask

    class Hasty(list[str]):
        def pop(self, *_: object) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
            path.write_text("theirs\n", encoding="utf-8")
            return "y"

    desk.answers = Hasty(["y"])
    assert desk.code("export", "--client", "gemini") == 1
    assert "was changed meanwhile" in desk.told[0]
    assert path.read_text("utf-8") == "theirs\n"
    assert asked is not None
    assert RULE in json.dumps(start(desk, client="codex"))


def test_a_record_that_cannot_be_read_stops_everything(desk: Desk, person: Path) -> None:
    desk.run("export", "--client", "gemini", "--yes")
    (desk.home / "exports/manifest.json").write_text("{", encoding="utf-8")
    assert "is damaged" in desk.refused("export", "--yes", "--client", "gemini")
    assert "up to date" in desk.run("status")


def test_a_project_that_is_gone_keeps_nobody_from_uninstalling(desk: Desk, person: Path) -> None:
    path = kept(person, "GEMINI.md", "mine\n")
    desk.run("export", "--client", "gemini", "--yes")
    path.unlink()
    desk.run("uninstall", "--yes")
    assert not path.exists()


@POSIX
def test_a_read_only_file_and_a_link_to_itself_are_left_alone(desk: Desk, person: Path) -> None:
    (person / "GEMINI.md").symlink_to("GEMINI.md")
    path = kept(person, "QWEN.md", "mine\n")
    path.chmod(0o444)
    assert desk.code("export", "--client", "gemini", "--client", "qwen", "--yes") == 1
    assert "a link that leads to itself" in desk.told[0]
    assert "is read-only" in desk.told[1]
    assert path.read_bytes() == b"mine\n"


def test_where_nothing_can_be_written_the_file_still_serves(desk: Desk, person: Path, monkeypatch: Any) -> None:
    from store.errors import BusyError

    desk.run("export", "--client", "claude-code", "--yes")

    def busy(*_: object, **__: object) -> None:
        raise BusyError("held")

    monkeypatch.setattr(desk.store, "deliver", busy)
    assert start(desk)["systemMessage"].endswith("read in CLAUDE.md")


def test_nothing_is_written_where_there_is_no_rule_or_no_project(desk: Desk, person: Path) -> None:
    desk.run("retire", "R1", "--yes")
    assert desk.code("export", "--client", "gemini", "--yes") == 1
    assert "nothing to say" in desk.told[0]
    assert tree(person) == {}
    desk.folder = Path.home()
    assert "rule files are a project's" in desk.refused("export", "--client", "gemini", "--yes")


def test_a_client_that_reads_two_files_that_others_need_is_told_of(desk: Desk, person: Path) -> None:
    kept(person, "CLAUDE.md", "@AGENTS.md\n@GEMINI.md\n")
    kept(person, "AGENTS.md", "mine\n")
    words = [word for name in ("claude-code", "codex", "gemini") for word in ("--client", name)]
    said = desk.run("export", *words, "--yes")
    assert "Claude Code reads AGENTS.md and GEMINI.md, so each rule reaches it more than once." in said
    assert "promptlearn" not in (person / "CLAUDE.md").read_text("utf-8")


def test_two_worktrees_of_one_project_each_have_their_files(desk: Desk, person: Path, tmp_path: Path) -> None:
    first, second = repository(tmp_path / "first", remote="https://example.org/a/b.git"), tmp_path / "second"
    git(first, "worktree", "add", "-q", str(second))
    desk.folder = first
    desk.run("add", RULE)
    desk.run("export", "--client", "claude-code", "--yes")
    assert RULE not in json.dumps(start(desk, session="s1"))
    desk.folder = second
    assert RULE in json.dumps(start(desk, session="s2"))
    desk.run("export", "--client", "codex", "--yes")
    assert RULE not in json.dumps(start(desk, client="codex", session="s3"))
    desk.run("export", "--remove", "--yes")
    assert RULE in json.dumps(start(desk, client="codex", session="s4"))
    desk.folder = first
    assert RULE not in json.dumps(start(desk, session="s5"))


def test_import_export_and_import_again_change_nothing_and_nothing_stands_twice(desk: Desk, person: Path) -> None:
    kept(person, "CLAUDE.md", "# Ours\n\n- Write plain sentences.\n- Name things as the domain does.\n")
    kept(person, "AGENTS.md", "- Write plain sentences.\n")
    desk.run("import", "--yes")
    rules = desk.rules()
    names = [word for name in ("claude-code", "codex", "gemini", "cursor") for word in ("--client", name)]
    desk.run("export", *names, "--yes")
    text = {name: (person / name).read_text("utf-8") for name in ("CLAUDE.md", "AGENTS.md", "GEMINI.md")}
    assert [each.count("Write plain sentences.") for each in text.values()] == [1, 1, 1]
    assert [each.count("Name things as") for each in text.values()] == [1, 1, 1]
    assert [each.count(RULE) for each in text.values()] == [1, 1, 1]
    assert not (person / ".cursor").exists()
    again = desk.facts("import", "--yes")
    assert [again[name] for name in ("added", "changed", "gone", "back")] == [[], [], [], []]
    assert desk.rules() == rules
    assert "Nothing to write." in desk.run("export", "--yes")
    assert "up to date" in desk.run("status")
    assert start(desk)["systemMessage"].endswith("read in CLAUDE.md")
    desk.run("export", "--remove", "--yes")
    assert (person / "AGENTS.md").read_text("utf-8") == "- Write plain sentences.\n"
