"""How Zed is configured: its server list. As its makers document it; not run here."""

from mcp_server.agents.client import SERVER, Client, File, Machine, no_command, no_files


def folder(machine: Machine) -> str:
    """Where Zed keeps a person's settings; macOS has no other place for them than Linux by default."""
    if machine.system == "win32":
        return machine.application("Zed")
    if machine.system == "darwin":
        return machine.under_home(".config", "zed")
    flatpak = machine.environment.get("FLATPAK_XDG_CONFIG_HOME")
    return machine.join(flatpak, "zed") if flatpak else machine.application("zed")


def _folders(machine: Machine) -> tuple[str, ...]:
    return (folder(machine),)


def _files(machine: Machine) -> tuple[File, ...]:
    # Versions of 2025 pass over an entry that does not say its source; later ones do not mind it.
    entry = {"source": "custom", **machine.server()}
    path = machine.join(folder(machine), "settings.json")
    return (File((path,), {("context_servers", SERVER): entry}, f"server {SERVER}"),)


CLIENT = Client(
    "zed",
    "Zed",
    "",
    # `zed` is a daemon of a file system on many machines: only the folder tells, and the name that Linux has for it.
    ("zeditor",),
    _folders,
    _files,
    no_files,
    no_command,
    (
        "Zed starts the server at once; its dot in the Agent Panel's settings is green when it works.",
        "Zed has no hooks: its agent gets rules when it asks for them, or by a file (mcp-promptlearn export).",
    ),
)
