"""`feedback`: a person's sentence as evidence, from which consolidate makes a candidate."""

import argparse
import json
from hashlib import sha256

from mcp_server.attribution import session_for
from mcp_server.commands import CommandError, show
from mcp_server.learning import fingerprint
from mcp_server.learning.directive import directives
from mcp_server.person import source
from mcp_server.settings import secrets
from mcp_server.wiring import Wiring
from store.records import Evidence, Kind, Trust
from store.text import clean_evidence


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("sentence", nargs="+", help="what the agent should do, or never do")
    parser.add_argument(
        "--session", help="the session it is about; else the one of the last half hour, if it is only one"
    )
    parser.add_argument("--about", metavar="TEXT", help="the failure it is about: a piece of the failing test's name")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Keep the sentence."""
    store, place = wiring.store(), wiring.place()
    project = place.project.key
    cleaned = clean_evidence(" ".join(options.sentence), known=secrets(wiring.environment))
    if not cleaned.text.strip():
        raise CommandError("the sentence is empty; say what the agent should do differently")
    who = source(wiring.surroundings())
    session, how = session_for(store, project, named=options.session, now=wiring.now())
    target = about(wiring, options.about) if options.about else ""
    fact = Evidence(
        project=project,
        kind=Kind.FEEDBACK,
        text=cleaned.text,
        source=who,
        time=wiring.now(),
        hash=sha256(json.dumps(["feedback", who.identity, cleaned.text, session, target]).encode()).hexdigest(),
        fingerprint=target,
        session=session,
    )
    kept = store.record([fact])[0]
    found = directives(cleaned.text)
    if options.json:
        facts = {
            "evidence": kept.id,
            "new": kept.new,
            "trust": who.trust.word,
            "session": session,
            "target": target,
            "instructions": [each.sentence for each in found],
            "redacted": dict(cleaned.redacted),
        }
        show(wiring, facts)
        return 0
    if place.note:
        wiring.say(f"{place.note}; a rule made of this would be served in every project.")
    wiring.say(f"{'Kept' if kept.new else 'Known already'}: {cleaned.text}")
    wiring.say(f"  {how}" + (f"; about {fingerprint.parse(target).readable()}" if target else ""))
    for what, times in (*cleaned.removed.items(), *cleaned.redacted.items()):
        wiring.say(f"  {times} x {what} was taken out before it was kept")
    if who.trust < Trust.MEMBER:
        wiring.say(f"  {who.origin}: it counts as an agent's word and makes no rule by itself")
    elif found:
        wiring.say("  `mcp-promptlearn consolidate` makes a candidate of it, `review` admits it")
    else:
        wiring.say("  no instruction was found in it; `mcp-promptlearn review` asks you for one")
    return 0


def about(wiring: Wiring, text: str) -> str:
    """The one known failure whose words hold `text`. Raises `CommandError` for none or several."""
    tallies = wiring.store().tallies(wiring.place().project.key)
    wanted = text.casefold()
    found = [t.fingerprint for t in tallies if wanted in fingerprint.parse(t.fingerprint).readable().casefold()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(f"no failure matches {text[:60]!r}; name a test that failed, or leave --about out")
    names = "; ".join(fingerprint.parse(each).detector for each in found[:3])
    raise CommandError(f"{len(found)} failures match {text[:60]!r}; name more of one of them: {names}")
