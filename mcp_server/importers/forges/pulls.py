"""Pull requests as facts: what became of one, who judged it, what was said in it, what it took back.

The readers of every service and dialect fill the same two records, and only this file makes facts of them.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from mcp_server.importers.forges import hunk as hunks
from mcp_server.importers.forges import remark, reverts
from mcp_server.importers.forges.voices import Voice
from mcp_server.importers.found import Found
from mcp_server.learning.reviews import APPROVED, CHANGES, COMMENTED, DISMISSED, RESOLVED, UNRESOLVED
from store.records import Kind, Trust
from store.text import CleanText, clean_evidence, clean_line

SIGNS = {"github": "#", "gitlab": "!"}
"""What stands before the number of a pull request."""

MERGED, CLOSED, REOPENED = "merged", "closed", "reopened"
"""What becomes of a pull request."""

_BECAME = {MERGED: "was merged", CLOSED: "was closed without being merged", REOPENED: "was reopened"}
_JUDGED = {
    APPROVED: "approved {}",
    CHANGES: "requested changes to {}",
    COMMENTED: "reviewed {} without a verdict",
    DISMISSED: "no longer stands by a review of {}, which was dismissed",
    RESOLVED: "resolved a thread of {}",
    UNRESOLVED: "reopened a thread of {}",
}
_MAY_BE_EMPTY = ("suggestion", "replaces")
_NOBODY = Voice("unknown", Trust.ANONYMOUS)


class Pull(NamedTuple):
    """A pull request, as far as a file tells of it; texts are as they stand there."""

    provider: str
    repository: str = ""
    number: str = ""
    title: str = ""
    body: str = ""
    author: Voice = _NOBODY
    branch: str = ""
    base: str = ""
    commit: str = ""
    """The head."""
    merge_commit: str = ""
    fork: bool = False
    """Does the head lie in another repository?"""
    commits: tuple[str, ...] = ()
    """Messages of its commits, where the file has them."""

    @property
    def name(self) -> str:
        """`owner/repo#5`; `#5` where the repository is not told; empty without a number."""
        return f"{self.repository}{SIGNS[self.provider]}{self.number}" if self.number else ""

    @property
    def head(self) -> str:
        """The branch by which a session may be found. A fork's `main` is not ours."""
        return "" if self.fork and self.branch == self.base else self.branch


class Said(NamedTuple):
    """A review or a comment, as a service tells it."""

    id: str
    voice: Voice
    body: str = ""
    sort: str = "conversation"
    """`conversation`, `inline` or `review`."""
    state: str = ""
    """The review's state."""
    time: float | None = None
    commit: str = ""
    """The head it was said of."""
    path: str = ""
    line: int | None = None
    start: int | None = None
    side: str = ""
    hunk: str = ""
    reply_to: str = ""
    outdated: bool = False
    resolved: bool | None = None


def outcome(pull: Pull, state: str, *, actor: Voice | None, time: float | None) -> Iterator[Found]:
    """What became of a pull request, and what was taken back if it was merged.

    The words are ours, so their trust is that of the act: to merge, or to close what somebody else
    opened, takes write access. Who closes their own has the trust of an author.
    """
    other = actor is not None and actor.known and actor.identity != pull.author.identity
    voice = actor if actor is not None and other else pull.author
    if voice.trust is not Trust.AGENT and voice.known and (state == MERGED or (other and pull.author.known)):
        voice = voice._replace(trust=Trust.MEMBER)
    name = pull.name or "a pull request"
    when = "" if state == MERGED or time is None else f"{time:.0f}"
    yield _found(
        pull,
        Kind.PULL_REQUEST,
        clean_evidence(f"{name} {_BECAME[state]}").text,
        voice,
        key=("pull request", pull.number or pull.commit or pull.head, state, when),
        time=time,
        detail={
            "state": state,
            "title": _line(pull.title),
            "number": int(pull.number) if pull.number else None,
            "head": pull.branch,
            "base": pull.base,
            "merge_commit": pull.merge_commit if state == MERGED else "",
            "author": pull.author.identity if pull.author.known else "",
            "fork": pull.fork,
        },
    )
    if state == MERGED:
        yield from _taken_back(pull, time)


def review(pull: Pull, said: Said) -> Iterator[Found]:
    """One submitted review: that it was given, and what was written above it."""
    yield judged(pull, said)
    if said.state != DISMISSED:
        yield from comment(pull, said)


def judged(pull: Pull, said: Said, *, stamp: str = "") -> Found:
    """A review, or the state of a thread. `stamp` tells two acts with the same id and state apart."""
    return _found(
        pull,
        Kind.REVIEW,
        clean_evidence(f"{said.voice.name} {_JUDGED[said.state].format(pull.name or 'a pull request')}").text,
        said.voice,
        key=("thread" if said.state in {RESOLVED, UNRESOLVED} else "review", _id(pull, said), said.state, stamp),
        time=said.time,
        commit=said.commit or pull.commit,
        path=said.path,
        detail={
            "state": said.state,
            "id": said.id,
            "number": int(pull.number) if pull.number else None,
            "author_of_pull_request": _own(pull, said),
        },
    )


def comment(pull: Pull, said: Said) -> Iterator[Found]:
    """What somebody wrote, if they wrote anything themselves."""
    words = remark.read(said.body)
    if not words.text:
        return
    changes = [each.text for each in words.suggestions]
    side = said.side or ("RIGHT" if said.hunk else "")
    place = said.line if said.line is not None else hunks.line(said.hunk, side)
    answered = said.reply_to and _own(pull, said)
    content = sha256("\n".join((words.text, *changes)).encode()).hexdigest()[:12]
    yield _found(
        pull,
        Kind.COMMENT,
        words.text,
        said.voice,
        key=(f"{said.sort} comment", _id(pull, said), content),
        time=said.time,
        # The conversation is about what was the head then, which nobody tells.
        commit=said.commit or ("" if said.sort == "conversation" else pull.commit),
        path=said.path,
        fingerprint=remark.fingerprint(words.text, said.voice.identity) if _critical(said) and not answered else "",
        detail={
            "sort": said.sort,
            "state": said.state,
            "id": said.id,
            "number": int(pull.number) if pull.number else None,
            "line": place,
            "start_line": said.start,
            "side": side,
            "hunk": hunks.shown(said.hunk) if said.hunk else "",
            "in_reply_to": said.reply_to,
            "outdated": said.outdated,
            "resolved": said.resolved,
            "suggestion": changes[0] if changes else None,
            "suggestions": list[object](changes) if len(changes) > 1 else None,
            "replaces": _replaced(said, words.suggestions, side),
            "author_of_pull_request": _own(pull, said),
        },
    )


# --- pieces


def _taken_back(pull: Pull, time: float | None) -> Iterator[Found]:
    """Every change that this one took back, under the name of the one that it took back."""
    body = clean_evidence(pull.body, limit=remark.LONGEST).text
    found = reverts.read(
        clean_line(pull.title).text,
        (body, *pull.commits),
        repository=pull.repository,
        sign=SIGNS[pull.provider],
    )
    if found is None:
        return
    title = _line(found.title)
    for target in found.targets or (reverts.Reverted(),):
        named = _line(target.pull_request)
        what = " ".join(filter(None, (named, target.commit))) or "a change"
        about = Pull(pull.provider)._replace(commit=target.commit)  # nothing of the revert's own branch or head
        yield _found(
            about,
            Kind.REVERT,
            clean_evidence(f"{what} was taken back by {pull.name or 'a pull request'}: {pull.title}\n{body}").text,
            pull.author,
            key=("revert", pull.repository.lower(), pull.number or pull.commit, named.lower(), target.commit),
            time=time,
            pull_request=named,
            detail={
                "title": title,
                "pull_request": named,
                "commit": target.commit,
                "by": pull.name,
                "by_commit": pull.merge_commit,
            },
        )


def _found(
    pull: Pull,
    kind: Kind,
    text: CleanText,
    voice: Voice,
    *,
    key: tuple[str, ...],
    time: float | None,
    detail: Mapping[str, object],
    commit: str | None = None,
    path: str = "",
    pull_request: str | None = None,
    fingerprint: str = "",
) -> Found:
    return Found(
        kind=kind,
        text=text,
        key=(pull.provider, pull.repository.lower(), *key),
        identity=voice.identity,
        trust=voice.trust,
        time=time,
        fingerprint=fingerprint,
        commit=pull.commit if commit is None else commit,
        branch=pull.head,
        pull_request=pull.name if pull_request is None else pull_request,
        path=path,
        detail={name: value for name, value in detail.items() if _tells(name, value)},
    )


def _tells(name: str, value: object) -> bool:
    """Is it worth keeping? A suggestion may be to leave nothing, and a thread may be known to be open."""
    return not (value is None or (value is False and name != "resolved") or (value == "" and name not in _MAY_BE_EMPTY))


def _critical(said: Said) -> bool:
    """Is it said where faults are pointed out? Praise above an approval and the conversation are not."""
    return said.sort == "inline" or (said.sort == "review" and said.state in {CHANGES, COMMENTED})


def _replaced(said: Said, suggestions: tuple[remark.Suggestion, ...], side: str) -> str | None:
    """The lines that the first suggestion would replace, where the hunk shows them all."""
    if not suggestions or not said.hunk or side != "RIGHT" or suggestions[0].below:
        return None
    first = suggestions[0]
    many = said.line - said.start + 1 if said.line is not None and said.start is not None else 1
    lines = hunks.last(said.hunk, many + first.above)
    return None if lines is None else clean_evidence(lines).text


def _own(pull: Pull, said: Said) -> bool:
    return pull.author.known and pull.author.name == said.voice.name


def _id(pull: Pull, said: Said) -> str:
    """What tells it from every other; without an id, who said it where and when."""
    if said.id:
        return said.id
    when = "" if said.time is None else f"{said.time:.0f}"
    return "|".join((pull.number, said.voice.identity, when, said.path))


def _line(text: str) -> str:
    return clean_line(text, limit=200).text
