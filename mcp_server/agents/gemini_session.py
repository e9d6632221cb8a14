"""What Gemini CLI wrote down of a session that goes on: hooks are told neither what was typed nor of a compaction."""

import json
import re
from collections.abc import Iterator
from typing import cast

from mcp_server.agents.session_log import read, told

_REWRITTEN = b'{"$set":{"messages":'
"""Begins the line with which the history becomes another one: after a compaction, for one."""

_MESSAGE = b'{"id":'

_BACK = 10_000
"""Messages that are looked through, from the last: since a person typed."""

_REWOUND = re.compile(rb'\{"\$rewindTo":"([^"]+)"\}')
"""A person went back to before a message."""

_REWINDS = 100
"""Times that a person goes back between two compactions; nobody does more often."""


def forgotten(log: str) -> bool:
    """Are the rules that a session was told gone from what its model is shown?"""
    return gone(read(log))


def gone(data: bytes) -> bool:
    """As `forgotten`, of a log's bytes; no where they were never told, or nothing was taken out since."""
    rest = data[max(data.rfind(_REWRITTEN), 0) :]
    for _ in range(_REWINDS):
        rewound = _REWOUND.search(rest)
        if rewound is None:
            break
        before = rest.find(b'"id":"%s"' % rewound[1])
        rest = rest[: max(before, 0)] + rest[rewound.end() :]
    return len(rest) < len(data) and not told(rest) and told(data)


def typed(log: str) -> str:
    """What a person typed last, who may have typed a `/command`, or named files to be put there; empty if nothing."""
    return last_typed(read(log))


def last_typed(data: bytes) -> str:
    """As `typed`, of a log's bytes. Only where what is shown to a person differs does a log hold that too."""
    for line in _messages(data):
        if b'"type":"user"' not in line:
            continue
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
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


def _messages(data: bytes) -> Iterator[bytes]:
    """The lines with a message each, from the last."""
    end = len(data)
    for _ in range(_BACK):
        start = data.rfind(b"\n" + _MESSAGE, 0, end) + 1
        if not start and not data.startswith(_MESSAGE):
            return
        yield data[start:end].partition(b"\n")[0]
        if not start:
            return
        end = start - 1
