"""What clients are shown before any call: tools, instructions, prompt and resource, from the pydantic models.

`python -m mcp_server.listing` writes it to `listing.json`, which the fast door reads, so that
pydantic need not be loaded to say what there is. A test compares the two.
"""

import json
from pathlib import Path
from typing import Any

from mcp_server.settings import version
from mcp_server.tools import INSTRUCTIONS, TOOLS, Tool

FILE = Path(__file__).with_name("listing.json")

PROMPTS = [
    {"name": "rules", "description": "The rules that apply in this project now"},
    {
        "name": "consolidate",
        "description": "Look through the evidence of this project and suggest what its rules should learn from it",
    },
]
RESOURCE = {
    "name": "rules",
    "uri": "promptlearn://rules",
    "description": "The rules that apply in this project now",
    "mimeType": "text/plain",
}


def listed(tool: Tool) -> dict[str, Any]:
    """A tool as clients see it: text only, no output schema, so that every client shows the same."""
    from mcp_server import arguments

    shown: dict[str, Any] = {
        "name": tool.name,
        "description": tool.description,
        "inputSchema": arguments.schema(getattr(arguments, tool.model)),
        "annotations": {
            "readOnlyHint": tool.read_only,
            "destructiveHint": False,
            "idempotentHint": tool.idempotent,
            "openWorldHint": False,
        },
    }
    if tool.always_load:
        shown["_meta"] = {"anthropic/alwaysLoad": True}
    return shown


def listing() -> dict[str, Any]:
    """Everything that is listed; the same bytes for every client, project and store."""
    return {
        "version": version(),
        "instructions": INSTRUCTIONS,
        "tools": [listed(tool) for tool in TOOLS],
        "prompts": PROMPTS,
        "resources": [RESOURCE],
    }


def snapshot() -> dict[str, Any]:
    """What the file says."""
    return json.loads(FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    FILE.write_text(json.dumps(listing(), indent=1) + "\n", encoding="utf-8")
