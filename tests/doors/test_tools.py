"""Prove what get_rules serves, what it records first, and what stays the same within a session."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest

from mcp_server.delivery import pausing
from mcp_server.learning.render import LAST
from mcp_server.session import Caller
from mcp_server.tools import PAUSED, TOOLS, RefusedError, Tools, UnknownToolError
from store import open_store
from store.connection import Connection
from store.contract import Store
from store.episodes import IDLE
from store.errors import BusyError, DamagedError, FullError, ReadOnlyError, StoreError
from store.memory import MemoryStore
from store.records import GLOBAL, Ending, State
from store.sqlite import SqliteStore
from store.values import replace
from tests.conftest import Clock
from tests.doors.agent import DEMO, MACHINE, NOWHERE, OTHER, Agent, Failing, Person, always, at
from tests.store.facts import HERE

FIRST = re.compile(
    r"Rules for (?P<project>.+?), revision (?P<revision>\d+(?: \(global \d+\))?), episode (?P<episode>E\d+|none)"
    r"(?: \((?P<note>.+)\))?(?P<none>: none yet)?"
)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, chance: Callable[[int], bytes]) -> Iterator[Store]:
    opened: Store
    if request.param == "memory":
        opened = MemoryStore(chance=chance)
    else:
        opened = open_store(tmp_path / "store.db", chance=chance)
    yield opened
    opened.close()


@pytest.fixture
def agent(store: Store, clock: Clock) -> Agent:
    return at(store, now=clock)


@pytest.fixture
def person(store: Store, clock: Clock) -> Person:
    return Person(store, clock)


def head(answer: str) -> dict[str, str | None]:
    found = FIRST.fullmatch(answer.splitlines()[0])
    assert found, answer
    return found.groupdict()


# What an answer looks like


def test_the_first_line_names_project_revision_and_episode_and_the_last_says_how_to_report(
    agent: Agent, person: Person
) -> None:
    person.adds("Use uv, not pip.")
    person.adds("Run `just check` before every commit.", pinned=True)
    assert agent.rules(task="add a field").splitlines() == [
        "Rules for demo, revision 2, episode E1",
        "[R2] Run `just check` before every commit.",
        "[R1] Use uv, not pip.",
        LAST,
    ]


def test_without_rules_the_answer_still_opens_an_episode_and_says_how_to_report(agent: Agent) -> None:
    answer = agent.rules()
    assert head(answer) == {"project": "demo", "revision": "0", "episode": "E1", "note": None, "none": ": none yet"}
    assert answer.splitlines()[1:] == [LAST]


def test_rules_for_all_projects_are_served_with_their_own_revision(agent: Agent, store: Store, clock: Clock) -> None:
    Person(store, clock, GLOBAL).adds("Say what you did not test.")
    Person(store, clock).adds("Use uv, not pip.")
    answer = agent.rules()
    assert head(answer)["revision"] == "1 (global 1)"
    assert answer.splitlines()[1:-1] == ["[R1] Say what you did not test.", "[R2] Use uv, not pip."]


def test_rules_of_another_project_are_not_served(agent: Agent, store: Store, clock: Clock) -> None:
    Person(store, clock, OTHER.project.key).adds("Use tabs.")
    assert agent.lines() == []
    assert agent.lines(project=OTHER.root) == ["[R1] Use tabs."]


def test_a_home_folder_gets_only_the_rules_for_all_projects_and_is_told_so(store: Store, clock: Clock) -> None:
    Person(store, clock, GLOBAL).adds("Say what you did not test.")
    Person(store, clock).adds("Use uv, not pip.")
    answer = at(store, now=clock, place=NOWHERE).rules()
    assert head(answer)["note"] == "~ is not a project, so only rules for all projects apply"
    assert head(answer)["project"] == "all projects"
    assert answer.splitlines()[1:-1] == ["[R1] Say what you did not test."]
    assert store.projects() == []


def test_a_project_folder_that_does_not_exist_is_refused_with_what_to_do(agent: Agent, store: Store) -> None:
    words = agent.refused("get_rules", project="/nowhere")
    assert words == "get_rules: the project folder '/nowhere' does not exist; name an existing folder"
    assert store.sessions(HERE) == []


def test_names_from_outside_stay_on_one_clean_line(store: Store, clock: Clock) -> None:
    strange = replace(DEMO, project=replace(DEMO.project, name="de\nmo\u202e" + "x" * 200), note="a\nb")
    tools = Tools(store=lambda: store, place=always(strange), now=clock)
    first = Agent(tools).rules().splitlines()[0]
    assert first.startswith("Rules for de-mo-x")
    assert first.encode()
    assert len(first) < 200


def test_a_paused_project_serves_nothing_and_records_nothing(agent: Agent, person: Person, store: Store) -> None:
    person.adds("Use uv, not pip.")
    agent.rules(project=OTHER.root)
    store.keep_answer(pausing(HERE), "yes", now=0)
    assert "paused" in agent.rules()
    assert agent.call("report_outcome", outcome="success", episode="E1").startswith("Recorded for E1")
    elsewhere = agent.again("s2")
    assert elsewhere.report("success") == elsewhere.suggest("Write the test first.") == PAUSED
    assert store.sessions(HERE) == []
    assert store.evidence(HERE) == []
    store.keep_answer(pausing(HERE), "no", now=0)
    assert elsewhere.lines() == ["[R1] Use uv, not pip."]


# What is recorded


def test_the_exposure_is_recorded_before_the_answer_is_made(agent: Agent, person: Person, store: Store) -> None:
    rule = person.adds("Use uv, not pip.")
    agent.rules(task="add a field")
    (exposure,) = store.exposures("s1", HERE)
    assert (exposure.rule, exposure.version, exposure.delivered, exposure.assigned) == (rule.id, 1, True, True)
    assert (exposure.probability, exposure.episode) == (1.0, 1)
    assert store.episode(1).task == "add a field"
    (session,) = store.sessions(HERE)
    assert (session.id, session.client) == ("s1", "test client")
    assert [project.path for project in store.projects()] == ["/work/demo"]


def test_calling_again_records_nothing_new(agent: Agent, person: Person, store: Store, clock: Clock) -> None:
    person.adds("Use uv, not pip.")
    answer = agent.rules(task="add a field", files=["a.py"])
    exposures = store.exposures("s1", HERE)
    clock.forward(600)
    assert agent.rules(task="add a field", files=["a.py"]) == answer
    assert agent.rules() == answer
    assert store.exposures("s1", HERE) == exposures


@pytest.mark.parametrize(
    "fault",
    [BusyError("the store"), FullError("/work/s.db"), ReadOnlyError("/work/s.db")],
    ids=lambda f: type(f).__name__,
)
def test_rules_are_served_unrecorded_where_the_exposure_cannot_be_written(
    store: Store, clock: Clock, person: Person, fault: StoreError
) -> None:
    person.adds("Use uv, not pip.")
    person.adds("Format it.", "*.py")
    person.adds("Keep secrets out.", pinned=True, state=State.TRIAL)
    person.adds("Try this.", state=State.TRIAL)
    failing = Failing(store)
    agent = at(failing, now=clock)  # pyright: ignore[reportArgumentType]
    failing.fault = fault
    unrecorded = agent.rules(task="t", files=["a.py"])
    assert head(unrecorded)["episode"] == "none"
    assert head(unrecorded)["note"] == f"not recorded: {fault}"
    served = ["[R3] Keep secrets out.", "[R1] Use uv, not pip.", "[R2] Format it."]
    assert unrecorded.splitlines()[1:] == [*served, LAST]
    assert store.exposures("s1", HERE) == ()
    assert store.sessions(HERE) == []
    failing.fault = None
    recorded = agent.rules(task="t", files=["a.py"])
    assert head(recorded)["episode"] == "E1"
    assert recorded.splitlines()[1:] == [*served, LAST]


def test_what_was_recorded_once_is_still_served_where_no_more_can_be_written(
    store: Store, clock: Clock, person: Person
) -> None:
    person.adds("Try this.", state=State.TRIAL)
    person.adds("Use uv, not pip.")
    failing = Failing(store)
    agent = at(failing, now=clock)  # pyright: ignore[reportArgumentType]
    lines = agent.lines()
    failing.fault = BusyError("the store")
    person.adds("Try that.", state=State.TRIAL)
    assert agent.lines() == lines
    assert head(agent.rules())["note"] == f"not recorded: {failing.fault}"


def test_a_home_folder_says_both_that_it_is_none_and_that_nothing_was_recorded(store: Store, clock: Clock) -> None:
    failing = Failing(store)
    failing.fault = BusyError("the store")
    note = head(at(failing, now=clock, place=NOWHERE).rules())["note"]  # pyright: ignore[reportArgumentType]
    assert note == f"not recorded: {failing.fault}; ~ is not a project, so only rules for all projects apply"


def test_a_store_that_cannot_be_trusted_is_a_refusal_that_says_what_to_do(store: Store, clock: Clock) -> None:
    failing = Failing(store)
    failing.fault = DamagedError("/work/s.db", "malformed")
    words = at(failing, now=clock).refused("get_rules")  # pyright: ignore[reportArgumentType]
    assert words.startswith("get_rules: the store /work/s.db is damaged (malformed)")
    assert "doctor" in words


def test_a_really_read_only_store_serves_rules_unrecorded_and_refuses_reports(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "store.db"
    writable = open_store(path)
    Person(writable, clock).adds("Use uv, not pip.")
    agent = at(writable, now=clock)
    agent.rules()
    readonly = at(SqliteStore(Connection(path, readonly=True), chance=bytes), now=clock).again("s2")
    answer = readonly.rules()
    assert answer.splitlines()[1:-1] == ["[R1] Use uv, not pip."]
    assert "cannot be written" in str(head(answer)["note"])
    assert "cannot be written" in readonly.refused("report_outcome", outcome="success", episode="E1")
    assert "cannot be written" in readonly.refused("suggest_rule", rule="Write tests first.")
    assert writable.sessions(HERE) == writable.sessions(HERE, since=0)
    assert [session.id for session in writable.sessions(HERE)] == ["s1"]
    writable.close()


def test_a_really_full_store_serves_rules_unrecorded_until_there_is_room(tmp_path: Path, clock: Clock) -> None:
    open_store(tmp_path / "store.db").close()
    connection = Connection(tmp_path / "store.db", wait=0.05)
    store = SqliteStore(connection, chance=bytes)
    Person(store, clock).adds("Use uv, not pip.")
    agent = at(store, now=clock)
    pages = connection.raw.execute("PRAGMA page_count").fetchone()[0]
    connection.raw.execute(f"PRAGMA max_page_count = {pages}")
    agent.rules()
    words = agent.refused("report_outcome", outcome="failure", evidence="é" * 4000)
    for _ in range(40):
        words = agent.refused("report_outcome", outcome="failure", evidence="é" * 4000)
    assert "no space left" in words
    assert store.evidence(HERE) == []
    connection.raw.execute("PRAGMA max_page_count = 100000")
    assert agent.report("failure", evidence="é" * 4000).startswith("Recorded for E1")
    store.close()


def test_a_store_held_by_another_writer_serves_rules_unrecorded_and_refuses_reports(
    tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "store.db"
    with_person = open_store(path)
    Person(with_person, clock).adds("Use uv, not pip.")
    store = open_store(path, wait=0.0)
    agent = at(store, now=clock)
    with_person.close()
    holder = Connection(path)
    holder.raw.execute("BEGIN IMMEDIATE")
    answer = agent.rules()
    assert answer.splitlines()[1:-1] == ["[R1] Use uv, not pip."]
    assert str(head(answer)["note"]).startswith("not recorded: the store is held")
    assert "try again" in agent.refused("report_outcome", outcome="success")
    holder.raw.execute("ROLLBACK")
    assert head(agent.rules())["episode"] == "E1"
    holder.close()
    store.close()


# What stays the same within a session


def test_more_files_only_append(agent: Agent, person: Person) -> None:
    person.adds("Use uv, not pip.")
    person.adds("Format it.", "*.py")
    person.adds("Keep it short.", "docs/**")
    person.adds("Say why.")
    before = agent.lines(files=["README.md"])
    assert before == ["[R1] Use uv, not pip.", "[R4] Say why."]
    assert agent.lines(files=["src/a.py"]) == [*before, "[R2] Format it."]
    assert agent.lines(files=["docs/a.md"]) == [*before, "[R2] Format it.", "[R3] Keep it short."]
    assert agent.lines() == [*before, "[R2] Format it.", "[R3] Keep it short."]


@pytest.mark.parametrize(
    "file",
    [
        "src/a.py",
        "./src/a.py",
        "/work/demo/src/a.py",
        "/work/demo/src/../src/a.py",
        "src\\a.py",
        "\\work\\demo\\src\\a.py",
        "src//./a.py",
    ],
)
def test_a_scoped_rule_comes_with_a_file_however_its_path_is_spelt(agent: Agent, person: Person, file: str) -> None:
    person.adds("Format it.", "src/*.py")
    assert agent.lines(files=[file]) == ["[R1] Format it."]


@pytest.mark.parametrize(
    "file", ["a.py", "../demo2/src/a.py", "/work/other/src/a.py", "//host/share/a.py", "lib/src/a.py", "src\0/a.py", ""]
)
def test_a_scoped_rule_does_not_come_with_a_file_elsewhere(agent: Agent, person: Person, file: str) -> None:
    person.adds("Format it.", "src/*.py")
    assert agent.lines(files=[file]) == []


def test_a_project_behind_a_link_is_recognised(store: Store, clock: Clock, tmp_path: Path) -> None:
    root, link = tmp_path / "real", tmp_path / "link"
    (root / "src").mkdir(parents=True)
    link.symlink_to(root)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    Person(store, clock).adds("Format it.", "src/*.py")
    place = replace(DEMO, root=str(root.resolve()))
    agent = Agent(Tools(store=lambda: store, place=always(place), now=clock))
    assert agent.lines(files=[str(tmp_path / "loop" / "src" / "a.py"), str(link / "\0.py")]) == []
    assert agent.lines(files=[str(link / "src" / "a.py")]) == ["[R1] Format it."]


def test_a_new_task_opens_an_episode_and_changes_the_first_line_only(agent: Agent, person: Person) -> None:
    person.adds("Use uv, not pip.")
    first, second = agent.rules(task="add a field"), agent.rules(task="rename a field")
    assert (head(first)["episode"], head(second)["episode"]) == ("E1", "E2")
    assert first.splitlines()[1:] == second.splitlines()[1:]
    assert head(agent.rules())["episode"] == "E2"


def test_an_idle_session_goes_on_in_a_new_episode_with_the_same_lines(
    agent: Agent, person: Person, clock: Clock
) -> None:
    person.adds("Use uv, not pip.")
    first = agent.rules(task="add a field")
    clock.forward(IDLE + 1)
    second = agent.rules(task="add a field")
    assert (head(first)["episode"], head(second)["episode"]) == ("E1", "E2")
    assert first.splitlines()[1:] == second.splitlines()[1:]


def test_a_clock_that_steps_back_changes_nothing(agent: Agent, person: Person, clock: Clock) -> None:
    person.adds("Use uv, not pip.")
    answer = agent.rules(task="add a field")
    clock.forward(-86_400)
    assert agent.rules(task="add a field") == answer
    assert agent.report("success").startswith("Recorded for E1")


def test_a_new_rule_is_appended_and_only_the_revision_changes_above_it(agent: Agent, person: Person) -> None:
    person.adds("Use uv, not pip.")
    before = agent.rules()
    person.adds("Keep secrets out.", pinned=True)
    after = agent.rules()
    assert (head(before)["revision"], head(after)["revision"]) == ("1", "2")
    assert after.splitlines()[1:] == [*before.splitlines()[1:-1], "[R2] Keep secrets out.", LAST]


def test_an_edited_rule_keeps_its_line_in_this_session_and_is_new_in_the_next(
    agent: Agent, person: Person, store: Store
) -> None:
    rule = person.adds("Use pip.")
    person.adds("Say why.")
    before = agent.lines()
    person.edits(rule, "Use uv, not pip.")
    assert agent.lines() == before == ["[R1] Use pip.", "[R2] Say why."]
    assert agent.again("s2").lines() == ["[R1] Use uv, not pip.", "[R2] Say why."]
    assert [exposure.version for exposure in store.exposures_of(rule.id)] == [1, 2]


def test_a_rolled_back_wording_drops_and_the_older_one_follows_at_the_end(
    agent: Agent, person: Person, store: Store
) -> None:
    rule = person.adds("Use pip.")
    person.adds("Say why.")
    old = agent.lines()
    person.edits(rule, "Use uv, not pip.")
    later = agent.again("s2")
    assert later.lines() == ["[R1] Use uv, not pip.", "[R2] Say why."]
    roll_back(person, to=2)
    assert later.lines() == ["[R2] Say why.", "[R1] Use pip."]
    assert agent.lines() == old
    assert [(e.rule, e.version) for e in store.exposures("s2", HERE)] == [(1, 2), (2, 1), (1, 1)]


def test_a_rule_that_is_rolled_back_drops_and_the_rest_keeps_its_order(agent: Agent, person: Person) -> None:
    person.adds("Say why.")
    person.adds("Use pip.")
    person.adds("Keep it short.")
    assert len(agent.lines()) == 3
    roll_back(person, to=1)
    assert agent.lines() == ["[R1] Say why."]


def roll_back(person: Person, *, to: int) -> None:
    from mcp_server.learning.admit import back_to

    store = person.store
    rules = {rule.id: rule for rule in store.rules(HERE)}
    steps = back_to(store.revision(HERE, to), store.revision(HERE, store.head(HERE)), rules)
    store.revise(HERE, steps, cause="rollback", now=person.now())


def test_retired_and_forgotten_rules_drop(agent: Agent, person: Person, store: Store) -> None:
    retired, forgotten = person.adds("Use pip."), person.adds("Ask Ada Lovelace first.")
    person.adds("Say why.")
    assert len(agent.lines()) == 3
    person.moves(retired, State.RETIRED, ending=Ending.RETIRED)
    store.forget(needles=[], rule=forgotten.id)
    assert agent.lines() == ["[R3] Say why."]
    assert agent.again("s2").lines() == ["[R3] Say why."]


def test_a_forgotten_wording_of_a_rule_that_lives_on_drops_and_the_new_one_follows(
    agent: Agent, person: Person, store: Store
) -> None:
    rule = person.adds("Ask Ada Lovelace first.")
    person.adds("Say why.")
    agent.rules()
    person.edits(rule, "Ask the owner first.")
    assert agent.lines()[0] == "[R1] Ask Ada Lovelace first."
    store.forget(needles=["Lovelace"])
    assert agent.lines() == ["[R2] Say why.", "[R1] Ask the owner first."]


def test_neither_candidates_nor_suggestions_are_served_before_a_person_admits_them(
    agent: Agent, person: Person, store: Store
) -> None:
    candidate = person.adds("Use pip.", state=State.CANDIDATE, source=MACHINE)
    agent.suggest("Write the test first.")
    assert [rule.state for rule in store.rules(HERE)] == [State.CANDIDATE] * 2
    assert agent.lines() == agent.again("s2").lines() == []
    person.moves(candidate, State.ACTIVE)
    assert agent.lines() == ["[R1] Use pip."]


def test_at_most_twelve_learnt_and_twelve_pinned_rules_are_served_and_recorded(
    agent: Agent, person: Person, store: Store
) -> None:
    for n in range(14):
        person.adds(f"Mind the thing number {n}.")
        person.adds(f"Never touch the file number {n}.", pinned=True)
    assert len(agent.lines()) == 24
    assert sum(exposure.delivered for exposure in store.exposures("s1", HERE)) == 24


def test_a_rule_that_finds_no_room_is_triggered_all_the_same_and_stays_out_of_the_session(
    agent: Agent, person: Person, store: Store
) -> None:
    rules = [person.adds(f"Mind the thing number {n}.") for n in range(13)]
    person.adds("Format it.", "*.py")
    shown = agent.lines()
    left_out = [(each.rule, each.assigned) for each in store.exposures("s1", HERE) if not each.delivered]
    assert (len(shown), left_out) == (12, [(13, True)])
    person.moves(rules[0], State.RETIRED)
    assert agent.lines() == shown[1:]
    agent.lines(files=["a.py"])
    assert [exposure.rule for exposure in store.exposures("s1", HERE)] == [*range(1, 14), 14]


def test_a_rule_for_paths_is_triggered_by_the_first_touch_of_one(agent: Agent, person: Person, store: Store) -> None:
    person.adds("Format it.", "*.py")
    agent.lines(files=["a.md"])
    assert store.exposures("s1", HERE) == ()
    agent.lines(files=["a.py"])
    (trigger,) = store.exposures("s1", HERE)
    assert (trigger.rule, trigger.delivered) == (1, True)


# Several at once


def test_what_another_call_of_the_session_recorded_first_decides_the_order(
    store: Store, clock: Clock, person: Person
) -> None:
    person.adds("Use uv, not pip.")
    person.adds("Format it.", "*.py")
    failing = Failing(store)
    slow, fast = at(failing, now=clock), at(store, now=clock)  # pyright: ignore[reportArgumentType]
    failing.before = lambda: fast.rules(files=["a.py"])
    assert slow.lines() == fast.lines() == ["[R1] Use uv, not pip.", "[R2] Format it."]


def test_only_what_is_recorded_is_served_when_a_rule_changes_in_between(
    store: Store, clock: Clock, person: Person
) -> None:
    rule = person.adds("Use pip.")
    failing = Failing(store)
    slow, fast = at(failing, now=clock), at(store, now=clock)  # pyright: ignore[reportArgumentType]

    def meanwhile() -> None:
        person.edits(rule, "Use uv, not pip.")
        person.adds("Say why.")
        fast.rules()

    failing.before = meanwhile
    lines = slow.lines()
    recorded = {(exposure.rule, exposure.version) for exposure in store.exposures("s1", HERE)}
    assert recorded == {(1, 1), (1, 2), (2, 1)}
    assert lines == ["[R1] Use uv, not pip."]
    assert fast.lines() == [fast.lines()[0], "[R2] Say why."]


def test_two_processes_of_one_session_get_the_same_order(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "store.db"
    first = open_store(path)
    person = Person(first, clock)
    for n in range(6):
        person.adds(f"Mind the thing number {n}.", *([f"part{n % 3}/*"] if n % 2 else []))
    stores = [first, open_store(path), open_store(path)]
    answers: list[list[str]] = []
    start = Barrier(len(stores), timeout=60)

    def ask(each: Store, number: int) -> None:
        agent = at(each, now=clock)
        start.wait()
        agent.rules(files=[f"part{number}/a.py"])
        start.wait()
        answers.append(agent.lines())

    threads = [Thread(target=ask, args=(each, number)) for number, each in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 3
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0]) == 6
    for each in stores:
        each.close()


# The list of tools


def test_a_tool_that_does_not_exist_is_named_with_those_that_do(agent: Agent) -> None:
    with pytest.raises(UnknownToolError) as refused:
        agent.call("approve\n" + "x" * 100)
    assert str(refused.value).endswith("known are get_rules, report_outcome, suggest_rule")
    assert len(str(refused.value)) < 150


def test_a_refusal_begins_with_the_tool_it_comes_from(agent: Agent) -> None:
    for tool in TOOLS:
        given = {"outcome": "success"} if tool.name == "report_outcome" else {}
        assert agent.refused(tool.name, nonsense=1, **given).startswith(f"{tool.name}: `nonsense` is not an argument")


def test_a_store_that_cannot_be_opened_is_refused_each_time_and_served_when_it_is_mended(
    store: Store, clock: Clock
) -> None:
    fault: list[StoreError] = [BusyError("the store")]

    def opened() -> Store:
        if fault:
            raise fault[0]
        return store

    tools = Tools(store=opened, place=always(DEMO), now=clock)
    for tool, arguments in (("get_rules", {}), ("report_outcome", {"outcome": "success"}), ("suggest_rule", {})):
        with pytest.raises(RefusedError, match="try again in a moment"):
            tools.call(tool, arguments, Caller("s1", "test"))
    fault.clear()
    assert head(Agent(tools).rules())["episode"] == "E1"
