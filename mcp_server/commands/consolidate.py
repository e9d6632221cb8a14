"""`consolidate`: evidence becomes candidates, between sessions, with or without a model."""

import argparse

from mcp_server.commands import count, show, undo
from mcp_server.detached import done, due
from mcp_server.learning import consolidate, judge, report
from mcp_server.learning.consolidate import Done
from mcp_server.learning.model import Model
from mcp_server.learning.plan import make
from mcp_server.wiring import Wiring
from store.records import Project
from store.revise import concerned


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("--dry-run", action="store_true", help="show what a run would do and send, change nothing")
    parser.add_argument("--all", action="store_true", help="every known project, not only this one")
    parser.add_argument("--no-model", action="store_true", help="without the configured model")
    parser.add_argument("--ask", action="store_true", help="ask again whether evidence may be sent to the model")
    parser.add_argument(
        "--if-due", action="store_true", help="only if there is new evidence and the last run is a while ago"
    )
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Consolidate, and say in words what came of it."""
    store, here = wiring.store(), wiring.place().project
    projects = store.projects() if options.all else [here]
    model = None if options.no_model else _model(wiring, dry=options.dry_run, again=options.ask)
    printed: list[dict[str, object]] = []
    if not options.dry_run:
        _look(wiring)
    for project in projects:
        if options.if_due and not due(store, project.key, now=wiring.now()):
            continue
        if options.dry_run:
            plan = make(store, project.key, nonce=wiring.nonce, model=model, ask=False)
            ruling = judge.make(store, project.key, now=wiring.now(), policy=wiring.policy())
            came = consolidate.Done(plan, None, ruling)
        else:
            came = consolidate.run(
                store, project.key, nonce=wiring.nonce, now=wiring.now, model=model, policy=wiring.policy()
            )
            done(store, project.key, now=wiring.now())
        if options.json:
            printed.append(_facts(came, dry=options.dry_run))
        else:
            _print(wiring, project, came, dry=options.dry_run)
    if options.json:
        show(wiring, {"runs": printed})
    elif not projects:
        wiring.say("No project is known yet, so there is no evidence.")
    return 0


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


def _model(wiring: Wiring, *, dry: bool, again: bool) -> Model | None:
    """The model that settings name, if evidence may be sent to it."""
    if not wiring.settings.model:
        return None
    from mcp_server.consent import may_send
    from mcp_server.openai_model import OpenAIModel

    if not dry and not may_send(wiring, again=again):
        return None
    settings = wiring.settings
    return OpenAIModel(settings.model, base_url=settings.base_url, key=settings.key, timeout=settings.timeout)


def _print(wiring: Wiring, project: Project, came: Done, *, dry: bool) -> None:
    say, plan, revision = wiring.say, came.plan, came.revision
    say(f"{project.name}: {'a run would give' if dry else 'consolidated'}")
    say(report.words(plan, came.ruling))
    if came.everywhere and came.everywhere.words:
        say("Of the rules for all projects:")
        say("\n".join(came.everywhere.words))
    if dry:
        for question in plan.asked:
            say(f"\nTo {wiring.settings.model} at {wiring.settings.base_url} would be sent:")
            say(question.system)
            say(question.user)
        say("Nothing was changed" + (" and nothing was sent." if plan.asked else "."))
    elif revision is not None and plan.proposals:
        say(f"Revision {revision.number}. Nothing is served before you admit it: mcp-promptlearn review")
    elif revision is not None:
        say(f"Revision {revision.number}; {undo(project.key)} undoes it.")
    if plan.questions and not dry:
        say(f"{count(len(plan.questions), 'question')} for you in `mcp-promptlearn review`.")


def _facts(came: Done, *, dry: bool) -> dict[str, object]:
    plan, revision = came.plan, came.revision
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
        "not_followed": [{"id": r.name, "shown": shown, "recurred": again} for r, shown, again in plan.ignored],
        "model": plan.model or None,
        "faults": list(plan.faults),
        "would_send": [{"system": question.system, "user": question.user} for question in plan.asked] if dry else [],
        "moved": [
            {"id": f"R{concerned(step.change)}", "decision": step.kind, "reason": step.reason, "numbers": step.numbers}
            for ruling in (came.ruling, came.everywhere)
            for step in (ruling.steps if ruling else ())
        ],
        "report": report.words(plan, came.ruling),
    }
