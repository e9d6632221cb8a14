"""What an agent types does not pass for a person's word, and a person is not taken for an agent."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from mcp_server.person import VARIABLES, Ancestor, NotAPersonError, Surroundings, demand, lineage, mark, nested, source
from store.records import Source, Trust
from tests.doors.desk import SAFETY, Desk

ROOT = Path(__file__).resolve().parents[2]
MARK = "CLAUDECODE is set"
CHANGES = ("approve R2", "reject R2", "pin R1", "unpin R1", "retire R1", "rollback", "forget R1", "backup --restore x")
"""Commands that change what is served, in a store where they would have something to do."""


def ancestor(line: str = "", *, name: str = "", **environment: str) -> Ancestor:
    arguments = tuple(shlex.split(line))
    return Ancestor(name, arguments, environment)


# --- marks


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_variable_that_agents_set_is_a_mark_wherever_it_is_found(variable: str) -> None:
    clean = ancestor("bash")
    assert mark([ancestor(**{variable: "1"})]) == f"{variable} is set"
    assert mark([clean, clean, ancestor("bash", **{variable: "1"})]) == f"{variable} is set"
    assert mark([ancestor(**{variable: ""})]) == "", "an empty one says nothing"


@pytest.mark.parametrize(
    ("line", "agent"),
    [
        ("claude", "claude"),
        ("/usr/local/bin/claude --resume", "claude"),
        ("codex exec", "codex"),
        ("'C:\\Program Files\\Codex\\codex.exe' --quiet", "codex"),
        ("node /opt/node/bin/gemini", "gemini"),
        ("node --no-warnings=DEP0040 /usr/bin/gemini", "gemini"),
        ("/usr/bin/python3.12 /home/me/.local/bin/aider --yes", "aider"),
        ("python -m aider", "aider"),
        ("bash /usr/local/bin/claude", "claude"),
        ("bash -c opencode", "opencode"),
        ("npm exec @anthropic-ai/claude-code", "claude-code"),
        ("node --x /u/lib/node_modules/@anthropic-ai/claude-code/cli.js", "cli.js"),
        ("node 'C:\\Users\\me\\node_modules\\cline\\dist\\cli.mjs'", "cli.mjs"),
        ("cmd /c qwen.cmd", "qwen"),
    ],
)
def test_an_agent_among_the_parents_is_a_mark(line: str, agent: str) -> None:
    assert mark([ancestor("bash"), ancestor(line)]) == f"{agent} is a parent process"


def test_the_name_of_a_process_counts_where_its_arguments_cannot_be_read() -> None:
    assert mark([ancestor(name="claude")]) == "claude is a parent process"
    assert mark([ancestor(name="claude.exe")]) == "claude is a parent process"
    assert mark([ancestor(name="Code Helper")]) == ""


@pytest.mark.parametrize(
    "line",
    [
        "",
        "-zsh",
        "/bin/bash --login",
        "tmux new-session -s claude",
        "ssh claude",
        "vim claude",
        "vim node_modules/cline/README.md",
        "su claude",
        "docker exec -it codex bash",
        "less /opt/claude-code/README.md",
        "python3 tools/release.py claude",
        "bash -c 'cd claude && make'",
        "sshd: claude@pts/1",
        "/usr/bin/goosey",
    ],
)
def test_a_persons_own_programs_are_no_mark(line: str) -> None:
    assert mark([ancestor(), ancestor(line), ancestor("login")]) == ""


# --- the real parents


def test_the_lineage_begins_with_this_process_and_names_its_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "yes")
    mine, *parents = lineage()
    assert mine.environment["MINE"] == "yes"
    assert [parent.name for parent in parents] == [parent.name() for parent in psutil.Process().parents()]


def test_parents_that_cannot_be_read_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def name(self) -> str:
            return "claude"

        def cmdline(self) -> list[str]:
            raise psutil.AccessDenied

    class Process:
        def parents(self) -> list[Any]:
            return [Closed()]

    monkeypatch.setattr(psutil, "Process", Process)
    assert mark(lineage()) in {"", "claude is a parent process"}
    assert lineage()[1] == Ancestor("claude", (), {})

    def gone(self: Process) -> list[Any]:
        raise psutil.NoSuchProcess(1)

    monkeypatch.setattr(Process, "parents", gone)
    assert len(lineage()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="shells of this kind")
def test_a_child_that_cleans_its_environment_is_still_an_agents_child(tmp_path: Path, home: Path) -> None:
    program = [sys.executable, "-E", "-P", str(ROOT / "mcp_promptlearn.py")]
    inner = shlex.join(["env", "-i", f"PROMPTLEARN_HOME={home}", f"HOME={home.parent}", *program])
    # Each shell does something after its child, so that none of them gives its place to the child.
    line = f"bash -c {shlex.quote(inner + ' add Use uv. --yes; code=$?; true; exit $code')}; code=$?; true; exit $code"
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=tmp_path,
        env={**os.environ, "CLAUDECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout.splitlines() == [
        "R1 is candidate (revision 1): Use uv.",
        "  CLAUDECODE is set, so it waits in `mcp-promptlearn review` for a person",
    ]
    assert (done.returncode, done.stderr) == (0, "")
    line = line.replace("add Use uv. --yes", "approve R1 --yes")
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=tmp_path,
        env={**os.environ, "CLAUDECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "mcp-promptlearn: approve is for a person and CLAUDECODE is set; nothing was changed, "
        "run it in a terminal of your own\n"
    )


# --- what follows


def test_demand_lets_a_person_pass_and_nobody_else() -> None:
    demand(Surroundings(terminal=True), yes=False, what="approve")
    demand(Surroundings(terminal=False), yes=True, what="approve")
    with pytest.raises(NotAPersonError, match="approve needs a terminal, or --yes where you are sure"):
        demand(Surroundings(terminal=False), yes=False, what="approve")
    for terminal in (True, False):
        with pytest.raises(NotAPersonError, match="approve is for a person and CLAUDECODE is set"):
            demand(Surroundings(terminal, MARK), yes=True, what="approve")


def test_a_word_typed_beside_a_mark_is_the_agents() -> None:
    assert source(Surroundings(terminal=True)) == Source("command line", "person", Trust.OWNER)
    assert source(Surroundings(True, MARK)) == Source(f"command line, {MARK}", "agent:shell", Trust.AGENT)


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """A store with a live rule, a pinned one and a candidate, of which nothing may change without a person."""
    desk.run("add", "Use uv.")
    desk.suggest("Keep functions short.")
    return desk


@pytest.mark.parametrize("yes", ["", " --yes"])
@pytest.mark.parametrize("line", CHANGES)
def test_whatever_changes_what_is_served_is_refused_beside_a_mark(busy: Desk, line: str, yes: str) -> None:
    busy.mark = MARK
    before = (busy.rules(), busy.store.head(busy.project))
    assert "is for a person and CLAUDECODE is set; nothing was changed" in busy.refused(*f"{line}{yes}".split())
    assert (busy.rules(), busy.store.head(busy.project)) == before
    assert busy.asked == []


@pytest.mark.parametrize("line", CHANGES)
def test_without_a_terminal_a_person_has_to_say_yes(busy: Desk, line: str) -> None:
    busy.terminal = False
    assert "needs a terminal, or --yes where you are sure" in busy.refused(*line.split())
    if line not in {"unpin R1", "backup --restore x"}:
        busy.run(*line.split(), "--yes")
        assert busy.asked == []


def test_what_an_agent_adds_is_a_candidate_with_its_trust(desk: Desk) -> None:
    desk.mark = MARK
    text = desk.run("add", "Use uv.", "--pin", "--yes")
    assert text.endswith(f"{MARK}, so it waits in `mcp-promptlearn review` for a person")
    assert desk.state("R1") == ("candidate", "", False)
    assert desk.rules()["R1"].current.source == Source(f"command line, {MARK}", "agent:shell", Trust.AGENT)
    assert desk.store.decisions(desk.project)[0].actor == "agent"


def test_what_an_agent_edits_is_a_candidate_and_the_rule_stays(busy: Desk) -> None:
    busy.mark = MARK
    assert busy.run("edit", "R1", "Use uv, not pip.", "--yes") == (
        f"R1 is as it was; {MARK}, so R3 with the new wording waits in `review`"
    )
    assert (busy.rules()["R1"].text, busy.rules()["R1"].current.number) == ("Use uv.", 1)
    proposed = busy.rules()["R3"]
    assert (proposed.state, proposed.operation, proposed.replaces) == ("candidate", "edit", (1,))
    assert proposed.current.source.trust is Trust.AGENT
    facts = busy.facts("edit", "R1", "--path", "src/**")
    assert facts == {"id": "R1", "version": 1, "candidate": "R4", "revision": 3}
    assert busy.rules()["R4"].current.source.trust is Trust.AGENT, "a scope is the agent's word too"


def test_an_agent_may_not_edit_what_waits_or_what_a_person_pinned(busy: Desk) -> None:
    busy.run("pin", "R1")
    busy.mark = MARK
    assert "R1 is pinned by a person" in busy.refused("edit", "R1", "Use pip.")
    assert "R2 is no live rule" in busy.refused("edit", "R2", "Keep functions long.")


def test_an_agent_may_not_bring_back_what_was_rejected_or_flood_the_review(busy: Desk) -> None:
    busy.run("reject", "R2")
    busy.mark = MARK
    assert "R2 said this and was rejected; only a person may add it again" in busy.refused(
        "add", "Keep functions short."
    )
    assert "R1 says this already (active): Use uv." in busy.refused("add", "Use uv.")
    for number in range(40):
        busy.suggest(f"Read page{number} of book{number} before chapter{number}.")
    assert "40 candidates wait for the user already" in busy.refused("add", "Keep lines short.")


def test_what_an_agent_says_is_an_agents_remark_and_makes_no_rule(desk: Desk) -> None:
    desk.mark = MARK
    facts = desk.facts("feedback", "Never use tabs.")
    assert facts["trust"] == "agent"
    (kept,) = desk.store.evidence(desk.project)
    assert (kept.source.identity, kept.source.trust) == ("agent:shell", Trust.AGENT)
    assert "it counts as an agent's word and makes no rule by itself" in desk.run("feedback", "Never use tabs.")
    assert "- nothing new in the evidence" in desk.run("consolidate")


def test_an_agent_may_look_at_a_review_and_decide_nothing(busy: Desk) -> None:
    busy.mark, busy.keys = MARK, ["y"]
    text = busy.run("review")
    assert "R2  + Keep functions short." in text
    assert text.endswith(f"A person decides in a terminal of their own ({MARK}).")
    assert busy.keys == ["y"]
    assert busy.state("R2") == ("candidate", "", False)


def test_a_persons_sentence_typed_without_a_terminal_waits_and_keeps_its_trust(desk: Desk) -> None:
    desk.terminal = False
    assert "no terminal and no --yes, so it waits: `mcp-promptlearn approve R1`" in desk.run("add", SAFETY)
    assert (desk.state("R1"), desk.rules()["R1"].current.source.trust) == (("candidate", "", False), Trust.OWNER)
    assert desk.run("approve", "R1", "--yes").startswith(f"R1 is active and pinned: {SAFETY}")


def test_an_agents_sentence_is_not_pinned_even_where_it_forbids_something_dangerous(desk: Desk) -> None:
    desk.suggest(SAFETY)
    desk.run("approve", "R1")
    assert desk.state("R1") == ("trial", "", False)
    desk.run("approve", "R1")
    assert desk.state("R1") == ("active", "", False)


SHELL = Ancestor("bash", ("bash", "-c", "x"), {})
CLAUDE = Ancestor("claude", ("claude",), {})
NODE = Ancestor("node", ("node", "/usr/lib/node_modules/@google/gemini-cli/dist/index.js", "-p", "x"), {})
HOOK = Ancestor("sh", ("sh", "-c", "python -m mcp_promptlearn hook claude-code UserPromptSubmit"), {})
TERMINAL = Ancestor("zsh", ("-zsh",), {})


@pytest.mark.parametrize(
    ("above", "inner"),
    [
        ([], False),
        ([CLAUDE, TERMINAL], False),
        ([HOOK, SHELL, CLAUDE, TERMINAL], False),
        ([NODE, NODE, TERMINAL], False),
        ([SHELL, NODE, NODE, TERMINAL], False),
        ([NODE, SHELL, ancestor("'npm exec @google/gemini-cli -p x'"), TERMINAL], False),
        ([NODE, SHELL, ancestor("node /usr/lib/npm/bin/npx-cli.js @google/gemini-cli"), TERMINAL], False),
        ([NODE, NODE, SHELL, CLAUDE, TERMINAL], True),
        ([HOOK, CLAUDE, SHELL, CLAUDE], True),
    ],
)
def test_an_agent_that_another_one_started_is_told_by_the_processes_above_it(
    above: list[Ancestor], inner: bool
) -> None:
    assert nested(above) is inner
