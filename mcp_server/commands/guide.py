"""`guide`: the project's rules as a document for somebody new, on the screen, in a file, or in the repository."""

import argparse
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from mcp_server.agents import manifest, targets
from mcp_server.agents.difference import visible
from mcp_server.agents.exporting import GUIDE, EditedError, Refusal, Root, of_body, write
from mcp_server.agents.files import UnfitError, read_bytes, replace
from mcp_server.agents.manifest import EXPORTS
from mcp_server.commands import CommandError, show
from mcp_server.commands.export import root_of, show_change
from mcp_server.commands.export_back import exports, tell
from mcp_server.commands.setup import alone, asking
from mcp_server.learning import decided, guide_page
from mcp_server.learning.exported import exportable
from mcp_server.learning.guide import Page, page
from mcp_server.settings import secrets
from mcp_server.wiring import Wiring
from store.records import GLOBAL

ENDINGS = (".md", ".markdown")


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="as Markdown, which it is without a word")
    form.add_argument("--html", action="store_true", help="as one page of HTML that needs nothing else")
    form.add_argument("--json", action="store_true", help="the facts as JSON")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--output", metavar="FILE", help="into a file of its own")
    where.add_argument("--into", metavar="FILE", help="as a marked block in a Markdown file of the project")
    parser.add_argument("--global", action="store_true", dest="everywhere", help="with the rules for all projects")
    parser.add_argument("--yes", action="store_true", help="do not ask; with --into")
    parser.add_argument("--dry-run", action="store_true", help="show the change, write nothing; with --into")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Print the guide, or put it where it should go; 1 if a file was refused."""
    project = wiring.place().project
    pages = [
        each
        for key in ([project.key, GLOBAL] if options.everywhere and project.key != GLOBAL else [project.key])
        for each in _pages(wiring, key, everywhere=key == GLOBAL)
    ]
    if options.into and options.html:
        raise CommandError("--into writes Markdown; use --output for a page of HTML")
    if options.json and (options.into or options.output):
        raise CommandError("--json prints; leave out --output and --into")
    if options.json:
        rules = [{**each._asdict(), "id": each.name, "paths": list(each.paths)} for each in pages]
        for each in rules:
            del each["name"]
        show(wiring, {"project": project.key, "name": project.name, "rules": rules})
        return 0
    lines = guide_page.html(project.name, pages) if options.html else guide_page.markdown(project.name, pages)
    if options.output:
        _write(wiring, options.output, lines)
    elif options.into:
        return _into(options, wiring, lines)
    else:
        for line in lines:
            wiring.say(line)
    return 0


def _pages(wiring: Wiring, project: str, *, everywhere: bool) -> list[Page]:
    """The rules in force, and what is told of each."""
    store, off = wiring.store(), wiring.policy().off
    found = decided.read(store.trials(project))
    known = secrets(wiring.environment)
    pages: list[Page] = []
    for rule in exportable(store.rules(project)):
        made = decided.current(rule, found)
        verdict = decided.verdict(rule, made, off=off)
        facts = store.supports(rule.id)
        pages.append(page(rule, facts, made, verdict, known=known, everywhere=everywhere))
    return pages


def _write(wiring: Wiring, name: str, lines: Sequence[str]) -> None:
    """Write a file of its own, in the place of an older guide and of nothing else. Raises `CommandError`."""
    path = (Path(wiring.folder) / name).resolve()
    data = ("\n".join(lines) + "\n").encode()
    if path.is_dir() or not path.parent.is_dir():
        raise CommandError(f"{visible(name)} is a folder, or lies in none; name a file in a folder that is there")
    old = read_bytes(path)
    if old and guide_page.GENERATOR.encode() not in old:
        raise CommandError(f"{visible(name)} is no guide of ours, so it is left alone; name another, or use --into")
    if old != data:
        replace(path, data, mode=0o644)
    wiring.tell(f"{visible(name)}: {'as it was already' if old == data else 'written'}")


def _into(options: argparse.Namespace, wiring: Wiring, lines: Sequence[str]) -> int:
    """Put the guide into a file of the project, as a block that is recorded and can be taken out."""
    folder = root_of(wiring)
    asking(wiring, options, "guide --into")
    root, name = Root(folder), _within(wiring, folder, options.into)
    home, body = wiring.settings.home, "\n".join(lines)
    with nullcontext() if options.dry_run else alone(home):
        entries = exports(wiring)
        try:
            wished = of_body(name, (GUIDE,), root.look(name), body)
            if wished.after == wished.seen.data:
                wiring.say(f"{visible(name)}: says it already")
                return 0
            show_change(wiring, wished, "people who are new to the project")
            wiring.say("Agents that open this file read the rules there too, whatever their coins say.")
            if options.dry_run:
                return 0
            if not options.yes and wiring.ask(f"Write {visible(name)}? [y/N] ").strip().lower() != "y":
                raise CommandError("nothing was written")
            write(wished, folder, home, entries)
        except EditedError as error:
            tell(wiring, [Refusal(name, f"{name} {error}", f"{error.body}\n", f"{body}\n")])
            return 1
        except UnfitError as error:
            tell(wiring, [Refusal(name, f"{name} {error}")])
            return 1
        manifest.forget(home, entries, folder=EXPORTS)
    wiring.say("Done. Run this again when rules have changed; `mcp-promptlearn export --remove` takes it out.")
    return 0


def _within(wiring: Wiring, folder: str, name: str) -> str:
    """The file's name in the project. Raises `CommandError` for one outside, of another kind, or that agents read."""
    path = Path(wiring.folder).resolve() / name
    try:
        within = (path.parent.resolve() / path.name).relative_to(Path(folder).resolve()).as_posix()
    except ValueError:
        raise CommandError(f"{visible(name)} lies outside the project; name a file in it, or use --output") from None
    if not within.lower().endswith(ENDINGS):
        raise CommandError(f"{visible(name)} is no Markdown file; name one like docs/agent-guide.md, or use --output")
    names = {within, within.rpartition("/")[2]}
    readers = [each.title for each in targets.TARGETS if names & {file for group in each.reads for file in group}]
    if readers:
        raise CommandError(
            f"{visible(name)} is what {readers[0]} reads by itself: the guide is for people, and `mcp-promptlearn "
            "export` writes the rules there"
        )
    return within
