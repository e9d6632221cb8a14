"""What was exported, taken out of its files again: for `export --remove` and `uninstall`."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mcp_server import byfile
from mcp_server.agents import manifest, targets
from mcp_server.agents.difference import difference, visible
from mcp_server.agents.exporting import Refusal, Root, take_out, unrecorded
from mcp_server.agents.files import UnfitError
from mcp_server.agents.manifest import EXPORTS, Entry, ManifestError
from mcp_server.agents.undo import Undo, execute
from mcp_server.agents.written import read
from mcp_server.commands import CommandError, count, show
from mcp_server.commands.setup import machine_of, short
from mcp_server.wiring import Wiring


def exports(wiring: Wiring) -> dict[str, Entry]:
    """What was exported, in all projects. Raises `CommandError`."""
    try:
        return manifest.load(wiring.settings.home, folder=EXPORTS)
    except ManifestError as error:
        raise CommandError(str(error)) from error


def tell(wiring: Wiring, refusals: Iterable[Refusal]) -> None:
    """What was left alone and why, with the difference where somebody edited our block."""
    for each in refusals:
        wiring.tell(f"left alone: {visible(each.why)}")
        for line in difference(each.before, each.after) if each.before != each.after else ():
            wiring.tell(f"  {line}")


def taken(entry: Entry, wiring: Wiring, refusals: list[Refusal]) -> list[Undo]:
    """What to do to a file that was recorded; nothing where that cannot be told, which is said in `refusals`."""
    try:
        return [take_out(entry, wiring.settings.home)]
    except UnfitError as error:
        refusals.append(Refusal(entry.path, f"{entry.path} {error}"))
        return []


def remove(options: argparse.Namespace, wiring: Wiring, root: str, entries: dict[str, Entry]) -> int:
    """Take our blocks out of this project's files."""
    wanted = set(options.client)
    refusals: list[Refusal] = []
    undos: list[Undo] = []
    shared: list[str] = []
    for entry in [each for each in entries.values() if each.project == root]:
        names = set(entry.client.split())
        if wanted and not names & wanted:
            continue
        if wanted and names - wanted:
            shared.append(f"{entry.path} stays, as it is for {', '.join(sorted(names - wanted))} too")
            continue
        undos += taken(entry, wiring, refusals)
    others, troubles = unrecorded(Root(root), entries, targets.named(wanted or targets.NAMES))
    undos, refusals = [*undos, *others], [*refusals, *troubles]
    if not options.json:
        show_undos(wiring, undos)
        for line in shared:
            wiring.say(visible(line))
    if not options.dry_run:
        if undos and not options.yes and wiring.ask(f"Do this to {count(len(undos), 'file')}? [y/N] ").lower() != "y":
            raise CommandError("nothing was changed")
        refusals += carried_out(undos, wiring, entries)
        manifest.forget(wiring.settings.home, entries, folder=EXPORTS)
        _let_go(wiring, Root(root), entries)
    if options.json:
        files = [{"path": str(each.path), "real": str(each.real), "what": each.what.name.lower()} for each in undos]
        refused = [{"path": each.path, "why": each.why} for each in refusals]
        show(wiring, {"removed": files, "refused": refused, "written": not options.dry_run})
    else:
        tell(wiring, refusals)
    return 1 if refusals else 0


def show_undos(wiring: Wiring, undos: Sequence[Undo]) -> None:
    """What is done to each file, and the difference."""
    if not undos:
        wiring.say("No file of this project holds a block of ours.")
    machine = machine_of(wiring)
    for undo in undos:
        path = short(str(undo.path), machine)
        wiring.say(f"{path}: {undo.what}")
        if undo.found != undo.data:
            for line in difference(read(undo.found or b"").text, read(undo.data or b"").text):
                wiring.say(f"  {line}")


def carried_out(undos: Iterable[Undo], wiring: Wiring, entries: dict[str, Entry]) -> list[Refusal]:
    """Do it; returns what could not be done, and why."""
    failed: list[Refusal] = []
    for undo in undos:
        try:
            execute(undo, wiring.settings.home, entries, folder=EXPORTS)
        except UnfitError as error:
            failed.append(Refusal(str(undo.path), f"{undo.path} {error}"))
    return failed


def _let_go(wiring: Wiring, root: Root, entries: Mapping[str, Entry]) -> None:
    """Forget the files in which no block stands any more, here or in another folder, which may be of this project."""
    project, store = wiring.place().project.key, wiring.store()
    known = byfile.told(store, project)
    elsewhere = {
        Path(entry.path).relative_to(entry.project).as_posix()
        for entry in entries.values()
        if Path(entry.path).is_relative_to(entry.project)
    }
    left = {
        name: [each for each in paths if each in elsewhere or byfile.holds(str(root.path), each)]
        for name, paths in known.clients.items()
    }
    kept = {name: paths for name, paths in left.items() if paths}
    if kept != known.clients:
        byfile.keep(store, project, known._replace(clients=kept), now=wiring.now())
