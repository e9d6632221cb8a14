"""What the real clients wrote about their sessions is found, told apart from what was put in, and counted once."""

from mcp_server.commands.findings import TITLES
from store.records import Kind
from tests.clients.journeys import CORRECTION, NEXT, TASK, Journey

KINDS = (Kind.RUN, Kind.FAILURE, Kind.FEEDBACK)


def test_every_clients_sessions_are_read_with_what_was_run_in_them(journey: Journey) -> None:
    stage = journey.stage
    with stage.person() as desk:
        facts = desk.facts("scan", "--client", stage.client.name)
    assert stage.client.name in TITLES
    assert facts["sessions"][stage.client.name] >= 2
    assert facts["prompts"] >= 2
    assert (facts["bad_lines"], facts["long_lines"], facts["unreadable"], facts["own"]) == (0, 0, [], 0)
    assert facts["seen"]["run"] >= 1
    assert facts["seen"]["failure"] >= 1


def test_what_was_put_in_is_nobodys_word(journey: Journey) -> None:
    stage = journey.stage
    with stage.person() as desk:
        facts = desk.facts("scan", "--client", stage.client.name)
    said = {quote["text"] for each in facts["found"] for quote in each["quotes"]}
    assert all(words in CORRECTION or words in TASK + NEXT for words in said)


def test_what_hooks_have_heard_and_seen_is_the_same_fact_in_the_log(heard: Journey) -> None:
    stage = heard.stage
    with stage.person() as desk:
        facts = desk.facts("scan", "--client", stage.client.name, "--keep")
    # What a hook missed, on a machine that had no time for it, comes from the log; nothing comes twice.
    kept = [(fact.kind, fact.text, fact.session) for fact in stage.facts(*KINDS)]
    assert len(kept) == len(set(kept)) == 3
    said = [each for each in facts["found"] if any(quote["text"] in CORRECTION for quote in each["quotes"])]
    assert [each["kept"] for each in said] == [True]
    assert heard.correction is not None
    assert {quote["session"] for quote in said[0]["quotes"]} == {heard.correction.session}
