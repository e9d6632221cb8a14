"""The entry in the MCP registry, by its schema of 2025-12-11."""

from typing import Any

from packages.facts import OWNER, TITLE, facts

SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
HOME = "folder of the store, where it is not your user data folder; the command line uses the same"


def name() -> str:
    """The server's name there. README has to show it, or the registry takes the package for somebody else's."""
    return f"io.github.{OWNER}/{facts().name}"


def entry() -> dict[str, Any]:
    """`server.json`."""
    said = facts()
    package = {
        "registryType": "pypi",
        "registryBaseUrl": "https://pypi.org",
        "identifier": said.name,
        "version": said.version,
        "runtimeHint": "uvx",
        "transport": {"type": "stdio"},
        "packageArguments": [{"type": "positional", "value": "serve"}],
        "environmentVariables": [{"name": "PROMPTLEARN_HOME", "description": HOME, "format": "filepath"}],
    }
    return {
        "$schema": SCHEMA,
        "name": name(),
        "title": TITLE,
        "description": said.description,
        "version": said.version,
        "packages": [package],
    }
