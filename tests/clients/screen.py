"""Types at the screen of a client that goes on with a session only there: `python screen.py READY TEXT... -- COMMAND`.

READY is what the screen shows once the client listens. A text counts as typed, and its answer as given, when the
screen has been still for a while: a client that works has something that turns.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
from collections.abc import Sequence
from contextlib import suppress

STILL = 2.0
"""Seconds."""

_CODES = re.compile(rb"\x1b(?:\[[0-9;?<>=$]*[ -/]*[a-zA-Z]|[\]P_][^\x07\x1b]*(?:\x07|\x1b\\)|[=>])")


def _shown(terminal: int, *, until: bytes = b"") -> bytes | None:
    """What was shown until it was still, and held `until`; None where the client ended."""
    shown = b""
    while True:
        ready, _, _ = select.select([terminal], [], [], STILL)
        if not ready:
            if until in _CODES.sub(b"", shown):
                return shown
            continue
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:  # so Linux says that nobody is at the other end
            return None
        if not piece:
            return None
        shown += piece


def run(ready: str, texts: Sequence[str], command: Sequence[str]) -> int:
    """Start a client, type each text when it listens, and leave it when it has answered; its exit code."""
    child, terminal = pty.fork()
    if not child:
        os.execvp(command[0], list(command))
    try:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        alive = _shown(terminal, until=ready.encode())
        for keys in (*(keys for text in texts for keys in (text.encode(), b"\r")), b"\x03", b"\x03"):
            if alive is None:
                break
            os.write(terminal, keys)
            alive = _shown(terminal)
        while alive is not None:
            alive = _shown(terminal)
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    # The last key may end it as it ends whoever is at a terminal.
    return 0 if -code in {signal.SIGINT, signal.SIGKILL} else code


if __name__ == "__main__":
    _END = sys.argv.index("--")
    sys.exit(run(sys.argv[1], sys.argv[2:_END], sys.argv[_END + 1 :]))
