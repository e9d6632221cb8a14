"""`consolidate` with whatever answers: named for once or for good, agreed to, counted, and never in the way."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mcp_server.cli import INTERRUPTED, main
from mcp_server.settings import Settings, interpreter
from store.records import Kind, Source, Trust
from store.values import replace
from tests.doors.endpoint import cited, completion, endpoint
from tests.doors.programs import Programs, as_claude, as_codex
from tests.doors.test_consent import SAID, Desk
from tests.store.facts import fact

SENTENCE = "Run `python make_form.py` after each edit of fields.txt."
ANSWERING = f"""
import re
ids = [int(number) for number in re.findall(r"id=(\\d+)", typed)]
answer = json.dumps({{"rule": {SENTENCE!r}, "reason": "seen", "paths": [], "evidence": ids}})
"""


@pytest.fixture
def desk(tmp_path: Path, home: Path) -> Desk:
    folder = tmp_path / "project"
    folder.mkdir()
    return Desk(folder, Settings(home=home))


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    made = Programs(tmp_path)
    monkeypatch.setenv("PATH", made.environment["PATH"])
    return made


def today(desk: Desk) -> Any:
    wiring = desk.wiring()
    kept = wiring.store().answer("model usage 2026-01-01")
    wiring.close()
    return json.loads(kept or "{}")


def test_claude_is_named_for_one_run_and_asked_for_a_sentence(desk: Desk, programs: Programs) -> None:
    code = as_claude("ANSWER").replace("print(", "told = json.loads(")
    programs.put("claude", f"{ANSWERING}{code}\ntold['result'] = answer\nprint(json.dumps(told))")
    desk.run("feedback", SAID)
    desk.answers = ["y"]
    said = desk.run("consolidate", "--model", "claude")
    assert "worded by claude" in said
    assert said.splitlines()[-1] == (
        "claude: 1 call, 420 tokens in (300 of them cached), 10 out, 0.2500 in money; "
        "today 1 call, 420 tokens in (300 of them cached), 10 out, 0.2500 in money."
    )
    assert desk.told[-1].startswith("asking claude: 1 question, ")
    assert len(programs.runs) == 1
    desk.run("feedback", "Never edit form.py by hand.")
    assert desk.run("consolidate").count("claude") == 0
    assert len(programs.runs) == 1


def test_codex_is_told_of_the_servers_that_its_own_configuration_names(
    desk: Desk, programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text("[mcp_servers.mine]\ncommand = 'x'\n", encoding="utf-8")
    monkeypatch.setenv("CODEX_HOME", str(tmp_path))
    programs.put("codex", as_codex("{}"))
    desk.run("feedback", SAID)
    desk.answers = ["y"]
    assert "without codex: " in desk.run("consolidate", "--model", "codex")
    assert "mcp_servers.mine.enabled=false" in programs.runs[0]["argv"]


def test_a_command_answers_like_any_model(desk: Desk, programs: Programs) -> None:
    programs.put("tell", f"{ANSWERING}print(answer)")
    desk.run("feedback", SAID)
    desk.answers = ["y"]
    assert "worded by tell" in desk.run("consolidate", "--model-command", "tell --quiet 'a b'")
    assert programs.runs[0]["argv"] == ["--quiet", "a b"]
    assert list(today(desk)) == ["tell"]


def test_a_command_of_the_settings_answers_where_no_other_is_named(desk: Desk, programs: Programs) -> None:
    programs.put("tell", f"{ANSWERING}print(answer)")
    desk.settings = replace(desk.settings, command=("tell",))
    desk.run("feedback", SAID)
    assert "worded by" not in desk.run("consolidate", "--model", "off", "--dry-run")
    assert programs.runs == []
    desk.answers = ["y"]
    assert "worded by tell" in desk.run("consolidate")


def test_a_model_at_an_endpoint_is_named_for_once(desk: Desk) -> None:
    answer = json.dumps({"rule": "", "reason": "none", "paths": [], "evidence": []})
    with endpoint(answer) as server:
        desk.settings = replace(desk.settings, base_url=server.url)
        desk.run("feedback", SAID)
        desk.run("consolidate", "--model", "tiny")
        assert [body["model"] for body in server.asked] == ["tiny"]


@pytest.mark.parametrize("words", [["--no-model"], ["--model", "off"]])
def test_off_is_off(desk: Desk, words: list[str]) -> None:
    with endpoint("{}") as server:
        desk.settings = replace(desk.settings, base_url=server.url, model="tiny")
        desk.run("feedback", SAID)
        desk.run("consolidate", *words)
        assert server.asked == []


def test_a_model_that_fails_ends_in_the_result_without_it(desk: Desk, programs: Programs) -> None:
    programs.put("claude", "sys.exit('not logged in')")
    desk.run("feedback", SAID)
    desk.answers = ["y"]
    said = desk.run("consolidate", "--model", "claude")
    assert f"- proposed: {SAID}" in said
    assert "without claude: claude ended with code 1: not logged in; the deterministic result stands" in said


def test_a_dry_run_says_to_whom_and_what_it_would_cost_and_starts_nothing(desk: Desk, programs: Programs) -> None:
    programs.put("claude", "sys.exit(1)")
    desk.settings = replace(
        desk.settings, spending=desk.settings.spending._replace(price_in=1_000_000.0, price_out=0.5)
    )
    desk.run("feedback", SAID)
    said = desk.run("consolidate", "--dry-run", "--model", "claude")
    assert "To claude (which sends it to Anthropic, or where you have set it to, under your account) would be" in said
    assert said.splitlines()[-1].startswith("claude would take at most 1 call, ")
    assert said.splitlines()[-1].endswith(" in money; what is asked after that adds to it.")
    facts = json.loads(desk.run("consolidate", "--dry-run", "--model", "claude", "--json"))
    assert facts["usage"]["expected"]["calls"] == 1
    assert facts["usage"]["expected"]["money"] > 700
    assert (programs.runs, desk.asked, today(desk)) == ([], [], {})


def test_what_was_spent_is_kept_with_the_day_and_counts_for_its_ceiling(desk: Desk) -> None:
    used = {"prompt_tokens": 900, "completion_tokens": 100}
    answer = completion(json.dumps({"rule": "", "reason": "none", "paths": [], "evidence": []}), usage=used)
    with endpoint((200, answer)) as server:
        desk.settings = replace(desk.settings, base_url=server.url, model="tiny")
        desk.settings = replace(desk.settings, spending=desk.settings.spending._replace(tokens_per_day=7000))
        desk.run("feedback", SAID)
        facts = json.loads(desk.run("consolidate", "--json"))
        assert facts["usage"]["run"] == facts["usage"]["today"]
        assert facts["usage"]["expected"]["calls"] == len(server.asked)
        assert facts["usage"]["run"] | {"calls": 0} == {
            "calls": 0, "tokens_in": 900 * len(server.asked), "tokens_out": 100 * len(server.asked),
            "tokens_cached": 0, "money": 0.0,
        }  # fmt: skip
        calls = len(server.asked)
        assert today(desk)["tiny"]["calls"] == calls
        desk.settings = replace(desk.settings, spending=desk.settings.spending._replace(tokens_per_day=1000 * calls))
        desk.run("feedback", "Never edit form.py by hand.")
        said = desk.run("consolidate")
        assert "tokens a day is reached; `tokens_per_day` in [spending] of config.toml raises it" in said
        assert len(server.asked) == calls


def test_two_variables_are_enough_for_a_server_on_this_machine(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*words: str) -> str:
        done = subprocess.run(
            [*interpreter(), *words], cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("feedback", SAID)
    with endpoint(cited(SENTENCE)) as server:
        monkeypatch.setenv("PROMPTLEARN_MODEL", "tiny")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        said = run("consolidate")
    assert SENTENCE in said
    assert "tiny: 1 call, " in said


def test_ctrl_c_changes_nothing_but_what_was_spent_and_the_next_run_goes_on(desk: Desk) -> None:
    late = threading.Event()

    def press(body: dict[str, Any]) -> str:
        if len(server.asked) == 2:
            os.kill(os.getpid(), signal.SIGINT)
            late.wait(10)
        return cited(SENTENCE)(body)

    with endpoint(press) as server:
        desk.settings = replace(desk.settings, base_url=server.url, model="tiny")
        desk.run("feedback", SAID)
        desk.run("feedback", "Never edit form.py by hand, edit make_form.py.")
        assert main(["consolidate"], desk.wiring()) == INTERRUPTED
        late.set()
        assert today(desk)["tiny"]["calls"] == 1
        assert json.loads(desk.run("history", "--json"))["revisions"] == []
        assert "worded by tiny" in desk.run("consolidate")


def test_without_a_model_there_is_no_usage(desk: Desk) -> None:
    assert json.loads(desk.run("consolidate", "--json"))["usage"] is None


def test_what_a_model_would_add_is_said_in_one_line_where_there_is_something(desk: Desk) -> None:
    assert "a model could" not in desk.run("consolidate")
    wiring = desk.wiring()
    project = wiring.place().project.key
    machine = Source("junit report.xml", "tests:local", Trust.MACHINE)
    target = "test:tests/test_form.py::test_fields|AssertionError|form.py:make"
    sessions = ("a", "b", "c")
    kept = [
        fact(f"red in {name}", kind=Kind.FAILURE, fingerprint=target, session=name, source=machine, project=project)
        for name in sessions
    ]
    change = fact(
        "+python make_form.py",
        kind=Kind.CHANGE,
        fingerprint=target,
        source=machine,
        project=project,
        side="passing",
    )
    wiring.store().record([*kept, change])
    wiring.close()
    said = desk.run("consolidate")
    assert "One of these failures was repaired: a model could find the sentence in the change" in said
    assert json.loads(desk.run("consolidate", "--json"))["runs"][0]["for_a_model"] == 1
    for words in (["--no-model"], ["--model", "off"]):
        assert "a model could" not in desk.run("consolidate", *words)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--model", "a\nb"], "the name after --model holds characters that no name has"),
        (["--model-command", "'"], "the command after --model-command cannot be split into words"),
        (["--model-command", "''"], "the command after --model-command names no program"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_one_line(
    desk: Desk, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    assert main(["consolidate", *words], desk.wiring()) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert why in line


def test_a_run_without_a_model_loads_nothing_of_one(desk: Desk) -> None:
    code = (
        "import sys; sys.path.insert(0, '.');"
        "from mcp_server.cli import main; code = main(['consolidate']);"
        "print(sorted({'openai', 'anyio', 'asyncio', 'pydantic'} & set(sys.modules)), code)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "[] 0", done.stdout + done.stderr


def test_the_server_keeps_out_of_a_run_of_our_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PROMPTLEARN_OWN", "1")
    for words in (["serve"], ["serve", "--sdk"]):
        done = subprocess.run(
            [*interpreter(), *words],
            input='{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n',
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, "")
