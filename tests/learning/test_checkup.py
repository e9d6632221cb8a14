"""What could be better in the rules that a person has."""

from mcp_server.learning.checkup import Dead, checkup
from tests.learning.test_imported import sentence


def test_what_is_said_twice_or_against_each_other_is_found_where_both_can_apply() -> None:
    said = [
        sentence("Use pnpm, never npm.", "CLAUDE.md"),
        sentence("Always use pnpm, never npm.", "AGENTS.md"),
        sentence("Use npm, never pnpm.", "GEMINI.md"),
        sentence("Keep lines short.", "a/AGENTS.md", 1, "a/**"),
        sentence("Keep lines short.", "b/AGENTS.md", 1, "b/**"),
    ]
    found = checkup(said, ["a/x", "b/x"], there=lambda _: True)
    assert [(pair.first.file, pair.second.file) for pair in found.duplicates] == [("CLAUDE.md", "AGENTS.md")]
    assert [pair.second.file for pair in found.contradictions] == ["GEMINI.md"]
    assert found.dead == ()


def test_paths_that_name_nothing_are_found() -> None:
    said = [
        sentence(
            "Run `scripts/gone.sh` in `docs/` and `pkg/here.py`, not `a b/c.py`, `x` or `**/*.ts`.", "sub/AGENTS.md", 3
        ),
        sentence("Use strict mode.", ".cursor/rules/a.mdc", 5, "**/*.ts", "src/**"),
    ]
    found = checkup(said, ["src/a.py"], there={"sub/pkg/here.py"}.__contains__)
    assert found.dead == (Dead(".cursor/rules/a.mdc", 0, "**/*.ts"), Dead("sub/AGENTS.md", 3, "scripts/gone.sh"))


def test_a_tool_that_one_asks_for_and_another_rules_out_is_found() -> None:
    said = [
        sentence("Use pnpm, never npm.", "CLAUDE.md", 1),
        sentence("Use npm for everything.", "AGENTS.md", 2),
        sentence("Never use npm in packages.", "AGENTS.md", 3),
        sentence("Use npm in tools.", "AGENTS.md", 4),
        sentence("Use pnpm.", "web/AGENTS.md", 5, "web/**"),
        sentence("Never use pnpm.", "api/AGENTS.md", 6, "api/**"),
        sentence("Never run npm install by hand.", "AGENTS.md", 7),
    ]
    found = checkup(said, ["web/x", "api/x"], there=lambda _: True)
    assert {(pair.first.line, pair.second.line) for pair in found.contradictions} >= {(1, 2), (1, 4), (2, 3)}
    # Neither two cases of their own, nor two places, nor a command that is more than the tool.
    lines = {frozenset((pair.first.line, pair.second.line)) for pair in found.contradictions}
    assert not lines & {frozenset((3, 4)), frozenset((5, 6)), frozenset((2, 7))}
    assert len(found.contradictions) == len(lines)


def test_a_folder_is_looked_for_where_the_one_above_it_is_there() -> None:
    said = [sentence("Never touch `src/generated`, `src/kept` or `and/or`.", "AGENTS.md", 1)]
    found = checkup(said, [], there={"src", "src/kept"}.__contains__)
    assert found.dead == (Dead("AGENTS.md", 1, "src/generated"),)


def test_a_path_without_code_signs_is_looked_for_too() -> None:
    said = [
        sentence("Read docs/setup.md and ./scripts/run.sh before you start.", "AGENTS.md", 1),
        sentence("See https://example.org/a/b.html, and/or ask; e.g. on Node.js 20/22.", "AGENTS.md", 2),
        sentence("Match src/**/*.ts and <name>/file.py and ~/notes/x.md.", "AGENTS.md", 3),
    ]
    found = checkup(said, [], there={"docs/setup.md"}.__contains__)
    assert found.dead == (Dead("AGENTS.md", 1, "./scripts/run.sh"),)
