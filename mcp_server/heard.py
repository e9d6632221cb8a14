"""What a person typed to their agent: a correction or directive is kept, everything else leaves no trace."""

import re
from collections.abc import Iterable
from hashlib import sha256

from mcp_server.learning.own_words import own_words
from store.records import Evidence, Kind, Source, Trust

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
    if not _LASTING.search(text):
        return []
    from mcp_server.learning.said import instructions

    source = Source(f"prompt in {client}", "person", Trust.OWNER)
    return [
        Evidence(
            project=project,
            kind=Kind.FEEDBACK,
            text=sentence,
            source=source,
            time=now,
            hash=seal(project, session, sentence),
            session=session,
        )
        for sentence in instructions(text, known=known)
    ]


def seal(project: str, session: str, sentence: str) -> str:
    """What makes a person's sentence one fact of a session, whether a hook heard it or its log was read later."""
    return sha256(f"prompt\n{project}\n{session}\n{sentence}".encode()).hexdigest()
