"""Session logs of Claude Code: JSON Lines, officially internal, so whatever is unknown in them is passed over.

Checked against logs that 2.1.330 wrote. A prompt is a person's only where nothing says otherwise: the
log marks summaries, hooks, commands, other agents, plans a model wrote and suggestions a person merely
accepted. A refusal is one only where the log says so beside the tool's result: the words alone could
be any tool's output.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from mcp_server.importers.document import at, items, moment, text
from mcp_server.importers.logs.turns import (
    INJECTED,
    PERSON,
    TOOL,
    Calls,
    Place,
    Turn,
    digest,
    flag,
    loads,
    output_of,
    prose,
    spoken,
)

CLIENT = "claude-code"

SHELLS = frozenset({"Bash", "PowerShell"})
EDITS = {"Edit": "file_path", "Write": "file_path", "MultiEdit": "file_path", "NotebookEdit": "notebook_path"}
"""Tools that change a file, and where they say which."""

_ASKED = (b'"type":"user"', b'"type": "user"', b'"queued_command"')
_CALLED = (b'"tool_use"',)
_WRONG = (b'"is_error":true', b'"is_error": true')
_PROSE = (b'"type":"text"', b'"type": "text"')
"""Pieces by which a line is told before it is read: nine tenths of a log are snapshots, requests and reminders."""
_RESPONSE = b'"toolUseResult"'
"""What stands behind it is the tool's own account, which may hold whole files."""
_ANSWERED = re.compile(rb'"tool_use_id": ?"([^"\\]{1,200})"')

_UNTYPED = (
    "isMeta",
    "isCompactSummary",
    "isVisibleInTranscriptOnly",
    "isVirtual",
    "isSynthetic",
    "textNotTyped",
    "handedOff",
)
"""Marks of what no person typed."""
_TYPED = frozenset({"", "typed", "queued", "sdk"})
"""Where a person's words come from; `suggestion_accepted` are a model's words that a person let stand."""
_PERSONS = frozenset({"", "human", "sdk"})

_STOPPED = "[Request interrupted by user"
_REFUSED = ("The user doesn't want to proceed with this tool use", "The user doesn't want to take this action")
_SAID = re.compile(r"the user said:\s{0,9}(?P<reason>.{1,20000})", re.IGNORECASE | re.DOTALL)
_NOT_RUN = "<tool_use_error>"
"""The client's own complaint about a call: it was not carried out."""
_LONGEST = 20_000
"""Characters of a command."""


class ClaudeLog:
    """Reads one log; `session` and `sidechain` are what its name tells, the lines know better."""

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
        if not any(piece in line for piece in (*_ASKED, *_CALLED)):
            self.bad += not line[-4:].rstrip().endswith(b"}") and bool(line.strip())
            return ()
        settled = self._settled(line)
        if settled is not None:
            return settled
        record = loads(line)
        if record is None:
            self.bad += 1
            return ()
        match text(record, "type"):
            case "user":
                return tuple(self._user(record, place))
            case "assistant":
                self._assistant(record, place)
            case "attachment" if text(record, "attachment", "type") == "queued_command":
                return (self._queued(record, place),)
            case _:
                pass
        return ()

    def _settled(self, line: bytes) -> tuple[Turn, ...] | None:
        """What a plain answer tells of calls whose output nobody needs; None where the line must be read."""
        end = line.find(_RESPONSE)
        end = len(line) if end < 0 else end
        found: list[str] = [each.decode("utf-8", "replace") for each in _ANSWERED.findall(line, 0, end)]
        if not found or any(piece in line for piece in _WRONG) or any(line.find(each, 0, end) >= 0 for each in _PROSE):
            return None
        calls = [call for ident in found if (call := self._calls.get(ident)) is not None and not call.command]
        if len(calls) < len(found):
            return None
        for ident in found:
            self._calls.take(ident)
        return tuple(call for call in calls if call.files)

    def _assistant(self, record: Mapping[str, object], place: Place) -> None:
        for block in items(record, "message", "content"):
            tool, ident = text(block, "name"), text(block, "id")
            if text(block, "type") != "tool_use" or not ident:
                continue
            call = self._turn(record, place)._replace(speaker=TOOL, ident=ident, tool=tool)
            if tool in SHELLS:
                call = call._replace(command=text(block, "input", "command")[:_LONGEST])
            elif tool in EDITS and (file := text(block, "input", EDITS[tool])):
                call = call._replace(files=(file,), change=_change(file, at(block, "input")))
            self._calls.put(ident, call)

    def _user(self, record: Mapping[str, object], place: Place) -> Iterator[Turn]:
        content = at(record, "message", "content")
        answers = [block for block in items(content) if text(block, "type") == "tool_result"]
        for block in answers:
            yield from self._answer(record, block, place, alone=len(answers) == 1)
        prompt = prose(content)
        if prompt or not answers:
            yield self._prompt(record, prompt, place)

    def _prompt(self, record: Mapping[str, object], prompt: str, place: Place) -> Turn:
        turn = self._turn(record, place)
        if prompt.startswith(_STOPPED):
            stopped = not flag(record, "interruptedByShutdown") and "Nobody asked" not in prompt
            return turn._replace(interrupted=stopped and not turn.sidechain)
        untyped = (
            turn.sidechain
            or any(flag(record, name) for name in _UNTYPED)
            or bool(text(record, "planContent"))
            or text(record, "promptSource") not in _TYPED
            or text(record, "turnOrigin") not in _PERSONS
            or text(record, "origin", "kind") not in _PERSONS
        )
        speaker, words = spoken(prompt, person=not untyped)
        if speaker == PERSON:
            self._calls.clear()
        return turn._replace(speaker=speaker, text=words)

    def _queued(self, record: Mapping[str, object], place: Place) -> Turn:
        """What a person typed while the agent worked, handed to it between two of its steps."""
        held = at(record, "attachment")
        turn = self._turn(record, place)
        typed = (
            not turn.sidechain
            and text(held, "commandMode") in {"", "prompt"}
            and text(held, "origin", "kind") in _PERSONS
            and not any(flag(each, name) for each in (record, held) for name in _UNTYPED)
        )
        speaker, words = spoken(prose(at(held, "prompt")), person=typed)
        return turn._replace(speaker=speaker, text=words)

    def _answer(self, record: Mapping[str, object], block: object, place: Place, *, alone: bool) -> Iterator[Turn]:
        call = self._calls.take(text(block, "tool_use_id"))
        failed = flag(block, "is_error")
        if call is None or not (call.command or call.files or failed):
            return
        turn = call._replace(place=place, time=moment(record, "timestamp") or call.time)
        said = output_of(at(block, "content"))
        if failed and _refused(record, call, said):
            feedback = text(record, "userFeedback")
            reason = _SAID.search(said)
            yield turn._replace(rejected=True, files=(), reason=feedback or (reason["reason"] if reason else ""))
        elif not failed:
            yield _ran(turn, at(record, "toolUseResult") if alone else None, said)
        elif call.command and not text(record, "toolDenialKind") and not said.startswith(_NOT_RUN):
            yield turn._replace(output=said, failed=True)

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
            headless=text(record, "promptSource") == "sdk" or text(record, "entrypoint").startswith("sdk"),
        )


def _ran(turn: Turn, response: object, said: str) -> Turn:
    """What came of a call that was carried out, in the words in which a hook hears of it."""
    interrupted = at(response, "interrupted")
    return turn._replace(
        output=said if at(response, "stdout") is None else output_of(response),
        failed=interrupted if isinstance(interrupted, bool) else None,
    )


def _refused(record: Mapping[str, object], call: Turn, said: str) -> bool:
    """Did a person refuse the call? A tool of a server could say these words itself, where nothing else says so."""
    kind, decision = text(record, "toolDenialKind"), text(record, "permissionDecision", "decision")
    if kind or decision:
        return kind == "user-rejected" or (not kind and decision == "reject" and said.startswith(_REFUSED))
    return said.startswith(_REFUSED) and not call.tool.startswith("mcp__")


def _change(file: str, given: object) -> str:
    """Which change a call asks for; a whole new file is told by its text."""
    return digest(file, *(f"{name}={at(given, name)}" for name in ("old_string", "new_string", "content", "edits")))
