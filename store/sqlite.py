"""The contract in SQLite: one file, WAL, FULL, one short `BEGIN IMMEDIATE` per write.

Above the file-length cap because it is one noun: every method of the contract with its SQL beside
it. Opening and closing, translation of errors and the waiting for locks live in `connection.py`.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from store import chain, episodes, migrations
from store.connection import LARGEST, Connection, UnreadableError, as_id, sole
from store.contract import Delivery, Forgotten, Kept, Numbers
from store.errors import ConflictError, DamagedError, NotFoundError
from store.records import (
    GLOBAL,
    LIVE,
    SIGHTED,
    Condition,
    Decision,
    Ending,
    Episode,
    Evidence,
    Exposure,
    Heartbeat,
    Kind,
    Operation,
    Project,
    Revision,
    Rule,
    Session,
    Sighting,
    Source,
    State,
    Tally,
    Trials,
    Trust,
    Version,
    Work,
)
from store.revise import Add, Effect, Step, changed, concerned, created
from store.text import trusted_text
from store.values import replace

TRIALS = 3
"""The schema from which on the store knows how far trials have come."""

Row = tuple[Any, ...]
"""What SQLite gives; STRICT tables keep the types that the schema names."""

Read = TypeVar("Read")

RULE = """SELECT r.id, r.project, r.state, r.pinned, r.operation, r.replaces, r.ending, r.target, r.why,
    r.created, r.voices, {chance},
    v.number, v.digest, v.salt, v.text, v.paths, v.origin, v.identity, v.trust, v.time, v.removed, v.withdrawn
    FROM rules r JOIN versions v ON v.rule = r.id AND v.number = r.version"""
RULES = RULE.format(chance="r.chance")
RULES_BEFORE = RULE.format(chance="NULL")
"""One schema back, which a reader, and a hook that comes before the migration, still works with."""
VERSIONS = """SELECT number, digest, salt, text, paths, origin, identity, trust, time, removed, withdrawn
    FROM versions WHERE rule = ?"""
FACT = """id, project, kind, text, fingerprint, origin, identity, trust, session, episode, commit_id,
    time, hash, detail"""
EVIDENCE = f"SELECT {FACT}, branch, pull_request, path, how, confidence FROM evidence"
EXPOSURES = """SELECT session, rule, version, probability, assigned, delivered, episode, position, time
    FROM exposures"""
SESSION = "SELECT id, project, client, started, seen, spoke, {model} FROM sessions"
SESSIONS = SESSION.format(model="model")
SESSIONS_BEFORE = SESSION.format(model="''")
EPISODES = "SELECT id, session, project, task, started, seen FROM episodes"
REVISIONS = """SELECT project, number, parent, hash, time, cause, report_digest, entries, report
    FROM revisions WHERE project = ?"""
DECISIONS = "SELECT kind, rule, actor, reason, numbers, project, revision, time, id FROM decisions"
TALLIES = """SELECT fingerprint, count(*), count(DISTINCT coalesce(nullif(session, ''), nullif(commit_id, ''), hash)),
    min(time), max(time), max(id) FROM evidence WHERE project = ? AND kind = 'failure' AND fingerprint != ''
    GROUP BY fingerprint ORDER BY 3 DESC, 1"""
STANDINGS = "SELECT state, count(*), sum(pinned != 0) FROM rules WHERE project = ? GROUP BY state"
SESSION_NUMBERS = "SELECT count(*), max(seen) FROM sessions WHERE project = ?"


LINKS = """SELECT s.rule, s.evidence FROM supports s JOIN rules r ON r.id = s.rule WHERE r.project IN (?, ?)"""

COLUMNS = FACT.removeprefix("id, ")
NOBODYS = ("", "", "", "", 1.0)
"""What most facts say of branch, pull request, path and how their session was found: a row of the schema before."""

WRITE_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode

# By stored word: calling an enum takes four times as long, and a thousand rules are read for one answer.
STATES = {str(state): state for state in State}
OPERATIONS = {str(operation): operation for operation in Operation}
ENDINGS = {str(ending): ending for ending in Ending}
KINDS = {str(kind): kind for kind in Kind}


class SqliteStore:
    """A `Store` in one SQLite file. Use `store.open_store` to make one."""

    def __init__(self, connection: Connection, *, chance: Callable[[int], bytes]) -> None:
        self._db = connection
        self._known: dict[int, tuple[Row, Rule]] = {}
        self._chance = chance
        self._tried = migrations.number(connection.raw) >= TRIALS
        self._sessions = SESSIONS if self._tried else SESSIONS_BEFORE

    @property
    def path(self) -> Path:
        """The file."""
        return self._db.path

    def hurry(self) -> None:
        """From now on wait for nobody's lock: whoever waits behind us has waited enough."""
        self._db.hurry()

    # Projects, sessions, episodes

    def know(self, project: Project) -> None:
        """See `Store.know`."""
        row = (project.key, project.name, project.path)
        with self._db.reading() as db:
            if db.execute("SELECT 1 FROM projects WHERE (key, name, path) = (?, ?, ?)", row).fetchone():
                return
        with self._db.writing() as db:
            db.execute(
                """INSERT INTO projects (key, name, path) VALUES (?, ?, ?)
                ON CONFLICT (key) DO UPDATE SET name = excluded.name, path = excluded.path""",
                row,
            )

    def projects(self) -> list[Project]:
        """See `Store.projects`."""
        with self._db.reading() as db:
            return [Project(*row) for row in db.execute("SELECT key, name, path FROM projects ORDER BY key")]

    def deliver(
        self,
        session: Session,
        *,
        task: str,
        shown: Sequence[Exposure],
        now: float,
        known: tuple[Exposure, ...] | None = None,
    ) -> Delivery:
        """See `Store.deliver`."""
        with self._db.reading() as db:
            current = _newest_episode(db, session.id, session.project)
            before = _exposures(db, session.id, session.project) if known is None else known
        if current is not None and current == episodes.following(current, task=task, now=now):
            had = {(exposure.rule, exposure.version) for exposure in before}
            if all((exposure.rule, exposure.version) in had for exposure in shown):
                return Delivery(current, before)
        with self._db.writing() as db:
            db.execute(
                """INSERT INTO sessions (id, project, client, started, seen) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (id, project) DO UPDATE SET seen = max(seen, excluded.seen)""",
                (session.id, session.project, session.client, session.started, now),
            )
            if session.model and self._tried:
                named = "UPDATE sessions SET model = ? WHERE id = ? AND project = ? AND model = ''"
                db.execute(named, (session.model, session.id, session.project))
            episode = _continued(db, session, task, now)
            place = db.execute(
                "SELECT coalesce(max(position), 0) FROM exposures WHERE session = ? AND project = ?",
                (session.id, session.project),
            ).fetchone()[0]
            for exposure in shown:
                place += db.execute(
                    """INSERT OR IGNORE INTO exposures (session, project, rule, version, probability, assigned,
                    delivered, episode, position, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                    (
                        session.id,
                        session.project,
                        exposure.rule,
                        exposure.version,
                        exposure.probability,
                        exposure.assigned,
                        exposure.delivered,
                        episode.id,
                        place + 1,
                        now,
                    ),
                ).rowcount
            seen = _exposures(db, session.id, session.project)
        return Delivery(episode, seen)

    def exposures(self, session: str, project: str) -> tuple[Exposure, ...]:
        """See `Store.exposures`."""
        with self._db.reading() as db:
            return _exposures(db, session, project)

    def exposures_of(self, rule: int) -> tuple[Exposure, ...]:
        """See `Store.exposures_of`."""
        with self._db.reading() as db:
            rows = db.execute(f"{EXPOSURES} WHERE rule = ? ORDER BY time, episode, session, position", (as_id(rule),))
            return tuple(map(_exposure, rows))

    def episode(self, ident: int) -> Episode:
        """See `Store.episode`."""
        with self._db.reading() as db:
            row = db.execute(f"{EPISODES} WHERE id = ?", (as_id(ident),)).fetchone()
        if row is None:
            raise NotFoundError("episode", f"E{ident}", "call get_rules to begin one, or leave `episode` out")
        return Episode(*row)

    def episodes(self, session: str, project: str) -> list[Episode]:
        """See `Store.episodes`."""
        with self._db.reading() as db:
            rows = db.execute(f"{EPISODES} WHERE session = ? AND project = ? ORDER BY id", (session, project))
            return [Episode(*row) for row in rows]

    def current_episode(self, session: str, project: str) -> Episode | None:
        """See `Store.current_episode`."""
        with self._db.reading() as db:
            return _newest_episode(db, session, project)

    def sessions(self, project: str, *, since: float = 0.0) -> list[Session]:
        """See `Store.sessions`."""
        with self._db.reading() as db:
            rows = db.execute(f"{self._sessions} WHERE project = ? AND seen >= ? ORDER BY rowid", (project, since))
            return [Session(*row) for row in rows]

    def session(self, ident: str, project: str) -> Session | None:
        """See `Store.session`."""
        with self._db.reading() as db:
            row = db.execute(f"{self._sessions} WHERE id = ? AND project = ?", (ident, project)).fetchone()
        return None if row is None else Session(*row)

    def newcomers(self, project: str | None, *, after: int) -> list[tuple[int, Session]]:
        """See `Store.newcomers`. Sessions are never deleted, so their row ids only grow."""
        marked = self._sessions.replace("SELECT ", "SELECT rowid, ", 1)
        mine = "" if project is None else " AND project = ?"
        values = (after,) if project is None else (after, project)
        with self._db.reading() as db:
            rows = db.execute(f"{marked} WHERE rowid > ?{mine} ORDER BY rowid", values)
            return [(mark, Session(*row)) for mark, *row in rows]

    # What sessions left behind

    def worked(self, works: Sequence[Work]) -> None:
        """See `Store.worked`."""
        with self._db.hasty() as db:
            _work(db, works)

    def works(
        self,
        project: str,
        *,
        session: str | None = None,
        sort: str | None = None,
        names: Iterable[str] | None = None,
    ) -> list[Work]:
        """See `Store.works`."""
        conditions, parameters = ["project = ?"], [project]
        for column, wanted in (("session", session), ("sort", sort)):
            if wanted is not None:
                conditions.append(f"{column} = ?")
                parameters.append(wanted)
        if names is not None:
            conditions.append("name IN (SELECT value FROM json_each(?))")
            parameters.append(json.dumps(list(names)))
        with self._db.reading() as db:
            rows = db.execute(
                f"""SELECT project, session, sort, name, time, how FROM works
                WHERE {" AND ".join(conditions)} ORDER BY sort, name, session""",
                parameters,
            )
            return [Work(*row) for row in rows]

    # Evidence

    def record(
        self,
        facts: Sequence[Evidence],
        *,
        rule: int | None = None,
        conditions: Sequence[Condition] = (),
        works: Sequence[Work] = (),
    ) -> list[Kept]:
        """See `Store.record`."""
        with self._db.writing() as db:
            if rule is not None and not db.execute("SELECT 1 FROM rules WHERE id = ?", (as_id(rule),)).fetchone():
                raise NotFoundError("rule", f"R{rule}", "see `mcp-promptlearn rules`")
            kept = [_keep(db, fact) for fact in facts]
            if rule is not None:
                _link(db, rule, (each.id for each in kept))
            if conditions:
                db.executemany(
                    """INSERT INTO conditions (project, suite, item, status, time) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (project, suite, item) DO UPDATE SET status = excluded.status, time = excluded.time""",
                    [(facts[0].project, each.suite, each.item, each.status, each.time) for each in conditions],
                )
            _work(db, works)
        return kept

    def attribute(
        self, evidence: Iterable[int], *, session: str, episode: int | None, how: str, confidence: float
    ) -> int:
        """See `Store.attribute`."""
        facts = json.dumps(list(evidence))
        with self._db.writing() as db:
            given = db.execute(
                """UPDATE evidence SET session = ?, episode = ?, how = ?, confidence = ?
                WHERE session IS NULL AND id IN (SELECT value FROM json_each(?))""",
                (session, episode, how, confidence, facts),
            ).rowcount
            linked = "SELECT DISTINCT rule FROM supports WHERE evidence IN (SELECT value FROM json_each(?))"
            _count_voices(db, [rule for (rule,) in db.execute(linked, (facts,)).fetchall()])
        return given

    def loose(self, project: str) -> list[Evidence]:
        """See `Store.loose`."""
        with self._db.reading() as db:
            rows = db.execute(
                f"""{EVIDENCE} WHERE project = ? AND session IS NULL
                AND (commit_id != '' OR branch != '' OR pull_request != '' OR path != '') ORDER BY id""",
                (project,),
            )
            return _all(_fact, rows)

    def conditions(self, project: str, suite: str) -> Mapping[str, Condition]:
        """See `Store.conditions`."""
        with self._db.reading() as db:
            rows = db.execute(
                "SELECT suite, item, status, time FROM conditions WHERE project = ? AND suite = ?", (project, suite)
            )
            return {row[1]: Condition(*row) for row in rows}

    def evidence(
        self,
        project: str,
        *,
        ids: Iterable[int] | None = None,
        kinds: Iterable[Kind] | None = None,
        fingerprint: str | None = None,
        session: str | None = None,
        episode: int | None = None,
        trust: Trust | None = None,
        newest: int | None = None,
    ) -> list[Evidence]:
        """See `Store.evidence`."""
        conditions, values = ["project = ?"], [project]
        parameters: list[object] = list(values)
        place = None if episode is None else as_id(episode)
        for column, wanted in (("fingerprint", fingerprint), ("session", session), ("episode", place)):
            if wanted is not None:
                conditions.append(f"{column} = ?")
                parameters.append(wanted)
        for column, many in (("id", ids), ("kind", kinds)):
            if many is not None:
                # json_each takes any number of values as one parameter.
                conditions.append(f"{column} IN (SELECT value FROM json_each(?))")
                parameters.append(json.dumps(list(many)))
        if trust is not None:
            conditions.append("trust >= ?")
            parameters.append(int(trust))
        order = "id" if newest is None else "id DESC LIMIT ?"
        if newest is not None:
            parameters.append(min(max(newest, 0), LARGEST))
        with self._db.reading() as db:
            rows = db.execute(f"{EVIDENCE} WHERE {' AND '.join(conditions)} ORDER BY {order}", parameters)
            found = _all(_fact, rows)
        return found if newest is None else found[::-1]

    def counts(self, project: str) -> Mapping[Kind, int]:
        """See `Store.counts`."""
        with self._db.reading() as db:
            rows = db.execute("SELECT kind, count(*) FROM evidence WHERE project = ? GROUP BY kind", (project,))
            return dict(_all(_count, rows))

    def numbers(self, project: str) -> Numbers:
        """See `Store.numbers`."""
        with self._db.reading() as db:
            rules = _all(_standing, db.execute(STANDINGS, (project,)))
            sessions, seen = db.execute(SESSION_NUMBERS, (project,)).fetchone()
        return Numbers(
            rules={state: number for state, number, _ in rules},
            pinned=sum(pinned for state, _, pinned in rules if state in LIVE),
            sessions=sessions,
            seen=seen,
        )

    def tallies(self, project: str) -> list[Tally]:
        """See `Store.tallies`."""
        with self._db.reading() as db:
            return [Tally(*row) for row in db.execute(TALLIES, (project,))]

    def newest_failures(self, project: str) -> Mapping[str, int]:
        """See `Store.newest_failures`."""
        with self._db.reading() as db:
            rows = db.execute(
                """SELECT fingerprint, max(id) FROM evidence
                WHERE project = ? AND kind = 'failure' AND fingerprint != '' GROUP BY fingerprint""",
                (project,),
            )
            return dict(rows.fetchall())

    def supports(self, rule: int) -> list[Evidence]:
        """See `Store.supports`."""
        with self._db.reading() as db:
            rows = db.execute(
                f"{EVIDENCE} WHERE id IN (SELECT evidence FROM supports WHERE rule = ?) ORDER BY id",
                (as_id(rule),),
            )
            return _all(_fact, rows)

    def links(self, project: str) -> Mapping[int, frozenset[int]]:
        """See `Store.links`."""
        found: dict[int, set[int]] = {}
        with self._db.reading() as db:
            for rule, evidence in db.execute(LINKS, (project, GLOBAL)):
                found.setdefault(rule, set()).add(evidence)
        return {rule: frozenset(evidence) for rule, evidence in found.items()}

    # Rules

    def rule(self, ident: int) -> Rule:
        """See `Store.rule`."""
        with self._db.reading() as db:
            return _rule_by_id(db, ident)

    def rules(self, project: str, *, states: Iterable[State] | None = None) -> list[Rule]:
        """See `Store.rules`."""
        with self._db.reading() as db:
            return _rules(db, project, states, read=self._rule)

    def _rule(self, row: Row) -> Rule:
        """The rule in a row; the one made before where the row has not changed, as most have not."""
        known = self._known.get(row[0])
        if known is None or known[0] != row:
            known = self._known[row[0]] = row, _rule(row)
        return known[1]

    def versions(self, rule: int) -> list[Version]:
        """See `Store.versions`."""
        with self._db.reading() as db:
            _rule_by_id(db, rule)
            return _versions(db, rule)

    def suggest(self, change: Add, evidence: Evidence, *, now: float) -> Rule:
        """See `Store.suggest`."""
        with self._db.writing() as db:
            kept = _keep(db, evidence)
            effect = created(
                replace(change, state=State.CANDIDATE),
                project=evidence.project,
                ident=_next_rule(db),
                salt=self._chance(16).hex(),
                now=now,
            )
            _write(db, effect, new=True)
            _link(db, effect.rule.id, (kept.id, *change.evidence))
            return _rule_by_id(db, effect.rule.id)

    def revise(
        self,
        project: str,
        steps: Sequence[Step],
        *,
        cause: str,
        report: str = "",
        now: float,
        expected: int | None = None,
    ) -> Revision:
        """See `Store.revise`."""
        with self._db.writing() as db:
            return self._revise(db, project, steps, cause=cause, report=report, now=now, expected=expected)

    def _revise(
        self,
        db: sqlite3.Connection,
        project: str,
        steps: Sequence[Step],
        *,
        cause: str,
        report: str,
        now: float,
        expected: int | None,
    ) -> Revision:
        number, parent = _head(db, project)
        if expected is not None and number != expected:
            raise ConflictError(expected, number)
        for step in steps:
            effect = self._effect(db, project, step, now)
            _write(db, effect, new=isinstance(step.change, Add))
            if isinstance(step.change, Add):
                _link(db, effect.rule.id, step.change.evidence)
            db.execute(
                """INSERT INTO decisions (project, kind, rule, revision, actor, reason, numbers, time)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    project,
                    step.kind,
                    effect.rule.id,
                    number + 1,
                    step.actor,
                    step.reason,
                    json.dumps(dict(step.numbers), sort_keys=True),
                    now,
                ),
            )
        sealed = chain.seal(
            chain.snapshot(_rules(db, project)),
            project=project,
            number=number + 1,
            parent=parent,
            time=now,
            cause=cause,
            report=report,
        )
        db.execute(
            """INSERT INTO revisions (project, number, parent, hash, time, cause, report_digest, entries, report)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                project,
                sealed.number,
                sealed.parent,
                sealed.hash,
                now,
                cause,
                sealed.report_digest,
                chain.encode(sealed.entries),
                report,
            ),
        )
        return sealed

    def _effect(self, db: sqlite3.Connection, project: str, step: Step, now: float) -> Effect:
        salt = self._chance(16).hex()
        if isinstance(step.change, Add):
            return created(step.change, project=project, ident=_next_rule(db), salt=salt, now=now)
        rule = _rule_by_id(db, concerned(step.change))
        if rule.project != project:
            raise NotFoundError("rule", rule.name, f"it belongs to another project ({rule.project})")
        known = {version.number: version for version in _versions(db, rule.id)}
        return changed(step.change, rule, versions=known.__getitem__, newest=max(known), salt=salt, now=now)

    def head(self, project: str) -> int:
        """See `Store.head`."""
        with self._db.reading() as db:
            return _head(db, project)[0]

    def revisions(self, project: str) -> list[Revision]:
        """See `Store.revisions`."""
        with self._db.reading() as db:
            return _revisions(db, project)

    def revision(self, project: str, number: int) -> Revision:
        """See `Store.revision`."""
        with self._db.reading() as db:
            found = _all(_revision, db.execute(f"{REVISIONS} AND number = ?", (project, as_id(number))))
        if not found:
            raise NotFoundError("revision", number, "see `mcp-promptlearn history`")
        return found[0]

    def decisions(self, project: str, *, rule: int | None = None, revision: int | None = None) -> list[Decision]:
        """See `Store.decisions`."""
        conditions, parameters = "", [project]
        values: list[object] = list(parameters)
        for column, wanted in (("rule", rule), ("revision", revision)):
            if wanted is not None:
                conditions += f" AND {column} = ?"
                values.append(as_id(wanted))
        with self._db.reading() as db:
            return _all(_decision, db.execute(f"{DECISIONS} WHERE project = ?{conditions} ORDER BY id", values))

    # Trials

    def coin_key(self) -> bytes:
        """See `Store.coin_key`."""
        if not self._tried:
            return b""
        find = "SELECT key FROM keys WHERE name = 'coin'"
        with self._db.reading() as db:
            row = db.execute(find).fetchone()
        if row is None:
            with self._db.writing() as db:
                db.execute("INSERT OR IGNORE INTO keys (name, key) VALUES ('coin', ?)", (self._chance(32),))
                row = db.execute(find).fetchone()
        return bytes(row[0])

    def trials(self, project: str) -> Trials | None:
        """See `Store.trials`."""
        if not self._tried:
            return None
        with self._db.reading() as db:
            row = db.execute("SELECT state, decided FROM trials WHERE project = ?", (project,)).fetchone()
            return None if row is None else Trials(row[0], row[1], _lines(db, project))

    def log(self, project: str, *, after: int = 0) -> Iterator[str]:
        """See `Store.log`."""
        while self._tried:
            with self._db.reading() as db:
                some = db.execute(
                    "SELECT line FROM log WHERE project = ? AND number > ? ORDER BY number LIMIT 10000",
                    (project, after),
                ).fetchall()
            yield from (line for (line,) in some)
            after += len(some)
            if not some:
                return

    def decide(
        self,
        project: str,
        trials: Trials,
        *,
        log: Sequence[str],
        chances: Mapping[int, float | None],
        steps: Sequence[Step],
        cause: str,
        report: str = "",
        now: float,
        expected: int,
    ) -> Revision | None:
        """See `Store.decide`."""
        with self._db.writing() as db:
            lines = _lines(db, project)
            if lines + len(log) != trials.lines:
                raise ConflictError(trials.lines, lines + len(log))
            head = _head(db, project)[0]
            if head != expected:
                raise ConflictError(expected, head)
            for rule in chances:
                _rule_by_id(db, rule)
            revision = None
            if steps:
                revision = self._revise(db, project, steps, cause=cause, report=report, now=now, expected=expected)
            db.executemany("UPDATE rules SET chance = ? WHERE id = ?", [(p, rule) for rule, p in chances.items()])
            rows = [(project, number, line) for number, line in enumerate(log, start=lines + 1)]
            db.executemany("INSERT INTO log (project, number, line) VALUES (?, ?, ?)", rows)
            db.execute(
                """INSERT INTO trials (project, state, decided) VALUES (?, ?, ?)
                ON CONFLICT (project) DO UPDATE SET state = excluded.state, decided = excluded.decided""",
                (project, trials.state, trials.decided),
            )
        return revision

    def problems(self) -> list[str]:
        """See `Store.problems`: a full integrity check of the file, then every row and every chain.

        Raises `DamagedError`, with what the check said, where rows cannot be read at all.
        """
        found: list[str] = []
        try:
            with self._db.reading() as db:
                found += [row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
                found += [f"a row of {row[0]} points to nothing" for row in db.execute("PRAGMA foreign_key_check")]
                for read, query in ((_fact, EVIDENCE), (_exposure, EXPOSURES), (_decision, DECISIONS)):
                    for row in db.execute(query):
                        _all(read, [row])
                projects = db.execute("SELECT project FROM revisions UNION SELECT project FROM rules").fetchall()
                for (project,) in projects:
                    rules = _rules(db, project)
                    versions = {(rule.id, v.number): v for rule in rules for v in _versions(db, rule.id)}
                    broken = chain.problems(_revisions(db, project), rules=rules, versions=versions)
                    found += [f"{project}: {problem}" for problem in broken]
        except DamagedError as error:
            if found:
                raise DamagedError(self.path, found[0]) from error
            raise
        return found

    # Hooks

    def beat(
        self, heartbeat: Heartbeat, *, works: Sequence[Work] = (), spoken: tuple[str, str, float] | None = None
    ) -> None:
        """See `Store.beat`."""
        with self._db.hasty() as db:
            db.execute(
                """INSERT INTO heartbeats (client, event, time, said, fault, seconds) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (client, event) DO UPDATE
                SET time = excluded.time, said = excluded.said, fault = excluded.fault, seconds = excluded.seconds""",
                (
                    heartbeat.client,
                    heartbeat.event,
                    heartbeat.time,
                    heartbeat.said,
                    heartbeat.fault,
                    heartbeat.seconds,
                ),
            )
            _work(db, works)
            if spoken is not None:
                ident, project, now = spoken
                spoke = "UPDATE sessions SET spoke = max(spoke, ?) WHERE id = ? AND project = ?"
                db.execute(spoke, (now, ident, project))

    def beats(self) -> list[Heartbeat]:
        """See `Store.beats`."""
        with self._db.reading() as db:
            rows = db.execute("SELECT client, event, time, said, fault, seconds FROM heartbeats ORDER BY 1, 2")
            return [Heartbeat(*row) for row in rows]

    def sight(self, sighting: Sighting, pids: Sequence[int]) -> None:
        """See `Store.sight`."""
        with self._db.hasty() as db:
            db.executemany(
                """INSERT INTO sightings (pid, client, session, time) VALUES (?, ?, ?, ?)
                ON CONFLICT (pid) DO UPDATE
                SET client = excluded.client, session = excluded.session, time = excluded.time
                WHERE sightings.client = excluded.client OR excluded.time - sightings.time > ?""",
                [(pid, sighting.client, sighting.session, sighting.time, SIGHTED) for pid in pids],
            )

    def sighted(self, pids: Sequence[int], client: str = "") -> Sighting | None:
        """See `Store.sighted`."""
        with self._db.reading() as db:
            row = db.execute(
                """SELECT client, session, time FROM json_each(?) AS given
                JOIN sightings ON pid = given.value WHERE ? IN ('', client) ORDER BY given.key LIMIT 1""",
                (json.dumps(list(pids)), client),
            ).fetchone()
        return None if row is None else Sighting(*row)

    # The rest

    def forget(self, *, needles: Sequence[str], rule: int | None = None, evidence: Iterable[int] = ()) -> Forgotten:
        """See `Store.forget`. Rewrites the file and empties the WAL, so that no byte of it stays."""
        from store import forgetting

        with self._db.writing() as db:
            counts = forgetting.forget(db, needles=needles, rule=rule, evidence=evidence)
        return replace(counts, emptied=self._db.rewrite())

    def answer(self, question: str) -> str | None:
        """See `Store.answer`."""
        with self._db.reading() as db:
            row = db.execute("SELECT answer FROM answers WHERE question = ?", (question,)).fetchone()
        return None if row is None else str(row[0])

    def keep_answer(self, question: str, answer: str, *, now: float) -> None:
        """See `Store.keep_answer`."""
        with self._db.writing() as db:
            db.execute(
                """INSERT INTO answers (question, answer, time) VALUES (?, ?, ?)
                ON CONFLICT (question) DO UPDATE SET answer = excluded.answer, time = excluded.time""",
                (question, answer, now),
            )

    def bookmark(self, source: str) -> str | None:
        """See `Store.bookmark`."""
        with self._db.reading() as db:
            row = db.execute("SELECT mark FROM bookmarks WHERE source = ?", (source,)).fetchone()
        return None if row is None else str(row[0])

    def keep_bookmark(self, source: str, mark: str, *, now: float) -> None:
        """See `Store.keep_bookmark`."""
        with self._db.hasty() as db:
            db.execute(
                """INSERT INTO bookmarks (source, mark, time) VALUES (?, ?, ?)
                ON CONFLICT (source) DO UPDATE SET mark = excluded.mark, time = excluded.time""",
                (source, mark, now),
            )

    def alone(self, task: str) -> AbstractContextManager[None]:
        """See `Store.alone`: a lock of the operating system on a file beside the store."""
        return sole(self.path.with_name(f"{task}.lock"), what=task)

    def close(self) -> None:
        """See `Store.close`."""
        self._db.close()


def _all(read: Callable[[Row], Read], rows: Iterable[Row]) -> list[Read]:
    """Every row as a record. What is no record of ours is damage."""
    try:
        return list(map(read, rows))
    except (ValueError, TypeError, KeyError) as error:
        raise UnreadableError(f"a row cannot be read, {error!r}") from error


def _continued(db: sqlite3.Connection, session: Session, task: str, now: float) -> Episode:
    current = _newest_episode(db, session.id, session.project)
    following = episodes.following(current, task=task, now=now)
    if following is None:
        cursor = db.execute(
            "INSERT INTO episodes (session, project, task, started, seen) VALUES (?, ?, ?, ?, ?)",
            (session.id, session.project, task, now, now),
        )
        return Episode(cursor.lastrowid or 0, session.id, session.project, task, now, now)
    if following != current:
        db.execute(
            "UPDATE episodes SET task = ?, seen = ? WHERE id = ?",
            (following.task, following.seen, following.id),
        )
    return following


def _newest_episode(db: sqlite3.Connection, session: str, project: str) -> Episode | None:
    row = db.execute(
        f"{EPISODES} WHERE session = ? AND project = ? ORDER BY id DESC LIMIT 1", (session, project)
    ).fetchone()
    return None if row is None else Episode(*row)


def _exposures(db: sqlite3.Connection, session: str, project: str) -> tuple[Exposure, ...]:
    rows = db.execute(f"{EXPOSURES} WHERE session = ? AND project = ? ORDER BY position", (session, project))
    return tuple(map(_exposure, rows))


def _exposure(row: Row) -> Exposure:
    session, rule, version, probability, assigned, delivered, *rest = row
    return Exposure(session, rule, version, probability, bool(assigned), bool(delivered), *rest)


def _keep(db: sqlite3.Connection, fact: Evidence) -> Kept:
    row: list[object] = [
        fact.project,
        fact.kind.value,
        fact.text,
        fact.fingerprint,
        fact.source.origin,
        fact.source.identity,
        fact.source.trust.value,
        fact.session,
        fact.episode,
        fact.commit,
        fact.time,
        fact.hash,
        WRITE_JSON(dict(fact.detail)) if fact.detail else "{}",
    ]
    columns = COLUMNS
    whose = (fact.branch, fact.pull_request, fact.path, fact.how, fact.confidence)
    if whose != NOBODYS:
        columns += ", branch, pull_request, path, how, confidence"
        row += whose
    cursor = db.execute(
        f"INSERT INTO evidence ({columns}) VALUES (?{', ?' * (len(row) - 1)}) ON CONFLICT (project, hash) DO NOTHING",
        row,
    )
    if cursor.rowcount:
        return Kept(cursor.lastrowid or 0, True)
    old = db.execute("SELECT id FROM evidence WHERE project = ? AND hash = ?", (fact.project, fact.hash))
    return Kept(old.fetchone()[0], False)


def _work(db: sqlite3.Connection, works: Iterable[Work]) -> None:
    rows = [(work.project, work.sort, work.name, work.session, work.time, work.how) for work in works]
    if rows:
        db.executemany(
            """INSERT INTO works (project, sort, name, session, time, how) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (project, sort, name, session) DO UPDATE
            SET time = excluded.time, how = excluded.how WHERE excluded.time > time""",
            rows,
        )


def _count(row: Row) -> tuple[Kind, int]:
    kind, number = row
    return KINDS[kind], number


def _standing(row: Row) -> tuple[State, int, int]:
    state, number, pinned = row
    return STATES[state], number, pinned


def _decision(row: Row) -> Decision:
    kind, rule, actor, reason, numbers, *rest = row
    return Decision(kind, rule, actor, reason, json.loads(numbers), *rest)


def _link(db: sqlite3.Connection, rule: int, evidence: Iterable[int]) -> None:
    for each in evidence:
        if not db.execute("SELECT 1 FROM evidence WHERE id = ?", (as_id(each),)).fetchone():
            raise NotFoundError("evidence", each)
        db.execute("INSERT OR IGNORE INTO supports (rule, evidence) VALUES (?, ?)", (rule, each))
    _count_voices(db, (rule,))


def _count_voices(db: sqlite3.Connection, rules: Iterable[int]) -> None:
    count = f"UPDATE rules SET voices = ({migrations.VOICES} WHERE s.rule = rules.id) WHERE id = ?"
    db.executemany(count, [(rule,) for rule in rules])


def _fact(row: Row) -> Evidence:
    (
        ident,
        project,
        kind,
        text,
        fingerprint,
        origin,
        identity,
        trust,
        session,
        episode,
        commit,
        time,
        hash_,
        detail,
        branch,
        pull_request,
        path,
        how,
        confidence,
    ) = row
    return Evidence(
        project=str(project),
        kind=KINDS[kind],
        text=trusted_text(str(text)),
        source=_source(origin, identity, trust),
        time=time,
        hash=str(hash_),
        fingerprint=str(fingerprint),
        session=session,
        episode=episode,
        commit=str(commit),
        detail=json.loads(str(detail)),
        branch=branch,
        pull_request=pull_request,
        path=path,
        how=how,
        confidence=confidence,
        id=ident,
    )


def _reading(db: sqlite3.Connection) -> str:
    """How rules are read: in the schema before, all are shown by their state."""
    return RULES if migrations.number(db) >= TRIALS else RULES_BEFORE


def _lines(db: sqlite3.Connection, project: str) -> int:
    """How many lines a project's log has; they are numbered without gaps."""
    row = db.execute("SELECT number FROM log WHERE project = ? ORDER BY number DESC LIMIT 1", (project,)).fetchone()
    return 0 if row is None else row[0]


def _head(db: sqlite3.Connection, project: str) -> tuple[int, str]:
    row = db.execute(
        "SELECT number, hash FROM revisions WHERE project = ? ORDER BY number DESC LIMIT 1", (project,)
    ).fetchone()
    return (0, "") if row is None else row


def _next_rule(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(id), 0) + 1 FROM rules").fetchone()[0])


def _rules(
    db: sqlite3.Connection,
    project: str,
    states: Iterable[State] | None = None,
    *,
    read: Callable[[Row], Rule] | None = None,
) -> list[Rule]:
    if states is None:
        rows = db.execute(f"{_reading(db)} WHERE r.project = ? ORDER BY r.id", (project,))
    else:
        wanted = sorted(states)
        marks = ", ".join("?" * len(wanted))
        rows = db.execute(
            f"{_reading(db)} WHERE r.project = ? AND r.state IN ({marks}) ORDER BY r.id", (project, *wanted)
        )
    return _all(read or _rule, rows)


def _rule_by_id(db: sqlite3.Connection, ident: int) -> Rule:
    found = _all(_rule, db.execute(f"{_reading(db)} WHERE r.id = ?", (as_id(ident),)))
    if not found:
        raise NotFoundError("rule", f"R{ident}", "see `mcp-promptlearn rules`")
    return found[0]


def _versions(db: sqlite3.Connection, rule: int) -> list[Version]:
    return _all(partial(_version, rule), db.execute(f"{VERSIONS} ORDER BY number", (rule,)))


def _revisions(db: sqlite3.Connection, project: str) -> list[Revision]:
    return _all(_revision, db.execute(f"{REVISIONS} ORDER BY number", (project,)))


def _rule(row: Row) -> Rule:
    ident, project, state, pinned, operation, replaces, ending, target, why, created_, supports, chance = row[:12]
    return Rule(
        id=ident,
        project=project,
        state=STATES[state],
        pinned=bool(pinned),
        current=_version(ident, row[12:]),
        operation=OPERATIONS[operation],
        replaces=() if replaces == "[]" else tuple(json.loads(replaces)),
        ending=ENDINGS[ending],
        target=target,
        why=why,
        created=created_,
        supports=supports,
        chance=chance,
    )


def _version(rule: int, row: Row) -> Version:
    number, digest, salt, text, paths, origin, identity, trust, time, removed, withdrawn = row
    return Version(
        rule=rule,
        number=number,
        digest=digest,
        salt=salt,
        text=None if text is None else trusted_text(text),
        paths=() if paths == "[]" else tuple(json.loads(paths)),
        source=_source(origin, identity, trust),
        time=time,
        removed={} if removed == "{}" else json.loads(removed),
        withdrawn=bool(withdrawn),
    )


@lru_cache(maxsize=512)
def _source(origin: str, identity: str, trust: int) -> Source:
    """One value for the many rows of one source."""
    return Source(origin, identity, Trust(trust))


def _write(db: sqlite3.Connection, effect: Effect, *, new: bool) -> None:
    rule = effect.rule
    row = (
        rule.project,
        rule.state,
        rule.pinned,
        rule.current.number,
        rule.operation,
        json.dumps(rule.replaces),
        rule.ending,
        rule.target,
        rule.why,
        rule.created,
        rule.id,
    )
    if new:
        db.execute(
            """INSERT INTO rules (project, state, pinned, version, operation, replaces, ending, target, why,
            created, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            row,
        )
    else:
        db.execute(
            """UPDATE rules SET project = ?, state = ?, pinned = ?, version = ?, operation = ?, replaces = ?,
            ending = ?, target = ?, why = ?, created = ? WHERE id = ?""",
            row,
        )
    if migrations.number(db) >= TRIALS:
        db.execute("UPDATE rules SET chance = ? WHERE id = ?", (rule.chance, rule.id))
    db.executemany(
        """INSERT INTO versions (rule, number, digest, salt, text, paths, origin, identity, trust, time, removed,
        withdrawn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (rule, number) DO UPDATE SET withdrawn = excluded.withdrawn""",
        [
            (
                version.rule,
                version.number,
                version.digest,
                version.salt,
                version.text,
                json.dumps(version.paths, ensure_ascii=False),
                version.source.origin,
                version.source.identity,
                version.source.trust,
                version.time,
                json.dumps(dict(version.removed), sort_keys=True),
                version.withdrawn,
            )
            for version in effect.versions
        ],
    )


def _revision(row: Row) -> Revision:
    project, number, parent, hash_, time, cause, report_digest, entries, report = row
    return Revision(project, number, parent, hash_, time, cause, report_digest, chain.decode(str(entries)), report)
