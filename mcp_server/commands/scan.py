"""`scan`: what a person corrected more than once, read from clients' own logs; nothing of it is used unasked."""

import argparse
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap

from mcp_server.commands import CommandError, count, show
from mcp_server.commands.findings import TITLES, Finding, Paper, chapters, facts_of, passing
from mcp_server.commands.keys import pressed
from mcp_server.heard import seal
from mcp_server.learning.directive import directives
from mcp_server.learning.fingerprint import of_sentence
from mcp_server.learning.likeness import Likeness, Shelf
from mcp_server.learning.repeats import Group, grouped
from mcp_server.learning.said import SENTENCE
from mcp_server.masks import masked
from mcp_server.person import demand
from mcp_server.settings import secrets
from mcp_server.transcripts.belongs import Belonging
from mcp_server.transcripts.harvest import Harvest, Tally
from mcp_server.transcripts.keeping import Keeper, Sieve
from mcp_server.transcripts.whereabouts import CLIENTS, Transcript, found
from mcp_server.wiring import Wiring
from store.records import FORGOTTEN, GLOBAL, Evidence, Kind, Rule, Source, Trust
from store.text import CleanText, clean_evidence
from store.values import replace

AT_ONCE = 5
"""Sentences put to a person in one sitting."""

DAY = 86_400.0
"""Seconds."""

DECLINED = "not a rule matter"

_SHOWN = frozenset({Kind.FEEDBACK, Kind.SUGGESTION})
_STEP = 0.1
"""Seconds between two looks at the progress."""


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("--client", action="append", choices=CLIENTS, help="only this client's logs (again for more)")
    parser.add_argument("--since", type=float, metavar="DAYS", help="only logs that were written in the last DAYS days")
    parser.add_argument("--all", action="store_true", help="the logs of every project, not only of this one")
    do = parser.add_mutually_exclusive_group()
    do.add_argument(
        "--keep", action="store_true", help="keep all that was found as evidence; the next scan reads only what is new"
    )
    do.add_argument("--dry-run", action="store_true", help="only show what was found, ask nothing")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Read the logs, show what was said again and again, and ask where a person is at a terminal."""
    place = wiring.place()
    if place.note and not options.all:
        raise CommandError(f"{place.note}; run this in a project's folder, or with --all")
    if options.keep:
        demand(wiring.surroundings(), yes=True, what="`scan --keep`")
    scan = Scan(wiring, options)
    begun = time.monotonic()
    scan.read()
    findings = scan.findings()
    if options.json:
        show(wiring, scan.facts(findings))
    else:
        scan.say_what_was_read(time.monotonic() - begun)
        surroundings = wiring.surroundings()
        if options.keep or options.dry_run or surroundings.mark or not surroundings.terminal:
            scan.show(findings)
        else:
            scan.ask(findings)
    for path, why in scan.tally.unreadable.items():
        wiring.tell(f"{path}: {why}; passed over")
    return 0


def glance(wiring: Wiring, *, days: float, most: int) -> list[str]:
    """What the newest sessions of this project show at a first look, in a few lines; nothing is kept or asked.

    Empty where nothing was said that could become a rule, or where this is no project.
    """
    if wiring.place().note:
        return []
    # Looking into opencode's database leaves a mark in its shared memory, and nobody asked for a look yet.
    files = [client for client in CLIENTS if client != "opencode"]
    options = argparse.Namespace(client=files, since=days, all=False, keep=False)
    scan = Scan(wiring, options)
    scan.read()
    wanted = [finding for _, chapter in chapters(scan.findings()) for finding in chapter]
    if not wanted:
        return []
    sessions = sum(len(each) for each in scan.tally.sessions.values())
    lines = [f"In {count(sessions, 'session')} of the last {days:.0f} days you said:"]
    for number, finding in enumerate(wanted[:most], start=1):
        lines += scan.lines(finding, number)
    more = f" ({len(wanted) - most} more)" if len(wanted) > most else ""
    return [*lines, f"Shall an agent know it from the start? `mcp-promptlearn scan` asks about each{more}."]


class Scan:
    """One reading of the logs, and what came of it."""

    def __init__(self, wiring: Wiring, options: argparse.Namespace) -> None:
        self._wiring, self._keep = wiring, bool(options.keep)
        self._now = wiring.now()
        self._known = secrets(wiring.environment)
        self._paper = Paper(wiring.environment)
        self._kinds: dict[Kind, int] = {}
        self._said: dict[str, Evidence] = {}
        """What was said, by hash: new, or kept before."""
        self._stored: set[str] = set()
        self._new = 0
        self._projects: set[str] = set()
        belonging = Belonging(wiring.store(), wiring.place(), everywhere=bool(options.all))
        self._harvest = Harvest(wiring.store(), belonging, now=self._now, known=self._known)
        self._logs = _logs(wiring, options.client or CLIENTS, since=options.since, now=self._now)

    @property
    def tally(self) -> Tally:
        """What became of the logs."""
        return self._harvest.tally

    def read(self) -> None:
        """Read every log, and with `--keep` keep what it tells."""
        store = self._wiring.store()
        sieve = Sieve(now=self._now)
        keeper = Keeper(store, now=self._now)
        self._remember(self._wiring.place().project.key)
        with _progress(len(self._logs)) as look:
            for number, log in enumerate(self._logs):
                for told in self._harvest.read(log):
                    facts, works = masked(told.facts, self._known), masked(told.works, self._known)
                    batch = told._replace(facts=facts, works=works)
                    look(number, self.tally.count.bytes)
                    facts = sieve.fresh(batch.facts)
                    self._take(facts)
                    if self._keep:
                        keeper.keep(batch._replace(facts=facts))
            if self._keep:
                keeper.finish()
        self._new = keeper.new

    def _remember(self, project: str) -> None:
        """What was said in a project and is evidence already: it counts too."""
        self._projects.add(project)
        for fact in self._wiring.store().evidence(project, kinds=[Kind.FEEDBACK], trust=Trust.MEMBER):
            self._said[fact.hash] = fact
            self._stored.add(fact.hash)

    def _take(self, facts: Sequence[Evidence]) -> None:
        for fact in facts:
            self._kinds[fact.kind] = self._kinds.get(fact.kind, 0) + 1
            if fact.kind in _SHOWN:
                if fact.project not in self._projects:
                    self._remember(fact.project)
                self._said.setdefault(fact.hash, fact)

    def findings(self) -> list[Finding]:
        """What was said, with what is known of it already."""
        store, here = self._wiring.store(), self._wiring.place().project.key
        rules = [rule for project in dict.fromkeys((here, GLOBAL)) for rule in store.rules(project)]
        shelf = Shelf((rule.id, rule.text) for rule in rules if rule.text != FORGOTTEN)
        by_id = {rule.id: rule for rule in rules}
        return [self._finding(group, shelf, by_id) for group in grouped(self._said.values())]

    def _finding(self, group: Group, shelf: Shelf, rules: dict[int, Rule]) -> Finding:
        near = shelf.nearest(group.sentence)
        rule = rules[near[0]] if near is not None and near[1].likeness is Likeness.SAME else None
        kept = group.persons and all(fact.hash in self._stored for fact in group.facts)
        asked = {_question(fact.project, fact.text) for fact in group.facts}
        declined = any(self._wiring.store().answer(question) == DECLINED for question in asked)
        return Finding(group, rule, kept, declined)

    # --- words

    def lines(self, finding: Finding, number: int) -> list[str]:
        """One finding as a person sees it."""
        return list(self._paper.sentence(finding, number, now=self._now))

    def facts(self, findings: Sequence[Finding]) -> dict[str, object]:
        """The facts as JSON."""
        tally = self.tally
        return {
            "project": self._wiring.place().project.key,
            "kept": self._new if self._keep else None,
            "sessions": {client: len(sessions) for client, sessions in sorted(tally.sessions.items())},
            "memory_files": tally.memories,
            "unchanged": tally.same,
            "elsewhere": tally.elsewhere,
            "own": tally.own,
            "prompts": tally.prompts,
            "bytes": tally.count.bytes,
            "bad_lines": tally.count.bad,
            "long_lines": tally.count.giants,
            "unreadable": [{"path": path, "reason": why} for path, why in tally.unreadable.items()],
            "seen": {str(kind): self._kinds.get(kind, 0) for kind in _COUNTED},
            "found": [facts_of(finding) for finding in findings],
        }

    def say_what_was_read(self, seconds: float) -> None:
        """What was read, in a line or two."""
        say, tally = self._wiring.say, self.tally
        sessions = sorted(tally.sessions.items())
        read = [f"{count(len(each), 'session')} of {TITLES[client]}" for client, each in sessions if each]
        read += [count(tally.memories, "memory file")] if tally.memories else []
        if not read and not tally.same:
            say(
                "No session of an agent was found here"
                + (f" ({tally.elsewhere} elsewhere)." if tally.elsewhere else ".")
            )
            return
        megabytes = tally.count.bytes / 1e6
        amount = f"{megabytes:.1f} MB in {seconds:.1f} s" if megabytes >= 0.1 else f"in {seconds:.1f} s"
        same = f"; {count(tally.same, 'log')} unchanged since the last scan" if tally.same else ""
        say(f"Read {', '.join(read) or 'nothing new'} ({amount}){same}.")
        seen = (
            (tally.prompts, "prompt of yours", "prompts of yours"),
            (self._kinds.get(Kind.INTERRUPT, 0), "interruption", ""),
            (self._kinds.get(Kind.REPEAT, 0), "loop of an agent", "loops of an agent"),
            (self._kinds.get(Kind.RUN, 0), "run of tests or checks", "runs of tests or checks"),
        )
        words = ", ".join(count(number, one, many) for number, one, many in seen if number)
        say(self._paper.dim(f"In them: {words or 'nothing'}."))
        if tally.count.bad or tally.count.giants:
            say(self._paper.dim(f"{count(tally.count.bad + tally.count.giants, 'line')} could not be read."))

    def show(self, findings: Sequence[Finding]) -> None:
        """Print what was found, and ask nothing."""
        number = 0
        for title, chapter in chapters(findings):
            if chapter:
                self._wiring.say(f"\n{self._paper.bold(title)}")
            for finding in chapter:
                number += 1
                for line in self._paper.sentence(finding, number, now=self._now):
                    self._wiring.say(line)
        self._say_the_rest(findings, shown=number)
        if self._keep:
            kept = f"Kept {count(self._new, 'new piece')} of evidence" if self._new else "Nothing new to keep"
            self._end(f"{kept}. `mcp-promptlearn consolidate` makes candidates of it, `review` admits them.")
        elif number:
            self._end(
                "Nothing was kept. In a terminal `mcp-promptlearn scan` asks about each; "
                "`scan --keep` keeps all of it as evidence. Neither makes a rule."
            )

    def ask(self, findings: Sequence[Finding]) -> None:
        """Put the first few to a person, one key each."""
        wanted = [finding for _, chapter in chapters(findings) for finding in chapter]
        kept = 0
        for number, finding in enumerate(wanted[:AT_ONCE], start=1):
            self._wiring.say(f"\n{self._paper.dim(f'{number} of {min(len(wanted), AT_ONCE)}')}")
            for line in (
                f"     {self._paper.bold(finding.group.sentence)}",
                *self._paper.beside(finding, now=self._now),
            ):
                self._wiring.say(line)
            new = self._decide(finding)
            if new is None:
                break
            kept += new
        self._say_the_rest(findings, shown=len(wanted))
        if len(wanted) > AT_ONCE:
            self._wiring.say(f"{len(wanted) - AT_ONCE} more wait; run scan again when you are fresh.")
        if kept:
            self._end(
                f"Kept {count(kept, 'quote')} as evidence. Now `mcp-promptlearn consolidate`, then `review`: "
                "nothing is a rule before you admit it."
            )

    def _decide(self, finding: Finding) -> int | None:
        """Carry out the key a person presses; how many quotes were kept, None where they had enough."""
        keys = {"y": "keep the quotes", "n": "not a rule matter", "e": "say it better", "s": "skip", "q": "quit"}
        while True:
            match pressed(self._wiring, keys):
                case "y":
                    fresh = [fact for fact in finding.group.facts if fact.hash not in self._stored]
                    return self._record([_vouched(fact) for fact in fresh])
                case "n":
                    for project, text in {(fact.project, fact.text) for fact in finding.group.facts}:
                        self._wiring.store().keep_answer(_question(project, text), DECLINED, now=self._now)
                    self._wiring.say("It will not be asked again.")
                    return 0
                case "e":
                    said = self._said_better()
                    if said:
                        return self._record([_vouched(replace(finding.group.facts[-1], text=said))])
                case "s":
                    return 0
                case _:
                    return None

    def _said_better(self) -> CleanText:
        """A person's own sentence, if it says what to do; else nothing."""
        try:
            said = clean_evidence(self._wiring.ask("In your words: "), limit=SENTENCE, known=self._known).text
        except EOFError:
            return CleanText("")
        if said and not directives(said):
            self._wiring.say("No instruction was found in it; say what the agent should do, or never do.")
            return CleanText("")
        return said

    def _record(self, facts: Sequence[Evidence]) -> int:
        return sum(kept.new for kept in self._wiring.store().record(facts))

    def _end(self, words: str) -> None:
        """The last words, as wide as the terminal."""
        for line in ("", *wrap(words, width=self._paper.width, break_on_hyphens=False, break_long_words=False)):
            self._wiring.say(line)

    def _say_the_rest(self, findings: Sequence[Finding], *, shown: int) -> None:
        rules = sorted({finding.rule.id for finding in findings if finding.rule})
        moment = passing(findings)
        kept = sum(finding.kept and not finding.rule for finding in findings) if not self._keep else 0
        lines = [
            f"{count(moment, 'correction')} bound to the moment, of which no rule can be made." if moment else "",
            f"{count(kept, 'sentence')} kept before: see `mcp-promptlearn review`." if kept else "",
            f"Said before and a rule already: {', '.join(f'R{ident}' for ident in rules)}." if rules else "",
            "" if shown or not self.tally.prompts else "Nothing that was said in them asks for a rule.",
        ]
        for number, line in enumerate(filter(None, lines)):
            self._wiring.say(("" if number else "\n") + line)


_COUNTED = (Kind.FEEDBACK, Kind.SUGGESTION, Kind.INTERRUPT, Kind.REPEAT, Kind.RUN, Kind.FAILURE)


def _logs(wiring: Wiring, clients: Sequence[str], *, since: float | None, now: float) -> list[Transcript]:
    logs = found(clients, environment=wiring.environment, home=Path.home())
    return logs if since is None else [log for log in logs if log.changed >= now - since * DAY]


def _vouched(fact: Evidence) -> Evidence:
    """A quote as the person's word: they looked at it and let it stand, whoever's it was before."""
    origin = fact.source.origin if fact.source.trust >= Trust.MEMBER else f"{fact.source.origin}, confirmed"
    # Without a sign it is no longer something overheard: where it holds no instruction, `review` asks for one.
    detail = {name: value for name, value in fact.detail.items() if name != "sign" or directives(fact.text)}
    return replace(
        fact,
        kind=Kind.FEEDBACK,
        source=Source(origin, "person", Trust.OWNER),
        hash=seal(fact.project, fact.session or "", fact.text),
        detail=detail,
    )


def _question(project: str, text: str) -> str:
    """Under what a person's no to a sentence is kept."""
    return f"scan {project} {of_sentence(text)}"


@contextmanager
def _progress(logs: int) -> Generator["Look"]:
    """Shows on a terminal how far the reading is."""
    look = Look(logs)
    try:
        yield look
    finally:
        look.clear()


class Look:
    """One line on stderr that is written over; nothing where stderr is no terminal."""

    def __init__(self, logs: int) -> None:
        self._logs, self._shown = logs, sys.stderr.isatty()
        self._next = time.monotonic() + 5 * _STEP

    def __call__(self, number: int, size: int) -> None:
        """Show where the reading is, not more often than an eye can follow."""
        if self._shown and time.monotonic() >= self._next:
            self._next = time.monotonic() + _STEP
            sys.stderr.write(f"\rreading log {number + 1} of {self._logs}, {size / 1e6:,.0f} MB \x1b[K")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
