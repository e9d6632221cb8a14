"""Session logs as clients write them, made by hand after real ones, for the tests that read them."""

import json
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from mcp_server.importers.logs.turns import INJECTED, OURS, PERSON, TOOL, Log, Place, Turn

CWD = "/work/form"
DAY = "2026-01-02T10:00"


def lines(*records: Any) -> bytes:
    """Records as JSON Lines, compact as clients write them."""
    return b"".join(json.dumps(each, separators=(",", ":")).encode() + b"\n" for each in records)


def heard(log: Log, data: bytes) -> list[Turn]:
    """Every turn that a log tells."""
    found: list[Turn] = []
    offset = 0
    for number, line in enumerate(data.splitlines(keepends=True), start=1):
        found += log.read(line, Place(number, offset))
        offset += len(line)
    return found


def told(turns: Iterable[Turn], *names: str) -> list[tuple[Any, ...]]:
    """Some fields of each turn."""
    return [tuple(getattr(turn, name) for name in names) for turn in turns]


def shapes(words: str) -> st.SearchStrategy[Any]:
    """JSON of any shape that uses these words for keys and for values, and other things besides."""
    known = st.sampled_from(words.split())
    other = st.text(st.characters(), max_size=12)  # lone surrogates too: JSON can say them
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | known | other
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(known | other, inner, max_size=8),
        max_leaves=40,
    )


def survives(log: Log, wild: Iterable[Any]) -> None:
    """Read lines of any shape; what comes out is what a turn is made of."""
    for turn in heard(log, b"".join(each if isinstance(each, bytes) else lines(each) for each in wild)):
        assert turn.speaker in {PERSON, INJECTED, TOOL, OURS}
        texts = (turn.session, turn.ident, turn.text, turn.command, turn.output, turn.reason, turn.cwd, turn.branch)
        assert all(isinstance(value, str) for value in (*texts, *turn.files))
        assert turn.failed is None or isinstance(turn.failed, bool)
        assert turn.time is None or isinstance(turn.time, float)


class Claude:
    """Writes records of one session of Claude Code."""

    def __init__(self, session: str = "s1", *, cwd: str = CWD, day: str = DAY) -> None:
        self.envelope: dict[str, Any] = {"sessionId": session, "cwd": cwd, "gitBranch": "topic", "version": "2.1.330"}
        self._day, self._count = day, 0

    def record(self, kind: str, **more: Any) -> dict[str, Any]:
        """A record of any kind; each comes a second after the one before."""
        self._count += 1
        stamp = f"{self._day}:{self._count:02}.000Z"
        return {"parentUuid": None, "isSidechain": False, "type": kind, **more} | {
            "uuid": f"{self.envelope['sessionId']}-{self._count}",
            "timestamp": stamp,
            **self.envelope,
        }

    def prompt(self, text: Any, **more: Any) -> dict[str, Any]:
        """What a person typed."""
        typed = {"promptSource": "typed", "turnOrigin": "human", "origin": {"kind": "human"}}
        return self.record("user", message={"role": "user", "content": text}, **{**typed, **more})

    def call(self, ident: str, tool: str, **given: Any) -> dict[str, Any]:
        """The agent calls a tool."""
        block = {"type": "tool_use", "id": ident, "name": tool, "input": given}
        return self.record("assistant", message={"role": "assistant", "content": [block]})

    def answer(
        self, ident: str, content: Any, *, result: Any = None, wrong: bool = False, **more: Any
    ) -> dict[str, Any]:
        """What came of it."""
        block = {
            "tool_use_id": ident,
            "type": "tool_result",
            "content": content,
            **({"is_error": True} if wrong else {}),
        }
        held = {} if result is None else {"toolUseResult": result}
        return self.record("user", message={"role": "user", "content": [block]}, **held, **more)

    def shell(self, ident: str, command: str, output: str, *, wrong: bool = False) -> list[dict[str, Any]]:
        """A command and what it printed."""
        result = f"Error: {output}" if wrong else {"stdout": output, "stderr": "", "interrupted": False}
        return [self.call(ident, "Bash", command=command), self.answer(ident, output, result=result, wrong=wrong)]

    def refusal(self, ident: str, *, said: str = "") -> dict[str, Any]:
        """A person refuses a call, with or without a word."""
        why = f"To tell you how to proceed, the user said:\n{said}" if said else "STOP what you are doing and wait."
        words = f"The user doesn't want to proceed with this tool use. The tool use was rejected. {why}"
        return self.answer(ident, words, result="User rejected tool use", wrong=True, toolDenialKind="user-rejected")


class Codex:
    """Writes lines of one session of Codex."""

    def __init__(self, session: str = "c1", *, cwd: str = CWD, day: str = DAY, **more: Any) -> None:
        self._day, self._count = day, 0
        head = {"id": session, "cwd": cwd, "originator": "codex_cli", "source": "cli", "git": {"branch": "topic"}}
        self.head = self.line("session_meta", **{**head, **more})

    def line(self, kind: str, **payload: Any) -> dict[str, Any]:
        """A line of any kind."""
        self._count += 1
        return {"timestamp": f"{self._day}:{self._count:02}.000Z", "type": kind, "payload": payload}

    def prompt(self, text: str) -> list[dict[str, Any]]:
        """What a person typed, as the model is shown it and as the screen shows it."""
        block = {"type": "input_text", "text": text}
        mark = {"content_item_metadata": [{"provenance": {"type": "user"}}]}
        said = {"role": "user", "content": [block], "internal_chat_message_metadata_passthrough": mark}
        item = {"type": "UserMessage", "id": f"u{self._count}", "content": [{"type": "text", "text": text}]}
        return [
            self.line("response_item", type="message", **said),
            self.line("event_msg", type="item_completed", item=item),
        ]

    def ran(self, command: str, output: str, code: int) -> dict[str, Any]:
        """A command as the screen shows it."""
        item = {
            "type": "CommandExecution",
            "id": f"exec-{self._count}",
            "command": ["/bin/bash", "-lc", command],
            "status": "failed" if code else "completed",
            "aggregated_output": output,
            "exit_code": code,
        }
        return self.line("event_msg", type="item_completed", item=item)
