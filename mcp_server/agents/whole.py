"""Files of a client that are ours alone: how one is known again, and what becomes of somebody's edits to it."""

from pathlib import Path

from mcp_server.agents.files import replace

MARK = "Written by `mcp-promptlearn setup`"
"""Stands in the first lines of each."""

EDITED = ".edited"
"""At the end of the name of a copy with somebody's edits; no client runs a file of that name."""

_HEAD = 400
"""Characters in which the mark is looked for."""


def mine(text: str) -> bool:
    """Did we write this file, whoever edited it since?"""
    return MARK in text[:_HEAD]


def aside(path: Path, data: bytes) -> Path:
    """Keep an edited file under a name beside its own that is free, and return that. Raises `OSError`."""
    number, place = 1, path.with_name(path.name + EDITED)
    while place.exists() and place.read_bytes() != data:
        number, place = number + 1, path.with_name(f"{path.name}{EDITED}{number + 1}")
    replace(place, data, mode=0o600)
    return place
