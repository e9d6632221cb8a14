"""The `.mcpb` bundle for Claude Desktop and its like: the program's sources, which the host runs with its own uv."""

import zipfile
from pathlib import Path
from typing import Any

from packages.facts import ROOT, TITLE, facts, pretty, tools

ENTRY = "serve.py"
"""Some hosts run this file by itself, others the command of the manifest: both come to the same."""

SERVE = '''\
"""Serve, for a host that starts the bundle by its entry point."""

import sys

from mcp_promptlearn import main

sys.argv[1:] = ["serve"]
sys.exit(main())
'''

FILES = ("mcp_promptlearn.py", "pyproject.toml", "uv.lock", "README.md", "LICENSE")
FOLDERS = ("mcp_server", "store")
DATE = (1980, 1, 1, 0, 0, 0)
"""The same sources give the same bytes."""


def manifest() -> dict[str, Any]:
    """By version 0.4 of the format, the first that knows `uv`.

    There is no setting for the store: it is the user data folder, which the command line uses too.
    """
    said = facts()
    run = ["run", "--project", "${__dirname}", "--frozen", "--no-dev", "--no-editable"]
    command = {"command": "uv", "args": [*run, "python", "-E", "-P", "${__dirname}/" + ENTRY]}
    return {
        "manifest_version": "0.4",
        "name": said.name,
        "display_name": TITLE,
        "version": said.version,
        "description": said.description,
        "author": {"name": said.author},
        "license": said.license,
        "keywords": list(said.keywords),
        "server": {"type": "uv", "entry_point": ENTRY, "mcp_config": command},
        "tools": tools(),
        "prompts_generated": True,
        "compatibility": {"platforms": ["darwin", "win32", "linux"], "runtimes": {"python": said.python}},
    }


def contents() -> dict[str, bytes]:
    """Every file of the bundle by its name in it."""
    sources = [ROOT / name for name in FILES]
    for folder in FOLDERS:
        sources += [path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in {".py", ".js", ".json"}]
    found = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sources}
    return {"manifest.json": pretty(manifest()).encode(), ENTRY: SERVE.encode(), **found}


def build(folder: Path) -> Path:
    """Write the bundle into a folder, and say where it is."""
    said = facts()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{said.name}-{said.version}.mcpb"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents().items():
            archive.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)
    return target
