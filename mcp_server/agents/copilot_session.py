"""What Copilot wrote down of a session: hooks are not told of a compaction, nor whose agent a sub-agent is."""

import os
import re
from collections.abc import Mapping

from mcp_server.agents.session_log import read, told

_ID = re.compile(r"[\w-]{1,120}")

_COMPACTED = re.compile(rb'^\{"type":"session\.compaction_complete","data":\{"success":true,', re.MULTILINE)

_HELPERS = re.compile(rb'"agentId":"|"hookType":"subagentStart"')
"""In what was said to a sub-agent, and does not reach who started it."""

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
    return bool(place) and gone(read(os.path.join(place, "events.jsonl")))


def gone(data: bytes) -> bool:
    """As `forgotten`, of a log's bytes; no where nothing was ever summarised."""
    own = [found.end() for found in _COMPACTED.finditer(data) if not _HELPERS.search(_line(data, found.end()))]
    # The rest of that line is the summary, which may quote rules.
    return bool(own) and not any(map(_told, data[own[-1] :].split(b"\n")[1:]))


def _line(data: bytes, start: int) -> bytes:
    end = data.find(b"\n", start)
    return data[start : end if end >= 0 else len(data)]


def _told(line: bytes) -> bool:
    ours = line.startswith(_TELLING) and told(line) and not _HELPERS.search(line)
    return ours or line.startswith(_ANEW)
