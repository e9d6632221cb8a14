"""The real clients, each in a clean home of its own."""

from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack

import pytest

from mcp_server.agents.client import Moment, Seen
from tests.clients import packages
from tests.clients.claude_code import ClaudeCode
from tests.clients.client import Client
from tests.clients.cline import Cline
from tests.clients.codex import Codex
from tests.clients.copilot import Copilot
from tests.clients.gemini import Gemini
from tests.clients.journeys import Journey, travel
from tests.clients.opencode import OpenCode
from tests.clients.qwen import Qwen
from tests.clients.stage import Stage, hooks_of, opened

CLIENTS: dict[str, Client] = {
    client.name: client for client in (ClaudeCode(), Codex(), OpenCode(), Gemini(), Qwen(), Copilot(), Cline())
}
HOOKED = {name: hooks for name in CLIENTS if (hooks := hooks_of(name)) is not None}


def _with(what: Moment | Seen) -> list[str]:
    """The clients that say of themselves that they can do this: what is said is proved."""
    return [name for name, hooks in HOOKED.items() if what in hooks.arrives | hooks.seen]


SUBJECTS: dict[str, Iterable[str]] = {
    "journey": CLIENTS,
    "stage": CLIENTS,
    "hooked": HOOKED,
    "told": _with(Moment.START),
    "editing": _with(Moment.FILE),
    "delegating": _with(Moment.HELPER),
    "compacting": _with(Moment.COMPACTION),
    "heard": _with(Seen.PROMPTS),
    "observed": _with(Seen.COMMANDS),
    "followed": _with(Seen.EDITS),
    "ended": _with(Seen.END),
}
"""The fixtures that a test is run with once for each client that it is about."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with every client that its subject is about."""
    named = {name for mark in metafunc.definition.iter_markers("parametrize") for name in mark.args[:1]}
    for name in set(SUBJECTS) & set(metafunc.fixturenames) - named:
        metafunc.parametrize(name, SUBJECTS[name], indirect=True)


@pytest.fixture(scope="session")
def kept() -> packages.Shelf:
    """Where installed clients are kept, found before a test moves the home aside."""
    return packages.shelf()


@pytest.fixture(scope="session")
def open_stage(kept: packages.Shelf, tmp_path_factory: pytest.TempPathFactory) -> Generator[Callable[[str], Stage]]:
    """Opens a clean home with a client in it, until all tests are done."""
    with ExitStack() as stack:

        def begin(name: str) -> Stage:
            client = CLIENTS[name]
            programs = [packages.installed(client.package, kept), packages.node(kept)]
            return stack.enter_context(opened(client, tmp_path_factory.mktemp(name), programs))

        yield begin


@pytest.fixture(scope="session")
def journeys(open_stage: Callable[[str], Stage]) -> Callable[[str], Journey]:
    """Each client's journey, made when it is first asked for."""
    made: dict[str, Journey | BaseException] = {}

    def journey(name: str) -> Journey:
        if name not in made:
            try:
                made[name] = travel(open_stage(name))
            except BaseException as fault:  # noqa: BLE001 - raised again, for every test that needs this journey
                made[name] = fault
        found = made[name]
        if isinstance(found, BaseException):
            raise found
        return found

    return journey


@pytest.fixture
def stage(request: pytest.FixtureRequest, open_stage: Callable[[str], Stage]) -> Stage:
    """A client in a home of this test alone, before setup."""
    return open_stage(request.param)


@pytest.fixture
def journey(request: pytest.FixtureRequest, journeys: Callable[[str], Journey]) -> Journey:
    """What a client went through."""
    return journeys(request.param)


hooked = told = editing = delegating = compacting = heard = observed = followed = ended = journey
