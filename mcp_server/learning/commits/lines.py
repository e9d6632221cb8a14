"""Whose lines a commit takes away: told by their content, from git's differences, holding no text.

Lines are compared by content instead of asking `git blame`: all differences come from one process
whatever their number, and a line is known again after a rebase, a squash or a move. A line counts as
taken away only where the same commit does not add it again elsewhere, so moving and indenting is no
rewriting. Lines that say next to nothing (a brace, `else:`) belong to nobody.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mcp_server.learning.commits.history import fields, is_sha

LINES = 50_000
"""Changed lines of one commit that are kept; of a longer one nothing is said."""

_BLANKS = bytes(range(33)) + b"\x7f"
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_COMMON = frozenset(
    b"begin break catch continue default do done elif else end endfor endfunction endif endwhile esac exit false fi"
    b" finally import none null pass private protected public return return0 return1 returnfalse returnnil returnnone"
    b" returnnull returntrue static then true try undefined".split()
)
_GENERATED = re.compile(
    r"[^/]*\.(?:lock|lockb|map|min\.js|min\.css|snap|sum)|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml",
    re.DOTALL,
)
_HUNK = re.compile(rb"@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@")
_ESCAPE = re.compile(rb'\\([0-3][0-7]{2}|[abtnvfr"\\])')
_ESCAPED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}

Bag = Counter[int]
"""Lines as numbers that stand for their content, each with how often it is there."""


class Change(NamedTuple):
    """What a commit does to one file."""

    added: Bag
    removed: Bag


class Patch(NamedTuple):
    """What a commit does to all files that people write."""

    sha: str
    files: Mapping[str, Change]
    whole: bool = True
    """False where there was more than is kept."""


class Owner(NamedTuple):
    """A commit and the lines it wrote, by file."""

    sha: str
    lines: Mapping[str, Bag]

    @property
    def size(self) -> int:
        """All its lines."""
        return sum(bag.total() for bag in self.lines.values())


class Rewrite(NamedTuple):
    """How many of the lines that a commit wrote in a file another one took away."""

    sha: str
    path: str
    lines: int
    of: int


class Difference(NamedTuple):
    """What the second of two versions of one commit lacks of the first, and has beyond it."""

    lines: int
    of: int
    added: int
    paths: tuple[str, ...]


def meaning(line: bytes) -> int | None:
    """A number for the content of a line, blanks aside; None for one that says next to nothing."""
    bare = line.translate(None, _BLANKS)
    words = bare.translate(None, _SIGNS)
    return None if len(words) < 2 or words.lower() in _COMMON else hash(bare)


def is_generated(path: str) -> bool:
    """Is it a file that programs write anew, such as a lock file?"""
    return bool(_GENERATED.fullmatch(path.rpartition("/")[2]))


def touched(pieces: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Commit and path of all that `git diff-tree --stdin --raw -z` printed."""
    sha = ""
    told = fields(pieces)
    for field in told:
        if field.startswith(b":"):
            yield sha, next(told, b"").decode("utf-8", "surrogateescape")
        else:
            name = field.strip().decode("ascii", "replace")
            sha = name if is_sha(name) else ""


def patches(pieces: Iterable[bytes]) -> Iterator[Patch]:
    """The patches that `git diff-tree --stdin --patch --unified=0` printed, line by line.

    A line may come in several pieces: only the last one ends in a line break.
    """
    reader = _Reader()
    goes_on = False
    for piece in pieces:
        if not goes_on:
            done = reader.take(piece)
            if done:
                yield done
        goes_on = not piece.endswith(b"\n")
    if reader.sha:
        yield reader.patch()


def taken(patch: Patch) -> dict[str, Bag]:
    """The lines that are gone after a commit, by the file they stood in."""
    everywhere: Bag = Counter()
    for change in patch.files.values():
        everywhere.update(change.added)
    gone: dict[str, Bag] = {}
    for path, change in patch.files.items():
        lost: Bag = Counter()
        for line, count in change.removed.items():
            kept = min(count, everywhere[line])
            everywhere[line] -= kept
            if count > kept:
                lost[line] = count - kept
        if lost:
            gone[path] = lost
    return gone


def rewrites(gone: Mapping[str, Bag], owners: Iterable[Owner]) -> list[Rewrite]:
    """Whose lines were taken away. Where several wrote the same line, the first of `owners` counts."""
    left = {path: Counter(bag) for path, bag in gone.items()}
    found: list[Rewrite] = []
    for owner in owners:
        for path in left.keys() & owner.lines.keys():
            hit = left[path] & owner.lines[path]
            if hit:
                left[path] -= hit
                found.append(Rewrite(owner.sha, path, hit.total(), owner.lines[path].total()))
    return sorted(found)


def owned(patch: Patch, *sources: Owner) -> Owner:
    """The lines a commit wrote; with `sources`, only those that it has from them."""
    lines = {path: change.added for path, change in patch.files.items() if change.added}
    if sources:
        theirs: dict[str, Bag] = {}
        for source in sources:
            for path, bag in source.lines.items():
                theirs[path] = theirs.get(path, Counter[int]()) | bag
        common = {path: bag & theirs[path] for path, bag in lines.items() if path in theirs}
        lines = {path: bag for path, bag in common.items() if bag}
    return Owner(patch.sha, lines)


def share(patch: Patch, owner: Owner) -> float:
    """How much of what `owner` wrote a commit adds as well, in [0, 1]."""
    return owned(patch, owner).size / owner.size if owner.size else 0.0


def difference(old: Patch, new: Patch) -> Difference | None:
    """What became of a commit that was amended; None where both do the same."""
    was, now = owned(old), owned(new)
    paths = sorted(path for path in old.files.keys() | new.files.keys() if old.files.get(path) != new.files.get(path))
    if not paths:
        return None
    kept = owned(new, was).size if was.lines else 0
    return Difference(was.size - kept, was.size, now.size - kept, tuple(paths))


class _Reader:
    """Where in the output the next line stands."""

    def __init__(self) -> None:
        self.sha = ""
        self._begin("")

    def _begin(self, sha: str) -> None:
        self.sha, self._files, self._kept = sha, dict[str, Change](), 0
        self._path, self._change = "", None
        self._minus = self._plus = 0

    def patch(self) -> Patch:
        """All that was read of the commit."""
        return Patch(self.sha, self._files, self._kept <= LINES)

    def take(self, line: bytes) -> Patch | None:
        """Read one line; the patch before it, where it begins another."""
        if self._minus or self._plus:
            self._content(line)
        elif line.startswith(b"@@ ") and (hunk := _HUNK.match(line)):
            self._minus, self._plus = (int(count) if count else 1 for count in hunk.groups())
        elif line.startswith(b"diff --git "):
            self._path, self._change = "", None
        elif line.startswith((b"--- ", b"+++ ")):
            self._name(line)
        elif (name := line.strip().decode("ascii", "replace")) and is_sha(name):
            done = self.patch() if self.sha else None
            self._begin(name)
            return done
        return None

    def _name(self, line: bytes) -> None:
        name = _unquoted(line[4:].rstrip(b"\r\n"))
        if name != b"/dev/null":
            self._path = name[2:].decode("utf-8", "surrogateescape")
            self._change = None

    def _content(self, line: bytes) -> None:
        sign = line[:1]
        if sign == b"\\":
            return
        self._minus -= sign != b"+"
        self._plus -= sign != b"-"
        self._minus, self._plus = max(self._minus, 0), max(self._plus, 0)
        if sign not in {b"+", b"-"} or is_generated(self._path):
            return
        if self._change is None:
            self._change = self._files.setdefault(self._path, Change(Counter(), Counter()))
        self._kept += 1
        number = meaning(line[1:]) if self._kept <= LINES else None
        if number is not None:
            bag = self._change.added if sign == b"+" else self._change.removed
            bag[number] += 1


def _unquoted(name: bytes) -> bytes:
    """A path as a patch has it: in quotes where it holds odd bytes, with a tab behind where it holds blanks."""
    if not name.startswith(b'"'):
        return name.removesuffix(b"\t")
    inner = name.removesuffix(b"\t")[1:].removesuffix(b'"')
    return _ESCAPE.sub(lambda found: _byte(found[1]), inner)


def _byte(code: bytes) -> bytes:
    return bytes([int(code, 8)]) if len(code) == 3 else _ESCAPED.get(code, code)
