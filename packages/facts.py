"""What every package says of the program, read where it is said first."""

import json
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent

OWNER = "mcp-promptlearn"
"""Under whose name on GitHub it is published: the registry takes `io.github.OWNER/...` from nobody else."""

TITLE = "promptlearn"
"""How a person is shown it; clients build the tools' names from it too."""

COMMAND = {"command": "mcp-promptlearn", "args": ["serve"]}
"""The installed command, which every package starts that brings no program of its own."""


class Facts(NamedTuple):
    """The program, as pyproject.toml has it."""

    name: str
    version: str
    description: str
    author: str
    license: str
    python: str
    keywords: tuple[str, ...]


def facts() -> Facts:
    """What stands in pyproject.toml now."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (author,) = said["authors"]
    return Facts(
        said["name"],
        said["version"],
        said["description"],
        author["name"],
        said["license"],
        said["requires-python"],
        tuple(said["keywords"]),
    )


def tools() -> list[dict[str, str]]:
    """The tools and their descriptions, as the server lists them."""
    said = json.loads((ROOT / "mcp_server" / "listing.json").read_text(encoding="utf-8"))
    return [{"name": tool["name"], "description": tool["description"]} for tool in said["tools"]]


def pretty(value: Any) -> str:
    """A JSON file as people read it."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
