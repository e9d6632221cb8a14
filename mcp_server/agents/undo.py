"""Take our part out of every file it was written to: byte for byte where nobody edited the file since."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from mcp_server.agents import manifest
from mcp_server.agents.client import Client, Machine
from mcp_server.agents.files import UnfitError, beside, keep_names, look, read_bytes, replace, text_of
from mcp_server.agents.manifest import Entry
from mcp_server.agents.parts import Kept, is_shell, remove, unknown
from mcp_server.agents.setup import Refusal, chosen, is_toml, root_of
from mcp_server.agents.sheet import SpliceError
from mcp_server.agents.whole import aside, mine


class What(StrEnum):
    """What is done to one file, in words for a person."""

    RESTORE = "put back as it was, byte for byte"
    DELETE = "deleted, as setup made it"
    TAKE_OUT = "edited since, so only our part is taken out"
    UNRECORDED = "set up by hand or by an older version, so our part is taken out"
    NOTHING = "as it was already"
    GONE = "gone already, so there is nothing to undo"
    ASIDE = "edited since, so it is renamed: nothing runs it, and your edits stay"
    MADE = "deleted, as export made it"
    BLOCK = "edited since, so only our block is taken out"
    MARKERS = "our block was edited by hand, so only its markers are taken out and the text stays, as yours"
    ELSEWHERE = "exported on another machine, so our block is taken out"


class Undo(NamedTuple):
    """One file and what is done to it."""

    path: Path
    real: Path
    what: What
    found: bytes | None
    """What was in it when it was looked at."""
    data: bytes | None
    """What will be; None where there will be no file."""
    entry: Entry | None


def plan(
    clients: Iterable[Client], machine: Machine, home: Path, *, entries: Mapping[str, Entry], project: str
) -> tuple[list[Undo], list[Refusal]]:
    """What to do to every file that was recorded for these clients, and to those of theirs that hold our part anyway.

    `project` is the folder whose files are looked at too; empty where there is none.
    """
    undos: list[Undo] = []
    refusals: list[Refusal] = []
    wanted = {client.name: client for client in clients}
    for entry in entries.values():
        if entry.client not in wanted:
            continue
        try:
            undos.append(_recorded(entry, home, _marks(wanted[entry.client], entry, entries)))
        except (UnfitError, SpliceError) as error:
            refusals.append(Refusal(entry.path, f"{entry.path} {error}"))
    for client in wanted.values():
        files = [*client.files(machine), *(client.project_files(machine, project) if project else ())]
        for file in files:
            for path in dict.fromkeys([chosen(file), *map(Path, file.paths)]):
                try:
                    seen = look(path, root=root_of(path, machine, project))
                    if str(seen.real) in entries or not seen.data or b"promptlearn" not in seen.data:
                        continue
                    before, toml = text_of(seen.data), is_toml(path)
                    if file.whole:
                        if mine(before):
                            what = What.UNRECORDED if before == file.whole else What.ASIDE
                            undos.append(Undo(path, seen.real, what, seen.data, None, None))
                        continue
                    after = remove(before, unknown(file.part), toml=toml)
                except (UnfitError, SpliceError) as error:
                    if _mentions_us(path):
                        refusals.append(Refusal(str(path), f"{path} {error}"))
                    continue
                if after != before:
                    undos.append(Undo(path, seen.real, What.UNRECORDED, seen.data, after.encode(), None))
    return undos, refusals


def execute(undo: Undo, home: Path, entries: dict[str, Entry], *, folder: str = manifest.FOLDER) -> None:
    """Do it and drop the record of it. Raises `UnfitError`; the record then stays."""
    real = undo.real
    try:
        if read_bytes(real) != undo.found:
            raise UnfitError("was changed meanwhile by somebody else; run this again")
        beside(real).unlink(missing_ok=True)
        if undo.what is What.ASIDE:
            aside(real, undo.found or b"")
        if undo.data is None and undo.found is not None:
            real.unlink()
            keep_names(real.parent)
        elif undo.data is not None and undo.data != undo.found:
            replace(real, undo.data, mode=0o600)
        if undo.entry is None:
            return
        entry = entries.pop(undo.entry.real)
        for made in reversed(entry.folders):
            try:
                Path(made).rmdir()
            except OSError:  # something is kept there: if it is ours, the folder goes with it
                heir = next((each for each in entries.values() if Path(each.real).is_relative_to(made)), None)
                if heir is not None:
                    entries[heir.real] = heir._replace(folders=(made, *heir.folders))
        manifest.save(home, entries, folder=folder)
    except OSError as error:
        raise UnfitError(f"could not be written ({error.strerror or error}); mend that, then run this again") from error


def _recorded(entry: Entry, home: Path, marks: Sequence[tuple[str, ...]]) -> Undo:
    """What to do to a file that was recorded. Raises `UnfitError` and `SpliceError`."""
    path, real = Path(entry.path), Path(entry.real)
    found = _found(real)
    if found is None or manifest.fingerprint(found) == entry.before:
        return Undo(path, real, What.GONE if found is None and entry.before else What.NOTHING, found, found, entry)
    before = manifest.kept(home, entry.before) if entry.before else None
    if manifest.fingerprint(found) in entry.after and (before is not None or not entry.before):
        what = What.DELETE if before is None else What.RESTORE
        return Undo(path, real, what, found, before, entry)
    if not entry.kept:
        # A file that is ours alone. Somebody who took our mark out made it theirs.
        what = What.ASIDE if mine(text_of(found)) else What.NOTHING
        return Undo(path, real, what, found, None if what is What.ASIDE else found, entry)
    toml = is_toml(path)
    text = remove(text_of(found), entry.kept, toml=toml)
    text = remove(text, [Kept(way, len(way) - 1, was=None) for way in marks], toml=toml, known=True)
    if not entry.before and is_shell(text, toml=toml):
        return Undo(path, real, What.DELETE, found, None, entry)
    return Undo(path, real, What.TAKE_OUT, found, text.encode("utf-8"), entry)


def _marks(client: Client, entry: Entry, entries: Mapping[str, Entry]) -> list[tuple[str, ...]]:
    """What the client noted in a file about our hooks in the file beside it."""
    found: list[tuple[str, ...]] = []
    for other in entries.values() if is_toml(entry.path) else ():
        if other.client == client.name and Path(other.path).parent == Path(entry.path).parent and other != entry:
            with suppress(UnfitError, SpliceError):
                text = text_of(_found(Path(other.real)))
                found += [way for path in {other.path, other.real} for way in client.marks(path, text)]
    return found


def _found(real: Path) -> bytes | None:
    """What is in a file, if it may be replaced. Raises `UnfitError`."""
    return look(real, root=real.parent).data


def _mentions_us(path: Path) -> bool:
    """May a file that cannot be changed hold something of ours?"""
    with suppress(OSError):
        if path.is_file():
            return b"promptlearn" in path.read_bytes()
    return False
