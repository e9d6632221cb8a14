"""The model that is a program: an agent's client or any other, played by small scripts."""

import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from mcp_server.agent_model import AgentModel
from mcp_server.headless import OPENING, Agent, Claude, Codex, Command
from mcp_server.importers.logs.turns import OURS, spoken
from mcp_server.learning.model import ModelError, Question
from mcp_server.spending import Limits, Meter, Usage
from tests.doors.programs import Programs, as_claude, as_codex

SCHEMA = {
    "type": "object",
    "properties": {"rule": {"type": "string"}},
    "required": ["rule"],
    "additionalProperties": False,
}
IN_WORDS = json.dumps(SCHEMA, separators=(",", ":"))
ASKED = Question("You turn evidence into rules.", "use uv", frozenset({1}), SCHEMA)
SAID = '{"rule":"Use uv."}'


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(tmp_path)


def asked(
    programs: Programs, agent: Agent, *, questions: int = 1, timeout: float = 30.0, meter: Meter | None = None
) -> list[str | ModelError]:
    model = AgentModel(agent, environment=programs.environment, timeout=timeout, meter=meter)
    return model.ask([ASKED] * questions)


def command(programs: Programs, code: str, *, keeping: bool = True) -> Command:
    programs.put("tell", code, keeping=keeping)
    return Command(("tell", "--fast", "a b"))


def fault(programs: Programs, agent: Agent, *, timeout: float = 30.0) -> str:
    (answer,) = asked(programs, agent, timeout=timeout)
    assert isinstance(answer, ModelError)
    assert "\n" not in str(answer)
    return str(answer)


def test_claude_is_asked_without_tools_servers_hooks_or_a_word_of_the_evidence_on_its_command_line(
    programs: Programs,
) -> None:
    programs.put("claude", as_claude(SAID))
    assert asked(programs, Claude()) == [SAID]
    (run,) = programs.runs
    beside = str(Path(run["folder"]).parent / "system.txt")
    assert run["argv"] == [
        *("-p", "--output-format", "json", "--tools", ""),
        *("--strict-mcp-config", "--disable-slash-commands", "--no-session-persistence"),
        *("--setting-sources", "user", "--settings", '{"disableAllHooks":true}'),
        *("--system-prompt-file", beside),
    ]
    assert run["typed"] == f"{OPENING}use uv"
    assert run["beside"]["system.txt"].startswith(ASKED.system)
    assert IN_WORDS in run["beside"]["system.txt"]


def test_codex_is_asked_in_its_sandbox_with_everything_off_that_can_be(programs: Programs, tmp_path: Path) -> None:
    kept = tmp_path / "config.toml"
    kept.write_text("[mcp_servers.promptlearn]\ncommand = 'x'\n[mcp_servers.'a.b']\ncommand = 'y'\n", encoding="utf-8")
    programs.put("codex", as_codex(SAID))
    assert asked(programs, Codex(kept)) == [SAID]
    (run,) = programs.runs
    words = run["argv"]
    assert words[:6] == ["exec", "--json", "--ephemeral", "--skip-git-repo-check", "--sandbox", "read-only"]
    assert words[-3:] == ["--output-schema", str(Path(run["folder"]).parent / "schema.json"), "-"]
    assert {'approval_policy="never"', "features.shell_tool=false", "features.hooks=false"} <= set(words)
    assert [word for word in words if word.startswith("mcp_servers")] == ["mcp_servers.promptlearn.enabled=false"]
    assert json.loads(run["beside"]["schema.json"]) == SCHEMA
    assert run["typed"] == f"{OPENING}{ASKED.system}\n\nuse uv"


def test_codex_without_a_configuration_or_a_strict_schema_is_asked_in_words(programs: Programs, tmp_path: Path) -> None:
    programs.put("codex", as_codex(SAID))
    loose = ASKED._replace(schema={"type": "object"})
    model = AgentModel(Codex(tmp_path / "none.toml"), environment=programs.environment, timeout=30.0)
    assert model.ask([loose]) == [SAID]
    (run,) = programs.runs
    assert "--output-schema" not in run["argv"]
    assert '{"type":"object"}' in run["typed"]


def test_any_program_gets_the_question_on_stdin_and_answers_on_stdout(programs: Programs) -> None:
    assert asked(programs, command(programs, f"print({SAID!r})")) == [SAID]
    (run,) = programs.runs
    assert run["argv"] == ["--fast", "a b"]
    assert run["typed"].startswith(f"{OPENING}{ASKED.system}")
    assert IN_WORDS in run["typed"]
    assert run["typed"].endswith("\n\nuse uv")


@pytest.mark.parametrize("name", ["claude", "codex", "tell"])
def test_every_run_is_marked_as_our_own_and_has_an_empty_folder_that_is_gone_afterwards(
    programs: Programs, tmp_path: Path, name: str
) -> None:
    agents: dict[str, Callable[[], Agent]] = {
        "claude": Claude,
        "codex": lambda: Codex(tmp_path / "none.toml"),
        "tell": lambda: Command(("tell",)),
    }
    programs.put(name, {"claude": as_claude(SAID), "codex": as_codex(SAID), "tell": f"print({SAID!r})"}[name])
    programs.environment |= {"CLAUDECODE": "1", "CODEX_THREAD_ID": "t", "CLAUDE_PROJECT_DIR": "/x", "MINE": "kept"}
    assert asked(programs, agents[name]()) == [SAID]
    (run,) = programs.runs
    assert run["env"]["PROMPTLEARN_OWN"] == "1"
    assert run["env"]["MINE"] == "kept"
    assert not {"CLAUDECODE", "CODEX_THREAD_ID", "CLAUDE_PROJECT_DIR"} & set(run["env"])
    assert run["files"] == []
    assert not Path(run["folder"]).parent.exists()
    # A log of it, wherever it is written, is known for ours by how it begins.
    assert spoken(run["typed"], person=True) == (OURS, "")


def test_answers_come_back_in_the_order_of_their_questions_and_two_at_a_time(programs: Programs) -> None:
    # The second says that it is there, and the first waits for it: neither ends alone.
    pipe = programs.folder / "pipe"
    os.mkfifo(pipe)
    last = "typed.splitlines()[-1]"
    code = f"n = {last}\nopen({str(pipe)!r}, 'w' if n == '1' else 'r').close() if n in '01' else None\nprint(n)"
    model = AgentModel(command(programs, code), environment=programs.environment, timeout=30.0, parallel=9)
    assert model.ask([Question("s", str(n), frozenset()) for n in range(5)]) == [*"01234"]


def test_a_program_that_is_not_there_is_said_in_one_line_and_not_looked_for_again(programs: Programs) -> None:
    model = AgentModel(Command(("no-such-program", "x")), environment=programs.environment, timeout=5.0)
    given = model.ask([ASKED] * 3)
    assert {str(answer) for answer in given} == {
        "no-such-program is not installed, or not on PATH; install it or choose another model"
    }


def test_a_file_that_cannot_be_started_is_a_fault(programs: Programs) -> None:
    programs.put("tell", "", keeping=False).write_text("#!/no/such/interpreter\n", encoding="utf-8")
    assert "tell could not be started (No such file or directory)" in fault(programs, Command(("tell",)))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sys.exit('first\\n  \\x1b[31mnot logged in \\n\\n')", "tell ended with code 1: [31mnot logged in"),
        ("sys.exit(3)", "tell ended with code 3: it said nothing"),
        ("print(' ')", "tell printed nothing"),
        ("print('x' * (5 << 20))", "tell printed more than 4194304 bytes"),
        ("import signal; os.kill(os.getpid(), signal.SIGTERM)", "tell ended with code -15"),
    ],
)
def test_every_way_of_failing_is_one_line(programs: Programs, code: str, words: str) -> None:
    assert words in fault(programs, command(programs, code))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("print('Not logged in · Please run /login')", "claude gave no answer (Not logged in · Please run /login)"),
        (as_claude("Credit balance is too low", is_error=True), "claude gave no answer (Credit balance is too low)"),
        (as_claude(SAID, subtype="error_max_turns", result=None), "claude gave no answer (error_max_turns)"),
        ("print('[1]')", "claude gave no answer ([1])"),
        ("print('[' * 100000)", "claude gave no answer ([[["),
        ("", "claude gave no answer (it printed nothing)"),
    ],
)
def test_what_claude_says_instead_of_an_answer_is_told(programs: Programs, code: str, words: str) -> None:
    programs.put("claude", code)
    assert words in fault(programs, Claude())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("print('oh')", "codex gave no answer (oh)"),
        ("", "codex gave no answer (it printed nothing)"),
        (as_codex(SAID, {"type": "turn.failed", "error": {"message": "no\nlogin"}}), "codex gave no answer (login)"),
        (as_codex(SAID, {"type": "error", "message": "limit"}), "codex gave no answer (limit)"),
        (as_codex(SAID, {"type": "turn.failed"}), "codex gave no answer (it failed)"),
    ],
)
def test_what_codex_says_instead_of_an_answer_is_told(
    programs: Programs, tmp_path: Path, code: str, words: str
) -> None:
    programs.put("codex", code)
    assert words in fault(programs, Codex(tmp_path / "none.toml"))


def test_a_key_in_what_a_program_says_is_not_passed_on(programs: Programs) -> None:
    known, formed = "correct-horse-battery", "sk-proj-" + "a1B2c3D4" * 6
    programs.environment["LLM_KEY"] = known
    said = fault(programs, command(programs, f"sys.exit('refused: {known} and {formed}')"))
    assert said.startswith("tell ended with code 1: refused: ")
    assert known not in said
    assert formed not in said


def test_a_program_that_takes_too_long_is_ended_with_all_that_it_started(programs: Programs, tmp_path: Path) -> None:
    note = tmp_path / "child"
    sleeper = "import subprocess; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    code = f"{sleeper}\nopen({str(note)!r}, 'w').write(str(child.pid))\nchild.wait()"
    model = AgentModel(command(programs, code), environment=programs.environment, timeout=3.0)
    given = model.ask([ASKED])
    given += model.ask([ASKED])
    assert [str(answer) for answer in given] == [
        "tell did not answer within 3 s; `timeout` in config.toml gives it longer"
    ] * 2
    assert len(programs.runs) == 1
    assert gone(int(note.read_text(encoding="utf-8")))


def test_what_a_program_leaves_running_is_ended_with_it(programs: Programs, tmp_path: Path) -> None:
    note = tmp_path / "child"
    sleeper = "import subprocess; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    code = f"{sleeper}\nopen({str(note)!r}, 'w').write(str(child.pid))\nprint({SAID!r})"
    assert asked(programs, command(programs, code)) == [SAID]
    assert gone(int(note.read_text(encoding="utf-8")))


def test_a_program_that_does_not_listen_may_answer_all_the_same(programs: Programs) -> None:
    deaf = command(programs, f"import sys\nsys.stdin.close()\nprint({SAID!r})", keeping=False)
    model = AgentModel(deaf, environment=programs.environment, timeout=30.0)
    assert model.ask([ASKED._replace(user="x" * 1_000_000)]) == [SAID]


def test_ctrl_c_ends_what_was_started(programs: Programs, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = f"open({str(pipe)!r}, 'w').write(str(os.getpid())) and None\nimport time; time.sleep(600)"
    found: list[int] = []

    def press() -> None:
        found.append(int(pipe.read_text(encoding="utf-8")))
        os.kill(os.getpid(), signal.SIGINT)

    presser = threading.Thread(target=press)
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        asked(programs, command(programs, code))
    presser.join()
    assert gone(found[0])


def test_usage_is_what_the_client_tells(programs: Programs, tmp_path: Path) -> None:
    programs.put("claude", as_claude(SAID))
    programs.put("codex", as_codex(SAID))
    meter = Meter()
    asked(programs, Claude(), meter=meter, questions=2)
    assert meter.spent == Usage(2, 840, 20, 600, 0.5)
    meter = Meter()
    asked(programs, Codex(tmp_path / "none.toml"), meter=meter)
    assert meter.spent == Usage(1, 500, 9, 200)


def test_usage_is_estimated_where_nobody_tells(programs: Programs) -> None:
    meter = Meter()
    asked(programs, command(programs, f"print({SAID!r})"), meter=meter)
    assert (meter.spent.calls, meter.spent.tokens_in, meter.spent.tokens_out) == (1, 12, 7)
    programs.put("claude", "print('no')")
    asked(programs, Claude(), meter=meter)
    assert (meter.spent.calls, meter.spent.tokens_in) == (2, 24 + Claude.beside)


def test_over_a_ceiling_nothing_is_started(programs: Programs) -> None:
    told = command(programs, f"print({SAID!r})")
    (answer,) = asked(programs, told, meter=Meter(Limits(tokens_per_run=100)))
    assert "the ceiling of 100 tokens a run is reached" in str(answer)
    assert programs.runs == []


def test_nothing_is_started_where_there_is_no_question(programs: Programs) -> None:
    assert asked(programs, command(programs, "print(1)"), questions=0) == []
    assert programs.runs == []


def gone(pid: int) -> bool:
    """Is a process gone, or dead and only not yet taken note of by whoever inherited it?"""
    for _ in range(200):
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
            process.wait(0.05)
        except psutil.NoSuchProcess:
            return True
        except psutil.TimeoutExpired:
            continue
    return False
