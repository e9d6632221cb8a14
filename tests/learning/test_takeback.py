"""What one person's word takes back goes as a whole, to the newest thing that somebody else said."""

import pytest

from mcp_server.learning import takeback
from mcp_server.learning.admit import AdmissionError
from store.memory import MemoryStore
from store.records import Ending, Kind, Rule, Source, State, Trust
from store.revise import Add, Change, Move, Reword, Step
from tests.learning.workbench import World
from tests.store.facts import HERE, NOW, adding, fact, wording

AGENT = Source("MCP tool", "agent:x", Trust.AGENT)


def do(store: MemoryStore, *changes: Change, kind: str = "test") -> None:
    steps = [Step(change, kind=kind, actor="person", reason="said so") for change in changes]
    store.revise(HERE, steps, cause="test", now=NOW)


def rules(store: MemoryStore) -> dict[int, Rule]:
    return {rule.id: rule for rule in store.rules(HERE)}


def test_the_last_change_is_the_last_that_changed_something() -> None:
    store = World().store
    store.revise(HERE, [adding("Use uv.")], cause="add", now=NOW)
    do(store, Move(1, State.RETIRED, Ending.RETIRED))
    do(store, Move(1, State.RETIRED, Ending.RETIRED))
    change = takeback.last_change(store, store.rule(1))
    assert change is not None
    assert (change.revision, change.before.state, change.after.state) == (2, State.ACTIVE, State.RETIRED)


def test_a_rule_that_only_forgetting_touched_has_no_last_change() -> None:
    store = World().store
    store.suggest(Add(wording("Use uv.", source=AGENT)), fact("x", kind=Kind.SUGGESTION), now=NOW)
    assert takeback.last_change(store, store.rule(1)) is None
    do(store, Move(1, State.CANDIDATE))
    change = takeback.last_change(store, store.rule(1))
    assert change is not None, "the first revision that knows a suggestion"
    assert change.before == takeback.born(store, store.rule(1)) == change.after


def test_an_edit_goes_back_past_every_wording_of_the_source_and_past_what_was_withdrawn_or_forgotten() -> None:
    store = World().store
    store.revise(HERE, [adding("Use pip."), adding("Use npm.")], cause="add", now=NOW)
    do(store, Reword(1, wording("Use pipx.")))
    withdrawn = store.revision(HERE, 1).entries[0]
    store.revise(HERE, takeback.steps([takeback.Back(store.rule(1), withdrawn, "")], "no"), cause="back", now=NOW)
    do(store, Reword(1, wording("Use uv.", source=AGENT)), Reword(2, wording("Use yarn.", source=AGENT)))
    do(store, Reword(1, wording("Use uv.", "src/**", source=AGENT)))
    name, backs = takeback.of_source(store, HERE, "agent:x")
    assert (name, [(back.rule.id, back.text) for back in backs]) == ("agent:x", [(1, "Use pip."), (2, "Use npm.")])
    assert backs[0].entry == withdrawn


def test_a_suggestion_that_another_reworded_before_it_was_decided_about_waits_again() -> None:
    store = World().store
    store.suggest(Add(wording("Use uv.", source=AGENT)), fact("x", kind=Kind.SUGGESTION), now=NOW)
    do(store, Reword(1, wording("Use nox.")))
    _, (back,) = takeback.of_source(store, HERE, "person")
    assert (back.entry.state, back.text, back.words) == (
        State.CANDIDATE,
        "Use uv.",
        "goes back to: Use uv. (candidate)",
    )


def test_an_origin_and_an_identity_that_name_the_same_are_one_source() -> None:
    store = World().store
    both = Source("agent tool", "agent:x", Trust.AGENT)
    store.revise(
        HERE, [Step(Add(wording("Use uv.", source=both), State.ACTIVE), "add", "p", "r")], cause="add", now=NOW
    )
    assert takeback.of_source(store, HERE, "AGENT")[0] == "agent tool"
    other = Source("agent tool", "agent:y", Trust.AGENT)
    store.revise(
        HERE, [Step(Add(wording("Use nox.", source=other), State.ACTIVE), "add", "p", "r")], cause="add", now=NOW
    )
    with pytest.raises(AdmissionError, match="'AGENT' may be any of agent tool; agent:x; agent:y; name one of them"):
        takeback.of_source(store, HERE, "AGENT")
    assert [back.rule.id for back in takeback.of_source(store, HERE, "agent tool")[1]] == [1, 2]
    assert [back.rule.id for back in takeback.of_source(store, HERE, "x")[1]] == [1]
