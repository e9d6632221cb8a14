"""The front door: which command was asked for, and one line for everything that goes wrong."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn, Protocol, cast

from mcp_server.folding import tell

if TYPE_CHECKING:
    from mcp_server.wiring import Wiring

PROGRAM = "mcp-promptlearn"
DEBUG = "PROMPTLEARN_DEBUG"

INTERRUPTED = 130
"""What shells expect of a program that ended by Ctrl-C."""


class Command(NamedTuple):
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
    Command("setup", "let the agents of this machine use it; every change is shown", first=True),
    Command("status", "what is known here, and what waits for you", first=True),
    Command("review", "decide about suggested rules, one key each", first=True),
    Command("feedback", "say in one sentence what the agent should do differently", first=True),
    Command("why", "where a rule comes from and what is known of it", first=True),
    Command("report", "whether each rule helps, when more is known, and what it costs", first=True),
    Command("consolidate", "turn the evidence into suggested rules", first=True),
    Command("rollback", "undo a revision, a rule's last change, or what a source brought", first=True),
    Command("pause", "serve agents nothing here and record nothing, until resume", first=True),
    Command("uninstall", "put every file back as it was before setup", first=True),
    Command("try", "see the whole loop in a temporary folder, in under 20 seconds", first=True, module="try_"),
    Command("rules", "the rules of this project"),
    Command("add", "add a rule of your own"),
    Command("edit", "give a rule another wording"),
    Command("approve", "admit a suggested rule", module="decide"),
    Command("reject", "refuse a suggested rule for good", module="decide"),
    Command("retire", "stop a rule", module="decide"),
    Command("pin", "always show a rule, and never measure it", module="decide"),
    Command("unpin", "take the pin away", module="decide"),
    Command("history", "the newest revisions, or all, and what they changed"),
    Command("diff", "what changed between two revisions"),
    Command("ingest", "read tests, reviews, checks, lint, benchmarks, git as evidence"),
    Command("scan", "find in your agents' logs what you corrected more than once"),
    Command("import", "make the rule files that you have known here, or check them", module="import_"),
    Command("export", "write the rules into files that clients read, or take them out"),
    Command("guide", "the rules of this project as a document for somebody new"),
    Command("doctor", "check the store and set a damaged one aside"),
    Command("serve", "the MCP server on stdio, for a client to start"),
    Command("hook", "what a client's hooks start", module="hook"),
    Command("replay", "what recorded sessions decide, under these settings or others"),
    Command("simulate", "how long it takes to know; or the engine, for a program"),
    Command("backup", "copy the store, list copies, or restore one"),
    Command("forget", "take a text out of the store, its log and our backups"),
    Command("resume", "end a pause", module="pause"),
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
    _open_streams()
    try:
        code = _run(words, wiring)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _end("interrupted; what was done before is kept", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has enough of it.
        _let_go_of_stdout()
        return 0
    except Exception as error:  # the outermost door
        sentence = _known(error)
        if not sentence and os.environ.get(DEBUG):
            raise
        return _end(sentence or _unexpected(error), 1)
    return code


def _run(words: list[str], wiring: "Wiring | None") -> int:
    if words[:1] == ["help"] and len(words) > 1 and not words[1].startswith("-"):
        words = [words[1], "--help"]
    if not words or words[0] in {"help", "--help", "-h"}:
        print(help_text(everything="--all" in words))
        return 0
    if words[0] == "--version":
        from mcp_server.settings import version

        print(f"{PROGRAM} {version()}")
        return 0
    command = next((command for command in COMMANDS if command.name == words[0]), None)
    if command is None:
        return _end(f"there is no command {words[0][:40]!r}{_meant(words[0])}; see `{PROGRAM} help --all`", 2)
    module = command.load()
    parser = Parser(prog=f"{PROGRAM} {command.name}", description=f"{command.words}.", allow_abbrev=False)
    module.arguments(parser, command.name)
    try:
        options = parser.parse_args(words[1:])
    except SystemExit as left:
        return int(left.code or 0)
    options.command = command.name
    if wiring is None:
        from mcp_server.wiring import real

        wiring = real()
    try:
        return module.run(options, wiring)
    finally:
        wiring.close()


class Parser(argparse.ArgumentParser):
    """The standard one, whose complaint stays one readable line whatever was typed."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with 2."""
        from store.text import clean_line

        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {clean_line(message, limit=300).text}; see `{self.prog} --help`\n")


def _open_streams() -> None:
    """A closed stream becomes an empty one, and no character that a console cannot show ends the program."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - as long as we live
        elif mode == "w" and isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _end(sentence: str, code: int) -> int:
    """Put one line on stderr, after everything on stdout."""
    try:
        sys.stdout.flush()
    except OSError:
        _let_go_of_stdout()
    try:
        tell(f"{PROGRAM}: {sentence}")
    except OSError:
        return code  # there is nobody left to tell
    return code


def _let_go_of_stdout() -> None:
    """What is still in the buffer goes nowhere, or Python would complain about it at its own end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        return  # not a stream of the system, so nothing is written at the end


def _known(error: Exception) -> str:
    """The one line of a refusal, or nothing where the fault is ours."""
    from mcp_server.commands import CommandError
    from mcp_server.learning.admit import AdmissionError
    from mcp_server.person import NotAPersonError
    from mcp_server.project import ProjectError
    from mcp_server.settings import SettingsError
    from store.errors import StoreError
    from store.text import UnfitText

    refusals = (
        AdmissionError,
        CommandError,
        NotAPersonError,
        ProjectError,
        SettingsError,
        StoreError,
        UnfitText,
    )
    if isinstance(error, refusals):
        return str(error)
    if isinstance(error, EOFError):
        return "a question found nobody to answer it, so nothing was done; run this in a terminal"
    if isinstance(error, OSError):
        what = f"{str(error.filename)[:200]!r}" if error.filename else "a file or stream"
        return f"{what} cannot be used ({error.strerror or type(error).__name__}); mend that and run it again"
    return ""


def _unexpected(error: Exception) -> str:
    from store.text import clean_line

    words = clean_line(str(error), limit=300).text
    return (
        f"unexpected {type(error).__name__}: {words}; this is a fault of ours, "
        f"set {DEBUG}=1 to see where and please report it"
    )


def _meant(word: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word[:40], [command.name for command in COMMANDS], n=1, cutoff=0.7)
    return f" (did you mean `{close[0]}`?)" if close else ""
