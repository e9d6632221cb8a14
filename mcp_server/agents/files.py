"""Read a person's configuration file with care, and replace it whole or not at all."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

MOST = 32 * 1024 * 1024
"""Bytes; no configuration is larger, and what is cannot be looked through while a person waits."""


class UnfitError(Exception):
    """A file that is left alone; the message says why and what to do, and fits behind its name."""


class Seen(NamedTuple):
    """A file as it was found."""

    path: str
    """As the client names it."""
    real: str
    """Where it really lies."""
    data: bytes | None
    """None where there is no file yet."""


def look(path: str, *, root: str) -> Seen:
    """A file that we may replace. Raises `UnfitError`.

    A link is followed to where it leads, as long as that is under `root`: what lies elsewhere is
    kept by something else, and may be shared with others.
    """
    real = _real(path, root)
    try:
        found = os.stat(real)
    except FileNotFoundError:
        _writable_folder(real)
        return Seen(path, real, None)
    except OSError as error:
        raise UnfitError(f"cannot be read ({error.strerror}); mend that and run this again") from error
    if stat.S_ISDIR(found.st_mode):
        raise UnfitError("is a folder; move it away, then run this again")
    if not stat.S_ISREG(found.st_mode):
        raise UnfitError("is no plain file; move it away, then run this again")
    if not found.st_mode & 0o222 or not os.access(real, os.W_OK):
        raise UnfitError("is read-only; make it writable, then run this again")
    if found.st_size > MOST:
        raise UnfitError(f"has more than {MOST // 1024 // 1024} MiB, which no configuration needs; look what fills it")
    _writable_folder(real)
    try:
        return Seen(path, real, Path(real).read_bytes())
    except OSError as error:
        raise UnfitError(f"cannot be read ({error.strerror}); mend that and run this again") from error


def text_of(data: bytes) -> str:
    """The text in a file. Raises `UnfitError`."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnfitError("is not UTF-8 text; save it as UTF-8, then run this again") from None


def read_bytes(path: str) -> bytes | None:
    """What is in a file now; None where there is none. Raises `OSError`."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        return None


def replace(path: str, data: bytes, *, mode: int) -> None:
    """Put `data` in the place of a file, whole or not at all; owner and mode of an older one are kept.

    `mode` is for a new one. Raises `OSError`.
    """
    fresh = beside(path)
    with suppress(FileNotFoundError):
        os.unlink(fresh)  # left by somebody who was interrupted
    try:
        old = os.stat(path)
    except FileNotFoundError:
        old = None
    file = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(file, "wb") as writing:
            writing.write(data)
            writing.flush()
            os.fsync(writing.fileno())
        made = os.stat(fresh)
        if old is not None and (old.st_uid, old.st_gid) != (made.st_uid, made.st_gid):
            os.chown(fresh, old.st_uid, old.st_gid)
        os.chmod(fresh, mode if old is None else stat.S_IMODE(old.st_mode))
        os.replace(fresh, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(fresh)
        raise
    keep_names(os.path.dirname(path))


def beside(path: str) -> str:
    """The name under which a new content waits for its moment."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}.promptlearn-new")


def keep_names(folder: str) -> None:
    """Have the drive keep the names in a folder, too."""
    with suppress(OSError):  # Windows opens no folders
        place = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def missing_folders(path: str) -> list[str]:
    """The folders that have to be made before a file can lie there, outermost first."""
    found: list[str] = []
    folder = os.path.dirname(path)
    while folder and not os.path.isdir(folder):
        found.append(folder)
        folder = os.path.dirname(folder)
    return found[::-1]


def _real(path: str, root: str) -> str:
    """Where a name leads. Raises `UnfitError` for a loop, for nothing, and for what is outside of `root`."""
    try:
        if os.path.islink(path):
            real = os.path.realpath(path, strict=True)
        else:
            real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        home = os.path.realpath(root)
        outside = os.path.commonpath([home, real]) != home
    except FileNotFoundError:
        raise UnfitError(f"is a link to {_target(path)}, where nothing is; mend or remove the link") from None
    except (OSError, RuntimeError):
        raise UnfitError("is a link that leads to itself; mend or remove it") from None
    except ValueError:  # another drive
        outside, real, home = True, _target(path), root
    if outside:
        raise UnfitError(f"leads out of {root} to {real}; change that file with what keeps it (see --print)")
    return real


def _target(path: str) -> str:
    with suppress(OSError):
        return os.readlink(path)
    return path


def _writable_folder(real: str) -> None:
    """Raises `UnfitError` where the nearest folder that is there cannot hold a new file."""
    folder = os.path.dirname(real)
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    if not os.path.isdir(folder):
        raise UnfitError(f"cannot lie there, as {folder} is no folder; move that away, then run this again")
    if not stat.S_IMODE(os.stat(folder).st_mode) & 0o222 or not os.access(folder, os.W_OK):
        raise UnfitError(f"cannot be replaced, as its folder {folder} is read-only; make it writable")
