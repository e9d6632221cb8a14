"""Remember which files were changed, and what was in them before, so that all of it can be undone."""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from mcp_server.agents.files import read_bytes, replace
from mcp_server.agents.parts import Kept

VERSION = 1
FOLDER = "setup"
"""In the program's home: the record, and the bytes of each file as it was before."""
EXPORTS = "exports"
"""The same for rule files, which more than one program may read."""


class ManifestError(Exception):
    """A record that cannot be used; the message says why and what to do."""


class Entry(NamedTuple):
    """A file that was changed."""

    client: str
    """Its name; of a rule file those of all that it is for, with blanks between."""
    project: str
    """The folder of the one project it is for; empty for a person's own file."""
    path: str
    """As the client names it."""
    real: str
    """Where it really lies."""
    before: str
    """Fingerprint of what was in it; empty where there was no file."""
    after: tuple[str, ...]
    """Fingerprints of what we wrote. A file with any other was edited since."""
    folders: tuple[str, ...]
    """Folders that were made for it, outermost first."""
    kept: tuple[Kept, ...]
    """What was at our places, for a file that was edited since."""


def fingerprint(data: bytes) -> str:
    """The same for the same bytes."""
    return sha256(data).hexdigest()


def load(home: Path, *, folder: str = FOLDER) -> dict[str, Entry]:
    """What was changed, by where it really lies. Raises `ManifestError`."""
    path = home / folder / "manifest.json"
    try:
        data = read_bytes(path)
        if data is None:
            return {}
        said: Any = json.loads(data)
        if said["version"] > VERSION:
            raise ManifestError(f"{path} was written by a newer version; update this one")
        entries = [_entry(each) for each in said["files"]]
    except OSError as error:
        raise ManifestError(f"{path} cannot be read ({error.strerror}); mend that and run this again") from error
    except (ValueError, TypeError, KeyError) as error:
        raise ManifestError(
            f"{path} is damaged; move it away, then `uninstall` takes our parts out of every file that it knows"
        ) from error
    return {entry.real: entry for entry in entries}


def save(home: Path, entries: Mapping[str, Entry], *, folder: str = FOLDER) -> None:
    """Keep the record, before a file is touched. Raises `OSError`."""
    files = [{**entry._asdict(), "kept": [one._asdict() for one in entry.kept]} for entry in entries.values()]
    said = json.dumps({"version": VERSION, "files": files}, indent=1)
    replace(_made(home, folder) / "manifest.json", said.encode(), mode=0o600)


def keep(home: Path, data: bytes, *, folder: str = FOLDER) -> str:
    """Keep bytes as they are now, and return their fingerprint. Raises `OSError`."""
    name = fingerprint(data)
    replace(_made(home, folder) / f"{name}.before", data, mode=0o600)
    return name


def kept(home: Path, name: str, *, folder: str = FOLDER) -> bytes | None:
    """Bytes that were kept; None where they are gone or damaged. Raises `OSError`."""
    data = read_bytes(home / folder / f"{name}.before")
    return data if data is not None and fingerprint(data) == name else None


def forget(home: Path, entries: Mapping[str, Entry], *, folder: str = FOLDER) -> None:
    """Drop kept bytes that no entry needs; the folder too, when nothing is left to undo."""
    place = home / folder
    if not entries:
        shutil.rmtree(place, ignore_errors=True)
        return
    needed = {f"{entry.before}.before" for entry in entries.values()}
    for path in place.glob("*.before"):
        if path.name not in needed:
            with suppress(OSError):
                path.unlink()


def _made(home: Path, folder: str) -> Path:
    for place in (home, home / folder):
        if not place.is_dir():
            place.mkdir(mode=0o700, parents=True)
    return home / folder


def _entry(said: Mapping[str, Any]) -> Entry:
    before = tuple(Kept(tuple(one["way"]), int(one["made"]), one["element"], one["was"]) for one in said["kept"])
    names = ("client", "project", "path", "real", "before")
    words = {name: said[name] for name in names}
    if not all(isinstance(word, str) for word in words.values()):
        raise TypeError
    return Entry(**words, after=tuple(said["after"]), folders=tuple(said["folders"]), kept=before)
