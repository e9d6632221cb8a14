"""The least that could do the same work: bare `sqlite3` on the same tables, with the same durability."""

import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path

from benchmarks.worlds import PROJECT

READ = """SELECT r.id, r.pinned, v.text, v.paths, v.trust, r.voices
    FROM rules r JOIN versions v ON v.rule = r.id AND v.number = r.version
    WHERE r.project = ? AND r.state IN ('active', 'trial')"""
SEEN = "SELECT rule, version FROM exposures WHERE session = ? AND project = ?"
HEAD = "SELECT max(number) FROM revisions WHERE project = ?"
SESSION = "INSERT INTO sessions (id, project, client, started, seen) VALUES (?, ?, 'some client', 0.0, 0.0)"
EPISODE = "INSERT INTO episodes (session, project, task, started, seen) VALUES (?, ?, 'mend a test', 0.0, 0.0)"
EXPOSURE = "INSERT INTO exposures VALUES (?, ?, ?, 1, 1.0, 1, 1, 1, ?, 0.0)"
REPORT = """INSERT INTO evidence (project, kind, text, fingerprint, origin, identity, trust, session, episode,
    commit_id, time, hash, detail)
    VALUES (?, 'report', 'all tests pass', '', 'MCP tool', 'agent:bench', 1, ?, 1, '', 0.0, ?, ?)"""
DETAIL = '{"feedback": "", "harmful": [], "helpful": [], "outcome": "success", "pull_request": "", "score": null}'


def connected(path: Path) -> sqlite3.Connection:
    """A connection that is as careful as ours: WAL, one sync for each commit, fifteen seconds of patience."""
    db = sqlite3.connect(path, timeout=15.0, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA wal_autocheckpoint = 2000")
    return db


class Floor:
    """Each method does with bare `sqlite3` what one call of a tool has to do."""

    def __init__(self, path: Path, *, name: str = "floor") -> None:
        self._db = connected(path)
        self._name = name
        self._number = count()

    def read(self, session: str) -> Sequence[object]:
        """Everything an answer of `get_rules` depends on."""
        rules = self._db.execute(READ, (PROJECT,)).fetchall()
        seen = self._db.execute(SEEN, (session, PROJECT)).fetchall()
        return [*rules, *seen, self._db.execute(HEAD, (PROJECT,)).fetchone()]

    def show(self, rules: Iterable[int]) -> None:
        """A new session with its episode and what it was shown, in one commit."""
        session = f"{self._name}-{next(self._number)}"
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        db.execute(SESSION, (session, PROJECT))
        db.execute(EPISODE, (session, PROJECT))
        db.executemany(EXPOSURE, [(session, PROJECT, rule, place) for place, rule in enumerate(rules)])
        db.execute("COMMIT")

    def report(self) -> None:
        """One row of evidence, in one commit."""
        # A digest falls anywhere into its index, as ours do; numbers in order would be cheaper to keep.
        digest = sha256(f"{self._name} {next(self._number)}".encode()).hexdigest()
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        db.execute(REPORT, (PROJECT, self._name, digest, DETAIL))
        db.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
