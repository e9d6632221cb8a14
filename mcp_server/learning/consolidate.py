"""The loop's middle: read evidence, find causes, propose, screen, write one revision. Only the order of play.

A plan is made from what the store holds and changes nothing; carrying it out is one transaction. A
run killed at any point has therefore done all or nothing, and the next one finds the same evidence.
What a rule was made from stays linked to it, so a second run over the same evidence proposes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mcp_server.learning import report
from mcp_server.learning.cluster import Cluster, Remark, causes, filled, remarks, unclear
from mcp_server.learning.likeness import Likeness, nearest
from mcp_server.learning.model import Answer, Model, ModelError, Question
from mcp_server.learning.propose import Proposal, Unfit, as_edit, in_a_models_words, in_own_words, refused
from mcp_server.learning.question import ITEMS, question
from store.contract import Store
from store.errors import ConflictError
from store.records import GLOBAL, LIVE, Ending, Evidence, Kind, Revision, Rule, State, Trust
from store.revise import Add, Step

OPERATIONS = 4
"""Rule changes in one run: few enough to be read."""

REMARKS = 1000
"""Newest unhandled remarks read in one run; comparing them all with each other has its price."""

DISMISSED = "not a rule matter"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do, and everything it would say."""

    project: str
    head: int
    proposals: tuple[Proposal, ...] = ()
    waiting: int = 0
    """Proposals beyond `OPERATIONS`, left for the next run."""
    supports: tuple[tuple[Rule, tuple[Evidence, ...]], ...] = ()
    refusals: tuple[Unfit, ...] = ()
    questions: tuple[Cluster, ...] = ()
    """Failures that recur and for which nobody named a remedy."""
    ignored: tuple[tuple[Rule, int, int], ...] = ()
    """Rules, sessions that saw them, and in how many of those their failure came back after all."""
    unclear: int = 0
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


def plan(store: Store, project: str, *, nonce: Callable[[], str], model: Model | None = None, ask: bool = True) -> Plan:
    """What a run over the project's evidence would do now.

    `nonce` gives a fresh unguessable word for each question. With `ask` false the model's questions
    are made but not sent. Nothing is written.
    """
    head = store.head(project)
    rules = {rule.id: rule for rule in (*store.rules(project), *store.rules(GLOBAL))}
    links = store.links(project)
    feedback = store.evidence(project, kinds=[Kind.FEEDBACK], trust=Trust.MEMBER, newest=REMARKS)
    tallies = store.tallies(project)
    failed = _failed(store, project, feedback)
    draft = _Draft()
    open_remarks = [remark for remark in remarks(feedback, failed=failed) if not _handled(remark, rules, links, draft)]
    taken = {rule.target for rule in rules.values() if rule.target}
    wanted = [
        filled(cluster, _facts(store, project, cluster.target))
        for cluster in causes(tallies, open_remarks)
        if cluster.remark is not None or cluster.target not in taken
    ]
    remedied = [cluster for cluster in wanted if cluster.remark is not None or (model and cluster.repaired)]
    questions = tuple(question(cluster, nonce=nonce()) for cluster in remedied) if model else ()
    answers: Sequence[Answer | ModelError | None] = (
        model.answer(questions) if model and ask and questions else [None] * len(remedied)
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
        _place(made, cluster, rules, draft)
    return Plan(
        project=project,
        head=head,
        proposals=tuple(draft.proposals[:OPERATIONS]),
        waiting=max(0, len(draft.proposals) - OPERATIONS),
        supports=tuple((rules[ident], tuple(facts)) for ident, facts in sorted(draft.supports.items())),
        refusals=tuple(draft.refusals),
        questions=tuple(
            cluster
            for cluster in wanted
            if cluster.remark is None
            and cluster.target not in worded
            and store.answer(f"{project} {cluster.target}") != DISMISSED
        ),
        ignored=tuple(_ignored(store, project, rules.values(), {tally.fingerprint for tally in tallies})),
        unclear=len(unclear(feedback)),
        asked=questions,
        faults=tuple(dict.fromkeys(faults)),
        model=model.name if model else "",
    )


def carry_out(store: Store, plan: Plan, *, now: float) -> Revision | None:
    """Write a plan: its candidates as one revision, and what strengthens rules that exist.

    Returns None where there was nothing to propose. Raises `ConflictError` when the rules changed
    since the plan was made.
    """
    for rule, facts in plan.supports:
        store.record(facts, rule=rule.id)
    if not plan.proposals:
        return None
    steps = [
        Step(
            Add(
                proposal.wording,
                operation=proposal.operation,
                replaces=proposal.replaces,
                target=proposal.target,
                why=proposal.why,
                evidence=proposal.evidence,
            ),
            kind="propose",
            actor="program",
            reason=proposal.why,
            numbers={"evidence": len(proposal.evidence)},
        )
        for proposal in plan.proposals
    ]
    return store.revise(
        plan.project, steps, cause="consolidate", report=report.words(plan), now=now, expected=plan.head
    )


def run(
    store: Store,
    project: str,
    *,
    nonce: Callable[[], str],
    now: Callable[[], float],
    model: Model | None = None,
) -> tuple[Plan, Revision | None]:
    """Plan and carry out; when a person changed rules in between, plan again.

    One at a time per store: raises `BusyError` while another run is at work.
    """
    with store.alone("consolidate"):
        while True:
            made = plan(store, project, nonce=nonce, model=model)
            try:
                return made, carry_out(store, made, now=now())
            except ConflictError:
                continue


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


def _handled(remark: Remark, rules: Mapping[int, Rule], links: Mapping[int, frozenset[int]], draft: _Draft) -> bool:
    """Is there a rule for this remark already? What the rule does not know of it yet is put to it."""
    said = {fact.id for fact in remark.facts}
    known = [ident for ident, linked in links.items() if ident in rules and linked & said]
    if not known:
        return False
    ident = next((i for i in known if rules[i].state is not State.RETIRED), known[-1])
    fresh = [fact for fact in remark.facts if fact.id not in links[ident]]
    if fresh and rules[ident].state is not State.RETIRED:
        draft.supports.setdefault(ident, []).extend(fresh)
    elif fresh:
        draft.refusals.append(_said_again(remark.sentence, rules[ident]))
    return True


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


def _place(made: Proposal, cluster: Cluster, rules: Mapping[int, Rule], draft: _Draft) -> None:
    """Against what is there: a new candidate, support for a rule that says the same, an edit, or a refusal."""
    finding = refused(made)
    if finding is not None:
        draft.refusals.append(Unfit(made.wording.text, finding.words))
        return
    if nearest(made.wording.text, ((0, other.wording.text) for other in draft.proposals)):
        draft.refusals.append(Unfit(made.wording.text, "another proposal of this run says the same or the opposite"))
        return
    found = nearest(made.wording.text, _comparable(rules.values()))
    if found is None:
        draft.proposals.append(made)
        return
    near, like = rules[found[0]], found[1].likeness
    if like is Likeness.OPPOSITE:
        live = near.state in LIVE
        draft.proposals.append(as_edit(made, near.id, near.text) if live else made)
    elif near.state is State.RETIRED:
        draft.refusals.append(_said_again(made.wording.text, near))
    else:
        said = () if cluster.remark is None else cluster.remark.facts
        draft.supports.setdefault(near.id, []).extend((*said, *cluster.facts))


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
            shown = {e.session: e.time for e in store.exposures_of(rule.id) if e.delivered}
            failures = store.evidence(project, fingerprint=rule.target, kinds=[Kind.FAILURE])
            again = {f.session for f in failures if f.session in shown and f.time >= shown[f.session]}
            if again:
                yield rule, len(shown), len(again)
