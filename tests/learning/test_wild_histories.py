"""Prove what holds of trials whatever happens: rules changed by persons, clocks stepping back, lost states."""

import json
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_server.learning import admit, recall
from mcp_server.learning.assign import Coins
from mcp_server.learning.consolidate import Done
from mcp_server.learning.settle import last_sign
from mcp_server.learning.trials import state as states
from mcp_server.learning.trials.policy import DAY
from store.records import GLOBAL, LIVE, Ending, Kind, Operation, Rule, State
from store.revise import Move, Pin, Restore, Reword, Step
from tests.doors.agent import DEMO, OTHER
from tests.learning.days import EAGER, Days, replayed
from tests.learning.workbench import OTHER as ANOTHER
from tests.learning.workbench import TARGET
from tests.store.facts import HERE, PERSON, wording

PLACES = (DEMO, OTHER)
PROJECTS = (HERE, OTHER.project.key, GLOBAL)
REVIEW, SPOKEN = "review:reviewer|secretwords of a reviewer", "words:person|secretwords of a person"
TARGETS = ("", "", TARGET, ANOTHER, REVIEW, SPOKEN)
TEXTS = (
    "Run secretwords before every commit.",
    "Run the secretwords before each commit.",
    "Never edit secretwords by hand.",
    "Prefer small secretwords over large ones.",
    "Ask before deleting secretwords.",
)
ACTS = ("approve", "trial", "reject", "retire", "pin", "unpin", "candidate")

WAITS = (0.001, 0.02, 0.5, 1.1, 3.0, 15.0, 40.0, -0.01, -2.0, -30.0)
SAID = ("corrects", "reports", "reviews", "votes")
LOST = ("{", "[]", "null", '{"format":9}', "engine", "notes", "deep")

number = st.integers(0, 11)
event = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from(WAITS)),
    st.tuples(st.just("session"), number, number, number),
    st.tuples(st.just("session"), number, number, number),
    st.tuples(st.just("again"), number, st.booleans()),
    st.tuples(st.just("ran"), number, st.booleans(), st.booleans()),
    st.tuples(st.just("said"), number, st.sampled_from(SAID)),
    st.tuples(st.just("add"), number, number, number),
    st.tuples(st.just("edit"), number, number),
    st.tuples(st.just("merge"), number, number, number),
    st.tuples(st.just("act"), number, st.sampled_from(ACTS)),
    st.tuples(st.just("back"), number, number),
    st.tuples(st.just("forget"), number),
    st.tuples(st.just("settings"), st.sampled_from([0.0, 0.5, 1.0]), st.booleans(), st.booleans()),
    st.tuples(st.just("decide"), number),
    st.tuples(st.just("decide"), number),
    st.tuples(st.just("lose"), number, st.sampled_from(LOST)),
)


def _restored(done: Done) -> bool:
    """Did a run put an earlier wording back, which is told of in the next one?"""
    rulings = [each for each in (done.ruling, done.everywhere) if each is not None]
    return any(isinstance(step.change, Restore) for ruling in rulings for step in ruling.steps)


class Wild(Days):
    """A history in which anything may happen, and what must hold after each run."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, EAGER)
        self.sessions: dict[tuple[str, str], int] = {}
        self.decided: dict[str, list[str]] = {key: [] for key in PROJECTS}
        self.lines: dict[str, list[str]] = {key: [] for key in PROJECTS}

    def does(self, kind: str, *what: Any) -> None:
        getattr(self, f"_{kind}")(*what)

    def _wait(self, days: float) -> None:
        self.now = max(1.0, self.now + days * DAY)

    def _coins(self) -> Coins:
        return Coins(self.policy.off, self.policy.holdout)

    def _session(self, name: int, who: int, files: int) -> None:
        place = PLACES[who % 2]
        touched = ("a.py",) if files % 3 == 0 else ()
        client, model = ("claude-code", "codex")[who // 2 % 2], ("opus", "haiku", "")[who // 4]
        self.begins(
            f"s{name}-{len(self.sessions)}", *touched, place=place, client=client, model=model, coins=self._coins()
        )
        self.sessions[f"s{name}-{len(self.sessions)}", place.project.key] = who
        if files == 7:  # the same id elsewhere
            self.begins(f"s{name}-{len(self.sessions) - 1}", place=PLACES[1 - who % 2], coins=self._coins())

    def _any(self, which: int) -> tuple[str, str] | None:
        known = list(self.sessions)
        return known[-1 - which % len(known)] if known else None

    def _again(self, which: int, touch: bool) -> None:
        if found := self._any(which):
            place = next(each for each in PLACES if each.project.key == found[1])
            self.begins(found[0], *(["a.py"] if touch else []), place=place, coins=self._coins())

    def _ran(self, which: int, failed: bool, late: bool) -> None:
        if found := self._any(which):
            target = TARGET if which % 2 else ANOTHER
            self.ran(found[0], failed=failed, target=target, project=found[1], how="by its commit" if late else "")

    def _said(self, which: int, what: str) -> None:
        if not (found := self._any(which)):
            return
        match what:
            case "corrects":
                self.corrects(*found)
            case "reports":
                self.reports(found[0], "mixed" if which % 2 else "failure", found[1])
            case "votes":
                ids = [rule.id for rule in self.store.rules(found[1])]
                self.reports(found[0], "success", found[1], helpful=ids[:2], harmful=ids[2:], score=0.75)
            case _:
                made = self.fact(Kind.REVIEW, *found, source=PERSON, state="approved", how="by its pull request")
                self.store.record([made])

    def _revise(self, project: str, *changes: Any, actor: str = "person") -> None:
        steps = [Step(each, "test", actor, "secretwords") for each in changes]
        self.store.revise(project, steps, cause="test", now=self.now)

    def _add(self, which: int, text: int, more: int) -> None:
        state = (State.TRIAL, State.TRIAL, State.ACTIVE, State.CANDIDATE)[more % 4]
        paths = ("*.py",) if which % 4 == 3 else ()
        self.tries(
            TEXTS[text % 5],
            *paths,
            state=state,
            target=TARGETS[more % 6],
            project=PROJECTS[which % 3],
            pinned=more == 11,
        )

    def _rule(self, which: int) -> Rule | None:
        every = [rule for key in PROJECTS for rule in self.store.rules(key)]
        return every[which % len(every)] if every else None

    def _edit(self, which: int, text: int) -> None:
        if (rule := self._rule(which)) and rule.state is not State.RETIRED:
            self._revise(rule.project, Reword(rule.id, wording(TEXTS[text % 5])))

    def _merge(self, which: int, other: int, text: int) -> None:
        one, two = self._rule(which), self._rule(other)
        if one and two and one.project == two.project and one != two and {one.state, two.state} <= LIVE:
            into = self.tries(
                TEXTS[text % 5], project=one.project, operation=Operation.MERGE, replaces=(one.id, two.id),
                state=State.CANDIDATE,
            )  # fmt: skip
            self._revise(
                one.project,
                Move(into.id, State.TRIAL),
                *(Move(each.id, State.RETIRED, Ending.MERGED) for each in (one, two)),
            )

    def _act(self, which: int, act: str) -> None:
        rule = self._rule(which)
        if rule is None:
            return
        rejected = rule.ending is Ending.REJECTED
        change: dict[str, Any] = {
            "approve": None if rejected else Move(rule.id, State.ACTIVE),
            "trial": None if rejected else Move(rule.id, State.TRIAL),
            "reject": Move(rule.id, State.RETIRED, Ending.REJECTED),
            "retire": None if rejected else Move(rule.id, State.RETIRED, Ending.RETIRED),
            "candidate": None if rejected else Move(rule.id, State.CANDIDATE),
            "pin": Pin(rule.id, True),
            "unpin": Pin(rule.id, False),
        }
        if change[act] is not None:
            self._revise(rule.project, change[act])

    def _back(self, project: int, far: int) -> None:
        key = PROJECTS[project % 3]
        head = self.store.head(key)
        if not head:
            return
        rules = {rule.id: rule for rule in self.store.rules(key)}
        revisions = self.store.revisions(key)
        if any(rule.current.text is None for rule in rules.values()):
            return
        goal = revisions[max(0, head - 1 - far % 4)]
        steps = admit.back_to(goal, revisions[-1], rules)
        if steps:
            self.store.revise(key, steps, cause="rollback", now=self.now)

    def _forget(self, which: int) -> None:
        if which == 5 and (rule := self._rule(which)):
            self.store.forget(needles=[], rule=rule.id)

    def _settings(self, explore: float, off: bool, per_rule: bool) -> None:
        guard = "per_rule" if per_rule else "fdr"
        self.policy = EAGER._replace(explore=explore, off=off, guard=guard, holdout=0.05 if per_rule else 0.0)

    def _lose(self, project: int, how: str) -> None:
        """The kept state was damaged, or another version wrote it."""
        key = PROJECTS[project % 3]
        before = self.store.trials(key)
        if before is None:
            return
        lost = how
        if how in {"engine", "notes", "deep"} and before.state.startswith('{"format": 1'):
            state = json.loads(before.state)
            state["engine" if how == "deep" else how] = {"format": 1} if how == "deep" else {"format": 0}
            lost = json.dumps(state)
        self.store.decide(
            key, before._replace(state=lost), log=[], chances={}, steps=[], cause="", now=self.now,
            expected=self.store.head(key),
        )  # fmt: skip

    def _decide(self, project: int) -> None:
        key = PROJECTS[project % 3]
        every = [rule for each in PROJECTS for rule in self.store.rules(each)]
        done = self.decides(key)
        after = {rule.id: rule for each in PROJECTS for rule in self.store.rules(each)}
        for rule in every:
            now = after[rule.id]
            assert not rule.pinned or (now.state, now.pinned) == (rule.state, True), "pinned rules stay as they are"
            assert rule.ending is not Ending.REJECTED or now.ending is Ending.REJECTED, "a rejected rule stays rejected"
        for each in {key, GLOBAL}:
            self._kept(each)
        if not _restored(done):
            before = self._standing()
            assert not _restored(self.decides(key))
            assert self._standing() == before, "nothing came since"

    def _standing(self) -> list[Any]:
        rules = [rule for key in PROJECTS for rule in self.store.rules(key, states=LIVE)]
        decided = [each and each.decided for each in map(self.store.trials, PROJECTS)]
        return [rules, decided, [len(self.log(key)) for key in PROJECTS]]

    def _kept(self, key: str) -> None:
        found = self.store.trials(key)
        if found is None:
            return
        lines = self.log(key)
        self._settled(key, lines[len(self.lines[key]) :])
        assert lines[: len(self.lines[key])] == self.lines[key]
        if len(lines) > len(self.lines[key]):
            self.decided[key].append(found.decided)
        self.lines[key] = lines
        if not lines:
            return
        engine, notes = recall.standing(self.store, key, found, self.policy)
        anew, told = recall.standing(self.store, key, found._replace(state="{"), self.policy)
        assert states.dump(anew) == states.dump(engine), "the log says what the state says"
        assert told.mark <= notes.mark
        assert told.revision <= notes.revision
        assert (told.rules, told.open, told.settings, told.ts) == (notes.rules, notes.open, notes.settings, notes.ts)
        rules = {rule.id: rule for rule in self.store.rules(key)}
        for ident in told.rules:
            trial = engine.books.trials[f"R{ident}"]
            live = rules[ident].state in LIVE
            assert (rules[ident].chance == 0.0) >= bool(trial.waits_for and live and not self.policy.off)

    def _settled(self, key: str, lines: list[str]) -> None:
        """Of what was told now, nothing was told before its time."""
        begun = {each.session: each.ts for each in self.told("session", project=key)}
        for line in lines:
            said = json.loads(line)
            if said["t"] not in {"outcome", "recurrence"} or key == GLOBAL:
                continue
            session = self.store.session(said["session"], key)
            facts = self.store.evidence(key, session=session.id)
            last = last_sign(session, self.store.episodes(session.id, key), facts)
            late = said["t"] == "recurrence" and self.store.rule(int(said["rule"][1:])).target == REVIEW
            days = 14 if late else 1
            assert self.now >= min(last + days * DAY, begun[said["session"]] + (13 + days) * DAY)

    def ends(self) -> None:
        """What must hold of it all."""
        self.now += 1000 * DAY
        for which in range(3):
            self._decide(which)
        for key in PROJECTS:
            lines = self.log(key)
            if not lines:
                continue
            decisions, engine = replayed(lines, EAGER)
            assert decisions == self.decided[key], "a replay decides the same each time"
            found = self.trials(key)
            if json.loads(found.state)["engine"] != states.dump(engine):
                raise AssertionError("a full replay is where the store is")
            assert (engine.books.late, engine.books.unexposed) == (0, 0), "the engine waits until it is told"
            assert not any("secret" in line for line in lines), "no text is in the log"
            self._told_once(key, lines)
        assert self.store.problems() == []

    def _told_once(self, key: str, lines: list[str]) -> None:
        wordings: dict[str, int] = {}
        begun: list[str] = []
        outcomes: dict[str, set[float]] = {}
        recurrences: list[tuple[str, str]] = []
        for line in lines:
            said = json.loads(line)
            match said["t"]:
                case "rule":
                    wordings[said["id"]] = said["wording"]
                case "session":
                    begun.append(said["id"])
                case "outcome":
                    outcomes.setdefault(said["session"], set()).add(said["ts"])
                case "recurrence":
                    recurrences.append((said["session"], said["rule"]))
                case "exposure" | "trigger" if key != GLOBAL:
                    given = self.store.exposures(said["session"], key)
                    coins = said["p"] if said["t"] == "exposure" else {said["rule"]: said["p"]}
                    for rule, p in coins.items():
                        assert (int(rule[1:]), wordings[rule], p) in {(e.rule, e.version, e.probability) for e in given}
                case _:
                    pass
        assert len(begun) == len(set(begun)), "no session is told twice"
        assert set(outcomes) == set(begun), "each session is scored"
        assert all(len(times) == 1 for times in outcomes.values()), "and only once"
        assert len(recurrences) == len(set(recurrences)), "so is each target"


def played(seed: int, happens: Iterable[tuple[Any, ...]]) -> None:
    wild = Wild(seed)
    wild.does("add", 0, 0, 0)
    for each in happens:
        wild.does(*each)
    wild.ends()


@settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
@given(happens=st.lists(event, min_size=5, max_size=60), seed=st.integers(0, 9))
def test_whatever_happens_the_log_replays_to_the_stores_decisions_and_state(
    happens: list[tuple[Any, ...]], seed: int
) -> None:
    played(seed, happens)


def long(random: Random) -> Iterator[tuple[Any, ...]]:
    """Months of a busy project: mostly sessions and what came of them."""

    def which() -> int:
        return random.randrange(12)

    often = {"session": 26, "wait": 22, "ran": 17, "again": 7, "said": 6, "decide": 6, "add": 4, "act": 4}
    kinds = often | {"edit": 2, "lose": 2, "settings": 2, "merge": 1, "back": 1, "forget": 0.5}
    for kind in random.choices(list(kinds), list(kinds.values()), k=250):
        yes = random.random() < 0.5
        wait = random.choice(WAITS) if yes else 0.1
        what: dict[str, tuple[Any, ...]] = {
            **{name: (which(),) for name in ("forget", "decide")},
            **{name: (which(), which()) for name in ("edit", "back")},
            **{name: (which(), which(), which()) for name in ("session", "add", "merge")},
            "wait": (wait,),
            "ran": (which(), yes, random.random() < 0.2),
            "again": (which(), random.random() < 0.7),
            "said": (which(), random.choice(SAID)),
            "act": (which(), random.choice(ACTS)),
            "settings": (random.choice([0.0, 0.5, 1.0]), random.random() < 0.3, yes),
            "lose": (which(), random.choice(LOST)),
        }
        yield kind, *what[kind]


@pytest.mark.parametrize("seed", range(12))
def test_so_it_does_after_long_histories(seed: int) -> None:
    played(seed, long(Random(seed)))
