"""Payloads may come in envelopes and one after another; each is found, and nobody else's file is taken for one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.importers import document
from mcp_server.importers.forges import envelope, github, gitlab, payloads, stream
from mcp_server.importers.found import NotAReport
from tests.doors import hub
from tests.doors.hub import JSON, hook, merge_hook, note_hook

CLOSED = hook("closed", pull_request=hub.pull(**hub.MERGED))


def lines(*values: Any) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


# --- one after another


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (b'{"a": 1}', [{"a": 1}]),
        (b"7", [7]),
        (b'{"a": 1}\n{"b": 2}\n', [{"a": 1}, {"b": 2}]),
        (b'[1][2]\r\n\r\n{"c": 3}', [[1], [2], {"c": 3}]),
        (b'\x1e{"a": 1}\n\x1e{"b": 2}', [{"a": 1}, {"b": 2}]),
        (b'\xef\xbb\xbf{"a": 1}{"b": "\xc3\xa9"}', [{"a": 1}, {"b": "é"}]),
    ],
)
def test_values_in_a_row_are_read(data: bytes, values: list[object]):
    assert stream.values(data, "x") == stream.Values(values)


@pytest.mark.parametrize(
    ("data", "line"),
    [(b'{"a": 1}\n{"b":', 2), (b'{"a": 1} oops', 1), (b'{"a": 1}\n\n7\n', 3), (b'{"a": 1}{"b": NaN}', 1)],
)
def test_what_breaks_off_after_a_value_is_read_in_part(data: bytes, line: int):
    told = stream.values(data, "x")
    assert (told.every, told.missing) == ([{"a": 1}], f"what stands in line {line} and after it is not whole JSON")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the file is empty"),
        (b'{"a":', "not whole JSON"),
        (b"oops", "not whole JSON"),
        (b"[" * 101 + b"]" * 101, "more than 100 deep"),
        (b'{"a": 1}' + b"[" * 101 + b"]" * 101, "more than 100 deep"),
        (b"[" * 100_000, "more than 100 deep"),
        (b'{"a": 1}' + b'{"a": ' * 5_000, "is empty"),
        (b"\xff\xfe\xfd", "is not"),
    ],
)
def test_what_holds_no_whole_value_is_refused(data: bytes, why: str):
    if why == "is empty":  # nested beyond what any parser reads: a stream that breaks off
        assert stream.values(data, "x").missing
        return
    with pytest.raises(NotAReport, match=why):
        stream.values(data, "x")


def test_limits_hold_for_a_stream_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "MOST", 3)
    assert len(stream.values(b"{}" * 3, "x").every) == 3
    with pytest.raises(NotAReport, match="at most 3 JSON values"):
        stream.values(b"{}" * 4, "x")
    monkeypatch.setattr(document, "LARGEST", 5)
    with pytest.raises(NotAReport, match="at most 5 are read"):
        stream.values(b"{}{}{}", "x")


@given(
    st.lists(st.sampled_from([b'{"a": 1}', b"[1]", b"\n", b" ", b"x", b"{", b'"', b"7", b"\xff"]), max_size=8).map(
        b"".join
    )
)
def test_no_mixture_of_pieces_breaks_the_reader(data: bytes):
    try:
        told = stream.values(data, "x")
    except NotAReport:
        return
    assert told.every


# --- envelopes

HEADERS = {"X-GitHub-Event": "pull_request", "X-GitHub-Delivery": "d-1"}


@pytest.mark.parametrize(
    "value",
    [
        {"headers": HEADERS, "payload": CLOSED},
        {"headers": {name.lower(): [value] for name, value in HEADERS.items()}, "body": CLOSED},
        {"headers": HEADERS, "body": json.dumps(CLOSED)},
        {"id": 1, "guid": "d-1", "request": {"headers": HEADERS, "payload": CLOSED}, "response": {"headers": {}}},
        {**{name.lower(): value for name, value in HEADERS.items()}, "body": CLOSED, "timestamp": 1},
    ],
)
def test_a_delivery_is_opened(value: JSON):
    assert envelope.opened(value) == envelope.Envelope("github", CLOSED, "d-1")
    (found,) = payloads.parse(json.dumps(value).encode(), "x.json").facts
    assert found.detail["delivery"] == "d-1"


def test_an_envelope_without_the_services_headers_is_opened_too():
    plain = {"headers": {"Content-Type": "application/json", "X-Git": [7]}, "payload": CLOSED}
    assert envelope.opened(plain) == envelope.Envelope("", CLOSED)
    assert payloads.parse(json.dumps(plain).encode(), "x.json").kind == "github"


@pytest.mark.parametrize(
    "value",
    [None, [], {}, CLOSED, {"payload": CLOSED}, {"body": "text"}, {"headers": HEADERS}, {"headers": 7, "body": {}}],
)
def test_what_is_no_delivery_stays_as_it_is(value: object):
    assert envelope.opened(value) is None


def test_a_delivery_id_is_clean():
    told = envelope.opened({"headers": {"X-GitHub-Event": "x", "X-GitHub-Delivery": "d\u202e\n1"}, "body": {}})
    assert told is not None
    assert told.delivery == "d 1"


# --- whose


@pytest.mark.parametrize(
    ("data", "kind", "many"),
    [
        (lines(CLOSED, hub.review()), "github", 3),
        (lines(hub.delivery(CLOSED, "pull_request")), "github", 1),
        (json.dumps([hub.comment()]).encode() + json.dumps([hub.comment(id=2)]).encode(), "github", 2),
        (lines(merge_hook(action="merge", state="merged"), note_hook()), "gitlab", 2),
        (lines([[hub.review()], [hub.comment()]]), "github", 3),
    ],
)
def test_a_file_of_payloads_is_whosever_the_first_is(data: bytes, kind: str, many: int):
    assert payloads.claims(data.decode())
    reading = payloads.parse(data, "x.jsonl")
    assert (reading.kind, len(reading.facts), reading.partial) == (kind, many, "")


def test_a_page_longer_than_its_head_is_known_by_its_beginning():
    data = json.dumps([hub.comment(body="x" * 900) for _ in range(100)])
    assert payloads.claims(data[: 64 * 1024])
    assert payloads.claims("\ufeff" + data[: 64 * 1024])
    assert not payloads.claims("see " + data[: 64 * 1024])
    quoted = json.dumps({"runs": [{"message": json.dumps(hub.comment()) * 100}]})
    assert not payloads.claims(quoted[: 64 * 1024])


def test_the_two_services_never_claim_the_same():
    for value in (CLOSED, hub.review(), hub.viewed(), hub.delivery(CLOSED, "x"), hub.check_run(), [hub.comment()]):
        assert (github.claims(value), gitlab.claims(value)) == (True, False)
    for value in (merge_hook(), note_hook(), {"headers": {"X-Gitlab-Event": "x"}, "body": note_hook()}, [note_hook()]):
        assert (github.claims(value), gitlab.claims(value)) == (False, True)


OTHERS: list[JSON | list[JSON]] = [
    {
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [{"tool": {}, "results": []}],
    },
    {"results": {"tool": {"name": "jest"}, "summary": {"tests": 1}, "tests": [{"name": "x", "status": "passed"}]}},
    {"machine_info": {}, "commit_info": {}, "benchmarks": [{"fullname": "x", "stats": {"mean": 1}}]},
    {"results": [{"command": "ls", "mean": 1.0, "times": [1.0], "exit_codes": [0]}]},
    [{"name": "x", "unit": "ms", "value": 1, "range": "2", "extra": "e"}],
    {"bench": {"latency": {"value": 1.0}}},
    {"Time": "2026-01-01T00:00:00Z", "Action": "pass", "Package": "x", "Test": "TestX", "Elapsed": 0.1},
    {
        "type": "user",
        "uuid": "u",
        "sessionId": "s",
        "cwd": "/x",
        "timestamp": "t",
        "message": {"role": "user", "content": "x"},
    },
    {"timestamp": "t", "type": "session_meta", "payload": {"id": "x", "cwd": "/x"}},
    {"timestamp": "t", "type": "event_msg", "payload": {"type": "user_message", "message": "x"}},
    {"sessionId": "s", "messages": [{"type": "user", "content": "x"}]},
    {"lastUpdate": 1, "repoUrl": "https://github.com/a/b", "entries": {"x": [{"commit": {}, "benches": []}]}},
    {"name": "package", "version": "1.0.0", "description": "x", "repository": {"url": "x"}, "author": "x"},
]


@pytest.mark.parametrize("value", OTHERS)
def test_other_documents_are_not_taken_for_payloads(value: JSON):
    assert not github.claims(value)
    assert not gitlab.claims(value)
    assert not payloads.claims(json.dumps(value))
    with pytest.raises(NotAReport, match=r"^x\.json: its JSON is nothing of GitHub's or GitLab's"):
        payloads.parse(json.dumps(value).encode(), "x.json")
