"""Session logs of Gemini CLI: JSON Lines in newer versions, one JSON document in older ones.

Checked against logs that 0.61.0 wrote. A message stands again in full whenever it grew, and the whole
history stands again where it was rewritten, so each message and each call is told once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from mcp_server.importers.document import at, items, moment, text
from mcp_server.importers.logs.turns import (
    INJECTED,
    TOOL,
    Place,
    Turn,
    digest,
    loads,
    output_of,
    spoken,
)

CLIENT = "gemini"

SHELL = "run_shell_command"
EDITS = frozenset({"replace", "write_file", "edit"})

_ATTACHED = "--- Content from referenced files ---"
"""Behind this stand the files that a person named in their prompt."""
_CODE = re.compile(r"^Exit Code: (-?\d{1,6})$", re.MULTILINE)
_OUTPUT = re.compile(r"^(?:Output|Stdout): ?", re.MULTILINE)
_TAIL = re.compile(
    r"^(?:Stderr|Error|Exit Code|Signal|Background PIDs|Process Group PGID): |^</untrusted_context>", re.MULTILINE
)
_KNOWN = 20_000
"""Messages and calls that are remembered, so that none is told twice."""
_LONGEST = 20_000


class GeminiLog:
    """Reads one log; `cwd` is the folder to whose logs it belongs."""

    def __init__(self, session: str = "", *, cwd: str = "") -> None:
        self.bad = 0
        self._session, self._cwd = session, cwd
        self._sidechain = False
        self._told: dict[str, None] = {}

    @property
    def waits(self) -> Place | None:
        """Nothing ever waits: a call stands again with its answer."""
        return None

    def read(self, line: bytes, place: Place) -> Iterable[Turn]:
        """See `Log.read`."""
        if not line.strip():
            return ()
        record = loads(line)
        if record is None:
            self.bad += 1
            return ()
        return tuple(self._record(record, place))

    def _record(self, record: Mapping[str, object], place: Place) -> Iterator[Turn]:
        if text(record, "sessionId"):
            self._sidechain = text(record, "kind") == "subagent"
            # A sub-agent's log lies in a folder of its parent's name, and its work is its parent's.
            self._session = self._session if self._sidechain and self._session else text(record, "sessionId")
            folder = at(record, "directories", 0)
            self._cwd = self._cwd or (folder if isinstance(folder, str) else "")
        for number, message in enumerate([*items(record, "messages"), *items(record, "$set", "messages")], start=1):
            # Of an older log the whole document is one line: there the message is the place.
            yield from self._message(message, place if place.line > 1 else place._replace(line=number))
        if text(record, "type"):
            yield from self._message(record, place)

    def _message(self, message: object, place: Place) -> Iterator[Turn]:
        ident = text(message, "id")
        turn = Turn(
            CLIENT,
            self._session,
            INJECTED,
            place,
            ident=ident,
            time=moment(message, "timestamp"),
            cwd=self._cwd,
            sidechain=self._sidechain,
        )
        kind = text(message, "type")
        if kind == "user" and self._first(f"message {ident or digest(_prompt(message), text(message, 'timestamp'))}"):
            speaker, words = spoken(_prompt(message), person=not self._sidechain)
            yield turn._replace(speaker=speaker, text=words)
        elif kind == "info" and "cancelled" in _prompt(message).lower() and self._first(f"message {ident}"):
            yield turn._replace(interrupted=not self._sidechain)
        for call in items(message, "toolCalls"):
            yield from self._call(call, turn)

    def _call(self, call: object, turn: Turn) -> Iterator[Turn]:
        ident, status = text(call, "id"), text(call, "status")
        if status not in {"success", "error", "cancelled"} or not self._first(f"call {ident}"):
            return
        tool = text(call, "name")
        turn = turn._replace(speaker=TOOL, tool=tool, ident=ident, time=moment(call, "timestamp") or turn.time)
        file = text(call, "args", "file_path")
        if tool == SHELL:
            turn = turn._replace(command=text(call, "args", "command")[:_LONGEST])
        elif tool in EDITS and file and status == "success":
            pieces = (f"{name}={at(call, 'args', name)}" for name in ("old_string", "new_string", "content"))
            turn = turn._replace(files=(file,), change=digest(file, *pieces))
        if status == "cancelled":
            yield turn._replace(rejected=True)
        elif turn.command and status == "success":
            output, failed = printed(_said(call))
            yield turn._replace(output=output, failed=failed)
        elif turn.files:
            yield turn

    def _first(self, name: str) -> bool:
        """Is it told for the first time?"""
        if name in self._told:
            return False
        self._told[name] = None
        if len(self._told) > _KNOWN:
            del self._told[next(iter(self._told))]
        return True


def _prompt(message: object) -> str:
    """What was typed, without the files that came with it; what is shown of it, where it came as something else."""
    content = at(message, "displayContent") or at(message, "content")
    parts = [content] if isinstance(content, str) else [text(part, "text") for part in items(content)]
    return "\n".join(filter(None, parts)).partition(_ATTACHED)[0]


def _said(call: object) -> str:
    """All that the model was told came of a call."""
    responses = [at(part, "functionResponse", "response") for part in items(call, "result")]
    return "\n".join(filter(None, map(output_of, responses)))


def printed(said: str) -> tuple[str, bool | None]:
    """What a command printed, and whether it failed, of what the model was told of it; hooks ask this too."""
    code = next(iter(_CODE.findall(said[-_LONGEST:])[-1:]), None)
    begin = _OUTPUT.search(said)
    if begin is None:
        return said, None if code is None else code != "0"
    output = said[begin.end() :]
    ends = [found.start() for found in _TAIL.finditer(output)]
    printed = output[: ends[0]].rstrip("\n") if ends else output
    return "" if printed == "(empty)" else printed, False if code is None else code != "0"
