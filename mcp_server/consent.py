"""May evidence leave this machine? A person is asked once for each host, agent and command; the answer is kept."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from mcp_server.choosing import Choice
from mcp_server.wiring import Wiring


def host_of(url: str) -> str:
    """Host and port of a model's address; empty where there is none."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return ""


def is_loopback(url: str) -> bool:
    """Does the address stay on this machine?"""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def may_send(wiring: Wiring, to: Choice, *, again: bool = False) -> bool:
    """Whether a model may be sent evidence; asks where that is not known and a person is there.

    `again` asks although an answer is kept.
    """
    url = to.settings.base_url
    if not to.question and is_loopback(url):
        return True
    where = to.name if to.question else host_of(url)
    question = to.question or f"send evidence to {where}"
    kept = wiring.store().answer(question)
    if kept is None or again:
        surroundings = wiring.surroundings()
        if surroundings.mark or not surroundings.terminal:
            wiring.tell(
                f"nothing is sent to {where} before a person agrees; run `mcp-promptlearn consolidate` once "
                "in a terminal (going on without the model)"
            )
            return False
        whom = to.whither if to.question else f"{to.name} at {where}"
        wiring.tell(
            f"{whom} would be sent failing tests, code changes and remarks of this project, "
            "with secrets taken out. `--dry-run` shows every word of it."
        )
        kept = "yes" if wiring.ask("Send them, now and from now on? [y/N] ").strip().lower() == "y" else "no"
        wiring.store().keep_answer(question, kept, now=wiring.now())
    if kept != "yes":
        wiring.tell(f"nothing is sent to {where}, as you answered no; `consolidate --ask` asks again (no model now)")
    return kept == "yes"
