"""What stands in a file that clients read: no trial, the same text again and again, and nothing that calls a file."""

import pytest

from mcp_server.learning.exported import plain, sheet, stamp
from mcp_server.learning.select import Budget
from store.records import Ending, Operation, Rule, Source, State, Trust, Version
from store.text import trusted_text


def rule(
    number: int,
    text: str,
    *,
    state: State = State.ACTIVE,
    pinned: bool = False,
    paths: tuple[str, ...] = (),
    identity: str = "person",
) -> Rule:
    """A rule as a store gives it."""
    source = Source("command line", identity, Trust.OWNER)
    version = Version(number, 1, "", "", trusted_text(text), paths, source, 0.0, {})
    return Rule(number, "p", state, pinned, version, Operation.ADD, (), Ending.NONE, "", "", 0.0)


def nobody(_path: str) -> bool:
    return False


def test_a_sheet_reads_as_pinned_here() -> None:
    rules = [
        rule(1, "Use uv."),
        rule(2, "Never push.", pinned=True),
        rule(3, "Type everything.", paths=("src/**", "lib/**")),
        rule(4, "Say why.", paths=("docs/**",)),
        rule(5, "On trial.", state=State.TRIAL),
        rule(6, "First line.\n\n  and more"),
    ]
    made = sheet(rules, reads=nobody)
    assert made.body == (
        "## Rules of this project\n\n"
        "Learned from earlier sessions. Change them with `mcp-promptlearn edit`, not here.\n\n"
        "- [R2] Never push.\n"
        "- [R1] Use uv.\n"
        "- [R6] First line.\n\n    and more\n\n"
        "For `docs/**`:\n\n"
        "- [R4] Say why.\n\n"
        "For `src/**`, `lib/**`:\n\n"
        "- [R3] Type everything."
    )
    assert sheet(reversed(rules), reads=nobody) == made
    assert stamp(rules) == "R1.1 R2.1! R3.1 R4.1 R6.1"


def test_only_what_fits_stands_there_and_the_rest_is_told() -> None:
    made = sheet([rule(n, "word " * 20) for n in range(1, 6)], reads=nobody, budget=Budget(rules=2))
    assert [[each.id for each in some] for some in (made.rules, made.left_out)] == [[1, 2], [3, 4, 5]]
    assert sheet([], reads=nobody).body.endswith("\n\nThere are none now.")
    assert sheet([rule(1, "Scoped.", paths=("a",))], reads=nobody).body.endswith(
        "not here.\n\nFor `a`:\n\n- [R1] Scoped."
    )


def test_what_a_reader_has_from_its_own_file_is_not_said_to_it_again() -> None:
    rules = [rule(1, "Mine."), rule(2, "From CLAUDE.md.", identity="file:CLAUDE.md")]
    assert [each.id for each in sheet(rules, reads=lambda path: path == "CLAUDE.md").rules] == [1]
    assert [each.id for each in sheet(rules, reads=nobody).rules] == [1, 2]
    also = sheet(
        rules, reads=lambda path: path == "AGENTS.md", files=lambda rule: ["AGENTS.md"] if rule.id == 1 else []
    )
    assert [each.id for each in also.rules] == [2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Use @dataclass.", "Use `@dataclass`."),
        ("See @docs/a.md, then go.", "See `@docs/a.md`, then go."),
        ("Write `an @x` here.", "Write `an @x` here."),
        ("Write `@x` and a@b.com.", "Write `@x` and a@b.com."),
        ("One ` and @x here.", "One ` and ``@x`` here."),
        ("An @ alone, and @. too.", "An @ alone, and @. too."),
    ],
)
def test_an_at_sign_calls_no_file(text: str, said: str) -> None:
    assert plain(text) == said
