"""Write our rules into the rule files that clients read by themselves, one block in each, and take them out again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mcp_server.agents import manifest, targets, written
from mcp_server.agents.calls import called
from mcp_server.agents.files import Seen, UnfitError, look, missing_folders, read_bytes, replace
from mcp_server.agents.manifest import EXPORTS, Entry
from mcp_server.agents.targets import Target
from mcp_server.agents.undo import Undo, What

GUIDE = "guide"
"""Stands for a client in the record of a guide."""
_DEEP = 5
"""Files that name each other are followed so far, as clients do."""
_FOLLOW = frozenset({"claude-code", "gemini", "qwen"})
"""Clients that read what their rule files name with an `@`."""
_INSTEAD = "only what lies in the project is written to"


class File(NamedTuple):
    """A rule file, and the clients that our rules stand in it for."""

    path: str
    """Relative to the project, as its first client names it."""
    seen: Seen
    clients: tuple[Target, ...]
    readers: tuple[Target, ...]
    """All that read it by themselves, those among them."""


class Change(NamedTuple):
    """What would be written to one file."""

    path: str
    clients: tuple[str, ...]
    seen: Seen
    after: bytes
    seed: str = ""


class Refusal(NamedTuple):
    """A file that is left alone, why, and what an edit of ours would have been replaced by."""

    path: str
    why: str
    before: str = ""
    after: str = ""


class Plan(NamedTuple):
    """Which files our rules stand in."""

    files: tuple[File, ...]
    spare: tuple[File, ...]
    """Files with a block of ours whose clients read another of ours already."""
    twice: tuple[tuple[str, tuple[str, ...]], ...]
    """Clients that read several of the files all the same, as each of them is needed for others."""
    refusals: tuple[Refusal, ...]


class Root:
    """A project's folder, and the files that will be there."""

    def __init__(self, root: str) -> None:
        self.path = Path(root)
        self.planned: set[str] = set()

    def exists(self, name: str) -> bool:
        """Is there a file of this name, or will there be one; a folder where it ends in a slash?"""
        path = self.path / name
        return path.is_dir() if name.endswith("/") else name in self.planned or path.is_file()

    def look(self, name: str) -> Seen:
        """A file that we may write to. Raises `UnfitError`."""
        return look(self.path / name, root=self.path, instead=_INSTEAD)

    def reals(self, target: Target) -> set[Path]:
        """Where everything lies that a client reads by itself, also what those files name with an `@`."""
        found: set[Path] = set()
        for name in targets.read_by(target, self.exists):
            path = self.path / name
            found |= {_real(path)} | (_called(path, self.path) if target.name in _FOLLOW else set())
        return found


def plan(wanted: Sequence[Target], root: Root, entries: Mapping[str, Entry]) -> Plan:
    """The files for these clients: one where several share it, none where they read another of ours."""
    before = {name: entry for entry in entries.values() for name in entry.client.split()}
    refusals: list[Refusal] = []
    held: dict[Path, tuple[str, Seen, list[Target]]] = {}
    # Files that others read as well come first: what is begun there decides what a client reads that takes the first.
    for target in sorted(wanted, key=lambda each: not _shared(targets.place(each, root.exists))):
        path = _settled(target, root, before.get(target.name))
        try:
            seen = root.look(path)
        except UnfitError as error:
            refusals.append(Refusal(path, f"{path} {error}"))
            continue
        root.planned.add(path)
        held.setdefault(seen.real, (path, seen, []))[2].append(target)
    reads = {target.name: root.reals(target) for target in targets.TARGETS}
    everybody = {real: tuple(each for each in targets.TARGETS if real in reads[each.name]) for real in held}
    kept = set(held)
    for real in sorted(held, key=lambda real: len(everybody[real])):
        if all(reads[each.name] & (kept - {real}) for each in held[real][2]):
            kept.discard(real)
    files: list[File] = []
    spare: list[File] = []
    for real, (path, seen, clients) in held.items():
        file = File(path, seen, tuple(clients), everybody[real])
        if real in kept:
            files.append(file)
        elif _holds(seen.data):
            spare.append(file)
    twice = tuple(
        (each.title, tuple(sorted(str(held[real][0]) for real in reads[each.name] & kept)))
        for each in targets.TARGETS
        if len(reads[each.name] & kept) > 1
    )
    return Plan(tuple(files), tuple(spare), twice, tuple(refusals))


def change(file: File, body: str) -> Change:
    """What would be written to a file. Raises `UnfitError`, and `EditedError` where somebody edited our block."""
    seed = file.clients[0].seed if file.seen.data is None else ""
    return of_body(file.path, tuple(each.name for each in file.clients), file.seen, body, seed=seed)


def of_body(path: str, clients: tuple[str, ...], seen: Seen, body: str, *, seed: str = "") -> Change:
    """What would be written to any file. Raises `UnfitError`, and `EditedError` where somebody edited our block."""
    data = seed.encode() if seen.data is None else seen.data
    ours = written.body_of(data)
    if ours is not None and not ours[1]:
        raise EditedError(ours[0])
    return Change(path, clients, seen, written.with_block(data, body), seed)


class EditedError(UnfitError):
    """Somebody edited our block in a file; what it says now is kept in `body`."""

    def __init__(self, body: str) -> None:
        super().__init__(
            "was edited between our markers, and an edit is never written over: say it with `mcp-promptlearn edit` or "
            "`add` (or put the lines back), then take our block out of the file and run this again"
        )
        self.body = body


def write(change: Change, root: str, home: Path, entries: dict[str, Entry]) -> None:
    """Write a change that was agreed to, having recorded it; `entries` then holds it. Raises `UnfitError`."""
    real, key = change.seen.real, str(change.seen.real)
    old = entries.get(key)
    try:
        if read_bytes(real) != change.seen.data:
            raise UnfitError("was changed meanwhile by somebody else; run this again to see it as it is now")
        entries[key] = _entry(change, old, root, home)
        manifest.save(home, entries, folder=EXPORTS)
        for folder in missing_folders(real):
            folder.mkdir(mode=0o755)
        replace(real, change.after, mode=0o644)
    except OSError as error:
        entries.pop(key, None)
        entries |= {key: old} if old is not None else {}
        raise UnfitError(f"could not be written ({error.strerror or error}); mend that, then run this again") from error


def take_out(entry: Entry, home: Path) -> Undo:
    """What to do to a file that was recorded, so that nothing of ours is in it. Raises `UnfitError`."""
    path, real = Path(entry.path), Path(entry.real)
    found = look(real, root=real.parent).data
    if found is None or manifest.fingerprint(found) == entry.before:
        return Undo(path, real, What.NOTHING, found, found, entry)
    before = manifest.kept(home, entry.before, folder=EXPORTS) if entry.before else None
    if manifest.fingerprint(found) in entry.after and (before is not None or not entry.before):
        return Undo(path, real, What.MADE if before is None else What.RESTORE, found, before, entry)
    ours = written.body_of(found)
    if ours is None:
        return Undo(path, real, What.NOTHING, found, found, entry)
    if not ours[1]:
        return Undo(path, real, What.MARKERS, found, written.without_markers(found), entry)
    bare = written.without_block(found)
    if not entry.before and _begun(bare):
        return Undo(path, real, What.MADE, found, None, entry)
    return Undo(path, real, What.BLOCK, found, bare, entry)


def unrecorded(root: Root, entries: Mapping[str, Entry], wanted: Iterable[Target]) -> tuple[list[Undo], list[Refusal]]:
    """What to do to files with a block of ours that nobody here recorded: it came with the repository."""
    undos: dict[Path, Undo] = {}
    refusals: list[Refusal] = []
    for name in dict.fromkeys(path for each in wanted for path in _names(each)):
        try:
            seen = root.look(name)
            if not _holds(seen.data) or str(seen.real) in entries or seen.data is None:
                continue
            ours = written.body_of(seen.data)
            if ours is None:
                continue
            bare = written.without_block(seen.data) if ours[1] else written.without_markers(seen.data)
        except UnfitError as error:
            if (root.path / name).is_file():
                refusals.append(Refusal(name, f"{name} {error}"))
            continue
        what = What.ELSEWHERE if ours[1] else What.MARKERS
        undos[seen.real] = Undo(seen.path, seen.real, what, seen.data, None if _begun(bare) else bare, None)
    return list(undos.values()), refusals


def standing(path: Path, body: str) -> str:
    """How a file stands to what it should say, in a word or two."""
    try:
        data = read_bytes(path)
        ours = None if data is None else written.body_of(data)
    except (OSError, UnfitError):
        return "not readable"
    if ours is None:
        return "gone"
    return "edited by hand" if not ours[1] else "up to date" if ours[0] == body else "out of date"


def _entry(change: Change, old: Entry | None, root: str, home: Path) -> Entry:
    """The record of a change; what was there before the first of several stays what it was."""
    seen, now = change.seen, manifest.fingerprint(change.after)
    found = "" if seen.data is None else manifest.fingerprint(seen.data)
    new = Entry(
        " ".join(change.clients), root, str(seen.path), str(seen.real), found, (now,),
        tuple(map(str, missing_folders(seen.real))), (),
    )  # fmt: skip
    folders = (*(old.folders if old else ()), *new.folders)
    if old is not None and found in old.after:
        return new._replace(before=old.before, after=(*old.after, now), folders=folders)
    if seen.data is None:
        return new._replace(folders=folders)
    # What is to come back is the file without our block, which may have come with the repository, or was edited since.
    bare = written.without_block(seen.data)
    gone = _begun(bare) and bare != seen.data and not (old and old.before)
    before = "" if gone else manifest.keep(home, bare, folder=EXPORTS)
    return new._replace(before=before, folders=folders)


def _settled(target: Target, root: Root, entry: Entry | None) -> str:
    """The file that a client has had so far while our block is in it, else the one for it."""
    if entry is not None and Path(entry.path).is_relative_to(root.path) and _holds(_data(Path(entry.real))):
        return Path(entry.path).relative_to(root.path).as_posix()
    return targets.place(target, root.exists)


def _shared(path: str) -> bool:
    return sum(path in group for each in targets.TARGETS for group in each.reads) > 1


def _names(target: Target) -> list[str]:
    return [*(name for group in target.reads for name in group), target.file]


def _begun(data: bytes) -> bool:
    """Is nothing left but what we begin a new file with?"""
    return data in {b"", *(each.seed.encode() for each in targets.TARGETS)}


def _holds(data: bytes | None) -> bool:
    try:
        return data is not None and written.body_of(data) is not None
    except UnfitError:
        return b"promptlearn:" in (data or b"")  # markers that do not fit, which is said when it is written to


def _data(path: Path) -> bytes | None:
    try:
        return read_bytes(path)
    except OSError:
        return None


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def _called(path: Path, root: Path, deep: int = _DEEP) -> set[Path]:
    """Where the files lie that a file names with an `@`, and those that they name."""
    data = _data(path)
    if data is None or not deep:
        return set()
    found: set[Path] = set()
    for name in called(data.decode("utf-8", "replace")):
        other = _real(path.parent / name)
        if other.is_relative_to(_real(root)):  # also where it is still to be written
            found |= {other} | _called(other, root, deep - 1)
    return found


Reads = Callable[[str], bool]


def reads(file: File, root: Root) -> Reads:
    """Does a client of a file read another rule file by itself? One of the same folder or name, further down, too."""
    reals = {real for each in file.clients for real in root.reals(each)}
    known = [name for each in file.clients for group in each.reads for name in group]
    folders = tuple({f"{PurePosixPath(name).parent}/" for name in known if "promptlearn." in name})
    found = {name for each in file.clients for name in targets.read_by(each, root.exists) if "/" not in name}

    def by_itself(name: str) -> bool:
        nested = "/" in name and PurePosixPath(name).name in found
        return name.startswith(folders) or nested or _real(root.path / name) in reals

    return by_itself
