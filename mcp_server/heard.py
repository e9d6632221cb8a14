"""What a person typed to their agent: a correction or directive is kept, everything else leaves no trace."""

import re
from collections.abc import Iterable
from hashlib import sha256

from store.records import Evidence, Kind, Source, Trust
from store.text import clean_evidence

MOST = 20_000
"""Characters of a prompt that are looked at: a longer one is a document, not a correction."""

SENTENCES = 3

_ENVELOPES = re.compile(
    r"<(?P<tag>system-reminder|command-[a-z]+|local-command-[a-z]+|task-notification|hook_context|"
    r"user-prompt-submit-hook|ide_[a-z_]+|environment_context|user_instructions)\b[^>]{0,200}>.*?(?:</(?P=tag)>|\Z)",
    re.DOTALL,
)
_LASTING = re.compile(
    r"always|never|\bno[tr]?\b|n['\u2019]t\b|\bstop|instead|must|should|prefer|avoid|\bonly\b|\bevery|\beach\b|"
    r"\ball\b|\bany\b|when|before|after|\buse\b|\bkeep\b|remember|from now|make sure|ensure|rather|need|forget|"
    r"without|\bwrite\b|\bfollow\b|\bstatt\b|\bnie\b|niemals|immer|jamais|toujours|nunca|siempre|sempre|[^\x00-\x7f]",
    re.IGNORECASE,
)
"""A word that something said for good has: without any, the tables of instructions need not be loaded."""

_ELEMENT = re.compile(r"^[ \t]*<[A-Za-z!/]", re.MULTILINE)
"""A line that begins with an element: something was put there for a person, or pasted by them."""
_MARKUP = re.compile(r"</|<[A-Za-z][\w.:-]*(?:\s[^<>]*)?>")
_INSERTED = (
    "This session is being continued from a previous conversation",
    "Caveat: The messages below",
    "Stop hook feedback",
    "A background agent",
    "Another Claude session",
    "Rules for ",
    "promptlearn:",
)
"""How clients, and we, begin what no person typed."""


def own_words(prompt: str) -> str:
    """What the person typed themselves; nothing where that cannot be told from what was put into the prompt.

    Envelopes of clients are taken out. Whatever else looks like one takes everything behind it along:
    a remark that is missed can be said again, an order that passes for a person's word cannot be unsaid.
    """
    if len(prompt) > MOST:
        return ""
    text = _ENVELOPES.sub(" ", prompt)
    element = _ELEMENT.search(text)
    text = (text[: element.start()] if element else text).strip()
    inserted = any(words in text[:400] for words in _INSERTED)
    return "" if inserted or _MARKUP.search(text) or text.startswith(("/", "!", "#", "[", "```")) else text


def remarks(
    prompt: str, *, project: str, session: str, client: str, now: float, known: Iterable[str] = ()
) -> list[Evidence]:
    """The sentences of a prompt that correct or direct, redacted and cut, as a person's evidence."""
    text = own_words(prompt)
    if not _LASTING.search(text):
        return []
    from mcp_server.learning.directive import directives

    source = Source(f"prompt in {client}", "person", Trust.OWNER)
    found: list[Evidence] = []
    for directive in directives(clean_evidence(text, known=known).text)[:SENTENCES]:
        sentence = clean_evidence(directive.sentence, limit=400).text
        key = f"prompt\n{project}\n{session}\n{sentence}"
        found.append(
            Evidence(
                project=project,
                kind=Kind.FEEDBACK,
                text=sentence,
                source=source,
                time=now,
                hash=sha256(key.encode()).hexdigest(),
                session=session,
            )
        )
    return found
