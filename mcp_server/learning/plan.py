"""What a consolidation would do now, and everything it would say: made from the store, changing nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from mcp_server.learning.asking import answers as answers_of
from mcp_server.learning.cluster import Cluster, Remark, causes, filled, remarks, unclear
from mcp_server.learning.directive import directives
from mcp_server.learning.likeness import Likeness, Shelf
from mcp_server.learning.model import Answer, Model, ModelError, Question
from mcp_server.learning.propose import Proposal, Unfit, as_edit, in_a_models_words, in_own_words, refused
from mcp_server.learning.question import ITEMS, question
from mcp_server.learning.recurrence import came_again
from store.contract import Store
from store.records import GLOBAL, LIVE, Ending, Evidence, Kind, Rule, State, Trust

OPERATIONS = 4
"""Rule changes in one run: few enough to be read."""

REMARKS = 1000
"""Newest unhandled remarks read in one run; comparing them all with each other has its price."""

DISMISSED = "not a rule matter"


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
    asked: tuple[Question, ...] = ()
    """What goes to the model, word for word."""
    faults: tuple[str, ...] = ()
    """Why the model's help is missing where it is."""
    model: str = ""

    @property
    def changes(self) -> bool:
        """Would a run write anything?"""
        return bool(self.proposals or self.supports)


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
    draft = _Draft()
    known = _answered(store, project)
    heard = [remark for remark in remarks(feedback, failed=failed) if not _handled(remark, rules, known, links, draft)]
    tried = {rule.target for rule in rules.values()}
    covered = _covered(rules.values())
    wanted = [
        filled(cluster, _facts(store, project, cluster.target))
        for cluster in causes(tallies, heard)
        if cluster.remark is not None or cluster.target not in covered
    ]
    # A model is not asked twice about a failure for which its sentence was rejected.
    remedied = [
        cluster
        for cluster in wanted
        if cluster.remark is not None or (model and cluster.repaired and cluster.target not in tried)
    ]
    questions = tuple(question(cluster, nonce=nonce()) for cluster in remedied) if model else ()
    answers: Sequence[Answer | ModelError | None] = (
        answers_of(model, questions) if model and ask and questions else [None] * len(remedied)
    )
    faults: list[str] = []
    worded: set[str] = set()
    for cluster, answer in zip(remedied, answers, strict=True):
        made = _proposal(cluster, answer, model=model, faults=faults)
        if made is None:
            continue
        if isinstance(made, Unfit):
            draft.refusals.append(made)
            continue
        worded.add(cluster.target)
        _place(made, cluster, rules, ruled, links, draft)
    return Plan(
        project=project,
        head=head,
        proposals=tuple(draft.proposals[:OPERATIONS]),
        waiting=max(0, len(draft.proposals) - OPERATIONS),
        supports=tuple((rules[ident], tuple(facts)) for ident, facts in sorted(draft.supports.items())),
        refusals=tuple(draft.refusals),
        questions=tuple(
            cluster
            for cluster in (*wanted, *_unlinked(unclear(feedback), links))
            if cluster.remark is None
            and (cluster.target not in worded or not cluster.target)
            and store.answer(f"{project} {cluster.question}") != DISMISSED
        ),
        ignored=tuple(_ignored(store, project, rules.values(), {tally.fingerprint for tally in tallies})),
        asked=questions,
        faults=tuple(dict.fromkeys(faults)),
        model=model.name if model else "",
    )


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
    failures = store.evidence(project, fingerprint=target, kinds=[Kind.FAILURE], newest=ITEMS // 2)
    return failures + store.evidence(project, fingerprint=target, kinds=[Kind.CHANGE], newest=ITEMS // 4)


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


def _proposal(
    cluster: Cluster, answer: Answer | ModelError | None, *, model: Model | None, faults: list[str]
) -> Proposal | Unfit | None:
    plain = in_own_words(cluster) if cluster.remark is not None else None
    if isinstance(answer, ModelError):
        faults.append(str(answer))
        return plain
    if answer is None or model is None or not answer.rule:
        return plain
    made = in_a_models_words(cluster, answer, model=model.name)
    if not isinstance(made, Unfit):
        finding = refused(made)
        made = made if finding is None else Unfit(answer.rule, finding.words)
    if isinstance(made, Unfit) and plain is not None:
        faults.append(f"its sentence was refused ({made.reason})")
        return plain
    return made


def _place(
    made: Proposal,
    cluster: Cluster,
    rules: Mapping[int, Rule],
    ruled: Shelf,
    links: Mapping[int, frozenset[int]],
    draft: _Draft,
) -> None:
    """Against what is there: a new candidate, support for a rule that says the same, an edit, or a refusal."""
    finding = refused(made)
    if finding is not None:
        draft.refusals.append(Unfit(made.wording.text, finding.words))
        return
    twin = draft.proposed.nearest(made.wording.text)
    if twin is not None:
        _settle(made, draft, twin[0], twin[1].likeness)
        return
    found = ruled.nearest(made.wording.text)
    if found is None:
        draft.propose(made)
        return
    near, like = rules[found[0]], found[1].likeness
    if like is Likeness.OPPOSITE:
        live = near.state in LIVE
        draft.propose(as_edit(made, near.id, near.text) if live else made)
    elif near.state is State.RETIRED:
        draft.refusals.append(_said_again(made.wording.text, near))
    else:
        said = () if cluster.remark is None else cluster.remark.facts
        fresh = _fresh((*said, *cluster.facts), near, links)
        if fresh:
            draft.supports.setdefault(near.id, []).extend(fresh)


def _settle(made: Proposal, draft: _Draft, place: int, likeness: Likeness) -> None:
    """Two proposals of one run that say the same, or the opposite: a person's later word counts."""
    older, newer = draft.proposals[place], made
    if max(older.evidence) > max(newer.evidence):
        older, newer = newer, older
    draft.propose(newer, place)
    how = "the same" if likeness is Likeness.SAME else "the opposite"
    draft.refusals.append(Unfit(older.wording.text, f"{how} was said later: {newer.wording.text}"))


def _comparable(rules: Iterable[Rule]) -> Iterable[tuple[int, str]]:
    return (
        (rule.id, rule.text) for rule in rules if rule.ending is not Ending.APPLIED and rule.current.text is not None
    )


def _said_again(sentence: str, rule: Rule) -> Unfit:
    return Unfit(
        sentence,
        f"{rule.name} said this and was {rule.ending or 'retired'}; `add` it if you changed your mind",
    )


def _ignored(store: Store, project: str, rules: Iterable[Rule], targets: set[str]) -> Iterable[tuple[Rule, int, int]]:
    for rule in rules:
        if rule.state in LIVE and rule.target in targets:
            failures = store.evidence(project, fingerprint=rule.target, kinds=[Kind.FAILURE])
            shown, again = came_again(store.exposures_of(rule.id), failures)
            if again:
                yield rule, shown, again
