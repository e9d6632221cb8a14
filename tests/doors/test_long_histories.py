"""What `history` and `why` tell after years of use: the newest, and that there is more."""

from mcp_server.commands import history, why
from store.records import Exposure, Kind, Session
from tests.doors.desk import Desk
from tests.store.facts import adding, fact


def grown(desk: Desk, revisions: int) -> None:
    """A project with so many revisions, each of which adds a rule."""
    for number in range(revisions):
        desk.store.revise(desk.project, [adding(f"Use tool {number}.")], cause="add", now=desk.clock())


def shown(desk: Desk, sessions: int) -> None:
    """R1 was shown in so many sessions, and in every second one the tests passed."""
    for number in range(sessions):
        session = Session(f"s{number}", desk.project, "test client", desk.clock(), desk.clock())
        exposure = Exposure(session.id, 1, 1, 1.0, True, True, 0)
        episode = desk.store.deliver(session, task="", shown=[exposure], now=desk.clock()).episode
        if number % 2:
            detail = {"tests": 1, "passed": 1, "failed": 0, "skipped": 0, "partial": False}
            ran = fact("passed", kind=Kind.RUN, project=desk.project, session=session.id, **detail)  # pyright: ignore[reportArgumentType]
            desk.store.record([ran._replace(episode=episode.id)])


def test_history_shows_the_newest_revisions_and_says_how_many_came_before(desk: Desk) -> None:
    grown(desk, history.SHOWN + 2)
    said = desk.run("history").splitlines()
    assert said[0] == "2 earlier; `mcp-promptlearn history --all` shows them."
    assert len(said) == 1 + history.SHOWN
    assert said[1].split()[0] == "3"
    assert said[1].endswith("add: R3 active")


def test_history_shows_all_revisions_to_whoever_asks_for_all_or_for_json(desk: Desk) -> None:
    grown(desk, history.SHOWN + 2)
    assert len(desk.run("history", "--all").splitlines()) == history.SHOWN + 2
    assert [each["changes"] for each in desk.facts("history")["revisions"][:2]] == [["R1 active"], ["R2 active"]]
    assert len(desk.facts("history")["revisions"]) == history.SHOWN + 2


def test_a_history_that_fits_is_shown_whole(desk: Desk) -> None:
    grown(desk, history.SHOWN)
    said = desk.run("history").splitlines()
    assert len(said) == history.SHOWN
    assert said[0].endswith("add: R1 active")


def test_why_tells_the_outcomes_of_the_newest_episodes_and_all_of_them_as_json(desk: Desk) -> None:
    grown(desk, 1)
    shown(desk, why.EPISODES + 2)
    half = why.EPISODES // 2
    assert (
        f"Outcomes seen beside it in its newest {why.EPISODES} episodes, which prove nothing: "
        f"{half} success, {half} unknown."
    ) in desk.run("why", "R1")
    exposures = desk.facts("why", "R1")["exposures"]
    assert exposures["sessions"] == exposures["triggered"] == exposures["without_coin"] == why.EPISODES + 2
    assert exposures["outcomes"] == {"success": half + 1, "unknown": half + 1}


def test_why_does_not_speak_of_newest_episodes_where_it_tells_all(desk: Desk) -> None:
    grown(desk, 1)
    shown(desk, 2)
    assert "Outcomes seen beside it, which prove nothing: 1 success, 1 unknown." in desk.run("why", "R1")
