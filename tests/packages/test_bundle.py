"""The bundle passes the checks of its format's own tool, and runs as a host runs it."""

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from packages import bundle
from packages.facts import ROOT
from tests.clients import packages

MCPB = packages.Package("@anthropic-ai/mcpb", "2.1.2", "mcpb")
ASKED = [
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "host", "version": "1"}},
    },
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
    {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "get_rules", "arguments": {"task": "look"}}},
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle as the recipe builds it."""
    return bundle.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture
def unpacked(built: Path, tmp_path: Path) -> Path:
    """The bundle as a host lays it out."""
    with zipfile.ZipFile(built) as archive:
        archive.extractall(tmp_path / "bundle")
    return tmp_path / "bundle"


def test_the_same_sources_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    assert bundle.build(tmp_path).read_bytes() == built.read_bytes()


def test_the_bundle_holds_the_sources_and_nothing_of_a_machine(built: Path) -> None:
    with zipfile.ZipFile(built) as archive:
        names = set(archive.namelist())
        locked = archive.read("uv.lock").decode()
    kinds = [f"{top}/**/*.{kind}" for top in ("store", "mcp_server") for kind in ("py", "js")]
    sources = {path.relative_to(ROOT).as_posix() for kind in kinds for path in ROOT.glob(kind)}
    tops = {"manifest.json", "serve.py", *bundle.FILES, "mcp_server/listing.json"}
    assert names == sources | tops
    assert set(re.findall(r'registry = "([^"]+)"', locked)) == {"https://pypi.org/simple"}


def test_the_manifest_has_the_fields_of_its_own_version(unpacked: Path) -> None:
    said = json.loads((unpacked / "manifest.json").read_text(encoding="utf-8"))
    assert said["manifest_version"] == "0.4"  # the first with servers of the type uv
    assert {"name", "version", "description", "author", "server"} <= set(said)
    assert set(said["server"]) == {"type", "entry_point", "mcp_config"}
    assert (unpacked / said["server"]["entry_point"]).is_file()
    assert [tool["name"] for tool in said["tools"]] == ["get_rules", "report_outcome", "suggest_rule"]


def test_the_formats_own_tool_finds_no_fault(
    built: Path, unpacked: Path, shelf: packages.Shelf, tmp_path: Path
) -> None:
    programs = [packages.installed(MCPB, shelf), packages.node(shelf)]
    environment = {**shelf.environment, "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]])}

    def mcpb(*words: str) -> str:
        done = subprocess.run(
            ["mcpb", *words], env=environment, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "Manifest schema validation passes!" in mcpb("validate", str(unpacked / "manifest.json"))
    assert "mcp-promptlearn" in mcpb("pack", str(unpacked), str(tmp_path / "again.mcpb"))
    mcpb("unpack", str(built), str(tmp_path / "theirs"))
    assert (tmp_path / "theirs" / "manifest.json").read_bytes() == (unpacked / "manifest.json").read_bytes()


@pytest.mark.parametrize("how", ["command", "entry point"])
def test_a_host_with_uv_starts_it_on_the_store_of_the_command_line(
    unpacked: Path, shelf: packages.Shelf, tmp_path: Path, how: str
) -> None:
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not on PATH")
    said = json.loads((unpacked / "manifest.json").read_text(encoding="utf-8"))["server"]
    words: Sequence[str] = [uv, *(word.replace("${__dirname}", str(unpacked)) for word in said["mcp_config"]["args"])]
    if how == "entry point":
        words = [uv, "run", "--no-dev", "--frozen", "--directory", str(unpacked), said["entry_point"]]
    cache = subprocess.run(
        [uv, "cache", "dir"], env=dict(shelf.environment), capture_output=True, encoding="utf-8", check=True
    )
    kept = {
        name: value
        for name, value in shelf.environment.items()
        if not name.startswith(("PROMPTLEARN", "XDG_", "VIRTUAL_ENV"))
    }
    home = tmp_path / "home"
    home.mkdir()
    environment = {**kept, "HOME": str(home), "USERPROFILE": str(home), "UV_CACHE_DIR": cache.stdout.strip()}
    done = subprocess.run(
        words,
        input="".join(json.dumps(each) + "\n" for each in ASKED),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [1, 2, 3], done.stderr
    assert len(answers[1]["result"]["tools"]) == 3
    stores = [path.relative_to(home).as_posix() for path in home.rglob("promptlearn.db")]
    assert len(stores) == 1
    assert "bundle" not in stores[0]
