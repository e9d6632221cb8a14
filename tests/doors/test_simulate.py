"""`simulate --scenario`: how long until I know? Asked as a person would, with bad figures too."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mcp_server.cli import INTERRUPTED
from mcp_server.learning.trials import power
from tests.doors.desk import Desk
from tests.doors.test_commands_json import documented, printed
from tests.test_layout import HEAVY

ROOT = Path(__file__).resolve().parents[2]
ASK = ("simulate", "--scenario", "target", "--base", "70", "--with", "10")
FEW = (*ASK, "--runs", "15", "--horizon", "200")


def test_a_person_is_told_how_long_it_takes_and_what_would_be_quicker(desk: Desk) -> None:
    said = desk.run(*FEW).splitlines()
    assert said[0] == "A rule whose target recurs in 10% of sessions, not 70%, 5 sessions a day, explore 0."
    assert said[2] == "15 simulated projects, 5 sessions a day in scope, 200 sessions (40 days, 6 weeks) at most."
    assert "In 15 of 15 the rule was shown to help." in said
    assert any(line.startswith("Half of the projects had come to that after ") for line in said)
    assert any(line.startswith("Four of five had come to that after ") for line in said)
    assert any(line.startswith("While it was on trial, ") for line in said)
    assert said[-1].startswith("Quicker with explore 1: half of the projects know after ")
    assert not desk.home.joinpath("promptlearn.db").exists(), "no store is needed"


def test_the_same_question_has_the_same_answer_until_another_seed_is_named(desk: Desk) -> None:
    said = desk.run(*FEW)
    assert desk.run(*FEW) == desk.run(*FEW, "--seed", "1") == said
    assert desk.run(*FEW, "--seed", "2") != said


def test_the_example_on_the_page_is_what_the_program_says_but_for_its_figures(desk: Desk) -> None:
    page = (ROOT / "docs" / "replay.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- scenario -->\n\n```text\n\$ mcp-promptlearn ([^\n]+)\n(.+?)\n```\n", page, re.DOTALL)
    assert found
    assert re.sub(r"\d+", "N", desk.run(*found[1].split())) == re.sub(r"\d+", "N", found[2])


def test_success_is_asked_for_in_the_same_words(desk: Desk) -> None:
    said = desk.run("simulate", "--scenario", "success", "--base", "20%", "--with", "80 %", "--runs", "5")
    assert said.startswith("A rule with which 80% of sessions succeed, not 20%, 5 sessions a day, explore 0.\n")
    assert "with a target (at best: all 60 points are one failure, always prevented and always looked for)" in said


def test_every_option_is_heard(desk: Desk) -> None:
    figures = ("--per-day", "0.5", "--scope", "20", "--rules", "60", "--explore", "0.5", "--looked", "50%")
    said = desk.run(*ASK, *figures, "--runs", "2", "--horizon", "30").splitlines()
    assert said[0] == (
        "A rule whose target recurs in 10% of sessions, not 70%, 0.5 sessions a day, 20% of them in its scope, "
        "its target looked for in 50%, 60 rules on trial, explore 0.5."
    )
    assert said[2].startswith("2 simulated projects, 0.1 sessions a day in scope, 30 sessions (300 days, 43 weeks)")
    assert [line.partition(" with ")[2].split(":")[0].rstrip(".") for line in said if "uicker with" in line] == [
        "explore 1",
        "looked 100%",
        "no other rule on trial",
    ]
    assert said[-1].startswith("Not played: 60 rules do not fit the 12 that a session is given")


def test_settings_hold_for_the_question_too(desk: Desk, tmp_path: Path) -> None:
    config = tmp_path / "policy.json"
    config.write_text('{"explore": 1, "min_sessions": 60}', encoding="utf-8")
    facts = desk.facts(*FEW, "--config", str(config))
    assert facts["scenario"]["explore"] == 1
    assert facts["promoted"]["half"] >= 60
    assert facts["changes"] == []
    assert desk.facts(*FEW, "--config", str(config), "--explore", "0")["scenario"]["explore"] == 0
    config.write_text('{"off": true}', encoding="utf-8")
    assert 'with "off" no coin is thrown' in desk.refused(*FEW, "--config", str(config))


def test_what_is_printed_for_programs_has_the_fields_that_were_promised(desk: Desk) -> None:
    facts: Any = desk.facts(*FEW)
    promised = documented("simulate --scenario")
    assert printed(facts, promised) == promised
    asked = facts["scenario"]
    assert (asked["kind"], asked["base"], asked["with"], asked["looked"]) == ("target", 0.7, 0.1, 1)
    assert (facts["seed"], facts["runs"], facts["horizon"], facts["horizon_days"]) == (1, 15, 200, 40)
    assert facts["promoted"]["runs"] + facts["retired"]["runs"] + facts["undecided"] == 15
    assert facts["retired"]["half"] is None
    (learning,) = facts["changes"]
    assert (learning["change"], learning["quicker"]) == ("explore 1", True)
    success = desk.facts("simulate", "--scenario", "success", "--base", "70", "--with", "60", "--runs", "1")
    assert (success["scenario"]["with"], success["scenario"]["looked"]) == (0.6, None)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (("--base", "0.5"), "--base 0.5 can be read in two ways; write 50 for 50 of 100 sessions, or 0.5% for fewer"),
        (("--base", "150"), "--base 150 is no share of sessions; write a number from 0 to 100, like 50"),
        (("--with", "-5"), "--with -5 is no share of sessions"),
        (("--scope", "0"), "--scope 0 is a rule for no session at all; write above 0"),
        (("--per-day", "0"), "the sessions a day must be a number above 0 and at most 10000; see `mcp-promptlearn"),
        (("--per-day", "1e-9"), "at least 0.001 sessions a day must be in scope"),
        (("--explore", "50"), "explore must be a number from 0 to 1; see"),
        (("--rules", "0"), "rules must be a whole number from 1 to 10000"),
        (("--runs", "0"), "runs must be a whole number from 1 to 10000"),
        (("--horizon", "1000000"), "horizon must be a whole number from 1 to 100000"),
        (("--scenario", "success", "--looked", "50"), "--looked is for `--scenario target`"),
        (("--scenario", "x"), "--scenario 'x' is not known; write `--scenario target` for a rule that prevents"),
        (("--scenario",), "--scenario '' is not known; write `--scenario target`"),
    ],
)
def test_figures_that_no_project_can_have_are_named_in_one_line(
    desk: Desk, changed: tuple[str, ...], words: str
) -> None:
    assert desk.refused(*FEW, *changed).startswith(words)


def test_a_question_without_its_effect_says_how_to_ask(desk: Desk) -> None:
    example = "ask like `simulate --scenario target --base 50 --with 10`"
    assert desk.refused("simulate", "--scenario", "target").startswith("--base is missing")
    said = desk.refused("simulate", "--scenario", "target", "--base", "50")
    assert said.startswith("--with is missing")
    assert example in said


@pytest.mark.parametrize("figure", ["abc", "", "nan", "1e999", "1_0", "50,5", "%"])
def test_what_is_no_number_is_wrong_usage(desk: Desk, figure: str) -> None:
    for option in ("--base", "--per-day"):
        assert desk.code(*FEW, option, figure) == 2
        assert f"argument {option}: '" in desk.errors
        assert "is not a number" in desk.errors


def test_without_either_both_are_named_and_a_conversation_has_no_figures(desk: Desk) -> None:
    for words in ((), ("--base", "50"), ("--json",)):
        said = desk.refused("simulate", *words)
        assert "`--stdio` for a conversation on stdin and stdout, or `--scenario`, like" in said
    assert desk.code(*FEW, "--stdio") == 2
    assert "not allowed with argument" in desk.errors
    for option, *figure in (("--with", "5"), ("--per-day", "5"), ("--json",)):
        assert desk.refused("simulate", "--stdio", option, *figure).startswith(f"{option} is a part of a question")


def test_on_a_terminal_it_shows_how_far_it_is_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    from mcp_server.commands.simulate import Look

    class Screen:
        def __init__(self) -> None:
            self.shown = ""

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> None:
            self.shown += text

        def flush(self) -> None:
            pass

    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    times = iter([0.0, 0.9, 1.5, 1.5, 1.55])
    monkeypatch.setattr("mcp_server.commands.simulate.time.monotonic", lambda: next(times))
    look = Look(3)
    look(1)
    assert screen.shown == ""
    look(2)
    look(3)
    assert screen.shown == "\rplaying project 2 of 3 \x1b[K"
    look.clear()
    assert screen.shown.endswith("\r\x1b[K")


def test_ctrl_c_leaves_with_one_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(power, "plan", interrupted)
    assert desk.code(*FEW) == INTERRUPTED
    assert desk.errors.startswith("mcp-promptlearn: interrupted;")
    assert (desk.said, desk.errors.count("\n")) == ([], 1)


def test_it_opens_no_store_and_imports_nothing_heavy(tmp_path: Path) -> None:
    script = (
        f"import json, sys; sys.path.insert(0, {str(ROOT)!r}); from mcp_server.cli import main\n"
        "assert main(json.loads(sys.argv[1])) == 0\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    asked = json.dumps([*ASK, "--runs", "1", "--horizon", "20"])
    command = [sys.executable, "-E", "-P", "-c", script, asked]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert HEAVY.isdisjoint(loaded)
    assert list(tmp_path.iterdir()) == []
