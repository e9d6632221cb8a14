"""Which model a run asks, by what a person said: an endpoint's, an agent that they have, any program, or none."""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from mcp_server.headless import AGENTS, Claude, Codex, Command, name_of
from mcp_server.learning.model import Model
from mcp_server.settings import Settings, command, named, nameless
from mcp_server.spending import Meter
from mcp_server.wiring import Wiring


class Choice(NamedTuple):
    """A model that was named, and what has to be known before anything is sent to it."""

    settings: Settings

    @property
    def name(self) -> str:
        """What it is called."""
        return name_of(self.settings.command) if self.settings.command else self.settings.model

    @property
    def beside(self) -> int:
        """Tokens that come with each question."""
        agent = _agent(self.settings, {})
        return agent.beside if agent else 0

    @property
    def whither(self) -> str:
        """Whom the questions go to, in words."""
        if self.settings.command:
            return f"your own command {self.name} (which may send it anywhere)"
        owner = {"claude": "Anthropic", "codex": "OpenAI"}.get(self.name)
        if owner is None:
            return f"{self.name} at {nameless(self.settings.base_url)}"
        return f"{self.name} (which sends it to {owner}, or where you have set it to, under your account)"

    @property
    def question(self) -> str:
        """The name under which a person's agreement is kept; for an endpoint nothing, as it goes by host."""
        if self.settings.command:
            # The words may hold a key, and another command is another agreement.
            return f"send evidence to the command {sha256(repr(self.settings.command).encode()).hexdigest()[:32]}"
        return f"send evidence through {self.name}" if self.name in AGENTS else ""


def chosen(wiring: Wiring, *, model: str = "", program: str = "") -> Choice | None:
    """What was named for this run, else in the settings; None for no model. Raises `SettingsError`."""
    settings = wiring.settings
    if model:
        settings = named(settings, model, wiring.environment)
    elif program:
        settings = settings._replace(model="", command=command(program, "the command after --model-command"))
    return Choice(settings) if settings.model or settings.command else None


def made(choice: Choice, wiring: Wiring, meter: Meter) -> Model:
    """The model itself."""
    settings = choice.settings
    environment = wiring.environment or os.environ
    agent = _agent(settings, environment)
    if agent is None:
        from mcp_server.openai_model import OpenAIModel

        return OpenAIModel(
            settings.model,
            base_url=settings.base_url,
            key=settings.key,
            timeout=settings.timeout,
            parallel=settings.parallel,
            meter=meter,
        )
    from mcp_server.agent_model import AgentModel

    return AgentModel(agent, environment=environment, timeout=settings.timeout, parallel=settings.parallel, meter=meter)


def _agent(settings: Settings, environment: Mapping[str, str]) -> Claude | Codex | Command | None:
    if settings.command:
        return Command(settings.command)
    if settings.model == "claude":
        return Claude()
    if settings.model == "codex":
        folder = environment.get("CODEX_HOME")
        return Codex((Path(folder) if folder else Path.home() / ".codex") / "config.toml")
    return None
