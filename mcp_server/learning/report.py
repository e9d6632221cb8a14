"""A consolidation in words that a person reads in a minute."""

from mcp_server.learning.admit import LIVE_RULES
from mcp_server.learning.judge import Ruling
from mcp_server.learning.plan import Plan
from mcp_server.learning.propose import Proposal
from store.records import Operation


def words(plan: Plan, ruling: Ruling | None = None) -> str:
    """What a run did, or with the same words would do."""
    lines: list[str] = [*ruling.words] if ruling else []
    for proposal in plan.proposals:
        lines += [f"- {_operation(proposal)}: {proposal.wording.text}", f"  because {proposal.why}"]
        if proposal.tested is not None and proposal.tested.failures:
            lines.append(f"  back-test: {proposal.tested.words}")
    lines += [
        f"- strengthened {rule.name} with {_count(len(facts), 'more piece', 'more pieces')} of evidence: {rule.text}"
        for rule, facts in plan.supports
    ]
    lines += [f"- not proposed: {unfit.sentence}\n  because {unfit.reason}" for unfit in plan.refusals]
    lines += [
        f"- {rule.name} was shown in {_count(shown, 'session')} and its failure came back in {again}: "
        "not missing but not followed, so it is not written again in louder words; a test or lint rule may serve better"
        for rule, shown, again in plan.ignored
    ]
    lines += [f"  a check for {rule.name}, to copy: {found}" for rule, found in plan.checks]
    for cluster in plan.questions:
        seen = f", seen in {_count(cluster.occasions, 'session')}" if cluster.occasions else ""
        known = "no remedy known" if cluster.occasions else "no instruction found"
        lines.append(f"- {known}: {cluster.readable}{seen}; `review` asks you for the sentence")
    if plan.homeless:
        what = _count(plan.homeless, "more rule has", "more rules have")
        lines.append(f"- {what} no room: {LIVE_RULES} are live, and none of them may go; retire one first")
    if plan.waiting:
        lines.append(f"- {_count(plan.waiting, 'more proposal')} wait for the next run")
    lines += [f"- without {plan.model}: {fault}; the deterministic result stands" for fault in plan.faults]
    return "\n".join(lines) or "- nothing new in the evidence"


def _operation(proposal: Proposal) -> str:
    names = ", ".join(f"R{ident}" for ident in proposal.replaces)
    if proposal.narrows:
        return f"proposed to show {names} only for {', '.join(proposal.wording.paths)}"
    return {
        Operation.EDIT: f"proposed as a new wording of {names}",
        Operation.MERGE: f"proposed in place of {names}",
        Operation.RETIRE: f"proposed to retire {names}",
    }.get(proposal.operation, "proposed")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
