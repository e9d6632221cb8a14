"""What clients wrote down for themselves: Claude Code's auto memory, Codex's memories, Gemini's added memories.

A model wrote it, so it is an agent's word, whatever it says a person wanted. These files are read and
never changed.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcp_server.importers.found import Found
from store.records import Kind, Trust
from store.text import clean_line

MOST = 1 << 20
"""Bytes of one file that are read."""
LINES = 200
"""Memories taken from one file; Claude Code itself loads no more lines of its index."""

_SHORTEST, _LONGEST = 8, 400
_HEADING = re.compile(r"(#{1,6})\s++(.*+)")
_BULLET = re.compile(r"(?:[-*+]|\d{1,3}[.)])\s++")
_INDEX = re.compile(r"\[[^\]\n]{0,200}\]\([^)\n]{0,300}\)")
"""`- [Title](file.md) — hook`: the file it leads to says it in full."""
_BESIDE = re.compile(r"\**+(?:why|how to apply|scope|applies_to|reason|source|date)\b[^:\n]{0,40}:", re.IGNORECASE)
"""What stands beside a memory: its reason, and where it belongs."""
_CWD = re.compile(r"applies_to: cwd=([^;\n]{1,1000})")
_TASKS = re.compile(r"(?:\s?\[Task \d{1,4}\]){1,20}\s{0,4}$")
_WANTED = re.compile(r"preference|tips|differently|convention|rule|feedback", re.IGNORECASE)
"""Headings of Codex's memories under which stands how to work; the others tell of past tasks."""
_ADDED = "Gemini Added Memories"


class Remembered(NamedTuple):
    """One thing that a client remembers."""

    line: int
    text: str
    cwd: str = ""
    """The folder it is about, where the file says so."""


def read(data: bytes, client: str, *, name: str) -> list[Remembered]:
    """The memories in a file called `name`, in their order. Never raises."""
    lines = str(data[:MOST], "utf-8", "replace").splitlines()
    found = (each for each in _pieces(lines, client, added=name == "GEMINI.md") if len(each.text) >= _SHORTEST)
    return [each for each, _ in zip(found, range(LINES), strict=False)]


def fact(memory: Remembered, *, client: str, place: str, time: float | None) -> Found:
    """A memory as evidence: an agent's suggestion. `place` says where it stands, for a reader."""
    text = clean_line(memory.text, limit=_LONGEST).text
    return Found(
        kind=Kind.SUGGESTION,
        text=text,
        key=("memory", client, text),
        identity=f"agent:{client} memory",
        trust=Trust.AGENT,
        time=time,
        detail={"place": clean_line(place, limit=300).text, "client": client},
    )


def _pieces(lines: list[str], client: str, *, added: bool) -> Iterator[Remembered]:
    """Bullets and paragraphs, each on one line; what a file of this client holds besides is left out."""
    held: list[str] = []
    begun, cwd, wanted, fence = 0, "", not added and client != "codex", ""
    for number, raw in enumerate([*_without_front(lines), ""], start=1):
        line = raw.strip()
        heading, bullet, about = _HEADING.fullmatch(line), _BULLET.match(line), _CWD.match(line)
        if line[:3] in {"```", "~~~"}:
            fence = "" if fence else line[:3]
            line = ""
        elif fence:
            line = ""
        if held and (not line or heading or bullet or about):
            yield Remembered(begun, _plain(held), cwd)
            held = []
        if heading:
            wanted = _is_wanted(heading[2], client, added=added, wanted=wanted, level=len(heading[1]))
        elif about:
            cwd = about[1].strip()
        elif line and wanted and (held or not _passed_over(line[bullet.end() :] if bullet else line)):
            begun = begun if held else number
            held.append(line[bullet.end() :] if bullet and not held else line)


def _without_front(lines: list[str]) -> list[str]:
    """The lines with front matter blanked, so that their numbers stay."""
    if not lines or lines[0].strip() != "---":
        return lines
    end = next((number for number, line in enumerate(lines[1:60], start=1) if line.strip() == "---"), 0)
    return [""] * (end + 1) + lines[end + 1 :]


def _is_wanted(title: str, client: str, *, added: bool, wanted: bool, level: int) -> bool:
    if added:
        return title.strip() == _ADDED or (wanted and level > 2)
    return _WANTED.search(title) is not None if client == "codex" else True


def _passed_over(line: str) -> bool:
    return bool(_INDEX.match(line) or _BESIDE.match(line)) or line[:1] in {">", "|", "<"} or line[:3] in {"---", "***"}


def _plain(held: list[str]) -> str:
    return _TASKS.sub("", " ".join(held)).replace("**", "").strip()
