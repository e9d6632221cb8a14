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
