"""Sessions of the real clients leave exposures that the log carries and the engine scores."""

import json

from mcp_server.learning.trials.engine import Engine
from mcp_server.learning.trials.policy import DAY
from mcp_server.learning.trials.stream import converse
from store.records import State
from store.revise import Add, Step
from tests.clients import trust
from tests.clients.journeys import GET, REPORT
from tests.clients.stage import Now, Stage
from tests.conftest import Clock
from tests.store.facts import wording

RULES = 12
TASKS = ("Add the field email to the form.", "Add the field phone to the form.")


class Ahead(Clock):
    """The real time and two days: what happened today has settled."""

    def __call__(self) -> float:
        """Seconds since the epoch."""
        return Now()() + 2 * DAY


def test_exposures_of_a_real_session_are_exported_and_scored(stage: Stage) -> None:
    stage.set_up()
    if stage.client.name == "codex":
        trust.hooks(stage, trust=True)
    stage.trials(on=True)
    with stage.person() as desk:
        project = stage.key(desk)
        rules = [Add(wording(f"Do thing {n} as agreed."), state=State.TRIAL) for n in range(RULES)]
        desk.store.revise(project, [Step(rule, "add", "person", "x") for rule in rules], cause="add", now=Now()())
    runs = [stage.play(task, GET, REPORT) for task in TASKS]
    with stage.person() as desk:
        known = {each.id: desk.store.exposures(each.id, project) for each in desk.store.sessions(project)}
        assert len(known) == len(runs)
        for session, run in zip(known, runs, strict=True):
            given = known[session]
            assert sorted(each.rule for each in given) == list(range(1, RULES + 1))
            # One half before the first decisions, which the end of a session may have brought.
            assert len({each.probability for each in given}) == 1
            assert 0.15 <= given[0].probability <= 0.9
            shown = {each.rule for each in given if each.delivered}
            assert 0 < len(shown) < RULES
            told = "\n".join(result for asked in run.asked for result in (asked.text, *asked.results))
            assert {n for n in range(1, RULES + 1) if f"Do thing {n - 1} as agreed." in told} == shown
        desk.clock = Ahead()
        desk.run("consolidate", "--no-model")
        log = desk.run("replay", "--export").splitlines()
        kept = desk.store.trials(project)
    lines = [json.loads(line) for line in log]
    assert [line["session"] for line in lines if line["t"] == "exposure"] == list(known)
    assert [line["score"] for line in lines if line["t"] == "outcome"] == [0.0, 0.0]
    assert not any("thing" in line or "field" in line for line in log)
    assert kept is not None
    decided = list(converse((line.encode() for line in log), Engine(), decisions_only=True))
    assert decided[-1] == kept.decided
    known_of = json.loads(kept.decided)["rules"].values()
    assert all(each["n"] == 2 and each["shown"] + each["withheld"] == 2 for each in known_of)
    assert sum(each["shown"] for each in known_of) == sum(e.delivered for given in known.values() for e in given)
