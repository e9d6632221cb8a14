"""Each message of the contract as a value, and every malformed one refused by name."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.trials.errors import MalformedError, TrialError, UnknownEventError
from mcp_server.learning.trials.events import (
    Announcement,
    Consolidate,
    Decided,
    End,
    Exposure,
    Hello,
    Human,
    Outcome,
    Recurrence,
    Revision,
    Session,
    Trigger,
)
from mcp_server.learning.trials.parse import parse


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ('{"t":"hello","v":1,"seed":3}', Hello(3)),
        ('{"t":"hello"}', Hello(None)),
        ('{"t":"hello","v":1,"engine":"x","seed":3,"settles":true}', Hello(3, True, True)),
        (
            '{"t":"rule","id":"r1","scope":["c1"],"initial":"active","ts":5,"similar_to":"r0"}',
            Announcement(5.0, "r1", ("c1",), "active", "r0"),
        ),
        (
            '{"t":"rule","id":"r1","ts":0,"target":"test:a","tokens":12,"version":2,"parent":"r0","imported":true}',
            Announcement(0.0, "r1", (), "trial", None, "test:a", 12.0, 2, ("r0",), True),
        ),
        ('{"t":"rule","id":"r1","ts":0,"parent":["a","b"]}', Announcement(0.0, "r1", parents=("a", "b"))),
        (
            '{"t":"session","id":"s","ts":1,"category":"c","model":"m","max_rules":3,"max_tokens":9,"candidates":[]}',
            Session(1.0, "s", "c", "m", 3.0, 9.0, ()),
        ),
        ('{"t":"session","id":"s","ts":1,"category":"c"}', Session(1.0, "s", "c")),
        (
            '{"t":"exposure","session":"s","shown":["a"],"p":{"a":0.5,"b":0.25}}',
            Exposure("s", ("a",), {"a": 0.5, "b": 0.25}),
        ),
        ('{"t":"exposure","session":"s","shown":[],"p":{"a":null}}', Exposure("s", (), {})),
        (
            '{"t":"exposure","session":"s","shown":[],"assigned":["a"],"set":{"p":0.95,"on":true}}',
            Exposure("s", (), {}, ("a",), (0.95, True)),
        ),
        (
            '{"t":"outcome","session":"s7","ts":9,"category":"c","success":true,"helpful":["a"],"harmful":["b"]}',
            Outcome(9.0, "s7", "self", 1.0, ("a",), ("b",)),
        ),
        (
            '{"t":"outcome","session":"s","ts":9,"source":"ci","feedback":"neg","cost":2,"duration":3.5,"failing":true}',
            Outcome(9.0, "s", "ci", None, (), (), "neg", 2.0, 3.5, True),
        ),
        (
            '{"t":"outcome","session":"s","ts":9,"success":true,"beside":true}',
            Outcome(9.0, "s", "self", 1.0, beside=True),
        ),
        ('{"t":"hello","settled":true}', Hello(settled=True)),
        ('{"t":"outcome","session":"s","ts":9,"success":true,"score":0.25}', Outcome(9.0, "s", "self", 0.25)),
        ('{"t":"outcome","session":"s","ts":9,"success":false,"verified":true}', Outcome(9.0, "s", "ci", 0.0)),
        (
            '{"t":"outcome","session":"s","ts":9,"success":false,"source":"ci","verified":false}',
            Outcome(9.0, "s", "self", 0.0),
        ),
        (
            '{"t":"outcome","session":"s","ts":9,"source":"judge","verified":false,"score":0}',
            Outcome(9.0, "s", "judge", 0.0),
        ),
        ('{"t":"trigger","session":"s","ts":9,"rule":"r"}', Trigger(9.0, "s", "r")),
        (
            '{"t":"trigger","session":"s","ts":9,"rule":"r","p":0.5,"assigned":true}',
            Trigger(9.0, "s", "r", 0.5, True),
        ),
        ('{"t":"recurrence","session":"s","ts":9,"rule":"r","recurred":true}', Recurrence(9.0, "s", "r", True)),
        ('{"t":"recurrence","session":"s","ts":9,"rule":"r","recurred":null}', Recurrence(9.0, "s", "r", None)),
        ('{"t":"human","ts":9,"rule":"r","act":"approve"}', Human(9.0, "r", "approve")),
        ('{"t":"revision","ts":9,"rules":["r"]}', Revision(9.0, ("r",))),
        ('{"t":"consolidate","ts":172800}', Consolidate(172800.0)),
        ('{"t":"decisions","ts":1,"rules":{}}', Decided()),
        ('{"t":"end"}', End()),
    ],
)
def test_a_message_is_read_as_what_it_says(line: str, event: object) -> None:
    assert parse(line) == event
    assert parse(line.encode()) == event


def test_fields_that_nobody_knows_are_ignored() -> None:
    assert parse('{"t":"consolidate","ts":1,"why":{"deep":[1]}}') == Consolidate(1.0)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "it is not JSON"),
        ("{", "it is not JSON"),
        ('{"t":"consolidate","ts":NaN}', "it is not JSON"),
        ('{"t":"consolidate","ts":1,"settings":[]}', "consolidate.settings must be an object"),
        ("[" * 100_000, "it is not JSON"),
        (b"\xff{}", "it is not JSON"),
        ("[]", "it is not a JSON object"),
        ("{}", 'it has no "t"'),
        ('{"t":7}', 'it has no "t"'),
        ('{"t":"hello","v":2}', "this engine speaks v 1"),
        ('{"t":"hello","v":true}', "this engine speaks v 1"),
        ('{"t":"hello","v":1,"seed":"x"}', "hello.seed must be a whole number"),
        ('{"t":"hello","v":1,"seed":true}', "hello.seed must be a whole number"),
        ('{"t":"hello","settles":1}', "hello.settles must be true or false"),
        ('{"t":"rule","id":"","ts":0}', "rule.id must be a text that is not empty"),
        ('{"t":"rule","ts":0}', "rule.id must be a text that is not empty"),
        ('{"t":"rule","id":"r"}', "rule.ts must be a time in seconds"),
        ('{"t":"rule","id":"r","ts":"now"}', "rule.ts must be a time in seconds"),
        ('{"t":"rule","id":"r","ts":true}', "rule.ts must be a time in seconds"),
        ('{"t":"rule","id":"r","ts":1e999}', "rule.ts must be a time in seconds"),
        ('{"t":"rule","id":"r","ts":1' + "0" * 400 + "}", "rule.ts must be a time in seconds"),
        ('{"t":"rule","id":"r","ts":0,"initial":"retired"}', "rule.initial must be trial or active"),
        ('{"t":"rule","id":"r","ts":0,"scope":"c"}', "rule.scope must be a list of ids"),
        ('{"t":"rule","id":"r","ts":0,"scope":[""]}', "rule.scope must be a list of ids"),
        ('{"t":"rule","id":"r","ts":0,"similar_to":""}', "rule.similar_to must be a text"),
        ('{"t":"rule","id":"r","ts":0,"target":5}', "rule.target must be a text"),
        ('{"t":"rule","id":"r","ts":0,"tokens":-1}', "rule.tokens must be a number from 0"),
        ('{"t":"rule","id":"r","ts":0,"tokens":true}', "rule.tokens must be a number from 0"),
        ('{"t":"rule","id":"r","ts":0,"version":0}', "rule.version must be a whole number from 1"),
        ('{"t":"rule","id":"r","ts":0,"version":1.5}', "rule.version must be a whole number from 1"),
        ('{"t":"rule","id":"r","ts":0,"parent":[1]}', "rule.parent must be a list of ids"),
        ('{"t":"session","id":"s","ts":0,"category":"c","candidates":["a","a"]}', "names a rule twice"),
        ('{"t":"session","id":"s","ts":0,"category":"c","max_rules":"x"}', "session.max_rules must be a number"),
        ('{"t":"exposure","session":"s","p":[]}', "exposure.p must be an object of probabilities"),
        ('{"t":"exposure","session":"s","p":{"r":1.5}}', "exposure.p must be a number from 0 to 1"),
        ('{"t":"exposure","session":"s","p":{"r":true}}', "exposure.p must be a number from 0 to 1"),
        ('{"t":"exposure","session":"s","set":0.9}', "exposure.set must be an object"),
        ('{"t":"exposure","session":"s","set":{"p":2}}', "exposure.set.p must be a number from 0 to 1"),
        ('{"t":"exposure","session":"s","set":{"p":0.9,"on":1}}', "exposure.set.on must be true or false"),
        ('{"t":"outcome","session":"s","ts":0,"success":1}', "outcome.success must be true, false or null"),
        ('{"t":"outcome","session":"s","ts":0,"source":"me"}', "outcome.source must be self, ci or judge"),
        ('{"t":"outcome","session":"s","ts":0,"feedback":"x"}', "outcome.feedback must be pos, neg or null"),
        ('{"t":"outcome","session":"s","ts":0,"score":-0.1}', "outcome.score must be a number from 0 to 1"),
        ('{"t":"outcome","session":"s","ts":0,"cost":-1}', "outcome.cost must be a number from 0"),
        ('{"t":"outcome","session":"s","ts":0,"failing":3}', "outcome.failing must be true or false"),
        ('{"t":"trigger","session":"s","ts":0,"rule":"r","p":7}', "trigger.p must be a number from 0 to 1"),
        ('{"t":"recurrence","session":"s","ts":0,"rule":"r","recurred":1}', "recurrence.recurred must be true"),
        ('{"t":"human","ts":0,"rule":"r","act":"love"}', "human.act must be one of approve"),
    ],
)
def test_a_malformed_line_is_refused_by_name(line: str | bytes, words: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse(line)
    assert words in str(caught.value)
    assert str(caught.value).startswith("malformed line: ")
    assert str(caught.value.at(12)).startswith("line 12: malformed line: ")


def test_an_unknown_event_is_refused_by_its_name() -> None:
    with pytest.raises(UnknownEventError, match=r"^unknown event: 'sesion' is none of hello, rule, session"):
        parse('{"t":"sesion"}')


values = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        1,
        -1,
        0.5,
        1e300,
        "",
        "x",
        "trial",
        "ci",
        [],
        [1],
        ["x"],
        ["x", "x"],
        {},
        {"x": 0.5},
        {"p": 2},
    ]
)
kinds = st.sampled_from(["hello", "rule", "session", "exposure", "outcome", "trigger", "recurrence", "human", "end"])
fields = st.sampled_from(
    ["id", "ts", "scope", "session", "category", "p", "shown", "set", "success", "source", "rule", "parent", "version"]
)


@given(kinds, st.dictionaries(fields, values, max_size=6))
def test_whatever_a_line_holds_it_is_read_or_refused(kind: str, body: dict[str, object]) -> None:
    with suppress(TrialError):
        assert parse(json.dumps(body | {"t": kind})) is not None
