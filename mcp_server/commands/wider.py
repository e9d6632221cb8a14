"""What was proven in several projects, put to a person: a rule for all of them, with one key."""

from collections.abc import Sequence

from mcp_server.commands import CommandError, rules_here
from mcp_server.commands.add import fit, own_rule, warn
from mcp_server.commands.candidate import unseen
from mcp_server.commands.keys import pressed
from mcp_server.learning.admit import AdmissionError
from mcp_server.learning.wider import Offer, decline
from mcp_server.person import source
from mcp_server.wiring import Wiring
from store.records import GLOBAL, State, Trust, Wording
from store.revise import Add
from store.text import clean_rule


def shown(offer: Offer) -> list[str]:
    """The sentence, where it would apply, whose word it is, and where it was proven."""
    said = offer.rules[0].current.source
    only = ", ".join(f"`{path}`" for path in offer.paths)
    return [
        f"for all projects  + {offer.text}",
        *([f"  only for {only}"] if only else []),
        f"  origin: {said.origin} ({said.trust.word}'s word)",
        f"  {offer.where}",
    ]


def facts(offer: Offer) -> dict[str, object]:
    """The same as JSON."""
    return {
        "text": offer.text,
        "paths": list(offer.paths),
        "trust": offer.rules[0].current.source.trust.word,
        "becomes": str(_becomes(offer)),
        "rules": [{"id": rule.name, "project": rule.project} for rule in offer.rules],
    }


def put(wiring: Wiring, offers: Sequence[Offer]) -> bool:
    """Put them to a person one after the other; False where they had enough."""
    for place, offer in enumerate(offers, start=1):
        wiring.say(f"\nOffer {place} of {len(offers)}")
        for line in shown(offer):
            wiring.say(line)
        how = "on trial" if _becomes(offer) is State.TRIAL else "active"
        keys = {"y": f"add it for all projects ({how})", "n": "never for all", "s": "skip", "q": "quit"}
        match pressed(wiring, keys):
            case "y":
                _add(wiring, offer)
            case "n":
                decline(wiring.store(), offer, now=wiring.now())
                wiring.say("It stays a rule of these projects, and is not offered again in these words.")
            case "s":
                pass
            case _:
                return False
    return True


def _becomes(offer: Offer) -> State:
    """A person's own sentence holds everywhere at once; machine wording is tried there first."""
    return State.ACTIVE if offer.rules[0].current.source.trust is Trust.OWNER else State.TRIAL


def _add(wiring: Wiring, offer: Offer) -> None:
    state = _becomes(offer)
    # A person's own sentence is from no file of a project any more; a machine's stays what it was.
    whose = source(wiring.surroundings()) if state is State.ACTIVE else offer.rules[0].current.source
    wording = Wording(clean_rule(offer.text).text, offer.paths, whose)
    try:
        fit(offer.text)
        warn(wiring, offer.text, yes=False)
        made, revision = own_rule(wiring, Add(wording, state=state, why=offer.where), GLOBAL, rules_here(wiring))
    except (CommandError, AdmissionError) as error:
        wiring.say(f"{error}.")
        return
    how = "on trial" if made.state is State.TRIAL else f"{made.state}{' and pinned' if made.pinned else ''}"
    wiring.say(f"{made.name} is {how} in all projects (revision {revision} of the global rules).")
    if unseen(wiring, made, ()):
        wiring.say(f"  {unseen(wiring, made, ())}")
