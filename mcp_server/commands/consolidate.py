"""`consolidate`: evidence becomes candidates, between sessions, with or without a model."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mcp_server.byfile import question
from mcp_server.commands import count, show, undo
from mcp_server.detached import done, due
from mcp_server.learning import consolidate, judge, report
from mcp_server.learning.consolidate import Done
from mcp_server.learning.model import Model
from mcp_server.learning.plan import Plan, make
from mcp_server.learning.recall import LogError
from mcp_server.settings import OFF
from mcp_server.spending import Meter, Usage, day, estimate, read, told, whole, written
from mcp_server.wiring import Wiring
from store.contract import Store
from store.records import Project
from store.revise import concerned

if TYPE_CHECKING:
    from mcp_server.choosing import Choice
    from mcp_server.learning.wider import Offer


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("--dry-run", action="store_true", help="show what a run would do and send, change nothing")
    parser.add_argument("--all", action="store_true", help="every known project, not only this one")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--model", default="", metavar="NAME", help="claude, codex, a model at your OpenAI-compatible endpoint, or off"
    )
    which.add_argument(
        "--model-command", default="", metavar="COMMAND", help="a program of yours: question on stdin, answer on stdout"
    )
    which.add_argument("--no-model", action="store_true", help="without the configured model, as --model off")
    parser.add_argument("--ask", action="store_true", help="ask again whether evidence may be sent to the model")
    parser.add_argument(
        "--if-due", action="store_true", help="only if there is new evidence and the last run is a while ago"
    )
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Consolidate, and say in words what came of it."""
    store, here = wiring.store(), wiring.place().project
    projects = store.projects() if options.all else [here]
    choice = None if options.no_model else _choice(options, wiring)
    meter = _meter(wiring, choice)
    model = _model(wiring, choice, meter, dry=options.dry_run, again=options.ask)
    asked: list[Plan] = []
    code = 0
    printed: list[dict[str, object]] = []
    if not options.dry_run:
        _look(wiring)
    for project in projects:
        if options.if_due and not due(store, project.key, now=wiring.now()):
            continue
        try:
            came = _one(options, wiring, project, model)
        except LogError as error:
            wiring.tell(str(error))
            code = 1
            continue
        asked.append(came.plan)
        if options.json:
            printed.append(_facts(came, wordable=_wordable(store, came.plan), dry=options.dry_run))
        else:
            _print(wiring, project, came, dry=options.dry_run, choice=choice)
            if choice is None and not options.no_model and options.model != OFF:
                _offer(wiring, _wordable(store, came.plan))
    usage = _usage(choice, meter, asked, dry=options.dry_run)
    if options.json:
        spent = usage and {part: each._asdict() for part, each in usage.items()}
        show(wiring, {"runs": printed, "usage": spent, "offers": [each.words for each in _everywhere(options, store)]})
        return code
    for each in _everywhere(options, store):
        wiring.say(f"Offered, not done: {each.words}")
    old = _old_files(wiring, here)
    if old:
        wiring.say(f"Out of date: {', '.join(old)}; `mcp-promptlearn export` writes what the rules are now.")
    if not projects:
        wiring.say("No project is known yet, so there is no evidence.")
    elif choice is not None and usage is not None:
        _account(wiring, choice, usage, dry=options.dry_run)
    return code


def _one(options: argparse.Namespace, wiring: Wiring, project: Project, model: Model | None) -> Done:
    """One project: what a run would give, or what it came to."""
    store, policy = wiring.store(), wiring.policy()
    if options.dry_run:
        plan = make(store, project.key, nonce=wiring.nonce, model=model, ask=False)
        return Done(plan, None, judge.make(store, project.key, now=wiring.now(), policy=policy))
    came = consolidate.run(
        store,
        project.key,
        nonce=wiring.nonce,
        now=wiring.now,
        model=model,
        policy=policy,
        admission=wiring.settings.admission,
    )
    done(store, project.key, now=wiring.now())
    return came


def _old_files(wiring: Wiring, here: Project) -> list[str]:
    """The rule files in this folder that say other rules than hold now."""
    if not wiring.store().answer(question(here.key)):
        return []
    from mcp_server.commands.export_state import exported

    return [str(file["path"]) for file in exported(wiring) if file["state"] == "out of date"]


def _everywhere(options: argparse.Namespace, store: Store) -> "list[Offer]":
    """What was proven in enough projects to be a rule for all of them; only looked for where all are consolidated."""
    if not options.all:
        return []
    from mcp_server.learning.wider import offers

    return offers(store)


def _choice(options: argparse.Namespace, wiring: Wiring) -> "Choice | None":
    """The model that is named for this run, or in the settings."""
    settings = wiring.settings
    if not (options.model or options.model_command or settings.model or settings.command):
        return None
    from mcp_server.choosing import chosen

    return chosen(wiring, model=options.model, program=options.model_command)


def _meter(wiring: Wiring, choice: "Choice | None") -> Meter:
    """Counts on from what was spent today, and keeps it with the day."""
    if choice is None:
        return Meter()
    store, today = wiring.store(), day(wiring.now())
    before = read(store.answer(today))
    name = choice.name

    def keep(spent: Usage) -> None:
        so_far = before.get(name, Usage()).plus(spent)
        store.keep_answer(today, written({**before, name: so_far}), now=wiring.now())

    return Meter(choice.settings.spending, today=whole(before), keep=keep, tell=wiring.tell)


def _usage(choice: "Choice | None", meter: Meter, plans: Sequence[Plan], *, dry: bool) -> dict[str, Usage] | None:
    """What the questions might have cost, what they did cost, and all of today's."""
    if choice is None:
        return None
    questions = [question for plan in plans for question in plan.asked] if dry else []
    first = estimate(questions, choice.settings.spending, beside=choice.beside)
    return {"expected": first if dry else meter.expected, "run": meter.spent, "today": meter.before.plus(meter.spent)}


def _account(wiring: Wiring, choice: "Choice", usage: dict[str, Usage], *, dry: bool) -> None:
    """Say what a model costs."""
    if dry and usage["expected"].calls:
        wiring.say(f"{choice.name} would take at most {told(usage['expected'])}; what is asked after that adds to it.")
    elif usage["run"].calls:
        wiring.say(f"{choice.name}: {told(usage['run'])}; today {told(usage['today'])}.")


def _wordable(store: Store, plan: Plan) -> int:
    """Recurring failures for which a model could find the sentence, in the change that repaired them."""
    tried = {rule.target for rule in store.rules(plan.project)}
    return sum(1 for each in plan.questions if each.remark is None and each.repaired and each.target not in tried)


def _offer(wiring: Wiring, number: int) -> None:
    """Say what a model would add, if there is something."""
    if not number:
        return
    from shutil import which

    from mcp_server.headless import AGENTS

    here = next((name for name in AGENTS if which(name)), "NAME")
    them = "one of these failures was" if number == 1 else f"{number} of these failures were"
    wiring.say(
        f"{them[0].upper()}{them[1:]} repaired: a model could find the sentence in the change "
        f"(`consolidate --model {here} --dry-run` shows what it would be sent)."
    )


def _look(wiring: Wiring) -> None:
    """See what became of commits here, and give late evidence its sessions, before anything is made of it."""
    from mcp_server import gitlog, intake
    from mcp_server.settings import secrets

    place = wiring.place()
    if place.note:
        return
    store, now = wiring.store(), wiring.now()
    seen = gitlog.observe(store, place, now=now, say=wiring.tell)
    context = intake.Context(place.project.key, now, known=secrets(wiring.environment))
    intake.keep(store, seen.facts, works=seen.works, origin="git", context=context)
    gitlog.keep_mark(store, place, seen, now=now)


def _model(wiring: Wiring, choice: "Choice | None", meter: Meter, *, dry: bool, again: bool) -> Model | None:
    """The model that was named, if evidence may be sent to it."""
    if choice is None:
        return None
    from mcp_server.choosing import made
    from mcp_server.consent import may_send

    return made(choice, wiring, meter) if dry or may_send(wiring, choice, again=again) else None


def _print(wiring: Wiring, project: Project, came: Done, *, dry: bool, choice: "Choice | None") -> None:
    say, plan, revision = wiring.say, came.plan, came.revision
    say(f"{project.name}: {'a run would give' if dry else 'consolidated'}")
    say(report.words(plan, came.ruling))
    if came.everywhere and came.everywhere.words:
        say("Of the rules for all projects:")
        say("\n".join(came.everywhere.words))
    if dry:
        for question in plan.asked:
            say(f"\nTo {choice.whither if choice else plan.model} would be sent:")
            say(question.system)
            say(question.user)
        say("Nothing was changed" + (" and nothing was sent." if plan.asked else "."))
    elif revision is not None and plan.proposals:
        say(f"Revision {revision.number}. Nothing is served before you admit it: mcp-promptlearn review")
    elif revision is not None:
        say(f"Revision {revision.number}; {undo(project.key)} undoes it.")
    if plan.questions and not dry:
        say(f"{count(len(plan.questions), 'question')} for you in `mcp-promptlearn review`.")


def _facts(came: Done, *, wordable: int, dry: bool) -> dict[str, object]:
    plan, revision = came.plan, came.revision
    checks = {rule.id: text for rule, text in plan.checks}
    return {
        "project": plan.project,
        "dry_run": dry,
        "revision": revision.number if revision else None,
        "proposals": [
            {
                "operation": str(proposal.operation),
                "text": proposal.wording.text,
                "why": proposal.why,
                "target": proposal.target,
                "replaces": [f"R{ident}" for ident in proposal.replaces],
                "paths": list(proposal.wording.paths),
                "back_test": proposal.tested.words if proposal.tested else None,
                "evidence": list(proposal.evidence),
                "trust": proposal.wording.source.trust.word,
                "origin": proposal.wording.source.origin,
            }
            for proposal in plan.proposals
        ],
        "waiting": plan.waiting,
        "strengthened": [{"id": rule.name, "evidence": [f.id for f in facts]} for rule, facts in plan.supports],
        "refused": [unfit._asdict() for unfit in plan.refusals],
        "questions": [
            {"target": cluster.target, "failure": cluster.readable, "sessions": cluster.occasions}
            for cluster in plan.questions
        ],
        "not_followed": [
            {"id": rule.name, "shown": shown, "recurred": again, "check": checks.get(rule.id)}
            for rule, shown, again in plan.ignored
        ],
        "model": plan.model or None,
        "for_a_model": wordable,
        "faults": list(plan.faults),
        "would_send": [{"system": question.system, "user": question.user} for question in plan.asked] if dry else [],
        "moved": [
            {"id": f"R{concerned(step.change)}", "decision": step.kind, "reason": step.reason, "numbers": step.numbers}
            for ruling in (came.ruling, came.everywhere)
            for step in (ruling.steps if ruling else ())
        ],
        "report": report.words(plan, came.ruling),
    }
