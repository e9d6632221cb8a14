"""The real clients at pinned versions, installed once from npm into a folder outside the checkout."""

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest
from filelock import FileLock
from platformdirs import user_cache_dir

FOLDER = "PROMPTLEARN_TEST_CLIENTS"
"""Names the folder that keeps installed clients; else a folder in the user's cache."""

PATIENCE = 300.0
"""Seconds for one installation."""


class Package(NamedTuple):
    """One npm package, the command it brings, and the script of its own that puts its program in place."""

    name: str
    version: str
    command: str
    script: str = ""


CLAUDE_CODE = Package("@anthropic-ai/claude-code", "2.1.330", "claude", "install.cjs")
COPILOT = Package("@github/copilot", "1.0.102", "copilot")
CODEX = Package("@openai/codex", "0.169.0", "codex")
OPENCODE = Package("opencode-ai", "1.18.33", "opencode", "postinstall.mjs")
GEMINI = Package("@google/gemini-cli", "0.61.0", "gemini")
QWEN = Package("@qwen-code/qwen-code", "0.24.4", "qwen")
CLINE = Package("cline", "3.0.65", "cline")
INSPECTOR = Package("@modelcontextprotocol/inspector", "2.12.0", "mcp-inspector")

_SYSTEM = {"Linux": "linux", "Darwin": "darwin"}.get(platform.system(), "")
_MACHINE = {"x86_64": "x64", "AMD64": "x64", "arm64": "arm64", "aarch64": "arm64"}.get(platform.machine(), "")
NODE = Package(f"node-{_SYSTEM}-{_MACHINE}", "22.23.3", "node")
"""The inspector needs 22.19; many systems have an older one."""

NEWEST_NEED = (22, 19)


class Shelf(NamedTuple):
    """Where installed packages are kept, and the environment in which npm is this person's own."""

    folder: Path
    environment: Mapping[str, str]


def shelf() -> Shelf:
    """The shelf of whoever runs the tests; to be asked for before a test moves their home aside."""
    folder = os.environ.get(FOLDER) or user_cache_dir("promptlearn-test-clients", appauthor=False)
    return Shelf(Path(folder), dict(os.environ))


def installed(package: Package, kept: Shelf) -> Path:
    """The folder of a package's command, installed where it is not yet.

    Skips the test where that cannot be; under CI, which has npm, it fails.
    """
    if not _SYSTEM or not _MACHINE:
        _missing(f"there are no clients for {platform.system()} on {platform.machine()} here")
    npm = shutil.which("npm")
    if npm is None:
        _missing("npm is not on PATH; install Node.js to run the real clients")
    place = kept.folder / f"{package.name.replace('/', '-').lstrip('@')}-{package.version}"
    kept.folder.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock", timeout=PATIENCE * 2):
        if not place.is_dir():
            _install(package, place, npm=npm, environment=kept.environment)
    if package is NODE:
        return place / "node_modules" / package.name / "bin"
    return place / "node_modules" / ".bin"


def node(kept: Shelf) -> Path:
    """The folder of a Node that every client can run on."""
    found = shutil.which("node")
    if found is not None:
        told = subprocess.run([found, "--version"], capture_output=True, encoding="utf-8", timeout=30, check=False)
        version = told.stdout.strip().lstrip("v").split(".")
        if version[0].isdigit() and tuple(map(int, version[:2])) >= NEWEST_NEED:
            return Path(found).parent
    return installed(NODE, kept)


def _install(package: Package, place: Path, *, npm: str, environment: Mapping[str, str]) -> None:
    half = place.with_name(f"{place.name}.{os.getpid()}.part")
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    command = [npm, "install", "--prefix", str(half), *quiet, f"{package.name}@{package.version}"]
    try:
        half.mkdir()
        _do(command, package, environment)
        if package.script:
            # Copies the program of this platform, which npm has brought, to where the command is looked for.
            script = half / "node_modules" / package.name / package.script
            _do([shutil.which("node") or "node", str(script)], package, environment)
        half.rename(place)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _do(command: list[str], package: Package, environment: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(
            command,
            env=dict(environment),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
        why = done.stderr.strip()[-600:] if done.returncode else ""
    except subprocess.TimeoutExpired:
        why = f"it took longer than {PATIENCE:.0f} s"
    if why:
        _missing(f"{package.name} {package.version} could not be installed from npm: {why}")


def _missing(why: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)
