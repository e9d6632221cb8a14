"""What a consolidation would do now, and everything it would say: made from the store, changing nothing.

Above the file-length cap because it is one course of play, and each of its steps is short.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, cast

from mcp_server.learning import room
from mcp_server.learning.backtest import NEGATIVE
from mcp_server.learning.cluster import Cluster, Remark, causes, filled, remarks, unclear
from mcp_server.learning.directive import directives
from mcp_server.learning.ignored import Ignored, cause, check, ignored, nearer
from mcp_server.learning.likeness import Comparison, Likeness, Shelf, nearest
from mcp_server.learning.model import NEITHER, Model, Question
from mcp_server.learning.past import Past
from mcp_server.learning.propose import Proposal, Unfit, as_edit, in_own_words, refused, strays
from mcp_server.learning.reflection.notes import key, note_of, noted, subject
from mcp_server.learning.scope import apart
from store.contract import Store
from store.records import GLOBAL, LIVE, Ending, Evidence, Kind, Operation, Rule, State, Trust
from store.values import replace

if TYPE_CHECKING:
    from mcp_server.learning.reflection.think import Thoughts

OPERATIONS = 4
"""Rule changes in one run: few enough to be read."""

REMARKS = 1000
"""Newest unhandled remarks read in one run; comparing them all with each other has its price."""

FACTS = 4
"""Failures that are kept with a proposal, for whoever asks why."""

DISMISSED = NEITHER


class Plan(NamedTuple):
    """What a run would do, and everything it would say."""

    project: str
    head: int
    proposals: tuple[Proposal, ...] = ()
    waiting: int = 0
    """Proposals beyond `OPERATIONS`, left for the next run."""
    supports: tuple[tuple[Rule, tuple[Evidence, ...]], ...] = ()
    refusals: tuple[Unfit, ...] = ()
    questions: tuple[Cluster, ...] = ()
    """Failures that recur without a known remedy, and remarks in which no instruction was found."""
    ignored: tuple[tuple[Rule, int, int], ...] = ()
    """Rules, sessions that saw them, and in how many of those their failure came back after all."""
    checks: tuple[tuple[Rule, str], ...] = ()
    """For rules that are not followed: a check that would notice, as text to copy."""
    homeless: int = 0
    """New rules for which there is no room, and nothing that may go."""
    asked: tuple[Question, ...] = ()
    """What goes to the model, word for word."""
    faults: tuple[str, ...] = ()
    """Why the model's help is missing where it is."""
    model: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    """What a model came to, kept so that it is not asked the same again: question and answer."""

    @property
    def changes(self) -> bool:
        """Would a run write anything?"""
        return bool(self.proposals or self.supports or self.notes)


@dataclass(slots=True)
class _Draft:
    """A plan while it is being made."""

    proposals: list[Proposal] = field(default_factory=list[Proposal])
    supports: dict[int, list[Evidence]] = field(default_factory=dict[int, list[Evidence]])
    refusals: list[Unfit] = field(default_factory=list[Unfit])
    proposed: Shelf = field(default_factory=Shelf)
    """The sentences of `proposals`, by their place."""

    def propose(self, made: Proposal, place: int | None = None) -> None:
        """Put a proposal behind the others, or in the place of one of them."""
        if place is None:
            place = len(self.proposals)
            self.proposals.append(made)
        self.proposals[place] = made
        self.proposed.put(place, made.wording.text)


def make(store: Store, project: str, *, nonce: Callable[[], str], model: Model | None = None, ask: bool = True) -> Plan:
    """What a run over the project's evidence would do now.

    `nonce` gives a fresh unguessable word for each question. With `ask` false the model's questions
    are made but not sent. Nothing is written.
    """
    head = store.head(project)
    rules = {rule.id: rule for rule in (*store.rules(project), *store.rules(GLOBAL))}
    links = store.links(project)
    ruled = Shelf(_comparable(rules.values()))
    feedback = _heard(store, project, rules, ruled)
    tallies = store.tallies(project)
    failed = _failed(store, project, feedback)
    past, draft = Past(store, project), _Draft()
    known = _answered(store, project)
    heard = [remark for remark in remarks(feedback, failed=failed) if not _handled(remark, rules, known, links, draft)]
    covered = _covered(rules.values())
    wanted = [
        filled(cluster, _facts(store, project, cluster.target))
        for cluster in causes(tallies, heard)
        if cluster.remark is not None or cluster.target not in covered
    ]
    broken = ignored(store, past, rules.values(), (tally.fingerprint for tally in tallies))
    desk = _Desk(store, project, rules, ruled, links, past, draft)
    if model:
        from mcp_server.learning.reflection.think import think  # a run without a model has no need of it

        desk.thoughts = think(
            model, wanted, broken, store=store, past=past, project=project, rules=rules, nonce=nonce, ask=ask
        )
    worded = {cluster.target for cluster in wanted if _propose(desk, cluster)}
    for each in broken:
        _nearer(desk, each)
    units, homeless = room.with_room(draft.proposals, rules, project)
    proposals, waiting = room.within(units, OPERATIONS)
    return Plan(
        project=project,
        head=head,
        proposals=tuple(map(desk.tested, proposals)),
        waiting=waiting,
        supports=tuple((rules[ident], tuple(facts)) for ident, facts in sorted(draft.supports.items())),
        refusals=tuple(draft.refusals),
        questions=tuple(
            cluster
            for cluster in (*wanted, *_unlinked(unclear(feedback), links))
            if cluster.remark is None
            and (cluster.target not in worded or not cluster.target)
            and store.answer(f"{project} {cluster.question}") != DISMISSED
        ),
        ignored=tuple((each.rule, each.shown, each.again) for each in broken),
        checks=tuple((each.rule, found) for each in broken if each.lasting and (found := check(each.rule))),
        homeless=homeless,
        asked=desk.thoughts.asked if desk.thoughts else (),
        faults=tuple(dict.fromkeys(desk.faults)),
        model=model.name if model else "",
        notes=tuple(desk.notes),
    )


@dataclass(slots=True)
class _Desk:
    """What a plan is made with, and on."""

    store: Store
    project: str
    rules: Mapping[int, Rule]
    ruled: Shelf
    links: Mapping[int, frozenset[int]]
    past: Past
    draft: _Draft
    thoughts: "Thoughts | None" = None
    faults: list[str] = field(default_factory=list[str])
    notes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def tested(self, made: Proposal) -> Proposal:
        """The proposal with its back-test, where its failure is known."""
        if made.tested is not None:
            return made
        said = [Kind.FEEDBACK, Kind.COMMENT]
        drawn = self.store.evidence(self.project, ids=made.evidence, kinds=said) if made.evidence else []
        return replace(made, tested=self.past.test(made, self.rules, spoken={fact.occasion for fact in drawn}))


def _propose(desk: _Desk, cluster: Cluster) -> bool:
    """Make the best of a cause: a model's sentence where it stands, else a person's own. Was there any?"""
    plain = in_own_words(cluster) if cluster.remark is not None else None
    worded, bad = _in_other_words(desk, cluster)
    made, before = worded or plain, len(desk.draft.proposals)
    if isinstance(plain, Proposal):
        desk.faults += [f"its sentence was refused ({each.reason})" for each in bad]
    else:
        desk.draft.refusals += bad
    said = 0
    if isinstance(made, Unfit):
        desk.draft.refusals.append(made)
    elif made is not None and (worded or not _known_by(desk, cluster)):
        said = _place(desk, made, cluster)
    if len(desk.draft.proposals) == before:
        _note(desk, cluster, bad, rule=said)
    return isinstance(made, Proposal)


def _known_by(desk: _Desk, cluster: Cluster) -> bool:
    """Did a model once see that a rule says this already? What that rule does not know of it yet is put to it."""
    if len(desk.draft.proposals) >= OPERATIONS:
        return False  # it waits for a later run, which will look
    note = noted(desk.store, desk.project, subject(cluster))
    rule = desk.rules.get(note.rule) if note else None
    if rule is None or cluster.remark is None:
        return False
    if rule.state is not State.RETIRED:
        _support(desk, rule, cluster)
    return True


def _in_other_words(desk: _Desk, cluster: Cluster) -> tuple[Proposal | None, list[Unfit]]:
    """A model's proposal about a cause, where it was asked and its answer stands; what did not stand, and why."""
    thought = desk.thoughts.of(cluster) if desk.thoughts else None
    if desk.thoughts is None or thought is None:
        return None, []
    from mcp_server.learning.reflection.think import made_of

    if thought.reflected.fault:
        desk.faults.append(thought.reflected.fault)
        return None, []
    made = made_of(cluster, thought, desk.rules, model=desk.thoughts.name)
    bad = [*thought.reflected.dropped]
    if isinstance(made, Unfit):
        bad.append(made)
    if isinstance(made, Proposal):
        made = desk.tested(made)
        against = _against(desk, made)
        if not against:
            return made, []
        bad.append(Unfit(made.wording.text, against))
    return None, bad


def _note(desk: _Desk, cluster: Cluster, bad: Iterable[Unfit], *, rule: int = 0) -> None:
    """Keep what a model came to about a cause that led to no proposal, so that it is not asked the same again."""
    thought = desk.thoughts.of(cluster) if desk.thoughts else None
    if thought is None or thought.reflected.fault:
        return
    verdict = thought.reflected.answer.verdict if thought.reflected.answer else ""
    note = note_of(cluster, verdict, bad, thought.note, rule=rule)
    desk.notes.append((key(desk.project, subject(cluster)), str(note)))


def _against(desk: _Desk, made: Proposal) -> str:
    """Why a model's proposal is not made; empty where nothing speaks against it."""
    if strays(made):
        return "it strays from what was said"
    if made.tested is not None and made.tested.verdict == NEGATIVE:
        return f"on later sessions it does not hold: {made.tested.words}"
    return _made_before(desk, made)


def _made_before(desk: _Desk, made: Proposal) -> str:
    """Whether a change of a rule waits already, or was turned down; empty where neither."""
    for rule in desk.rules.values() if made.replaces else ():
        if rule.operation is Operation.ADD or not set(rule.replaces) & set(made.replaces):
            continue
        if rule.state is State.CANDIDATE:
            return f"{rule.name} waits already, which would change the same rule"
        same = (rule.operation, set(rule.replaces)) == (made.operation, set(made.replaces))
        if same and rule.ending is not Ending.APPLIED and _alike(rule, made):
            return f"{rule.name} proposed that and was {rule.ending or 'retired'}"
    return ""


def _alike(rule: Rule, made: Proposal) -> bool:
    if made.operation is Operation.RETIRE:
        return True
    if made.narrows:
        return rule.current.paths == made.wording.paths
    return nearest(made.wording.text, [(rule.id, rule.text)]) is not None


def _nearer(desk: _Desk, each: Ignored) -> None:
    """A rule that was not followed is changed as a model says, else shown nearer to where its failure comes back."""
    worded, bad = _in_other_words(desk, cause(each))
    made = worded or nearer(each, desk.past, desk.project)
    desk.draft.refusals += bad
    if worded is None:
        _note(desk, cause(each), bad)
    if made is None:
        return
    made = desk.tested(made)
    if not _against(desk, made):
        _place(desk, made, cause(each))


def _heard(store: Store, project: str, rules: Mapping[int, Rule], ruled: Shelf) -> list[Evidence]:
    """What people said and reviewers wrote, without echoes of rules that the session had been shown."""
    said = store.evidence(project, kinds=[Kind.FEEDBACK, Kind.COMMENT], trust=Trust.MEMBER, newest=REMARKS)
    return [
        fact
        for fact in said
        if not fact.detail.get("author_of_pull_request") and not _echo(fact, store, rules=rules, ruled=ruled)
    ]


def _echo(fact: Evidence, store: Store, *, rules: Mapping[int, Rule], ruled: Shelf) -> bool:
    """Does a fact say what a rule says that was served to its session before? It shows the rule broken at most."""
    if fact.session is None:
        return False
    alike = {ruled.same(directive.sentence) for directive in directives(fact.text)}
    live = {ident for ident in alike if ident is not None and rules[ident].state in LIVE}
    return bool(live) and any(
        shown.delivered and shown.rule in live and shown.time < fact.time
        for shown in store.exposures(fact.session, fact.project)
    )


def _failed(store: Store, project: str, feedback: Iterable[Evidence]) -> Mapping[str, list[str]]:
    sessions = {fact.session for fact in feedback if fact.session}
    return {
        session: [fact.fingerprint for fact in store.evidence(project, session=session, kinds=[Kind.FAILURE])]
        for session in sorted(sessions)
    }


def _facts(store: Store, project: str, target: str) -> list[Evidence]:
    if not target:
        return []
    failures = store.evidence(project, fingerprint=target, kinds=[Kind.FAILURE], newest=FACTS)
    return failures + store.evidence(project, fingerprint=target, kinds=[Kind.CHANGE], newest=FACTS // 2)


def _answered(store: Store, project: str) -> Mapping[str, int]:
    """The rule that was proposed for each wording a person used."""
    found: dict[str, int] = {}
    for decision in store.decisions(project):
        said = decision.numbers.get("said") if decision.kind == "propose" else None
        if isinstance(said, list):
            found |= dict.fromkeys(map(str, cast("list[object]", said)), decision.rule)
    return found


def _handled(
    remark: Remark,
    rules: Mapping[int, Rule],
    known: Mapping[str, int],
    links: Mapping[int, frozenset[int]],
    draft: _Draft,
) -> bool:
    """Was a rule proposed for this remark already? What the rule does not know of it yet is put to it."""
    answered = sorted(known[wording] for wording in remark.wordings if wording in known and known[wording] in rules)
    if not answered:
        return False
    rule = next((rules[ident] for ident in answered if rules[ident].state is not State.RETIRED), rules[answered[-1]])
    fresh = _fresh(remark.facts, rule, links)
    if fresh and rule.state is State.RETIRED and rule.ending is not Ending.APPLIED:
        draft.refusals.append(_said_again(remark.sentence, rule))
    elif fresh:
        draft.supports.setdefault(rule.id, []).extend(fresh)
    return True


def _fresh(facts: Iterable[Evidence], rule: Rule, links: Mapping[int, frozenset[int]]) -> list[Evidence]:
    linked = links.get(rule.id, frozenset())
    return [fact for fact in facts if fact.id not in linked]


def _unlinked(clusters: Iterable[Cluster], links: Mapping[int, frozenset[int]]) -> Iterable[Cluster]:
    linked = {ident for each in links.values() for ident in each}
    return (cluster for cluster in clusters if cluster.facts[0].id not in linked)


def _covered(rules: Iterable[Rule]) -> set[str]:
    """Failures for which a rule is live or waits for review."""
    return {rule.target for rule in rules if rule.state is not State.RETIRED}


def _place(desk: _Desk, made: Proposal, cluster: Cluster) -> int:
    """Against what is there: a new candidate, support for a rule that says the same, an edit, or a refusal.

    Returns the id of the rule that says the same; 0 where there is none.
    """
    draft, finding = desk.draft, refused(made)
    if finding is not None:
        draft.refusals.append(Unfit(made.wording.text, finding.words))
        return 0
    if made.replaces and (made.narrows or made.operation is Operation.RETIRE):
        draft.propose(made)
        return 0
    twin = draft.proposed.nearest(made.wording.text)
    if twin is not None:
        _settle(made, draft, twin[0], twin[1].likeness)
        return 0
    found = _nearest(desk, made)
    if found is None:
        draft.propose(made)
        return 0
    near, like = desk.rules[found[0]], found[1].likeness
    if like is Likeness.OPPOSITE:
        meets = near.state in LIVE and not made.replaces and not apart(near.current.paths, made.wording.paths)
        draft.propose(replace(as_edit(made, near.id, near.text), tested=None) if meets else made)
        return 0
    if near.state is State.RETIRED:
        draft.refusals.append(_said_again(made.wording.text, near))
    else:
        _support(desk, near, cluster)
    return near.id


def _support(desk: _Desk, rule: Rule, cluster: Cluster) -> None:
    """Put to a rule what it does not know yet of a cause."""
    said = () if cluster.remark is None else cluster.remark.facts
    fresh = _fresh((*said, *cluster.facts), rule, desk.links)
    if fresh:
        desk.draft.supports.setdefault(rule.id, []).extend(fresh)


def _nearest(desk: _Desk, made: Proposal) -> tuple[int, Comparison] | None:
    """What says the same or the opposite, apart from the rules that it would take the place of."""
    found = desk.ruled.nearest(made.wording.text)
    if found is None or found[0] not in made.replaces:
        return found
    others = [each for each in _comparable(desk.rules.values()) if each[0] not in made.replaces]
    return nearest(made.wording.text, others)


def _settle(made: Proposal, draft: _Draft, place: int, likeness: Likeness) -> None:
    """Two proposals of one run that say the same, or the opposite: the more trusted word counts, then the later."""
    older, newer = draft.proposals[place], made
    if _weight(older) > _weight(newer):
        older, newer = newer, older
    if likeness is Likeness.SAME:
        newer = replace(newer, said=tuple(sorted({*older.said, *newer.said})))
    how = "the same" if likeness is Likeness.SAME else "the opposite"
    draft.propose(newer, place)
    when = "later" if _weight(older)[0] == _weight(newer)[0] else "by somebody more trusted"
    draft.refusals.append(Unfit(older.wording.text, f"{how} was said {when}: {newer.wording.text}"))


def _weight(made: Proposal) -> tuple[int, int]:
    return made.wording.source.trust, max(made.evidence)


def _comparable(rules: Iterable[Rule]) -> Iterable[tuple[int, str]]:
    return (
        (rule.id, rule.text) for rule in rules if rule.ending is not Ending.APPLIED and rule.current.text is not None
    )


def _said_again(sentence: str, rule: Rule) -> Unfit:
    return Unfit(
        sentence,
        f"{rule.name} said this and was {rule.ending or 'retired'}; `add` it if you changed your mind",
    )
