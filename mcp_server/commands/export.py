"""`export`: the rules in the files that clients read by themselves, one block of ours in each, and out again."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import NamedTuple

from mcp_server import byfile
from mcp_server.agents import manifest, targets
from mcp_server.agents.difference import difference, visible
from mcp_server.agents.exporting import (
    GUIDE,
    Change,
    EditedError,
    File,
    Plan,
    Refusal,
    Root,
    change,
    plan,
    reads,
    write,
)
from mcp_server.agents.files import UnfitError
from mcp_server.agents.filing import Filing
from mcp_server.agents.manifest import EXPORTS, Entry
from mcp_server.agents.setup import found
from mcp_server.agents.targets import Target
from mcp_server.agents.undo import Undo, What
from mcp_server.agents.written import read, without_block
from mcp_server.commands import CommandError, count, rules_here, show
from mcp_server.commands.export_back import carried_out, exports, remove, taken, tell
from mcp_server.commands.setup import alone, asking, machine_of, recorded
from mcp_server.delivery import filing
from mcp_server.learning.exported import sheet, stamp
from mcp_server.wiring import Wiring
from store.records import LIVE, Rule

MOST = 32 * 1024
"""Bytes of AGENTS.md that Codex reads, if nobody told it otherwise."""


class Outlook(NamedTuple):
    """What there is to do."""

    plan: Plan
    changes: tuple[Change, ...]
    settled: tuple[str, ...]
    """Files that say it already."""
    undos: tuple[Undo, ...]
    """Files that our block is taken out of, as their clients read it elsewhere."""
    refusals: tuple[Refusal, ...]
    left_out: tuple[Rule, ...]


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    names = ", ".join(targets.NAMES)
    words = f"this one, with hooks or without; repeatable ({names}); else those without hooks that are used here"
    parser.add_argument("--client", action="append", default=[], choices=targets.NAMES, metavar="NAME", help=words)
    parser.add_argument("--remove", action="store_true", help="take our blocks out again; with --client only those")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="show every change, write nothing")
    parser.add_argument("--json", action="store_true", help="the facts as JSON; with --yes or --dry-run")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Show, ask once, write; 1 if a file was refused."""
    root = root_of(wiring)
    asking(wiring, options, "export")
    home = wiring.settings.home
    with nullcontext() if options.dry_run else alone(home):
        entries = exports(wiring)
        if options.remove:
            return remove(options, wiring, root, entries)
        wanted = _wanted(options.client, wiring, Root(root), mine(entries, root))
        outlook = _outlook(wiring, wanted, root, entries)
        if not options.json:
            _show(wiring, outlook)
        failed = [] if options.dry_run else _write(options, wiring, outlook, root, entries)
    refused = [*outlook.refusals, *failed]
    if options.json:
        show(wiring, _facts(outlook, failed, written=not options.dry_run))
    else:
        tell(wiring, refused)
    return 1 if refused else 0


def root_of(wiring: Wiring) -> str:
    """The folder of the project. Raises `CommandError` where there is none."""
    place = wiring.place()
    if place.note:
        raise CommandError(f"rule files are a project's; {place.note}")
    return place.root


def mine(entries: Mapping[str, Entry], root: str) -> dict[str, Entry]:
    """Those of one folder, for clients."""
    return {real: each for real, each in entries.items() if each.project == root and each.client != GUIDE}


def _wanted(names: Sequence[str], wiring: Wiring, root: Root, entries: Mapping[str, Entry]) -> list[Target]:
    """The clients that were named, else those that are used here and have no hooks; with those that have a file now."""
    have = {name for entry in entries.values() for name in entry.client.split()}
    if names:
        return targets.named([*names, *have])
    used = {each.name for each in targets.TARGETS if not each.hooks and targets.used(each, root.exists)}
    machine = machine_of(wiring)
    from mcp_server.agents.known import CLIENTS

    used |= {each.name for each in CLIENTS if each.name in targets.NAMES and found(each, machine)}
    wanted = [each for each in targets.TARGETS if each.name in have or (each.name in used and not each.hooks)]
    if not wanted:
        raise CommandError(
            "no client is used here that needs a file, as the others get their rules by hooks; name one with --client: "
            + ", ".join(targets.NAMES)
        )
    return wanted


def _outlook(wiring: Wiring, wanted: Sequence[Target], root: str, entries: Mapping[str, Entry]) -> Outlook:
    """What there is to do for these clients."""
    rules = list(rules_here(wiring).values())
    folder, planned, claims = _planned(wiring, wanted, root, entries)
    filed = Filing.load(wiring.store().answer(filing(wiring.place().project.key)))
    changes: list[Change] = []
    settled: list[str] = []
    refusals, left_out = [*claims, *planned.refusals], dict[int, Rule]()
    for file in planned.files:
        made = sheet(rules, reads=reads(file, folder), files=filed.of)
        left_out |= {rule.id: rule for rule in made.left_out}
        if not made.rules and not _ours(file):
            refusals.append(Refusal(file.path, f"{file.path}: no rule is pinned or active here yet, so nothing to say"))
            continue
        try:
            wished = change(file, made.body)
        except EditedError as error:
            refusals.append(Refusal(file.path, f"{file.path} {error}", f"{error.body}\n", f"{made.body}\n"))
        except UnfitError as error:
            refusals.append(Refusal(file.path, f"{file.path} {error}"))
        else:
            if wished.after == file.seen.data:
                settled.append(file.path)
            else:
                changes.append(wished)
    undos: list[Undo] = []
    for file in planned.spare:
        entry = entries.get(str(file.seen.real))
        if entry is not None:
            undos += taken(entry, wiring, refusals)
    return Outlook(
        planned,
        tuple(changes),
        tuple(settled),
        tuple(each for each in undos if each.what is not What.NOTHING),
        tuple(refusals),
        tuple(left_out.values()),
    )


def _planned(
    wiring: Wiring, wanted: Sequence[Target], root: str, entries: Mapping[str, Entry]
) -> tuple[Root, Plan, list[Refusal]]:
    """The files for those of these clients that can be served by one, and why others cannot.

    Who is left out changes what the rest would be served by, so it is planned again without them.
    """
    hooked, rest, claims = _hooked(wiring), list(wanted), list[Refusal]()
    while True:
        folder = Root(root)
        found = plan(rest, folder, mine(entries, root))
        claimed: set[str] = set()
        for file in found.files:
            others = [each for each in file.readers if each.name in hooked and each not in rest]
            if others:
                claims.append(Refusal(file.path, _claimed(file, others)))
                claimed |= {each.name for each in file.clients}
        if not claimed:
            return folder, found, claims
        rest = [each for each in rest if each.name not in claimed]


def _hooked(wiring: Wiring) -> set[str]:
    """Clients that get their rules by hooks now."""
    ready = {entry.client for entry in recorded(wiring.settings.home).values()}
    seen = {beat.client for beat in wiring.store().beats()}
    return {each.name for each in targets.TARGETS if each.hooks and each.name in ready | seen}


def _claimed(file: File, others: Sequence[Target]) -> str:
    titles = " and ".join(each.title for each in others)
    also = " ".join(f"--client {each.name}" for each in (*file.clients, *others))
    return (
        f"{file.path} is read by {titles} too, which would then get every rule twice, by hook and by file; "
        f"`export {also}` serves all of them by the file, without coins"
    )


def _ours(file: File) -> bool:
    return file.seen.data is not None and without_block_or_none(file.seen.data) != file.seen.data


def without_block_or_none(data: bytes) -> bytes:
    """The file without our block; the same where it is no text."""
    try:
        return without_block(data)
    except UnfitError:
        return data


def _show(wiring: Wiring, outlook: Outlook) -> None:
    """Every change to the last character, and what it means."""
    titles = {each.name: each.title for each in targets.TARGETS}
    for path in outlook.settled:
        wiring.say(f"{path}: says it already")
    for each in outlook.changes:
        show_change(wiring, each, ", ".join(titles[name] for name in each.clients))
    for undo in outlook.undos:
        wiring.say(f"{undo.path.name}: its clients read another of these files, so our block is taken out")
    for title, paths in outlook.plan.twice:
        wiring.say(f"{title} reads {' and '.join(paths)}, so each rule reaches it more than once.")
    for line in _meaning(outlook):
        wiring.say(line)
    if outlook.left_out:
        names = " ".join(rule.name for rule in outlook.left_out)
        wiring.say(f"No room, as in a session: {names}.")


def show_change(wiring: Wiring, each: Change, whose: str) -> None:
    """One change, to the last character."""
    new = " (new file)" if each.seen.data is None else ""
    wiring.say(f"{visible(each.path)}{new}: for {whose}")
    if each.seen.path != each.seen.real:
        wiring.say(f"  {visible(each.path)} is a link; what is changed is {visible(str(each.seen.real))}")
    wiring.say(f"  --- {'(nothing)' if each.seen.data is None else visible(each.path)}")
    wiring.say(f"  +++ {visible(each.path)}")
    for line in difference(read(each.seen.data or b"").text, read(each.after).text):
        wiring.say(f"  {line}")


def _meaning(outlook: Outlook) -> Iterable[str]:
    """What changes for the clients that read these files."""
    written = {each.path for each in outlook.changes} | set(outlook.settled)
    files = [file for file in outlook.plan.files if file.path in written]
    readers = {each.name: each.title for file in files for each in file.readers}
    hooks = [each.title for each in targets.TARGETS if each.hooks and each.name in readers]
    if readers:
        yield f"Read by {', '.join(readers.values())}; rules come to them by file here, no longer by `get_rules` too."
    if hooks:
        yield (
            f"For {' and '.join(hooks)} hooks bring no rules here any more and no coins are thrown: nothing is "
            "measured in their sessions, and rules on trial reach none of them."
        )
    for each in outlook.changes:
        if "codex" in readers and each.path.endswith(".md") and len(each.after) > MOST:
            yield f"{each.path} is longer than the {MOST // 1024} KiB that Codex reads; shorten what stands above."
    fresh = {each.path for each in outlook.changes if each.seen.data is None}
    if targets.ALWAYS in fresh:
        yield (
            f"{targets.ALWAYS} is new: clients that read CLAUDE.md or .junie/guidelines.md only where there is none "
            "(opencode, Zed, Junie) read it instead from now on."
        )


def _write(
    options: argparse.Namespace, wiring: Wiring, outlook: Outlook, root: str, entries: dict[str, Entry]
) -> list[Refusal]:
    """Ask once and write; returns what could not be written, and why."""
    home, todo = wiring.settings.home, len(outlook.changes) + len(outlook.undos)
    if not options.json:
        wiring.say("" if todo else "Nothing to write.")
    if todo and not options.yes:
        undo = "`mcp-promptlearn export --remove` or `uninstall` puts it back"
        if wiring.ask(f"Write {count(todo, 'file')}? ({undo}) [y/N] ").strip().lower() != "y":
            raise CommandError("nothing was written")
    # Before the files: a session that begins between gets its rules by hook as long as no block stands there.
    _keep(wiring, outlook)
    failed: list[Refusal] = []
    for each in outlook.changes:
        try:
            write(each, root, home, entries)
        except UnfitError as error:
            failed.append(Refusal(each.path, f"{each.path} {error}"))
    failed += carried_out(outlook.undos, wiring, entries)
    manifest.forget(home, entries, folder=EXPORTS)
    if todo and not (failed or options.json):
        wiring.say("Done. Commit the files where your team should have the rules; sessions that run now keep theirs.")
    return failed


def _keep(wiring: Wiring, outlook: Outlook) -> None:
    """Remember who reads the rules in which file: hooks and tools give them none a second time."""
    written = {each.path for each in outlook.changes} | set(outlook.settled)
    clients: dict[str, list[str]] = {}
    for file in outlook.plan.files:
        for each in file.readers if file.path in written else ():
            clients.setdefault(each.name, []).append(file.path)
    project, store = wiring.place().project.key, wiring.store()
    known = byfile.told(store, project)
    # Of files that were left alone, or are another folder's of this project, what was known holds on.
    new = {file.path for file in outlook.plan.files if file.path in written}
    for name, paths in known.clients.items():
        held = clients.get(name, [])
        clients[name] = [*held, *(each for each in paths if each not in new and each not in held)]
    kept = {name: paths for name, paths in clients.items() if paths}
    byfile.keep(store, project, byfile.Told(kept, stamp(_live(wiring))), now=wiring.now())


def _live(wiring: Wiring) -> list[Rule]:
    return [rule for rule in rules_here(wiring).values() if rule.state in LIVE]


def _facts(outlook: Outlook, failed: Sequence[Refusal], *, written: bool) -> dict[str, object]:
    def lines(each: Change) -> list[str]:
        return difference(read(each.seen.data or b"").text, read(each.after).text)

    rules = sorted({rule.id for rule in outlook.left_out})
    return {
        "written": written,
        "files": [
            {
                "path": each.path,
                "real": str(each.seen.real),
                "new": each.seen.data is None,
                "clients": list(each.clients),
                "difference": lines(each),
            }
            for each in outlook.changes
        ],
        "settled": list(outlook.settled),
        "removed": [
            {"path": str(each.path), "real": str(each.real), "what": each.what.name.lower()} for each in outlook.undos
        ],
        "readers": {
            file.path: [each.name for each in file.readers]
            for file in outlook.plan.files
            if file.path not in {each.path for each in outlook.refusals}
        },
        "left_out": [f"R{ident}" for ident in rules],
        "refused": [{"path": each.path, "why": each.why} for each in (*outlook.refusals, *failed)],
    }
