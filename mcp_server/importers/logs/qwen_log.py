"""Session logs of Qwen Code: JSON Lines, in which what was typed, called and answered are records of their own.

Checked against logs that 0.24.4 wrote. Newer versions say of each record where its words come from;
where they do not, a record of a user without a subtype is what somebody typed.
"""

from collections.abc import Iterable, Iterator, Mapping

from mcp_server.importers.document import at, items, moment, text
from mcp_server.importers.logs.qwen_shell import EDITS, TOOL, printed
from mcp_server.importers.logs.turns import INJECTED, PERSON, Calls, Place, Turn, digest, flag, record_of, spoken
from mcp_server.importers.logs.turns import TOOL as CALL

CLIENT = "qwen"

_TOLD = (b'"type":"user"', b'"type":"assistant"', b'"type":"tool_result"')
"""One of these stands in every line that tells us something; most others count tokens and keep snapshots."""
_TYPED = frozenset({"", "mid_turn_user_message"})
"""Subtypes of what a person typed; others are notices and jobs of the client."""
_ATTACHED = "--- Content from referenced files ---"
"""Behind this stand the files that a person named in their prompt."""
_LONGEST = 20_000
"""Characters of a command."""


class QwenLog:
    """Reads one log; `session` and `sidechain` are what its place tells, the lines know better."""

    def __init__(self, session: str = "", *, sidechain: bool = False) -> None:
        self.bad = 0
        self._session, self._sidechain = session, sidechain
        self._calls = Calls()

    @property
    def waits(self) -> Place | None:
        """See `Log.waits`."""
        return self._calls.oldest

    def read(self, line: bytes, place: Place) -> Iterable[Turn]:
        """See `Log.read`."""
        record, damaged = record_of(line, _TOLD)
        self.bad += damaged
        if record is None:
            return ()
        match text(record, "type"):
            case "user":
                return (self._prompt(record, place),)
            case "assistant":
                self._called(record, place)
            case "tool_result":
                return tuple(self._answered(record, place))
            case _:
                pass
        return ()

    def _prompt(self, record: Mapping[str, object], place: Place) -> Turn:
        turn = self._turn(record, place)
        typed = (
            not turn.sidechain and text(record, "subtype") in _TYPED and text(record, "provenance") in {"", "real_user"}
        )
        speaker, words = spoken(_words(record), person=typed)
        if speaker == PERSON:
            self._calls.clear()
        return turn._replace(speaker=speaker, text=words)

    def _called(self, record: Mapping[str, object], place: Place) -> None:
        for part in items(record, "message", "parts"):
            tool, ident = text(part, "functionCall", "name"), text(part, "functionCall", "id")
            if not tool or not ident:
                continue
            given = at(part, "functionCall", "args")
            call = self._turn(record, place)._replace(speaker=CALL, ident=ident, tool=tool)
            if tool == TOOL:
                call = call._replace(command=text(given, "command")[:_LONGEST])
            elif tool in EDITS and (file := text(given, EDITS[tool])):
                pieces = (f"{name}={at(given, name)}" for name in ("old_string", "new_string", "content", "new_source"))
                call = call._replace(files=(file,), change=digest(file, *pieces))
            self._calls.put(ident, call)

    def _answered(self, record: Mapping[str, object], place: Place) -> Iterator[Turn]:
        status = text(record, "toolCallResult", "status")
        for part in items(record, "message", "parts"):
            call = self._calls.take(text(part, "functionResponse", "id"))
            if call is None:
                continue
            turn = call._replace(place=place, time=moment(record, "timestamp") or call.time)
            response = at(part, "functionResponse", "response")
            if status == "cancelled":
                yield turn._replace(rejected=True, files=())
            elif turn.command:
                output, failed = printed(text(response, "output") or text(response, "error"))
                # Whatever has no end was refused, cut off, or went on in the background.
                if failed is not None:
                    yield turn._replace(output=output, failed=failed)
            elif turn.files and status == "success":
                yield turn

    def _turn(self, record: Mapping[str, object], place: Place) -> Turn:
        return Turn(
            client=CLIENT,
            session=text(record, "sessionId") or self._session,
            speaker=INJECTED,
            place=place,
            ident=text(record, "uuid"),
            time=moment(record, "timestamp"),
            cwd=text(record, "cwd"),
            branch=text(record, "gitBranch"),
            sidechain=self._sidechain or flag(record, "isSidechain"),
        )


def _words(record: Mapping[str, object]) -> str:
    """What was typed, without what hooks and the client put beside it."""
    shown = text(record, "systemPayload", "displayText")
    parts = (text(part, "text") for part in items(record, "message", "parts"))
    return (shown or "\n".join(filter(None, parts))).partition(_ATTACHED)[0]
