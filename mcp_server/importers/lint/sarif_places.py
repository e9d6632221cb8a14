"""Where a finding of SARIF lies: locations of many forms, made into a path of the project."""

import re
from collections.abc import Mapping
from itertools import islice
from typing import NamedTuple, cast

from mcp_server.importers import document
from mcp_server.learning.scope import normal
from store.secrets import PERSONAL, redact
from store.text import clean_line
from store.values import NOTHING

NESTED = 10
"""Bases that lie within one another; a longer chain is a circle."""
FOLDERS = 20
"""Folders of one run that are looked at."""

_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})++")
_FILE = re.compile(r"file:(?://[^/]*+)?(?=/)", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]++:")
_DRIVE = re.compile(r"/?[A-Za-z]:[\\/]")


class Place(NamedTuple):
    """A file, clean."""

    path: str = ""
    """Relative to the nearest folder that the run names; empty where the file lies in none."""
    whole: str = ""
    """The absolute path; empty where it is not known."""


class Places(NamedTuple):
    """What a run says of its folders and files."""

    bases: Mapping[str, object]
    files: list[object]
    roots: tuple[str, ...]
    """Absolute folders, the longest first."""


NOWHERE = Place()


def of(run: object) -> Places:
    """What this run says."""
    told = document.at(run, "originalUriBaseIds")
    bases = cast("Mapping[str, object]", told if isinstance(told, dict) else NOTHING)
    based = [(document.text(base, "uri"), document.text(base, "uriBaseId")) for base in islice(bases.values(), FOLDERS)]
    folders = [_joined(bases, uri, base)[1] for uri, base in based]
    calls = document.items(run, "invocations")[:FOLDERS]
    worked = [_file(document.text(call, "workingDirectory", "uri")) for call in calls]
    roots = {normal(folder).rstrip("/") for folder in (*folders, *worked) if _absolute(folder)}
    return Places(
        bases, document.items(run, "artifacts"), tuple(sorted(roots - {""}, key=lambda root: (-len(root), root)))
    )


def place(places: Places, location: object) -> Place:
    """The file that an artifact location names, by itself or by its number in the list of artifacts."""
    uri, base = document.text(location, "uri"), document.text(location, "uriBaseId")
    number = document.whole(location, "index")
    if not uri and number is not None and 0 <= number < len(places.files):
        told = document.at(places.files[number], "location")
        uri, base = document.text(told, "uri"), document.text(told, "uriBaseId")
    # a secret has to be looked for before the path is made normal, and a path without it leads nowhere
    if not uri or redact(_decoded(uri))[1].keys() - PERSONAL:
        return NOWHERE
    relative, whole = _joined(places.bases, uri, base)
    if whole and not relative:
        names = normal(whole)
        within = next((root for root in places.roots if names.startswith(f"{root}/")), "")
        relative = names.removeprefix(f"{within}/") if within else ""
    path = normal(relative)
    return Place(
        "" if path.startswith("..") or _absolute(path) else _clean(path), _clean(normal(whole)) if whole else ""
    )


def _joined(bases: Mapping[str, object], uri: str, base: str) -> tuple[str, str]:
    """The path relative to the base that is absolute, and the absolute path where there is such a base."""
    path = _file(uri)
    if not path or _absolute(path):
        return "", path
    for _ in range(NESTED):
        told = bases.get(base)
        outer = _file(document.text(told, "uri"))
        if _absolute(outer):
            return path, f"{outer.rstrip('/')}/{path}"
        path = f"{outer.rstrip('/')}/{path}" if outer else path
        base = document.text(told, "uriBaseId")
    return path, ""


def _file(uri: str) -> str:
    """The path that a URI names; empty for one that names no file."""
    if _DRIVE.match(uri):
        return _decoded(uri)
    plain = _FILE.sub("", uri, count=1)
    if plain == uri and _SCHEME.match(uri):
        return ""
    path = _decoded(plain)
    return path[1:] if _DRIVE.match(path) and path.startswith("/") else path


def _decoded(uri: str) -> str:
    return _ESCAPES.sub(lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace"), uri)


def _absolute(path: str) -> bool:
    return path.startswith(("/", "\\")) or bool(_DRIVE.match(path))


def _clean(path: str) -> str:
    return clean_line(path).text
