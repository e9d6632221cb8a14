"""A cause with a remedy becomes a proposal: in the person's own words, or as a model words or changes it."""

from collections.abc import Iterable
from typing import NamedTuple

from mcp_server.learning import fingerprint
from mcp_server.learning.backtest import BackTest
from mcp_server.learning.cluster import Cluster
from mcp_server.learning.likeness import words
from mcp_server.learning.model import ADD, MERGE, NARROW, RETIRE, REVISE, Answer
from mcp_server.learning.screen import Finding, screen
from store.records import Evidence, Operation, Rule, Source, Trust, Wording
from store.revise import retirement
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
    lowest: Trust = Trust.ANONYMOUS
    """The trust of the least trusted evidence that it was drawn from."""
    tested: BackTest | None = None
    """How it fares in later sessions, where its failure is known."""
    narrows: bool = False
    """Does it only limit the paths of a rule?"""
    remark: str = ""
    """The instruction of a person that it puts into other words."""


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


def in_a_models_words(
    cluster: Cluster,
    answer: Answer,
    *,
    model: str,
    shown: Iterable[Evidence] = (),
    rules: Iterable[Rule] = (),
) -> Proposal | Unfit:
    """A model's operation about a cause, as a proposal.

    Its trust is that of the least trusted evidence the model was `shown`, at most a machine's. `rules` are those
    that the answer may change; it names only such.
    """
    said = () if cluster.remark is None else cluster.remark.facts
    drawn = (*said, *cluster.facts, *shown)
    least = lowest(drawn)
    source = Source(f"model {model}", f"model:{model}", min(least, Trust.MACHINE))
    named = sorted(rules, key=lambda rule: rule.id) if answer.operation != ADD else ()
    changed = [rule for rule in named if rule.id in answer.rules]
    told = _told(answer)
    why = f"{reason_of(cluster)}; worded by {model}" + (f": {told}" if told else "")
    paths = tuple(clean_line(path, limit=120).text for path in answer.paths) or _inherited(answer, changed)
    sentence = changed[0].text if answer.operation in {NARROW, RETIRE} else answer.rule
    made = _proposal(cluster, sentence, source=source, why=why, own_words=False)
    if isinstance(made, Unfit):
        return made
    wording = replace(made.wording, paths=paths)
    if answer.operation == RETIRE:
        wording = retirement(changed[0], source)
    elif answer.operation == NARROW:
        wording = replace(wording, text=retirement(changed[0], source).text, removed={})
    cited = {*(fact.id for fact in said), *answer.evidence}
    target = made.target if answer.target or answer.operation == ADD else _target(changed, made.target)
    spoken = {fact.id for fact in said if fact.source.trust >= Trust.MEMBER}
    return replace(
        made,
        wording=wording,
        target=target,
        evidence=tuple(sorted(cited)),
        quotes=tuple({fact.id: fact.text for fact in drawn if fact.id not in spoken}.values()),
        operation={
            REVISE: Operation.EDIT,
            NARROW: Operation.EDIT,
            MERGE: Operation.MERGE,
            RETIRE: Operation.RETIRE,
        }.get(answer.operation, Operation.ADD),
        replaces=tuple(rule.id for rule in changed),
        lowest=least,
        narrows=answer.operation == NARROW,
        remark="" if cluster.remark is None else cluster.remark.sentence,
    )


def narrowed(rule: Rule, place: str, facts: Iterable[Evidence], *, why: str) -> Proposal:
    """The proposal to limit a rule to the place where its failure comes back, in the words it has."""
    drawn = tuple(facts)
    least = min(lowest(drawn), rule.current.source.trust)
    source = Source("what sessions showed", "program", min(least, Trust.MACHINE))
    return Proposal(
        wording=Wording(retirement(rule, source).text, (place,), source),
        why=why,
        target=rule.target,
        evidence=tuple(sorted(fact.id for fact in drawn)),
        quotes=(),
        own_words=False,
        operation=Operation.EDIT,
        replaces=(rule.id,),
        lowest=least,
        narrows=True,
    )


def retiring(rule: Rule, *, why: str) -> Proposal:
    """The proposal to retire a rule that makes room for another one."""
    source = Source("no room for more rules", "program", Trust.MACHINE)
    return Proposal(
        wording=retirement(rule, source),
        why=why,
        target=rule.target,
        evidence=(),
        quotes=(),
        own_words=False,
        operation=Operation.RETIRE,
        replaces=(rule.id,),
        lowest=Trust.MACHINE,
    )


def as_edit(proposal: Proposal, rule: int, text: str) -> Proposal:
    """The proposal as an edit of a live rule that says the opposite."""
    why = f"{proposal.why}; contradicts R{rule}: {text}"
    return replace(proposal, operation=Operation.EDIT, replaces=(rule,), why=why)


def refused(proposal: Proposal) -> Finding | None:
    """Why the screens refuse a proposal, if they do. What they only warn of is for the reviewer."""
    if proposal.operation is Operation.RETIRE or proposal.narrows:
        return None  # its sentence is one that was admitted
    return screen(proposal.wording.text, quotes=proposal.quotes, own_words=proposal.own_words).refused


def strays(proposal: Proposal) -> bool:
    """Has it less than half of the words that matter of the instruction that it puts into other words?"""
    said = words(proposal.remark)
    adds = proposal.operation in {Operation.ADD, Operation.EDIT} and not proposal.narrows
    return adds and 2 * len(said & words(proposal.wording.text)) < len(said)


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
        lowest=lowest((*said, *cluster.facts)),
    )


def _told(answer: Answer) -> str:
    """Cause and remedy as the model tells them, cleaned."""
    return "; ".join(filter(None, (clean_line(told, limit=200).text for told in (answer.reason, answer.remedy))))


def _inherited(answer: Answer, changed: Iterable[Rule]) -> tuple[str, ...]:
    """The paths of the rules that are changed; none, where one of them holds everywhere."""
    scopes = [rule.current.paths for rule in changed]
    if answer.operation == ADD or not all(scopes):
        return ()
    return tuple(dict.fromkeys(path for paths in scopes for path in paths))


def _target(changed: Iterable[Rule], otherwise: str) -> str:
    return next((rule.target for rule in changed if rule.target), otherwise)
