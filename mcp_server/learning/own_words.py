"""Which part of a prompt a person typed themselves, as opposed to what clients and programs put into it. Light."""

import re

MOST = 20_000
"""Characters of a prompt that are looked at: a longer one is a document, not a correction."""

_ENVELOPES = (
    r"(?s)<(?P<tag>system-reminder|command-[a-z]+|local-command-[a-z]+|task-notification|hook_context|"
    r"user-prompt-submit-hook|ide_[a-z_]+|environment_context|user_instructions)\b[^>]{0,200}>.*?(?:</(?P=tag)>|\Z)"
)

_ELEMENT = r"(?m)^[ \t]*<[A-Za-z!/]"
"""A line that begins with an element: something was put there for a person, or pasted by them."""
_MARKUP = r"</|<[A-Za-z][\w.:-]*(?:\s[^<>]*)?>"
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

_OURS = (
    r"(?m)^[ \t>*-]*\[R\d{1,9}\] |^.*\bRules for .{1,100}, revision \d|"
    r"^.*These rules apply to what you just touched:"
)
"""A line of our rules, wherever it stands: whoever handed it on, it is said already."""


def own_words(prompt: str) -> str:
    """What the person typed themselves; nothing where that cannot be told from what was put into the prompt.

    Envelopes of clients are taken out. Whatever else looks like one takes everything behind it along:
    a remark that is missed can be said again, an order that passes for a person's word cannot be unsaid.
    """
    if len(prompt) > MOST:
        return ""
    text = prompt.strip()
    if "<" in text:  # most prompts hold no markup, and patterns for it take a hook longer than all the rest
        text = re.sub(_ENVELOPES, " ", text)
        element = re.search(_ELEMENT, text)
        text = (text[: element.start()] if element else text).strip()
        if re.search(_MARKUP, text):
            return ""
    if "[R" in text or "ules" in text:
        ours = re.search(_OURS, text)
        text = (text[: ours.start()] if ours else text).strip()
    inserted = any(words in text[:400] for words in _INSERTED)
    return "" if inserted or text.startswith(("/", "!", "#", "[", "```")) else text
