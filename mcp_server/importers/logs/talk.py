"""What the turns of a session tell: corrections, refusals, interruptions, and what the agent did over and over."""

import re
from collections.abc import Iterable, Iterator

from mcp_server.importers.found import Found
from mcp_server.importers.logs.turns import OURS, PERSON, TOOL, Turn, digest
from mcp_server.learning.fingerprint import Fingerprint, bounded, normalised
from mcp_server.learning.said import SENTENCE, Said, said
from mcp_server.learning.scope import normal
from store.records import Kind, Trust
from store.text import CleanText, clean_evidence, clean_line

AGAIN = 3
"""So often the same thing is a loop."""

REMEMBERED = 2000
"""Commands and changes of one session that are counted at once."""

_POLLS = re.compile(r"\b(?:sleep|wait|watch|tail|status|ps|top|curl|kubectl|docker|gh)\b")
"""Commands that are run again to see whether something else went on."""


class Talk:
    """Listens to the turns of one log in their order.

    `name` is the log's, for a reader; `root` the project's folder; `known` values to mask. `own` says that
    the session is one of our own runs: then nothing in it tells anything.
    """

    def __init__(self, name: str, *, root: str = "", known: Iterable[str] = (), own: bool = False) -> None:
        self.own = own
        self.prompts = 0
        """How often a person spoke."""
        self._name, self._root, self._known = name, root, tuple(known)
        self._stopped = False
        """Did the person stop the agent since they spoke last? One Escape may refuse many calls."""
        self._times: dict[str, int] = {}
        self._last: tuple[str, int] = ("", 0)

    def hear(self, turn: Turn) -> Iterator[Found]:
        """What a turn tells, given all turns before it."""
        self.own = self.own or turn.speaker == OURS
        if self.own:
            return
        if turn.interrupted:
            yield from self._interrupt(turn, "stopped the agent")
        elif turn.rejected:
            yield from self._refusal(turn)
        elif turn.speaker == PERSON:
            self.prompts += 1
            self._stopped = False
            self._last = ("", 0)
            yield from (self._remark(turn, each) for each in said(turn.text, known=self._known))
        elif turn.speaker == TOOL:
            yield from self._loop(turn)

    def _remark(self, turn: Turn, each: Said, **more: object) -> Found:
        detail = {**self._where(turn), **each.detail, **more}
        return self._persons(turn, Kind.FEEDBACK, each.sentence, ("prompt", turn.session, each.sentence), detail)

    def _refusal(self, turn: Turn) -> Iterator[Found]:
        tool = self._clean(turn.tool)
        reason = clean_evidence(turn.reason, limit=SENTENCE, known=self._known).text
        if reason:
            self._stopped = True
            held = said(turn.reason, known=self._known) or [Said(reason, False, "why a step was refused")]
            yield from (self._remark(turn, each, rejected=tool) for each in held)
            return
        what = turn.command or ", ".join(turn.files)
        yield from self._interrupt(turn, f"refused {tool}" + (f": {what}" if what else ""), rejected=tool)

    def _interrupt(self, turn: Turn, words: str, **more: object) -> Iterator[Found]:
        if self._stopped:
            return
        self._stopped = True
        text = self._clean(words, 300)
        key = ("interrupt", turn.client, turn.session, turn.ident or str(turn.time))
        yield self._persons(turn, Kind.INTERRUPT, text, key, {**self._where(turn), **more})

    def _loop(self, turn: Turn) -> Iterator[Found]:
        """The same command failing, the same change made, or the same command with the same output, three times."""
        command = " ".join(turn.command.split())
        if turn.files:
            self._last = ("", 0)
            if self._count(f"change {turn.change}") == AGAIN:
                path = self._clean(normal(turn.files[0], root=self._root))
                yield self._repeat(turn, "change", path, f"made the same change of {path} {AGAIN} times", path=path)
        elif command:
            name, output = digest(command), digest(command, turn.output)
            if turn.failed and self._count(f"failed {name}") == AGAIN:
                said = self._clean(command)
                yield self._repeat(turn, "failed", said, f"`{said}` failed {AGAIN} times")
            if not turn.failed:
                self._times.pop(f"failed {name}", None)
            self._last = (output, self._last[1] + 1 if self._last[0] == output else 1)
            if self._last[1] == AGAIN and not turn.failed and not _POLLS.search(command):
                said = self._clean(command)
                yield self._repeat(turn, "same", said, f"ran `{said}` {AGAIN} times in a row with the same result")

    def _count(self, name: str) -> int:
        times = self._times.pop(name, 0) + 1
        self._times[name] = times
        if len(self._times) > REMEMBERED:
            del self._times[next(iter(self._times))]
        return times

    def _repeat(self, turn: Turn, how: str, what: str, words: str, *, path: str = "") -> Found:
        target = Fingerprint("repeat", self._clean(turn.tool) or "tool", (how, bounded(normalised(what), 160)))
        return Found(
            kind=Kind.REPEAT,
            text=self._clean(words, limit=300),
            key=("repeat", turn.client, turn.session, str(target)),
            identity=f"agent:{turn.client}",
            trust=Trust.MACHINE,
            time=turn.time,
            fingerprint=str(target),
            path=path,
            session=turn.session,
            detail=self._where(turn),
        )

    def _persons(
        self, turn: Turn, kind: Kind, text: CleanText, key: tuple[str, ...], detail: dict[str, object]
    ) -> Found:
        """A fact that a person made. Who wrote the prompts of a headless run, nobody can tell."""
        return Found(
            kind=kind,
            text=text,
            key=key,
            identity=f"headless:{turn.client}" if turn.headless else "person",
            trust=Trust.AGENT if turn.headless else Trust.OWNER,
            time=turn.time,
            branch=self._clean(turn.branch),
            session=turn.session,
            detail=detail,
        )

    def _clean(self, words: str, limit: int = 200) -> CleanText:
        return clean_line(words, limit=limit, known=self._known).text

    def _where(self, turn: Turn) -> dict[str, object]:
        return {"place": self._clean(f"{self._name}:{turn.place.line}", 300), "client": turn.client}
