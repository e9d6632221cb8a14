"""How Cline is configured: its server list and our plugin, which its command line loads and its extension does not.

The extension for VS Code and JetBrains shares the server list. Its hooks are files which the command line runs as
well, and some of its versions drop what a hook says, which would then count as shown: so there its agent asks for
rules, or reads them in a file.
"""

import json
from pathlib import Path

from mcp_server.agents.client import SERVER, Client, File, Hooks, Machine, Moment, Seen, no_command
from mcp_server.agents.cline_format import CARRIES, sample

NAME = "cline"

EVENTS = ("SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "SubagentStart", "SessionEnd")
"""What the plugin tells us of, in the words of the format that it speaks."""

TOOLS = ("get_rules", "report_outcome", "suggest_rule")

SECONDS = 30
"""For the server to begin; without a word of it Cline waits 3 only."""


def _folder(machine: Machine) -> str:
    # The same on all systems, Windows too.
    return machine.named("CLINE_DIR", ".cline")


def _folders(machine: Machine) -> tuple[str, ...]:
    return (_folder(machine),)


def plugin(machine: Machine) -> str:
    """The plugin's text, with our command in it word by word: no shell reads it, on any system."""
    text = Path(__file__).with_name("cline_plugin.js").read_text(encoding="utf-8")
    words = [*machine.program, "hook", NAME]
    return text.replace("__RUN__", json.dumps({"words": words, "store": machine.store}))


def entry(machine: Machine) -> dict[str, object]:
    """The server; the extension asks about no tool that is named here, and the command line about none at all."""
    return {**machine.server(), "timeout": SECONDS, "autoApprove": list(TOOLS)}


def _plugin(machine: Machine, folder: str) -> File:
    path = machine.join(folder, "plugins", "promptlearn.js")
    return File((path,), {}, "plugin that brings rules and observes", whole=plugin(machine))


def _files(machine: Machine) -> tuple[File, ...]:
    data = machine.environment.get("CLINE_DATA_DIR") or machine.join(_folder(machine), "data")
    usual = machine.join(data, "settings", "cline_mcp_settings.json")
    path = machine.environment.get("CLINE_MCP_SETTINGS_PATH") or usual
    servers = File((path,), {("mcpServers", SERVER): entry(machine)}, f"server {SERVER}", comments=False)
    return (servers, _plugin(machine, _folder(machine)))


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    return (_plugin(machine, machine.join(project, ".cline")),)


EXTENSION = (
    "The plugin is for the command line. The extension for VS Code and JetBrains has the server only: there the agent "
    "asks for rules, or reads them in a file (`export --client cline`)."
)

CLIENT = Client(
    NAME,
    "Cline",
    "3.0.65",
    ("cline",),
    _folders,
    _files,
    _project_files,
    no_command,
    ("Sessions that are open now do not know the plugin; start Cline anew.", EXTENSION),
    ("Cline has no list of servers for a project; the rules come all the same, and the agent cannot report.",),
    hooks=Hooks(
        EVENTS, CARRIES - {"PostToolUse"}, sample, frozenset(Moment), frozenset(Seen), through="a plugin of ours"
    ),
)
