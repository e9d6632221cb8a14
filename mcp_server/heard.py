"""What a person typed to their agent: a correction or directive is kept, everything else leaves no trace."""

from collections.abc import Callable, Iterable
from hashlib import sha256

from mcp_server.learning.own_words import own_words
from store.records import Evidence, Kind, Source, Trust

_APART = str.maketrans(dict.fromkeys('.,;:!?()[]{}"\n\t\r-\u2026\u2014\u2013', " ") | {"\u2019": "'"})


def _apart(words: str) -> tuple[str, ...]:
    return tuple(words.split("|"))


_SIGNS = _apart(
    "always|never| no | not | nor |n't |dont |doesnt |stop|instead|must|should|prefer|avoid| only |every| each |"
    " all | any |when|before|after| use | keep |remember|from now|make sure|ensure|rather|need|forget|without|"
    " write | follow |wrong|again|undo|revert|actually| i said | i told | i asked | i meant | i wanted |"
    " i thought | we agreed | we said | we do |we don't | you| ur |that's|thats |why is |why are |why did |"
    "why on | back | leav| same | still| stick |supposed| nope|nah | hm|the third time|the second time|th time|"
    "quit | meh |too |drop | wait |hold on| statt | nie |niemals|immer|schon|wieder|falsch| doch|nein|kein|"
    " nicht| ohne |gesagt| viel zu | lass | mal | jamais|toujours| pas |annule|prochaine|voulais|trop | encore |"
    " nunca|siempre|sempre|otra vez| eso | dije|demasiad| sin"
)
"""What somebody says who corrects or directs: without any of it, the tables that tell need not be loaded."""


def remarks(
    prompt: str,
    *,
    project: str,
    session: str,
    client: str,
    now: float,
    known: Iterable[str] = (),
    nested: Callable[[], bool] = lambda: False,
) -> list[Evidence]:
    """The sentences of a prompt that correct or direct, redacted and cut, as a person's evidence.

    Where `nested` says that another agent started the session, they are an agent's; it is asked only if there are any.
    """
    text = own_words(prompt)
    if not text or not worth_a_look(text):
        return []
    from mcp_server.learning.said import said

    found = said(text, known=known)
    if not found:
        return []
    identity, trust = (f"headless:{client}", Trust.AGENT) if nested() else ("person", Trust.OWNER)
    source = Source(f"prompt in {client}", identity, trust)
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
        for each in found
    ]


def worth_a_look(text: str) -> bool:
    """Is there a word in it for which the tables are worth loading? A tenth of what they know has none."""
    plain = f" {text.lower().translate(_APART)} "
    return not plain.isascii() or any(sign in plain for sign in _SIGNS)


def seal(project: str, session: str, sentence: str) -> str:
    """What makes a person's sentence one fact of a session, whether a hook heard it or its log was read later."""
    return sha256(f"prompt\n{project}\n{session}\n{sentence}".encode()).hexdigest()
