"""How GitHub names things: repositories in addresses, numbers in ids that are meant to be opaque, hashes."""

import re
from base64 import b64decode, urlsafe_b64decode
from binascii import Error

from mcp_server.importers import document
from mcp_server.importers.forges import short

_PART = r"[\w.-]{1,100}"
_NAME = re.compile(rf"{_PART}/{_PART}", re.ASCII)
_API = re.compile(rf"https?://[^/\s]{{1,253}}(?:/api/v3)?/repos/(?P<name>{_PART}/{_PART})(?:/|\Z)", re.ASCII)
_WEB = re.compile(
    rf"https?://[^/\s]{{1,253}}/(?P<name>{_PART}/{_PART})/(?:pulls?|issues|commits?|runs|actions|checks)/", re.ASCII
)
_NUMBER = re.compile(r"/(?:pulls?|issues)/(?P<number>\d{1,10})(?:[/#?]|\Z)", re.ASCII)
_FRAGMENT = re.compile(r"#(?:issuecomment-|discussion_r|pullrequestreview-)(?P<id>\d{1,20})\Z", re.ASCII)
_JOB = re.compile(r"/actions/runs/(?P<run>\d{1,20})(?:/attempts/\d{1,9})?(?:/jobs?/(?P<job>\d{1,20}))?", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{7,64}")
_OLD_NODE = re.compile(rb"\d{1,6}:[A-Za-z]{1,60}(\d{1,20})")
_SIZES = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
"""Bytes that follow a mark."""

_WHERE = (
    ("repository", "full_name"),
    ("repository", "nameWithOwner"),
    ("base", "repo", "full_name"),
    ("baseRepository", "nameWithOwner"),
)
_ADDRESSES = ("pull_request_url", "issue_url", "repository_url", "url", "html_url", "link")


def repository(value: object) -> str:
    """`owner/repo` that an object says it belongs to, or that its own addresses name; else empty."""
    for path in _WHERE:
        if name := named(document.text(value, *path)):
            return name
    for key in _ADDRESSES:
        address = document.text(value, key)
        found = _API.match(address) or _WEB.match(address)
        if found:
            return named(found["name"])
    return ""


def named(text: str) -> str:
    """The name of a repository, clean; empty where it can be none."""
    return short.name(text, limit=210) if _NAME.fullmatch(text) else ""


def number(value: object) -> str:
    """The number of a pull request that an object is, or whose address it gives; else empty."""
    told = document.whole(value, "number")
    if told is not None:
        return str(told) if 0 < told < 10**10 else ""
    addresses = (document.text(value, key) for key in _ADDRESSES)
    return next((found["number"] for found in map(_NUMBER.search, addresses) if found), "")


def ident(value: object) -> str:
    """The number by which REST knows an object, wherever the object tells it; else the id it has.

    REST gives the number, `gh` and GraphQL an id that holds it, and some only an address that ends in it.
    """
    for key in ("id", "databaseId", "fullDatabaseId", "database_id"):
        told = document.at(value, key)
        if isinstance(told, int) and not isinstance(told, bool):
            return str(told)[:20]
        if isinstance(told, str) and told.isascii() and told.isdecimal():
            return told[:20]
    for key in ("html_url", "url"):
        if found := _FRAGMENT.search(document.text(value, key)[-100:]):
            return found["id"]
    node = document.text(value, "id") or document.text(value, "node_id")
    return _inside(node) or short.name(node, limit=100)


def job(address: str) -> tuple[str, str]:
    """The run and the job that an address of GitHub Actions names."""
    found = _JOB.search(address[:400])
    return (found["run"], found["job"] or "") if found else ("", "")


def sha(text: str) -> str:
    """The hash of a commit in lower case; empty where it can be none."""
    lowered = text.lower()
    return lowered if _SHA.fullmatch(lowered) else ""


def path(text: str) -> str:
    """A file's path inside the repository, clean; empty for one that leads out of it."""
    clean = short.name(text, limit=400)
    parts = clean.replace("\\", "/").split("/")
    return "" if ".." in parts or parts[0] in {"", "~"} or parts[0].endswith(":") else clean


def branch(text: str) -> str:
    """The name of a branch, clean and without what git puts before it."""
    return short.name(text.removeprefix("refs/heads/"), limit=250)


def _inside(node: str) -> str:
    """The number inside an id: `017:PullRequestReview5` in base64, or behind a prefix a packed list that ends in it."""
    if not 4 <= len(node) <= 100:
        return ""
    old = _OLD_NODE.fullmatch(_bytes(node, urlsafe=False))
    if old:
        return old[1].decode()
    return _last(_bytes(node.partition("_")[2], urlsafe=True))


def _last(packed: bytes) -> str:
    """The last of two or three whole numbers that are packed into a list, as new ids are; else empty."""
    number, many, place = 0, 0, 1
    while place < len(packed):
        size = _SIZES.get(packed[place], 0)
        if not size and packed[place] > 0x7F:
            return ""
        number = int.from_bytes(packed[place + 1 : place + 1 + size], "big") if size else packed[place]
        many, place = many + 1, place + 1 + size
    return str(number) if place == len(packed) and packed[0] == 0x90 + many and many in {2, 3} else ""


def _bytes(text: str, *, urlsafe: bool) -> bytes:
    padded = text + "=" * (-len(text) % 4)
    try:
        return urlsafe_b64decode(padded) if urlsafe else b64decode(padded, validate=True)
    except (Error, ValueError):
        return b""
