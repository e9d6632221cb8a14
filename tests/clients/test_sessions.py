"""Every client completes sessions with our server, is served the rules, and is recorded as what it is."""

import re

from mcp_server.agents.client import Moment
from mcp_server.tools import INSTRUCTIONS
from store.records import Kind, Trust
from tests.clients.conversation import Asked
from tests.clients.journeys import FILE_RULE, REPORT, RULE, Journey

FIRST_LINE = INSTRUCTIONS.splitlines()[0]
TOOLS = {"get_rules", "report_outcome", "suggest_rule"}


def _ours(asked: Asked) -> dict[str, str]:
    """Our tools in a request, with their definitions."""
    return {name: definition for name, definition in asked.tools.items() if "promptlearn" in name}


def _told(journey: Journey, asked: Asked) -> str:
    """Our instructions as the model is shown them."""
    if journey.stage.client.name == "cline":
        return ""
    (words,) = set(journey.stage.client.instructions.findall(asked.text))
    return words


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_the_model_is_told_in_its_first_request_what_to_call_and_when(journey: Journey) -> None:
    first = journey.task.first
    told = _told(journey, first)
    if journey.stage.client.name == "codex":
        # Its newer models are shown a server's tools and instructions when they look for them. Before that they see
        # one line, cut at 243 characters: all that can make them look.
        assert told == f"- mcp__promptlearn: {FIRST_LINE}"
        assert "get_rules" in FIRST_LINE
        assert "report_outcome" in FIRST_LINE
        return
    if journey.stage.client.name == "cline":
        # It shows no model a server's instructions; what the tools say of themselves has to do.
        said = " ".join(_ours(journey.task.first).values())
        assert told == ""
        assert "at the start of every task" in said
        assert "at the end of every task" in said
        return
    assert _plain(INSTRUCTIONS) in _plain(told)
    offered = {name.removeprefix("mcp").strip("_").removeprefix("promptlearn").strip("_-") for name in _ours(first)}
    assert TOOLS - offered <= {"suggest_rule"}


def test_get_rules_answers_with_the_rules(journey: Journey) -> None:
    assert RULE in journey.task.asked[-1].results[0]


def test_what_the_model_is_told_of_us_stays_the_same_bytes_under_other_rules(journey: Journey) -> None:
    before, after = journey.task.first, journey.next.first
    assert journey.learnt not in before.text
    assert (_told(journey, before), _ours(before)) == (_told(journey, after), _ours(after))


def test_the_next_session_is_served_the_changed_rules(journey: Journey) -> None:
    served = [result for asked in journey.next.asked for result in asked.results]
    assert any(RULE in result and journey.learnt in result for result in served)


def test_the_agent_did_its_work_with_our_server_beside_it(journey: Journey) -> None:
    assert journey.stage.file("fields.txt") == "name\nemail\nfax\n"
    tested = journey.task.asked[-1].results[-2]
    assert "1 failed" in tested


def test_its_report_is_kept_as_the_agents_own_word_in_its_session(journey: Journey) -> None:
    reports = journey.stage.facts(Kind.REPORT)
    assert [report.text for report in reports] == [REPORT.arguments["evidence"]] * 2
    assert {report.source.trust for report in reports} == {Trust.AGENT}
    if journey.stage.client.sessions:
        assert [report.session for report in reports] == [journey.task.session, journey.next.session]


def test_one_session_is_recorded_for_each_run_of_the_agent(journey: Journey) -> None:
    runs = [journey.task, journey.next]
    if journey.stage.client.sessions:
        more = {asked.session for asked in journey.cleared.asked} if journey.cleared else set[str]()
        assert {session.id for session in journey.stage.sessions()} == {run.session for run in runs} | more
    else:
        assert len(journey.stage.sessions()) == len(runs)


def test_what_a_session_was_shown_is_recorded(journey: Journey) -> None:
    first, second = (journey.stage.shown(session.id) for session in journey.stage.sessions()[:2])
    assert first[0] == 1
    assert set(second) >= {1, 3}
    filed = Moment.FILE in journey.stage.arrives
    assert (2 in first) is filed  # the rule for one file came with its edit
    assert (FILE_RULE in journey.task.asked[-1].text) is filed


def test_a_command_in_the_agents_shell_is_known_for_the_agents(journey: Journey) -> None:
    answers = [result for asked in journey.next.asked for result in asked.results if "for a person" in result]
    assert answers
    mark = journey.stage.client.mark
    assert all(f"{mark} is set" in answer or f"{mark} is a parent process" in answer for answer in answers)
    with journey.stage.person() as desk:
        assert not desk.store.rule(1).pinned


def test_nothing_of_a_session_is_left_running(journey: Journey) -> None:
    assert journey.stage.left == []
