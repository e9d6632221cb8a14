"""Give every test an empty home, a plain environment, no network, and a clock and chance in its own hands."""

import ipaddress
import os
import signal
import socket
import sqlite3
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, overload

import pytest

NOON = 1_767_225_600.0
"""2026-01-01 00:00 UTC, when every test begins."""

UNWANTED = (
    "AGENT",
    "AI_AGENT",
    "AIDER_",
    "AMP_",
    "CLAUDE",
    "CLINE_",
    "CODEX",
    "COLUMNS",
    "COPILOT_",
    "CURSOR",
    "DEVIN_",
    "FORCE_COLOR",
    "GEMINI_",
    "GIT_",
    "GOOSE_",
    "NO_COLOR",
    "OPENAI_",
    "OPENCODE",
    "PROMPTLEARN_",
    "PYTHONPATH",
    "QWEN_",
    "REPLIT_AGENT",
    "WINDSURF_",
    "XDG_",
)
"""Beginnings of variables that tell of an agent, a model, a home or a terminal outside the test."""

GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "init.defaultBranch",
    "GIT_CONFIG_VALUE_0": "main",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


PERSONS = count()

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background job ignores it, and so would every process that a test interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Clock:
    """The time, as the test sets it."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        """Seconds since the epoch."""
        return self.now

    def forward(self, seconds: float) -> float:
        """Let time pass, and return the new time."""
        self.now += seconds
        return self.now


class Chance:
    """The same coins in every run: numbers in [0, 1), or bytes where a length is asked for."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)

    @overload
    def __call__(self, /) -> float: ...
    @overload
    def __call__(self, length: int, /) -> bytes: ...
    def __call__(self, length: int | None = None, /) -> float | bytes:
        """The next coin."""
        return self._random.random() if length is None else self._random.randbytes(length)


def pytest_report_header() -> str:
    """Say which SQLite this run proves."""
    return f"SQLite {sqlite3.sqlite_version}"


@pytest.fixture
def clock() -> Clock:
    """A clock that stands until the test moves it."""
    return Clock()


@pytest.fixture
def chance() -> Chance:
    """A seeded source of numbers and bytes."""
    return Chance()


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's own folder, not yet made, in the empty home of a person without a history."""
    for name in list(os.environ):
        if name.startswith(UNWANTED):
            monkeypatch.delenv(name)
    person = tmp_path_factory.getbasetemp() / f"person{next(PERSONS)}"
    person.mkdir()
    folder = person / "promptlearn"
    moved = {"HOME": person, "USERPROFILE": person, "APPDATA": person, "LOCALAPPDATA": person}
    # Which rules a session is shown is left to chance only where that is what a test is about.
    own = {"PROMPTLEARN_HOME": folder, "PROMPTLEARN_TRIALS": "off"}
    for name, value in {**moved, **GIT, **own}.items():
        monkeypatch.setenv(name, str(value))
    return folder


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every address that is not on this machine, and every name that would have to be looked up."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def connect_here(self: socket.socket, address: Any) -> None:
        connect(self, _here(self, address))

    def connect_ex_here(self: socket.socket, address: Any) -> int:
        return connect_ex(self, _here(self, address))

    def look_up_here(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and name != "localhost" and _ip(name) is None:
            raise OutsideError(name)
        return look_up(host, *args, **options)

    monkeypatch.setattr(socket.socket, "connect", connect_here)
    monkeypatch.setattr(socket.socket, "connect_ex", connect_ex_here)
    monkeypatch.setattr(socket, "getaddrinfo", look_up_here)


class OutsideError(BaseException):
    """A test reached for the network. No door that answers for every `Exception` can hide it."""

    def __init__(self, address: object) -> None:
        super().__init__(f"a test may not reach {address}; serve what it needs on 127.0.0.1")


def _here(link: socket.socket, address: Any) -> Any:
    if link.family in (socket.AF_INET, socket.AF_INET6):
        ip = _ip(address[0])
        if address[0] != "localhost" and (ip is None or not ip.is_loopback):
            raise OutsideError(address)
    return address


def _ip(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
