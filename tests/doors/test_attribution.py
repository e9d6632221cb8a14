"""A fact belongs to the session that was named, or to the only one there was, or to none."""

from mcp_server.attribution import session_for
from store.episodes import IDLE
from store.memory import MemoryStore
from store.records import Session
from tests.conftest import Chance, Clock

HERE = "example.org/demo"


def world(chance: Chance, clock: Clock, *sessions: str) -> MemoryStore:
    store = MemoryStore(chance=chance)
    for ident in sessions:
        store.deliver(Session(ident, HERE, "test", clock(), clock()), task="", shown=[], now=clock())
    return store


def test_a_named_session_is_taken_as_it_is_named(chance: Chance, clock: Clock) -> None:
    store = world(chance, clock, "a", "b")
    assert session_for(store, HERE, named="c", now=clock()) == ("c", "session c, as named")
    assert session_for(store, HERE, named=" c\U000e0041 ", now=clock()) == ("c", "session c, as named")
    ident, how = session_for(store, HERE, named="x" * 10_000, now=clock())
    assert ident is not None
    assert len(ident) <= 120
    assert how == f"session {ident}, as named"


def test_an_empty_name_is_none(chance: Chance, clock: Clock) -> None:
    store = world(chance, clock, "a")
    for named in (None, "", "  ", "\u200b"):
        assert session_for(store, HERE, named=named, now=clock())[0] == "a"


def test_the_only_session_of_the_last_half_hour_is_the_one(chance: Chance, clock: Clock) -> None:
    store = world(chance, clock, "a")
    clock.forward(IDLE)
    found = session_for(store, HERE, named=None, now=clock())
    assert found == ("a", "session a, the only one of the last half hour")


def test_without_a_recent_session_there_is_none(chance: Chance, clock: Clock) -> None:
    store = world(chance, clock, "a")
    clock.forward(IDLE + 1)
    assert session_for(store, HERE, named=None, now=clock()) == (
        None,
        "no session, as none was active in the last half hour",
    )
    assert session_for(store, "another project", named=None, now=clock())[0] is None


def test_of_several_sessions_none_is_guessed(chance: Chance, clock: Clock) -> None:
    store = world(chance, clock, "a", "b", "c")
    assert session_for(store, HERE, named=None, now=clock()) == (
        None,
        "no session, as 3 were active in the last half hour; name one with --session",
    )


def test_a_clock_that_stepped_back_loses_no_session(chance: Chance, clock: Clock) -> None:
    store = world(chance, clock, "a")
    clock.forward(-7200)
    assert session_for(store, HERE, named=None, now=clock())[0] == "a"
