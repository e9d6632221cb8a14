"""A webhook as it was delivered: the payload with the headers that say what it is and which delivery it was."""

from typing import NamedTuple

from mcp_server.importers import document
from mcp_server.importers.forges import objects, stream
from store.text import clean_line


class Envelope(NamedTuple):
    """One delivery."""

    provider: str
    """`github` or `gitlab`; empty where no header says."""
    payload: object
    delivery: str = ""
    """The id of the delivery, clean."""


_EVENTS = {"x-github-event": "github", "x-gitlab-event": "gitlab"}
_DELIVERIES = ("x-github-delivery", "x-gitlab-event-uuid")
_PAYLOADS = ("payload", "body")


def opened(value: object) -> Envelope | None:
    """The delivery in `{"headers": {...}, "payload": {...}}` and its like; None for anything else.

    Read are also GitHub's own list of deliveries, which keeps both under `request`, and relays that
    put the headers beside the payload. A payload may be text.
    """
    request = document.at(value, "request")
    for frame in (value, request):
        parts = (document.at(frame, key) for key in _PAYLOADS)
        payload = next((part for part in parts if isinstance(part, str) or objects.is_one(part)), None)
        if payload is None:
            continue
        headers = document.at(frame, "headers")
        framed = objects.is_one(headers)
        told = _lowered(headers if framed else frame)
        provider = next((name for header, name in _EVENTS.items() if header in told), "")
        if provider or framed:
            payload = stream.first(payload) if isinstance(payload, str) else payload
            delivery = next((told[header] for header in _DELIVERIES if header in told), "")
            return Envelope(provider, payload, clean_line(delivery, limit=100).text)
    return None


def _lowered(headers: object) -> dict[str, str]:
    """Headers by their names in lower case; a value may be a list, of which the first counts."""
    found: dict[str, str] = {}
    for name in objects.keys(headers):
        value = document.at(headers, name)
        text = value if isinstance(value, str) else document.text(value, 0)
        if text and name.lower().startswith("x-git"):
            found[name.lower()] = text
    return found
