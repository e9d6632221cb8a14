"""Whatever is done to them in whatever order, both backends answer alike, and the chain verifies."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from store import chain, open_store
from store.contract import Store
from store.errors import StoreError
from store.memory import MemoryStore
from store.records import (
    GLOBAL,
    Condition,
    Ending,
    Heartbeat,
    Kind,
    Operation,
    Project,
    Sighting,
    Source,
    State,
    Trials,
    Trust,
    Work,
)
from store.revise import Add, Change, Move, Pin, Restore, Reword, Step, undone
from tests.store.facts import HERE, NOW, fact, session, showing, wording

SENTENCES = ["Use uv.", "No tabs.", "Say Grüße.", 'Quote "it".', "Use uv for all."]
projects = st.sampled_from([HERE, GLOBAL, "other"])
sentences = st.sampled_from(SENTENCES)
idents = st.integers(-1, 9) | st.just(10**25)
times = st.sampled_from([NOW, NOW + 30, NOW + 61, NOW + 2000, NOW - 500, NOW + 1e6])
sources = st.sampled_from([Source("command line", "person", Trust.OWNER), Source("tool", "agent", Trust.AGENT)])
details = st.dictionaries(
    st.sampled_from(["a", "ä", "uv"]),
    st.recursive(st.none() | st.booleans() | st.integers(-5, 5) | sentences, st.lists, max_leaves=4),
    max_size=2,
)
facts = st.builds(
    fact,
    sentences,
    kind=st.sampled_from(Kind),
    fingerprint=st.sampled_from(["", "t1", "said:use uv."]),
    session=st.sampled_from([None, "", "s1", "s2"]),
    project=projects,
    source=sources,
    commit=st.sampled_from(["", "c1"]),
    branch=st.sampled_from(["", "main"]),
    pull_request=st.sampled_from(["", "o/r#5"]),
    path=st.sampled_from(["", "src/a.py"]),
    time=times,
    detail=details,
)
works = st.builds(
    Work,
    projects,
    st.sampled_from(["s1", "s2"]),
    st.sampled_from(["commit", "path"]),
    sentences,
    times,
    st.sampled_from(["hook", "git"]),
)
conditions = st.builds(Condition, st.sampled_from(["tests", "lint"]), sentences, st.sampled_from(["ok", "bad"]), times)
adds = st.builds(
    Add,
    st.builds(wording, sentences, st.sampled_from(["src/**", "*.py"]), source=sources),
    state=st.sampled_from(State),
    pinned=st.booleans(),
    operation=st.sampled_from(Operation),
    replaces=st.lists(st.integers(1, 5), max_size=2).map(tuple),
    target=st.sampled_from(["", "t1", "said:use uv."]),
    why=st.sampled_from(["", "because Use uv. said so"]),
    evidence=st.lists(st.integers(0, 6), max_size=2).map(tuple),
)
changes = st.one_of(
    adds,
    st.builds(Move, idents, st.sampled_from(State), st.sampled_from(Ending)),
    st.builds(Pin, idents, st.booleans()),
    st.builds(Reword, idents, st.builds(wording, sentences)),
)


def step(change: Change, number: int = 0) -> Step:
    return Step(change, "change", "person", "because Use uv. was said", {"n": number, "said": ["No tabs."]})


class Alike(RuleBasedStateMachine):
    """Two stores, one of each kind, given the same steps and the same chance."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.memory = MemoryStore(chance=Random(1).randbytes)
        self.sqlite = open_store(Path(self.folder.name) / "store.db", chance=Random(1).randbytes)

    def both(self, use: Callable[[Store], object]) -> Any:
        answers: list[object] = []
        for store in (self.memory, self.sqlite):
            try:
                answers.append(use(store))
            except StoreError as error:
                answers.append((type(error), str(error)))
        assert answers[0] == answers[1]
        return answers[0]

    @rule(project=projects, name=sentences)
    def know(self, project: str, name: str) -> None:
        self.both(lambda store: store.know(Project(project, name, "/path")))

    @rule(
        ident=st.sampled_from(["s1", "s2"]),
        project=projects,
        task=st.sampled_from(["", "one", "Use uv."]),
        shown=st.lists(st.builds(showing, st.integers(1, 4), st.integers(1, 2)), max_size=3),
        now=times,
        model=st.sampled_from(["", "large", "small"]),
    )
    def deliver(self, ident: str, project: str, task: str, shown: list[Any], now: float, model: str) -> None:
        who = session(ident, project)._replace(model=model)
        self.both(lambda store: store.deliver(who, task=task, shown=shown, now=now))

    @rule(kept=st.lists(facts, max_size=3), to=st.none() | idents)
    def record(self, kept: list[Any], to: int | None) -> None:
        self.both(lambda store: store.record(kept, rule=to))

    @rule(kept=facts, told=st.lists(conditions, max_size=3), done=st.lists(works, max_size=2))
    def record_conditions(self, kept: Any, told: list[Condition], done: list[Work]) -> None:
        self.both(lambda store: store.record([kept], conditions=told, works=done))

    @rule(ids=st.lists(idents, max_size=4), ident=st.sampled_from(["s1", "s2"]), episode=st.none() | st.integers(1, 3))
    def attribute(self, ids: list[int], ident: str, episode: int | None) -> None:
        self.both(lambda store: store.attribute(ids, session=ident, episode=episode, how="by commit", confidence=0.9))

    @rule(done=st.lists(works, max_size=3))
    def work(self, done: list[Work]) -> None:
        self.both(lambda store: store.worked(done))

    @rule(ident=st.sampled_from(["s1", "s2"]), project=projects, now=times)
    def speak(self, ident: str, project: str, now: float) -> None:
        beat = Heartbeat("client", "prompt", now, "", "", 0.1)
        left = [Work(project, ident, "path", "a.py", now)]
        self.both(lambda store: store.beat(beat, works=left, spoken=(ident, project, now)))

    @rule(source=sentences, mark=sentences, now=times)
    def bookmark(self, source: str, mark: str, now: float) -> None:
        self.both(lambda store: store.keep_bookmark(source, mark, now=now))

    @rule(change=adds, kept=facts, now=times)
    def suggest(self, change: Add, kept: Any, now: float) -> None:
        self.both(lambda store: store.suggest(change, kept, now=now))

    @rule(
        project=projects,
        made=st.lists(changes, max_size=3),
        report=sentences,
        now=times,
        expected=st.none() | st.integers(0, 3),
    )
    def revise(self, project: str, made: list[Change], report: str, now: float, expected: int | None) -> None:
        steps = [step(change, number) for number, change in enumerate(made)]
        self.both(lambda store: store.revise(project, steps, cause="c", report=report, now=now, expected=expected))

    @rule(
        project=projects,
        made=st.lists(changes, max_size=2),
        log=st.lists(sentences, max_size=2),
        chances=st.dictionaries(idents, st.none() | st.floats(0, 1), max_size=2),
        late=st.sampled_from([0, 0, 0, 1]),
        now=times,
    )
    def decide(
        self,
        project: str,
        made: list[Change],
        log: list[str],
        chances: dict[int, float | None],
        late: int,
        now: float,
    ) -> None:
        lines = len(list(self.memory.log(project))) + len(log)
        kept = Trials("state", report := " ".join(log), lines + late)
        steps = [step(change, number) for number, change in enumerate(made)]
        head = self.memory.head(project)
        self.both(
            lambda store: store.decide(
                project, kept, log=log, chances=chances, steps=steps, cause="d", report=report, now=now, expected=head
            )
        )

    @rule(project=projects, back=st.integers(0, 3), now=times)
    def roll_back(self, project: str, back: int, now: float) -> None:
        number = max(1, self.memory.head(project) - back)
        with suppress(StoreError):
            target = self.memory.revision(project, number)
            kept = {entry.rule for entry in target.entries}
            steps = [step(Restore(entry)) for entry in target.entries]
            steps += [step(Restore(undone(r))) for r in self.memory.rules(project) if r.id not in kept]
            made = self.both(lambda store: store.revise(project, steps, cause="rollback", now=now))
            again = [entry for entry in made.entries if entry.rule in kept]
            assert chain.encode(again) == chain.encode(target.entries)

    @rule(project=projects, entry=st.integers(0, 3), version=st.integers(0, 4))
    def restore_some_version(self, project: str, entry: int, version: int) -> None:
        rules = self.memory.rules(project)
        if entry < len(rules):
            change = Restore(undone(rules[entry])._replace(version=version))
            self.both(lambda store: store.revise(project, [step(change)], cause="restore", now=NOW))

    @rule(needles=st.lists(st.sampled_from(["use uv", "TABS", "Grüße", 'quote "', "forgotten", ""]), max_size=1))
    def forget_needles(self, needles: list[str]) -> None:
        self.both(lambda store: store.forget(needles=needles))

    @rule(ident=idents, evidence=st.lists(idents, max_size=2))
    def forget_by_id(self, ident: int, evidence: list[int]) -> None:
        self.both(lambda store: store.forget(needles=[], rule=ident, evidence=evidence))

    @rule(question=sentences, answer=sentences, now=times)
    def answer(self, question: str, answer: str, now: float) -> None:
        self.both(lambda store: store.keep_answer(question, answer, now=now))

    @rule(event=sentences, said=sentences, pids=st.lists(st.integers(1, 4)), now=times)
    def hooks(self, event: str, said: str, pids: list[int], now: float) -> None:
        self.both(lambda store: store.beat(Heartbeat("client", event, now, said, said, 0.5)))
        self.both(lambda store: store.sight(Sighting("client", said, now), pids))

    @invariant()
    def they_answer_alike(self) -> None:
        self.both(lambda store: store.projects())
        self.both(lambda store: store.beats())
        self.both(lambda store: store.sighted([4, 3, 2]))
        for project in (HERE, GLOBAL, "other"):
            self.they_answer_alike_about(project)
        assert self.both(lambda store: store.problems()) == []

    def they_answer_alike_about(self, project: str) -> None:
        self.both(lambda store: store.rules(project))
        self.both(lambda store: store.evidence(project))
        self.both(lambda store: store.revisions(project))
        self.both(lambda store: store.decisions(project))
        self.both(lambda store: store.links(project))
        self.both(lambda store: store.tallies(project))
        self.both(lambda store: store.newest_failures(project))
        self.both(lambda store: store.counts(project))
        self.both(lambda store: store.numbers(project))
        self.both(lambda store: store.sessions(project))
        self.both(lambda store: store.newcomers(project, after=1))
        self.both(lambda store: (store.trials(project), list(store.log(project, after=1))))
        self.both(lambda store: [store.session(ident, project) for ident in ("s1", "s2", "s3")])
        self.both(lambda store: store.loose(project))
        self.both(lambda store: store.works(project))
        self.both(lambda store: [store.conditions(project, suite) for suite in ("tests", "lint")])
        self.both(lambda store: [store.exposures(ident, project) for ident in ("s1", "s2")])
        self.both(lambda store: [store.episodes(ident, project) for ident in ("s1", "s2")])
        self.both(lambda store: [store.current_episode(ident, project) for ident in ("s1", "s2")])

    @rule(
        project=projects,
        kinds=st.none() | st.lists(st.sampled_from(Kind), max_size=2),
        ids=st.none() | st.lists(idents, max_size=3),
        trust=st.none() | st.sampled_from(Trust),
        newest=st.none() | idents,
        ident=idents,
        states=st.lists(st.sampled_from(State), max_size=2),
        since=times,
    )
    def ask(
        self,
        project: str,
        kinds: list[Kind] | None,
        ids: list[int] | None,
        trust: Trust | None,
        newest: int | None,
        ident: int,
        states: list[State],
        since: float,
    ) -> None:
        self.both(lambda store: store.evidence(project, kinds=kinds, ids=ids, trust=trust, newest=newest))
        self.both(lambda store: store.evidence(project, episode=ident, session="s1", fingerprint="t1"))
        self.both(lambda store: store.rules(project, states=states))
        self.both(lambda store: store.sessions(project, since=since))
        self.both(lambda store: store.decisions(project, rule=ident))
        self.both(lambda store: store.decisions(project, revision=ident))
        self.both(lambda store: store.rule(ident))
        self.both(lambda store: store.versions(ident))
        self.both(lambda store: store.supports(ident))
        self.both(lambda store: store.exposures_of(ident))
        self.both(lambda store: store.episode(ident))
        self.both(lambda store: store.revision(project, ident))
        self.both(lambda store: store.answer(SENTENCES[ident % 5]))
        self.both(lambda store: store.bookmark(SENTENCES[ident % 5]))
        self.both(lambda store: store.works(project, session="s1", sort="path", names=SENTENCES[: ident % 5]))

    def teardown(self) -> None:
        self.sqlite.close()
        self.folder.cleanup()


Alike.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestAlike = Alike.TestCase
