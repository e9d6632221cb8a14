"""`import`: the rule files that a person has already become known here; the files are never changed."""

import argparse
from pathlib import Path

from mcp_server.agents.filing import Filing
from mcp_server.agents.reads import READS, reads
from mcp_server.commands import CommandError, confirm, count, rules_here, show
from mcp_server.delivery import filing
from mcp_server.importers.rulefiles.book import BY_HAND, Book
from mcp_server.importers.rulefiles.forms import form
from mcp_server.importers.rulefiles.sentences import MOST, Spoken, counted, spoken
from mcp_server.learning import imported
from mcp_server.learning.imported import Plan, Sentence, Wish
from mcp_server.person import demand, source
from mcp_server.rulefiles import Found, OutsideError, find
from mcp_server.settings import secrets
from mcp_server.wiring import Wiring
from store.records import GLOBAL

SHOWN = 20
"""Sentences of each sort that are shown; `--json` has all."""


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("path", nargs="*", help="only these rule files, or those in these folders")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="only say what could be better in them")
    how.add_argument("--dry-run", action="store_true", help="show what would be kept, write nothing")
    parser.add_argument("--opt-in", action="store_true", help="measure these rules too, on a share of sessions")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="the facts as JSON; with --yes, --dry-run or --check")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Show what was found, ask once, keep it."""
    place = wiring.place()
    if place.project.key == GLOBAL:
        raise CommandError(f"{place.note}; run import in the folder of a project")
    try:
        found = find(Path(place.root), [Path(wiring.folder, path).expanduser() for path in options.path])
    except OutsideError as error:
        raise CommandError(str(error)) from None
    said, over = spoken(found.books, found.also, known=secrets(wiring.environment))
    if options.check:
        from mcp_server.commands.import_check import check

        check(wiring, found, said, json=options.json)
        return 0
    surroundings = wiring.surroundings()
    wish = Wish(source(surroundings).trust, surroundings.mark, options.opt_in)
    if not options.dry_run and wish.own:
        demand(surroundings, yes=options.yes, what="import")
        if options.json and not options.yes:
            raise CommandError("--json asks nothing: add --yes, or --dry-run to write nothing")
    # The newest revision is read before the rules: what came in between is refused, never written over.
    head = wiring.store().head(place.project.key)
    plan = imported.plan(
        imported.merged(each.sentence for each in said if not each.refused),
        rules_here(wiring).values(),
        project=place.project.key,
        covered=_covered(found) if options.path else None,
        wish=wish,
        versions=wiring.store().versions,
    )
    if not wish.own:
        plan = _fitting(wiring, plan)
    if not options.json:
        _show(wiring, found, said, plan, over)
    if options.dry_run or not _agreed(wiring, plan, wish, asked=options.yes or options.json):
        written = False
        if not options.json:
            wiring.say("Nothing was written.")
    else:
        _keep(wiring, found, plan, head, part=bool(options.path), own=wish.own)
        written = True
    if options.json:
        show(wiring, _facts(wiring, found, said, plan, over, written=written))
    elif written:
        _tell(wiring, plan, wish)
    return 0


def offer(wiring: Wiring) -> str:
    """One line for a person whose project has rule files that are not known yet; empty where it has none."""
    place = wiring.place()
    if place.project.key == GLOBAL or wiring.store().answer(filing(place.project.key)) is not None:
        return ""
    books = [book for book in find(Path(place.root)).books if book.passages]
    if not books:
        return ""
    rules = count(sum(len(book.passages) for book in books), "rule")
    files = count(len(books), "rule file")
    return (
        f"{place.project.name} has {files} with {rules}: `mcp-promptlearn import` makes them known, "
        "and `import --check` says what could be better in them."
    )


def facts_of(book: Book, found: Found) -> dict[str, object]:
    """A rule file as `--json` prints it."""
    return {
        "path": book.path,
        "form": book.form,
        "also": list(found.also.get(book.path, ())),
        "paths": list(book.paths),
        "when": book.when,
        "rules": len(book.passages),
        "tokens": book.tokens,
        "read_by": readers(book, found),
        "left_out": dict(book.left_out),
        "notes": list(book.notes),
    }


def readers(book: Book, found: Found) -> list[str]:
    """The clients that read a file by themselves, under whatever name."""
    present = Filing(tuple(_covered(found)), {}).forms
    names = (book.path, *found.also.get(book.path, ()))
    return [client for client in READS if reads(client, names, present)]


def tell_files(wiring: Wiring, found: Found) -> None:
    """What was found, a file a line, and what was left alone."""
    wiring.say(f"{count(len(found.books), 'rule file')} in {wiring.place().project.name}")
    for book in found.books:
        also = f" (also {', '.join(found.also[book.path])})" if book.path in found.also else ""
        scope = f"only {' '.join(book.paths)}" if book.paths else "the whole project"
        by_hand = "; not imported, as its client reads it only when a person names it" if book.when == BY_HAND else ""
        rules = count(len(book.passages), "rule")
        clients = " ".join(readers(book, found)) or "no client that we know of"
        wiring.say(f"  {book.path}{also}: {rules}, {book.tokens} tokens, {scope}; read by {clients}{by_hand}")
        for note in book.notes:
            wiring.say(f"      {note}")
    for refused in found.refused:
        wiring.tell(f"left alone: {refused.path} {refused.why}")
    if found.note:
        wiring.tell(found.note)


def _covered(found: Found) -> set[str]:
    """Every name under which rules were found."""
    return {book.path for book in found.books} | {name for names in found.also.values() for name in names}


def _fitting(wiring: Wiring, plan: Plan) -> Plan:
    """What an agent typed, as far as candidates have room. Raises `CommandError` where nothing has."""
    from mcp_server.learning import suggest

    waiting = sum(rule.state == "candidate" for rule in rules_here(wiring).values())
    room = max(0, suggest.CANDIDATES - waiting)
    if plan.added and not room:
        raise CommandError(f"{waiting} candidates wait for the user already; ask them to run `mcp-promptlearn review`")
    return plan._replace(steps=plan.steps[: min(room, len(plan.added))], added=plan.added[:room])


def _agreed(wiring: Wiring, plan: Plan, wish: Wish, *, asked: bool) -> bool:
    if asked or not wish.own or not plan.steps:
        return True
    what = [
        count(len(plan.added) + len(plan.back), "rule") + " to keep" if plan.added or plan.back else "",
        f"{len(plan.changed)} to change" if plan.changed else "",
        f"{len(plan.gone)} to retire" if plan.gone else "",
    ]
    words = ", ".join(filter(None, what)) or "mark them as opted in"
    return confirm(wiring, f"These are your rules: {words}?")


def _keep(wiring: Wiring, found: Found, plan: Plan, head: int, *, part: bool, own: bool) -> None:
    """One revision, and beside it where every sentence stands. Raises `ConflictError`."""
    store, project = wiring.store(), wiring.place().project.key
    also = dict(plan.also)
    if plan.steps:
        before = {rule.id for rule in store.rules(project)}
        report = "\n".join(f"- {step.kind}: {step.reason}" for step in plan.steps)
        revision = store.revise(project, plan.steps, cause="import", report=report, now=wiring.now(), expected=head)
        made = sorted(entry.rule for entry in revision.entries if entry.rule not in before)
        also |= {rule: each.also for rule, each in zip(made, plan.added, strict=True)}
    if not own:
        return  # whom it is delivered to is for a person to change
    old = Filing.load(store.answer(filing(project)))
    names = _covered(found)
    if part:
        files, sums = {*old.files, *names}, {**old.sums, **found.sums}
        kept = {rule: tuple(name for name in others if name not in names) for rule, others in old.also.items()}
        also = {rule: (*kept.get(rule, ()), *also.get(rule, ())) for rule in {*kept, *also}}
    else:
        files, sums = names, found.sums
    new = Filing(tuple(sorted(name for name in files if form(name))), also, sums)
    if new.dump() != old.dump() or not old.files:
        store.keep_answer(filing(project), new.dump(), now=wiring.now())


def _show(wiring: Wiring, found: Found, said: list[Spoken], plan: Plan, over: int) -> None:
    tell_files(wiring, found)
    for each in said:
        where = f"{each.sentence.file}, line {each.sentence.line}"
        if each.refused:
            wiring.tell(f"not kept: {where}: {each.refused}")
        for words in each.dangers:
            wiring.tell(f"WARNING: {where}: {words}")
    removed, redacted = counted(said)
    for what, times in (*removed.items(), *((f"secret ({kind})", times) for kind, times in redacted.items())):
        wiring.tell(f"{times} x {what} was taken out of what is kept")
    if over:
        wiring.tell(
            f"{count(over, 'rule')} more than the {MOST} that are kept of a project; name the files that matter"
        )
    _list(wiring, "new", [(f"+ {each.text}", _where(each)) for each in plan.added])
    _list(wiring, "changed", [(f"~ {rule.name} {each.text}", f"was: {rule.text}") for rule, each in plan.changed])
    _list(wiring, "back", [(f"+ {rule.name} {each.text}", _where(each)) for rule, each in plan.back])
    _list(wiring, "gone", [(f"- {rule.name} {rule.text}", rule.current.source.file) for rule in plan.gone])
    _list(wiring, "known", [(f"= {rule.name} {rule.text}", _where(each)) for rule, each in plan.known])
    if plan.kept:
        wiring.say(f"{count(len(plan.kept), 'rule')} as imported before")


def _list(wiring: Wiring, title: str, lines: list[tuple[str, str]]) -> None:
    if lines:
        wiring.say(f"{len(lines)} {title}:")
    for text, where in lines[:SHOWN]:
        wiring.say(f"  {text}  ({where})")
    if len(lines) > SHOWN:
        wiring.say(f"  and {len(lines) - SHOWN} more (`--json` shows all)")


def _where(each: Sentence) -> str:
    scope = f", only {' '.join(each.paths)}" if each.paths else ""
    return f"{', '.join(each.files)}, line {each.line}{scope}"


def _tell(wiring: Wiring, plan: Plan, wish: Wish) -> None:
    if not plan.steps:
        wiring.say("Nothing to change: the rules are what the files say.")
    elif not wish.own:
        wiring.say(f"{wish.mark}, so {count(len(plan.added), 'rule')} wait in `mcp-promptlearn review` for a person.")
    elif wish.opt_in:
        wiring.say(
            "Kept as your rules, and measured from the next session on. `mcp-promptlearn rollback` takes it back."
        )
    else:
        wiring.say(
            "Kept as your rules: never measured until you opt in (`import --opt-in`, or `unpin`), and not given again "
            "to a client that reads their file. `mcp-promptlearn rollback` takes it back."
        )


def _facts(
    wiring: Wiring, found: Found, said: list[Spoken], plan: Plan, over: int, *, written: bool
) -> dict[str, object]:
    def sentence(each: Sentence) -> dict[str, object]:
        return {
            "text": each.text,
            "file": each.file,
            "line": each.line,
            "also": list(each.also),
            "paths": list(each.paths),
        }

    removed, redacted = counted(said)
    return {
        "project": wiring.place().project.key,
        "written": written,
        "revision": wiring.store().head(wiring.place().project.key),
        "files": [facts_of(book, found) for book in found.books],
        "refused": [refused._asdict() for refused in found.refused],
        "added": [sentence(each) for each in plan.added],
        "changed": [{"id": rule.name, "before": rule.text, **sentence(each)} for rule, each in plan.changed],
        "back": [{"id": rule.name, **sentence(each)} for rule, each in plan.back],
        "gone": [{"id": rule.name, "text": rule.text, "file": rule.current.source.file} for rule in plan.gone],
        "known": [{"id": rule.name, **sentence(each)} for rule, each in plan.known],
        "kept": len(plan.kept),
        "too_many": over,
        "unfit": [
            {"file": each.sentence.file, "line": each.sentence.line, "why": each.refused}
            for each in said
            if each.refused
        ],
        "dangers": [
            {"file": each.sentence.file, "line": each.sentence.line, "why": list(each.dangers)}
            for each in said
            if each.dangers
        ],
        "removed": removed,
        "redacted": redacted,
        "note": found.note,
    }
