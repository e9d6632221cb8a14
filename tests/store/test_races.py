"""Many processes and threads on one store at once: nothing lost, nothing twice, nothing half seen."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from store import open_store
from store.errors import BusyError, ConflictError
from store.records import State
from tests.store.facts import HERE, NOW, adding, fact, moving, session, showing
from tests.store.processes import process, processes


def test_eight_processes_keep_every_one_of_their_writes(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path).close()
    code = """
store = open_store(Path(sys.argv[2]))
say("ready")
hear()
kept = [store.record([fact(f"{sys.argv[1]} {number}")])[0] for number in range(200)]
say(len({each.id for each in kept}), all(each.new for each in kept))
"""
    with processes(8, code, path) as children:
        for child in children:
            child.say("go")
        assert [child.hear() for child in children] == ["200 True"] * 8
        for child in children:
            child.end()
    with closing(open_store(path)) as store:
        texts = [f.text for f in store.evidence(HERE)]
        assert sorted(texts) == sorted(f"{child} {number}" for child in range(8) for number in range(200))
        assert store.problems() == []


def test_the_same_facts_from_many_processes_are_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    code = """
store = open_store(Path(sys.argv[2]))
say("ready")
hear()
say(sum(store.record([fact(f"{number}")])[0].new for number in range(50)))
"""
    with processes(4, code, path) as children:
        for child in children:
            child.say("go")
        assert sum(int(child.hear()) for child in children) == 50
        for child in children:
            child.end()
    with closing(open_store(path)) as store:
        assert len(store.evidence(HERE)) == 50


DELIVER = """
store = open_store(Path(sys.argv[2]))
say("ready")
hear()
for start in range(0, 40, 4):
    shown = [showing((start + place * (int(sys.argv[1]) + 1)) % 40 + 1) for place in range(8)]
    delivered = store.deliver(session(), task="one", shown=shown, now=NOW)
    seen = delivered.exposures
    assert [e.position for e in seen] == list(range(1, len(seen) + 1)), seen
    assert {e.rule for e in shown} <= {e.rule for e in seen}
say(delivered.episode.id)
"""


def dense(path: Path) -> None:
    """Every version once, in places without a gap, in one episode."""
    with closing(open_store(path)) as store:
        seen = store.exposures("s1", HERE)
        assert [e.position for e in seen] == list(range(1, len(seen) + 1))
        assert max(Counter((e.rule, e.version) for e in seen).values()) == 1
        assert {e.episode for e in seen} == {1}
        assert len(store.sessions(HERE)) == 1
        assert store.problems() == []


def test_deliveries_of_one_session_by_many_processes_are_one_list(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with processes(4, DELIVER, path) as children:
        for child in children:
            child.say("go")
        assert [child.hear() for child in children] == ["1"] * 4
        for child in children:
            child.end()
    dense(path)


@pytest.mark.parametrize("shared", [True, False], ids=["one connection", "a connection each"])
def test_deliveries_of_one_session_by_many_threads_are_one_list(tmp_path: Path, shared: bool) -> None:
    path = tmp_path / "store.db"
    together = threading.Barrier(6)
    with closing(open_store(path)) as store:

        def deliver(number: int) -> None:
            mine = store if shared else open_store(path)
            together.wait()
            before: tuple[object, ...] = ()
            for start in range(20):
                shown = [showing((start * (number + 1) + place) % 30 + 1) for place in range(3)]
                seen = mine.deliver(session(), task="", shown=shown, now=NOW).exposures
                assert seen[: len(before)] == before, "what was shown stays where it was"
                before = seen
            if not shared:
                mine.close()

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(deliver, range(6)))
    dense(path)


def test_of_those_who_decided_on_the_same_revision_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    code = """
store = open_store(Path(sys.argv[2]))
say("ready")
while round_ := hear():
    try:
        step = adding(f"Rule {round_} of {sys.argv[1]}.")
        say(store.revise(HERE, [step], cause="add", now=NOW, expected=int(round_)).number)
    except ConflictError as error:
        say("conflict", error.expected, error.found)
"""
    with processes(4, code, path) as children:
        for round_ in range(10):
            for child in children:
                child.say(round_)
            assert sorted(child.hear() for child in children) == [
                f"{round_ + 1}",
                *[f"conflict {round_} {round_ + 1}"] * 3,
            ]
        for child in children:
            child.end()
    with closing(open_store(path)) as store:
        assert (store.head(HERE), len(store.rules(HERE)), store.problems()) == (10, 10, [])
        with pytest.raises(ConflictError):
            store.revise(HERE, [], cause="late", now=NOW, expected=9)


def test_revisions_made_at_once_form_one_chain_per_project(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    code = """
store = open_store(Path(sys.argv[2]))
say("ready")
hear()
for number in range(15):
    store.revise(f"project {number % 2}", [adding(f"Rule {number} of {sys.argv[1]}.")], cause="add", now=NOW)
    store.suggest(Add(wording(f"Idea {number} of {sys.argv[1]}.")), fact(f"{number} {sys.argv[1]}"), now=NOW)
"""
    with processes(4, code, path) as children:
        for child in children:
            child.say("go")
        for child in children:
            child.end()
    with closing(open_store(path)) as store:
        assert (store.head("project 0"), store.head("project 1")) == (32, 28)
        assert store.problems() == []
        rules = [rule for project in ("project 0", "project 1", HERE) for rule in store.rules(project)]
        assert sorted(rule.id for rule in rules) == list(range(1, 121))


def test_readers_beside_a_writer_see_whole_revisions_only(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_store(path)) as store:
        store.revise(HERE, [adding(f"Rule {n} holds.") for n in range(6)], cause="add", now=NOW)
    code = """
from store import chain
store = open_store(Path(sys.argv[2]))
say("ready")
seen = set()
while True:
    before = store.head(HERE)
    rules = store.rules(HERE)
    after = store.head(HERE)
    assert len({rule.state for rule in rules}) == 1, "half a revision"
    assert len(rules) == 6
    if before == after:
        assert chain.snapshot(rules) == store.revision(HERE, before).entries
    assert store.problems() == []
    seen.add(after)
    if after == 41:
        break
say(len(seen) > 0)
"""
    states = (State.TRIAL, State.ACTIVE)
    with processes(2, code, path) as readers, closing(open_store(path)) as store:
        for number in range(40):
            store.revise(HERE, [moving(n, states[number % 2]) for n in range(1, 7)], cause="move", now=NOW)
        assert [reader.hear() for reader in readers] == ["True"] * 2
        for reader in readers:
            reader.end()


def test_a_task_is_free_again_when_its_holder_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    code = """
store = open_store(Path(sys.argv[1]))
with store.alone("consolidate"):
    say(os.getpid())
    hear()
"""
    with closing(open_store(path)) as store:
        for _ in range(3):
            with process(code, path) as holder:
                pid = holder.hear()
                with pytest.raises(BusyError, match=r"consolidate is held by another process( \(\d+\))?;") as caught:
                    store.alone("consolidate").__enter__()
                assert caught.value.holder in {"", f"another process ({pid})"}
                holder.kill()
            with store.alone("consolidate"):
                pass


def test_only_one_of_many_processes_does_a_task(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    code = """
store = open_store(Path(sys.argv[2]))
say("ready")
while hear():
    try:
        with store.alone("consolidate"):
            say("mine")
            hear()
        say("free")
    except BusyError:
        say("theirs")
"""
    with processes(4, code, path) as children:
        for _ in range(5):
            for child in children:
                child.say("go")
            answers = [child.hear() for child in children]
            assert sorted(answers) == ["mine", "theirs", "theirs", "theirs"]
            winner = children[answers.index("mine")]
            winner.say("done")
            assert winner.hear() == "free"
        for child in children:
            child.end()


def test_backing_up_and_forgetting_beside_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    code = """
from store import upkeep
store = open_store(Path(sys.argv[2]))
say("ready")
hear()
for number in range(30):
    store.record([fact(f"{sys.argv[1]} {number}")])
    if number % 10 == 5:
        if sys.argv[1] == "0":
            upkeep.back_up(Path(sys.argv[2]), now=NOW)
        else:
            store.forget(needles=[f"{sys.argv[1]} {number - 1}"])
say("done")
"""
    with processes(4, code, path) as children:
        for child in children:
            child.say("go")
        assert [child.hear() for child in children] == ["done"] * 4
        for child in children:
            child.end()
    with closing(open_store(path)) as store:
        assert len(store.evidence(HERE)) == 120
        assert store.problems() == []
        assert store.record([fact("0 29")])[0].new is False
