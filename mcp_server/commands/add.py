"""`add`: a rule in a person's own words, served from the next session on."""

import argparse
from collections.abc import Iterable, Mapping

from mcp_server.commands import CommandError, confirm, rules_here, show
from mcp_server.commands.candidate import unseen
from mcp_server.learning import admit, scope, suggest
from mcp_server.learning.likeness import Comparison, Likeness, nearest
from mcp_server.learning.screen import Level, forbids_danger, screen
from mcp_server.person import Surroundings, source
from mcp_server.settings import secrets
from mcp_server.wiring import Wiring
from store.records import GLOBAL, LIVE, Operation, Rule, State, Wording
from store.revise import Add, Step
from store.text import clean_line, clean_rule


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("rule", nargs="+", help="one imperative sentence, at most 32 words")
    parser.add_argument("--path", action="append", default=[], metavar="GLOB", help="only for these paths; repeatable")
    parser.add_argument("--global", action="store_true", dest="everywhere", help="for all projects")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--pin", action="store_true", help="always show it, never measure it")
    how.add_argument("--trial", action="store_true", help="try it on a share of sessions, and measure what it does")
    parser.add_argument("--yes", action="store_true", help="without a terminal, or in spite of a warning")
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Keep the rule; where no person is at hand it becomes a candidate."""
    surroundings, place, rules = wiring.surroundings(), wiring.place(), rules_here(wiring)
    project = GLOBAL if options.everywhere else place.project.key
    if place.note and not options.everywhere:
        wiring.tell(place.note)
    cleaned = clean_rule(" ".join(options.rule), known=secrets(wiring.environment))
    wording = Wording(cleaned.text, globs(options.path), source(surroundings), dict(cleaned.removed))
    fit(wording.text)
    tell_removed(wiring, wording)
    if surroundings.mark:
        found = suggest.match(suggest.Suggestion(Operation.ADD, wording, ()), list(rules.values())).same
        made, revision = suggested(wiring, Add(wording, why="typed where an agent was seen"), project, found, rules)
    elif surroundings.terminal or options.yes:
        warn(wiring, wording.text, yes=options.yes)
        state = State.TRIAL if options.trial else State.ACTIVE
        change = Add(wording, state=state, pinned=options.pin, why="added by a person")
        made, revision = own_rule(wiring, change, project, rules)
    else:
        refuse_twin(wording.text, _beside(rules, project))
        made, revision = _kept(wiring, Add(wording, why="typed where no person was seen"), project, actor="person")
    if options.json:
        show(wiring, {"id": made.name, "state": str(made.state), "pinned": made.pinned, "revision": revision})
        return 0
    state = "on trial" if made.state is State.TRIAL else f"{made.state}{' and pinned' if made.pinned else ''}"
    wiring.say(f"{made.name} is {state} (revision {revision}): {made.text}")
    wiring.say(f"  {unseen(wiring, made, ()) or _hint(surroundings, made, asked=options.pin, trial=options.trial)}")
    return 0


def own_rule(wiring: Wiring, change: Add, project: str, rules: dict[int, Rule]) -> tuple[Rule, int]:
    """Make a person's sentence an active rule, pinned where they ask or it forbids something dangerous.

    Where `change` says so it goes on trial instead. Returns it with the number of its revision.

    Raises `CommandError` or `AdmissionError` where it is said already or there is no room.
    """
    text = change.wording.text
    found = refuse_twin(text, _beside(rules, project))
    if found is not None and rules[found[0]].state in LIVE:
        other = rules[found[0]]
        wiring.tell(f"{other.name} says the opposite: {other.text} (`mcp-promptlearn retire {other.name}` stops it)")
    trial = change.state is State.TRIAL
    pinned = not trial and (change.pinned or forbids_danger(text)) and admit.pinnable(text, rules)
    if change.pinned and not pinned:
        raise admit.AdmissionError(admit.NO_ROOM)
    if not pinned:
        admit.room(rules, project)
    live = Add(
        change.wording,
        state=State.TRIAL if trial else State.ACTIVE,
        pinned=pinned,
        target=change.target,
        why=change.why,
        evidence=change.evidence,
    )
    if project == GLOBAL:
        _tell_here(wiring, text, rules.values())
    return _kept(wiring, live, project, actor="person")


def suggested(wiring: Wiring, change: Add, project: str, same: Rule | None, rules: dict[int, Rule]) -> tuple[Rule, int]:
    """Keep what an agent typed as a candidate, under the conditions of `suggest_rule`. Raises `CommandError`."""
    if same is not None and same.state is State.RETIRED:
        raise CommandError(f"{same.name} said this and was {same.ending or 'retired'}; only a person may add it again")
    if same is not None:
        raise CommandError(f"{same.name} says this already ({same.state}): {same.text}")
    try:
        suggest.room(rules.values(), project)
    except suggest.SuggestionError as error:
        raise CommandError(str(error)) from error
    return _kept(wiring, change, project, actor="agent")


def refuse_twin(text: str, rules: Iterable[Rule], *, but: int = 0) -> tuple[int, Comparison] | None:
    """The rule that says the opposite of a sentence, if any. Raises `CommandError` for one that says the same."""
    speaking = {
        rule.id: rule
        for rule in rules
        if rule.state is not State.RETIRED and rule.operation is not Operation.RETIRE and rule.id != but
    }
    found = nearest(text, [(rule.id, rule.text) for rule in speaking.values() if rule.current.text is not None])
    if found is not None and found[1].likeness is Likeness.SAME:
        twin = speaking[found[0]]
        what = "`mcp-promptlearn approve` admits it" if twin.state is State.CANDIDATE else "`edit` rewords it"
        raise CommandError(f"{twin.name} says this already ({twin.state}): {twin.text} ({what})")
    return found


def _beside(rules: Mapping[int, Rule], project: str) -> list[Rule]:
    """The rules that a new one must not repeat: one for all projects may say what a single project says already."""
    return [rule for rule in rules.values() if project != GLOBAL or rule.project == GLOBAL]


def _tell_here(wiring: Wiring, text: str, rules: Iterable[Rule]) -> None:
    """Say where this project has a sentence twice, once it is for all projects."""
    here = [rule for rule in rules if rule.state in LIVE and rule.project != GLOBAL and rule.current.text is not None]
    found = nearest(text, [(rule.id, rule.text) for rule in here])
    if found is not None and found[1].likeness is Likeness.SAME:
        wiring.tell(f"R{found[0]} of this project says it too; `mcp-promptlearn retire R{found[0]}` leaves one of them")


def tell_removed(wiring: Wiring, wording: Wording) -> None:
    """Say what the gate took out of a sentence, as it is no longer quite what was typed."""
    for what, times in wording.removed.items():
        wiring.tell(f"{times} x {what} was taken out: {wording.text}")


def fit(text: str) -> None:
    """Refuse a sentence that can be no rule, whoever says it. Raises `CommandError`."""
    refused = screen(text, own_words=True).refused
    if refused is not None:
        raise CommandError(f"refused. {refused.words} Say it otherwise")


def warn(wiring: Wiring, text: str, *, yes: bool) -> None:
    """Have a person say yes to a sentence of their own that is dangerous. Raises `CommandError` where they do not."""
    found = [each.words for each in screen(text, own_words=True).findings if each.level is Level.DANGER]
    for words in found:
        wiring.tell(f"WARNING: {words}")
    if found and not yes and not confirm(wiring, "Keep it all the same?"):
        raise CommandError("nothing was changed, as the answer was not yes")


def globs(paths: Iterable[str]) -> tuple[str, ...]:
    """Globs as a rule keeps them. Raises `CommandError`."""
    kept: list[str] = []
    for path in paths:
        cleaned = clean_line(path, limit=120)
        text = scope.normal(cleaned.text)
        if not text or cleaned.cut or text.startswith(("/", "~")) or ":" in text or ".." in text.split("/"):
            raise CommandError(f"{path[:60]!r} is not a glob inside the project; use one like 'src/**/*.py'")
        kept.append(text)
    return tuple(dict.fromkeys(kept))


def _kept(wiring: Wiring, change: Add, project: str, *, actor: str) -> tuple[Rule, int]:
    store = wiring.store()
    new = change.operation is Operation.ADD
    step = Step(change, kind="add" if new else "propose", actor=actor, reason=change.why)
    cause = "add" if new else f"propose {change.operation}"
    report = f"- {'added' if new else 'proposed'}: {change.wording.text}"
    revision = store.revise(project, [step], cause=cause, report=report, now=wiring.now())
    return store.rule(max(entry.rule for entry in revision.entries)), revision.number


def _hint(surroundings: Surroundings, made: Rule, *, asked: bool, trial: bool) -> str:
    if made.pinned:
        return "always shown and never measured" + ("" if asked else ", as it forbids something dangerous")
    if made.state is State.TRIAL and forbids_danger(made.text):
        pin = f"`mcp-promptlearn pin {made.name}`"
        return f"shown in about half of the sessions only, and it forbids something dangerous; {pin} always shows it"
    if made.state is State.TRIAL:
        return f"shown in about half of the sessions; `mcp-promptlearn approve {made.name}` makes it active"
    if made.state in LIVE:
        return f"served from the next get_rules on; `mcp-promptlearn pin {made.name}` would keep it from being measured"
    if surroundings.mark:
        return f"{surroundings.mark}, so it waits in `mcp-promptlearn review` for a person"
    return f"no terminal and no --yes, so it waits: `mcp-promptlearn approve {made.name}{' --trial' if trial else ''}`"
