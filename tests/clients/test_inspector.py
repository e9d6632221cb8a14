"""The official Inspector speaks to both doors of the server."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcp_server import listing, scene
from mcp_server.settings import interpreter
from tests.clients import packages, process
from tests.conftest import GIT

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(params=[["serve"], ["serve", "--sdk"]], ids=" ".join)
def ask(request: pytest.FixtureRequest, kept: packages.Shelf, tmp_path: Path) -> Ask:
    """Asks one door through the Inspector, in a clean home, and returns the JSON that it printed."""
    programs = [packages.installed(packages.INSPECTOR, kept), packages.node(kept)]
    path = os.pathsep.join([*map(str, programs), os.environ["PATH"]])
    environment = {"HOME": str(tmp_path), "PATH": path, "LANG": "C.UTF-8", **GIT}
    project = tmp_path / "form"
    scene.repository(project)

    def inspect(method: str, *more: str) -> dict[str, Any]:
        words = ["mcp-inspector", "--cli", *interpreter(), *request.param, "--method", method, *more]
        ran = process.run(words, folder=project, environment=environment)
        assert ran.code == 0, ran.out + ran.err
        return json.loads(ran.out)

    return inspect


def test_the_inspector_lists_the_three_tools(ask: Ask) -> None:
    shown = {tool["name"]: tool for tool in ask("tools/list")["tools"]}
    assert list(shown) == [tool["name"] for tool in listing.listing()["tools"]]
    for tool in listing.listing()["tools"]:
        assert {key: shown[tool["name"]][key] for key in tool} == tool


def test_the_inspector_calls_a_tool_and_is_answered_in_text(ask: Ask) -> None:
    result = ask("tools/call", "--tool-name", "get_rules", "--tool-arg", "task=inspect")
    (block,) = result["content"]
    assert block["text"].startswith("Rules for form, revision 0, episode E1")
    assert not result.get("isError")


def test_the_inspector_lists_the_prompt_and_the_resource(ask: Ask) -> None:
    assert [prompt["name"] for prompt in ask("prompts/list")["prompts"]] == ["rules", "consolidate"]
    assert [resource["uri"] for resource in ask("resources/list")["resources"]] == ["promptlearn://rules"]
