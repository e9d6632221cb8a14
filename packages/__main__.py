"""Write the manifests anew (`python -m packages`), or build the bundle into dist/ (`python -m packages bundle`)."""

import sys
from typing import Any

from packages import bundle, links, plugin, registry
from packages.facts import ROOT, pretty


def manifests() -> dict[str, Any]:
    """Every generated file of the repository, by its path."""
    return {
        ".claude-plugin/marketplace.json": plugin.marketplace(),
        f"{plugin.FOLDER}/.claude-plugin/plugin.json": plugin.manifest(),
        f"{plugin.FOLDER}/.mcp.json": plugin.servers(),
        f"{plugin.FOLDER}/hooks/hooks.json": plugin.hooks(),
        "server.json": registry.entry(),
    }


def main(words: list[str]) -> int:
    """Do one of the two."""
    if words == ["bundle"]:
        print(bundle.build(ROOT / "dist"))
        return 0
    for name, value in manifests().items():
        (ROOT / name).write_text(pretty(value), encoding="utf-8")
    readme = ROOT / "README.md"
    readme.write_text(links.with_links(readme.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
