"""A cause with a remedy becomes a proposal: in the person's own words, or in a model's."""

from collections.abc import Iterable
from typing import NamedTuple

from mcp_server.learning import fingerprint
from mcp_server.learning.cluster import Cluster
from mcp_server.learning.model import Answer
from mcp_server.learning.screen import Finding, screen
from store.records import Evidence, Operation, Source, Trust, Wording
from store.text import UnfitText, clean_line, clean_rule
from store.values import replace


class Proposal(NamedTuple):
    """A rule change that evidence speaks for; not yet admitted or shown to anybody."""

    wording: Wording
    why: str
    target: str
    evidence: tuple[int, ...]
    quotes: tuple[str, ...]
    own_words: bool
    said: tuple[str, ...] = ()
    """Fingerprints of the person's wordings it answers, by which a later run knows them again."""
    operation: Operation = Operation.ADD
    replaces: tuple[int, ...] = ()


class Unfit(NamedTuple):
    """A sentence that cannot stand as a rule, and why."""

    sentence: str
    reason: str


def in_own_words(cluster: Cluster) -> Proposal | Unfit:
    """A person's instruction as a proposal. `cluster.remark` is given."""
    assert cluster.remark is not None
    said = cluster.remark.facts
    source = said[-1].source._replace(trust=lowest(said))
    return _proposal(cluster, cluster.remark.sentence, source=source, why=reason_of(cluster), own_words=True)


def in_a_models_words(cluster: Cluster, answer: Answer, *, model: str) -> Proposal | Unfit:
    """A model's sentence for a cause. Its trust is that of the least trusted evidence, at most a machine's."""
    said = () if cluster.remark is None else cluster.remark.facts
    source = Source(f"model {model}", f"model:{model}", min(lowest((*said, *cluster.facts)), Trust.MACHINE))
    told = clean_line(answer.reason, limit=200).text
    why = f"{reason_of(cluster)}; worded by {model}" + (f": {told}" if told else "")
    proposal = _proposal(cluster, answer.rule, source=source, why=why, own_words=False)
    if isinstance(proposal, Unfit):
        return proposal
    paths = tuple(clean_line(path, limit=120).text for path in answer.paths)
    return replace(proposal, wording=replace(proposal.wording, paths=paths))


def as_edit(proposal: Proposal, rule: int, text: str) -> Proposal:
    """The proposal as an edit of a live rule that says the opposite."""
    why = f"{proposal.why}; contradicts R{rule}: {text}"
    return replace(proposal, operation=Operation.EDIT, replaces=(rule,), why=why)


def refused(proposal: Proposal) -> Finding | None:
    """Why the screens refuse a proposal, if they do. What they only warn of is for the reviewer."""
    return screen(proposal.wording.text, quotes=proposal.quotes, own_words=proposal.own_words).refused


def reason_of(cluster: Cluster) -> str:
    """The cause in words: who said so, how often, and what failed."""
    parts: list[str] = []
    if cluster.remark is not None:
        people = len({fact.source.identity for fact in cluster.remark.facts})
        times = len(cluster.remark.facts)
        parts.append(
            ("a person said so" if people == 1 else f"{people} people said so")
            + ("" if times == 1 else f", {times} times")
        )
    if cluster.target:
        count = "1 session" if cluster.occasions == 1 else f"{cluster.occasions} sessions"
        parts.append(f"{cluster.readable}, seen in {count}")
    return "; ".join(parts)


def lowest(facts: Iterable[Evidence]) -> Trust:
    """The trust of what is derived from facts."""
    return min((fact.source.trust for fact in facts), default=Trust.ANONYMOUS)


def _proposal(cluster: Cluster, sentence: str, *, source: Source, why: str, own_words: bool) -> Proposal | Unfit:
    try:
        cleaned = clean_rule(sentence)
    except UnfitText as error:
        return Unfit(sentence, str(error))
    said = () if cluster.remark is None else cluster.remark.facts
    return Proposal(
        wording=Wording(cleaned.text, (), source, dict(cleaned.removed)),
        why=why,
        target=cluster.target or str(fingerprint.of_sentence(sentence)),
        evidence=cluster.evidence,
        quotes=tuple(fact.text for fact in (*said, *cluster.facts)),
        own_words=own_words,
        said=() if cluster.remark is None else tuple(sorted(cluster.remark.wordings)),
    )
