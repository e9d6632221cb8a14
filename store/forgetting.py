"""Take texts out of a SQLite store while ids, digests, hashes, numbers and times stay."""

import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from store.connection import as_id
from store.contract import Forgotten, mentions
from store.errors import NotFoundError
from store.records import FORGOTTEN

MENTIONS = (
    "UPDATE rules SET why = '' WHERE why != '' AND (id = :rule OR holds(why))",
    "UPDATE rules SET target = '' WHERE target != '' AND (id = :rule OR holds(target))",
    """UPDATE decisions SET reason = :mark, numbers = '{}'
    WHERE (reason != :mark OR numbers != '{}') AND (rule = :rule OR holds(reason) OR within(numbers))""",
    "UPDATE revisions SET report = :mark WHERE report != :mark AND holds(report)",
    "UPDATE episodes SET task = '' WHERE holds(task)",
    "UPDATE heartbeats SET said = '' WHERE holds(said)",
    "UPDATE heartbeats SET fault = '' WHERE holds(fault)",
    "DELETE FROM conditions WHERE holds(item)",
    "DELETE FROM works WHERE holds(name)",
    "DELETE FROM answers WHERE holds(question) OR holds(answer)",
)
"""Where else than in wordings and evidence a text may stand."""


class Traces(NamedTuple):
    """What stays of forgotten texts, to find them in a copy of the store, where ids may mean other things."""

    words: frozenset[str]
    """Wordings of the rule that are still there."""
    rule: frozenset[str]
    """Digests of the rule's wordings."""
    versions: frozenset[str]
    """Digests of every wording forgotten so far."""
    facts: frozenset[tuple[str, str]]
    """Project and hash of the named evidence, and of all evidence forgotten so far."""


def forget(
    db: sqlite3.Connection, *, needles: Iterable[str], rule: int | None = None, evidence: Iterable[int] = ()
) -> Forgotten:
    """See `Store.forget`. Runs inside the caller's write transaction.

    What a rule's wording said may stand elsewhere too (the feedback it came from, a report), so the
    rule's own texts are needles as well.
    """
    wanted = set(needles)
    if rule is not None:
        texts = db.execute("SELECT text FROM versions WHERE rule = ?", (as_id(rule),)).fetchall()
        if not texts:
            raise NotFoundError("rule", f"R{rule}", "see `mcp-promptlearn rules`")
        wanted |= {text for (text,) in texts if text}
    holds = mentions(wanted)

    def within(text: str) -> bool:
        try:
            return holds(json.loads(text))
        except (ValueError, TypeError):  # damage is no reason to leave a text where it is
            return holds(text)

    db.create_function("holds", 1, holds, deterministic=True)
    db.create_function("within", 1, within, deterministic=True)
    facts = db.execute(
        """UPDATE evidence SET text = ?, detail = '{}', fingerprint = ''
        WHERE id IN (SELECT value FROM json_each(?)) OR holds(text) OR holds(fingerprint) OR within(detail)""",
        (FORGOTTEN, json.dumps(list(evidence))),
    ).rowcount
    versions = db.execute(
        """UPDATE versions SET text = NULL, salt = '', paths = '[]', removed = '{}'
        WHERE text IS NOT NULL AND (rule = ? OR holds(text))""",
        (rule,),
    ).rowcount
    others = sum(db.execute(statement, {"rule": rule, "mark": FORGOTTEN}).rowcount for statement in MENTIONS)
    return Forgotten(versions, facts, others)


def traces(db: sqlite3.Connection, *, rule: int | None, evidence: Iterable[int]) -> Traces:
    """What to look for in copies, once a store has forgotten, or just before."""
    own = db.execute("SELECT digest, text FROM versions WHERE rule = ?", (as_id(rule or 0),)).fetchall()
    return Traces(
        words=frozenset(text for _, text in own if text),
        rule=frozenset(digest for digest, _ in own),
        versions=frozenset(digest for (digest,) in db.execute("SELECT digest FROM versions WHERE text IS NULL")),
        facts=frozenset(
            db.execute(
                "SELECT project, hash FROM evidence WHERE text = ? OR id IN (SELECT value FROM json_each(?))",
                (FORGOTTEN, json.dumps(list(evidence))),
            )
        ),
    )


def words(db: sqlite3.Connection, found: Traces) -> set[str]:
    """The wordings in a copy that the store has forgotten."""
    rows = db.execute(
        "SELECT text FROM versions WHERE text IS NOT NULL AND digest IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(found.rule | found.versions)),),
    )
    return {text for (text,) in rows} | found.words


def forget_traces(db: sqlite3.Connection, found: Traces, *, needles: Iterable[str]) -> None:
    """Forget in a copy, by traces. Runs inside the caller's write transaction."""
    wanted = list(needles)
    facts = [
        ident for ident, *fact in db.execute("SELECT id, project, hash FROM evidence") if tuple(fact) in found.facts
    ]
    rules = db.execute(
        "SELECT DISTINCT rule FROM versions WHERE digest IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(found.rule)),),
    ).fetchall()
    for rule in [ident for (ident,) in rules] or [None]:
        forget(db, needles=wanted, rule=rule, evidence=facts)
