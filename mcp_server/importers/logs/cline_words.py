"""What a person typed of a Cline prompt, and what it says of a command that ran: read so in hooks and logs alike.

Light: hooks load it.
"""

import re

_TYPED = re.compile(r"(?s)<user_input\b[^>]*+>(?P<said>.*)</user_input>")
_PUT_IN = re.compile(r"(?s)<(?P<name>mode_notice|user_command|file_content|hook_context)\b.*?</(?P=name)>")
_EXIT = re.compile(r"\[Command exited with code \d{1,10}\](?:\n|\Z)")


def typed(prompt: str) -> str:
    """A person's own words, without what Cline put around and into them; empty for what nobody typed."""
    held = _TYPED.search(prompt)
    return _PUT_IN.sub("", held["said"]).strip() if held else ""


def printed(said: str) -> str:
    """A command's output, without the line in which Cline says how it ended."""
    ended = _EXIT.match(said)
    return said[ended.end() :] if ended else said
