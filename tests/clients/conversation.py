"""What a scripted model is asked and what it does next, in one shape for every client."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from mcp_server.headless import OPENING


class Call(NamedTuple):
    """Call a tool of our server."""

    tool: str
    arguments: Mapping[str, Any]


class Edit(NamedTuple):
    """Change a file of the project with the client's own tool."""

    file: str
    old: str
    new: str


class Shell(NamedTuple):
    """Run a command with the client's own tool."""

    command: str
    full: bool = False
    """Say with it that the context is full, so that a client which compacts by itself does."""


class Delegate(NamedTuple):
    """Hand a task to a sub-agent and wait for it."""

    prompt: str


class Say(NamedTuple):
    """Answer in words, which ends the turn."""

    text: str


Step = Call | Edit | Shell | Delegate | Say


class Use(NamedTuple):
    """A step in a client's own terms: one of its tools and what it is given."""

    tool: str
    given: Mapping[str, Any] | str
    full: bool = False


class Turn(NamedTuple):
    """One piece of what the model is shown: `system`, `user`, `assistant`, or the `result` of a tool."""

    role: str
    text: str


class Asked(NamedTuple):
    """One request to the model."""

    turns: tuple[Turn, ...]
    tools: Mapping[str, str]
    """Every tool in it, by the name the model knows, with its whole definition."""
    session: str
    """The client's own id of the session, where the request tells it."""

    @property
    def text(self) -> str:
        """All that the model is shown, in order."""
        return "\n".join(turn.text for turn in self.turns)

    @property
    def results(self) -> list[str]:
        """What tools answered."""
        return [turn.text for turn in self.turns if turn.role == "result"]


DONE = Say("That is all.")
ASIDE = Say("A form and its fields")
"""What a request gets that is no turn of the task: for a title, a topic."""

_COMPACT = re.compile(
    r"Summarize this session for continuation|"
    r"CONTEXT CHECKPOINT COMPACTION|create a detailed summary of the conversation|"
    r"anchored summary|produce the <state_snapshot> XML"
)
_SUMMARY = re.compile(r"Of this task (\d+) steps are done\.")


class Script:
    """The plays, by the prompt that begins each. What comes next is read off the request alone."""

    def __init__(self) -> None:
        self.plays: dict[str, Sequence[Use | Say]] = {}
        self.ours: Callable[[Asked], Use | Say] | None = None
        """What is answered to a question of our own program, in a run that it started itself."""

    def next(self, asked: Asked) -> Use | Say:
        """The step for a request. A client may ask twice, or several agents at once, without confusion."""
        if self.ours is not None and any(turn.text.startswith(OPENING) for turn in asked.turns):
            return self.ours(asked)
        play: Sequence[Use | Say] = ()
        step, last = 0, ""
        for turn in asked.turns:
            if turn.role == "result":
                step += 1
            elif turn.role == "user":
                last = turn.text
                begun = next((prompt for prompt in self.plays if prompt in turn.text), None)
                resumed = _SUMMARY.search(turn.text)
                if begun is not None:
                    play, step = self.plays[begun], 0
                elif resumed:
                    step = int(resumed[1])
        if _COMPACT.search(last):
            words = f"Of this task {step} steps are done."
            return Say(f"<analysis>{words}</analysis>\n<summary>{words}</summary>")
        if not asked.tools:
            return ASIDE
        return play[step] if step < len(play) else DONE
