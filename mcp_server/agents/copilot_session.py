"""What Copilot wrote down of a session: hooks are not told of a compaction, nor whose agent a sub-agent is."""

import os
import re
from collections.abc import Mapping

MOST = 64 * 1024 * 1024
"""Bytes of a log that are read."""

_ID = re.compile(r"[\w-]{1,120}")

_COMPACTED = re.compile(rb'\{"type":"session\.compaction_complete","data":\{"success":true,')

_HELPERS = re.compile(rb'"agentId":"|"hookType":"subagentStart"')
"""In what was said to a sub-agent, and does not reach who started it."""

_TOLD = re.compile(rb'Rules for (?:[^"\\\n]|\\.){1,900}?, revision \d+, episode ')
"""How our rules begin, all of them together."""

_TELLING = (b'{"type":"hook.end"', b'{"type":"tool.execution_complete"')
"""How records begin of what reached the model; others keep copies of it."""

_ANEW = (b'{"type":"session.resume"', b'{"type":"session.shutdown"')
"""A session that goes on after these begins with our rules, told or about to be."""


def folder(session: str, environment: Mapping[str, str]) -> str:
    """Where Copilot keeps a session; empty for what is no name of one."""
    if not _ID.fullmatch(session):
        return ""
    hooks = environment.get("COPILOT_HOOK_DIR", "")
    beside = os.path.dirname(hooks) if os.path.basename(hooks) == "hooks" else ""
    home = environment.get("COPILOT_HOME") or beside or os.path.join(os.path.expanduser("~"), ".copilot")
    return os.path.join(home, "session-state", session)


def root(parent: str, log: str, environment: Mapping[str, str]) -> str:
    """The session that a sub-agent works for, by the log it is told of, else by its parent; empty where nothing tells.

    The parent of a sub-agent's own sub-agent is no session, and has no folder.
    """
    if log:
        name = os.path.basename(os.path.dirname(log.replace("\\", "/")))
        return name if _ID.fullmatch(name) else ""
    place = folder(parent, environment)
    return parent if place and os.path.isdir(place) else ""


def forgotten(session: str, environment: Mapping[str, str]) -> bool:
    """Are the rules that a session was told gone from what its model is shown?"""
    place = folder(session, environment)
    try:
        with open(os.path.join(place, "events.jsonl"), "rb") as file:
            data = file.read(MOST + 1)
    except (OSError, ValueError):
        return False
    return bool(place) and len(data) <= MOST and gone(data)


def gone(data: bytes) -> bool:
    """As `forgotten`, of a log's bytes; no where nothing was ever summarised."""
    own = [found.end() for found in _COMPACTED.finditer(data) if not _HELPERS.search(_line(data, found.end()))]
    # The rest of that line is the summary, which may quote rules.
    return bool(own) and not any(map(_told, data[own[-1] :].split(b"\n")[1:]))


def _line(data: bytes, start: int) -> bytes:
    end = data.find(b"\n", start)
    return data[start : end if end >= 0 else len(data)]


def _told(line: bytes) -> bool:
    told = line.startswith(_TELLING) and _TOLD.search(line) and not _HELPERS.search(line)
    return bool(told) or line.startswith(_ANEW)
