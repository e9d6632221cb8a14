"""What becomes of proposals: they wait for a person, are let in by the owner's setting, or are not made at all."""

from collections.abc import Iterable

from mcp_server.learning.admission import Staging
from mcp_server.learning.admit import LIVE_RULES
from mcp_server.learning.backtest import NEGATIVE, NUMBERS
from mcp_server.learning.propose import Proposal
from mcp_server.learning.screen import screen
from store.records import Operation, State, Trust
from store.revise import Add, Step


def goes_to(made: Proposal, staging: Staging) -> State:
    """Where a proposal goes. Machine wording that is let in goes on trial, as if a person had approved it.

    Only a new sentence is ever let in: what changes, merges or retires rules waits for a person, and so does
    everything that any screen remarks on, or whose back-test speaks against it.
    """
    trusted = made.lowest >= Trust.OWNER and made.operation is Operation.ADD and not made.replaces
    held = made.tested is None or made.tested.verdict != NEGATIVE
    if staging is not Staging.AUTO or not trusted or not held:
        return State.CANDIDATE
    if not screen(made.wording.text, quotes=made.quotes, own_words=made.own_words).clean or made.wording.removed:
        return State.CANDIDATE
    return State.ACTIVE if made.wording.source.trust >= Trust.OWNER else State.TRIAL


def staged(proposals: Iterable[Proposal], staging: Staging, *, live: int) -> list[Step]:
    """The steps that write proposals, where `live` rules are learnt and live already."""
    steps: list[Step] = []
    for made in proposals if staging is not Staging.NEVER else ():
        goal = goes_to(made, staging) if live < LIVE_RULES else State.CANDIDATE
        live += goal is not State.CANDIDATE
        let_in = {
            State.ACTIVE: "; active at once, by your setting",
            State.TRIAL: "; on trial at once, by your setting",
        }.get(goal, "")
        numbers: dict[str, object] = {"evidence": len(made.evidence), "said": list(made.said)}
        if made.tested is not None:
            numbers[NUMBERS] = dict(made.tested.numbers)
        change = Add(
            made.wording,
            state=goal,
            operation=made.operation,
            replaces=made.replaces,
            target=made.target,
            why=made.why,
            evidence=made.evidence,
        )
        steps.append(Step(change, kind="propose", actor="program", reason=made.why + let_in, numbers=numbers))
    return steps
