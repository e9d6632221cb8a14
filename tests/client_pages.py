"""Hold what the docs say of each client to what its file in `agents/` says; `just docs-write` writes it anew."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from mcp_server.agents import targets
from mcp_server.agents.client import Client, Machine, Moment, Seen
from mcp_server.agents.known import CLIENTS
from tests.documents import ROOT, between

TABLE = ROOT / "docs" / "clients.md"
PAGES = ROOT / "docs" / "clients"
ALL = "clients"
"""The name of the table's markers."""
ONE = "client"
"""The name of those on a client's page."""

ANYBODY = Machine("linux", "~", {}, ("mcp-promptlearn",))
"""A machine whose paths are as people write them."""


def page(client: Client) -> Path:
    """Where a client's page lies."""
    return PAGES / f"{client.name}.md"


def with_table(text: str) -> str:
    """The page of all clients with the table as it has to be. Raises ValueError where its markers are not there."""
    return between(text, ALL, "\n".join(_table()))


def with_facts(text: str, client: Client) -> str:
    """A client's page with its facts as they have to be. Raises ValueError where its markers are not there."""
    return between(text, ONE, "\n".join(_facts(client)))


def _table() -> Iterable[str]:
    head = ("Client", "Tried with", "Rules arrive", "Seen without a report", "Rule files it reads itself")
    yield _row(head)
    yield _row("---" for _ in head)
    for client in CLIENTS:
        name = f"[{client.title}](clients/{client.name}.md) `{client.name}`"
        yield _row((name, client.tried or "documented, not run", _arrives(client), _seen(client), _read(client)))


def _facts(client: Client) -> Iterable[str]:
    tried = f"version {client.tried}, the real program" if client.tried else "nothing: as its makers document it"
    yield f"- Its name here: `{client.name}`"
    yield f"- Tried with: {tried}"
    yield f"- Rules arrive: {_arrives(client)}"
    yield f"- Seen without anybody's report: {_seen(client)}"
    yield f"- Rule files that it reads itself: {_read(client)}"
    yield f"- Files that `setup` writes to, on Linux: {_files(client)}"


def _arrives(client: Client) -> str:
    ask = "when the agent asks"
    if client.hooks is None or not client.hooks.arrives:
        file = any(target.name == client.name for target in targets.TARGETS)
        return f"{ask}, or by a file (`export --client {client.name}`)" if file else ask
    return f"{_in_order(Moment, client.hooks.arrives)} (by {client.hooks.through}); {ask}"


def _seen(client: Client) -> str:
    return _in_order(Seen, client.hooks.seen) if client.hooks and client.hooks.seen else "nothing; git still tells"


def _in_order(kind: type[Moment] | type[Seen], held: Iterable[object]) -> str:
    known = set(held)
    return ", ".join(str(each) for each in kind if each in known)


def _read(client: Client) -> str:
    """The first of each group: the group itself is the business of `agents/targets.py`."""
    found: Sequence[tuple[str, ...]] = next((each.reads for each in targets.TARGETS if each.name == client.name), ())
    return ", ".join(" or ".join(f"`{name}`" for name in _general(group)) for group in found) or "none"


def _general(group: Iterable[str]) -> Iterable[str]:
    """A group with folders in the place of our own file in them."""
    for name in group:
        folder, slash, file = name.rpartition("/")
        yield f"{folder}{slash}" if file.startswith("promptlearn.") else name


def _files(client: Client) -> str:
    return ", ".join(" or ".join(f"`{path}`" for path in file.paths) for file in client.files(ANYBODY))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def write() -> None:
    """Write the table, and the facts on every page, anew."""
    TABLE.write_text(with_table(TABLE.read_text(encoding="utf-8")), encoding="utf-8")
    for client in CLIENTS:
        path = page(client)
        path.write_text(with_facts(path.read_text(encoding="utf-8"), client), encoding="utf-8")
