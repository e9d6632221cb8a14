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
_SUMMARY = "This session is being continued from a previous conversation"
_OURS = ("Rules for ", "promptlearn:")


def own_words(prompt: str) -> str:
    """What the person typed themselves: client envelopes, summaries and our own context taken out."""
    if len(prompt) > MOST or _SUMMARY in prompt[:400]:
        return ""
    text = _ENVELOPES.sub(" ", prompt).strip()
    return "" if text.startswith(("/", "!", "#", *_OURS)) else text


def remarks(
    prompt: str, *, project: str, session: str, client: str, now: float, known: Iterable[str] = ()
) -> list[Evidence]:
    """The sentences of a prompt that correct or direct, redacted and cut, as a person's evidence."""
    text = own_words(prompt)
    if not text:
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
