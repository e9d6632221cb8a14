# ruff: noqa: RUF001 - signs and letters of other scripts are what is tested
"""When two rules say the same or the opposite, and above all when they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.pairs import FILE, pairs, score
from mcp_server.learning.likeness import Comparison, Likeness, compare, nearest, words
from mcp_server.learning.plain import listed

SAME, OPPOSITE, DIFFERENT = Likeness.SAME, Likeness.OPPOSITE, Likeness.DIFFERENT


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Use pnpm, not npm", "Use pnpm instead of npm."),
        ("Use `pnpm`, not `npm`", "Do not use npm; use pnpm!"),
        ("Don't use npm, use pnpm", "use PNPM, never npm"),
        ("Don't mock the database in tests", "Never mock databases in tests."),
        ("Avoid nested ternaries", "Do not use nested ternaries"),
        ("Run the tests before committing", "Always run tests before you commit"),
        ("Before committing, run the tests", "Please run the tests prior to every commit."),
        ("When you edit docs, run the spell checker", "Run the spell checker whenever you edit docs"),
        ("Keep lines under 100 characters", "Keep lines below 100 chars"),
        ("Use two spaces for YAML", "Use 2 spaces for YAML"),
        ("Prefer composition over inheritance", "Use composition rather than inheritance"),
        ("Prefer tabs to spaces", "Prefer tabs over spaces"),
        ("Delete the caches in the repo", "Remove caches in the repository"),
        ("Use strict mode", "Use the strict modes here"),
        ("Name branches after the ticket properly", "Name branches after the ticket"),
        ("Write tests with pytest, not unittest", "Write tests with pytest instead of unittest"),
        ("Verwende pnpm statt npm", "Verwende pnpm, nicht npm"),
        ("不要使用 npm，使用 pnpm", "使用 pnpm，而不是 npm"),
        ("Use the index (not the cache)", "Use the index, not the cache"),
        ("Put it: never log tokens", "Put it: do not log tokens"),
        ("Don't log tokens, but log ids", "Never log tokens; log ids"),
    ],
)
def test_the_same_in_other_words_is_the_same(a: str, b: str):
    found = compare(a, b)
    assert found.likeness is SAME
    assert found.score >= 0.85


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("use npm, not pnpm", "use pnpm, not npm"),
        ("Use `npm` instead of `pnpm`", "Use `pnpm` instead of `npm`"),
        ("Always use tabs", "Never use tabs"),
        ("Use npm", "Use pnpm, not npm"),
        ("Use tabs, not spaces", "Do not use tabs"),
        ("Put tests in tests/, not in src/", "Put tests in src/, not in tests/"),
        ("Write tests with pytest, not unittest", "Write tests with unittest, not pytest"),
        ("Commit without running tests", "Never commit without running tests"),
        ("Prefer composition over inheritance", "Prefer inheritance over composition"),
        ("Enable strict mode", "Disable strict mode"),
        ("Never edit files under gen/ by hand", "Edit files under gen/ by hand"),
        ("Do not avoid mocks", "Avoid mocks"),
        ("Log tokens; redact them", "Never log tokens; redact them"),
        ("Testing is optional", "Testing is not optional"),
        ("Verwende pnpm statt npm", "Verwende npm statt pnpm"),
        ("Pushe nie auf main", "Pushe auf main"),
        ("使用 pnpm，不要使用 npm", "使用 npm，不要使用 pnpm"),
    ],
)
def test_the_same_words_with_the_no_moved_are_the_opposite(a: str, b: str):
    assert compare(a, b).likeness is OPPOSITE


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Keep lines under 80 characters", "Keep lines under 100 characters"),
        ("Keep lines under 80 characters", "Do not keep lines under 100 characters"),
        ("Use two spaces for YAML", "Use four spaces for YAML"),
        ("Use pnpm", "Use npm"),
        ("Pass --force", "Pass --force-with-lease"),
        ("In api/ use snake_case", "In web/ use snake_case"),
        ("Run `uv run pytest` before committing", "Run `npm test` before committing"),
        ("Run tests before committing", "Run tests after committing"),
        ("Format before linting", "Lint before formatting"),
        ("Convert strings into numbers", "Convert numbers into strings"),
        ("Use ruff for linting and black for formatting", "Use ruff for formatting and black for linting"),
        ("Clients call servers", "Servers call clients"),
        ("Add type hints to public functions", "Remove type hints from public functions"),
        ("Never log user tokens in production", "Always log user ids in production"),
        ("Do not use print in library code", "Use print in scripts"),
        ("Do not run tests", "Remove test data after each run"),
        ("Write docs in English", "Write docs in German"),
        ("Not only format but lint", "Not only format but test"),
        (
            "When a test fails in the payment package, read the log first and report the cause of the failure",
            "When a test fails in the payment package, read the log first and report the line of the failure",
        ),
        ("Use tabs", ""),
        ("", ""),
        (" ", " "),
        ("!", "the"),
    ],
)
def test_other_rules_are_different(a: str, b: str):
    assert compare(a, b).likeness is DIFFERENT


def test_nearest_finds_the_best_match_and_its_number():
    others = [(3, "Keep functions short"), (5, "Use npm"), (7, "Use npm, not pnpm"), (9, "Nutze npm, nicht pnpm")]
    assert nearest("Use pnpm, not npm.", others) == (7, Comparison(OPPOSITE, 1.0))
    assert nearest("Use npm instead of pnpm.", others) == (7, Comparison(SAME, 1.0))
    assert nearest("Use tabs.", others) is None
    assert nearest("Use tabs.", []) is None
    assert nearest("the", [(1, "The")]) == (1, Comparison(SAME, 1.0))
    assert nearest("Disable strict mode", [(1, "Turn pages"), (2, "Enable strict mode")]) == (
        2,
        Comparison(OPPOSITE, 1.0),
    )


def test_nearest_prefers_the_same_to_the_opposite():
    assert nearest("Use tabs", [(1, "Never use tabs"), (2, "Always use tabs")]) == (2, Comparison(SAME, 1.0))


def test_words_are_the_content_words_in_a_plain_form():
    assert words("Don't mock the DATABASES in tests, use `fakes.py` properly!") == {
        "mock",
        "databas",
        "test",
        "fakes.py",
        "properly",
    }
    assert words("Adding caches, flies, boxes, classes: run 3 times") == words("add cache fly box class run three time")
    assert words("運行测试") == {"運行", "测试"}
    assert words("-- .") == frozenset()


WORDS = sorted(
    listed("""
    use pnpm npm not never instead of , ; . : ( ) ` for in when do tests run before 2 two --flag a/b.py disable prefer
    over to nie ne pas 不要 使用 properly without avoid
    """)
)
sentences = st.text(max_size=120) | st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)


@given(sentences, sentences)
def test_the_order_of_two_texts_does_not_matter(a: str, b: str):
    found = compare(a, b)
    assert found == compare(b, a)
    assert 0 <= found.score <= 1


@given(sentences.filter(str.strip))
def test_a_text_says_the_same_as_itself(text: str):
    assert compare(text, text) == Comparison(SAME, 1.0)


@given(sentences, st.lists(sentences, max_size=8))
def test_nearest_is_as_good_as_comparing_with_every_other(text: str, others: list[str]):
    found = nearest(text, enumerate(others))
    alike = [one for one in (compare(text, other) for other in others) if one.likeness is not DIFFERENT]
    assert (found is None) == (not alike)
    if found is not None:
        assert found[1].score == max(one.score for one in alike)
        assert compare(text, others[found[0]]) == found[1]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Do not touch vendored code.", "Vendored code is not to be touched."),
        ("Avoid nested ternaries.", "Nested ternaries are to be avoided."),
        ("Verwende pnpm statt npm.", "Statt npm verwende pnpm."),
        ("Usa pnpm en lugar de npm.", "En lugar de npm, usa pnpm."),
        ("不要使用 npm，使用 pnpm。", "用 pnpm 代替 npm。"),
    ],
)
def test_what_is_only_put_otherwise_is_never_called_the_opposite(a: str, b: str):
    assert compare(a, b).likeness is not OPPOSITE


def test_a_place_where_something_is_ruled_out_may_stand_first():
    assert (
        compare("Do not call `unwrap` outside tests.", "Outside tests, do not call `unwrap`.").likeness is not OPPOSITE
    )


def test_what_follows_code_is_not_ruled_out_with_it():
    said = "N'utilise pas `any` dans les types publics."
    assert compare(said, "Dans les types publics, n'utilise pas `any`.").likeness is not OPPOSITE
    assert compare(said, "Évite `any` dans les types publics.").likeness is not OPPOSITE


def test_of_the_labelled_pairs_nearly_all_that_are_called_alike_or_opposite_are():
    found = score(pairs(FILE.read_text(encoding="utf-8")))
    assert found.pairs >= 300
    assert found.precision >= 0.95
