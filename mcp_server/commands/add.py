"""`add`: a rule in a person's own words, served from the next session on."""

import argparse

from mcp_server.commands import CommandError, rules_here, show
from mcp_server.learning import admit, scope
from mcp_server.learning.likeness import Likeness, nearest
from mcp_server.learning.screen import forbids_danger, screen
from mcp_server.person import source
from mcp_server.wiring import Wiring
from store.records import GLOBAL, LIVE, Ending, Rule, State, Trust, Wording
from store.revise import Add, Step
from store.text import clean_line, clean_rule


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("rule", help="one imperative sentence, at most 32 words")
    parser.add_argument("--path", action="append", default=[], metavar="GLOB", help="only for these paths; repeatable")
    parser.add_argument("--global", action="store_true", dest="everywhere", help="for all projects")
    parser.add_argument("--pin", action="store_true", help="always show it, never measure it")
    parser.add_argument("--yes", action="store_true", help="without a terminal, or in spite of a warning")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Keep the rule; where no person is at hand it becomes a candidate."""
    surroundings = wiring.surroundings()
    cleaned = clean_rule(options.rule)
    paths = globs(options.path)
    wording = Wording(cleaned.text, paths, source(surroundings), dict(cleaned.removed))
    screening = screen(cleaned.text, own_words=True)
    if screening.refused is not None:
        raise CommandError(f"refused: {screening.refused.words}")
    rules = rules_here(wiring)
    project = GLOBAL if options.everywhere else wiring.place().project.key
    same = _same(cleaned.text, rules)
    if same is not None and same.state is not State.RETIRED:
        raise CommandError(f"{same.name} says this already ({same.state}): {same.text}")
    by_person = not surroundings.mark and (surroundings.terminal or options.yes)
    if screening.dangerous and by_person and not options.yes:
        words = "; ".join(finding.words for finding in screening.findings)
        if wiring.ask(f"This rule is dangerous: {words}. Add it all the same? [y/N] ").strip().lower() != "y":
            raise CommandError("not added")
    pinned = False
    if by_person:
        wanted = options.pin or forbids_danger(cleaned.text)
        pinned = wanted and admit.pinnable(cleaned.text, rules)
        if options.pin and not pinned:
            raise CommandError(admit.NO_ROOM)
        if not pinned:
            admit.room(rules, project)
    change = Add(
        wording,
        state=State.ACTIVE if by_person else State.CANDIDATE,
        pinned=pinned,
        why="added by a person" if by_person else "typed where no person was seen",
    )
    step = Step(change, kind="add", actor=_actor(wording), reason=change.why)
    revision = wiring.store().revise(project, [step], cause="add", report=f"- added: {cleaned.text}", now=wiring.now())
    made = wiring.store().rule(max(entry.rule for entry in revision.entries))
    if options.json:
        show(wiring, {"id": made.name, "state": str(made.state), "pinned": pinned, "revision": revision.number})
        return 0
    wiring.say(
        f"{made.name} is {made.state}{' and pinned' if pinned else ''} (revision {revision.number}): {made.text}"
    )
    wiring.say(_hint(surroundings.mark, made, asked=options.pin))
    return 0


def globs(paths: list[str]) -> tuple[str, ...]:
    """Globs as a rule keeps them. Raises `CommandError`."""
    kept: list[str] = []
    for path in paths:
        text = scope.normal(clean_line(path, limit=120).text)
        if not text or text.startswith(("/", "~")) or ".." in text.split("/"):
            raise CommandError(f"{path[:60]!r} is not a glob inside the project; use one like 'src/**/*.py'")
        kept.append(text)
    return tuple(kept)


def _same(text: str, rules: dict[int, Rule]) -> Rule | None:
    others = [(rule.id, rule.text) for rule in rules.values() if rule.ending is not Ending.APPLIED]
    found = nearest(text, others)
    return rules[found[0]] if found and found[1].likeness is Likeness.SAME else None


def _hint(mark: str, made: Rule, *, asked: bool) -> str:
    if made.pinned:
        return "always shown and never measured" + ("" if asked else ", as it forbids something dangerous")
    if made.state in LIVE:
        return f"served from the next get_rules on; `mcp-promptlearn pin {made.name}` would keep it from being measured"
    if mark:
        return f"{mark}, so it waits in `mcp-promptlearn review` for a person"
    return f"no terminal and no --yes, so it waits: `mcp-promptlearn approve {made.name}`"


def _actor(wording: Wording) -> str:
    return "person" if wording.source.trust is Trust.OWNER else "agent"
