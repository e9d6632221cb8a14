"""What a store may refuse, one class per cause, so that doors can say what to do next.

Every message is one line: what happened, why where it is known, and the next step. The classes
take ids and paths, and make the sentence themselves.
"""

from pathlib import Path


class StoreError(Exception):
    """Base of everything a store refuses; doors catch this one and print its line."""


class NotFoundError(StoreError, LookupError):
    """An id that the store does not hold."""

    def __init__(self, kind: str, ident: object, hint: str = "") -> None:
        self.kind, self.ident = kind, ident
        super().__init__(f"{kind} {ident} does not exist" + (f"; {hint}" if hint else ""))


class ConflictError(StoreError):
    """The rules changed between reading and writing; the caller reads again and decides anew."""

    def __init__(self, expected: int, found: int) -> None:
        self.expected, self.found = expected, found
        super().__init__(
            f"the rules are at revision {found}, not {expected} as when this began; nothing was changed, run it again"
        )


class BusyError(StoreError):
    """Another process holds the store for longer than we may wait."""

    def __init__(self, what: str, holder: str = "") -> None:
        self.what, self.holder = what, holder
        by = f" by {holder}" if holder else " by another process"
        super().__init__(f"{what} is held{by}; nothing was changed, try again in a moment")


class ReadOnlyError(StoreError):
    """The store may be read but not written."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(f"the store {path} cannot be written; nothing was recorded, check its owner and permissions")


class FullError(StoreError):
    """The disk or the file's limit is full."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(f"no space left for the store {path}; nothing was recorded, free some space and try again")


class DamagedError(StoreError):
    """The file cannot be trusted; it is kept, never deleted."""

    def __init__(self, path: Path | str, what: str) -> None:
        # What SQLite says may run over lines, and quote what the damage made of a name.
        said = " ".join("".join(letter if letter.isprintable() else " " for letter in what).split())
        super().__init__(
            f"the store {path} is damaged ({said[:200]}); run `mcp-promptlearn doctor` to set it aside and go on"
        )


class TooNewError(StoreError):
    """The file was written by a newer version of the program."""

    def __init__(self, path: Path | str, found: int, known: int) -> None:
        self.found, self.known = found, known
        super().__init__(
            f"the store {path} has schema {found}, this version knows {known}; "
            "it was not touched, upgrade mcp-promptlearn"
        )


class NotOursError(StoreError):
    """The file is a database, but another program's."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(f"{path} is another program's database; it was not touched, set PROMPTLEARN_HOME elsewhere")


class UnreachableError(StoreError):
    """The folder or file cannot be opened at all."""

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(f"the store {path} cannot be opened ({why}); check the folder or set PROMPTLEARN_HOME")
