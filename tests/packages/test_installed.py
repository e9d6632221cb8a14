"""The wheel and the sdist install and serve as a user gets them: on each Python, with old dependencies and new."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Mapping, Sequence
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from packages.facts import ROOT, facts
from tests.clients import packages

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PATIENCE = 400.0
"""Seconds for one installation from a slow index."""

ASKED: list[dict[str, Any]] = [
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "user", "version": "1"}},
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
]


def test_the_oldest_python_tried_is_the_oldest_that_is_allowed() -> None:
    assert facts().python == f">={PYTHONS[0]}"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Wheel and sdist of this tree; the wheel is built from the sdist, as an index's users get it."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (sdist,) = folder.glob("*.tar.gz")
    shutil.unpack_archive(sdist, folder / "unpacked", filter="data")
    (tree,) = (folder / "unpacked").iterdir()
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=tree, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    return {"sdist": sdist, "wheel": wheel}


def test_the_sdist_holds_all_that_the_repository_is_made_of(dist: dict[str, Path]) -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if listed.returncode:
        pytest.skip("this is no clone")
    (tree,) = (dist["sdist"].parent / "unpacked").iterdir()
    got = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
    missing = {name for name in listed.stdout.splitlines() if name not in got and (ROOT / name).is_file()}
    assert missing <= {".ci/run", "CLAUDE.md"}


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_it_is_installed_and_serves_with_the_newest_dependencies(
    dist: dict[str, Path], shelf: packages.Shelf, tmp_path: Path, version: str, kind: str
) -> None:
    python = _python(version, shelf)
    _serves(_installed(shelf, tmp_path, python, [str(dist[kind])]), tmp_path)


@pytest.mark.parametrize("version", [PYTHONS[0], PYTHONS[-2]])
def test_it_is_installed_and_serves_with_the_lowest_dependencies_it_allows(
    dist: dict[str, Path], shelf: packages.Shelf, tmp_path: Path, version: str
) -> None:
    python = _python(version, shelf)
    # What a wheel requires is only taken for direct where it is named beside it.
    needed = [line for line in _requires(dist["wheel"]) if "extra ==" not in line]
    words = ["--resolution", "lowest-direct", str(dist["wheel"]), *needed]
    folder = _installed(shelf, tmp_path, python, words)
    listed = _uv(shelf, "pip", "list", "--python", str(folder), "--format", "json")
    got = {each["name"]: each["version"] for each in json.loads(listed)}
    lowest = dict(re.findall(r"([\w-]+)>=([\d.]+)", ",".join(needed)))
    assert lowest
    assert {name: got[name] for name in lowest if not _same(got[name], lowest[name])} == {}
    _serves(folder, tmp_path)


def _same(one: str, other: str) -> bool:
    return re.sub(r"(\.0)+$", "", one) == re.sub(r"(\.0)+$", "", other)


def _python(version: str, shelf: packages.Shelf) -> str:
    """An interpreter of that version; the test is skipped where the machine offers none."""
    found = [shutil.which(f"python{version}", path=shelf.environment.get("PATH"))]
    home = Path(shelf.environment.get("PYENV_ROOT") or Path(shelf.environment.get("HOME", "/"), ".pyenv"))
    found += map(str, sorted(home.glob(f"versions/{version}.*/bin/python{version}")))
    for each in filter(None, found):
        ran = subprocess.run(
            [each, "-c", "import sys; print(sys.version)"], capture_output=True, check=False, timeout=60
        )
        if ran.returncode == 0 and ran.stdout.decode().startswith(version):
            return each
    pytest.skip(f"there is no Python {version} on this machine")


def _requires(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name)).get_all("Requires-Dist") or []


def _installed(shelf: packages.Shelf, folder: Path, python: str, words: Sequence[str]) -> Path:
    """A virtual environment with these installed from the index."""
    place = folder / "venv"
    _uv(shelf, "venv", "--python", python, str(place))
    _uv(shelf, "pip", "install", "--python", str(place), *words)
    _uv(shelf, "pip", "check", "--python", str(place))
    return place


def _uv(shelf: packages.Shelf, *words: str) -> str:
    uv = shutil.which("uv", path=shelf.environment.get("PATH"))
    if uv is None:
        pytest.skip("uv is not on PATH")
    kept = {name: value for name, value in shelf.environment.items() if name != "VIRTUAL_ENV"}
    environment = {**kept, "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(
        [uv, *words], cwd="/", env=environment, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False
    )
    if done.returncode and not os.environ.get("CI") and re.search("Failed to (fetch|download)|connect", done.stderr):
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr
    return done.stdout


def _serves(place: Path, folder: Path) -> None:
    """The installed command tells its version and lists its tools, through both doors."""
    home = folder / "home"
    home.mkdir()
    program = place / ("Scripts" if os.name == "nt" else "bin") / "mcp-promptlearn"
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    told = subprocess.run(
        [str(program), "--version"], cwd=home, env=environment, capture_output=True, encoding="utf-8", check=True
    )
    assert told.stdout.split()[-1] == facts().version
    for words in (("serve",), ("serve", "--sdk")):
        assert len(_asked([str(program), *words], home, environment)["result"]["tools"]) == 3


def _asked(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Any:
    """The last answer of a server, which a client waits for before it leaves."""
    with subprocess.Popen(
        command, cwd=folder, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        too_long = threading.Timer(60.0, server.kill)
        too_long.start()
        try:
            server.stdin.write("".join(json.dumps(each) + "\n" for each in ASKED))
            server.stdin.flush()
            answers = (json.loads(line) for line in server.stdout)
            return next(answer for answer in answers if answer.get("id") == ASKED[-1]["id"])
        finally:
            server.kill()
            too_long.cancel()
