"""Which causes a model is asked about, and what it came to: nothing here is proposed yet."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from mcp_server.learning.cluster import Cluster
from mcp_server.learning.ignored import Ignored, cause
from mcp_server.learning.model import ADD, Model, Question
from mcp_server.learning.past import Past
from mcp_server.learning.propose import Proposal, Unfit, in_a_models_words
from mcp_server.learning.reflection.gather import gathered
from mcp_server.learning.reflection.notes import Note, noted, stale, subject
from mcp_server.learning.reflection.packet import Matter
from mcp_server.learning.reflection.rounds import Reflected, first, reflect
from store.contract import Store
from store.records import LIVE, Ending, Rule
from store.values import NOTHING

CAUSES = 4
"""Causes that a model is asked about in one run: as many as there may be changes, or it would be asked again."""


class Thought(NamedTuple):
    """What a model came to about one cause."""

    matter: Matter
    reflected: Reflected
    note: Note | None
    """What was made of the same cause before."""


class Thoughts(NamedTuple):
    """What a model came to about all causes that it was asked about."""

    name: str = ""
    asked: tuple[Question, ...] = ()
    by_cause: Mapping[tuple[str, str], Thought] = NOTHING  # pyright: ignore[reportAssignmentType]

    def of(self, cluster: Cluster) -> Thought | None:
        """What it came to about one cause, where it was asked."""
        return self.by_cause.get(_cause(cluster))


def think(
    model: Model,
    wanted: Iterable[Cluster],
    broken: Iterable[Ignored],
    *,
    store: Store,
    past: Past,
    project: str,
    rules: Mapping[int, Rule],
    nonce: Callable[[], str],
    ask: bool,
) -> Thoughts:
    """Ask about what people said, failures that were repaired, and rules that were shown and not followed.

    A model is not asked about a failure for which a rule was made before, about a rule for which a change was
    proposed, nor again about the same evidence.
    With `ask` false only the questions of the first round are made.
    """
    tried = {rule.target for rule in rules.values()}
    clusters = [
        cluster
        for cluster in wanted
        if cluster.remark is not None or (cluster.repaired and cluster.target not in tried)
    ]
    changing = {ident for rule in rules.values() if rule.ending is not Ending.APPLIED for ident in rule.replaces}
    clusters += [cause(each) for each in broken if _may_change(each, project) and each.rule.id not in changing]
    matters: list[Matter] = []
    notes: list[Note | None] = []
    for cluster in clusters:
        note = noted(store, project, subject(cluster))
        if len(matters) < CAUSES and stale(note, cluster):
            matters.append(gathered(cluster, past, rules.values(), project=project, store=store, note=note))
            notes.append(note)
    questions = first(matters, nonce=nonce)
    asked = tuple(put for _, put in questions)
    if not ask or not questions:
        return Thoughts(model.name, asked)
    reflected = reflect(model, matters, questions, nonce=nonce)
    made = map(Thought, matters, reflected, notes)
    return Thoughts(model.name, asked, {_cause(each.matter.cluster): each for each in made})


def made_of(cluster: Cluster, thought: Thought, rules: Mapping[int, Rule], *, model: str) -> Proposal | Unfit | None:
    """What a model's answer proposes; None where it proposes nothing."""
    answer = thought.reflected.answer
    if answer is None or not answer.proposes:
        return None
    live = [rule for rule in rules.values() if rule.state in LIVE and cluster.target and rule.target == cluster.target]
    if answer.operation == ADD and live:
        return Unfit(answer.rule, f"{live[0].name} is there for that and was not followed; more words are no remedy")
    return in_a_models_words(cluster, answer, model=model, shown=thought.matter.facts, rules=thought.matter.rules)


def _may_change(each: Ignored, project: str) -> bool:
    return each.lasting and not each.rule.pinned and each.rule.project == project


def _cause(cluster: Cluster) -> tuple[str, str]:
    return ("" if cluster.remark is None else cluster.remark.sentence, cluster.target)
