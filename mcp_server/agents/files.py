"""Read a person's configuration file with care, and replace it whole or not at all."""

import os
from contextlib import suppress
from errno import ELOOP
from pathlib import Path
from stat import S_IMODE, S_ISDIR, S_ISREG
from typing import NamedTuple

MOST = 32 * 1024 * 1024
"""Bytes; no configuration is larger, and what is cannot be looked through while a person waits."""

_WRITE = 0o222


class UnfitError(Exception):
    """A file that is left alone; the message says why and what to do, and fits behind its name."""


class Seen(NamedTuple):
    """A file as it was found."""

    path: Path
    """As the client names it."""
    real: Path
    """Where it really lies."""
    data: bytes | None
    """None where there is no file yet."""


def look(path: Path, *, root: Path, instead: str = "change it there by hand (see --print)") -> Seen:
    """A file that we may replace. Raises `UnfitError`.

    A link is followed to where it leads, as long as that is under `root`: what lies elsewhere is
    kept by something else, and may be shared with others; `instead` says what to do about it.
    """
    real = _real(path, root, instead)
    try:
        found = real.stat()
        if S_ISDIR(found.st_mode):
            raise UnfitError("is a folder; move it away, then run this again")
        if not S_ISREG(found.st_mode):
            raise UnfitError("is no plain file; move it away, then run this again")
        if not found.st_mode & _WRITE or not os.access(real, os.W_OK):
            raise UnfitError("is read-only; make it writable, then run this again")
        if found.st_size > MOST:
            raise UnfitError(f"has more than {MOST // 1024**2} MiB, which no configuration needs; see what fills it")
        data = real.read_bytes()
    except FileNotFoundError:
        data = None
    except OSError as error:
        raise UnfitError(f"cannot be read ({error.strerror}); mend that, then run this again") from error
    _check_folder(real.parent)
    return Seen(path, real, data)


def text_of(data: bytes | None) -> str:
    """The text in a file. Raises `UnfitError`."""
    try:
        return (data or b"").decode("utf-8")
    except UnicodeDecodeError:
        raise UnfitError("is not UTF-8 text; save it as UTF-8, then run this again") from None


def read_bytes(path: Path) -> bytes | None:
    """What is in a file now; None where there is none. Raises `OSError`."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def replace(path: Path, data: bytes, *, mode: int) -> None:
    """Put `data` in the place of a file, whole or not at all; owner and mode of an older one are kept.

    `mode` is for a new one. Raises `OSError`.
    """
    fresh = beside(path)
    fresh.unlink(missing_ok=True)  # left by somebody who was interrupted
    old = path.stat() if path.exists() else None
    file = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(file, "wb") as writing:
            writing.write(data)
            writing.flush()
            os.fsync(writing.fileno())
        made = fresh.stat()
        if old is not None and (old.st_uid, old.st_gid) != (made.st_uid, made.st_gid):
            os.chown(fresh, old.st_uid, old.st_gid)
        fresh.chmod(mode if old is None else S_IMODE(old.st_mode))
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
    keep_names(path.parent)


def beside(path: Path) -> Path:
    """The name under which a new content waits for its moment."""
    return path.with_name(f".{path.name}.promptlearn-new")


def keep_names(folder: Path) -> None:
    """Have the drive keep the names in a folder, too."""
    with suppress(OSError):  # Windows opens no folders
        place = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def missing_folders(path: Path) -> list[Path]:
    """The folders that have to be made before a file can lie there, outermost first."""
    return [folder for folder in reversed(path.parents) if not folder.is_dir()]


def _real(path: Path, root: Path, instead: str) -> Path:
    """Where a name leads. Raises `UnfitError` for a loop, for nothing, and for what is outside of `root`."""
    try:
        real = path.resolve(strict=True) if path.is_symlink() else path.parent.resolve() / path.name
        inside = real.is_relative_to(root.resolve())
    except FileNotFoundError:
        raise UnfitError(f"is a link to {path.readlink()}, where nothing is; mend or remove the link") from None
    except (OSError, RuntimeError) as error:
        if isinstance(error, RuntimeError) or error.errno == ELOOP:
            raise UnfitError("is, or lies behind, a link that leads to itself; mend or remove it") from None
        raise UnfitError(f"cannot be read ({error.strerror}); mend that, then run this again") from error
    if not inside:
        raise UnfitError(f"leads out of {root} to {real}; {instead}")
    return real


def _check_folder(folder: Path) -> None:
    """Raises `UnfitError` where the nearest folder that is there cannot hold a new file."""
    while not os.path.lexists(folder):
        folder = folder.parent
    if not folder.stat().st_mode & _WRITE or not os.access(folder, os.W_OK):
        raise UnfitError(f"cannot be replaced, as its folder {folder} is read-only; make it writable")
