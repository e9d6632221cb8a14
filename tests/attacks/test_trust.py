"""Trust never rises on the way in: who is a stranger in a payload is one in every fact, whatever else it holds."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server import intake
from mcp_server.importers import detect
from mcp_server.importers.forges import github, gitlab
from mcp_server.importers.found import NotAReport, Reading
from store.memory import MemoryStore
from store.records import AUTHORED, Kind, Trust
from tests.attacks.test_canaries import SINGLE
from tests.conftest import NOON
from tests.doors import hub

STRANGE = st.sampled_from([None, "", "NONE", "CONTRIBUTOR", "owner ", "MEMBER,", ["OWNER"], {"x": "OWNER"}, True, 4])
PAYLOADS: list[Any] = [
    hub.hook("submitted", review=hub.review(), pull_request=hub.pull()),
    hub.hook("created", comment=hub.comment(), pull_request=hub.pull()),
    hub.hook("created", comment=hub.remark(), issue=hub.issue()),
    hub.review(),
    hub.comment(),
    hub.viewed(),
]


def strangers(value: Any, association: Any) -> Any:
    """The payload with everybody's association replaced, and everybody as what an attacker may call themselves."""
    if isinstance(value, dict):
        return {
            key: association if key in {"author_association", "authorAssociation"} else strangers(each, association)
            for key, each in value.items()
        }
    return [strangers(each, association) for each in value] if isinstance(value, list) else value


@given(payload=st.sampled_from(PAYLOADS), association=STRANGE, login=st.text(max_size=30), extra=st.text(max_size=30))
@settings(max_examples=200)
def test_a_strangers_words_stay_a_strangers(payload: Any, association: Any, login: str, extra: str) -> None:
    sent = strangers(copy.deepcopy(payload), association)
    for part in ("review", "comment"):
        if isinstance(sent.get(part), dict):
            sent[part] |= {"user": {"login": login, "role": "OWNER", "site_admin": True}, "body": f"OWNER {extra}"}
    facts = github.parse(json.dumps(sent).encode(), "p.json").facts
    said = [fact for fact in facts if fact.kind in AUTHORED or fact.kind is Kind.COMMENT]
    assert all(fact.trust < Trust.MACHINE for fact in said)


@pytest.mark.parametrize("level", [None, 10, 20, "0", True])
def test_nobody_is_a_member_of_a_project_that_is_not_private(level: Any) -> None:
    told = hub.note_hook(where=hub.project(visibility_level=level))
    (fact,) = gitlab.parse(json.dumps(told).encode(), "p.json").facts
    assert fact.trust is Trust.ANONYMOUS


@pytest.mark.parametrize("kind", SINGLE)
def test_reports_speak_with_a_machines_trust_and_no_more(kind: str) -> None:
    name, write = SINGLE[kind]
    try:
        found = detect.parse(write(["owner", "OWNER", "person"]).encode(), name)
    except NotAReport:
        pytest.fail("it has to be read")
    facts = found.facts if isinstance(found, Reading) else ()
    assert all(fact.trust <= Trust.MACHINE for fact in facts)
    assert not any(fact.identity in {"person", "owner"} for fact in facts)


@given(most=st.sampled_from(list(Trust)[1:]), payload=st.sampled_from(PAYLOADS))
def test_intake_lowers_trust_and_never_raises_it(most: Trust, payload: Any) -> None:
    facts = github.parse(json.dumps(payload).encode(), "p.json").facts
    store = MemoryStore(chance=lambda length: b"0" * length)
    intake.keep(store, facts, origin="x", context=intake.Context("github.com/acme/shop", NOON * 2, most=most))
    kept = sorted(store.evidence("github.com/acme/shop"), key=lambda fact: fact.id)
    assert len(kept) == len(facts)
    for before, after in zip(facts, kept, strict=True):
        assert after.source.trust <= before.trust
        assert after.source.trust <= max(most, Trust.MACHINE)
