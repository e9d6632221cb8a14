"""Cases are made many at once, and each comes out as if it had been made alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.importers.runs import cases, junit
from mcp_server.importers.runs.cases import Status, draft, finished, identities, passing
from mcp_server.learning import fingerprint
from store.secrets import marked
from store.text import clean_line

SECRETS = (
    "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB",
    "sk-proj-abcdefghij0123456789KLMNOP",
    "AKIAIOSFODNN7EXAMPLE",
    "glpat-abcdefghij0123456789",
    "xoxb-123456789012-abcdefghijkl",
    "token: a8Fk29dkWmQ0xZ7",
    "authorization: bearer a8Fk29dkWmQ0xZ7p",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1.eyJzdWIiOiIx.SflKxwRJSM",
)
WORDS = (
    "tests.test_cart",
    "test_total[1-2]",
    "a b",
    "  ",
    " ",
    "",
    "TestX/sub",
    "/home/ada/shop",
    "src/home/x.py",
    "/api/",
    "0x7f3a9c1b2d30",
    "deadbeef0123",
    "1767225600",
    "C:/Users/ada",
    "~/x",
    "Größe",
    "\u202e",
    "\U000e0041",
    "::",
    "|",
    "%7C",
    "<b>",
    "<!--",
    "-->",
    "--token ",
    "password",
    ":",
    "\n",
    "\t",
    "example_token",
    "x" * 200,
    "e-mail ada@example.org",
    "123e4567-e89b-12d3-a456-426614174000",
    "(",
    ")",
    "#12",
    "*",
    "+",
    ",",
    "key",
    "A8f3kQ0zX7pL2m",
    *SECRETS,
)
NAME = st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=4).map("".join)


def alone(name: str) -> str:
    """The identity of a name as the gate and the grammar of fingerprints make it, one by one."""
    plain = clean_line(name, limit=cases.READ).text
    named = fingerprint.name_of_test(plain)
    return plain if named == plain else clean_line(named).text


@settings(max_examples=200)
@given(st.lists(NAME, max_size=6))
def test_names_that_go_through_the_gate_together_come_out_as_they_would_alone(names: list[str]) -> None:
    assert identities(names) == [alone(name) for name in names]


def test_a_secret_among_many_names_is_masked_and_touches_no_neighbour() -> None:
    names = [f"tests.test_cart::test_{place}" for place in range(1_000)]
    for place, secret in enumerate(SECRETS):
        names[90 * place + 5] = f"test_{secret}"
    made = identities(names)
    assert made == [alone(name) for name in names]
    assert marked("GitHub token") in made[5]
    assert made[6] == names[6]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("x_token:", "example_token: REALsecret9f8kQ0zX"),
        ("--token", "A8f3kQ0zX7pL2mN"),
        ("-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQ"),
        ("MIIEvQIBADANBgkqhkiG9w0BAQ", "-----END PRIVATE KEY-----"),
        ("authorization", ": bearer a8Fk29dkWmQ0xZ7p"),
    ],
)
def test_no_secret_reaches_from_one_name_to_the_next(first: str, second: str) -> None:
    assert identities([first, second]) == [alone(first), alone(second)]


def test_simple_names_are_let_through_as_they_are() -> None:
    names = ["tests.test_cart.TestCart::test_total[1-2]", "example.org/shop/cart::TestTotal/two_of-three", "adds 1, 2"]
    assert identities(names) == names


def test_a_case_that_is_well_says_nothing() -> None:
    made = passing(clean_line("a.b").text)
    key = ("a.b",)
    assert list(finished([(key, draft((), "", "a.b", status=Status.PASSED))])) == [(key, made)]
    assert made.status is Status.PASSED


def test_endless_suites_classes_and_files_name_a_test_all_the_same() -> None:
    long = "y " * 400
    drafts = [draft((long,), long, "t", status=Status.PASSED, file=long), draft(("s",), "c", "t", status=Status.PASSED)]
    made = [case.identity for _, case in finished([(("k",), each) for each in drafts])]
    assert made[0] == alone(f"{long.strip()}::t")
    assert made[1] == "s::c::t"


# --- the quick reading of the usual case is the same as the slow one

CHILD = st.sampled_from(
    [
        "<skipped/>",
        "<skipped message='m' type='t'>why</skipped>",
        "<failure/>",
        "<failure> \n</failure>",
        "<failure message='KeyError: 1' type='KeyError'>x.py:1: in f</failure>",
        "<error message='e'>boom</error>",
        "<failure>a <b>c</b> d</failure>",
        "<system-out>printed</system-out>",
        "<system-err>E   KeyError: 2</system-err>",
        "<properties><property name='a' value='b'/></properties>",
        "<properties><property name='a'><failure>F</failure></property></properties>",
        "<system-out><failure>F</failure></system-out>",
        "<flakyFailure>F</flakyFailure>",
        "<rerunFailure>F</rerunFailure>",
        "<x:failure xmlns:x='u'>F</x:failure>",
        "<other><failure>F</failure></other>",
        "<skipped><b>x</b></skipped>",
        "<!-- x -->",
        "text",
        "<testcase name='i'/>",
    ]
)
ATTRIBUTES = st.sampled_from(["", "status='run'", "status='failed'", "result='skipped'", "status=''", "line='3'"])
CASE = st.builds(
    lambda tag, attributes, children: (
        f"<{tag} classname='a.b' name='t' file='f.py' {attributes}>{''.join(children)}</{tag}>"
    ),
    st.sampled_from(["testcase", "failure", "error"]),
    ATTRIBUTES,
    st.lists(CHILD, max_size=3),
)


@settings(max_examples=200)
@given(st.lists(CASE, min_size=1, max_size=3))
def test_the_usual_case_is_read_at_a_glance_as_it_would_be_slowly(made: list[str]) -> None:
    data = f"<testsuite name='s'>{''.join(made)}</testsuite>".encode()
    quick = junit.parse(data, "r.xml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(junit, "_at_a_glance", lambda _: None)
        assert junit.parse(data, "r.xml") == quick
