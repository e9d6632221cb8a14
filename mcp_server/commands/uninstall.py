"""`uninstall`: every file that `setup` touched is as it was; the store stays unless it is told to go."""

import argparse
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from mcp_server.agents import known, manifest
from mcp_server.agents.client import Client, Machine
from mcp_server.agents.difference import difference, visible
from mcp_server.agents.exporting import Refusal as Trouble
from mcp_server.agents.files import UnfitError
from mcp_server.agents.setup import Refusal
from mcp_server.agents.undo import Undo, What, execute, plan
from mcp_server.agents.written import read
from mcp_server.commands import CommandError, count, show
from mcp_server.commands.export_back import carried_out, exports, taken
from mcp_server.commands.setup import LOCK, alone, asking, clients, machine_of, named, recorded, short
from mcp_server.project import ProjectError, find
from mcp_server.wiring import Wiring
from store import upkeep


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    clients(parser)
    parser.add_argument("--purge", action="store_true", help="remove the store too: all rules, evidence and backups")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="show every change, write nothing")
    parser.add_argument("--json", action="store_true", help="the facts as JSON; with --yes or --dry-run")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Show, ask once, undo; 1 if a file was refused."""
    if options.purge and options.client:
        raise CommandError("--purge removes the store of all clients; use it without --client")
    asking(wiring, options, "uninstall")
    machine, home = machine_of(wiring), wiring.settings.home
    with alone(home) if home.is_dir() and not options.dry_run else nullcontext():
        entries = recorded(home)
        wanted = named(options.client) or known.CLIENTS
        undos, refusals = plan(wanted, machine, home, entries=entries, project=_project(wiring))
        rules = _exported(wiring, options, refusals)
        if not options.json:
            _show(wiring, machine, [*undos, *rules], refused=bool(refusals), wanted=named(options.client))
        if not options.dry_run:
            refusals += _carry_out(wiring, options, undos, rules, machine)
    purged = options.purge and not options.dry_run and not refusals and _purge(wiring, options)
    if options.json:
        show(wiring, _facts([*undos, *rules], refusals, home, purged=purged))
    else:
        for refusal in refusals:
            wiring.tell(f"left alone: {visible(refusal.why)}")
        if purged:
            wiring.say("The store is removed.")
        elif wiring.settings.store.exists():
            wiring.say(
                f"Your rules and their history stay in {wiring.settings.store} (`uninstall --purge` removes them)."
            )
    return 1 if refusals else 0


def _project(wiring: Wiring) -> str:
    try:
        place = find(wiring.folder)
    except ProjectError:
        return ""
    return "" if place.note else place.root


def _exported(wiring: Wiring, options: argparse.Namespace, refusals: list[Refusal]) -> list[Undo]:
    """What to do to the rule files that were exported, in all projects; with --client to those of these alone."""
    wanted, troubles = set(options.client), list[Trouble]()
    entries = [each for each in exports(wiring).values() if not wanted or set(each.client.split()) <= wanted]
    undos = [undo for each in entries for undo in taken(each, wiring, troubles)]
    refusals += [Refusal(each.path, each.why) for each in troubles]
    return undos


def _show(wiring: Wiring, machine: Machine, undos: Sequence[Undo], *, refused: bool, wanted: Sequence[Client]) -> None:
    """What is done to each file; the difference where it is not what was there before."""
    if not (undos or refused):
        whose = f" for {' and '.join(client.title for client in wanted)}" if wanted else ""
        wiring.say(f"No file holds anything of ours{whose}.")
    for undo in undos:
        path = short(str(undo.path), machine)
        wiring.say(f"{path}: {undo.what}")
        if undo.what in {What.TAKE_OUT, What.UNRECORDED, What.BLOCK, What.MARKERS}:
            wiring.say(f"  --- {path}\n  +++ {path}")
            for line in difference(read(undo.found or b"").text, read(undo.data or b"").text):
                wiring.say(f"  {line}")


def _carry_out(
    wiring: Wiring, options: argparse.Namespace, undos: Sequence[Undo], rules: Sequence[Undo], machine: Machine
) -> list[Refusal]:
    """Ask once and undo; returns what could not be undone."""
    if (undos or rules) and not options.yes:
        files = count(len(undos) + len(rules), "file")
        if wiring.ask(f"Do this to {files}? [y/N] ").strip().lower() != "y":
            raise CommandError("nothing was changed")
    home = wiring.settings.home
    entries = recorded(home)
    failed: list[Refusal] = []
    for undo in undos:
        try:
            execute(undo, home, entries)
        except UnfitError as error:
            failed.append(Refusal(str(undo.path), f"{short(str(undo.path), machine)} {error}"))
    manifest.forget(home, entries)
    exported = exports(wiring) if rules else {}
    failed += [Refusal(each.path, each.why) for each in carried_out(rules, wiring, exported)]
    if rules:
        manifest.forget(home, exported, folder=manifest.EXPORTS)
    if (undos or rules) and not failed and not options.json:
        wiring.say("Done. Sessions that are open now keep their old settings until they end.")
    return failed


def _purge(wiring: Wiring, options: argparse.Namespace) -> bool:
    """Remove what we keep, and nothing else that lies in the same folder. Raises `OSError`."""
    store, home = upkeep.real(wiring.settings.store), wiring.settings.home
    doomed = [path for path in _ours(store, home) if path.exists()]
    if all(path.suffix == ".lock" for path in doomed):
        return False
    if not options.yes:
        wiring.say(f"{home} holds all your rules, their history, the evidence and the backups.")
        if wiring.ask("Remove them for good? This cannot be undone. [y/N] ").strip().lower() != "y":
            return False
    for path in doomed:
        path.unlink()
    for folder in (store.parent / "backups", store.parent, home):
        with suppress(OSError):  # something of somebody else's lies there
            folder.rmdir()
    return True


def _ours(store: Path, home: Path) -> list[Path]:
    """The files that we make; a person may have pointed us to a folder with others in it."""
    stem, suffix = store.stem, store.suffix
    folder = store.parent
    sides = [
        folder.glob(f"{stem}{suffix}*"),
        folder.glob(f"{stem}.*-*{suffix}*"),
        (folder / "backups").glob(f"{stem}-*"),
    ]
    locks = [home / name for name in (LOCK, "config.toml", "consolidate.lock", "backup.lock", "mending.lock")]
    return [path for side in sides for path in side] + locks


def _facts(undos: Sequence[Undo], refusals: Sequence[Refusal], home: Path, *, purged: bool) -> dict[str, object]:
    return {
        "files": [{"path": str(undo.path), "real": str(undo.real), "what": undo.what.name.lower()} for undo in undos],
        "refused": [refusal._asdict() for refusal in refusals],
        "store": str(home),
        "purged": purged,
    }
