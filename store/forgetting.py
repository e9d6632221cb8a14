"""Take texts out of a SQLite store while ids, digests, hashes, numbers and times stay."""

import sqlite3
from collections.abc import Iterable, Sequence

from store.contract import Forgotten
from store.errors import NotFoundError
from store.records import FORGOTTEN


def forget(
    db: sqlite3.Connection, *, needles: Sequence[str], rule: int | None = None, evidence: Iterable[int] = ()
) -> Forgotten:
    """See `Store.forget`. Runs inside the caller's write transaction.

    What a rule's wording said may stand elsewhere too (the feedback it came from, a report), so the
    rule's own texts are needles as well.
    """
    wanted = {needle.casefold() for needle in needles if needle}
    if rule is not None:
        texts = db.execute("SELECT text FROM versions WHERE rule = ?", (rule,)).fetchall()
        if not texts:
            raise NotFoundError("rule", f"R{rule}", "see `mcp-promptlearn rules`")
        wanted |= {text.casefold() for (text,) in texts if text}

    def holds(text: str | None) -> bool:
        folded = (text or "").casefold()
        return any(needle in folded for needle in wanted)

    db.create_function("holds", 1, holds, deterministic=True)
    named = list(evidence)
    marks = ", ".join("?" * len(named))
    facts = [
        row[0]
        for row in db.execute(f"SELECT id FROM evidence WHERE id IN ({marks}) OR holds(text) OR holds(detail)", named)
    ]
    db.executemany(
        "UPDATE evidence SET text = ?, detail = '{}', fingerprint = '' WHERE id = ?",
        [(FORGOTTEN, id_) for id_ in facts],
    )
    versions = db.execute(
        """UPDATE versions SET text = NULL, salt = '', paths = '[]', removed = '{}'
        WHERE text IS NOT NULL AND (rule = ? OR holds(text))""",
        (rule,),
    ).rowcount
    others = 0
    for statement in (
        "UPDATE rules SET why = '' WHERE why != '' AND (id = ? OR holds(why))",
        "UPDATE rules SET target = '' WHERE target != '' AND (id = ? OR holds(target))",
        """UPDATE decisions SET reason = ?2, numbers = '{}'
        WHERE reason != ?2 AND (rule = ?1 OR holds(reason) OR holds(numbers))""",
        "UPDATE revisions SET report = ?2 WHERE report != ?2 AND ?1 IS ?1 AND holds(report)",
        "UPDATE episodes SET task = '' WHERE ?1 IS ?1 AND holds(task)",
        "DELETE FROM answers WHERE ?1 IS ?1 AND (holds(question) OR holds(answer))",
    ):
        parameters = (rule, FORGOTTEN) if "?2" in statement else (rule,)
        others += db.execute(statement, parameters).rowcount
    return Forgotten(versions, len(facts), others)
