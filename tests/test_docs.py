"""Keep README, CHANGELOG and the program from saying different things."""

import re
import tomllib

from tests.documents import README, ROOT, commands, said, with_help, without_help

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def test_the_help_in_the_readme_is_what_the_program_prints() -> None:
    readme = README.read_text(encoding="utf-8")
    assert readme == with_help(readme), "run `just docs-write`"


def test_every_command_is_explained_in_the_readme_in_a_persons_words() -> None:
    readme = without_help(README.read_text(encoding="utf-8"))
    found = commands()
    assert "serve" in found
    assert [name for name in found if not re.search(rf"(`|mcp-promptlearn ){name}\b", readme)] == []


def test_every_setting_that_the_sources_read_is_explained_in_the_readme() -> None:
    readme = README.read_text(encoding="utf-8")
    sources = [ROOT / "mcp_promptlearn.py", *ROOT.glob("store/**/*.py"), *ROOT.glob("mcp_server/**/*.py")]
    named = {name for path in sources for name in re.findall(r"PROMPTLEARN_[A-Z_]+[A-Z]", path.read_text("utf-8"))}
    assert "PROMPTLEARN_HOME" in named
    assert sorted(name for name in named if name not in readme) == []


def test_the_newest_entry_of_the_changelog_is_the_version_of_the_program() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(\d[^\]]*)\]", changelog, flags=re.MULTILINE)
    assert (versions[0], said("--version").split()[-1]) == (VERSION, VERSION)
    assert changelog.index("## [Unreleased]") < changelog.index(f"## [{VERSION}]")


def test_each_command_that_ci_runs_from_the_readme_is_one_line() -> None:
    readme = README.read_text(encoding="utf-8")
    for marker in ("main-command", "test-command"):
        assert len(re.findall(rf"^<!-- {marker} -->\n+```sh\n[^\n]+\n```$", readme, flags=re.MULTILINE)) == 1, marker
