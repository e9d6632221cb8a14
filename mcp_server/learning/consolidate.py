"""The loop's middle: read evidence, find causes, propose, screen, write one revision. Only the order of play.

A plan is made from what the store holds and changes nothing; carrying it out is one transaction. A
run killed at any point has therefore done all or nothing, and the next one finds the same evidence.
What was proposed for a remark is kept with the decision, so a second run over the same evidence
proposes nothing.
"""

from collections.abc import Callable

from mcp_server.learning import report
from mcp_server.learning.model import Model
from mcp_server.learning.plan import Plan, make
from store.contract import Store
from store.errors import ConflictError
from store.records import Revision
from store.revise import Add, Step


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
            numbers={"evidence": len(proposal.evidence), "said": list(proposal.said)},
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
            made = make(store, project, nonce=nonce, model=model)
            try:
                return made, carry_out(store, made, now=now())
            except ConflictError:
                continue
