"""One look at a repository: the order of the questions to git, and what each answer makes of the next one."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from mcp_server.gitlog.asked import Git
from mcp_server.importers import commits as tell
from mcp_server.importers.found import Found
from mcp_server.learning.attribute import BRANCH, COMMIT, pull_request
from mcp_server.learning.commits import history, lines, seen
from mcp_server.learning.commits.aftermath import Graph, Titles, folded_into, undoings
from mcp_server.learning.commits.history import Commit, Step, digest, is_sha
from mcp_server.learning.commits.lines import Owner, Patch
from mcp_server.learning.commits.seen import Marked
from mcp_server.learning.commits.whose import LOOK_BACK, WATCHED, Whose
from mcp_server.project import Place
from store.contract import Store
from store.records import Work

DAY = 86_400.0
DAYS = 14
"""Days within which a line that goes again is rework."""
COMMITS = 5_000
"""Commits of one look; of more the newest count."""
OWNED = 400_000
"""Lines of agents' commits that are watched, of the newest."""
ASKED = 200
"""Times that git is asked whether one commit is behind another."""
MOST = 1_000
"""Facts of one look."""
COPIED = 0.9
"""Share of a commit's lines that another one must hold to be made from it."""
TELLING = 5
"""Lines; fewer do not tell where a commit comes from."""
ALIKE = 5
"""Commits under one subject that a revert by title is looked for among."""
LONG = 500
"""Commits from which on it is said that work is going on."""


class Observed(NamedTuple):
    """What one look at a repository showed."""

    facts: tuple[Found, ...]
    works: tuple[Work, ...]
    """Commits and branches of sessions that were not known yet."""
    note: str
    """How far it looked and what it left out, in words."""
    mark: str = ""
    """How far the repository is read once facts and works are kept; `keep_mark` keeps it."""


class Look:
    """What is known while a repository is looked at."""

    def __init__(
        self,
        store: Store,
        place: Place,
        git: Git,
        mark: seen.Mark,
        *,
        now: float,
        days: int,
        say: Callable[[str], None],
    ) -> None:
        self._project, self._git, self._now, self._days, self._say = place.project.key, git, now, days, say
        self.here = digest(place.root)
        """What the folder is called in a mark."""
        self._mark = mark
        works = [*store.works(self._project, sort=COMMIT), *store.works(self._project, sort=BRANCH)]
        self._whose = Whose(self._project, works, store.sessions(self._project), now=now)
        self.late = set(self._whose.names) - self._mark.names
        """Commits of sessions that nobody had told of at the last look."""
        self._found: dict[tuple[str, ...], Found] = {}
        self._left: Counter[str] = Counter()
        self._note = ""
        self._commits: dict[str, Commit] = {}
        self._graph = Graph(())
        self._asked: dict[tuple[str, str], bool] = {}
        self._owners: list[Owner] = []
        """Whose lines are watched, the last who wrote first."""
        self._by_path: dict[str, set[str]] = {}
        self._sizes: dict[str, int] = {}
        self._patches: dict[str, Patch] = {}
        self._mended: dict[str, Commit] = {}

    def again(self) -> Observed:
        """Nothing moved; but a session may turn out to have lived longer than was known."""
        marked = self._whose.settle(self._mark.marked)
        names = frozenset({*self._whose.names, *self._whose.given()})
        return self._observed(self._mark._replace(names=names, marked=tuple(marked)), "nothing new since the last look")

    def at(self, tips: Sequence[str], refs: Sequence[tuple[str, str]], stand: str) -> Observed:
        """Look at what these ends of branches, and none that were read before, lead to."""
        self._left["branches"] += max(0, len(tips) - seen.TIPS)
        tips = tips[: seen.TIPS]
        there = self._git.resolved([*self._mark.tips, *self._whose.names, *(each.sha for each in self._mark.marked)])
        old = [tip for tip in self._mark.tips if tip in there]
        new = self._git.commits(tips, old=old, most=COMMITS + 1)
        read = {commit.sha for commit in new} if old else set[str]()
        late = {there[name] for name in self.late if name in there} - read if old else set[str]()
        if late - set(self._git.between(old, late, most=COMMITS) if late else ()):
            old, new = [], self._git.commits(tips, most=COMMITS + 1)  # somebody's commit that was read as nobody's
        if self._git.failed:
            return Observed((), (), self._git.failed)
        if not old:
            self._note = f"looked back {LOOK_BACK / DAY:g} days, {COMMITS:,} commits at most"
        if len(new) > COMMITS:
            self._left["older commits"] += 1
            new = new[:COMMITS]
        self._commits = {commit.sha: commit for commit in new}
        self._graph = Graph(new)
        fresh = [commit for commit in new if commit.sha in read or commit.time >= self._now - LOOK_BACK]
        if len(fresh) > LONG:
            self._say(f"git: {len(fresh):,} commits to look at")
        steps = self._git.steps()
        loose = self._attribute(fresh, there, steps)
        self._reverts(fresh, tips, whole=not old and len(new) < COMMITS)
        self._reworks(fresh)
        self._branches(refs, steps)
        mark = seen.moved_on(
            self._mark,
            self.here,
            refs=stand,
            tips=tips,
            names={*self._whose.names, *self._whose.given()},
            marked=[each for each in loose if each.sha not in self._whose.own],
        )
        return self._observed(mark, "nothing of agents' commits among what is new")

    def _observed(self, mark: seen.Mark, nothing: str) -> Observed:
        facts, works = tuple(self._found.values()), tuple(self._whose.told.values())
        left = [f"{count} {what}" if count > 1 else what for what, count in sorted((+self._left).items())]
        notes = [self._note, f"left out: {', '.join(left)}" if left else "", "" if facts or works else nothing]
        return Observed(facts, works, "; ".join(filter(None, notes)), mark.dumped())

    # whose commits are whose

    def _attribute(self, fresh: Sequence[Commit], there: dict[str, str], steps: Sequence[Step]) -> list[Marked]:
        """Find the sessions of commits; those with an agent's mark for which there is none are returned."""
        whose = self._whose
        whose.begin(there)
        made = history.made(steps)
        marked = {each.sha: each for each in self._mark.marked if each.sha in there}
        for commit in fresh:
            if commit.agent:
                # Where nothing was written down of what was made here, everything may have been.
                here = not steps or commit.sha in made
                marked.setdefault(commit.sha, Marked(commit.sha, commit.time, commit.written, commit.agent, here))
        loose = whose.settle(marked.values())
        whose.amend(history.amends(steps))
        whose.pick(fresh)
        self._read(whose.watched)
        whose.move(fresh, self._commits, self._behind)
        return loose

    def _branches(self, refs: Iterable[tuple[str, str]], steps: Iterable[Step]) -> None:
        for sha, branches in history.made(steps).items():
            for branch in sorted(branches):
                self._whose.on_branch(sha, branch, self._time(sha))
        for sha, ref in refs:
            if ref.startswith("refs/heads/"):
                self._whose.on_branch(sha, ref.removeprefix("refs/heads/"), self._time(sha))

    def _time(self, sha: str) -> float:
        return self._commits[sha].time if sha in self._commits else self._now

    # what was undone

    def _reverts(self, fresh: Iterable[Commit], tips: Sequence[str], *, whole: bool) -> None:
        waiting = reverts = [commit for commit in fresh if commit.reverts]
        targets: dict[str, list[str]] = {}
        titles: Titles | None = None
        while waiting:
            there = self._git.resolved(name for commit in waiting for name in commit.reverted)
            if titles is None and not all(commit.reverted for commit in waiting):
                here = ((commit.sha, commit.subject) for commit in self._commits.values())
                titles = Titles(here if whole else self._git.titles(tips, most=COMMITS))
            for commit in waiting:
                targets[commit.sha] = self._targets(commit, there, titles)
            named = [sha for commit in waiting for sha in targets[commit.sha]]
            self._read(named)
            waiting = [
                self._commits[sha] for sha in dict.fromkeys(named) if sha in self._commits and sha not in targets
            ]
            waiting = [commit for commit in waiting if commit.reverts and len(targets) < MOST]
        for commit in reverts:
            self._undone(commit, lambda each: targets.get(each.sha, []))

    def _targets(self, commit: Commit, there: dict[str, str], titles: Titles | None) -> list[str]:
        """The commits that a revert means, as far as that is sure."""
        if commit.reverted:
            named = [there.get(name, name) for name in commit.reverted]
            found = [sha for sha in named if is_sha(sha)]
            self._left["reverts of what is not here"] += len(found) < len(named)
            return found
        alike = titles.meant(commit) if titles else []
        found = [sha for sha in alike if self._behind(sha, commit.sha)] if len(alike) <= ALIKE else []
        sure = len(found) == 1
        self._left["reverts that do not say of what"] += not sure and not commit.pull
        return found if sure else []

    def _undone(self, by: Commit, targets: Callable[[Commit], Sequence[str]]) -> None:
        pull = pull_request(by.pull, self._project) if by.pull else ""
        there = pull.replace("!", "#").partition("#")[0].rpartition("/")[2]
        if there.casefold() != self._project.rpartition("/")[2].casefold():
            pull = ""
        found = undoings(by, targets, self._commits, lambda sha: sha in self._whose.watched)
        for each in found:
            self._revert(each.sha, by, back=each.reinstated, pull=pull)
            target = self._commits.get(each.sha)
            if target and target.merge:
                for sha in self._git.between([each.side or target.parents[0]], [target.sha], most=COMMITS):
                    if sha in self._whose.own and sha != target.sha:
                        self._revert(sha, by, back=each.reinstated, merge=target.sha)
        if pull and not found:
            self._revert("", by, back=False, pull=pull)

    def _revert(self, sha: str, by: Commit, *, back: bool, pull: str = "", merge: str = "") -> None:
        own = bool(self._whose.own.get(sha, frozenset()) & self._whose.own.get(by.sha, frozenset()))
        target, made = self._commits.get(sha), self._maker(by)
        self._tell(tell.reverted(sha, by, made, back=back, target=target, pull=pull, own=own, merge=merge))

    # what was reworked

    def _reworks(self, fresh: Sequence[Commit]) -> None:
        """Whose lines went, what was amended or is to be mended, and which commits are made from others'."""
        mending = [commit for commit in fresh if commit.mends and self._is_person(commit)]
        targets = folded_into(mending, self._commits.values(), self._behind)
        self._mended = {sha: target for sha, target in targets.items() if target.sha in self._whose.watched}
        others = [commit for commit in fresh if not commit.merge and commit.sha not in self._whose.own]
        for patch in self._patches_of(self._touched(others)):
            if patch.whole:
                self._look_at(self._commits[patch.sha], patch)
            else:
                self._left["commits of too many lines"] += 1
        for sha, target in self._mended.items():
            self._tell(tell.mended(target, self._commits[sha], (), self._maker(self._commits[sha])))
        for old, new in self._whose.changed.items():
            if old in self._patches and new in self._patches:
                what = lines.difference(self._patches[old], self._patches[new])
                made = tell.maker(self._commits[new]._replace(agent=""))  # a mark outlives whoever amends
                if what:
                    self._tell(tell.amended(self._commits[old], self._commits[new], what, made))

    def _touched(self, others: Sequence[Commit]) -> list[str]:
        """Those of the commits, oldest first, that touch what watched ones do; the lines of these are taken over."""
        alike, changed = self._whose.alike, self._whose.changed
        if not others and not changed:
            return []
        watched: dict[str, set[str]] = {}
        for sha, path in self._files_of(self._watched()):
            watched.setdefault(sha, set()).add(path)
        paths = {path for each in watched.values() for path in each if not lines.is_generated(path)}
        hit: set[str] = set()
        both: set[str] = set()
        for sha, path in self._files_of([each.sha for each in others]) if paths or alike else ():
            if path in paths or sha in alike:
                hit.add(sha)
                both.add(path)
        compared = {*changed, *changed.values(), *(sha for each in alike.values() for sha in each)}
        self._take_over([sha for sha, each in watched.items() if sha in compared or each & both])
        touched = [each.sha for each in reversed(others) if each.sha in hit]
        if len(touched) > LONG:
            self._say(f"git: the lines of {len(touched):,} commits to look at")
        return touched

    def _watched(self) -> list[str]:
        """The commits whose lines are watched, those of sessions first, then the newest."""
        watched = [self._commits[sha] for sha in self._whose.watched if sha in self._commits]
        watched = [each for each in watched if not each.merge and each.time >= self._now - LOOK_BACK]
        if not all(each.parents for each in watched) and not self._git.is_whole():
            # The first commit of a shallow clone seems to have written everything.
            watched = [each for each in watched if each.parents]
        watched.sort(key=lambda each: (each.sha not in self._whose.own, -each.time))
        self._left["older commits of agents"] += max(0, len(watched) - WATCHED)
        return [each.sha for each in watched[:WATCHED]]

    def _take_over(self, shas: Sequence[str]) -> None:
        """Know which lines these commits wrote, as long as there is room."""
        room = OWNED
        for patch in self._patches_of(shas):
            room -= lines.owned(patch).size
            if not patch.whole:
                self._left["commits of too many lines"] += 1
            elif room < 0:
                self._left["lines of older commits of agents"] += 1
                break
            else:
                self._patches[patch.sha] = patch
        for sha in sorted(self._patches, key=lambda each: self._commits[each].time):
            self._own_lines(self._commits[sha], self._patches[sha])

    def _own_lines(self, commit: Commit, patch: Patch) -> None:
        """Watch the lines of a commit. One that others' hands made has only those that were an agent's before."""
        own, sources = self._whose.own, list[Owner]()
        if commit.sha in own and commit.sha not in self._whose.hands:
            sources = [each for each in self._owners if self._is_same(self._commits[each.sha], commit)]
            if not sources and not commit.agent:
                sources = [each for each in self._owners if own.get(each.sha, frozenset()) & own[commit.sha]]
                if not sources:
                    return
        self._own_too(lines.owned(patch, *sources))

    def _own_too(self, owner: Owner) -> None:
        self._owners.insert(0, owner)
        self._sizes[owner.sha] = owner.size
        for path in owner.lines:
            self._by_path.setdefault(path, set()).add(owner.sha)

    def _near(self, patch: Patch) -> list[Owner]:
        """Those who own lines in the files that a patch touches, the last first."""
        shas = {sha for path in patch.files for sha in self._by_path.get(path, ())}
        return [each for each in self._owners if each.sha in shas]

    def _is_same(self, old: Commit, commit: Commit) -> bool:
        return old.same == commit.same or self._whose.changed.get(old.sha) == commit.sha

    def _look_at(self, commit: Commit, patch: Patch) -> None:
        """Is this commit made from those of a session, or does it take lines of theirs away?"""
        sources = self._sources(commit, patch)
        if sources:
            for sha in sources:
                self._whose.belongs(commit.sha, self._whose.own[sha], commit.time)
            self._patches[commit.sha] = patch
            self._own_too(lines.owned(patch, *(each for each in self._owners if each.sha in sources)))
        elif self._is_person(commit) and not commit.reverts:
            gone = lines.taken(patch)
            young = [
                each for each in self._near(patch) if self._is_young(each, commit) and lines.rewrites(gone, [each])
            ]
            hits = lines.rewrites(gone, [each for each in young if self._behind(each.sha, commit.sha)])
            target = self._mended.pop(commit.sha, None)
            if target:
                mine = [hit for hit in hits if hit.sha == target.sha]
                self._tell(tell.mended(target, commit, mine, self._maker(commit)))
            for hit in hits:
                if not target or hit.sha != target.sha:
                    self._tell(tell.rewritten(hit, self._commits[hit.sha], commit, self._maker(commit)))

    def _sources(self, commit: Commit, patch: Patch) -> set[str]:
        """The commits of sessions that this one is made from: it does the same, or has nearly all of their lines."""
        alike = self._whose.alike.get(commit.sha, ())
        same = {sha for sha in alike if sha in self._patches and self._patches[sha].files == patch.files}
        if same or commit.reverts:
            return same
        near = (each for each in self._near(patch) if each.sha in self._whose.own)
        telling = (each for each in near if self._sizes[each.sha] >= TELLING)
        held = [each.sha for each in telling if lines.share(patch, each) >= COPIED]
        return {sha for sha in held if not self._behind(sha, commit.sha)}

    def _is_young(self, owner: Owner, commit: Commit) -> bool:
        return commit.time - self._commits[owner.sha].time <= self._days * DAY

    def _is_person(self, commit: Commit) -> bool:
        return not (commit.agent or commit.bot or commit.merge or commit.sha in self._whose.own)

    def _maker(self, commit: Commit) -> tell.Maker:
        return tell.maker(commit, self._whose.client(commit.sha))

    def _tell(self, found: Found) -> None:
        if len(self._found) < MOST:
            self._found.setdefault(found.key, found)
        else:
            self._left["facts"] += 1

    # what git is asked

    def _patches_of(self, shas: Sequence[str]) -> Iterator[Patch]:
        yield from self._git.patches(shas)
        self._left["changes that could not be read"] += bool(self._git.failed)

    def _files_of(self, shas: Sequence[str]) -> Iterator[tuple[str, str]]:
        yield from self._git.touched(shas)
        self._left["changes that could not be read"] += bool(self._git.failed)

    def _read(self, shas: Iterable[str]) -> None:
        """Know of these commits too, as far as they are here."""
        wanted = [sha for sha in dict.fromkeys(shas) if sha not in self._commits]
        if wanted:
            self._commits |= {each.sha: each for each in self._git.each(wanted)}

    def _behind(self, old: str, young: str) -> bool:
        """Does one commit stand behind another in the history?"""
        if self._graph.knows(old):
            return self._graph.is_behind(old, young)
        return any(self._ask(old, each) for each in sorted(self._graph.edge(young) or {young}))

    def _ask(self, old: str, young: str) -> bool:
        if (old, young) not in self._asked:
            if len(self._asked) >= ASKED:
                self._left["what may be of another branch"] += 1
                return False
            self._asked[old, young] = self._git.is_behind(old, young)
        return self._asked[old, young]
