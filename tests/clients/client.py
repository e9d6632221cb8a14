"""What the suite needs to know of a client to run it like a person without a screen."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tests.clients.conversation import Say, Step, Use
from tests.clients.model import Dialect
from tests.clients.packages import Package


class Client(Dialect, Protocol):
    """One client: how it is furnished, started and spoken to."""

    @property
    def name(self) -> str:
        """As `setup --client` knows it."""
        ...

    @property
    def package(self) -> Package:
        """Where it comes from."""
        ...

    @property
    def sessions(self) -> bool:
        """Does our server learn the client's own id of the session?"""
        ...

    @property
    def instructions(self) -> re.Pattern[str]:
        """Where our server's instructions stand in what the model is shown."""
        ...

    @property
    def listing(self) -> Sequence[str]:
        """The client's own command that lists servers."""
        ...

    @property
    def works(self) -> str:
        """What it prints of one that works."""
        ...

    @property
    def mark(self) -> str:
        """The variable by which a command in its shell is known for an agent's."""
        ...

    def furnish(self, home: Path, url: str) -> None:
        """Write the configuration a person of that home already has: the model at `url`, and remarks of their own."""
        ...

    def environment(self, url: str) -> Mapping[str, str]:
        """Variables that lead to the model, and switch off updates and telemetry."""
        ...

    def command(self, prompt: str, *, session: str = "") -> Sequence[str]:
        """The command line of a run without a screen; with `session` it goes on with that one."""
        ...

    def uses(self, step: Step, folder: Path) -> Sequence[Use | Say]:
        """A step of a play in terms of the client's own tools."""
        ...
