"""What a person typed to their agent: a correction or directive is kept, everything else leaves no trace."""

import re
from collections.abc import Iterable
from hashlib import sha256

from mcp_server.learning.own_words import own_words
from store.records import Evidence, Kind, Source, Trust

_PUSHING = re.compile(
    r"wrong|again|undo|revert|actually|\bi (?:said|told|asked|meant|wanted|thought)\b|\bwe (?:agreed|said|don?)|"
    r"\byou|\bur\b|that'?s|why (?:is|are|did|on)|\bback\b|\bleave|\bsame\b|\bstill|\bstick\b|supposed|\bnope|"
    r"\bnah|\bhm|\bthe \w+th time|quit |\bmeh\b|too |drop |\bpas\b|annule|prochaine|voulais|trop |schon|wieder|falsch|"
    r"\bdoch|\bnein|kein|\bnicht|ohne|gesagt|\bviel zu|\blass |\bmal\b|encore|otra vez|\beso\b|\bdije|demasiad|\bsin\b",
    re.IGNORECASE,
)
"""A word with which somebody may push back; the tables tell whether they do."""

_LASTING = re.compile(
    r"always|never|\bno[tr]?\b|n['\u2019]t\b|\bstop|instead|must|should|prefer|avoid|\bonly\b|\bevery|\beach\b|"
    r"\ball\b|\bany\b|when|before|after|\buse\b|\bkeep\b|remember|from now|make sure|ensure|rather|need|forget|"
    r"without|\bwrite\b|\bfollow\b|\bstatt\b|\bnie\b|niemals|immer|jamais|toujours|nunca|siempre|sempre|[^\x00-\x7f]",
    re.IGNORECASE,
)
"""A word that something said for good has: without any, the tables of instructions need not be loaded."""


def remarks(
    prompt: str, *, project: str, session: str, client: str, now: float, known: Iterable[str] = ()
) -> list[Evidence]:
    """The sentences of a prompt that correct or direct, redacted and cut, as a person's evidence."""
    text = own_words(prompt)
    if not worth_a_look(text):
        return []
    from mcp_server.learning.said import said

    source = Source(f"prompt in {client}", "person", Trust.OWNER)
    return [
        Evidence(
            project=project,
            kind=Kind.FEEDBACK,
            text=each.sentence,
            source=source,
            time=now,
            hash=seal(project, session, each.sentence),
            session=session,
            detail=each.detail,
        )
        for each in said(text, known=known)
    ]


def worth_a_look(text: str) -> bool:
    """Is there a word in it for which the tables are worth loading? A tenth of what they know has none."""
    return bool(_LASTING.search(text) or _PUSHING.search(text))


def seal(project: str, session: str, sentence: str) -> str:
    """What makes a person's sentence one fact of a session, whether a hook heard it or its log was read later."""
    return sha256(f"prompt\n{project}\n{session}\n{sentence}".encode()).hexdigest()
