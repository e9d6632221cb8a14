"""The links by which VS Code and Cursor add the server, as README shows them."""

import base64
import json
from urllib.parse import quote, urlencode

from packages.facts import COMMAND, TITLE

BEGIN, END = "<!-- links:begin -->", "<!-- links:end -->"


def vscode() -> str:
    """Leads to VS Code by way of a page of its makers': a repository's page lets no `vscode:` link through."""
    said = {"type": "stdio", **COMMAND}
    return "https://vscode.dev/redirect/mcp/install?" + urlencode({"name": TITLE, "config": _compact(said)})


def vscode_plain() -> str:
    """The same for a terminal: `code` or the system opens it."""
    return "vscode:mcp/install?" + quote(_compact({"name": TITLE, "type": "stdio", **COMMAND}), safe="")


def cursor() -> str:
    """Leads to Cursor by way of a page of its makers'."""
    return "https://cursor.com/en-US/install-mcp?" + _cursor()


def cursor_plain() -> str:
    """The same without a page between."""
    return "cursor://anysphere.cursor-deeplink/mcp/install?" + _cursor()


def section() -> str:
    """What stands between the marks in README."""
    return (
        f"[Add to VS Code]({vscode()}) · [Add to Cursor]({cursor()})\n\n"
        f"```text\n{vscode_plain()}\n{cursor_plain()}\n```"
    )


def with_links(readme: str) -> str:
    """Put the current links between the marks. Raises ValueError where a mark is missing or doubled."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in after:
        raise ValueError(f"README.md needs {BEGIN} and {END}, once each and in this order")
    return f"{before}{BEGIN}\n\n{section()}\n\n{END}{after}"


def _cursor() -> str:
    return urlencode({"name": TITLE, "config": base64.b64encode(_compact(COMMAND).encode()).decode()})


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
