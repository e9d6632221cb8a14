"""The contract in dictionaries: for tests, and for trying out what a change would do.

Above the file-length cap because it is one noun: every method of the contract, as short as it gets.
"""

import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager

from store import chain
from store.contract import Delivery, Forgotten, Kept, Numbers, mentions
from store.episodes import following
from store.errors import BusyError, ConflictError, NotFoundError
from store.records import (
    FORGOTTEN,
    GLOBAL,
    LIVE,
    SIGHTED,
    Condition,
    Decision,
    Episode,
    Evidence,
    Exposure,
    Heartbeat,
    Kind,
    Project,
    Revision,
    Rule,
    Session,
    Sighting,
    State,
    Tally,
    Trials,
    Trust,
    Version,
    Work,
)
from store.revise import Add, Effect, Step, changed, concerned, created
from store.text import trusted_text
from store.values import replace


class MemoryStore:
    """A `Store` that lives as long as its process. `chance(n)` gives n random bytes."""

    def __init__(self, *, chance: Callable[[int], bytes]) -> None:
        self._chance = chance
        self._projects: dict[str, Project] = {}
        self._sessions: dict[tuple[str, str], Session] = {}
        self._episodes: list[Episode] = []
        self._exposures: list[tuple[str, Exposure]] = []
        self._evidence: list[Evidence] = []
        self._rules: dict[int, Rule] = {}
        self._versions: dict[int, dict[int, Version]] = {}
        self._supports: dict[int, set[int]] = {}
        self._decisions: list[Decision] = []
        self._revisions: dict[str, list[Revision]] = {}
        self._answers: dict[str, str] = {}
        self._beats: dict[tuple[str, str], Heartbeat] = {}
        self._sightings: dict[int, Sighting] = {}
        self._works: dict[tuple[str, str, str, str], Work] = {}
        self._conditions: dict[tuple[str, str], dict[str, Condition]] = {}
        self._bookmarks: dict[str, str] = {}
        self._key = b""
        self._trials: dict[str, Trials] = {}
        self._log: dict[str, list[str]] = {}
        self._held: set[str] = set()
        self._lock = threading.RLock()

    # Projects, sessions, episodes

    def know(self, project: Project) -> None:
        """See `Store.know`."""
        self._projects[project.key] = project

    def projects(self) -> list[Project]:
        """See `Store.projects`."""
        return [self._projects[key] for key in sorted(self._projects)]

    def deliver(
        self,
        session: Session,
        *,
        task: str,
        shown: Sequence[Exposure],
        now: float,
        known: tuple[Exposure, ...] | None = None,
    ) -> Delivery:
        """See `Store.deliver`."""
        key = (session.id, session.project)
        current = self.current_episode(*key)
        episode = following(current, task=task, now=now)
        before = self.exposures(*key) if known is None else known
        had = {(exposure.rule, exposure.version) for exposure in before}
        if current and current == episode and had.issuperset((each.rule, each.version) for each in shown):
            return Delivery(current, before)
        kept = self._sessions.get(key, replace(session, seen=now))
        self._sessions[key] = replace(kept, seen=max(kept.seen, now), model=kept.model or session.model)
        if episode is None:
            episode = Episode(len(self._episodes) + 1, *key, task, now, now)
            self._episodes.append(episode)
        self._episodes[episode.id - 1] = episode
        for exposure in shown:
            seen = self.exposures(*key)
            if all((e.rule, e.version) != (exposure.rule, exposure.version) for e in seen):
                added = replace(exposure, session=session.id, episode=episode.id, position=len(seen) + 1, time=now)
                self._exposures.append((session.project, added))
        return Delivery(episode, self.exposures(*key))

    def exposures(self, session: str, project: str) -> tuple[Exposure, ...]:
        """See `Store.exposures`."""
        return tuple(e for owner, e in self._exposures if (e.session, owner) == (session, project))

    def exposures_of(self, rule: int) -> tuple[Exposure, ...]:
        """See `Store.exposures_of`."""
        mine = (e for _, e in self._exposures if e.rule == rule)
        return tuple(sorted(mine, key=lambda e: (e.time, e.episode, e.session, e.position)))

    def episode(self, ident: int) -> Episode:
        """See `Store.episode`."""
        if not 0 < ident <= len(self._episodes):
            raise NotFoundError("episode", f"E{ident}", "call get_rules to begin one, or leave `episode` out")
        return self._episodes[ident - 1]

    def episodes(self, session: str, project: str) -> list[Episode]:
        """See `Store.episodes`."""
        return [e for e in self._episodes if (e.session, e.project) == (session, project)]

    def current_episode(self, session: str, project: str) -> Episode | None:
        """See `Store.current_episode`."""
        mine = self.episodes(session, project)
        return mine[-1] if mine else None

    def sessions(self, project: str, *, since: float = 0.0) -> list[Session]:
        """See `Store.sessions`."""
        return [s for s in self._sessions.values() if s.project == project and s.seen >= since]

    def session(self, ident: str, project: str) -> Session | None:
        """See `Store.session`."""
        return self._sessions.get((ident, project))

    def newcomers(self, project: str | None, *, after: int) -> list[tuple[int, Session]]:
        """See `Store.newcomers`."""
        known = enumerate(self._sessions.values(), start=1)
        return [(mark, each) for mark, each in known if mark > after and project in {None, each.project}]

    # What sessions left behind

    def worked(self, works: Sequence[Work]) -> None:
        """See `Store.worked`."""
        for work in works:
            key = work.project, work.sort, work.name, work.session
            known = self._works.get(key, work)
            self._works[key] = max(known, work, key=lambda each: each.time)

    def works(
        self,
        project: str,
        *,
        session: str | None = None,
        sort: str | None = None,
        names: Iterable[str] | None = None,
    ) -> list[Work]:
        """See `Store.works`."""
        wanted = None if names is None else set(names)
        return [
            work
            for key, work in sorted(self._works.items())
            if key[0] == project
            and (session is None or work.session == session)
            and (sort is None or work.sort == sort)
            and (wanted is None or work.name in wanted)
        ]

    # Evidence

    def record(
        self,
        facts: Sequence[Evidence],
        *,
        rule: int | None = None,
        conditions: Sequence[Condition] = (),
        works: Sequence[Work] = (),
    ) -> list[Kept]:
        """See `Store.record`."""
        if rule is not None:
            self.rule(rule)
        kept = [self._keep(fact) for fact in facts]
        if rule is not None:
            self._link(rule, (each.id for each in kept))
        for condition in conditions:
            self._conditions.setdefault((facts[0].project, condition.suite), {})[condition.item] = condition
        self.worked(works)
        return kept

    def attribute(
        self, evidence: Iterable[int], *, session: str, episode: int | None, how: str, confidence: float
    ) -> int:
        """See `Store.attribute`."""
        wanted, given = set(evidence), 0
        for place, fact in enumerate(self._evidence):
            if fact.id in wanted and fact.session is None:
                found = replace(fact, session=session, episode=episode, how=how, confidence=confidence)
                self._evidence[place] = found
                given += 1
        for rule, linked in self._supports.items():
            if wanted & linked:
                self._count_voices(rule)
        return given

    def loose(self, project: str) -> list[Evidence]:
        """See `Store.loose`."""
        return [
            fact
            for fact in self._evidence
            if fact.project == project
            and fact.session is None
            and (fact.commit or fact.branch or fact.pull_request or fact.path)
        ]

    def conditions(self, project: str, suite: str) -> Mapping[str, Condition]:
        """See `Store.conditions`."""
        return dict(self._conditions.get((project, suite), {}))

    def _keep(self, fact: Evidence) -> Kept:
        for old in self._evidence:
            if (old.project, old.hash) == (fact.project, fact.hash):
                return Kept(old.id, False)
        self._evidence.append(replace(fact, id=len(self._evidence) + 1))
        return Kept(len(self._evidence), True)

    def _link(self, rule: int, evidence: Iterable[int]) -> None:
        linked = set(self._supports.get(rule, ()))
        for each in evidence:
            if not 0 < each <= len(self._evidence):
                raise NotFoundError("evidence", each)
            linked.add(each)
        self._supports[rule] = linked
        self._count_voices(rule)

    def _count_voices(self, rule: int) -> None:
        voices = {self._evidence[each - 1].voice for each in self._supports[rule]}
        self._rules[rule] = replace(self._rules[rule], supports=len(voices))

    def evidence(
        self,
        project: str,
        *,
        ids: Iterable[int] | None = None,
        kinds: Iterable[Kind] | None = None,
        fingerprint: str | None = None,
        session: str | None = None,
        episode: int | None = None,
        trust: Trust | None = None,
        newest: int | None = None,
    ) -> list[Evidence]:
        """See `Store.evidence`."""
        wanted = None if ids is None else set(ids)
        sorts = None if kinds is None else set(kinds)
        found = [
            fact
            for fact in self._evidence
            if fact.project == project
            and (wanted is None or fact.id in wanted)
            and (sorts is None or fact.kind in sorts)
            and (fingerprint is None or fact.fingerprint == fingerprint)
            and (session is None or fact.session == session)
            and (episode is None or fact.episode == episode)
            and (trust is None or fact.source.trust >= trust)
        ]
        return found if newest is None else found[max(0, len(found) - newest) :]

    def counts(self, project: str) -> Mapping[Kind, int]:
        """See `Store.counts`."""
        return dict(Counter(fact.kind for fact in self._evidence if fact.project == project))

    def numbers(self, project: str) -> Numbers:
        """See `Store.numbers`."""
        rules, sessions = self.rules(project), self.sessions(project)
        return Numbers(
            rules=dict(Counter(rule.state for rule in rules)),
            pinned=sum(rule.pinned and rule.state in LIVE for rule in rules),
            sessions=len(sessions),
            seen=max((session.seen for session in sessions), default=None),
        )

    def tallies(self, project: str) -> list[Tally]:
        """See `Store.tallies`."""
        failures: dict[str, list[Evidence]] = {}
        for fact in self.evidence(project, kinds=[Kind.FAILURE]):
            if fact.fingerprint:
                failures.setdefault(fact.fingerprint, []).append(fact)
        tallies = [
            Tally(
                fingerprint,
                len(facts),
                len({fact.occasion for fact in facts}),
                min(fact.time for fact in facts),
                max(fact.time for fact in facts),
                facts[-1].id,
            )
            for fingerprint, facts in failures.items()
        ]
        return sorted(tallies, key=lambda tally: (-tally.occasions, tally.fingerprint))

    def newest_failures(self, project: str) -> Mapping[str, int]:
        """See `Store.newest_failures`."""
        failures = self.evidence(project, kinds=[Kind.FAILURE])
        return {fact.fingerprint: fact.id for fact in failures if fact.fingerprint}

    def supports(self, rule: int) -> list[Evidence]:
        """See `Store.supports`."""
        return [fact for fact in self._evidence if fact.id in self._supports.get(rule, set())]

    def links(self, project: str) -> Mapping[int, frozenset[int]]:
        """See `Store.links`."""
        near = {project, GLOBAL}
        return {i: frozenset(s) for i, s in self._supports.items() if s and self._rules[i].project in near}

    # Rules

    def rule(self, ident: int) -> Rule:
        """See `Store.rule`."""
        try:
            return self._rules[ident]
        except KeyError:
            raise NotFoundError("rule", f"R{ident}", "see `mcp-promptlearn rules`") from None

    def rules(self, project: str, *, states: Iterable[State] | None = None) -> list[Rule]:
        """See `Store.rules`."""
        wanted = set(State) if states is None else set(states)
        return [r for _, r in sorted(self._rules.items()) if r.project == project and r.state in wanted]

    def versions(self, rule: int) -> list[Version]:
        """See `Store.versions`."""
        self.rule(rule)
        return [version for _, version in sorted(self._versions[rule].items())]

    def suggest(self, change: Add, evidence: Evidence, *, now: float) -> Rule:
        """See `Store.suggest`."""
        with self._whole():
            kept = self._keep(evidence)
            effect = created(
                replace(change, state=State.CANDIDATE),
                project=evidence.project,
                ident=len(self._rules) + 1,
                salt=self._chance(16).hex(),
                now=now,
            )
            self._write(effect)
            self._link(effect.rule.id, (kept.id, *change.evidence))
        return self.rule(effect.rule.id)

    @contextmanager
    def _whole(self) -> Generator[None]:
        """What fails inside leaves rules and evidence as they were."""
        versions = {rule: dict(known) for rule, known in self._versions.items()}
        before = dict(self._rules), versions, dict(self._supports), list(self._evidence)
        try:
            yield
        except BaseException:
            self._rules, self._versions, self._supports, self._evidence = before
            raise

    def revise(
        self,
        project: str,
        steps: Sequence[Step],
        *,
        cause: str,
        report: str = "",
        now: float,
        expected: int | None = None,
    ) -> Revision:
        """See `Store.revise`."""
        history = self._revisions.get(project, [])
        number = len(history)
        if expected is not None and number != expected:
            raise ConflictError(expected, number)
        decided: list[Decision] = []
        with self._whole():
            for step in steps:
                effect = self._effect(project, step, now)
                self._write(effect)
                if isinstance(step.change, Add):
                    self._link(effect.rule.id, step.change.evidence)
                numbers = dict(step.numbers)
                decided.append(
                    Decision(step.kind, effect.rule.id, step.actor, step.reason, numbers, project, number + 1, now)
                )
        for decision in decided:
            self._decisions.append(replace(decision, id=len(self._decisions) + 1))
        sealed = chain.seal(
            chain.snapshot(self.rules(project)),
            project=project,
            number=number + 1,
            parent=history[-1].hash if history else "",
            time=now,
            cause=cause,
            report=report,
        )
        self._revisions[project] = [*history, sealed]
        return sealed

    def _effect(self, project: str, step: Step, now: float) -> Effect:
        salt = self._chance(16).hex()
        if isinstance(step.change, Add):
            return created(step.change, project=project, ident=len(self._rules) + 1, salt=salt, now=now)
        rule = self.rule(concerned(step.change))
        if rule.project != project:
            raise NotFoundError("rule", rule.name, f"it belongs to another project ({rule.project})")
        known = self._versions[rule.id]
        return changed(step.change, rule, versions=known.__getitem__, newest=max(known), salt=salt, now=now)

    def _write(self, effect: Effect) -> None:
        self._rules[effect.rule.id] = effect.rule
        for version in effect.versions:
            self._versions.setdefault(version.rule, {})[version.number] = version

    def head(self, project: str) -> int:
        """See `Store.head`."""
        return len(self._revisions.get(project, []))

    def revisions(self, project: str) -> list[Revision]:
        """See `Store.revisions`."""
        return list(self._revisions.get(project, []))

    def revision(self, project: str, number: int) -> Revision:
        """See `Store.revision`."""
        if not 0 < number <= self.head(project):
            raise NotFoundError("revision", number, "see `mcp-promptlearn history`")
        return self._revisions[project][number - 1]

    def decisions(self, project: str, *, rule: int | None = None, revision: int | None = None) -> list[Decision]:
        """See `Store.decisions`."""
        return [
            each
            for each in self._decisions
            if each.project == project
            and (rule is None or each.rule == rule)
            and (revision is None or each.revision == revision)
        ]

    # Trials

    def coin_key(self) -> bytes:
        """See `Store.coin_key`."""
        self._key = self._key or self._chance(32)
        return self._key

    def trials(self, project: str) -> Trials | None:
        """See `Store.trials`."""
        return self._trials.get(project)

    def log(self, project: str, *, after: int = 0) -> list[str]:
        """See `Store.log`."""
        return self._log.get(project, [])[after:]

    def decide(
        self,
        project: str,
        trials: Trials,
        *,
        log: Sequence[str],
        chances: Mapping[int, float | None],
        steps: Sequence[Step],
        cause: str,
        report: str = "",
        now: float,
        expected: int,
    ) -> Revision | None:
        """See `Store.decide`."""
        lines = [*self._log.get(project, []), *log]
        if len(lines) != trials.lines:
            raise ConflictError(trials.lines, len(lines))
        if self.head(project) != expected:
            raise ConflictError(expected, self.head(project))
        for rule in chances:
            self.rule(rule)
        revision = self.revise(project, steps, cause=cause, report=report, now=now) if steps else None
        for rule, chance in chances.items():
            self._rules[rule] = replace(self._rules[rule], chance=chance)
        self._log[project], self._trials[project] = lines, trials
        return revision

    def problems(self) -> list[str]:
        """See `Store.problems`."""
        found: list[str] = []
        for project in sorted(self._revisions.keys() | {rule.project for rule in self._rules.values()}):
            rules = self.rules(project)
            versions = {(rule.id, v.number): v for rule in rules for v in self.versions(rule.id)}
            broken = chain.problems(self.revisions(project), rules=rules, versions=versions)
            found += [f"{project}: {problem}" for problem in broken]
        return found

    # Hooks

    def beat(
        self, heartbeat: Heartbeat, *, works: Sequence[Work] = (), spoken: tuple[str, str, float] | None = None
    ) -> None:
        """See `Store.beat`."""
        self._beats[heartbeat.client, heartbeat.event] = heartbeat
        self.worked(works)
        if spoken is not None and spoken[:2] in self._sessions:
            known = self._sessions[spoken[:2]]
            self._sessions[spoken[:2]] = replace(known, spoke=max(known.spoke, spoken[2]))

    def beats(self) -> list[Heartbeat]:
        """See `Store.beats`."""
        return [heartbeat for _, heartbeat in sorted(self._beats.items())]

    def sight(self, sighting: Sighting, pids: Sequence[int]) -> None:
        """See `Store.sight`."""
        for pid in pids:
            old = self._sightings.get(pid, sighting)
            if old.client == sighting.client or sighting.time - old.time > SIGHTED:
                self._sightings[pid] = sighting

    def sighted(self, pids: Sequence[int], client: str = "") -> Sighting | None:
        """See `Store.sighted`."""
        found = (self._sightings[pid] for pid in pids if pid in self._sightings)
        return next((each for each in found if client in {"", each.client}), None)

    # The rest

    def forget(self, *, needles: Sequence[str], rule: int | None = None, evidence: Iterable[int] = ()) -> Forgotten:
        """See `Store.forget`."""
        wanted = set(needles)
        if rule is not None:
            wanted |= {version.text for version in self.versions(rule) if version.text}
        holds = mentions(wanted)
        named, facts, versions, others = set(evidence), 0, 0, 0
        for place, fact in enumerate(self._evidence):
            if fact.id in named or holds([fact.text, fact.fingerprint, fact.detail]):
                blank = replace(fact, text=trusted_text(FORGOTTEN), detail={}, fingerprint="")
                self._evidence[place] = blank
                facts += 1
        for ident, known in self._versions.items():
            for number, version in known.items():
                if version.text is not None and (ident == rule or holds(version.text)):
                    known[number] = replace(version, text=None, salt="", paths=(), removed={})
                    versions += 1
            kept = self._rules[ident]
            why = "" if ident == rule or holds(kept.why) else kept.why
            target = "" if ident == rule or holds(kept.target) else kept.target
            others += (why != kept.why) + (target != kept.target)
            self._rules[ident] = replace(kept, current=known[kept.current.number], why=why, target=target)
        others += self._forget_words(rule, holds)
        return Forgotten(versions, facts, others)

    def _forget_words(self, rule: int | None, holds: Callable[[object], bool]) -> int:
        others = 0
        for place, each in enumerate(self._decisions):
            blank = replace(each, reason=FORGOTTEN, numbers={})
            if each != blank and (each.rule == rule or holds([each.reason, each.numbers])):
                self._decisions[place] = blank
                others += 1
        for revisions in self._revisions.values():
            for place, revision in enumerate(revisions):
                if revision.report != FORGOTTEN and holds(revision.report):
                    revisions[place] = replace(revision, report=FORGOTTEN)
                    others += 1
        for place, episode in enumerate(self._episodes):
            if holds(episode.task):
                self._episodes[place] = replace(episode, task="")
                others += 1
        for key, beat in self._beats.items():
            for name, words in (("said", beat.said), ("fault", beat.fault)):
                if holds(words):
                    self._beats[key] = replace(self._beats[key], **{name: ""})
                    others += 1
        for question in [q for q, a in self._answers.items() if holds(q) or holds(a)]:
            del self._answers[question]
            others += 1
        return others + self._forget_names(holds)

    def _forget_names(self, holds: Callable[[object], bool]) -> int:
        others = 0
        for known in self._conditions.values():
            for item in [item for item in known if holds(item)]:
                del known[item]
                others += 1
        for key in [key for key, work in self._works.items() if holds(work.name)]:
            del self._works[key]
            others += 1
        return others

    def answer(self, question: str) -> str | None:
        """See `Store.answer`."""
        return self._answers.get(question)

    def keep_answer(self, question: str, answer: str, *, now: float) -> None:
        """See `Store.keep_answer`."""
        del now
        self._answers[question] = answer

    def bookmark(self, source: str) -> str | None:
        """See `Store.bookmark`."""
        return self._bookmarks.get(source)

    def keep_bookmark(self, source: str, mark: str, *, now: float) -> None:
        """See `Store.keep_bookmark`."""
        del now
        self._bookmarks[source] = mark

    @contextmanager
    def alone(self, task: str) -> Generator[None]:
        """See `Store.alone`."""
        with self._lock:
            if task in self._held:
                raise BusyError(task)
            self._held.add(task)
        try:
            yield
        finally:
            self._held.discard(task)

    def close(self) -> None:
        """See `Store.close`."""
