"""Finds the rule files of a project and reads them: inside the project only, each file once, and never writes."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from zlib import crc32

from mcp_server.importers.rulefiles.book import Book
from mcp_server.importers.rulefiles.forms import FORMS, form
from mcp_server.importers.rulefiles.letters import MOST, UnreadableError
from mcp_server.importers.rulefiles.read import read
from store.values import NOTHING

SKIPPED = frozenset(
    {
        ".git",
        ".hg",
        ".mypy_cache",
        ".next",
        ".nox",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "bower_components",
        "build",
        "dist",
        "node_modules",
        "site-packages",
        "target",
        "third_party",
        "vendor",
        "venv",
    }
)
"""Folders of others' code and of what is built: their rule files speak to somebody else."""

FOLDERS = 20_000
"""Folders that are looked into at most."""

DEPTH = 5
"""How deep files may import each other; so deep do clients follow."""

_HOLDERS = frozenset({".claude", ".cursor", ".github", ".junie", ".roo", ".windsurf"})


class Refused(NamedTuple):
    """A file that was not read."""

    path: str
    why: str


class Found(NamedTuple):
    """The rule files of a project."""

    books: tuple[Book, ...]
    """Nearest to the root first; an imported file follows the one that imports it."""
    also: dict[str, tuple[str, ...]]
    """By path, further names under which clients read the same text: links to it, and files that import it."""
    refused: tuple[Refused, ...]
    files: tuple[str, ...]
    """Every file of the project that was passed, for those who ask whether one is there."""
    note: str = ""
    """Why this is not all."""
    sums: Mapping[str, int] = NOTHING
    """By name, a checksum of the file's bytes."""


class OutsideError(ValueError):
    """A path that is not inside the project, or not there; one line."""


def find(root: Path, named: Sequence[Path] = ()) -> Found:
    """The rule files of a project, or only those among `named` files and folders. Raises `OutsideError`."""
    return _Search(root.resolve()).run(named)


class _Search:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: list[str] = []
        self.refused: list[Refused] = []
        self.names: dict[Path, list[str]] = {}
        """The names of each real file."""
        self.also: dict[str, list[str]] = {}
        self.books: dict[Path, Book] = {}
        self.sums: dict[Path, int] = {}
        self.note = ""

    def run(self, named: Sequence[Path]) -> Found:
        for path in named or [self.root]:
            inside = self._inside(path)
            if (self.root / inside).is_dir():
                for name in self._walk(inside):
                    self._notice(name)
            else:
                self.files.append(inside.as_posix())
                self._notice(inside.as_posix())
        firsts = {real: min(names, key=self._rank) for real, names in self.names.items()}
        for real, name in sorted(firsts.items(), key=lambda each: self._rank(each[1])):
            if real not in self.books:
                self.also[name] = [other for other in self.names[real] if other != name]
                self._read(real, name, ())
        names = {book.path: real for real, book in self.books.items()}
        also = {name: tuple(dict.fromkeys(each)) for name, each in self.also.items() if each and name in names}
        names |= {other: names[name] for name, others in also.items() for other in others if other not in names}
        return Found(
            tuple(self.books.values()),
            also,
            tuple(self.refused),
            tuple(self.files),
            self.note,
            {name: self.sums[real] for name, real in names.items()},
        )

    def _inside(self, path: Path) -> Path:
        """A path that a person named, relative to the project. Links in it are not followed yet."""
        whole = Path(os.path.normpath(path))
        try:
            known = whole.parent.resolve() / whole.name if whole != self.root else whole
            there = os.path.lexists(known)
        except (OSError, RuntimeError, ValueError):
            there, known = False, whole
        if not there:
            raise OutsideError(f"{str(path)[:200]!r} is not there; name a rule file or a folder of this project")
        if not known.is_relative_to(self.root):
            raise OutsideError(f"{str(path)[:200]!r} is not in this project; run this in the project it belongs to")
        return known.relative_to(self.root)

    def _rank(self, name: str) -> tuple[int, bool, int, str]:
        known = form(name)
        linked = (self.root / name).is_symlink()
        return name.count("/"), linked, FORMS.index(known) if known else len(FORMS), name

    def _walk(self, start: Path) -> Iterator[str]:
        """The names of rule files below a folder, without following links but to folders of rules."""
        todo, seen = [start], set[Path]()
        while todo:
            folder = todo.pop()
            try:
                real = (self.root / folder).resolve()
                entries = sorted(os.scandir(self.root / folder), key=lambda each: each.name)
            except (OSError, RuntimeError):
                continue
            if real in seen:
                continue
            seen.add(real)
            if len(seen) > FOLDERS:
                self.note = f"only the first {FOLDERS} folders were looked into; name files or folders for the rest"
                return
            below: list[Path] = []
            for entry in entries:
                path = folder / entry.name
                if _folder(entry):
                    below += [path] if self._enters(entry, path) else []
                else:
                    self.files.append(path.as_posix())
                    if form(path.as_posix()):
                        yield path.as_posix()
            todo += reversed(below)

    def _enters(self, entry: "os.DirEntry[str]", path: Path) -> bool:
        if entry.name in SKIPPED:
            return False
        if not entry.is_symlink():
            return not os.path.lexists(self.root / path / ".git")
        name = path.as_posix()
        holds = path.name in _HOLDERS or any(form(f"{name}/x{end}") for end in (".mdc", ".instructions.md"))
        holds = holds or form(f"{name}/x.md") not in {"", "AGENTS.md", "CLAUDE.md", "GEMINI.md"}
        if holds and not self._real(name).is_relative_to(self.root):
            self.refused.append(Refused(name, "is a link out of the project, so it was not followed"))
            return False
        return holds

    def _real(self, name: str) -> Path:
        """Where a name leads; a path outside the project where it leads nowhere."""
        try:
            return (self.root / name).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            return Path(self.root.anchor)

    def _notice(self, name: str) -> None:
        real = self._real(name)
        if real.is_relative_to(self.root):
            self.names.setdefault(real, []).append(name)
            return
        circle = "leads nowhere" if real == Path(self.root.anchor) else "leads out of the project"
        self.refused.append(Refused(name, f"is a link that {circle}, so it was not read"))

    def _read(self, real: Path, name: str, chain: tuple[str, ...]) -> None:
        try:
            data = _bytes(real)
            book = read(data, name)
        except UnreadableError as error:
            self.refused.append(Refused(name, str(error)))
            return
        except OSError as error:
            self.refused.append(Refused(name, f"cannot be read ({error.strerror or type(error).__name__})"))
            return
        if not form(name) and chain:
            importer = next(each for each in self.books.values() if each.path == chain[-1])
            book = book._replace(paths=importer.paths, when=importer.when)
        self.books[real], self.sums[real] = book, crc32(data)
        for target in book.imports:
            self._import(book, target, (*chain, name))

    def _import(self, book: Book, target: str, chain: tuple[str, ...]) -> None:
        place = Path(target).expanduser() if target.startswith(("~", "/")) else PurePosixPath(book.path).parent / target
        whole = Path(os.path.normpath(self.root / place))
        what = f"{book.path} (@{target})"
        name = whole.relative_to(self.root).as_posix() if whole.is_relative_to(self.root) else ""
        if not name:
            self.refused.append(Refused(what, "imports a file outside the project, which was not read"))
            return
        if not os.path.lexists(whole):
            self.refused.append(Refused(what, "imports a file that is not there"))
            return
        real = self._real(name)
        if not real.is_relative_to(self.root):
            self.refused.append(Refused(what, "imports a link out of the project, which was not followed"))
        elif len(chain) > DEPTH:
            self.refused.append(Refused(what, f"is the import of an import, {DEPTH} deep; clients go no further"))
        else:
            known = self.books.get(real)
            name = known.path if known else min([*self.names.get(real, ()), name], key=self._rank)
            ways = [book.path, *self.also.get(book.path, ())]
            others = self.also.setdefault(name, [other for other in self.names.get(real, ()) if other != name])
            others += [way for way in ways if way != name]
            if known is None:
                self._read(real, name, chain)


def _folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _bytes(path: Path) -> bytes:
    """The beginning of a file, one byte more than a rule file may have. Raises `UnreadableError` and `OSError`."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise UnreadableError("is no file")
    with path.open("rb") as file:
        return file.read(MOST + 1)
