"""An ingest that is killed at any moment leaves a whole store, and the next one comes to an undisturbed end."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.doors.desk import failed, junit, passed, repository

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-E", "-P", str(ROOT / "mcp_promptlearn.py")]
QUESTIONS = (
    "SELECT kind, text, fingerprint, hash, trust, detail FROM evidence ORDER BY hash",
    "SELECT suite, item, status FROM conditions ORDER BY suite, item",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = repository(tmp_path / "project", remote="https://github.com/acme/shop.git")
    reports = tmp_path / "reports"
    reports.mkdir()
    for number in range(3):
        cases = [failed(f"test_{number}_{each}", f"ValueError: {each}") for each in range(120)]
        (reports / f"TEST-{number}.xml").write_text(
            junit(*cases, *(passed(f"ok_{number}_{each}") for each in range(500))), encoding="utf-8"
        )
    return made


def begun(folder: Path, home: Path, *words: str) -> "subprocess.Popen[bytes]":
    # What measures coverage has an end of its own to come to; a process that is interrupted has none to tell of.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    own = {**plain, "PROMPTLEARN_HOME": str(home)}
    return subprocess.Popen(
        [*COMMAND, *words],
        cwd=folder,
        env=own,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )


def ingest(folder: Path, home: Path, *names: str) -> "subprocess.Popen[bytes]":
    return begun(folder, home, "ingest", "--no-diff", *(names or (str(folder.parent / "reports"),)))


def known(home: Path) -> list[list[Any]]:
    with closing(sqlite3.connect(home / "promptlearn.db")) as link:
        assert link.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [link.execute(question).fetchall() for question in QUESTIONS]


def test_a_killed_ingest_is_made_whole_by_the_next_one(folder: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    before = time.monotonic()
    process = ingest(folder, whole)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, (out, err)
    lasted = time.monotonic() - before
    home = tmp_path / "killed"
    for number, share in enumerate((0.3, 0.6, 0.75, 0.85, 0.95)):
        process = ingest(folder, home)
        try:
            process.wait(timeout=lasted * share)
        except subprocess.TimeoutExpired:
            process.send_signal((signal.SIGKILL, signal.SIGINT)[number % 2])
        out, err = process.communicate(timeout=60)
        assert b"Traceback" not in err, err.decode()
    process = ingest(folder, home)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, (out, err)
    assert known(home) == known(whole)
    doctor = begun(folder, home, "doctor")
    out, _ = doctor.communicate(timeout=60)
    assert b"whole" in out or b"ok" in out.lower(), out.decode()


def test_several_at_once_come_to_the_end_of_one_after_the_other(folder: Path, tmp_path: Path) -> None:
    names = [str(path) for path in sorted((tmp_path / "reports").iterdir())]
    one, many = tmp_path / "one", tmp_path / "many"
    for name in names:
        process = ingest(folder, one, name)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, (out, err)
    processes = [ingest(folder, many, name) for name in (*names, *names)]
    ended = [(process.communicate(timeout=120), process.returncode) for process in processes]
    assert [code for _, code in ended] == [0] * len(processes), ended
    assert known(many) == known(one)
