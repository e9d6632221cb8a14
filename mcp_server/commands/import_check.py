"""`import --check`: what a person has today in rule files, and what could be better in it."""

from collections.abc import Iterable
from pathlib import Path

from mcp_server.agents.reads import READS
from mcp_server.commands import count, show
from mcp_server.commands.import_ import facts_of, readers, tell_files
from mcp_server.importers.rulefiles.book import ALWAYS
from mcp_server.importers.rulefiles.sentences import Spoken
from mcp_server.learning.checkup import Checkup, Dead, Pair, checkup
from mcp_server.learning.imported import Sentence
from mcp_server.rulefiles import Found
from mcp_server.wiring import Wiring

FILES = 20_000
"""Files of the project that globs are held against."""


def check(wiring: Wiring, found: Found, said: list[Spoken], *, json: bool) -> None:
    """Say it; nothing is written and nothing changes."""
    root = Path(wiring.place().root)

    def there(path: str) -> bool:
        try:
            return (root / path.removeprefix("/")).exists()
        except (OSError, ValueError):
            return False

    seen = checkup([each.sentence for each in said], found.files[:FILES], there=there)
    if json:
        show(wiring, _facts(wiring, found, said, seen))
        return
    tell_files(wiring, found)
    _list(wiring, "said twice", [_both(pair) for pair in seen.duplicates])
    _list(wiring, "against each other", [_both(pair) for pair in seen.contradictions])
    _list(wiring, "about what is not there", [_gone(dead) for dead in seen.dead])
    _list(wiring, "with hidden or unwanted characters", [_taken(each) for each in said if each.sentence.removed])
    _list(wiring, "with a secret", [_masked(each) for each in said if each.redacted])
    _list(wiring, "dangerous", [_danger(each) for each in said if each.dangers or each.refused])
    _list(wiring, "read by no client that we know of", _unread(found))
    costs = _costs(found)
    if costs:
        wiring.say("What a session reads at its start, in tokens (more with files of a narrower scope):")
    for client, (always, rest) in costs.items():
        wiring.say(f"  {client:<12} {always}{f' and up to {rest} more' if rest else ''}")
    if not (any(seen) or any(each.sentence.removed or each.redacted or each.dangers or each.refused for each in said)):
        wiring.say("Nothing to mend was found.")


def _list(wiring: Wiring, title: str, lines: list[str]) -> None:
    if lines:
        wiring.say(f"{len(lines)} {title}:")
    for line in lines:
        wiring.say(f"  {line}")


def _both(pair: Pair) -> str:
    return f"{_at(pair.first)}: {pair.first.text}  |  {_at(pair.second)}: {pair.second.text}"


def _at(each: Sentence) -> str:
    return f"{each.file}:{each.line}"


def _gone(dead: Dead) -> str:
    return f"{dead.file}{f':{dead.line}' if dead.line else ''}: {dead.path}" + ("" if dead.line else " (its scope)")


def _taken(each: Spoken) -> str:
    what = ", ".join(f"{times} x {kind}" for kind, times in each.sentence.removed.items())
    return f"{_at(each.sentence)}: {what}"


def _masked(each: Spoken) -> str:
    return f"{_at(each.sentence)}: {', '.join(each.redacted)}"


def _danger(each: Spoken) -> str:
    return f"{_at(each.sentence)}: {' '.join((*([each.refused] if each.refused else ()), *each.dangers))}"


def _unread(found: Found) -> list[str]:
    return [f"{book.path} ({count(len(book.passages), 'rule')})" for book in found.books if not readers(book, found)]


def _costs(found: Found) -> dict[str, tuple[int, int]]:
    """By client, the tokens of what it reads in every session, and of what it may read besides."""
    known = [(book, readers(book, found)) for book in found.books]
    costs: dict[str, tuple[int, int]] = {}
    for client in READS:
        mine = [book for book, clients in known if client in clients]
        always = sum(book.tokens for book in mine if book.when == ALWAYS)
        if mine:
            costs[client] = always, sum(book.tokens for book in mine) - always
    return costs


def _facts(wiring: Wiring, found: Found, said: Iterable[Spoken], seen: Checkup) -> dict[str, object]:
    def sentence(each: Sentence) -> dict[str, object]:
        return {"file": each.file, "line": each.line, "text": each.text}

    def pairs(found: Iterable[Pair]) -> list[dict[str, object]]:
        return [{"first": sentence(pair.first), "second": sentence(pair.second)} for pair in found]

    def at(each: Spoken, **more: object) -> dict[str, object]:
        return {"file": each.sentence.file, "line": each.sentence.line, **more}

    spoken = list(said)
    return {
        "project": wiring.place().project.key,
        "files": [facts_of(book, found) for book in found.books],
        "refused": [refused._asdict() for refused in found.refused],
        "duplicates": pairs(seen.duplicates),
        "contradictions": pairs(seen.contradictions),
        "dead": [dead._asdict() for dead in seen.dead],
        "hidden": [at(each, removed=dict(each.sentence.removed)) for each in spoken if each.sentence.removed],
        "secrets": [at(each, redacted=dict(each.redacted)) for each in spoken if each.redacted],
        "dangers": [
            at(each, why=[*([each.refused] if each.refused else ()), *each.dangers])
            for each in spoken
            if each.dangers or each.refused
        ],
        "costs": [
            {"client": client, "tokens": always, "more": rest} for client, (always, rest) in _costs(found).items()
        ],
        "unread": [book.path for book in found.books if not readers(book, found)],
        "note": found.note,
    }
