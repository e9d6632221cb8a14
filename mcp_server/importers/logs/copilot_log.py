"""Session logs of Copilot CLI (`events.jsonl`): each call stands with its beginning and with its end.

Checked against logs that 1.0.102 wrote. What hooks added to a prompt or a result stands beside what was
typed and printed, and is not read.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from mcp_server.importers.document import at, moment, text
from mcp_server.importers.logs.copilot_tools import edited, printed, ran
from mcp_server.importers.logs.turns import INJECTED, PERSON, TOOL, Calls, Place, Turn, digest, flag, record_of, spoken

CLIENT = "copilot"

_TOLD = (b'"session.start"', b'"session.resume"', b'"user.message"', b'"tool.execution_', b'"abort"')
"""One of these stands in every line that tells us something; most lines are hooks, turns and counts."""
_STOPPED = frozenset({"user_initiated", "user initiated", "user_abort"})
_LONGEST = 20_000
"""Characters of a command."""


class CopilotLog:
    """Reads one log; `session` is the folder that it lies in."""

    def __init__(self, session: str = "") -> None:
        self.bad = 0
        self._session, self._cwd, self._branch = session, "", ""
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
        return tuple(self._record(record, place))

    def _record(self, record: Mapping[str, object], place: Place) -> Iterator[Turn]:
        match text(record, "type"):
            case "session.start" | "session.resume":
                self._session = self._session or text(record, "data", "sessionId")
                self._cwd = text(record, "data", "context", "cwd") or self._cwd
                self._branch = text(record, "data", "context", "branch") or self._branch
            case "user.message":
                # A sub-agent's task, a skill, a notice: all of these name where they come from.
                typed = not text(record, "agentId") and text(record, "data", "source") in {"", "user"}
                speaker, words = spoken(text(record, "data", "content"), person=typed)
                if speaker == PERSON:
                    self._calls.clear()
                yield self._turn(record, place)._replace(speaker=speaker, text=words)
            case "abort":
                if text(record, "data", "reason") in _STOPPED:
                    yield self._turn(record, place)._replace(interrupted=True)
            case "tool.execution_start":
                self._begun(record, place)
            case "tool.execution_complete":
                yield from self._ended(record, place)
            case _:
                pass

    def _begun(self, record: Mapping[str, object], place: Place) -> None:
        ident, tool = text(record, "data", "toolCallId"), text(record, "data", "toolName")
        given = at(record, "data", "arguments")
        call = self._turn(record, place)._replace(speaker=TOOL, ident=ident, tool=tool, command=ran(tool, given))
        call = call._replace(command=call.command[:_LONGEST])
        files = () if call.command else edited(tool, given)
        if files:
            call = call._replace(files=files, change=digest(*files, json.dumps(given, sort_keys=True)))
        if ident:
            self._calls.put(ident, call)

    def _ended(self, record: Mapping[str, object], place: Place) -> Iterator[Turn]:
        call = self._calls.take(text(record, "data", "toolCallId"))
        if call is None:
            return
        turn = call._replace(place=place, time=moment(record, "timestamp") or call.time)
        if text(record, "data", "error", "code") in {"rejected", "denied"}:
            yield turn._replace(rejected=True, files=())
        elif turn.command:
            result = at(record, "data", "result")
            output, failed = printed(text(result, "detailedContent") or text(result, "content"))
            code = at(record, "data", "shellExecution", "exitCode")
            known = isinstance(code, int) and not isinstance(code, bool)
            yield turn._replace(output=output, failed=code != 0 if known else failed)
        elif turn.files and flag(record, "data", "success"):
            yield turn

    def _turn(self, record: Mapping[str, object], place: Place) -> Turn:
        return Turn(
            CLIENT,
            self._session,
            INJECTED,
            place,
            ident=text(record, "id"),
            time=moment(record, "timestamp"),
            cwd=self._cwd,
            branch=self._branch,
            sidechain=bool(text(record, "agentId")),
        )
