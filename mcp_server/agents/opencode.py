"""How opencode is configured: its server list. It asks about no tool unless a person tells it to."""

from mcp_server.agents.client import SERVER, Client, File, Machine, no_command

SEED = '{\n  "$schema": "https://opencode.ai/config.json"\n}\n'


def _folder(machine: Machine) -> str:
    # The same on all systems, Windows too.
    return machine.join(machine.named("XDG_CONFIG_HOME", ".config"), "opencode")


def _folders(machine: Machine) -> tuple[str, ...]:
    return (_folder(machine),)


def _file(machine: Machine, *paths: str) -> tuple[File, ...]:
    said = machine.server()
    command = [str(said["command"]), *machine.program[1:], "serve"]
    entry = {"type": "local", "command": command, "environment": said["env"], "enabled": True}
    return (File(paths, {("mcp", SERVER): entry}, f"server {SERVER}", seed=SEED),)


def _files(machine: Machine) -> tuple[File, ...]:
    folder = _folder(machine)
    return _file(machine, machine.join(folder, "opencode.jsonc"), machine.join(folder, "opencode.json"))


def _project_files(machine: Machine, project: str) -> tuple[File, ...]:
    places = [(name,) for name in ("opencode.jsonc", "opencode.json")]
    hidden = [(".opencode", name) for name in ("opencode.jsonc", "opencode.json")]
    return _file(machine, *(machine.join(project, *place) for place in (places[0], *hidden, places[1])))


CLIENT = Client(
    "opencode",
    "opencode",
    "1.18.33",
    ("opencode",),
    _folders,
    _files,
    _project_files,
    no_command,
)
