"""Facts about commits: what another commit did to them, as evidence in the words of git."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mcp_server.importers.found import Found
from mcp_server.learning.commits.history import Commit, digest
from mcp_server.learning.commits.lines import Difference, Rewrite
from store.records import Kind, Trust
from store.text import CleanText, clean_line

SUBJECT = 200
"""Characters of a subject that are kept; nothing else of a message is."""


class Maker(NamedTuple):
    """Who made a commit, as far as git tells: nobody's address, and no more trust than a machine has."""

    identity: str
    trust: Trust
    word: str
    """`person`, `agent` or `bot`."""


def maker(commit: Commit, client: str = "") -> Maker:
    """Who made a commit. `client` is the one of the session it is of, where it is known to be of one."""
    if commit.agent or client:
        return Maker(f"agent:{commit.agent or clean_line(client, limit=80).text}", Trust.AGENT, "agent")
    name = clean_line("" if "@" in commit.author else commit.author, limit=80).text
    known = name or digest(commit.author)[:12]
    return Maker(f"bot:git:{known}" if commit.bot else f"git:{known}", Trust.MACHINE, "bot" if commit.bot else "person")


def reverted(
    sha: str, by: Commit, made: Maker, *, back: bool, target: Commit | None, pull: str, own: bool, merge: str = ""
) -> Found:
    """A commit was undone, or is back. `own`: by the session that wrote it; `merge`: with all that this one brought."""
    what = "was brought back" if back else "was partly reverted" if by.partly else "was reverted"
    name = f"commit {sha[:10]}" if sha else pull
    detail: dict[str, object] = {"by": by.sha, "reinstated": back, "who": made.word, "own": own}
    detail |= {"partial": True} if by.partly else {}
    detail |= {"merge": merge} if merge else {}
    detail |= {"title": _subject(target)} if target else {}
    return _found(
        Kind.REVERT,
        f"{name} {what} by {by.sha[:10]}: {by.subject}",
        ("revert", target.same if target else sha or pull, by.same),
        by,
        made,
        commit=sha,
        pull_request=pull,
        detail=detail,
    )


def rewritten(found: Rewrite, of: Commit, by: Commit, made: Maker) -> Found:
    """Lines that a commit wrote in one file were taken away or changed."""
    path = clean_line(found.path, limit=300).text
    return _found(
        Kind.REWORK,
        f"{found.lines} of {found.of} lines of commit {of.sha[:10]} in {path} were rewritten by {by.sha[:10]}: "
        f"{by.subject}",
        ("lines", of.same, by.same, digest(found.path)),
        by,
        made,
        commit=of.sha,
        path=path,
        detail=_counted("lines", by, made, found.lines, found.of),
    )


def amended(of: Commit, new: Commit, what: Difference, made: Maker) -> Found:
    """A commit was changed in its place by somebody else."""
    return _found(
        Kind.REWORK,
        f"commit {of.sha[:10]} was amended to {new.sha[:10]}, {what.lines} of {what.of} lines gone, {what.added} new: "
        f"{new.subject}",
        ("amend", of.sha, new.sha),
        new,
        made,
        commit=of.sha,
        path=_only(what.paths),
        detail={**_counted("amend", new, made, what.lines, what.of), "added": what.added, "files": len(what.paths)},
    )


def mended(of: Commit, by: Commit, hits: Sequence[Rewrite], made: Maker) -> Found:
    """Somebody else wrote a commit that is meant to be folded into this one. `hits` are the lines it rewrites."""
    gone, written = sum(hit.lines for hit in hits), sum(hit.of for hit in hits)
    return _found(
        Kind.REWORK,
        f"commit {of.sha[:10]} is mended by {by.mends} {by.sha[:10]}: {by.subject}",
        ("mend", of.same, by.same),
        by,
        made,
        commit=of.sha,
        path=_only([hit.path for hit in hits]),
        detail=_counted(by.mends, by, made, gone, written),
    )


def _counted(sort: str, by: Commit, made: Maker, gone: int, written: int) -> dict[str, object]:
    share = round(gone / written, 3) if written else 0.0
    subject = _subject(by)
    return {
        "sort": sort,
        "by": by.sha,
        "who": made.word,
        "lines": gone,
        "of": written,
        "share": share,
        "subject": subject,
    }


def _found(
    kind: Kind,
    words: str,
    key: tuple[str, ...],
    by: Commit,
    made: Maker,
    *,
    commit: str,
    detail: Mapping[str, object],
    path: str = "",
    pull_request: str = "",
) -> Found:
    return Found(
        kind=kind,
        text=clean_line(words).text,
        key=("git", *key),
        identity=made.identity,
        trust=made.trust,
        time=by.time or None,
        commit=commit,
        pull_request=pull_request,
        path=path,
        detail=detail,
    )


def _subject(commit: Commit) -> CleanText:
    return clean_line(commit.subject, limit=SUBJECT).text


def _only(paths: Sequence[str]) -> str:
    return clean_line(paths[0], limit=300).text if len(paths) == 1 else ""
