"""What one person's word takes back goes as a whole, to the newest thing that somebody else said."""

from contextlib import suppress
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis.strategies import integers

from mcp_server.learning import admit, takeback
from mcp_server.learning.admit import STOPPED, AdmissionError
from store.memory import MemoryStore
from store.records import LIVE, Ending, Entry, Kind, Operation, Rule, Source, State, Trust
from store.revise import Add, Change, Move, Reword, Step
from tests.learning.workbench import World
from tests.store.facts import HERE, NOW, PERSON, adding, fact, wording

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
    store.revise(HERE, takeback.steps([takeback.Back(store.rule(1), withdrawn, "")], "no", {}), cause="back", now=NOW)
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


# --- wild histories

SENTENCES = [f"Read page{n} of book{n} before chapter{n}." for n in range(8)]
ENDINGS = sorted(STOPPED)


class Wild:
    """A store in which anybody does anything, as far as it is allowed."""

    def __init__(self, chance: Random) -> None:
        self.store, self.chance, self.said = World().store, chance, 0

    def sentence(self) -> str:
        self.said += 1
        return f"{self.chance.choice(SENTENCES)[:-1]} and note {self.said}."

    def write(self, steps: list[Step]) -> None:
        self.store.revise(HERE, steps, cause="something", now=NOW)

    def happens(self) -> None:
        """One act of a person, an agent or the program; what is refused is nothing."""
        known = rules(self.store)
        ident = self.chance.choice(list(known)) if known else 0
        acts = [self.adds, self.suggests]
        if ident:
            acts += [lambda: self.decides(known[ident], known)] * 5 + [lambda: self.takes_back(known[ident], known)] * 2
        with suppress(AdmissionError):
            self.chance.choice(acts)()

    def adds(self) -> None:
        self.write([adding(self.sentence(), state=self.chance.choice([State.ACTIVE, State.TRIAL]))])

    def suggests(self) -> None:
        live = [rule.id for rule in self.store.rules(HERE) if rule.state in LIVE]
        replaced = tuple(self.chance.sample(live, min(len(live), self.chance.randrange(3))))
        operation = {0: Operation.ADD, 1: self.chance.choice([Operation.EDIT, Operation.RETIRE])}.get(len(replaced))
        add = Add(wording(self.sentence(), source=AGENT), operation=operation or Operation.MERGE, replaces=replaced)
        self.store.suggest(add, fact(f"{self.said}", kind=Kind.SUGGESTION), now=NOW)

    def decides(self, rule: Rule, known: dict[int, Rule]) -> None:
        chance = self.chance
        steps = chance.choice(
            [
                lambda: admit.approve(rule, known, wanted=chance.choice([None, None, State.TRIAL, State.ACTIVE])),
                lambda: admit.reject(rule, ""),
                lambda: admit.retire(rule, ""),
                lambda: admit.unpin(rule, known) if rule.pinned else admit.pin(rule, known),
                lambda: admit.reword(rule, wording(self.sentence(), source=chance.choice([PERSON, AGENT]))),
                lambda: self.program(rule),
            ]
        )()
        self.write(steps)

    def program(self, rule: Rule) -> list[Step]:
        if rule.state not in LIVE:
            return []
        move = self.chance.choice(
            [Move(rule.id, State.RETIRED, self.chance.choice(ENDINGS)), Move(rule.id, State.ACTIVE)]
        )
        return [Step(move, "roll back", "program", "it says so")]

    def takes_back(self, rule: Rule, known: dict[int, Rule]) -> None:
        if self.chance.random() < 0.7:
            self.write(takeback.steps(takeback.of_rule(self.store, rule, known)[1], "no", known))
        else:
            self.write(
                takeback.steps(takeback.of_source(self.store, HERE, rule.current.source.identity)[1], "no", known)
            )

    def back(self) -> None:
        """What `rollback` does."""
        number = self.store.head(HERE)
        head = self.store.revision(HERE, number)
        then = takeback.as_of(self.store, head, number - 1)
        self.write(admit.back_to(then, head, rules(self.store)))

    def rule_back(self) -> None:
        """What `rollback R1` does."""
        known = rules(self.store)
        self.write(takeback.steps(takeback.of_rule(self.store, known[1], known)[1], "no", known))

    def entries(self) -> tuple[Entry, ...]:
        return self.store.revision(HERE, self.store.head(HERE)).entries


@given(seed=integers(0, 2**32 - 1), length=integers(1, 25))
@settings(max_examples=150, deadline=None)
def test_whatever_happened_taking_back_what_was_taken_back_restores_every_entry(seed: int, length: int) -> None:
    wild = Wild(Random(seed))
    wild.adds()
    for _ in range(length):
        wild.happens()
    for undo in (wild.back, wild.rule_back):
        head = wild.store.head(HERE)
        while wild.store.head(HERE) == head:
            wild.happens()
        before = wild.entries()
        with suppress(AdmissionError):  # no room for it, or nothing was decided yet
            undo()
            once = wild.entries()
            undo()
            assert wild.entries() == before
            undo()
            assert wild.entries() == once
    assert wild.store.problems() == []


@given(seed=integers(0, 2**32 - 1), length=integers(1, 25))
@settings(max_examples=150, deadline=None)
def test_whatever_happened_nothing_of_a_source_is_left_in_force_and_a_persons_endings_stand(
    seed: int, length: int
) -> None:
    wild = Wild(Random(seed))
    wild.adds()
    for _ in range(length):
        wild.happens()
    before = rules(wild.store)
    try:
        _, backs = takeback.of_source(wild.store, HERE, "agent:x")
    except AdmissionError:
        assert not [r for r in before.values() if r.current.source == AGENT and r.state is not State.RETIRED]
        return
    wild.write(takeback.steps(backs, "gone", before))
    after = rules(wild.store)
    assert not [rule for rule in after.values() if rule.current.source == AGENT and rule.state is not State.RETIRED]
    assert not [rule for rule in after.values() if rule.current.source == AGENT and rule.ending in STOPPED]
    for rule in before.values():
        if rule.ending is Ending.REJECTED:
            assert after[rule.id] == rule
    untouched = {rule.id for rule in before.values()} - {back.rule.id for back in backs}
    assert all(after[ident] == before[ident] for ident in untouched)
