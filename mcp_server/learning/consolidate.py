"""The loop's middle: read evidence, find causes, propose, screen, write one revision. Only the order of play.

A plan is made from what the store holds and changes nothing; carrying it out is one transaction. A
run killed at any point has therefore done all or nothing, and the next one finds the same evidence.
What was proposed for a remark is kept with the decision, so a second run over the same evidence
proposes nothing.
"""

from collections.abc import Callable
from typing import NamedTuple

from mcp_server.learning import judge, report
from mcp_server.learning.admission import STAGED, Admission, Staging
from mcp_server.learning.judge import Ruling
from mcp_server.learning.model import Model
from mcp_server.learning.plan import Plan, make
from mcp_server.learning.render import stopping
from mcp_server.learning.staging import staged
from mcp_server.learning.trials.policy import POLICY, Policy
from store.contract import Store
from store.errors import ConflictError
from store.records import GLOBAL, LIVE, Revision
from store.revise import Step


class Done(NamedTuple):
    """What a run came to."""

    plan: Plan
    revision: Revision | None
    """Nothing where neither a candidate was made nor a rule moved."""
    ruling: Ruling | None = None
    """On this project's trials."""
    everywhere: Ruling | None = None
    """On those of the global rules, whose sessions are those of all projects."""


def carry_out(
    store: Store, plan: Plan, ruling: Ruling | None = None, *, now: float, admission: Admission = STAGED
) -> Revision | None:
    """Write a plan and a ruling: candidates and moves as one revision, and what strengthens rules that exist.

    `admission` may let single proposals in at once, or none be made. Returns None where no rule changed.
    Raises `ConflictError` when the rules changed since the plan was made.
    """
    if ruling is not None and ruling.head != plan.head:
        raise ConflictError(plan.head, ruling.head)
    for rule, facts in plan.supports:
        store.record(facts, rule=rule.id)
    live = sum(rule.state in LIVE and not rule.pinned for rule in store.rules(plan.project, states=LIVE))
    steps = staged(plan.proposals, admission.of(plan.project), live=live)
    words = report.words(plan, ruling)
    revision = None
    if ruling is not None:
        revision = decide(store, ruling, steps, words, now)
    elif steps:
        revision = store.revise(plan.project, steps, cause="consolidate", report=words, now=now, expected=plan.head)
    for question, answer in plan.notes:
        store.keep_answer(question, answer, now=now)
    return revision


def decide(store: Store, ruling: Ruling, steps: list[Step], words: str, now: float) -> Revision | None:
    """Keep a ruling, with these steps before its own; the revision it became where a rule changed."""
    revision = store.decide(
        ruling.project,
        ruling.trials,
        log=ruling.log,
        chances=ruling.chances,
        steps=[*steps, *ruling.steps],
        cause="consolidate",
        report=words,
        now=now,
        expected=ruling.head,
    )
    if ruling.stopped:
        untold = store.answer(stopping(ruling.project))
        words = "; ".join(filter(None, (untold, *ruling.stopped)))
        store.keep_answer(stopping(ruling.project), words, now=now)
    return revision


def run(
    store: Store,
    project: str,
    *,
    nonce: Callable[[], str],
    now: Callable[[], float],
    model: Model | None = None,
    policy: Policy = POLICY,
    admission: Admission = STAGED,
) -> Done:
    """Plan and carry out; when a person changed rules in between, plan again.

    One at a time per store: raises `BusyError` while another run is at work.
    """
    if admission.of(project) is Staging.NEVER:
        model = None  # it would be asked for nothing
    with store.alone("consolidate"):
        everywhere = None if project == GLOBAL else _everywhere(store, now, policy)
        while True:
            made = make(store, project, nonce=nonce, model=model)
            ruling = judge.make(store, project, now=now(), policy=policy)
            try:
                revision = carry_out(store, made, ruling, now=now(), admission=admission)
                return Done(made, revision, ruling, everywhere)
            except ConflictError:
                continue


def _everywhere(store: Store, now: Callable[[], float], policy: Policy) -> Ruling | None:
    """Decide on the global rules."""
    while True:
        ruling = judge.make(store, GLOBAL, now=now(), policy=policy)
        if ruling is None:
            return None
        try:
            decide(store, ruling, [], "\n".join(ruling.words), now())
        except ConflictError:
            continue
        return ruling
