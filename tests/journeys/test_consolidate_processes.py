"""Consolidation by real processes: killed at any point, or two at once."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-E", "-P", str(ROOT / "mcp_promptlearn.py")]
REMARKS = [f"Always use {tool} for that job." for tool in ("uv", "ruff", "just")]
KILLS = 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    return made


def run(folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*PROGRAM, *words], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == code, done.stderr
    return done


def texts(folder: Path) -> list[str]:
    return sorted(rule["text"] for rule in json.loads(run(folder, "rules", "--all", "--json").stdout)["rules"])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_consolidate_killed_at_any_point_is_finished_by_the_next(folder: Path) -> None:
    for remark in REMARKS:
        assert json.loads(run(folder, "feedback", remark, "--json").stdout)["new"]
    chance = random.Random(7)
    for _ in range(KILLS):
        with subprocess.Popen([*PROGRAM, "consolidate"], cwd=folder, stdout=subprocess.PIPE) as process:
            # From before its first instruction to after its last: the pipe tells nothing, chance does.
            try:
                process.wait(chance.uniform(0.0, 0.35))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            process.wait()
        assert texts(folder) in ([], sorted(REMARKS)), "all or nothing"
        run(folder, "doctor")
    run(folder, "consolidate")
    assert texts(folder) == sorted(REMARKS)
    assert len(json.loads(run(folder, "history", "--json").stdout)["revisions"]) == 1


def test_of_two_consolidates_at_once_one_runs_and_the_other_says_so(folder: Path, home: Path) -> None:
    run(folder, "feedback", REMARKS[0])
    holder = (
        "import sys; from pathlib import Path; from store import open_store\n"
        "with open_store(Path(sys.argv[1])).alone('consolidate'):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", holder, str(home / "promptlearn.db")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", env=environment
    ) as first:
        assert first.stdout is not None
        assert first.stdin is not None
        assert first.stdout.readline() == "held\n"
        second = run(folder, "consolidate", code=1)
        assert second.stderr == (
            f"mcp-promptlearn: consolidate is held by another process ({first.pid}); "
            "nothing was changed, try again in a moment\n"
        )
        assert texts(folder) == []
        first.stdin.close()
        assert first.wait() == 0
    run(folder, "consolidate")
    assert texts(folder) == REMARKS[:1]


def test_many_consolidates_at_once_propose_everything_once(folder: Path) -> None:
    for remark in REMARKS:
        run(folder, "feedback", remark)
    runs = [
        subprocess.Popen([*PROGRAM, "consolidate"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(6)
    ]
    ended = [(process.communicate()[1], process.returncode) for process in runs]
    assert {code for _, code in ended} <= {0, 1}
    assert any(code == 0 for _, code in ended)
    assert all(b"is held by another" in words for words, code in ended if code == 1)
    assert texts(folder) == sorted(REMARKS)
