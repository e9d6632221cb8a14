"""What commits say of one another, read from git's output: which one undoes, mends or copies which.

Nothing is run here. The formats are asked for with NUL between all fields, which no field can hold.
A message is outside text: only its subject is kept, and it is cleaned where it is shown.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from mcp_server.learning.commits.marks import agent_of, is_bot

COMMIT = "%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%aN%x00%B%x00"
"""The format that `commits` reads."""

TITLE = "%H%x00%s%x00"
"""The format that `titles` reads."""

STEP = "%H%x00%gD%x00%gs%x00"
"""The format that `steps` reads, of a reflog with `--date=unix`."""

LONGEST = 64 * 1024
"""Bytes of one field that are read; the rest of a longer one is dropped."""

SUBJECT = 500
"""Characters of a subject that are looked at."""

_LATEST = 253_402_300_799  # the year 9999: what lies beyond is no time that anybody can show
_MANY = 50
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Commit(NamedTuple):
    """One commit, as far as it tells what became of others."""

    sha: str
    parents: tuple[str, ...]
    author: str
    """The author's name, by the repository's mailmap; not yet clean."""
    key: str
    """A digest of who wrote it and when, which amending, rebasing and picking keep."""
    written: float
    """The author's time."""
    time: float
    """The committer's time: when it came to be as it is."""
    subject: str
    agent: str = ""
    """The agent whose mark it bears."""
    bot: bool = False
    reverted: tuple[str, ...] = ()
    """Commits that it says it reverts, as it names them."""
    partly: bool = False
    kept: str = ""
    """The side of a merge that stays, where the merge is reverted."""
    undone: str = ""
    """The subject of the commit that its own subject says it reverts."""
    pull: str = ""
    """The pull request that it says it reverts: `owner/repo#5`, `#5` or `!5`."""
    mends: str = ""
    """`fixup`, `squash` or `amend`, where it is meant to be folded into another one."""
    target: str = ""
    """The subject or id of that other one."""
    picked: tuple[str, ...] = ()
    """Commits it was picked from."""

    @property
    def merge(self) -> bool:
        """Does it bring histories together?"""
        return len(self.parents) > 1

    @property
    def reverts(self) -> bool:
        """Does it say that it undoes another one?"""
        return bool(self.reverted or self.undone or self.pull)

    @property
    def same(self) -> str:
        """What a commit shares with itself after a rebase."""
        return digest(self.key, self.subject)


class Step(NamedTuple):
    """One line of a reflog: where a branch, or HEAD, came to stand, and by what."""

    branch: str
    """Empty for HEAD."""
    sha: str
    time: float
    action: str
    """`commit`, `commit (amend)`, `rebase (pick)`."""


class Amend(NamedTuple):
    """One commit that took the place of another."""

    old: str
    new: str
    time: float


def digest(*parts: str) -> str:
    """What stands for these texts without telling them."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def fields(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The fields between NULs, each cut to `LONGEST` bytes. What stands after the last NUL is dropped."""
    open_ = bytearray()
    for piece in pieces:
        first, *others = piece.split(b"\0")
        open_ += first[: LONGEST - len(open_)]
        for other in others:
            yield bytes(open_)
            open_ = bytearray(other[:LONGEST])


def commits(pieces: Iterable[bytes]) -> Iterator[Commit]:
    """The commits that `git rev-list --format` printed in the format `COMMIT`; what is none is passed over."""
    told = map(_text, fields(pieces))
    for head, parents, name, address, written, committer, post, time, author, message in zip(
        *[told] * 10, strict=False
    ):
        sha = head.rpartition("\n")[2]
        if not is_sha(sha):
            continue
        subject = " ".join(_BLANK.split(message.strip(), maxsplit=1)[0].splitlines())[:SUBJECT].strip()
        mends, target = _mended(subject)
        reverted, partly = _reverted(message)
        yield Commit(
            sha=sha,
            parents=tuple(parents.split()),
            author=author or name,
            key=digest(name, address, written),
            written=_time(written),
            time=_time(time),
            subject=subject,
            agent=agent_of([(name, address), (committer, post)], message),
            bot=is_bot(name, address),
            reverted=reverted,
            partly=partly,
            kept=found[1] if (found := _KEPT.search(message)) else "",
            undone=_undone(subject),
            pull=_pull(message),
            mends=mends,
            target=target,
            picked=tuple(dict.fromkeys(_PICKED.findall(message)))[:_MANY],
        )


def titles(pieces: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Ids and subjects that `git rev-list --format` printed in the format `TITLE`."""
    told = map(_text, fields(pieces))
    for head, subject in zip(told, told, strict=False):
        yield head.rpartition("\n")[2], subject[:SUBJECT].strip()


def steps(pieces: Iterable[bytes]) -> Iterator[Step]:
    """The lines of reflogs, newest first, that `git log -g` printed in the format `STEP`."""
    told = map(_text, fields(pieces))
    for sha, selector, message in zip(*[told] * 3, strict=False):
        name, _, time = selector.removesuffix("}").rpartition("@{")
        found = sha.strip()
        if is_sha(found):
            branch = "" if name == "HEAD" else name.removeprefix("refs/").removeprefix("heads/")
            yield Step(branch, found, _time(time), message.partition(":")[0][:40])


def amends(told: Iterable[Step]) -> list[Amend]:
    """What was amended, oldest first, each pair once."""
    later: dict[str, Step] = {}
    found: dict[tuple[str, str], Amend] = {}
    for step in told:
        after = later.get(step.branch)
        if after and after.action == "commit (amend)" and after.sha != step.sha:
            found.setdefault((step.sha, after.sha), Amend(step.sha, after.sha, after.time))
        later[step.branch] = step
    return sorted(found.values(), key=lambda each: each.time)


def made(told: Iterable[Step]) -> dict[str, set[str]]:
    """The commits that were made in this repository, not fetched, with the branches they were made on."""
    found: dict[str, set[str]] = {}
    for step in told:
        if step.action.startswith("commit"):
            found.setdefault(step.sha, set()).update({step.branch} - {""})
    return found


def is_sha(text: str) -> bool:
    """Is it the full id of an object?"""
    return bool(_SHA.fullmatch(text))


def is_name(text: str) -> bool:
    """Can it be the id of an object, in full or in short?"""
    return bool(_SHORT.fullmatch(text))


def plain(subject: str) -> str:
    """A subject without the number of the pull request that it was merged by."""
    return _NUMBERED.sub("", subject)


def pull_of(subject: str) -> str:
    """The number of the pull request by which a commit of that subject was merged; empty where it tells none."""
    found = _MERGED.search(subject)
    return (found[1] or found[2]) if found else ""


def is_target(commit: Commit, target: str) -> bool:
    """Would `git rebase --autosquash` fold a commit that names `target` into this one?"""
    if commit.mends:
        return False
    named = is_name(target) and commit.sha.startswith(target)
    return named or commit.subject.startswith(target)


_BLANK = re.compile(r"\n[ \t\r]*+\n")
_NUMBERED = re.compile(r" \([#!]\d{1,9}\)\Z")
_MERGED = re.compile(r"\AMerge pull request #(\d{1,9}) from | \(#(\d{1,9})\)\Z")
_SHORT = re.compile(r"[0-9a-f]{7,64}")

_REVERTS = re.compile(
    r"^[ \t]{0,8}This (?P<part>partially |partly |)reverts commits?:?\s{1,4}"
    r"(?P<list>[0-9a-f]{7,64}+(?:(?:\s{0,2},\s{0,2}(?:and\s{1,2})?|\s{1,2}and\s{1,2})[0-9a-f]{7,64}+){0,50}+)(?!\w|\.\.)",
    re.MULTILINE | re.IGNORECASE,
)
_KEPT = re.compile(r",\s{1,4}reversing\s{1,4}changes\s{1,4}made\s{1,4}to\s{1,4}([0-9a-f]{7,64})\b")
_TITLE = re.compile(r"(?P<word>revert|reapply|reland):? (?P<quote>[\"'\u201c]?)(?P<title>.{1,500})", re.IGNORECASE)
_PULL = re.compile(
    r"^Reverts (?P<hub>(?:[\w.-]{1,100}/[\w.-]{1,100})?#\d{1,9})[ \t\r.]*+$"
    r"|^This reverts merge request (?P<lab>![0-9]{1,9})",
    re.MULTILINE,
)
_MENDS = re.compile(r"(?P<sort>fixup|squash|amend)! +")
_PICKED = re.compile(r"^\(cherry picked from commit ([0-9a-f]{7,64})\)[ \t\r]*+$", re.MULTILINE)


def _reverted(message: str) -> tuple[tuple[str, ...], bool]:
    found = list(_REVERTS.finditer(message))
    named = [name.lower() for each in found for name in re.findall(r"[0-9a-fA-F]{7,64}", each["list"])]
    return tuple(dict.fromkeys(named))[:_MANY], bool(found) and all(each["part"] for each in found)


def _undone(subject: str) -> str:
    """The title inside `Revert "title"`; of `Reapply "title"` that of the revert which it undoes."""
    found = _TITLE.fullmatch(plain(subject))
    if found is None:
        return ""
    word, title = found["word"].lower(), found["title"]
    if found["quote"]:
        if title[-1] not in "\"'\u201d":
            return ""
        title = title[:-1]
    elif not subject.lower().startswith(f"{word}: "):
        return ""  # "Revert to the old parser" names no commit
    return title if word == "revert" else f'Revert "{title}"'


def _pull(message: str) -> str:
    found = _PULL.search(message)
    return (found["hub"] or found["lab"]) if found else ""


def _mended(subject: str) -> tuple[str, str]:
    first, rest = "", subject
    while found := _MENDS.match(rest):
        first, rest = first or found["sort"], rest[found.end() :]
    return (first, rest.strip()) if first and rest.strip() else ("", "")


def _text(field: bytes) -> str:
    return field.decode("utf-8", "surrogateescape")


def _time(digits: str) -> float:
    """Seconds since the epoch; 0 for what is no time."""
    found = re.fullmatch(r"-?\d{1,19}", digits)
    return float(min(max(int(digits), 0), _LATEST)) if found else 0.0
