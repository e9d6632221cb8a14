"""`setup`: let the agents on this machine use this program; every change is shown first and can be undone."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill

from mcp_server import byfile
from mcp_server.agents import known, manifest
from mcp_server.agents.client import Client, File, Machine
from mcp_server.agents.difference import difference, visible
from mcp_server.agents.files import UnfitError
from mcp_server.agents.manifest import Entry, ManifestError
from mcp_server.agents.parts import apply
from mcp_server.agents.setup import Change, Outlook, chosen, found, is_toml, outlook, write
from mcp_server.agents.targets import TARGETS
from mcp_server.commands import CommandError, count, show
from mcp_server.home import HOME
from mcp_server.person import demand
from mcp_server.project import ProjectError, find
from mcp_server.settings import interpreter
from mcp_server.wiring import Wiring
from store.connection import sole
from store.upkeep import private

_CACHE = re.compile(
    r"[\\/](?:archive|builds|environments)-v\d+[\\/]|[\\/]pipx[\\/]\.cache[\\/]|[\\/]\.cache[\\/]pipx[\\/]"
)
"""Where `uvx` and `pipx run` keep what they start."""

DAYS, SAYINGS = 30.0, 3
"""How far the look back after a setup reaches, and how many sentences it shows."""

LOCK = "setup.lock"
"""In the program's home: one setup or uninstall at a time."""


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    clients(parser)
    parser.add_argument("--project", action="store_true", help="this project's own files instead of yours")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--print", action="store_true", dest="by_hand", help="only say what to do by hand")
    how.add_argument("--dry-run", action="store_true", help="show every change, write nothing")
    parser.add_argument("--json", action="store_true", help="the facts as JSON; with --yes or --dry-run")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Show, ask once, write; 1 if a file was refused or no client is here."""
    machine = _lasting(machine_of(wiring))
    project = _project(wiring) if options.project else ""
    wanted = named(options.client)
    if options.by_hand:
        _by_hand(wiring, machine, project, [c for c in known.CLIENTS if c in wanted or not wanted])
        return 0
    here = [client for client in known.CLIENTS if found(client, machine)]
    chosen_clients = wanted or here
    asking(wiring, options, "setup")
    if not chosen_clients:
        raise CommandError(
            f"no client was found (looked for {', '.join(c.title for c in known.CLIENTS)}); name one with --client, "
            "or see `setup --print`"
        )
    home = wiring.settings.home
    with nullcontext() if options.dry_run else alone(home):
        entries = recorded(home)
        outlooks = [outlook(client, machine, project, entries=entries) for client in chosen_clients]
        if not options.json:
            _show(wiring, machine, outlooks, here=here)
        if not options.dry_run:
            wiring.store()  # hooks use a store that is there, and have no time to make one
        failed = _write(wiring, options, outlooks, entries, machine)
    if options.json:
        show(wiring, _facts(outlooks, here, failed, written=not options.dry_run))
    refused = [refusal.why for each in outlooks for refusal in each.refusals] + failed
    if not options.json:
        if not options.dry_run:
            _look_back(wiring, entries)
        for why in refused:
            wiring.tell(f"left alone: {visible(why)}")
    return 1 if refused else 0


def clients(parser: argparse.ArgumentParser) -> None:
    """Declare `--client`."""
    words = f"only this one, found or not; repeatable ({', '.join(known.NAMES)})"
    parser.add_argument("--client", action="append", default=[], choices=known.NAMES, metavar="NAME", help=words)


def named(names: Sequence[str]) -> list[Client]:
    """The clients of these names, in our order."""
    return [client for client in known.CLIENTS if client.name in names]


def machine_of(wiring: Wiring) -> Machine:
    """This machine, as the clients' files see it."""
    store = str(wiring.settings.home) if wiring.environment.get(HOME) else ""
    return Machine(sys.platform, str(Path.home()), wiring.environment, tuple(interpreter()), store)


def _lasting(machine: Machine) -> Machine:
    """Raises `CommandError` where the program will be gone tomorrow, and every agent's configuration wrong."""
    if _CACHE.search(machine.program[0]):
        raise CommandError(
            f"{machine.program[0]} lies in a cache that is emptied from time to time; install it to stay "
            "(`uv tool install mcp-promptlearn`), then run setup from there"
        )
    return machine


def asking(wiring: Wiring, options: argparse.Namespace, what: str) -> None:
    """Let only a person go on, unless nothing is written. Raises `NotAPersonError` and `CommandError`."""
    if options.dry_run:
        return
    demand(wiring.surroundings(), yes=options.yes, what=what)
    if options.json and not options.yes:
        raise CommandError("--json asks nothing: add --yes, or --dry-run to write nothing")


def alone(home: Path) -> AbstractContextManager[None]:
    """Hold the one right to change configuration. Raises `BusyError`."""
    private(home / LOCK)
    return sole(home / LOCK, what="the configuration of your agents")


def recorded(home: Path) -> dict[str, Entry]:
    """What was set up. Raises `CommandError`."""
    try:
        return manifest.load(home)
    except ManifestError as error:
        raise CommandError(str(error)) from error


def short(path: str, machine: Machine) -> str:
    """A path as people write it."""
    home = machine.home
    return visible(f"~{path[len(home) :]}" if home and path.startswith((f"{home}/", f"{home}\\")) else path)


def _project(wiring: Wiring) -> str:
    place = find(wiring.folder)
    if place.note:
        raise CommandError(f"--project needs a project's folder to work in; {place.note}")
    return place.root


def _show(wiring: Wiring, machine: Machine, outlooks: Sequence[Outlook], *, here: Sequence[Client]) -> None:
    """What was found, and every change to the last character."""
    missing = [client.title for client in known.CLIENTS if client not in here]
    wiring.say(f"Found: {', '.join(client.title for client in here) or 'no client'}.")
    wiring.say(f"Not found: {', '.join(missing)}." if missing else "All clients that are known are here.")
    for each in outlooks:
        tried = "" if each.client.was_run else " (as its makers document it; not tried with the real program)"
        wiring.say(f"\n== {each.client.title}{tried}")
        for path in each.settled:
            wiring.say(f"   {short(str(path), machine)}: has it already")
        for change in each.changes:
            path = short(str(change.seen.path), machine)
            new = " (new file)" if change.seen.data is None else ""
            wiring.say(f"   {path}{new}: {change.words}")
            if change.seen.path != change.seen.real:
                wiring.say(f"   {path} is a link; what is changed is {short(str(change.seen.real), machine)}")
            for line in _difference(change, path):
                wiring.say(f"     {line}")


def _difference(change: Change, path: str) -> list[str]:
    old = "(nothing)" if change.seen.data is None else path
    return [f"--- {old}", f"+++ {path}", *difference(change.before, change.after)]


def _write(
    wiring: Wiring,
    options: argparse.Namespace,
    outlooks: Sequence[Outlook],
    entries: dict[str, Entry],
    machine: Machine,
) -> list[str]:
    """Ask once and write; returns what could not be written, and why."""
    changes = [change for each in outlooks for change in each.changes]
    if options.dry_run or not changes:
        if not options.json:
            wiring.say("\nNothing was written." if options.dry_run else "\nNothing to write.")
        return []
    if not options.json:
        wiring.say("\nTo be written, as shown above and nothing else (`mcp-promptlearn uninstall` puts it back):")
        for change in changes:
            wiring.say(f"  {short(str(change.seen.path), machine)}: {change.words}")
        wiring.say("No key, no network, and nothing runs but while an agent does.")
    if not options.yes and wiring.ask(f"Write {count(len(changes), 'file')}? [y/N] ").strip().lower() != "y":
        raise CommandError("nothing was written")
    home = wiring.settings.home
    failed: list[str] = []
    for each in outlooks:
        done = 0
        for change in each.changes:
            try:
                write(change, home, entries)
                done += 1
            except UnfitError as error:
                failed.append(f"{change.seen.path} {error}")
        if done and not options.json:
            wiring.say(f"\n{each.client.title}: {count(done, 'file')} written.")
            _say_notes(wiring, each.client, project=bool(options.project))
    manifest.forget(home, entries)
    if not options.json:
        wiring.say("\nNext: start your agent in a repository. `mcp-promptlearn doctor` proves that it works.")
    return failed


def _look_back(wiring: Wiring, entries: Mapping[str, Entry]) -> None:
    """Something to begin with, where a person is in a project now: what they told their agent again and again, the
    rule files that they have, and those that they could have.
    """
    from mcp_server.commands.import_ import offer
    from mcp_server.commands.scan import glance

    with suppress(ProjectError):
        for line in glance(wiring, days=DAYS, most=SAYINGS):
            wiring.say(line)
        for line in filter(None, [offer(wiring), _by_file(wiring, entries)]):
            wiring.say(line)


def _by_file(wiring: Wiring, entries: Mapping[str, Entry]) -> str:
    """One line for clients set up here which read rule files and get no rules by hooks; empty once one was exported."""
    place = wiring.place()
    if place.note or byfile.told(wiring.store(), place.project.key).clients:
        return ""
    ready = {entry.client for entry in entries.values() if entry.project in {"", place.root}}
    without = [each for each in TARGETS if each.name in ready and not each.hooks]
    if not without:
        return ""
    titles = " and ".join(each.title for each in without)
    command = " ".join(["mcp-promptlearn export", *(f"--client {each.name}" for each in without)])
    return (
        f"{titles} {'gets' if len(without) == 1 else 'get'} no rules by hooks, so agents there have to ask for them: "
        f"once you have some, `{command}` puts them into files that are read there without asking."
    )


def _say_notes(wiring: Wiring, client: Client, *, project: bool) -> None:
    for note in _notes(client, project=project):
        wiring.say(
            fill(
                note,
                width=min(100, get_terminal_size((100, 24)).columns),
                initial_indent="  - ",
                subsequent_indent="    ",
                break_long_words=False,
            )
        )


def _notes(client: Client, *, project: bool) -> list[str]:
    if not project:
        return list(client.notes)
    paths = "These files hold paths of this machine; keep them out of your commits."
    return [*client.notes, *client.project_notes, paths]


def _by_hand(wiring: Wiring, machine: Machine, project: str, wanted: Sequence[Client]) -> None:
    """What a person would write, client by client."""
    for client in wanted:
        wiring.say(f"== {client.title}")
        command = client.command(machine)
        if command and not project and machine.system != "win32":
            wiring.say(f"The server, by its own command:\n  {command}\nor all of it in its files:")
        files = client.project_files(machine, project) if project else client.files(machine)
        if not files:
            wiring.say("It has no files of a project's own.")
        for file in files:
            wiring.say(f"In {short(str(chosen(file)), machine)} ({file.words}):")
            for line in _alone(file).splitlines():
                wiring.say(f"  {line}")
        _say_notes(wiring, client, project=bool(project))
        wiring.say("")


def _alone(file: File) -> str:
    """Our part as the whole of a file."""
    if file.whole:
        return file.whole
    return apply("", file.part, toml=is_toml(file.paths[-1]))[0]


def _facts(
    outlooks: Sequence[Outlook], here: Sequence[Client], failed: Sequence[str], *, written: bool
) -> dict[str, object]:
    def file(change: Change) -> dict[str, object]:
        return {
            "path": str(change.seen.path),
            "real": str(change.seen.real),
            "new": change.seen.data is None,
            "words": change.words,
            "difference": _difference(change, str(change.seen.path)),
        }

    return {
        "found": [client.name for client in here],
        "written": written,
        "clients": [
            {
                "name": each.client.name,
                "title": each.client.title,
                "was_run": each.client.was_run,
                "changes": [file(change) for change in each.changes],
                "settled": [str(path) for path in each.settled],
                "refused": [refusal._asdict() for refusal in each.refusals],
                "notes": list(each.client.notes),
            }
            for each in outlooks
        ],
        "failed": list(failed),
    }
