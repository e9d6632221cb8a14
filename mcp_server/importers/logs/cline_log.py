"""Session logs of Cline: one JSON document for each agent of a session, with all messages as its model has them.

Checked against logs that 3.0.65 wrote. The document is written anew with each message, and a compaction takes
messages away; an answer to a call stands in the message behind it.
"""

from collections.abc import Iterable, Iterator, Mapping

from mcp_server.importers.document import at, items, text
from mcp_server.importers.logs.cline_words import printed, typed
from mcp_server.importers.logs.turns import INJECTED, PERSON, TOOL, Calls, Place, Turn, digest, loads, patched, spoken

CLIENT = "cline"

_END = 1e14
"""No message is as late as that."""
_LONGEST = 20_000
"""Characters of a command."""


class ClineLog:
    """Reads one log of the session that its folder is called after; `cwd` is where that session worked."""

    def __init__(self, session: str = "", *, cwd: str = "", sidechain: bool = False) -> None:
        self.bad = 0
        self._session, self._cwd, self._sidechain = session, cwd, sidechain
        self._calls = Calls()

    @property
    def waits(self) -> Place | None:
        """Nothing waits for long: the document is read as a whole whenever it changed."""
        return None

    def read(self, line: bytes, place: Place) -> Iterable[Turn]:
        """See `Log.read`; here a line is the document."""
        record = loads(line)
        if record is None:
            self.bad += 1
            return ()
        # What a schedule or a chat elsewhere started has another mode.
        person = not self._sidechain and text(record, "origin", "mode") in {"", "user"}
        return tuple(self._turns(record, place, person=person))

    def _turns(self, record: Mapping[str, object], place: Place, *, person: bool) -> Iterator[Turn]:
        for number, message in enumerate(items(record, "messages"), start=place.line):
            turn = Turn(
                CLIENT,
                self._session,
                INJECTED,
                Place(number),
                ident=text(message, "id"),
                time=_time(message),
                cwd=self._cwd,
                sidechain=self._sidechain,
            )
            for block in items(message, "content"):
                match text(block, "type"):
                    case "text" if text(message, "role") == "user":
                        yield _prompt(turn, text(block, "text"), person=person)
                    case "tool_use":
                        self._called(turn, block)
                    case "tool_result":
                        yield from self._answered(turn, block)
                    case _:
                        pass

    def _called(self, turn: Turn, block: object) -> None:
        tool, ident = text(block, "name"), text(block, "id")
        turn = turn._replace(speaker=TOOL, tool=tool, ident=ident)
        file, patch = text(block, "input", "path"), text(block, "input", "input")
        if tool == "editor" and file:
            pieces = (f"{name}={at(block, 'input', name)}" for name in ("old_text", "new_text", "insert_line"))
            turn = turn._replace(files=(file,), change=digest(file, *pieces))
        elif tool == "apply_patch":
            turn = turn._replace(files=patched(patch), change=digest(patch))
        if turn.files or tool == "run_commands":
            self._calls.put(ident, turn)

    def _answered(self, turn: Turn, block: object) -> Iterator[Turn]:
        call = self._calls.take(text(block, "tool_use_id"))
        if call is None:
            return
        call = call._replace(place=turn.place, time=turn.time)
        if call.files:
            answer = loads(text(block, "content").encode("utf-8", "surrogatepass"))
            if at(answer, "success") is True:
                yield call
            return
        for number, ran in enumerate(items(block, "content")):
            success = at(ran, "success")
            if not isinstance(success, bool):
                continue
            yield call._replace(
                ident=f"{call.ident}.{number}" if number else call.ident,
                command=text(ran, "query")[:_LONGEST],
                output=printed(text(ran, "result")),
                failed=not success,
            )


def _prompt(turn: Turn, prompt: str, *, person: bool) -> Turn:
    words = typed(prompt)
    speaker, said = spoken(words or prompt, person=person and bool(words))
    return turn._replace(speaker=speaker, text=said if speaker == PERSON else "")


def _time(message: object) -> float | None:
    """Seconds since the epoch, of the milliseconds in a message."""
    told = at(message, "ts")
    if not isinstance(told, int | float) or isinstance(told, bool):
        return None
    return told / 1000 if 0 <= told < _END else None
