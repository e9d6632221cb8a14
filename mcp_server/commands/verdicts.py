"""What trials ask a person, one key each: approve, reject, retire, or leave it as it is."""

from collections.abc import Sequence

from mcp_server.commands import rules_here, write
from mcp_server.commands.keys import pressed
from mcp_server.learning import account_words as words
from mcp_server.learning import decided
from mcp_server.learning.decided import Ask
from mcp_server.learning.trials.words import APPROVE, OBSOLETE, REJECT, RESUME, RETIRE
from mcp_server.wiring import Wiring
from store.errors import ConflictError
from store.records import GLOBAL, Rule, State
from store.revise import Step

_YES = {
    APPROVE: "approve it",
    REJECT: "reject it for good",
    RETIRE: "retire it",
    OBSOLETE: "retire it",
    RESUME: "approve it again",
}


def waiting(wiring: Wiring) -> list[Ask]:
    """The decisions about rules of this project, and of all projects, that wait for a person."""
    return decided.waiting(wiring.store(), dict.fromkeys((wiring.place().project.key, GLOBAL)))


def shown(ask: Ask) -> list[str]:
    """The sentence, its effect and the reason, which ends with the question."""
    rule, made = ask.rule, ask.decision
    state = "on trial" if rule.state is State.TRIAL else str(rule.ending or rule.state)
    return [
        f"{rule.name}  {rule.text}",
        f"  {state}, {made.verdict}: {words.effect(made)} points (90 %), {words.likely(made.p_help)} likely to help",
        f"  {made.reason}",
    ]


def facts(ask: Ask) -> dict[str, object]:
    """The same as JSON."""
    made = ask.decision
    told = ("verdict", "effect", "lo", "hi", "p_help", "reason")
    found: dict[str, object] = {name: getattr(made, name) for name in told}
    return {"id": ask.rule.name, "text": ask.rule.text, "asks": ask.what, **found}


def put(wiring: Wiring, asked: Sequence[Ask]) -> bool:
    """Put them to a person one after the other; False where they had enough."""
    for place, ask in enumerate(asked, start=1):
        wiring.say(f"\nDecision {place} of {len(asked)}")
        if not _put(wiring, ask):
            return False
    return True


def _put(wiring: Wiring, ask: Ask) -> bool:
    """Show one and carry out the key; where the rules changed meanwhile, it is shown again as it stands then."""
    store, ident = wiring.store(), ask.rule.id
    while True:
        head, rules = store.head(ask.rule.project), rules_here(wiring)
        now = next((each for each in waiting(wiring) if (each.rule.id, each.what) == (ident, ask.what)), None)
        if now is None:
            wiring.say(f"{ask.rule.name} was decided about meanwhile.")
            return True
        for line in shown(now):
            wiring.say(line)
        try:
            return _decided(wiring, now, rules, head)
        except ConflictError:
            wiring.say("The rules changed while you looked. As it stands now:")


def _decided(wiring: Wiring, ask: Ask, rules: dict[int, Rule], head: int) -> bool:
    keys = {"y": _YES[ask.what], "n": "leave it as it is", "s": "skip", "q": "quit"}
    match pressed(wiring, keys):
        case "y":
            _carry_out(wiring, ask, rules, head)
        case "n":
            wiring.store().keep_answer(ask.question, ask.decision.verdict, now=wiring.now())
            wiring.say("It stays as it is, and is not asked again until its verdict changes.")
        case "s":
            pass
        case _:
            return False
    return True


def _carry_out(wiring: Wiring, ask: Ask, rules: dict[int, Rule], head: int) -> None:
    rule = rules[ask.rule.id]
    from mcp_server.learning.admit import AdmissionError

    try:
        steps = _steps(ask.what, rule, rules, ask.decision.reason)
    except AdmissionError as error:
        wiring.say(f"{error}.")
        return
    revision = write(wiring, rule.project, steps, cause=f"{steps[0].kind} {rule.name}", expected=head)
    after = wiring.store().rule(rule.id)
    wiring.say(f"{rule.name} is {after.ending or after.state} (revision {revision.number}).")


def _steps(what: str, rule: Rule, rules: dict[int, Rule], reason: str) -> list[Step]:
    """What a person's yes comes to; the numbers they saw are a part of the reason."""
    from mcp_server.learning import admit

    if what in {APPROVE, RESUME}:
        return admit.approve(rule, rules, wanted=State.ACTIVE)
    given = f"a person's answer: {reason}"
    return admit.reject(rule, given) if what == REJECT else admit.retire(rule, given)
