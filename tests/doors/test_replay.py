"""`replay` and `simulate`: lines in, lines out, and one line for whatever is wrong."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doors.desk import Desk

ROOT = Path(__file__).resolve().parents[2]
LOG = [
    '{"t":"hello","v":1,"seed":3}',
    '{"t":"rule","id":"r001","scope":["c1"],"initial":"trial","ts":0,"similar_to":null}',
    '{"t":"session","id":"s7","ts":86400,"category":"c1","model":"m1","max_rules":30,"candidates":["r001"]}',
    '{"t":"exposure","session":"s7","shown":["r001"],"p":{"r001":0.57}}',
    '{"t":"outcome","session":"s7","ts":86400,"category":"c1","success":true,"source":"self","helpful":["r001"]}',
    '{"t":"consolidate","ts":172800}',
    '{"t":"end"}',
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(LOG) + "\n", encoding="utf-8")
    return file


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What stands on stdin."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode())))


def test_replay_prints_one_line_of_decisions_per_consolidate_line_and_nothing_else(desk: Desk, log: Path) -> None:
    said = desk.run("replay", str(log), "--seed", "1")
    made = json.loads(said)
    assert (made["t"], made["ts"], made["rules"]["r001"]["n"]) == ("decisions", 172800, 1)
    assert desk.run("replay", str(log)) == said, "no coin is thrown in a replay"


def test_replay_reads_stdin(desk: Desk, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, *LOG)
    assert desk.run("replay", "-", "--seed", "-1") == desk.run("replay", str(log))


def test_replay_says_what_other_settings_would_have_decided(desk: Desk, log: Path, tmp_path: Path) -> None:
    config = tmp_path / "policy.json"
    config.write_text('{"min_sessions": 1, "active": 0.8}', encoding="utf-8")
    made = json.loads(desk.run("replay", str(log), "--config", str(config)))
    assert made["rules"]["r001"]["verdict"] == "no measurable effect"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('{"explore": 7}', "setting: explore must be a number from 0 to 1"),
        ('{"explor": 1}', "setting: there is no setting 'explor'"),
        ("[]", "holds no settings; write an object like"),
        ("{", "is not JSON; write an object like"),
        ("\xff", "is not JSON; write an object like"),
    ],
)
def test_settings_that_are_none_are_refused(desk: Desk, log: Path, tmp_path: Path, settings: str, words: str) -> None:
    config = tmp_path / "policy.json"
    config.write_bytes(settings.encode("latin-1"))
    assert words in desk.refused("replay", str(log), "--config", str(config))


def test_a_bad_line_is_named_with_its_number(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text("\n".join([*LOG[:2], "nonsense"]), encoding="utf-8")
    assert desk.refused("replay", str(file)) == (
        "line 3: malformed line: it is not JSON; write one object a line, in UTF-8"
    )
    assert "cannot be used" in desk.refused("replay", str(tmp_path / "missing"))


def test_a_seed_is_a_whole_number(desk: Desk, log: Path) -> None:
    assert desk.code("replay", str(log), "--seed", "x") == 2
    assert "'x' is not a whole number" in desk.errors


def test_simulate_answers_and_chooses(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line for line in LOG if '"exposure"' not in line]
    typed(monkeypatch, *lines)
    hello, exposure, decisions = desk.run("simulate", "--stdio", "--seed", "3").splitlines()
    assert json.loads(hello) == {"t": "hello", "v": 1, "engine": "mcp-promptlearn", "seed": 3}
    assert json.loads(exposure) == {"t": "exposure", "session": "s7", "shown": [], "p": {"r001": 0.579153}}
    assert json.loads(decisions)["rules"]["r001"]["withheld"] == 1
    typed(monkeypatch, *lines)
    assert desk.run("simulate", "--stdio") == "\n".join([hello, exposure, decisions]), "hello names the seed as well"


def test_simulate_refuses_exposures_and_to_simulate_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, *LOG)
    assert "line 4: malformed line: exposure lines are the engine's answers here" in desk.refused("simulate", "--stdio")
    assert "say what to simulate" in desk.refused("simulate")


def test_each_answer_comes_before_the_next_question(tmp_path: Path) -> None:
    command = [sys.executable, "-E", "-P", str(ROOT / "mcp_promptlearn.py"), "simulate", "--stdio", "--seed", "3"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", cwd=tmp_path
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line, kind in ((LOG[0], "hello"), (LOG[1], ""), (LOG[2], "exposure"), (LOG[4], ""), (LOG[5], "decisions")):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            assert not kind or json.loads(process.stdout.readline())["t"] == kind
        _, errors = process.communicate(LOG[6] + "\n")
    assert (process.returncode, errors) == (0, "")
