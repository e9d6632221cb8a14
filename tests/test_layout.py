"""Keep the house in shape: small files with a reason, light commands, one hand on the import path."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.pure import ROOT, pure_files

LAUNCHER = ROOT / "mcp_promptlearn.py"
SOURCES = sorted([LAUNCHER, *ROOT.glob("store/**/*.py"), *ROOT.glob("mcp_server/**/*.py")])
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in SOURCES}
TREES = {name: ast.parse(text, name) for name, text in TEXTS.items()}

LONGEST = 400
"""Lines of a file, unless its docstring says `Above the file-length cap because …` in its first lines."""

DOORS = {
    "mcp_server/cli.py": "whatever goes wrong, a person reads one line",
    "mcp_server/hooks.py": "whatever goes wrong, the agent goes on and doctor is told",
    "mcp_server/server.py": "whatever goes wrong, an agent reads one line and the server lives on",
    "mcp_server/serving.py": "the same, for the fast door",
    "mcp_server/stdio.py": "whatever goes wrong, the client is answered and the connection lives on",
}
"""The files that may answer for every exception, and why."""

HEAVY = {
    "anyio",
    "click",
    "junitparser",
    "lxml",
    "mcp",
    "openai",
    "psutil",
    "pydantic",
    "rich",
    "sqlite_utils",
}
"""What a command that only reads has no time to import."""

LOADED = """
import contextlib, json, sys
from mcp_server.cli import main
with contextlib.suppress(SystemExit):
    code = main(json.loads(sys.argv[1]))
    assert not code, code
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def test_every_folder_of_sources_is_a_package() -> None:
    # import-linter does not see the files of a folder without `__init__.py`: its contracts would hold nothing
    folders = {path.parent for path in SOURCES if path != LAUNCHER}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_every_source_file_says_why_it_exists() -> None:
    assert [name for name, tree in TREES.items() if not ast.get_docstring(tree)] == []


def test_no_source_file_is_long_without_a_reason() -> None:
    def excused(name: str) -> bool:
        lines = (ast.get_docstring(TREES[name]) or "").splitlines()[:5]
        return any("Above the file-length cap because" in line for line in lines)

    assert [name for name, text in TEXTS.items() if text.count("\n") > LONGEST and not excused(name)] == []


def test_no_source_file_is_unfinished_or_names_a_machine() -> None:
    unwanted = re.compile(
        r"\b(TODO|FIXME|XXX|NotImplementedError)\b|(?i:placeholder)"
        r"|(?<![\w.~])/(tmp|root|home/[a-z]+|Users/[A-Za-z]+)/"
    )
    found = {(name, match[0].lower()) for name, text in TEXTS.items() for match in unwanted.finditer(text)}
    assert found == {("store/secrets.py", "placeholder")}  # a word by which it knows what is no secret


def test_only_the_launcher_touches_the_import_path() -> None:
    def touches(node: ast.AST) -> bool:
        match node:
            case ast.Attribute(value=ast.Name(id="sys"), attr="path" | "meta_path" | "path_hooks"):
                return True
            case ast.ImportFrom(module="sys", names=names):
                return any(alias.name == "path" for alias in names)
            case ast.Import(names=names):
                return any(alias.name == "site" for alias in names)
            case _:
                return False

    assert [name for name, tree in TREES.items() if any(map(touches, ast.walk(tree)))] == [LAUNCHER.name]


def test_only_doors_answer_for_every_exception() -> None:
    def blind(node: ast.AST) -> bool:
        if not isinstance(node, ast.ExceptHandler):
            return False
        caught = {"BaseException"} if node.type is None else {ast.unparse(part) for part in ast.walk(node.type)}
        last = node.body[-1]
        return bool(caught & {"BaseException", "Exception"}) and not (isinstance(last, ast.Raise) and not last.exc)

    assert {name for name, tree in TREES.items() if any(map(blind, ast.walk(tree)))} <= set(DOORS)


def test_the_list_of_pure_files_names_the_heart_of_the_program() -> None:
    assert {"store/text.py", "store/records.py", "store/memory.py", "mcp_server/learning/select.py"} <= set(
        pure_files()
    )
    assert {"store/sqlite.py", "mcp_server/cli.py"}.isdisjoint(pure_files())


@pytest.mark.parametrize("args", [["--help"], ["help", "--all"], ["--version"]], ids=" ".join)
def test_a_command_that_only_tells_imports_nothing_heavy(args: list[str], tmp_path: Path) -> None:
    assert HEAVY.isdisjoint(_loaded(args, cwd=tmp_path))


@pytest.mark.parametrize(
    "args",
    [["rules"], ["rules", "--json"], ["status"], ["status", "--json"], ["report"], ["why", "R1"]],
    ids=" ".join,
)
def test_a_command_that_only_reads_imports_nothing_heavy(args: list[str], tmp_path: Path) -> None:
    # The very first command makes the store, and may take its time for that.
    _run(str(LAUNCHER), "add", "Run the tests before every commit.", cwd=tmp_path)
    loaded = _loaded(args, cwd=tmp_path)
    assert "sqlite3" in loaded
    assert HEAVY.isdisjoint(loaded)


def test_the_example_configuration_starts_a_command_that_exists(tmp_path: Path) -> None:
    example = json.loads((ROOT / "claude_desktop_config.example.json").read_text(encoding="utf-8"))
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    (server,) = example["mcpServers"].values()

    assert server["command"] in scripts
    _run(str(LAUNCHER), *server["args"], "--help", cwd=tmp_path)


def _loaded(args: list[str], *, cwd: Path) -> set[str]:
    """The packages in memory after a command."""
    return _run("-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{LOADED}", json.dumps(args), cwd=cwd)


def _run(*args: str, cwd: Path) -> set[str]:
    """Run Python as clients do, and return the words that it said on stderr."""
    command = [sys.executable, "-E", "-P", *args]
    done = subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_the_serving_path_imports_no_numpy_and_nothing_else_that_is_shipped_does() -> None:
    def named(node: ast.AST) -> list[str]:
        if isinstance(node, ast.Import):
            return [each.name for each in node.names]
        return [node.module or ""] if isinstance(node, ast.ImportFrom) else []

    imported = {
        module.partition(".")[0] for tree in TREES.values() for node in ast.walk(tree) for module in named(node)
    }
    assert "json" in imported
    assert not imported & {"numpy", "scipy", "pandas"}
