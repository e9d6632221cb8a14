"""`guide` tells somebody new which rules hold, why, what taught them and how sure that is; the same again and again."""

import hashlib
import json
import re
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mcp_server.learning.trials.verdict import PROVEN
from store.records import Kind
from store.text import trusted_text
from tests.doors.desk import SAFETY, Desk
from tests.doors.test_commands_json import documented, printed
from tests.doors.test_setup import kept
from tests.learning.decisions import decide, made
from tests.store.facts import adding, fact

TARGET = "test:tests.test_cart::test_total|KeyError|cart.py:total"


@pytest.fixture(autouse=True)
def project(desk: Desk) -> Path:
    """A project with rules of several themes, one of them measured, and one on trial."""
    desk.run("add", SAFETY)
    desk.run("add", "Use `uv`, not pip.")
    desk.run("add", "Write a docstring for *every* class <T>.", "--path", "src/**")
    desk.run("add", "--trial", "Say what you did not test.")
    desk.run("add", "--global", "Answer in English.")
    desk.store.revise(
        desk.project,
        [adding("Run the cart test after a change of prices.", target=TARGET)],
        cause="add",
        now=desk.clock(),
    )
    failed = fact("KeyError: 'price'", kind=Kind.FAILURE, fingerprint=TARGET, project=desk.project, time=desk.clock())
    said = fact("Always run the cart test!", kind=Kind.FEEDBACK, project=desk.project, time=desk.clock())
    desk.store.record([said, failed], rule=6)
    measured = made(verdict=PROVEN, state="active", effect=0.2, lo=0.1, hi=0.3)
    decide(desk.store, desk.project, {6: measured}, time=desk.clock())
    return desk.folder


PAGE = """\
# The rules of project

What coding agents are told in this project, why, and how sure we are of it.
Written by `mcp-promptlearn guide`; `mcp-promptlearn why R1` tells all that is known of a rule.

## What must not happen

- **Never force-push to main.** (R1)
  - Why: Added by a person.
  - How sure: Not measured: a person wants it always followed.

## Tests

- **Run the cart test after a change of prices.** (R6)
  - Learned from: Test tests.test_cart::test_total fails with KeyError in cart.py:total (2026-01-01).
  - How sure: Proven: sessions that were given it did better, by more than chance could explain.

## Style and types

### In `src/**`

- **Write a docstring for \\*every\\* class \\<T\\>.** (R3)
  - Why: Added by a person.
  - How sure: Not measured: it is held because somebody said so.

## Tools and dependencies

- **Use `uv`, not pip.** (R2)
  - Why: Added by a person.
  - How sure: Not measured: it is held because somebody said so."""


def test_the_guide_reads_as_pinned_here_and_the_same_the_next_day(desk: Desk) -> None:
    said = desk.run("guide")
    assert said == PAGE
    desk.clock.now += 86_400
    assert desk.run("guide", "--markdown") == said
    assert "R5, for all projects" in desk.run("guide", "--global")


class Reader(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_needs_nothing_else_and_runs_nothing(desk: Desk) -> None:
    said = desk.run("guide", "--html")
    reader = Reader()
    reader.feed(said)
    assert not reader.tags & {"script", "img", "iframe", "link", "object", "form", "t"}
    assert not any(name.startswith("on") or name == "style" for name in reader.attributes)
    assert all(link.startswith("#") for link in reader.links)
    assert "class <T>." in reader.words
    style = re.search(r"<style>(.*?)</style>", said, re.DOTALL)
    assert style is not None
    digest = b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in said
    assert {link[1:] for link in reader.links} <= set(re.findall(r'id="([^"]+)"', said))


def test_what_is_hostile_in_a_text_stays_text(desk: Desk) -> None:
    text = 'Keep </p><script>alert(1)</script> & "quotes" and [a](javascript:x) out `<b>`.'
    desk.store.revise(desk.project, [adding("Keep.")], cause="add", now=desk.clock())
    from mcp_server.learning.guide import OTHER, Page
    from mcp_server.learning.guide_page import html, markdown

    page = Page("R1", text, ("<x>/**",), OTHER, text, text, "", text)
    reader = Reader()
    reader.feed("\n".join(html("<p>", [page])))
    assert "script" not in reader.tags
    assert reader.words.count("<script>alert(1)</script>") == 4
    assert "\\<script\\>" in "\n".join(markdown("p", [page]))
    assert "\\[a\\](javascript:x)" in "\n".join(markdown("p", [page]))


def test_no_secret_of_this_machine_is_told(desk: Desk) -> None:
    desk.environment = {"MY_API_KEY": "hunter2hunter2"}
    leaky = fact("it printed", kind=Kind.FEEDBACK, project=desk.project, time=desk.clock())
    desk.store.record([leaky._replace(text=trusted_text("it printed hunter2hunter2"), hash="x")], rule=6)
    first = desk.run("guide")
    assert "hunter2" not in first


def test_a_project_without_rules_says_so(desk: Desk) -> None:
    for name in ("R1", "R2", "R3", "R6"):
        desk.run("retire", name, "--yes")
    assert desk.run("guide").endswith("No rule is in force yet.")
    assert "No rule is in force yet." in desk.run("guide", "--html")


def test_a_file_of_its_own_is_only_written_over_a_guide(desk: Desk, project: Path) -> None:
    desk.run("guide", "--output", "guide.md")
    assert desk.told == ["guide.md: written"]
    assert (project / "guide.md").read_text("utf-8") == PAGE + "\n"
    desk.run("guide", "--output", "guide.md")
    assert desk.told == ["guide.md: as it was already"]
    desk.run("guide", "--html", "--output", "guide.md")
    assert (project / "guide.md").read_text("utf-8").startswith("<!doctype html>")
    mine = kept(project, "mine.md", "mine")
    assert "is no guide of ours" in desk.refused("guide", "--output", "mine.md")
    assert mine.read_text("utf-8") == "mine"
    assert "is a folder" in desk.refused("guide", "--output", ".")
    assert "lies in none" in desk.refused("guide", "--output", "none/guide.md")


def test_a_block_in_the_repository_is_renewed_and_taken_out_to_the_byte(desk: Desk, project: Path) -> None:
    path = kept(project, "docs/agent-guide.md", "# Guide\n\nHello.")
    desk.answers = ["y"]
    said = desk.run("guide", "--into", "docs/agent-guide.md")
    assert "+- **Never force-push to main.** (R1)" in said
    assert path.read_bytes().startswith(b"# Guide\n\nHello.\n\n<!-- promptlearn:begin")
    assert "says it already" in desk.run("guide", "--into", "docs/agent-guide.md", "--yes")
    desk.run("add", "Name the branch after the issue.")
    desk.run("guide", "--into", "docs/agent-guide.md", "--dry-run")
    assert b"branch" not in path.read_bytes()
    desk.run("guide", "--into", "docs/agent-guide.md", "--yes")
    assert b"branch" in path.read_bytes()
    assert desk.facts("status")["exported"] == [
        {"path": "docs/agent-guide.md", "clients": ["guide"], "state": "written"}
    ]
    assert "docs/agent-guide.md: written, the guide" in desk.run("status")
    desk.run("uninstall", "--yes")
    assert path.read_bytes() == b"# Guide\n\nHello."
    desk.run("guide", "--into", "docs/new.md", "--yes")
    desk.run("export", "--remove", "--yes")
    assert not (project / "docs/new.md").exists()


def test_an_edit_of_the_block_is_never_written_over(desk: Desk, project: Path) -> None:
    path = project / "guide.md"
    desk.run("guide", "--into", "guide.md", "--yes")
    path.write_text(path.read_text("utf-8").replace("Never", "Always"), encoding="utf-8")
    assert desk.code("guide", "--into", "guide.md", "--yes") == 1
    assert "edited between our markers" in desk.told[0]
    assert "Always" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../out.md", "outside the project"),
        ("guide.txt", "no Markdown file"),
        ("CLAUDE.md", "reads by itself"),
        ("src/AGENTS.md", "reads by itself"),
    ],
)
def test_it_goes_into_no_file_that_is_not_for_people_of_the_project(desk: Desk, name: str, why: str) -> None:
    assert why in desk.refused("guide", "--into", name, "--yes")


def test_what_cannot_be_is_refused_in_a_line(desk: Desk, project: Path) -> None:
    assert desk.refused("guide", "--html", "--into", "a.md").startswith("--into writes Markdown")
    assert desk.refused("guide", "--json", "--output", "a.md").startswith("--json prints")
    kept(project, "a.md", "x\0")
    assert desk.code("guide", "--into", "a.md", "--yes") == 1
    desk.answers = ["n"]
    assert desk.refused("guide", "--into", "b.md") == "nothing was written"
    desk.mark = "CLAUDECODE is set"
    assert desk.refused("guide", "--into", "b.md", "--yes").startswith("guide --into is for a person")
    assert desk.run("guide") == PAGE


def test_what_is_printed_for_programs_has_the_fields_that_were_promised(desk: Desk) -> None:
    facts = desk.facts("guide")
    assert printed(facts, documented("guide")) == documented("guide")
    assert json.loads(json.dumps(facts))["rules"][0]["id"] == "R1"
