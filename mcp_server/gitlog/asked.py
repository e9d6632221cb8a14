"""Asks git, in ways in which it neither starts a program of the repository's choice nor prints without end."""

import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from threading import Timer

from mcp_server.learning.commits import history, lines
from mcp_server.learning.commits.history import Commit, Step, is_sha
from mcp_server.learning.commits.lines import Patch
from mcp_server.offspring import apart, end
from mcp_server.project import environment

PATIENCE = 60.0
"""Seconds that one command may take."""
BYTES = 128 * 1024 * 1024
"""Bytes that one command may print."""
PIECE = 64 * 1024
"""Bytes that are read at once."""
STEPS = 5_000
"""Lines of reflogs."""
AGAIN = 20
"""Times that reading goes on behind a commit that cannot be read."""

UNREAD = "git could not read the history; run `git log` in the project's folder to see why"

_REFS = ("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/remotes")
_LIST = ("rev-list", "--ignore-missing", "--encoding=UTF-8", "--stdin")
_COMMIT = f"--format={history.COMMIT}"
_REFLOG = (
    "log", "--walk-reflogs", "--branches", "--no-show-signature", "--no-notes", "--no-decorate", "--no-mailmap",
    "--no-color", "--no-patch", "--encoding=UTF-8", "--date=unix", f"--max-count={STEPS}", f"--format={history.STEP}",
)  # fmt: skip
_DIFF = (
    "diff-tree", "--stdin", "--root", "-r", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv",
    "--ignore-submodules=all",
)  # fmt: skip
_PATCH = (
    *_DIFF, "--patch", "--unified=0", "--inter-hunk-context=0", "--src-prefix=a/", "--dst-prefix=b/",
    "--diff-algorithm=myers",
)  # fmt: skip


class Git:
    """One repository, asked in ways in which git neither starts a program nor prints without end."""

    def __init__(self, root: str) -> None:
        self._root = root
        self.failed = ""
        """Why the last command gave less than was asked for; empty where it gave all."""

    def refs(self) -> list[tuple[str, str]]:
        """Where branches stand, here and as fetched, with their full names."""
        told = (line.partition(" ") for line in self.lines(*_REFS))
        return [(sha, name) for sha, _, name in told if is_sha(sha)]

    def heads(self) -> list[str]:
        """What is checked out, in every worktree."""
        told = self.lines("worktree", "list", "--porcelain")
        heads = (line.removeprefix("HEAD ") for line in told if line.startswith("HEAD "))
        return [sha for sha in heads if is_sha(sha) and sha.strip("0")]

    def commits(self, tips: Iterable[str], *, old: Iterable[str] = (), most: int) -> list[Commit]:
        """The commits that lead to `tips` and not to `old`, the newest first."""
        given = [*tips, *(f"^{tip}" for tip in old)]
        return list(history.commits(self.pieces(*_LIST, _COMMIT, f"--max-count={most}", given=given)))

    def each(self, shas: Iterable[str]) -> list[Commit]:
        """These commits and no others, as far as they are here."""
        return list(history.commits(self.pieces(*_LIST, _COMMIT, "--no-walk=unsorted", given=shas)))

    def titles(self, tips: Iterable[str], *, most: int) -> list[tuple[str, str]]:
        """The commits that lead to `tips`, with their subjects, the newest first."""
        given = (f"--format={history.TITLE}", f"--max-count={most}")
        return list(history.titles(self.pieces(*_LIST, *given, given=tips)))

    def resolved(self, names: Iterable[str]) -> dict[str, str]:
        """The full ids of commits, by what they are called; those that are not here are left out."""
        wanted = [name for name in dict.fromkeys(names) if history.is_name(name)]
        told = self.lines("cat-file", "--batch-check", given=wanted) if wanted else []
        answers = (line.split(" ") for line in told)
        return {name: each[0] for name, each in zip(wanted, answers, strict=False) if each[1:2] == ["commit"]}

    def steps(self) -> list[Step]:
        """What was done here, by the reflogs, the newest first."""
        steps = list(history.steps(self.pieces(*_REFLOG, "HEAD")))
        # Where nothing was ever committed on what is checked out, HEAD names nothing.
        return list(history.steps(self.pieces(*_REFLOG))) if self.failed and not steps else steps

    def between(self, old: Iterable[str], new: Iterable[str], *, most: int) -> list[str]:
        """The commits that lead to any of `new` and to none of `old`."""
        given = [*new, *(f"^{sha}" for sha in old)]
        return self.lines("rev-list", "--ignore-missing", "--stdin", f"--max-count={most}", given=given)

    def touched(self, shas: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Commits, with every file that each of them changes."""
        return lines.touched(self.pieces(*_DIFF, "--raw", "-z", given=shas))

    def patches(self, shas: Sequence[str]) -> Iterator[Patch]:
        """What these commits do. One that cannot be read, as in a partial clone, ends only itself."""
        missing = ""
        for _ in range(AGAIN):
            last: Patch | None = None
            for patch in lines.patches(self.pieces(*_PATCH, given=shas, by_line=True)):
                if last:
                    yield last
                last = patch
            if not self.failed and last:
                yield last
            missing = missing or self.failed
            if self.failed != UNREAD:
                break
            if last:
                # Where it broke off is not told: of the last one this may be the half.
                alone = list(lines.patches(self.pieces(*_PATCH, given=[last.sha], by_line=True)))
                yield from alone if not self.failed else ()
            shas = shas[(shas.index(last.sha) if last else 0) + 1 :]
        self.failed = missing

    def is_behind(self, old: str, young: str) -> bool:
        """Does one commit stand behind another in the history?"""
        self.lines("merge-base", "--is-ancestor", old, young)
        return not self.failed

    def is_whole(self) -> bool:
        """Does the history go back to where it began? Not in a shallow clone."""
        return self.lines("rev-parse", "--is-shallow-repository") == ["false"]

    def lines(self, *arguments: str, given: Iterable[str] = ()) -> list[str]:
        """All lines that a command prints."""
        printed = b"".join(self.pieces(*arguments, given=given)).decode("utf-8", "surrogateescape")
        return [line for line in printed.split("\n") if line]

    def pieces(self, *arguments: str, given: Iterable[str] = (), by_line: bool = False) -> Iterator[bytes]:
        """What a command prints, in pieces of at most 64 KiB; `given` are lines for it to read."""
        self.failed = ""
        try:
            # A file, as two pipes can wait for each other.
            with tempfile.TemporaryFile() as file:
                file.writelines(f"{line}\n".encode() for line in given)
                file.seek(0)
                running: subprocess.Popen[bytes] = subprocess.Popen(
                    ["git", "--no-pager", "-C", self._root, *arguments],
                    stdin=file,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=_environment(),
                    **apart(),
                )
        except (OSError, ValueError):
            self.failed = "git could not be started, so no history was looked at; install git"
            return
        yield from self._printed(running, by_line=by_line)

    def _printed(self, running: "subprocess.Popen[bytes]", *, by_line: bool) -> Iterator[bytes]:
        late: list[bool] = []
        whole = False
        with running:
            assert running.stdout is not None
            read = running.stdout.readline if by_line else running.stdout.read
            too_long = Timer(PATIENCE, lambda: (late.append(True), end(running.pid)))
            too_long.start()
            try:
                room = BYTES
                while room > 0 and (piece := read(PIECE)):
                    room -= len(piece)
                    yield piece
                whole = room > 0
            finally:
                too_long.cancel()
                if not whole:
                    end(running.pid)
        if late or not whole:
            self.failed = "git took too long" if late else "git printed too much"
        elif running.returncode:
            self.failed = UNREAD


def _environment() -> dict[str, str]:
    """As for every git command of ours, and: nothing fetched, no options for differences, the history as it is kept."""
    plain = {name: value for name, value in environment().items() if name != "GIT_DIFF_OPTS"}
    return {**plain, "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1"}
