"""Does a path belong to a rule's scope? Globs as people write them in rule files."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import PurePath, PureWindowsPath


def normal(path: str, *, root: str = "") -> str:
    """A path as globs see it: forward slashes, relative to `root` where it lies inside."""
    plain = PureWindowsPath(path).as_posix() if "\\" in path else path
    base = PureWindowsPath(root).as_posix() if "\\" in root else root
    if base and plain.startswith(base.rstrip("/") + "/"):
        plain = plain[len(base.rstrip("/")) + 1 :]
    return plain.removeprefix("./")


@lru_cache(maxsize=1024)
def pattern(glob: str) -> re.Pattern[str]:
    """A glob as a regular expression: `*` and `?` stay inside one folder, `**` crosses folders.

    A glob without a slash matches in every folder; one that ends in a slash means all below it.
    """
    text = glob.removeprefix("./")
    if text.endswith("/"):
        text += "**"
    if "/" not in text:
        text = f"**/{text}"
    out, place = "", 0
    while place < len(text):
        if text.startswith("**/", place):
            out, place = out + "(?:[^/]+/)*", place + 3
        elif text.startswith("**", place):
            out, place = out + ".*", place + 2
        elif text[place] == "*":
            out, place = out + "[^/]*", place + 1
        elif text[place] == "?":
            out, place = out + "[^/]", place + 1
        else:
            out, place = out + re.escape(text[place]), place + 1
    return re.compile(out.removeprefix("/"))


def covers(globs: Sequence[str], files: Iterable[str]) -> bool:
    """Does a rule with these globs apply to a session that touches these files? No globs: always."""
    if not globs:
        return True
    expressions = [pattern(glob) for glob in globs]
    return any(expression.fullmatch(file) for file in files for expression in expressions)


def name(path: str) -> str:
    """The last part of a path, for people."""
    return PurePath(path).name or path
