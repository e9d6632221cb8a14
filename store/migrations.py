"""Ordered schema steps, applied once each, whoever comes first and however many come at once.

A step only adds (a reader one version back must still work). All pending steps run in one
transaction that holds the write lock from its beginning, so of many processes one migrates and the
others wait and find the work done. The schema's number is the file's `user_version`.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress

APPLICATION_ID = 0x504C524E
"""Marks a file as ours (`PLRN`)."""

Step = tuple[str, Sequence[str]]

VOICES = """SELECT count(DISTINCT CASE
        WHEN e.kind IN ('feedback', 'report', 'suggestion', 'review', 'comment', 'interrupt') THEN 'by ' || e.identity
        ELSE 'in ' || coalesce(nullif(e.session, ''), nullif(e.commit_id, ''), e.hash) END)
    FROM supports s JOIN evidence e ON e.id = s.evidence"""
"""`Evidence.voice`, counted: a rule keeps the number, as its rules are read much oftener than they are supported."""

STEPS: tuple[Step, ...] = (
    (
        "0001_facts",
        (
            """CREATE TABLE projects (key TEXT PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL) STRICT""",
            """CREATE TABLE sessions (
                id TEXT NOT NULL, project TEXT NOT NULL, client TEXT NOT NULL,
                started REAL NOT NULL, seen REAL NOT NULL, PRIMARY KEY (id, project)) STRICT""",
            """CREATE INDEX sessions_seen ON sessions (project, seen)""",
            """CREATE TABLE episodes (
                id INTEGER PRIMARY KEY, session TEXT NOT NULL, project TEXT NOT NULL,
                task TEXT NOT NULL, started REAL NOT NULL, seen REAL NOT NULL) STRICT""",
            """CREATE INDEX episodes_session ON episodes (session, project, id)""",
            """CREATE TABLE evidence (
                id INTEGER PRIMARY KEY, project TEXT NOT NULL, kind TEXT NOT NULL,
                text TEXT NOT NULL, fingerprint TEXT NOT NULL, origin TEXT NOT NULL, identity TEXT NOT NULL,
                trust INTEGER NOT NULL, session TEXT, episode INTEGER, commit_id TEXT NOT NULL,
                time REAL NOT NULL, hash TEXT NOT NULL, detail TEXT NOT NULL) STRICT""",
            """CREATE UNIQUE INDEX evidence_hash ON evidence (project, hash)""",
            """CREATE INDEX evidence_fingerprint ON evidence (project, kind, fingerprint)""",
            """CREATE INDEX evidence_session ON evidence (session) WHERE session IS NOT NULL""",
            """CREATE INDEX evidence_episode ON evidence (episode) WHERE episode IS NOT NULL""",
            """CREATE TABLE rules (
                id INTEGER PRIMARY KEY, project TEXT NOT NULL, state TEXT NOT NULL,
                pinned INTEGER NOT NULL, version INTEGER NOT NULL, operation TEXT NOT NULL,
                replaces TEXT NOT NULL, ending TEXT NOT NULL, target TEXT NOT NULL, why TEXT NOT NULL,
                created REAL NOT NULL) STRICT""",
            """CREATE INDEX rules_state ON rules (project, state)""",
            """CREATE TABLE versions (
                rule INTEGER NOT NULL REFERENCES rules (id), number INTEGER NOT NULL, digest TEXT NOT NULL,
                salt TEXT NOT NULL, text TEXT, paths TEXT NOT NULL, origin TEXT NOT NULL,
                identity TEXT NOT NULL, trust INTEGER NOT NULL, time REAL NOT NULL, removed TEXT NOT NULL,
                withdrawn INTEGER NOT NULL, PRIMARY KEY (rule, number)) STRICT""",
            """CREATE TABLE supports (
                rule INTEGER NOT NULL REFERENCES rules (id), evidence INTEGER NOT NULL REFERENCES evidence (id),
                PRIMARY KEY (rule, evidence)) STRICT, WITHOUT ROWID""",
            """CREATE TABLE exposures (
                session TEXT NOT NULL, project TEXT NOT NULL, rule INTEGER NOT NULL, version INTEGER NOT NULL,
                probability REAL NOT NULL, assigned INTEGER NOT NULL, delivered INTEGER NOT NULL,
                episode INTEGER NOT NULL, position INTEGER NOT NULL, time REAL NOT NULL,
                PRIMARY KEY (session, project, rule, version)) STRICT, WITHOUT ROWID""",
            """CREATE INDEX exposures_rule ON exposures (rule)""",
            """CREATE TABLE decisions (
                id INTEGER PRIMARY KEY, project TEXT NOT NULL, kind TEXT NOT NULL,
                rule INTEGER NOT NULL, revision INTEGER NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL,
                numbers TEXT NOT NULL, time REAL NOT NULL) STRICT""",
            """CREATE INDEX decisions_rule ON decisions (project, rule)""",
            """CREATE TABLE revisions (
                project TEXT NOT NULL, number INTEGER NOT NULL, parent TEXT NOT NULL, hash TEXT NOT NULL,
                time REAL NOT NULL, cause TEXT NOT NULL, report_digest TEXT NOT NULL, entries TEXT NOT NULL,
                report TEXT NOT NULL, PRIMARY KEY (project, number)) STRICT""",
            """CREATE TABLE heartbeats (
                client TEXT NOT NULL, event TEXT NOT NULL, time REAL NOT NULL, said TEXT NOT NULL,
                fault TEXT NOT NULL, seconds REAL NOT NULL, PRIMARY KEY (client, event)) STRICT""",
            """CREATE TABLE sightings (
                pid INTEGER PRIMARY KEY, client TEXT NOT NULL, session TEXT NOT NULL, time REAL NOT NULL) STRICT""",
            """CREATE TABLE answers (question TEXT PRIMARY KEY, answer TEXT NOT NULL, time REAL NOT NULL) STRICT""",
        ),
    ),
    (
        "0002_whose",
        (
            "ALTER TABLE evidence ADD COLUMN branch TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE evidence ADD COLUMN pull_request TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE evidence ADD COLUMN path TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE evidence ADD COLUMN how TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE evidence ADD COLUMN confidence REAL NOT NULL DEFAULT 1.0",
            """CREATE INDEX evidence_loose ON evidence (project)
                WHERE session IS NULL AND (commit_id != '' OR branch != '' OR pull_request != '' OR path != '')""",
            "ALTER TABLE sessions ADD COLUMN spoke REAL NOT NULL DEFAULT 0.0",
            """CREATE TABLE works (
                project TEXT NOT NULL, sort TEXT NOT NULL, name TEXT NOT NULL, session TEXT NOT NULL,
                time REAL NOT NULL, how TEXT NOT NULL, PRIMARY KEY (project, sort, name, session)
                ) STRICT, WITHOUT ROWID""",
            """CREATE INDEX works_session ON works (session)""",
            """CREATE TABLE conditions (
                project TEXT NOT NULL, suite TEXT NOT NULL, item TEXT NOT NULL, status TEXT NOT NULL,
                time REAL NOT NULL, PRIMARY KEY (project, suite, item)) STRICT, WITHOUT ROWID""",
            "ALTER TABLE rules ADD COLUMN voices INTEGER NOT NULL DEFAULT 0",
            f"UPDATE rules SET voices = ({VOICES} WHERE s.rule = rules.id)",
            """CREATE TABLE bookmarks (source TEXT PRIMARY KEY, mark TEXT NOT NULL, time REAL NOT NULL) STRICT""",
        ),
    ),
    (
        "0003_trials",
        (
            "ALTER TABLE rules ADD COLUMN chance REAL",
            "ALTER TABLE sessions ADD COLUMN model TEXT NOT NULL DEFAULT ''",
            """CREATE TABLE keys (name TEXT PRIMARY KEY, key BLOB NOT NULL) STRICT""",
            """CREATE TABLE trials (project TEXT PRIMARY KEY, state TEXT NOT NULL, decided TEXT NOT NULL) STRICT""",
            """CREATE TABLE log (
                project TEXT NOT NULL, number INTEGER NOT NULL, line TEXT NOT NULL,
                PRIMARY KEY (project, number)) STRICT, WITHOUT ROWID""",
        ),
    ),
)


READABLE = len(STEPS) - 1
"""The oldest schema that is read as it is."""


def number(connection: sqlite3.Connection) -> int:
    """The schema number of a file; 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def apply(connection: sqlite3.Connection, steps: Sequence[Step] = STEPS, *, backup: Callable[[], object] = bool) -> int:
    """Bring a file to the newest schema and return how many steps that took.

    `connection` is in autocommit mode. `backup` is called first, under the write lock, where there
    is something to lose. Raises what a step or `backup` raises, and `sqlite3.OperationalError` when
    the write lock cannot be had within its timeout; the file is then as before.
    """
    from sqlite_utils import Database, Migrations

    connection.execute("BEGIN IMMEDIATE")
    try:
        begun = number(connection) if _ours(connection) else 0
        if 0 < begun < len(steps):
            backup()
        if begun < len(steps):
            migrations = Migrations("promptlearn")
            for name, statements in steps:
                migrations(name=name)(_runner(statements))
            migrations.apply(Database(connection, execute_plugins=False))
            connection.execute(f"PRAGMA user_version = {len(steps)}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk may have undone it already
            connection.execute("ROLLBACK")
        raise
    return max(0, len(steps) - begun)


def _ours(connection: sqlite3.Connection) -> bool:
    return connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID


def _runner(statements: Sequence[str]) -> Callable[[object], None]:
    def run(database: object) -> None:
        from sqlite_utils import Database

        assert isinstance(database, Database)
        for statement in statements:
            database.conn.execute(statement)

    return run
