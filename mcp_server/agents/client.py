"""What is said of each client: how it is found, where its configuration lies, and what of it is ours."""

import ntpath
import posixpath
import re
import shlex
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from mcp_server.agents.parts import Part

SERVER = "promptlearn"
"""Our name among a client's servers; clients build the tools' names from it."""

_PLAIN = re.compile(r"[\w:./\\-]+")


class Machine(NamedTuple):
    """Where configuration is written: all that decides about paths and commands."""

    system: str
    """As `sys.platform` says it."""
    home: str
    environment: Mapping[str, str]
    program: tuple[str, ...]
    """The command that starts this program, without the words for what it should do."""
    store: str = ""
    """The folder of the store, where it is not the usual one."""

    def join(self, *names: str) -> str:
        """A path in this system's way."""
        return (ntpath if self.system == "win32" else posixpath).join(*names)

    def under_home(self, *names: str) -> str:
        """A path in the person's home."""
        return self.join(self.home, *names)

    def named(self, variable: str, *otherwise: str) -> str:
        """The folder that a variable names, else one in the home."""
        return self.environment.get(variable) or self.under_home(*otherwise)

    def application(self, *names: str) -> str:
        """Where programs with windows keep a person's settings."""
        if self.system == "win32":
            return self.join(self.named("APPDATA", "AppData", "Roaming"), *names)
        if self.system == "darwin":
            return self.under_home("Library", "Application Support", *names)
        return self.join(self.named("XDG_CONFIG_HOME", ".config"), *names)

    def server(self) -> dict[str, object]:
        """How a client starts the server; a store in the usual place needs no word in the environment."""
        command, *arguments = self.program
        place = {"PROMPTLEARN_HOME": self.store or None}
        return {"command": command, "args": [*arguments, "serve"], "env": place}

    def hook_words(self, client: str, event: str) -> list[str]:
        """The command of a hook, word by word."""
        return [*self.program, "hook", client, event]

    def hook_line(self, client: str, event: str) -> str:
        """The command of a hook as one line for the shell that runs it: a POSIX one, or PowerShell (or cmd) on Windows.

        A path of plain letters reads the same in PowerShell and cmd; any other needs PowerShell's call sign.
        """
        words = self.hook_words(client, event)
        if self.system != "win32":
            place = ["env", f"PROMPTLEARN_HOME={self.store}"] if self.store else []
            return shlex.join([*place, *words])
        first = words[0] if _PLAIN.fullmatch(words[0]) else "& '" + words[0].replace("'", "''") + "'"
        return " ".join([first, *words[1:]])


def no_marks(path: str, text: str) -> tuple[tuple[str, ...], ...]:
    """For a client that notes nothing about hooks."""
    del path, text
    return ()


def no_plugin(environment: Mapping[str, str], home: str, project: str) -> str:
    """For a client that has no plugin of ours."""
    del environment, home, project
    return ""


class File(NamedTuple):
    """A configuration file and our part in it."""

    paths: tuple[str, ...]
    """Names that it may have: the first that exists, else the last."""
    part: Part
    words: str
    """What our part is, for a person."""
    comments: bool = True
    """Does the client read comments in it?"""
    seed: str = ""
    """What a new one begins with."""
    whole: str = ""
    """The text of a file that is ours alone, which has no other part of ours."""
    runs: bool = False
    """Is it a program, which has to be allowed to run?"""


class Moment(StrEnum):
    """When rules reach a session of themselves, before its agent asks for any."""

    START = "at the start"
    FILE = "with the first edit of a file"
    HELPER = "to a sub-agent"
    COMPACTION = "after a compaction"


class Seen(StrEnum):
    """What of a session is observed, so that nobody has to report it."""

    PROMPTS = "what you type"
    EDITS = "edited files"
    COMMANDS = "commands and their results"
    END = "the end"


class Hooks(NamedTuple):
    """What a client tells us of while it works, and when it takes rules in."""

    events: tuple[str, ...]
    """In its own words, in the order of a session."""
    told: frozenset[str]
    """Those at which rules must come through, as `doctor` proves it."""
    sample: Callable[[str, str], Mapping[str, object]]
    """By event and folder: what the client would say, of nothing that anybody did."""
    arrives: frozenset[Moment]
    seen: frozenset[Seen]
    line: Callable[[Machine, str, str], str] = Machine.hook_line
    """By machine, client and event: the command as it is written, for the shell that runs it."""
    through: str = "hooks"
    """What carries them, for a person."""


class Client(NamedTuple):
    """A program with an agent in it."""

    name: str
    """As it is typed."""
    title: str
    tried: str
    """The version of the real program with which all of this was run; empty where it is what its makers document."""
    programs: tuple[str, ...]
    folders: Callable[[Machine], tuple[str, ...]]
    """Folders that tell that it was used."""
    files: Callable[[Machine], tuple[File, ...]]
    """For all of a person's projects."""
    project_files: Callable[[Machine, str], tuple[File, ...]]
    """For one project in its folder; empty where there is no such thing."""
    command: Callable[[Machine], str]
    """The client's own command that registers the server, for who does it by hand; empty where there is none."""
    notes: tuple[str, ...] = ()
    """What a person has to know or do afterwards."""
    project_notes: tuple[str, ...] = ()
    marks: Callable[[str, str], tuple[tuple[str, ...], ...]] = no_marks
    """By path and text of a hooks file: where the client notes, in the file beside it, that it trusts our hooks."""
    plugin: Callable[[Mapping[str, str], str, str], str] = no_plugin
    """By environment, home and project: the file that switches a plugin of ours on; empty where none does."""
    hooks: Hooks | None = None
    """None where rules come only when an agent asks for them, or by a file."""

    @property
    def was_run(self) -> bool:
        """Was all of this tried with the real program?"""
        return bool(self.tried)


def no_files(machine: Machine, project: str) -> tuple[File, ...]:
    """For a client that knows no projects."""
    del machine, project
    return ()


def no_command(machine: Machine) -> str:
    """For a client without a command line."""
    del machine
    return ""
