"""When a session begins another episode, whatever clock and agent do."""

from hypothesis import given
from hypothesis import strategies as st

from store.episodes import FRESH, IDLE, following
from store.records import Episode
from tests.store.facts import HERE, NOW

times = st.floats(min_value=0, max_value=4e9)
tasks = st.sampled_from(["", "one", "two"])


def episode(task: str = "", *, seen: float = NOW) -> Episode:
    return Episode(7, "s1", HERE, task, NOW, seen)


def test_without_an_episode_one_is_opened() -> None:
    assert following(None, task="", now=NOW) is None


def test_an_episode_goes_on_until_it_was_idle_for_too_long() -> None:
    assert following(episode(), task="", now=NOW + IDLE) == episode(seen=NOW + IDLE)
    assert following(episode(), task="", now=NOW + IDLE + 1) is None


def test_a_sign_of_life_is_written_once_a_minute_at_most() -> None:
    assert following(episode(), task="", now=NOW + FRESH) == episode()
    assert following(episode(), task="", now=NOW + FRESH + 1) == episode(seen=NOW + FRESH + 1)


def test_the_first_task_named_is_the_episodes_and_another_one_opens_another() -> None:
    named = following(episode(), task="one", now=NOW + 1)
    assert named == episode("one", seen=NOW + 1)
    assert following(named, task="", now=NOW + 2) == named
    assert following(named, task="one", now=NOW + 2) == named
    assert following(named, task="two", now=NOW + 2) is None


def test_a_clock_that_steps_back_neither_ends_an_episode_nor_makes_it_older() -> None:
    assert following(episode(), task="", now=NOW - 1e9) == episode()
    assert following(episode(), task="one", now=NOW - 1e9) == episode("one")
    assert following(episode("one"), task="two", now=NOW - 1e9) is None


@given(current=tasks, seen=times, task=tasks, now=times)
def test_what_follows_is_the_same_episode_with_a_task_it_keeps_and_a_time_that_never_falls(
    current: str, seen: float, task: str, now: float
) -> None:
    before = episode(current, seen=seen)
    after = following(before, task=task, now=now)
    if after is not None:
        assert (after.id, after.session, after.started) == (before.id, before.session, before.started)
        assert after.task == (current or task)
        assert after.seen in {seen, max(seen, now)}
        assert following(after, task=task, now=now) == after, "asking twice changes nothing"
