"""Session logs of Codex (`rollout-*.jsonl`), in which everything said stands twice: for the model and for the screen.

Checked against logs that 0.169.0 wrote, and lenient towards older ones: they name the screen's lines
otherwise (`user_message`, `exec_command_end`), have none for commands, or have no envelope at all.
A person's words and a command count once, whichever of the two tells them first.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from mcp_server.importers.document import at, items, moment, text, whole
from mcp_server.importers.logs.turns import (
    INJECTED,
    PERSON,
    TOOL,
    Calls,
    Place,
    Turn,
    digest,
    loads,
    output_of,
    patched,
    prose,
    record_of,
    spoken,
)

CLIENT = "codex"

_TOLD = (
    b'"session_meta"',
    b'"turn_context"',
    b'"user_message"',
    b'"UserMessage"',
    b'"exec_command_end"',
    b'"CommandExecution"',
    b'"FileChange"',
    b'"patch_apply_end"',
    b'"turn_aborted"',
    b'"function_call',
    b'"custom_tool_call',
    b'"local_shell_call',
    b'"instructions":',
    b'"role":"user"',
    b'"role": "user"',
)
"""One of these stands in every line that tells us something; most lines are the model's own thoughts and counts."""

_REQUEST = re.compile(r"^## My request for Codex:\s{0,9}", re.MULTILINE)
"""Behind this stands what a person typed, where their editor put before it what they look at."""
_REFUSED = ("exec command rejected by user", "patch rejected by user")
_CODE = re.compile(r"\b(?:Exit code:|exited with code|\"exit_code\":) ?(-?\d{1,6})\b")
_HEADER = 600
"""Characters before a command's output in which the client says how it ended."""
_SHELL = re.compile(r"(?:(?:ba|z|da|k)?sh|pwsh|powershell)(?:\.exe)?", re.IGNORECASE)
_SHELLS = frozenset({"shell", "exec_command", "shell_command", "container.exec", "local_shell"})
_LONGEST = 20_000
_PAIRS = 50
"""Sayings that wait for their second telling."""


class CodexLog:
    """Reads one log; its first line says whose session it is."""

    def __init__(self, session: str = "") -> None:
        self.bad = 0
        self._session, self._cwd, self._branch = session, "", ""
        self._sidechain = self._headless = False
        self._calls = Calls()
        self._shown = 0
        """Commands and changes that the screen's lines told."""
        self._before: dict[str, int] = {}
        """How many those were when a call was made: if there are more at its answer, it is told already."""
        self._told: dict[tuple[str, str], None] = {}

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
        payload = at(record, "payload")
        held = cast("Mapping[str, object]", payload) if isinstance(payload, dict) else record
        turn = Turn(
            CLIENT,
            self._session,
            TOOL,
            place,
            ident=text(held, "id") or text(held, "turn_id") or text(held, "call_id"),
            time=moment(record, "timestamp"),
            cwd=self._cwd,
            branch=self._branch,
            sidechain=self._sidechain,
            headless=self._headless,
        )
        kind = text(record, "type")
        if kind == "session_meta" or (held is record and not kind and text(record, "id")):
            self._begin(held)
            return ()
        if kind == "turn_context":
            self._cwd = text(held, "cwd") or self._cwd
            return ()
        if kind == "compacted":  # what was said before, told again
            return ()
        return tuple(self._event(held, turn) if kind == "event_msg" else self._item(held, turn))

    def _begin(self, held: Mapping[str, object]) -> None:
        self._session = text(held, "session_id") or text(held, "id") or self._session
        self._cwd, self._branch = text(held, "cwd"), text(held, "git", "branch")
        source = at(held, "source")
        self._sidechain = isinstance(source, dict) or text(held, "thread_source") == "subagent"
        self._headless = text(held, "source") in {"exec", "mcp"} or text(held, "originator") == "codex_exec"

    def _event(self, held: Mapping[str, object], turn: Turn) -> Iterator[Turn]:
        """A line of the display log."""
        kind, item = text(held, "type"), at(held, "item")
        if kind == "item_completed":
            kind = text(item, "type")
            turn = turn._replace(ident=text(item, "id") or turn.ident)
        match kind:
            case "user_message":
                yield from self._said(text(held, "message"), "screen", turn)
            case "UserMessage":
                yield from self._said(prose(at(item, "content")), "screen", turn)
            case "exec_command_end":
                yield self._showed(_command(at(held, "command")), held, turn)
            case "CommandExecution":
                yield self._showed(_command(at(item, "command")), cast("Mapping[str, object]", item), turn)
            case "FileChange" | "patch_apply_end":
                yield self._changed(at(item, "changes") or at(held, "changes"), item or held, turn)
            case "turn_aborted" if text(held, "reason") in {"", "interrupted"}:
                yield turn._replace(speaker=INJECTED, interrupted=not turn.sidechain)
            case _:
                pass

    def _item(self, held: Mapping[str, object], turn: Turn) -> Iterator[Turn]:
        """A line of what the model is shown."""
        ident = text(held, "call_id")
        match text(held, "type"):
            case "message" if text(held, "role") == "user":
                marks = items(held, "internal_chat_message_metadata_passthrough", "content_item_metadata")
                if all(text(mark, "provenance", "type") in {"", "user"} for mark in marks):
                    yield from self._said(prose(at(held, "content")), "model", turn)
            case "function_call":
                given = loads(text(held, "arguments").encode("utf-8", "surrogatepass"))
                self._call(ident, text(held, "name"), given, turn)
            case "local_shell_call":
                self._call(ident, "local_shell", at(held, "action"), turn)
            case "custom_tool_call" if text(held, "name") == "apply_patch":
                self._call(ident, "apply_patch", {"patch": text(held, "input")}, turn)
            case "function_call_output" | "custom_tool_call_output" | "local_shell_call_output":
                yield from self._answer(ident, at(held, "output"), turn)
            case _:
                pass

    def _said(self, said: str, where: str, turn: Turn) -> Iterator[Turn]:
        """A prompt, unless its other telling was met already."""
        twin = ("model" if where == "screen" else "screen", digest(said.strip()))
        if twin in self._told:
            del self._told[twin]
            return
        self._told[where, twin[1]] = None
        if len(self._told) > _PAIRS:
            del self._told[next(iter(self._told))]
        request = _REQUEST.search(said)
        speaker, words = spoken(said[request.end() :] if request else said, person=not turn.sidechain)
        if speaker == PERSON:
            self._calls.clear()
        yield turn._replace(speaker=speaker, text=words)

    def _showed(self, command: str, held: Mapping[str, object], turn: Turn) -> Turn:
        """A command as the display log tells it."""
        self._shown += 1
        code = whole(held, "exit_code")
        output = text(held, "aggregated_output") or output_of(held)
        return turn._replace(
            tool="shell",
            command=command,
            output=output,
            failed=None if code is None else code != 0,
            rejected=text(held, "status") == "declined",
        )

    def _changed(self, changes: object, held: object, turn: Turn) -> Turn:
        self._shown += 1
        done = at(held, "success") is not False and text(held, "status") not in {"failed", "declined"}
        files = tuple(cast("Mapping[str, object]", changes)) if isinstance(changes, dict) and done else ()
        change = digest(json.dumps(changes, sort_keys=True, default=str)) if files else ""
        return turn._replace(
            tool="apply_patch", files=files, change=change, rejected=text(held, "status") == "declined"
        )

    def _call(self, ident: str, tool: str, given: object, turn: Turn) -> None:
        if not ident:
            return
        patch = text(given, "patch") or text(given, "input")
        call = turn._replace(tool=tool, ident=ident)
        if tool in _SHELLS:
            command = _command(at(given, "command") or at(given, "cmd"))
            patch = command if "*** Begin Patch" in command else ""
            call = call._replace(command="" if patch else command)
        if patch:
            call = call._replace(tool="apply_patch", files=patched(patch), change=digest(patch))
        self._calls.put(ident, call)
        self._before[ident] = self._shown
        if len(self._before) > 2 * _PAIRS:
            del self._before[next(iter(self._before))]

    def _answer(self, ident: str, output: object, turn: Turn) -> Iterator[Turn]:
        call = self._calls.take(ident)
        told = self._before.pop(ident, self._shown) < self._shown
        if call is None or told or not (call.command or call.files):
            return
        said, code = _output(output)
        turn = call._replace(place=turn.place, time=turn.time or call.time)
        if said.startswith(_REFUSED):
            yield turn._replace(rejected=True, files=())
        elif not said.startswith("aborted by user"):  # its interruption is told beside it
            failed = None if code is None else code != 0
            yield turn._replace(output=said, failed=failed, files=() if failed else call.files)


def _command(command: object) -> str:
    """A command line as the agent typed it: without the shell that ran it."""
    if isinstance(command, list):
        words = [word for word in cast("list[object]", command) if isinstance(word, str)]
        shell = words[0].replace("\\", "/").rpartition("/")[2] if words else ""
        plain = len(words) >= 3 and _SHELL.fullmatch(shell) and words[-2].lower() in {"-c", "-lc", "-ic", "-command"}
        return (words[-1] if plain else " ".join(words))[:_LONGEST]
    return command[:_LONGEST] if isinstance(command, str) else ""


def _output(output: object) -> tuple[str, int | None]:
    """What a command printed, and its exit code where the client says it: in JSON, or in lines before the output."""
    said = output_of(output)
    held = loads(said.encode("utf-8", "surrogatepass")) if said.startswith("{") else None
    if held is not None and "output" in held:
        code = whole(held, "metadata", "exit_code")
        return output_of(held["output"]), whole(held, "exit_code") if code is None else code
    code = _CODE.search(said[:_HEADER])
    head, mark, rest = said.partition("\nOutput:\n")
    return rest if mark and len(head) <= _HEADER else said, int(code[1]) if code else None
