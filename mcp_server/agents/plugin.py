"""Tell whether Claude Code has this program twice: by its plugin, and by what `setup` wrote. Light: hooks load it."""

import json
import os
import re
from collections.abc import Mapping
from typing import Any, cast

PLUGIN = "promptlearn"
"""Our plugin's name; what follows the @ in Claude Code's settings is the marketplace it came from."""

MARK = "PROMPTLEARN_PLUGIN"
"""Set by the plugin for what it starts."""

_MOST = 1 << 20
"""Bytes of a settings file that are looked through."""
_HOOK = re.compile(r"mcp[-_]promptlearn\W+hook\W+claude-code\W")
"""A hook of ours as one line, or as a list of words; the plugin's own is not in these files."""


def switched_on(environment: Mapping[str, str], home: str, project: str = "") -> str:
    """The settings file that switches our plugin on, for everything or for one project; empty where none does."""
    found = ""
    for path in _files(environment, home, project):  # the last that says something is the one that counts
        for name, on in _plugins(_read(path)).items():
            if name.partition("@")[0] == PLUGIN:
                found = path if on is True else ""
    return found


def hooked(environment: Mapping[str, str], home: str, project: str = "") -> str:
    """The settings file in which `setup` wrote our hooks; empty where none has them."""
    return next((path for path in _files(environment, home, project) if _HOOK.search(_read(path))), "")


def twice(environment: Mapping[str, str]) -> bool:
    """Are we the plugin's, where `setup` is in effect too? Then the plugin keeps quiet, and nothing arrives twice."""
    project = environment.get("CLAUDE_PROJECT_DIR", "")
    return bool(environment.get(MARK)) and bool(hooked(environment, os.path.expanduser("~"), project))


def _files(environment: Mapping[str, str], home: str, project: str) -> list[str]:
    """Where Claude Code reads settings, from the widest to the nearest."""
    person = os.path.join(environment.get("CLAUDE_CONFIG_DIR") or os.path.join(home, ".claude"), "settings.json")
    theirs = [os.path.join(project, ".claude", name) for name in ("settings.json", "settings.local.json")]
    return list(dict.fromkeys([person, *(theirs if project else [])]))


def _plugins(text: str) -> Mapping[str, Any]:
    try:
        said = json.loads(text.removeprefix("\ufeff") or "{}")
    except ValueError:
        return {}
    listed = cast("dict[str, Any]", said).get("enabledPlugins") if isinstance(said, dict) else None
    return cast("dict[str, Any]", listed) if isinstance(listed, dict) else {}


def _read(path: str) -> str:
    if not os.path.isfile(path):  # opening a pipe would wait for somebody who writes to it
        return ""
    try:
        with open(path, "rb") as file:
            return file.read(_MOST).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
