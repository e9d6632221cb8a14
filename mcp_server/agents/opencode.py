"""How opencode is configured: its server list and our plugin. It asks about no tool unless a person tells it to."""

import json
from pathlib import Path

from mcp_server.agents.client import SERVER, Client, File, Hooks, Machine, Moment, Seen, no_command
from mcp_server.agents.opencode_format import CARRIES, sample

NAME = "opencode"

EVENTS = ("SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "SubagentStart", "SessionEnd")
"""What the plugin tells us of, in the words of the format that it speaks."""

SEED = '{\n  "$schema": "https://opencode.ai/config.json"\n}\n'


def _folder(machine: Machine) -> str:
    # The same on all systems, Windows too.
    return machine.join(machine.named("XDG_CONFIG_HOME", ".config"), "opencode")


def _folders(machine: Machine) -> tuple[str, ...]:
    return (_folder(machine),)


def plugin(machine: Machine) -> str:
    """The plugin's text, with our command in it word by word: no shell reads it, on any system."""
    text = Path(__file__).with_name("opencode_plugin.js").read_text(encoding="utf-8")
    words = [*machine.program, "hook", NAME]
    return text.replace("__RUN__", json.dumps({"words": words, "store": machine.store}))


def _in(machine: Machine, folder: str, *paths: str) -> tuple[File, ...]:
    said = machine.server()
    command = [str(said["command"]), *machine.program[1:], "serve"]
    entry = {"type": "local", "command": command, "environment": said["env"], "enabled": True}
    # Older versions know the folder by this name only; newer ones read `plugins` too.
    beside = machine.join(folder, "plugin", "promptlearn.js")
    return (
        File(paths, {("mcp", SERVER): entry}, f"server {SERVER}", seed=SEED),
        File((beside,), {}, "plugin that brings rules and observes", whole=plugin(machine)),
    )


def _files(machine: Machine) -> tuple[File, ...]:
    folder = _folder(machine)
    return _in(machine, folder, machine.join(folder, "opencode.jsonc"), machine.join(folder, "opencode.json"))


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    places = [(name,) for name in ("opencode.jsonc", "opencode.json")]
    hidden = [(".opencode", name) for name in ("opencode.jsonc", "opencode.json")]
    paths = (machine.join(project, *place) for place in (places[0], *hidden, places[1]))
    return _in(machine, machine.join(project, ".opencode"), *paths)


CLIENT = Client(
    NAME,
    "opencode",
    "1.18.33",
    ("opencode",),
    _folders,
    _files,
    _project_files,
    no_command,
    ("Sessions that are open now do not know the plugin; start opencode anew. `opencode --pure` leaves it out.",),
    hooks=Hooks(
        EVENTS, CARRIES - {"PostToolUse"}, sample, frozenset(Moment), frozenset(Seen), through="a plugin of ours"
    ),
)
