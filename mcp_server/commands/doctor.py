"""`doctor`: is everything whole? Every line that is not says which file it is about and what to do."""

import argparse
import os
import shutil
import sqlite3
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mcp_server.commands import count, moment, show
from mcp_server.project import ProjectError
from mcp_server.wiring import Wiring
from store import upkeep
from store.errors import DamagedError, StoreError

if TYPE_CHECKING:
    from mcp_server.agents.client import Client
    from mcp_server.agents.proof import Proof
    from mcp_server.agents.setup import Change


class Check(NamedTuple):
    """One thing that was looked at."""

    name: str
    good: bool
    words: str


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("--json", action="store_true", help="the facts as JSON")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Look at everything; 1 if something needs a person."""
    checks = [
        *_store(wiring),
        _sqlite(),
        *_private(wiring.settings.home, wiring.settings.store),
        _git(),
        _project(wiring),
        *_decisions(wiring),
        *_exported(wiring),
        _person(wiring),
        *_aside(wiring),
        *_round_trip(wiring),
        *_plugin(wiring),
        *_clients(wiring),
    ]
    if options.json:
        show(wiring, {"checks": [{"name": c.name, "good": c.good, "words": c.words} for c in checks]})
    else:
        for check in checks:
            wiring.say(f"{'ok  ' if check.good else 'MEND'}  {check.name}: {check.words}")
    return 0 if all(check.good for check in checks) else 1


def _store(wiring: Wiring) -> list[Check]:
    path = wiring.settings.store
    told: list[str] = []
    try:
        wiring.tell = told.append
        problems = wiring.store().problems()
    except DamagedError as error:
        wiring.close()
        with upkeep.mending(path, wait=5.0):
            aside, backup = upkeep.mend(path, now=wiring.now())
        begun = f"the backup {backup.name} took its place" if backup else "a new store begins"
        return [Check("store", False, f"{str(error).split(';')[0]}; it is kept as {aside}, {begun}")]
    except StoreError as error:
        return [Check("store", False, str(error))]
    found = [Check("store", False, f"{path}: {problem}; restore one of `backup --list`") for problem in problems[:10]]
    found += [Check("store", False, sentence) for sentence in told]
    whole = [] if found else [Check("store", True, f"{path} is whole, every revision follows from its parent")]
    copies = upkeep.backups(path)
    newest = f", the newest {copies[-1].name}" if copies else "; make one with `mcp-promptlearn backup`"
    return [*found, *whole, Check("backups", True, f"{count(len(copies), 'copy', 'copies')}{newest}")]


def _sqlite() -> Check:
    version = sqlite3.sqlite_version
    if upkeep.wal_reset_race():
        return Check(
            "sqlite",
            True,
            f"{version} has a rare known race between writers (fixed in 3.51.3); we checkpoint seldom, keep backups, "
            "and a newer Python brings a newer SQLite",
        )
    return Check("sqlite", True, version)


def _private(home: Path, store: Path) -> list[Check]:
    if sys.platform == "win32":
        return []
    found: list[Check] = []
    found += [
        Check("private", False, f"{path} can be read by others; chmod 600 {path}")
        for path in (store, *upkeep.backups(store))
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if home.exists() and not os.access(home, os.W_OK):
        found.append(Check("private", False, f"{home} cannot be written; check its owner"))
    return found or [Check("private", True, "only you can read the store")]


def _git() -> Check:
    found = shutil.which("git")
    if found is None:
        return Check("git", False, "not found on PATH; projects are told apart by their folder only, so install it")
    return Check("git", True, found)


def _project(wiring: Wiring) -> Check:
    try:
        place = wiring.place()
    except StoreError:
        return Check("project", False, "not known while the store cannot be used")
    except ProjectError as error:
        return Check("project", False, str(error))
    return Check("project", True, place.note or f"{place.project.name} is {place.project.key}")


def _decisions(wiring: Wiring) -> list[Check]:
    """Does the log of each project still give the decisions that were made on it?"""
    from mcp_server.delivery import keys
    from mcp_server.learning.trials.engine import Engine
    from mcp_server.learning.trials.errors import TrialError
    from mcp_server.learning.trials.stream import converse

    found: list[Check] = []
    try:
        store = wiring.store()
        for project in keys(wiring.place().project.key):
            kept = store.trials(project)
            if kept is None or not kept.decided:
                continue
            lines = (line.encode() for line in store.log(project))
            try:
                last = ""
                for said in converse(lines, Engine(), decisions_only=True):
                    last = said
            except TrialError as error:
                mend = "restore a backup made before it was changed"
                found.append(Check("decisions", False, f"the log cannot be replayed ({error}); {mend}"))
                continue
            same = "the decisions that were made"
            other = "other decisions than were made, by another version of this program or because it was changed"
            found.append(
                Check(
                    "decisions", True, f"{kept.lines} lines of the log give {same if last == kept.decided else other}"
                )
            )
    except (StoreError, ProjectError):
        return []  # said above
    return found


def _exported(wiring: Wiring) -> list[Check]:
    """The rule files and guides that do not say what they should; an old one is no fault, as rules change."""
    from mcp_server.agents.difference import visible
    from mcp_server.agents.exporting import GUIDE
    from mcp_server.commands.export_state import exported

    try:
        files = exported(wiring)
    except (StoreError, ProjectError):
        return []  # said above
    found: list[Check] = []
    for file in files:
        path = visible(str(file["path"]))
        again = f"`mcp-promptlearn {f'guide --into {path}' if file['clients'] == [GUIDE] else 'export'}`"
        match file["state"]:
            case "out of date":
                found.append(Check("exported", True, f"{path} is out of date; {again} writes what the rules are now"))
            case "edited by hand":
                mend = f"keep the edit with `mcp-promptlearn edit` or `add`, take our block out, then run {again}"
                found.append(Check("exported", False, f"{path} was edited between our markers; {mend}"))
            case "gone":
                mend = f"{again} writes it again, `mcp-promptlearn export --remove` takes back all that were written"
                found.append(Check("exported", False, f"our block is gone from {path}; {mend}"))
            case _:
                pass
    return found


def _person(wiring: Wiring) -> Check:
    mark = wiring.surroundings().mark
    if mark:
        return Check("person", True, f"{mark}, so what changes the rules is refused here")
    return Check("person", True, "no agent's mark was found, so you may decide here")


def _aside(wiring: Wiring) -> list[Check]:
    path = wiring.settings.store
    kept = sorted(path.parent.glob(f"{path.stem}.damaged-*.db"))
    if not kept:
        return []
    names = ", ".join(each.name for each in kept)
    return [Check("set aside", True, f"{names} in {path.parent}; delete them when you need nothing from them")]


def _round_trip(wiring: Wiring) -> list[Check]:
    """Is a row that was written read back?"""
    try:
        store, word = wiring.store(), wiring.nonce()
        store.keep_answer("doctor", word, now=wiring.now())
        good = store.answer("doctor") == word
    except StoreError as error:
        return [Check("write", False, str(error))]
    return [
        Check("write", good, "a row was written and read back" if good else f"{store.path} does not keep what it takes")
    ]


def _plugin(wiring: Wiring) -> list[Check]:
    """Is our plugin in use, does it find this program, and is it alone?"""
    from mcp_server.agents import plugin
    from mcp_server.agents.claude_code import CLIENT

    home = Path.home()
    try:
        project = wiring.place().root
    except (StoreError, ProjectError):
        project = ""
    path = plugin.switched_on(wiring.environment, str(home), project)
    if not path:
        return []
    name = "claude-code plugin"
    also = plugin.hooked(wiring.environment, str(home), project)
    if also:
        words = f"the plugin ({path}) and setup ({also}) are both in use, and the plugin keeps quiet so that nothing "
        words += "arrives twice; take one out: `claude plugin uninstall promptlearn`, or "
        return [Check(name, False, words + "`mcp-promptlearn uninstall --client claude-code`")]
    search = os.pathsep.join([wiring.environment.get("PATH", os.defpath), str(home / ".local" / "bin")])
    program = shutil.which("mcp-promptlearn", path=search)
    if program is None:
        words = f"{path} switches it on, but it finds no mcp-promptlearn on PATH or in ~/.local/bin; put it there"
        return [Check(name, False, words)]
    return [Check(name, True, f"{path} switches it on, and it starts {program}"), *_fired(wiring, CLIENT)]


def _clients(wiring: Wiring) -> list[Check]:
    """Does every client that was set up find its part, its server and its hooks in order?"""
    from mcp_server.agents import manifest, proof, setup
    from mcp_server.agents.known import CLIENTS
    from mcp_server.commands.setup import machine_of

    machine = machine_of(wiring)
    try:
        entries = manifest.load(wiring.settings.home)
    except manifest.ManifestError as error:
        return [Check("setup", False, str(error))]
    ready = {entry.client: entry.project for entry in entries.values()}
    if not ready:
        if any(client.plugin(wiring.environment, machine.home, "") for client in CLIENTS):
            return []
        return [Check("clients", True, "none is set up; `mcp-promptlearn setup` shows what it would write")]
    found: list[Check] = [_proved("server", proof.server(machine))]
    for client in (client for client in CLIENTS if client.name in ready):
        outlook = setup.outlook(client, machine, ready[client.name], entries=entries)
        found += [
            Check(
                client.name,
                False,
                _lacking(change, client.name),
            )
            for change in outlook.changes
        ]
        found += [Check(client.name, False, refusal.why) for refusal in outlook.refusals]
        if not (outlook.changes or outlook.refusals):
            how = "" if client.was_run else " (as documented; it was never run with the real program)"
            files = ", ".join(map(str, outlook.settled))
            found.append(Check(client.name, True, f"its files hold our part: {files}{how}"))
        found += [_proved(f"{client.name} {each.name}", each) for each in proof.hooks(client, machine)]
        found += _fired(wiring, client)
    return found


def _lacking(change: "Change", client: str) -> str:
    path = change.seen.path
    if change.seen.data is None:
        return f"{path} is gone; `mcp-promptlearn setup` writes it, `uninstall --client {client}` lets it go"
    return f"{path} lacks our part or has an older one; run `mcp-promptlearn setup`"


def _proved(name: str, proof: "Proof") -> Check:
    took = f"{proof.seconds * 1000:.0f} ms"
    if proof.fault:
        return Check(name, False, f"{proof.fault}; run `mcp-promptlearn setup` again, or reinstall where it is gone")
    return Check(name, True, f"answered in {took}{', and a rule came through' if proof.told else ''}")


def _fired(wiring: Wiring, client: "Client") -> list[Check]:
    """When each hook of a client ran last, and what came of it."""
    if client.hooks is None:
        return []
    try:
        beats = [beat for beat in wiring.store().beats() if beat.client == client.name]
    except StoreError:
        return []
    if not beats:
        return [Check(f"{client.name} sessions", True, "no hook has run yet; begin a session, then look again")]
    return [
        Check(
            f"{client.name} {beat.event} last",
            not beat.fault,
            f"{moment(beat.time)}, {beat.fault or beat.said or 'done'} ({beat.seconds * 1000:.0f} ms)",
        )
        for beat in beats
    ]
