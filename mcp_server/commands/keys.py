"""One key from a person, out of those that they are told of."""

from collections.abc import Mapping

from mcp_server.wiring import Wiring

_OTHER = {"\r": "s", "\n": "s", "\x1b": "q", "\x04": "q"}
"""Enter skips, Escape and the end of input quit."""


def pressed(wiring: Wiring, keys: Mapping[str, str]) -> str:
    """One of the keys, asked for until it is one; `q` where nobody is there. Raises `KeyboardInterrupt`."""
    while True:
        wiring.say(", ".join(f"{key} {words}" for key, words in keys.items()))
        try:
            typed = wiring.key().lower()
        except EOFError:
            return "q"
        if typed == "\x03":
            raise KeyboardInterrupt
        if _OTHER.get(typed, typed) in keys:
            return _OTHER.get(typed, typed)
