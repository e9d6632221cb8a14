"""Where the rules of each client go, and which files it reads by itself."""

import pytest

from mcp_server.agents.calls import called
from mcp_server.agents.files import UnfitError
from mcp_server.agents.reads import READS
from mcp_server.agents.targets import NAMES, TARGETS, named, place, read_by, used
from mcp_server.agents.written import body_of, read, with_block, without_block, without_markers
from mcp_server.importers.rulefiles.forms import form


def where(name: str, *there: str) -> tuple[str, list[str]]:
    (target,) = named([name])
    return place(target, set(there).__contains__), list(read_by(target, set(there).__contains__))


def test_names_are_told_once_and_what_we_write_is_read() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for target in TARGETS:
        assert target.file in {name for group in target.reads for name in group}


def test_a_file_that_is_there_is_taken_rather_than_a_new_one() -> None:
    assert where("claude-code") == ("CLAUDE.md", [])
    assert where("claude-code", ".claude/rules/") == (".claude/rules/promptlearn.md", [])
    assert where("claude-code", ".claude/CLAUDE.md", "CLAUDE.local.md") == (
        ".claude/CLAUDE.md",
        [".claude/CLAUDE.md", "CLAUDE.local.md"],
    )
    assert where("codex", "AGENTS.md", "AGENTS.override.md") == ("AGENTS.override.md", ["AGENTS.override.md"])
    assert where("opencode", "CLAUDE.md") == ("CLAUDE.md", ["CLAUDE.md"])
    assert where("cline", ".clinerules") == (".clinerules", [".clinerules"])
    assert where("junie") == (".junie/guidelines.md", [])
    assert where("zed", "GEMINI.md", ".cursorrules") == (".cursorrules", [".cursorrules"])


def test_a_client_is_used_where_its_files_are() -> None:
    (cursor,) = named(["cursor"])
    assert used(cursor, {".cursorrules"}.__contains__)
    assert not used(cursor, {"AGENTS.md"}.__contains__)


def test_two_tables_say_the_same_of_what_clients_read() -> None:
    for target in TARGETS:
        known = {form(name) for group in target.reads for name in group} - {""}
        assert known == {each for group in READS.get(target.name, ()) for each in group}, target.name


def test_names_behind_an_at_sign_are_found_outside_of_code() -> None:
    text = "@AGENTS.md\nsee @docs/a\\ b.md and a@b `@no` \n```\n@fenced.md\n```\n"
    assert list(called(text)) == ["AGENTS.md", "docs/a b.md"]


def test_markers_alone_go_where_somebody_edited_what_stands_between() -> None:
    held = with_block(b"one\n", "two")
    assert body_of(held) == ("two", True)
    edited = held.replace(b"two", b"three")
    assert body_of(edited) == ("three", False)
    assert without_markers(edited) == b"one\n\nthree\n"
    assert without_markers(b"one\n") == b"one\n"


@pytest.mark.parametrize(
    "data", [b"<!-- promptlearn:end -->\n", b"<!-- promptlearn:begin v1 sha256=0123456789abcdef -->\n"]
)
def test_markers_that_do_not_fit_are_refused(data: bytes) -> None:
    for use in (body_of, without_block, without_markers, lambda held: with_block(held, "x")):
        with pytest.raises(UnfitError, match="our block"):
            use(data)


@pytest.mark.parametrize(("data", "why"), [(b"\xff\xfe\x00", "UTF-16"), (b"a\0b", "no text")])
def test_what_is_no_text_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(UnfitError, match=why):
        read(data)
