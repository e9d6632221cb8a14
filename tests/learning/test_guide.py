"""What the guide says of one rule: its theme, what taught it, and how sure that is."""

import pytest

from mcp_server.learning.guide import OTHER, SAFETY, STYLE, TESTS, incident, page, sureness, theme_of
from mcp_server.learning.guide_page import coded, signless
from mcp_server.learning.trials.verdict import EARLY, HARM, LEANING, NOTHING, UNMEASURED
from store.records import FORGOTTEN, Kind, Source, Trust
from tests.learning.decisions import a_rule, made
from tests.store.facts import fact


@pytest.mark.parametrize(
    ("text", "target", "theme"),
    [
        ("Never force-push to main.", "", SAFETY),
        ("Use uv, not pip.", "", "Tools and dependencies"),
        ("Use uv, not pip.", "lint:ruff|E501", STYLE),
        ("Say please.", "test:tests.a|E|a.py:f", TESTS),
        ("Say please.", "words:person|say please", OTHER),
        ("Run the tests in a test folder before a commit.", "", TESTS),
    ],
)
def test_a_theme_comes_from_the_failure_else_from_the_words(text: str, target: str, theme: str) -> None:
    assert theme_of(a_rule(text, target=target)) == theme


def test_the_first_of_the_most_telling_facts_is_told() -> None:
    rule = a_rule("Use uv.")
    later = fact("no", kind=Kind.FAILURE, fingerprint="test:t.a|E|a.py:f", time=90_000.0)
    first = later._replace(time=1.0)
    said = fact("use uv!", kind=Kind.FEEDBACK, time=0.0)
    assert incident(rule, [said, later, first], known=()) == "test t.a fails with E in a.py:f (1970-01-01)"
    assert incident(rule, [said], known=()) == "a person said: use uv! (1970-01-01)"
    assert incident(rule, [fact("Use uv", kind=Kind.FEEDBACK, time=0.0)], known=()) == "a person said so (1970-01-01)"
    agent = Source("MCP tool", "agent:x", Trust.AGENT)
    assert incident(rule, [fact("x", kind=Kind.FEEDBACK, source=agent, time=0.0)], known=()).startswith(
        "an agent said: x"
    )
    assert incident(rule, [fact("use uv.", kind=Kind.REVERT, time=0.0)], known=()) == "work was reverted (1970-01-01)"
    assert incident(rule, [fact("odd", kind=Kind.CHANGE, time=1e30)], known=()) == "change: odd"
    assert incident(rule, [fact(FORGOTTEN)], known=()) == ""


def test_how_sure_it_is_has_no_number_that_changes() -> None:
    rule = a_rule("Use uv.")
    said = [sureness(rule, made(), verdict) for verdict in (EARLY, HARM, NOTHING, UNMEASURED, "a newer word")]
    assert not any(letter.isdigit() for words in said for letter in words)
    assert said[-1] == said[0]
    assert "better so far" in sureness(rule, made(), LEANING)
    assert "worse so far" in sureness(rule, made(effect=-0.1), LEANING)
    assert sureness(rule, None, LEANING) == said[0]
    assert sureness(a_rule("Use uv.", pinned=True), None, UNMEASURED).endswith("always followed")


def test_a_page_is_clean_and_in_sentences() -> None:
    told = page(
        a_rule("Use uv.", why="it broke: key sk_hidden_word"),
        [],
        None,
        EARLY,
        known=["sk_hidden_word"],
        everywhere=True,
    )
    assert "sk_hidden_word" not in told.why
    assert told.why.startswith("It broke")
    assert (told.learned, told.everywhere) == ("", True)


def test_signs_mean_nothing_and_code_stays_code() -> None:
    assert signless("a *b* `*c*` @d_e ` _f_") == "a \\*b\\* `*c*` ``@d_e`` \\` \\_f\\_"
    assert signless("__init__ of a_b") == "\\_\\_init\\_\\_ of a_b"
    assert coded("a `<b>` & c") == "a <code>&lt;b&gt;</code> &amp; c"
