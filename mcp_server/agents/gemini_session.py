"""What Gemini CLI wrote down of a session that goes on: hooks are told neither what was typed nor of a compaction."""

import json
import re
from typing import cast

MOST = 64 * 1024 * 1024
"""Bytes of a file that are read."""

_REWRITTEN = b'{"$set":{"messages":'
"""Begins the line with which the history becomes another one: after a compaction, for one."""

_MESSAGE = b'{"id":'

_REWOUND = re.compile(rb'\{"\$rewindTo":"([^"]+)"\}')
"""A person went back to before a message."""

_TOLD = re.compile(rb'Rules for (?:[^"\\\n]|\\.){1,900}?, revision \d+, episode ')
"""How our rules begin, all of them together."""


def forgotten(log: str) -> bool:
    """Are the rules that a session was told gone from what its model is shown?"""
    return gone(_read(log))


def gone(data: bytes) -> bool:
    """As `forgotten`, of a log's bytes; no where they were never told, or nothing was taken out since."""
    rest = data[max(data.rfind(_REWRITTEN), 0) :]
    while rewound := _REWOUND.search(rest):
        before = rest.find(b'"id":"%s"' % rewound[1])
        rest = rest[: max(before, 0)] + rest[rewound.end() :]
    return len(rest) < len(data) and not _TOLD.search(rest) and _TOLD.search(data) is not None


def typed(log: str) -> str:
    """What a person typed last, who may have typed a `/command`, or named files to be put there; empty if nothing."""
    return last_typed(_read(log))


def last_typed(data: bytes) -> str:
    """As `typed`, of a log's bytes. Only where what is shown to a person differs does a log hold that too."""
    for line in reversed(data.splitlines()):
        if not line.startswith(_MESSAGE) or b'"type":"user"' not in line:
            continue
        try:
            message = json.loads(line)
        except ValueError:
            continue
        held = cast("dict[str, object]", message)
        said = "\n".join(_texts(held.get("displayContent") or held.get("content")))
        if held.get("type") == "user" and said:
            return said
    return ""


def _texts(content: object) -> list[str]:
    if isinstance(content, str):
        return [content]
    parts = cast("list[object]", content) if isinstance(content, list) else []
    texts = (cast("dict[str, object]", part).get("text") for part in parts if isinstance(part, dict))
    return [text for text in texts if isinstance(text, str)]


def _read(path: str) -> bytes:
    """A file's bytes; none where it cannot be read, or is too long."""
    try:
        with open(path, "rb") as file:
            data = file.read(MOST + 1)
    except (OSError, ValueError):
        return b""
    return data if len(data) <= MOST else b""
