"""What Copilot's tools are given and say: one form, in its hooks and in its logs. Light: hooks load it."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

EDITS = frozenset({"edit", "create", "str_replace_editor", "Edit", "Write"})
"""Tools that touch a file, under Copilot's names and those that it has for them from Claude Code."""

PATCHES = frozenset({"apply_patch", "Edit"})

SHELLS = frozenset({"bash", "powershell", "Bash"})

_PATCHED = re.compile(r"^\*\*\* (?:Update|Add) File: (.{1,1000})$", re.MULTILINE)
_END = re.compile(r"\n?<[^<>\n]{0,80}\bexit code (-?\d{1,10})>\s*\Z")
"""The last line of what came of a command that ended."""


def arguments(given: object) -> Mapping[str, Any]:
    """What a tool was given; older versions tell it as JSON in a string."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return {}
    return cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else {}


def edited(tool: str, given: object) -> tuple[str, ...]:
    """The files that a call touches."""
    held = arguments(given)
    path = held.get("path")
    if tool in EDITS and isinstance(path, str) and path:
        return () if held.get("command") == "view" else (path,)
    if tool not in PATCHES:
        return ()
    patch = held.get("input") or held.get("patch") or given
    found = _PATCHED.findall(patch) if isinstance(patch, str) else ()
    return tuple(dict.fromkeys(name.strip() for name in found))


def ran(tool: str, given: object) -> str:
    """The command that a call runs; empty for another call."""
    command = arguments(given).get("command") if tool in SHELLS else ""
    return command if isinstance(command, str) else ""


def printed(said: str) -> tuple[str, bool | None]:
    """What a command printed, and whether it failed; None where it goes on, or nothing tells."""
    found = _END.search(said)
    return (said[: found.start()], found[1] != "0") if found else (said, None)
