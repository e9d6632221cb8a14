"""The stage of `try`: a small real repository, and an agent that does what its rules say and no more."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from mcp import Client, StdioServerParameters
from mcp_types import TextContent

from mcp_server.project import environment

FILES = {
    "pytest.ini": "[pytest]\n",  # or pytest would look for one in the folders above
    "fields.txt": "name\n",
    "make_form.py": (
        "from pathlib import Path\n\n"
        "fields = Path('fields.txt').read_text(encoding='utf-8').split()\n"
        "Path('form.py').write_text(f'FIELDS = {fields!r}\\n', encoding='utf-8')\n"
    ),
    "form.py": "FIELDS = ['name']\n",
    "test_form.py": (
        "from pathlib import Path\n\n"
        "import form\n\n\n"
        "def test_the_form_has_every_field():\n"
        "    fields = Path('fields.txt').read_text(encoding='utf-8').split()\n"
        "    assert form.FIELDS == fields, 'form.py is not what fields.txt asks for'\n"
    ),
}

_COMMAND = re.compile(r"`python (?P<script>\w+\.py)`")


class Played(NamedTuple):
    """One session: what the agent was shown, what it did, and how its tests ended."""

    rules: str
    did: tuple[str, ...]
    tests: str
    passed: bool
    reported: str


def repository(folder: Path) -> None:
    """Make the repository: a generated file, its source, and the test that they agree."""
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    # A person's own hooks, templates and signatures have no part in a play, nor has a repository they work in.
    identity = {"user.name": "try", "user.email": "try@localhost"}
    clean = environment(identity) | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for arguments in (["init", "-q", "--template="], ["add", "."], ["commit", "-q", "-m", "A form and its fields"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=clean)


async def session(server: list[str], *, folder: Path, home: Path, name: str, field: str) -> Played:
    """Play one session of the agent through the real server with the official client.

    Its task is to add a field. It follows a rule that names a script to run; of itself it would not
    think of it.
    """
    own = {**os.environ, "PROMPTLEARN_HOME": str(home), "CLAUDE_PROJECT_DIR": str(folder), "PROMPTLEARN_TRIALS": "off"}
    parameters = StdioServerParameters(command=server[0], args=server[1:], env=own, cwd=folder)
    async with Client(parameters) as client:
        asked = {"task": f"add the field {field}", "files": ["fields.txt"]}
        rules = _text(await client.call_tool("get_rules", asked, meta={"sessionId": name}))
        did = [f"added {field} to fields.txt"]
        with (folder / "fields.txt").open("a", encoding="utf-8") as fields:
            fields.write(f"{field}\n")
        for script in (match["script"] for match in _COMMAND.finditer(rules)):
            subprocess.run([sys.executable, script], cwd=folder, check=True)
            did.append(f"ran python {script}, because a rule says so")
        tests, passed = run_tests(folder)
        report = {"outcome": "success" if passed else "failure", "evidence": tests}
        reported = _text(await client.call_tool("report_outcome", report, meta={"sessionId": name}))
    return Played(rules, tuple(did), tests, passed, reported)


def run_tests(folder: Path) -> tuple[str, bool]:
    """Run the repository's tests for real, leaving `report.xml`; the last line and whether they passed."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "PYTHONPATH"))}
    clean |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=report.xml", "."]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, encoding="utf-8", env=clean)
    lines = done.stdout.strip().splitlines() or ["pytest printed nothing"]
    return lines[-1].strip("= "), done.returncode == 0


def _text(result: object) -> str:
    blocks = getattr(result, "content", [])
    return "\n".join(block.text for block in blocks if isinstance(block, TextContent))
