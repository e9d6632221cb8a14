"""The revision chain: digests of texts, the hash over a snapshot, and the check of both.

A revision covers digests only. `forget` can therefore drop a text and its salt while every hash
still verifies, and without the salt nobody can guess a short text back from its digest.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from store.records import Ending, Entry, Revision, Rule, State, Version


def digest(text: str, salt: str = "") -> str:
    """SHA-256 of salt and text, in hexadecimal."""
    return sha256(f"{salt}\n{text}".encode()).hexdigest()


def snapshot(rules: Iterable[Rule]) -> tuple[Entry, ...]:
    """All rules of a project as entries, by id."""
    return tuple(
        Entry(rule.id, rule.current.number, rule.current.digest, rule.state, rule.pinned, rule.ending)
        for rule in sorted(rules, key=lambda rule: rule.id)
    )


def encode(entries: Sequence[Entry]) -> str:
    """Entries as canonical JSON: the same entries give the same bytes on every machine."""
    rows = [[e.rule, e.version, e.digest, str(e.state), int(e.pinned), str(e.ending)] for e in entries]
    return json.dumps(rows, separators=(",", ":"))


def decode(text: str) -> tuple[Entry, ...]:
    """What `encode` wrote."""
    return tuple(
        Entry(rule, version, digest_, State(state), bool(pinned), Ending(ending))
        for rule, version, digest_, state, pinned, ending in json.loads(text)
    )


def seal(
    entries: Sequence[Entry], *, project: str, number: int, parent: str, time: float, cause: str, report: str
) -> Revision:
    """Make the revision that follows the one with hash `parent` (the empty string for the first)."""
    unsealed = Revision(project, number, parent, "", time, cause, digest(report), tuple(entries), report)
    return replace(unsealed, hash=_hash(unsealed))


def problems(
    revisions: Sequence[Revision], *, version: Callable[[int, int], Version | None], forgotten: bool
) -> list[str]:
    """What does not fit in a project's chain, one sentence each; an empty list means it verifies.

    `revisions` are all of one project in order. `forgotten` says whether texts were ever forgotten:
    only then may a report differ from its digest.
    """
    found: list[str] = []
    parent = ""
    for number, revision in enumerate(revisions, start=1):
        if not forgotten and digest(revision.report) != revision.report_digest:
            found.append(f"the report of revision {number} was changed after it was written")
        if _hash(replace(revision, number=number, parent=parent)) != revision.hash:
            found.append(f"revision {revision.number} does not follow from its parent")
        parent = revision.hash
    for entry in {(e.rule, e.version): e for r in revisions for e in r.entries}.values():
        kept = version(entry.rule, entry.version)
        if kept is None or kept.digest != entry.digest:
            found.append(f"version {entry.version} of R{entry.rule} is not the one its revision names")
        elif kept.text is not None and digest(kept.text, kept.salt) != kept.digest:
            found.append(f"the text of R{entry.rule} version {entry.version} was changed after it was written")
    return found


def _hash(revision: Revision) -> str:
    parts = [
        revision.project,
        revision.number,
        revision.parent,
        repr(revision.time),
        revision.cause,
        revision.report_digest,
        encode(revision.entries),
    ]
    return sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()
