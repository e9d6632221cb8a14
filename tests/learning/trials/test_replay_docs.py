"""The page on replays names every message, field and setting that there is, with its usual value."""

import json
from pathlib import Path

from mcp_server.learning.trials import events
from mcp_server.learning.trials.errors import TrialError
from mcp_server.learning.trials.policy import POLICY
from mcp_server.learning.trials.replies import Decisions, Whole
from mcp_server.learning.trials.verdict import Decision

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "replay.md").read_text(encoding="utf-8")


def test_every_setting_is_there_with_its_usual_value() -> None:
    for name, value in POLICY._asdict().items():
        usual = f"{value:g}" if type(value) is float else json.dumps(value)
        assert f"| `{name}` | {usual} |" in PAGE, name


def test_every_message_and_every_field_of_a_decision_is_there() -> None:
    messages = json.dumps([line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")])
    kinds = (
        "hello",
        "rule",
        "session",
        "exposure",
        "outcome",
        "trigger",
        "recurrence",
        "human",
        "revision",
        "end",
    )
    for kind in kinds:
        assert f'"{kind}"' in messages
    for act in events.ACTS:
        assert f"`{act}`" in PAGE
    for field in (*Decision._fields, *Whole._fields, *Decisions._fields):
        assert f"`{field}`" in PAGE or f'"{field}"' in PAGE, field


def test_every_kind_of_refusal_is_there() -> None:
    for error in TrialError.__subclasses__():
        assert error.name == "state" or f"`{error.name}`" in PAGE, error.name
