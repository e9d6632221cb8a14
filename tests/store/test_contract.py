"""One suite for every backend: what `store/contract.py` promises."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store import open_store
from store.contract import Numbers, Store
from store.episodes import IDLE
from store.errors import BusyError, ConflictError, NotFoundError
from store.memory import MemoryStore
from store.records import (
    FORGOTTEN,
    GLOBAL,
    SIGHTED,
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
from store.revise import Add, Move, Pin, Restore, Reword, Step, undone
from store.values import replace
from tests.store.facts import HERE, NOW, adding, fact, failure, moving, session, showing, wording


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, chance: Callable[[int], bytes]) -> Iterator[Store]:
    opened: Store
    if request.param == "memory":
        opened = MemoryStore(chance=chance)
    else:
        opened = open_store(tmp_path / "store.db", chance=chance)
    yield opened
    opened.close()


def test_a_project_is_known_by_its_newest_path(store: Store) -> None:
    store.know(Project("b", "b", "/old"))
    store.know(Project("a", "a", "/a"))
    store.know(Project("b", "b", "/new"))
    store.know(Project("b", "b", "/new"))
    assert [(p.key, p.path) for p in store.projects()] == [("a", "/a"), ("b", "/new")]


def test_a_first_delivery_opens_session_episode_and_exposures(store: Store) -> None:
    delivery = store.deliver(session(), task="build it", shown=[showing(4), showing(2)], now=NOW)
    assert (delivery.episode.name, delivery.episode.task, delivery.episode.session) == ("E1", "build it", "s1")
    assert [(e.rule, e.position, e.session, e.episode, e.time) for e in delivery.exposures] == [
        (4, 1, "s1", 1, NOW),
        (2, 2, "s1", 1, NOW),
    ]
    assert [(e.probability, e.assigned, e.delivered) for e in delivery.exposures] == [(1.0, True, True)] * 2
    assert store.exposures("s1", HERE) == delivery.exposures
    assert store.exposures_of(4) == delivery.exposures[:1]
    assert [s.id for s in store.sessions(HERE)] == ["s1"]


def test_a_second_delivery_only_appends(store: Store) -> None:
    store.deliver(session(), task="", shown=[showing(4)], now=NOW)
    again = store.deliver(session(), task="", shown=[showing(7), showing(4), showing(4, 2)], now=NOW + 1)
    assert [(e.rule, e.version, e.position) for e in again.exposures] == [(4, 1, 1), (7, 1, 2), (4, 2, 3)]
    assert store.deliver(session(), task="", shown=[showing(7)], now=NOW + 2).exposures == again.exposures


def test_sessions_of_one_id_in_two_projects_are_two(store: Store) -> None:
    store.deliver(session(), task="", shown=[showing(1)], now=NOW)
    other = store.deliver(session(project="other"), task="", shown=[showing(2)], now=NOW)
    assert [e.rule for e in other.exposures] == [2]
    assert [e.rule for e in store.exposures("s1", HERE)] == [1]


def test_an_episode_ends_with_another_task_or_after_idling(store: Store) -> None:
    first = store.deliver(session(), task="", shown=[], now=NOW).episode
    named = store.deliver(session(), task="one", shown=[], now=NOW + 5).episode
    assert (named.id, named.task) == (first.id, "one")
    assert store.deliver(session(), task="", shown=[], now=NOW + 9).episode.id == first.id
    second = store.deliver(session(), task="two", shown=[], now=NOW + 10).episode
    assert second.id != first.id
    kept = store.deliver(session(), task="two", shown=[], now=NOW + 10 + IDLE).episode
    assert (kept.id, kept.seen) == (second.id, NOW + 10 + IDLE)
    assert store.deliver(session(), task="two", shown=[], now=NOW + 11 + 2 * IDLE).episode.id != second.id


def test_a_clock_that_steps_back_ends_no_episode(store: Store) -> None:
    first = store.deliver(session(), task="one", shown=[], now=NOW).episode
    back = store.deliver(session(), task="one", shown=[showing(1)], now=NOW - 1e6)
    assert back.episode.id == first.id
    assert store.current_episode("s1", HERE) == back.episode
    assert store.sessions(HERE, since=NOW)[0].seen == NOW


def test_an_unknown_episode_is_refused_with_what_to_do(store: Store) -> None:
    assert store.current_episode("s1", HERE) is None
    with pytest.raises(NotFoundError, match="E9 does not exist; call get_rules"):
        store.episode(9)
    made = store.deliver(session(), task="t", shown=[], now=NOW).episode
    assert store.episode(made.id) == made


def test_the_same_fact_twice_is_kept_once(store: Store) -> None:
    first, second = store.record([fact("use uv"), fact("use uv")])
    assert (first.new, second.new, first.id) == (True, False, second.id)
    assert [kept.new for kept in store.record([fact("use uv"), fact("use pip", project="other")])] == [False, True]
    assert [f.text for f in store.evidence(HERE)] == ["use uv"]


def test_a_fact_comes_back_as_it_was_kept(store: Store) -> None:
    whole = fact("quoté\n✓", kind=Kind.REPORT, session="s", commit="abc", score=0.5, helpful=[1, 2], none=None)
    ident = store.record([whole])[0].id
    (kept,) = store.evidence(HERE, ids=[ident])
    assert (kept.text, kept.detail, kept.commit, kept.session, kept.source, kept.time, kept.hash) == (
        whole.text,
        {"score": 0.5, "helpful": [1, 2], "none": None},
        "abc",
        "s",
        whole.source,
        whole.time,
        whole.hash,
    )


def test_facts_are_found_by_every_condition_together(store: Store) -> None:
    agent = Source("tool", "agent", Trust.AGENT)
    store.record([fact("a", session="s1"), fact("b", session="s2", source=agent), failure("t", "s1"), fact("d")])
    assert [f.text for f in store.evidence(HERE, kinds=[Kind.FEEDBACK], session="s1")] == ["a"]
    assert [f.text for f in store.evidence(HERE, trust=Trust.MEMBER, kinds=[Kind.FEEDBACK])] == ["a", "d"]
    assert [f.text for f in store.evidence(HERE, fingerprint="t")] == ["t failed"]
    assert [f.text for f in store.evidence(HERE, newest=2)] == ["t failed", "d"]
    assert [f.text for f in store.evidence(HERE, newest=0)] == []
    assert store.evidence(HERE, ids=[]) == []
    assert store.evidence(HERE, episode=3) == []
    assert store.evidence("nowhere") == []
    assert store.counts(HERE) == {Kind.FEEDBACK: 3, Kind.FAILURE: 1}


def test_rules_and_sessions_are_counted(store: Store) -> None:
    assert store.numbers(HERE) == Numbers({}, 0, 0, None)
    store.revise(HERE, [adding("Use uv."), adding("No tabs."), adding("Use make.")], cause="add", now=NOW)
    pins = [Step(Pin(rule, True), "pin", "person", "r") for rule in (1, 3)]
    store.revise(HERE, [*pins, moving(3, State.RETIRED)], cause="pin", now=NOW)
    store.deliver(session("s1"), task="", shown=[], now=NOW + 90)
    store.deliver(session("s2"), task="", shown=[], now=NOW + 5)
    store.deliver(session("s3", "other"), task="", shown=[], now=NOW + 99)
    assert store.numbers(HERE) == Numbers({State.ACTIVE: 2, State.RETIRED: 1}, 1, 2, NOW + 90)


def test_failures_are_tallied_by_distinct_session_then_commit_then_fact(store: Store) -> None:
    store.record(
        [
            failure("t", "s1"),
            failure("t", "s1", commit="x"),
            failure("t", "s2", time=NOW + 5),
            failure("t", None, commit="c1"),
            failure("t", None),
            failure("u", "s1"),
            fact("no print", kind=Kind.FAILURE),
        ]
    )
    tallies = store.tallies(HERE)
    assert [(t.fingerprint, t.facts, t.occasions) for t in tallies] == [("t", 5, 4), ("u", 1, 1)]
    assert (tallies[0].first, tallies[0].last, tallies[0].newest) == (NOW, NOW + 5, 5)


def test_support_is_linked_once_and_only_to_rules_there_are(store: Store) -> None:
    store.revise(HERE, [adding("Use uv.")], cause="add", now=NOW)
    store.record([fact("uv!")], rule=1)
    store.record([fact("uv!"), fact("uv again")], rule=1)
    assert [f.text for f in store.supports(1)] == ["uv!", "uv again"]
    assert store.links(HERE) == {1: frozenset({1, 2})}
    with pytest.raises(NotFoundError, match="R7 does not exist"):
        store.record([fact("lost")], rule=7)
    assert [f.text for f in store.evidence(HERE)] == ["uv!", "uv again"]


def test_one_identity_counts_once_and_machine_results_once_a_session_or_commit(store: Store) -> None:
    store.revise(HERE, [adding("Use uv."), adding("No tabs.")], cause="add", now=NOW)
    store.record([fact("no tabs!")], rule=2)
    store.record([fact("uv!"), fact("uv again"), fact("uv!!", kind=Kind.COMMENT)], rule=1)
    assert (store.rule(1).supports, store.rule(2).supports) == (1, 1)
    other = Source("review", "github:ada", Trust.MEMBER)
    store.record([fact("uv", kind=Kind.COMMENT, source=other), failure("t", "s1"), failure("u", "s1")], rule=1)
    assert store.rule(1).supports == 3
    kept = store.record([failure("t", "s2"), failure("t", None, commit="c1"), failure("u", None)], rule=1)
    assert store.rule(1).supports == 6
    store.attribute([kept[1].id], session="s2", episode=None, how="by its commit", confidence=0.95)
    assert store.rule(1).supports == 5


def test_links_reach_global_rules_but_no_other_project(store: Store) -> None:
    store.revise(GLOBAL, [adding("Be kind.")], cause="add", now=NOW)
    store.revise("other", [adding("Be quick.")], cause="add", now=NOW)
    store.record([fact("kind")], rule=1)
    store.record([fact("quick", project="other")], rule=2)
    assert set(store.links(HERE)) == {1}


def test_rules_have_ids_states_and_one_version_each(store: Store) -> None:
    revision = store.revise(HERE, [adding("Use uv.", "src/**"), adding("No tabs.")], cause="add", now=NOW)
    first, second = store.rules(HERE)
    assert (first.name, first.text, first.current.paths, first.state) == ("R1", "Use uv.", ("src/**",), State.ACTIVE)
    assert (first.operation, first.ending, first.pinned, first.created) == (Operation.ADD, Ending.NONE, False, NOW)
    assert first.current == store.versions(1)[0]
    assert [e.rule for e in revision.entries] == [1, 2]
    assert second.current.salt != first.current.salt
    assert store.rules(HERE, states=[State.RETIRED]) == []
    assert store.rules(HERE, states=[State.ACTIVE, State.TRIAL]) == [first, second]
    for missing in (store.rule, store.versions):
        with pytest.raises(NotFoundError, match="rule R9 does not exist"):
            missing(9)


def test_every_step_leaves_a_decision_with_its_numbers(store: Store) -> None:
    step = Step(Add(wording("Use uv.")), kind="propose", actor="program", reason="seen thrice", numbers={"n": 3})
    store.revise(HERE, [step, adding("No tabs.")], cause="consolidate", now=NOW)
    store.revise(HERE, [moving(1, State.ACTIVE)], cause="approve", now=NOW)
    assert [(d.kind, d.rule, d.revision, d.actor) for d in store.decisions(HERE)] == [
        ("propose", 1, 1, "program"),
        ("add", 2, 1, "person"),
        ("move", 1, 2, "person"),
    ]
    assert store.decisions(HERE, rule=1)[0].numbers == {"n": 3}
    assert [d.rule for d in store.decisions(HERE, revision=1)] == [1, 2]
    assert store.decisions("other") == []


def test_changes_do_what_they_say(store: Store) -> None:
    store.revise(HERE, [adding("Use uv.")], cause="add", now=NOW)
    steps = [
        Step(Pin(1, True), kind="pin", actor="person", reason="r"),
        Step(Reword(1, wording("Use uv for all.", "a/**")), kind="edit", actor="person", reason="r"),
        Step(Move(1, State.RETIRED, Ending.RETIRED), kind="retire", actor="person", reason="r"),
    ]
    store.revise(HERE, steps, cause="all", now=NOW + 1)
    rule = store.rule(1)
    assert (rule.pinned, rule.text, rule.current.number, rule.state, rule.ending) == (
        True,
        "Use uv for all.",
        2,
        State.RETIRED,
        Ending.RETIRED,
    )
    assert [v.text for v in store.versions(1)] == ["Use uv.", "Use uv for all."]


def test_restoring_an_entry_withdraws_the_version_it_leaves(store: Store) -> None:
    first = store.revise(HERE, [adding("Use uv.")], cause="add", now=NOW)
    second = store.revise(
        HERE, [Step(Reword(1, wording("Use pip.")), kind="edit", actor="person", reason="r")], cause="edit", now=NOW
    )

    def back(entry: int) -> Step:
        return Step(Restore((first, second)[entry].entries[0]), kind="roll back", actor="person", reason="r")

    store.revise(HERE, [back(0)], cause="rollback", now=NOW)
    assert (store.rule(1).text, [v.withdrawn for v in store.versions(1)]) == ("Use uv.", [False, True])
    again = store.revise(HERE, [back(1)], cause="rollback", now=NOW)
    assert (store.rule(1).text, [v.withdrawn for v in store.versions(1)]) == ("Use pip.", [True, False])
    assert again.entries == second.entries
    store.revise(HERE, [Step(Restore(undone(store.rule(1))), kind="x", actor="person", reason="r")], cause="u", now=NOW)
    assert (store.rule(1).state, store.rule(1).ending) == (State.RETIRED, Ending.UNDONE)


def test_revisions_are_numbered_and_chained_per_project(store: Store) -> None:
    first = store.revise(HERE, [adding("Use uv.")], cause="add", report="- added", now=NOW)
    second = store.revise(HERE, [moving(1, State.RETIRED)], cause="retire", now=NOW + 1)
    other = store.revise("other", [adding("No tabs.")], cause="add", now=NOW)
    assert (first.number, second.number, other.number) == (1, 2, 1)
    assert (first.parent, second.parent, other.parent) == ("", first.hash, "")
    assert store.revisions(HERE) == [first, second]
    assert store.revision(HERE, 1).report == "- added"
    assert (store.head(HERE), store.head("other"), store.head("none")) == (2, 1, 0)
    assert store.problems() == []
    for number in (0, 3):
        with pytest.raises(NotFoundError, match=f"revision {number} does not exist"):
            store.revision(HERE, number)


def test_a_revision_from_a_stale_view_changes_nothing(store: Store) -> None:
    store.revise(HERE, [adding("Use uv.")], cause="add", now=NOW, expected=0)
    with pytest.raises(ConflictError, match="at revision 1, not 0"):
        store.revise(HERE, [adding("No tabs.")], cause="add", now=NOW, expected=0)
    assert (store.head(HERE), len(store.rules(HERE))) == (1, 1)


def test_a_step_that_cannot_be_done_undoes_those_before_it(store: Store) -> None:
    store.revise("other", [adding("No tabs.")], cause="add", now=NOW)
    for bad, words in ((9, "R9 does not exist"), (1, "belongs to another project")):
        with pytest.raises(NotFoundError, match=words):
            store.revise(HERE, [adding("Use uv."), moving(bad, State.RETIRED)], cause="both", now=NOW)
    assert (store.rules(HERE), store.decisions(HERE), store.revisions(HERE)) == ([], [], [])


def test_a_suggestion_is_kept_as_a_candidate_whatever_it_claims(store: Store) -> None:
    claimed = Add(wording("Use uv."), state=State.ACTIVE, why="w", operation=Operation.EDIT, replaces=(3, 4))
    kept = store.suggest(claimed, fact("seen", kind=Kind.SUGGESTION), now=NOW)
    assert (kept.state, kept.operation, kept.replaces, kept.supports) == (
        State.CANDIDATE,
        Operation.EDIT,
        (3, 4),
        1,
    )
    assert not kept.served
    assert store.head(HERE) == 0
    assert [f.text for f in store.supports(kept.id)] == ["seen"]


def test_forgetting_a_rule_takes_its_words_out_everywhere_and_the_chain_still_verifies(store: Store) -> None:
    evidence = store.record([fact("Please, always use UV. ok"), fact("unrelated"), fact("x", note="use uv. here")])
    step = Step(
        Add(wording("Use uv."), state=State.ACTIVE, why="they said use uv.", target="words:use uv.", evidence=(1,)),
        kind="add",
        actor="person",
        reason="because: Use uv.",
    )
    store.revise(HERE, [step, adding("No tabs.")], cause="add", report="- Use uv.", now=NOW)
    store.deliver(session(), task="use uv. now", shown=[], now=NOW)
    store.keep_answer("about use uv.", "yes", now=NOW)
    counts = store.forget(needles=[], rule=1)
    assert (counts.versions, counts.evidence, counts.emptied) == (1, 2, True)
    assert counts.others >= 4
    rule = store.rule(1)
    assert (rule.text, rule.why, rule.target, rule.served, rule.current.salt) == (FORGOTTEN, "", "", False, "")
    assert [f.text for f in store.evidence(HERE)] == [FORGOTTEN, "unrelated", FORGOTTEN]
    assert store.evidence(HERE)[2].detail == {}
    assert store.revision(HERE, 1).report == FORGOTTEN
    assert store.decisions(HERE, rule=1)[0].reason == FORGOTTEN
    assert store.episode(1).task == ""
    assert store.answer("about use uv.") is None
    assert store.rule(2).text == "No tabs."
    assert store.problems() == []
    assert not store.record([fact("Please, always use UV. ok")])[0].new, "a forgotten fact must not come back"
    assert evidence[0].id == 1


def test_forgetting_takes_named_evidence_and_needles_too(store: Store) -> None:
    ids = [kept.id for kept in store.record([fact("keep me"), fact("my name is Ada"), fact("third")])]
    store.revise(HERE, [adding("Ask Ada first.")], cause="add", now=NOW)
    counts = store.forget(needles=["ADA", ""], evidence=[ids[2]])
    assert (counts.versions, counts.evidence) == (1, 2)
    assert [f.text for f in store.evidence(HERE)] == ["keep me", FORGOTTEN, FORGOTTEN]
    with pytest.raises(NotFoundError):
        store.forget(needles=[], rule=9)


def test_answers_are_kept_and_the_newest_counts(store: Store) -> None:
    assert store.answer("q") is None
    store.keep_answer("q", "no", now=NOW)
    store.keep_answer("q", "yes", now=NOW)
    assert store.answer("q") == "yes"


def test_only_one_may_do_a_task_at_a_time(store: Store) -> None:
    with (
        store.alone("consolidate"),
        pytest.raises(BusyError, match="consolidate is held by another"),
        store.alone("consolidate"),
    ):
        raise AssertionError("two at once")
    with store.alone("consolidate"), store.alone("other"):
        pass


def test_the_last_sign_of_life_of_every_hook_is_kept(store: Store) -> None:
    first = Heartbeat("codex", "Stop", NOW, "turn", "", 0.01)
    last = Heartbeat("codex", "Stop", NOW + 1, "", "BusyError: held", 0.3)
    other = Heartbeat("claude-code", "SessionStart", NOW, "5 rules", "", 0.02)
    for beat in (first, other, last):
        store.beat(beat)
    assert store.beats() == [other, last]


def test_the_session_seen_last_under_the_nearest_process_is_found(store: Store) -> None:
    assert store.sighted([1, 2]) is None
    store.sight(Sighting("claude-code", "old", NOW), [10, 20])
    store.sight(Sighting("claude-code", "new", NOW + 5), [10])
    assert store.sighted([99, 10]) == Sighting("claude-code", "new", NOW + 5)
    assert store.sighted([20]) == Sighting("claude-code", "old", NOW)
    assert store.sighted([20, 10]) == Sighting("claude-code", "old", NOW)
    assert store.sighted([]) is None


def test_a_process_stays_that_of_the_client_that_was_seen_there_first_while_it_is_seen(store: Store) -> None:
    store.sight(Sighting("gemini", "outer", NOW), [10, 20])
    store.sight(Sighting("qwen", "inner", NOW + 5), [5, 10])
    assert store.sighted([10]) == Sighting("gemini", "outer", NOW)
    assert store.sighted([5, 10]) == Sighting("qwen", "inner", NOW + 5)
    assert store.sighted([5, 10], "gemini") == Sighting("gemini", "outer", NOW)
    assert store.sighted([10, 20], "qwen") is None
    later = Sighting("qwen", "later", NOW + SIGHTED + 1)
    store.sight(later, [10])
    assert store.sighted([10]) == later


def test_a_fact_without_a_session_is_given_one_once_and_says_how_it_was_found(store: Store) -> None:
    (kept,) = store.record([fact("changes requested", kind=Kind.REVIEW, pull_request="o/r#5")])
    assert [each.id for each in store.loose(HERE)] == [kept.id]
    given = store.attribute([kept.id], session="s1", episode=None, how="by its pull request", confidence=0.95)
    later = store.attribute([kept.id], session="s2", episode=None, how="by its branch", confidence=0.6)
    (found,) = store.evidence(HERE, session="s1")
    assert (given, later, found.how, found.confidence) == (1, 0, "by its pull request", 0.95)
    assert (found.text, found.pull_request, found.hash) == ("changes requested", "o/r#5", found.hash)
    assert store.loose(HERE) == []


def test_what_sessions_left_behind_is_found_by_sort_and_name(store: Store) -> None:
    store.worked([Work(HERE, "s1", "commit", "abc", NOW, "hook"), Work(HERE, "s2", "branch", "fix", NOW, "hook")])
    store.worked([Work(HERE, "s1", "commit", "abc", NOW - 5, "git")])
    assert store.works(HERE, sort="commit", names=["abc", "def"]) == [Work(HERE, "s1", "commit", "abc", NOW, "hook")]
    assert [work.session for work in store.works(HERE)] == ["s2", "s1"]
    assert store.works(HERE, session="s3") == []


def test_conditions_of_two_suites_are_kept_apart_and_the_newest_counts(store: Store) -> None:
    for status in ("passed", "failed"):
        store.record([fact(status, kind=Kind.RUN)], conditions=[Condition("tests:local", "t::a", status, NOW)])
    assert store.conditions(HERE, "tests:local") == {"t::a": Condition("tests:local", "t::a", "failed", NOW)}
    assert store.conditions(HERE, "tests:ci") == {}


def test_a_person_is_known_to_have_written_only_in_a_session_that_there_is(store: Store) -> None:
    beat = Heartbeat("client", "UserPromptSubmit", NOW, "", "", 0.1)
    store.beat(beat, spoken=("s1", HERE, NOW))
    assert store.sessions(HERE) == []
    store.deliver(session(), task="", shown=[], now=NOW)
    store.beat(beat, spoken=("s1", HERE, NOW + 5))
    store.beat(beat, spoken=("s1", HERE, NOW + 1), works=[Work(HERE, "s1", "path", "a.py", NOW, "hook")])
    assert [work.name for work in store.works(HERE)] == ["a.py"]
    assert [each.spoke for each in store.sessions(HERE)] == [NOW + 5]


def test_forgetting_reaches_names_of_tests_and_of_branches(store: Store) -> None:
    store.record([fact("x", kind=Kind.RUN)], conditions=[Condition("tests:local", "t::a[hunter2]", "failed", NOW)])
    store.worked([Work(HERE, "s1", "branch", "fix-hunter2", NOW, "hook")])
    assert store.forget(needles=["HUNTER2"]).others == 2
    assert (store.conditions(HERE, "tests:local"), store.works(HERE)) == ({}, [])


def test_a_bookmark_is_kept(store: Store) -> None:
    assert store.bookmark("log") is None
    store.keep_bookmark("log", "10", now=NOW)
    store.keep_bookmark("log", "20", now=NOW)
    assert store.bookmark("log") == "20"


def test_the_key_of_the_coins_is_made_once_and_kept(store: Store) -> None:
    key = store.coin_key()
    assert len(key) == 32
    assert store.coin_key() == key


def test_a_session_keeps_the_first_model_that_its_client_names(store: Store) -> None:
    for model in ("", "opus", "haiku"):
        store.deliver(replace(session(), model=model), task=model, shown=[], now=NOW)
    assert [each.model for each in store.sessions(HERE)] == ["opus"]


def test_newcomers_are_told_once_whatever_their_clocks_said(store: Store) -> None:
    for ident, project, now in (("late", HERE, NOW), ("early", HERE, NOW - 900), ("there", "other", NOW)):
        store.deliver(session(ident, project), task="", shown=[], now=now)
    here = store.newcomers(HERE, after=0)
    assert [each.id for _, each in here] == ["late", "early"]
    assert [each.id for _, each in store.newcomers(HERE, after=here[0][0])] == ["early"]
    store.deliver(session("late"), task="again", shown=[], now=NOW + 60)
    assert store.newcomers(HERE, after=here[-1][0]) == []
    assert [each.id for _, each in store.newcomers(None, after=here[0][0])] == ["early", "there"]


def test_decisions_on_trials_are_kept_with_their_log_and_their_revision(store: Store) -> None:
    store.revise(HERE, [adding("Use uv.", state=State.TRIAL), adding("No tabs.")], cause="add", now=NOW)
    assert store.trials(HERE) is None
    first = Trials("{}", "[]", 2)
    chances = {1: 0.4, 2: None}
    nothing = store.decide(
        HERE, first, log=["a", "b"], chances=chances, steps=[], cause="decide", now=NOW, expected=store.head(HERE)
    )
    assert (nothing, store.trials(HERE), list(store.log(HERE))) == (None, first, ["a", "b"])
    assert [rule.chance for rule in store.rules(HERE)] == [0.4, None]
    steps = [Step(Move(1, State.ACTIVE), kind="promote", actor="program", reason="it helps", numbers={"e": 21.5})]
    made = store.decide(
        HERE, Trials("{1}", "", 3), log=["c"], chances={1: 0.9}, steps=steps, cause="decide", now=NOW, expected=1
    )
    assert made is not None
    assert (made.number, made.cause, list(store.log(HERE, after=1))) == (2, "decide", ["b", "c"])
    assert [(rule.state, rule.chance) for rule in store.rules(HERE)] == [(State.ACTIVE, 0.9), (State.ACTIVE, None)]
    assert store.decisions(HERE, revision=2)[0].numbers == {"e": 21.5}
    assert (list(store.log("other")), store.trials("other"), store.problems()) == ([], None, [])


@pytest.mark.parametrize(("lines", "expected", "rule"), [(3, 1, 1), (1, 0, 1), (1, 1, 9)])
def test_decisions_on_what_is_no_longer_so_change_nothing(store: Store, lines: int, expected: int, rule: int) -> None:
    store.revise(HERE, [adding("Use uv.", state=State.TRIAL)], cause="add", now=NOW)
    with pytest.raises((ConflictError, NotFoundError)):
        store.decide(
            HERE,
            Trials("{}", "", lines),
            log=["a"],
            chances={1: 0.2, rule: 0.4},
            steps=[moving(1, State.ACTIVE)],
            cause="decide",
            now=NOW,
            expected=expected,
        )
    assert (store.head(HERE), list(store.log(HERE)), store.trials(HERE)) == (1, [], None)
    assert (store.rule(1).state, store.rule(1).chance) == (State.TRIAL, None)


def test_any_change_of_a_rule_takes_its_chance_away(store: Store) -> None:
    store.revise(HERE, [adding("Use uv.", state=State.TRIAL)], cause="add", now=NOW)
    then = store.revision(HERE, 1).entries[0]

    def decide() -> None:
        log = len(list(store.log(HERE))) + 1
        head = store.head(HERE)
        trials = Trials("{}", "", log)
        store.decide(HERE, trials, log=["x"], chances={1: 0.4}, steps=[], cause="", now=NOW, expected=head)
        assert store.rule(1).chance == 0.4

    for change in (Pin(1, True), Reword(1, wording("Use uv always.")), Move(1, State.ACTIVE), Restore(then)):
        decide()
        store.revise(HERE, [Step(change, kind="x", actor="person", reason="x")], cause="x", now=NOW)
        assert store.rule(1).chance is None
    waiting = Move(1, State.TRIAL, chance=0.0)
    store.revise(HERE, [Step(waiting, kind="x", actor="person", reason="x")], cause="x", now=NOW)
    assert store.rule(1).chance == 0.0
