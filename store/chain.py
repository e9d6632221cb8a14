"""The revision chain: digests of texts, the hash over a snapshot, and the check of both.

A revision covers digests only. `forget` can therefore drop a text and its salt while every hash
still verifies, and without the salt nobody can guess a short text back from its digest.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from store.records import FORGOTTEN, Ending, Entry, Revision, Rule, State, Version
from store.values import replace


def digest(text: str, salt: str = "") -> str:
    """SHA-256 of salt and text, in hexadecimal."""
    return _sha256(f"{salt}\n{text}")


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
    """What `encode` wrote. Raises `ValueError` or `TypeError` for anything else."""
    if text == "[]":
        return ()
    if not (text.startswith("[[") and text.endswith("]]")):
        raise ValueError("this is no list of entries")
    # A revision repeats nearly all of the one before it, so most rows were read already.
    return tuple(map(_entry, text[2:-2].split("],[")))


def seal(
    entries: Sequence[Entry], *, project: str, number: int, parent: str, time: float, cause: str, report: str
) -> Revision:
    """Make the revision that follows the one with hash `parent` (the empty string for the first)."""
    unsealed = Revision(project, number, parent, "", time, cause, digest(report), tuple(entries), report)
    return replace(unsealed, hash=_hash(unsealed))


def problems(
    revisions: Sequence[Revision], *, rules: Sequence[Rule], versions: Mapping[tuple[int, int], Version]
) -> list[str]:
    """What does not fit in a project, one sentence each; an empty list means that all of it verifies.

    `revisions` are all of the project in order, `rules` all of its rules, `versions` all of theirs
    by rule and number. A forgotten text fits; one that is gone or other than it was does not.
    """
    return [*_broken_links(revisions), *_changed_texts(revisions, versions), *_changed_rules(revisions, rules)]


def _broken_links(revisions: Sequence[Revision]) -> Iterator[str]:
    number, parent = 0, ""
    for revision in revisions:
        if revision.number != number + 1:
            yield f"revision {number + 1} is missing"
        if revision.parent != parent:
            yield f"revision {revision.number} does not follow from its parent"
        if revision.hash != _hash(revision):
            yield f"revision {revision.number} was changed after it was written"
        if revision.report != FORGOTTEN and digest(revision.report) != revision.report_digest:
            yield f"the report of revision {revision.number} was changed after it was written"
        number, parent = revision.number, revision.hash


def _changed_texts(revisions: Sequence[Revision], versions: Mapping[tuple[int, int], Version]) -> Iterator[str]:
    named = {(e.rule, e.version): e.digest for revision in revisions for e in revision.entries}
    for rule, number in sorted(named.keys() | versions.keys()):
        kept = versions.get((rule, number))
        if kept is None or kept.digest != named.get((rule, number), kept.digest):
            yield f"version {number} of R{rule} is not the one its revision names"
        elif kept.text is None and kept.salt:
            yield f"the text of R{rule} version {number} is gone, and was not forgotten"
        elif kept.text is not None and digest(kept.text, kept.salt) != kept.digest:
            yield f"the text of R{rule} version {number} was changed after it was written"


def _changed_rules(revisions: Sequence[Revision], rules: Sequence[Rule]) -> Iterator[str]:
    """Rules change by revisions only; all that may have come since the newest one are candidates."""
    left = {entry.rule: entry for entry in revisions[-1].entries} if revisions else {}
    for now in snapshot(rules):
        then = left.pop(now.rule, None)
        if then is None and now.state is not State.CANDIDATE:
            yield f"R{now.rule} was made by no revision"
        elif then is not None and then != now:
            yield f"R{now.rule} is not as the newest revision left it"
    for gone in left:
        yield f"R{gone} is missing"


@lru_cache(maxsize=8192)
def _entry(row: str) -> Entry:
    rule, version, digest_, state, pinned, ending = json.loads(f"[{row}]")
    return Entry(rule, version, digest_, State(state), bool(pinned), Ending(ending))


def _hash(revision: Revision) -> str:
    parts = [
        revision.project,
        revision.number,
        revision.parent,
        repr(float(revision.time)),  # a whole number comes back from a database as a float
        revision.cause,
        revision.report_digest,
        encode(revision.entries),
    ]
    return _sha256(json.dumps(parts, separators=(",", ":")))


def _sha256(text: str) -> str:
    from hashlib import sha256  # it loads OpenSSL, for which whoever only reads has no use

    return sha256(text.encode()).hexdigest()
