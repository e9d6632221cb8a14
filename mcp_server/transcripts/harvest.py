"""Reads logs as far as they are new, and hands on what each of them tells."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from json import dumps, loads
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from mcp_server.importers.logs import memory_files
from mcp_server.importers.logs.claude_log import ClaudeLog
from mcp_server.importers.logs.cline_log import ClineLog
from mcp_server.importers.logs.codex_log import CodexLog
from mcp_server.importers.logs.copilot_log import CopilotLog
from mcp_server.importers.logs.gemini_log import GeminiLog
from mcp_server.importers.logs.opencode_log import turns as turns_of
from mcp_server.importers.logs.qwen_log import QwenLog
from mcp_server.importers.logs.turns import Log, Place
from mcp_server.transcripts import opencode
from mcp_server.transcripts.belongs import Belonging, Home, folder_in
from mcp_server.transcripts.listener import Listener
from mcp_server.transcripts.marks import (
    Count,
    GoneError,
    Mark,
    bookmark,
    lines,
    marked,
    opened,
    restored,
    resumed,
    seen,
    unchanged,
)
from mcp_server.transcripts.whereabouts import DATABASE, DOCUMENT, FILES, LINES, MEMORY, Transcript
from store.contract import Store
from store.records import Evidence, Work

AT_ONCE = 500
"""Facts handed on together, so that a long log is never held whole."""

DOCUMENT_MOST = 64 * 1024 * 1024
"""Bytes of a log that is one JSON document."""


class Batch(NamedTuple):
    """Some of what one log tells."""

    facts: list[Evidence]
    works: list[Work]
    bookmark: tuple[str, str] | None = None
    """Name and mark, to be kept once everything before it was kept; with the last batch of a log."""


class Tally:
    """What became of the logs."""

    def __init__(self) -> None:
        self.count = Count()
        self.sessions: dict[str, set[str]] = {}
        """Sessions in which something was said or done, by client; a sub-agent's belongs to its parent's."""
        self.memories = 0
        """Memory files that were read."""
        self.same = 0
        """Logs in which nothing is new."""
        self.elsewhere = 0
        """Logs of other projects, or of folders that are gone."""
        self.own = 0
        """Logs of runs of our own."""
        self.prompts = 0
        """How often a person spoke."""
        self.unreadable: dict[str, str] = {}
        """Logs that could not be read, and why."""


class Harvest:
    """Reads logs one after the other. `anew`: bookmarks are not looked at."""

    def __init__(
        self, store: Store, belonging: Belonging, *, now: float, known: Iterable[str] = (), anew: bool = False
    ) -> None:
        self.tally = Tally()
        self._store, self._belonging, self._now, self._known = store, belonging, now, tuple(known)
        self._anew = anew
        self._abouts: dict[Path, Home | None] = {}

    def read(self, log: Transcript) -> Iterator[Batch]:
        """What one log tells that is new. What cannot be read is counted and passed over."""
        forms = {
            LINES: self._lines,
            DOCUMENT: self._document,
            DATABASE: self._database,
            FILES: self._session_files,
            MEMORY: self._memory,
        }
        try:
            yield from forms[log.form](log)
        except (GoneError, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            self.tally.unreadable[str(log.path)] = why or type(error).__name__

    def _mark(self, log: Transcript) -> Mark:
        return Mark() if self._anew else restored(self._store.bookmark(bookmark(log.path)))

    def _lines(self, log: Transcript) -> Iterator[Batch]:
        mark = self._mark(log)
        if unchanged(log.path, mark):
            self.tally.same += 1
            return
        count = self.tally.count
        with opened(log.path) as file:
            home = self._home(log.cwd or folder_in(file, count))
            if home is None:
                return
            start = resumed(file, mark, count)
            reader, listener = _reader(log), self._listener(log, home, own=start.own)
            if start.offset and log.client not in {"claude-code", "qwen"}:  # its lines tell all by themselves
                _prime(reader, file, count)
            for line, place in lines(file, Place(start.line, start.offset), count):
                for turn in reader.read(line, place):
                    listener.hear(turn)
                if len(listener.facts) >= AT_ONCE:
                    yield Batch(*listener.take())
            count.bad += reader.bad
            waits = reader.waits
            end = count.end if waits is None else Place(waits.line - 1, waits.offset)
            kept = marked(file, start._replace(own=listener.own), end, count)
        self._done(log, listener)
        yield Batch(*listener.take(), bookmark=(bookmark(log.path), kept.stored()))

    def _document(self, log: Transcript) -> Iterator[Batch]:
        """A log that is written anew whenever something happens."""
        mark = self._mark(log)
        if unchanged(log.path, mark):
            self.tally.same += 1
            return
        with opened(log.path) as file:
            home = self._home(log.cwd)
            if home is None:
                return
            begun = seen(file)
            data = file.read(DOCUMENT_MOST + 1)
        self.tally.count.bytes += len(data)
        if len(data) > DOCUMENT_MOST:
            raise GoneError(f"has more than {DOCUMENT_MOST // 1024**2} MiB")
        reader, listener = _reader(log), self._listener(log, home)
        for turn in reader.read(data, Place(1)):
            listener.hear(turn)
        self.tally.count.bad += reader.bad
        self._done(log, listener)
        yield Batch(*listener.take(), bookmark=(bookmark(log.path), begun.stored()))

    def _database(self, log: Transcript) -> Iterator[Batch]:
        name = bookmark(log.path)
        stamp, since = opencode.stamp(log.path), 0
        known = _object(None if self._anew else self._store.bookmark(name))
        if known.get("stamp") == [list(part) for part in stamp]:
            self.tally.same += 1
            return
        held = known.get("since")
        since = latest = held if type(held) is int else 0
        for session in opencode.database(log.path, since, self.tally.count):
            home = self._home(session.directory)
            if home is None:
                continue
            listener = self._listener(log, home, name=session.id)
            for row in session.rows:
                self._row(row, listener)
                latest = max(latest, row.place.offset)
            self._done(log, listener)
            yield Batch(*listener.take())
        yield Batch([], [], (name, dumps({"stamp": stamp, "since": latest})))

    def _session_files(self, log: Transcript) -> Iterator[Batch]:
        mark = self._mark(log)
        if unchanged(log.path, mark):
            self.tally.same += 1
            return
        with opened(log.path) as file:
            begun = seen(file)
        session = opencode.files(log.path, mark.head, self.tally.count)
        home = self._home(session.directory) if session else None
        if session is None or home is None:
            return
        listener, last = self._listener(log, home, name=session.id), ""
        for row in session.rows:
            self._row(row, listener)
            last = row.ident if not row.part else last
        self._done(log, listener)
        kept = begun._replace(head=last or mark.head)
        yield Batch(*listener.take(), bookmark=(bookmark(log.path), kept.stored()))

    def _memory(self, log: Transcript) -> Iterator[Batch]:
        mark = self._mark(log)
        if unchanged(log.path, mark):
            self.tally.same += 1
            return
        with opened(log.path) as file:
            begun = seen(file)
            data = file.read(memory_files.MOST)
        self.tally.count.bytes += len(data)
        facts: list[Evidence] = []
        folder = self._belonging.of(log.cwd) if log.cwd else self._about(log)
        for each in memory_files.read(data, log.client, name=log.path.name):
            home = self._belonging.of(each.cwd) if each.cwd else folder
            if home is not None:
                place = f"{log.path.name}:{each.line}"
                found = memory_files.fact(each, client=log.client, place=place, time=begun.changed / 1e9)
                facts.append(self._listener(log, home).evidence(found, ""))
        if facts:
            self.tally.memories += 1
            yield Batch(facts, [], (bookmark(log.path), begun.stored()))

    def _about(self, log: Transcript) -> Home | None:
        """The project that a memory file is about, where it names none itself."""
        if log.client == "gemini":  # what a person told it to remember everywhere
            return self._belonging.here
        if log.client != "claude-code":
            return None
        project = log.path.parent.parent
        if project not in self._abouts:
            self._abouts[project] = self._belonging.called(project.name) or self._neighbours(project)
        return self._abouts[project]

    def _neighbours(self, project: Path) -> Home | None:
        """The project of the logs that lie in a folder."""
        for path in sorted(project.glob("*.jsonl")):
            with suppress(GoneError, OSError), opened(path) as file:
                folder = folder_in(file, self.tally.count)
                if folder:
                    return self._belonging.of(folder)
        return None

    def _home(self, folder: str) -> Home | None:
        home = self._belonging.of(folder) if folder else None
        self.tally.elsewhere += home is None
        return home

    def _row(self, row: opencode.Row, listener: Listener) -> None:
        told = turns_of(row)
        if told is None:
            self.tally.count.bad += 1
            return
        for turn in told:
            listener.hear(turn)

    def _listener(self, log: Transcript, home: Home, *, name: str = "", own: bool = False) -> Listener:
        name = name or log.path.name
        return Listener(home, client=log.client, name=name, now=self._now, known=self._known, own=own)

    def _done(self, log: Transcript, listener: Listener) -> None:
        self.tally.sessions.setdefault(log.client, set()).update(listener.sessions)
        self.tally.prompts += listener.prompts
        self.tally.own += listener.own


def _reader(log: Transcript) -> Log:
    match log.client:
        case "cline":
            return ClineLog(log.session, cwd=log.cwd, sidechain=log.sidechain)
        case "codex":
            return CodexLog(log.session)
        case "copilot":
            return CopilotLog(log.session)
        case "gemini":
            return GeminiLog(log.session, cwd=log.cwd)
        case "qwen":
            return QwenLog(log.session, sidechain=log.sidechain)
        case _:
            return ClaudeLog(log.session, sidechain=log.sidechain)


def _prime(reader: Log, file: BinaryIO, count: Count) -> None:
    """Let a reader know whose log it is: its first line says so."""
    first = next(lines(file, Place(0), count), None)
    if first is not None:
        tuple(reader.read(*first))


def _object(stored: str | None) -> Mapping[str, object]:
    try:
        held: object = loads(stored or "")
    except ValueError:
        return {}
    return cast("Mapping[str, object]", held) if isinstance(held, dict) else {}
