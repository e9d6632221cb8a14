"""The front door: which command was asked for, and one line for everything that goes wrong."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from mcp_server.wiring import Wiring

PROGRAM = "mcp-promptlearn"
DEBUG = "PROMPTLEARN_DEBUG"


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name, its line in the help, and whether the first help screen shows it."""

    name: str
    words: str
    first: bool = False
    module: str = ""

    def load(self) -> "Module":
        """The file that does the work, imported when it is asked for."""
        return cast("Module", import_module(f"mcp_server.commands.{self.module or self.name}"))


class Module(Protocol):
    """What a file in `mcp_server/commands` offers."""

    def arguments(self, parser: argparse.ArgumentParser, command: str) -> None:
        """Declare what the command takes."""
        ...

    def run(self, options: argparse.Namespace, wiring: "Wiring") -> int:
        """Do it; 0 done, 1 refused or not found."""
        ...


COMMANDS = (
    Command("status", "what is known here, and what waits for you", first=True),
    Command("review", "decide about suggested rules, one key each", first=True),
    Command("feedback", "say in one sentence what the agent should do differently", first=True),
    Command("why", "where a rule comes from and what is known of it", first=True),
    Command("consolidate", "turn the evidence into suggested rules", first=True),
    Command("rollback", "undo the last revision, or return to an earlier one", first=True),
    Command("try", "see the whole loop in a temporary folder, in under 20 seconds", first=True, module="try_"),
    Command("rules", "the rules of this project"),
    Command("add", "add a rule of your own"),
    Command("edit", "give a rule another wording"),
    Command("approve", "admit a suggested rule", module="decide"),
    Command("reject", "refuse a suggested rule for good", module="decide"),
    Command("retire", "stop a rule", module="decide"),
    Command("pin", "always show a rule, and never measure it", module="decide"),
    Command("unpin", "take the pin away", module="decide"),
    Command("history", "all revisions and what they changed"),
    Command("diff", "what changed between two revisions"),
    Command("ingest", "read test reports (JUnit XML) as evidence"),
    Command("doctor", "check the store and set a damaged one aside"),
    Command("serve", "the MCP server on stdio, for a client to start"),
    Command("backup", "copy the store, list copies, or restore one"),
    Command("forget", "take a text out of the store, its log and our backups"),
)


def help_text(*, everything: bool) -> str:
    """The help screen: the commands a person needs first, or all of them."""
    shown = [command for command in COMMANDS if everything or command.first]
    lines = [
        f"usage: {PROGRAM} COMMAND [--help]",
        "",
        "Standing instructions for coding agents that learn.",
        "",
    ]
    lines += [f"  {command.name:<12} {command.words}" for command in shown]
    if not everything:
        lines += ["", f"`{PROGRAM} help --all` shows the other {len(COMMANDS) - len(shown)} commands."]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None, wiring: "Wiring | None" = None) -> int:
    """Run one command and return its exit code: 0 done, 1 refused or not found, 2 wrong usage."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a character must not end the program.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    if not words or words[0] in {"help", "--help", "-h"}:
        print(help_text(everything="--all" in words))
        return 0
    if words[0] == "--version":
        from importlib.metadata import version

        print(f"{PROGRAM} {version(PROGRAM)}")
        return 0
    command = next((command for command in COMMANDS if command.name == words[0]), None)
    if command is None:
        print(f"{PROGRAM}: there is no command {words[0]!r}; see `{PROGRAM} help --all`", file=sys.stderr)
        return 2
    module = command.load()
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} {command.name}", description=f"{command.words}.")
    module.arguments(parser, command.name)
    try:
        options = parser.parse_args(words[1:])
    except SystemExit as left:
        return int(left.code or 0)
    options.command = command.name
    return _guarded(module, options, wiring)


def _guarded(module: Module, options: argparse.Namespace, wiring: "Wiring | None") -> int:
    """Run a command; whatever goes wrong is one line on stderr."""
    from mcp_server.commands import CommandError
    from mcp_server.learning.admit import AdmissionError
    from mcp_server.person import NotAPersonError
    from mcp_server.project import ProjectError
    from mcp_server.settings import SettingsError
    from mcp_server.wiring import real
    from store.errors import StoreError
    from store.text import UnfitText

    expected = (
        AdmissionError,
        CommandError,
        NotAPersonError,
        ProjectError,
        SettingsError,
        StoreError,
        UnfitText,
    )
    try:
        wiring = wiring or real()
        try:
            code = module.run(options, wiring)
            sys.stdout.flush()
            return code
        finally:
            wiring.close()
    except expected as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted; what was done before is kept", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has enough of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the outermost door
        if os.environ.get(DEBUG):
            raise
        print(
            f"{PROGRAM}: unexpected {type(error).__name__}: {error}; this is a fault of ours, "
            f"set {DEBUG}=1 to see where and please report it",
            file=sys.stderr,
        )
        return 1
