# ruff: noqa: RUF001 - signs and letters of other scripts are what is looked for
"""What a proposed rule may not say, with the reason: a seat belt before a person's review.

Nothing found here makes a rule safe, and a determined writer gets past it. It keeps the plain attempts away
from a reviewer (`REFUSE`), marks what no policy may admit by itself (`DANGER`), and points at the rest (`NOTE`).
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from mcp_server.learning.plain import plain, sentences

COPIED = 8
"""This many words in a row are a copy; letters of scripts without spaces count half."""
LONGEST = 32
"""Words a learnt rule should not exceed."""

_SHOWN = 80
_LINK = re.compile(r"\bhttps?://[^\s)>\"'`]{1,300}|\bwww\.\w[^\s)>\"'`]{1,300}", re.IGNORECASE)
_LOUD = re.compile(r"\b(?:important|critical|crucial|vital|mandatory|immediately)\b", re.IGNORECASE)
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_RUN_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff]|[^\\W_\u3040-\u30ff\u3400-\u9fff]+")


class Level(StrEnum):
    """What a finding means: never a rule; never without a person; worth a look."""

    REFUSE = "refuse"
    DANGER = "danger"
    NOTE = "note"


class Finding(NamedTuple):
    """One thing in a text that a reviewer should know, in one plain sentence that names the piece."""

    level: Level
    code: str
    words: str


class Screening(NamedTuple):
    """All that was found in a text, the gravest first."""

    findings: tuple[Finding, ...]

    @property
    def refused(self) -> Finding | None:
        """Why the text can be no rule at all, if so."""
        return next((finding for finding in self.findings if finding.level is Level.REFUSE), None)

    @property
    def dangerous(self) -> bool:
        """Whether only a person may admit it."""
        return any(finding.level is Level.DANGER for finding in self.findings)

    @property
    def clean(self) -> bool:
        """Whether nothing was found, not even a note."""
        return not self.findings


def screen(text: str, *, quotes: Sequence[str] = (), own_words: bool = False) -> Screening:
    """Everything that speaks against a text as a rule. Never raises; time is linear in the text.

    `quotes` are texts of others that it may have been drawn from. `own_words`: a person wrote the text,
    so that words in common with the quotes are no copy.
    """
    from mcp_server.learning.danger_hits import hits
    from mcp_server.learning.dangers import MEANING, NEVER

    found: dict[tuple[Level, str], Finding] = {}
    for hit in hits(text, disguised=True):
        if not hit.forbidden:
            level = Level.REFUSE if hit.danger in NEVER else Level.DANGER
            finding = Finding(level, hit.danger.value, f'{MEANING[hit.danger]}: "{hit.piece}".')
            found.setdefault((level, hit.danger), finding)
    for finding in (*_form(text), *(() if own_words else _copied(text, quotes))):
        found.setdefault((finding.level, finding.code), finding)
    return Screening(tuple(sorted(found.values(), key=lambda finding: list(Level).index(finding.level))))


def forbids_danger(text: str) -> bool:
    """Whether a sentence forbids something dangerous, and asks for nothing that is: a safety rule."""
    from mcp_server.learning.danger_hits import hits
    from mcp_server.learning.dangers import WORTH_FORBIDDING

    found = tuple(hits(text, disguised=False))
    outright = any(hit.firmly and hit.danger in WORTH_FORBIDDING for hit in found)
    return outright and all(hit.forbidden for hit in found)


def _form(text: str) -> Iterator[Finding]:
    from mcp_server.learning.directive import instructs

    parts = sentences(text)
    if not parts:
        yield Finding(Level.REFUSE, "empty", "It says nothing.")
        return
    if len(parts) > 1:
        yield Finding(Level.REFUSE, "sentences", f'It is not one sentence; the second begins "{_shown(parts[1])}".')
    if any(part.rstrip("\"')]*_`").endswith(("?", "？")) for part in parts):
        yield Finding(Level.REFUSE, "question", "It asks a question instead of giving an instruction.")
    if not any(instructs(part) for part in parts):
        yield Finding(Level.NOTE, "statement", "It does not read like an instruction.")
    if link := _LINK.search(text):
        yield Finding(Level.NOTE, "link", f'It points to an address: "{_shown(link[0])}".')
    if len(text.split()) > LONGEST:
        yield Finding(Level.NOTE, "long", f"It has more than {LONGEST} words.")
    if loud := _LOUD.search(text):
        yield Finding(Level.NOTE, "loud", f'It raises its voice: "{loud[0]}".')


def _copied(text: str, quotes: Sequence[str]) -> Iterator[Finding]:
    """A finding where a text has a run of words in common with a quote."""
    said = _run_words(text)
    size = 2 * COPIED if _UNSPACED.search(text) else COPIED
    runs = {tuple(said[place : place + size]) for place in range(len(said) - size + 1)}
    for quote in quotes if runs else ():
        heard = _run_words(quote)
        for place in range(len(heard) - size + 1):
            run = tuple(heard[place : place + size])
            if run in runs:
                words = f'It copies its source word for word: "{_shown(" ".join(run))}".'
                yield Finding(Level.REFUSE, "copied", words)
                return


def _run_words(text: str) -> list[str]:
    return _RUN_WORD.findall(plain(text))


def _shown(piece: str) -> str:
    piece = " ".join(piece.split())
    return piece if len(piece) <= _SHOWN else piece[: _SHOWN - 1] + "…"
