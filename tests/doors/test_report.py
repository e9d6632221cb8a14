"""`report` says what is known of each rule, what is still needed and what it costs, and never more than that."""

import re
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from mcp_server.commands import report_page
from mcp_server.knobs import Knobs
from mcp_server.learning import bars
from mcp_server.learning.trials.replies import Whole
from mcp_server.learning.trials.verdict import Decision
from store.records import FILE, GLOBAL, Ending, Exposure, Kind, Session, State
from store.revise import Add, Move, Step
from tests.doors.desk import Desk
from tests.learning.decisions import decide, made
from tests.store.facts import PERSON, adding, fact, wording

TARGET = "test:tests/test_form.py::test_fields|AssertionError|form.py:make"
DAY = 86_400.0
NAKED = re.compile(r"success rate|succeeded in|\d+ ?% of (?:its|the) sessions succeed", re.IGNORECASE)


@pytest.fixture
def desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk where coins are thrown, 100 columns wide."""
    desk.trials = Knobs()
    monkeypatch.setenv("COLUMNS", "100")
    return desk


def rules(desk: Desk, *texts: str, state: State = State.TRIAL, target: str = "", project: str = "") -> None:
    """Rules of the project, from R1 on."""
    steps = [adding(text, state=state, target=target) for text in texts]
    desk.store.revise(project or desk.project, steps, cause="add", now=desk.clock())


def sessions(desk: Desk, number: int, *, rule: int = 1, days: float = 1.0, name: str = "s") -> None:
    """Sessions that a rule came into play in, so many days apart; every other one was shown it."""
    for place in range(number):
        now = desk.clock()
        given = place % 2 == 0
        exposure = Exposure("", rule, 1, 0.5, given, given, 0)
        seen = Session(f"{name}{place}", desk.project, "test client", now, now)
        desk.store.deliver(seen, task="", shown=[exposure], now=now)
        desk.clock.forward(days * DAY)


def decided(desk: Desk, *decisions: Decision, project: str = "", **more: object) -> None:
    """Decisions about R1, R2 and so on."""
    numbered = dict(enumerate(decisions, start=1))
    decide(desk.store, project or desk.project, numbered, time=desk.clock(), **more)


# --- before anything is known


def test_an_empty_project_says_what_to_do(desk: Desk) -> None:
    assert desk.run("report").splitlines() == [
        "project at revision 0: 0 live rules",
        "0 sessions so far; no session in the last 30 days",
        "No rule is served here yet: say one with `add`, or see `review`.",
    ]
    assert desk.run("report", "--markdown") == "No rule is served in project yet."


def test_before_the_first_decisions_it_says_what_happens_next(desk: Desk) -> None:
    rules(desk, "Use uv.")
    text = desk.run("report")
    assert "Nothing was decided yet: `consolidate` looks at sessions a day after their last activity" in text
    assert "   R1  too early\n       Use uv.\n         on trial; nothing was decided about this wording yet" in text
    assert "Too early to say anything" not in text, "without a session there is no pace to plan with"


def test_a_person_with_ten_sessions_is_told_that_it_is_too_early_and_what_can_be_known_when(desk: Desk) -> None:
    rules(desk, "Use uv.")
    sessions(desk, 10, days=0.5)
    decided(desk, made(verdict="too early", n=10, e_help=1.2, effect=0.9, reason="10 of the 15 sessions; on trial"))
    text = desk.run("report")
    assert "10 sessions so far; 2 a day (10 in 5 days)" in text
    flat = " ".join(text.split())
    assert "Too early to say anything: nothing is said of a rule before 15 sessions in its scope were scored" in flat
    assert "The first can have come to that after 5 more sessions (3 days), at 2 a day" in flat
    assert re.search(r"half of 20 simulated projects like this one knew after \d+ sessions \(\d+ (days|weeks)\)", flat)
    assert "15 points more sessions that succeed, of a rule without such a failure: about 280 sessions" in flat
    assert "+90" not in text, "what ten sessions seem to tell is noise"
    outlook = desk.facts("report")["outlook"]
    assert outlook["first"] == {"sessions": 5, "days": 3}
    assert outlook["target"]["runs"] == 20


def test_where_coins_are_off_it_says_that_nothing_is_measured(desk: Desk) -> None:
    rules(desk, "Use uv.")
    rules(desk, "Use ruff.", state=State.ACTIVE)
    sessions(desk, 2)
    desk.trials = Knobs(off=True)
    text = desk.run("report")
    assert "Coins are off (`off = true` under `[trials]`" in text
    assert "on trial, so never shown, as coins are off; nothing is measured" in text
    assert "active, so always shown, as coins are off; nothing is measured" in text
    assert "Too early" not in text
    assert "holdout" not in text
    facts = desk.facts("report")
    assert (facts["coins"], facts["rules"][0]["verdict"], facts["outlook"]) == (False, "not measured", None)


# --- what is known


def test_every_rule_is_told_with_effect_interval_numbers_needs_and_cost(desk: Desk) -> None:
    rules(desk, "Run make gen.", target=TARGET)
    rules(desk, "Keep functions short.")
    sessions(desk, 20)
    helps = "it helps: e-value 45, 20 is enough; shown in 40 of 60 sessions; on trial"
    decided(
        desk,
        made(verdict="supported", effect=0.38, lo=0.12, hi=0.64, p_help=1.0, e_help=45.0, needed=0, n=60, reason=helps),
        made(),
    )
    assert desk.run("report") == snapshot("""\
project at revision 2: 2 live rules
20 sessions so far; 1 a day (20 in 20 days)

                                                  -100                    0                    +100
   R1  supported             +38 [+12, +64]                             │  ├─────●─────┤
       Run make gen.
         to prevent: test tests/test_form.py::test_fields fails with AssertionError in form.py:make
         over 99 % likely to help; e-value of help 45, needs 20; shown in 64 sessions, withheld in
           38
         on trial
         5 tokens where it is shown, about 2 a session
   R2  leaning               +6 [-3, +15]                              ├┼●──┤
       Keep functions short.
         83 % likely to help; e-value of help 3.1, needs 20; shown in 64 sessions, withheld in 38
         on trial
         about 380 more sessions would settle 5 points, 43 if it is really 15; it came into play in
           none of late
         7 tokens where it is shown, expect about 4 a session

All learnt rules together: not measured. With `holdout = 0.05` under `[trials]` in config.toml one
  session in twenty goes without any learnt rule, which tells whether all of it together helps:
  about 1,500 sessions (about 4 years) to settle 15 points.
They cost about 6 tokens a session.
Looked 9 times: each consolidate is a look. Looking, also at this report, never weakens a claim:
  intervals and e-values hold however often one looks.\
""")


def test_an_effect_is_never_told_as_a_success_rate(desk: Desk) -> None:
    rules(desk, "Run make gen.", "Keep functions short.", target=TARGET)
    sessions(desk, 20)
    decided(desk, made(), made(verdict="harmful", effect=-0.3, p_help=0.01, asks="reject"))
    for words in (["report"], ["report", "--markdown"], ["report", "R1"], ["why", "R1"]):
        assert not NAKED.search(desk.run(*words))


def test_a_frozen_promotion_names_the_check_that_failed(desk: Desk) -> None:
    rules(desk, "Run make gen.", target=TARGET)
    decided(desk, made(frozen="detector"))
    for words in (["report"], ["report", "--markdown"], ["why", "R1"]):
        assert "the detector-rate check failed" in " ".join(desk.run(*words).split())
    assert desk.facts("report")["rules"][0]["frozen"] == "detector"


def test_a_near_duplicate_says_which_rule_it_waits_for(desk: Desk) -> None:
    rules(desk, "Keep functions short.", "Keep all functions short.")
    reason = "0 of the 15 sessions before which nothing is said; waits, because R1 says nearly the same"
    decided(desk, made(), made(verdict="too early", n=0, p=None, needed=None, reason=reason))
    assert "waits, because R1 says nearly the same" in desk.run("report")
    assert desk.facts("report")["rules"][1]["waits_for"] == "R1"


def test_pinned_rules_are_told_as_not_measured(desk: Desk) -> None:
    rules(desk, "Use uv.")
    decided(desk, made())
    desk.run("pin", "R1")
    text = desk.run("report")
    assert "R1  not measured" in text
    assert "pinned by a person: always shown, so there is nothing to compare it with" in text
    (rule,) = desk.facts("report")["rules"]
    assert (rule["verdict"], rule["effect"], rule["probability"], rule["needs"]) == ("not measured", None, None, [])


def test_the_numbers_of_an_earlier_wording_are_not_those_of_the_new_one(desk: Desk) -> None:
    rules(desk, "Use uv.")
    decided(desk, made())
    desk.clock.forward(60)
    desk.run("edit", "R1", "Use uv for all tools.")
    assert "on trial; nothing was decided about this wording yet" in desk.run("report")


def test_retired_rules_that_were_tried_are_told_shortly_and_all_on_request(desk: Desk) -> None:
    rules(desk, *[f"Read page{n} of book{n} before chapter{n}." for n in range(7)], "Never tried.")
    decided(desk, *[made(state="retired", ending="futile", verdict="no measurable effect")] * 7)
    gone = [Step(Move(n, State.RETIRED, Ending.FUTILE), "retire", "program", "no") for n in range(1, 9)]
    desk.store.revise(desk.project, gone, cause="consolidate", now=desk.clock())
    text = desk.run("report")
    assert "Tried and retired:\n   R7  +6 [-3, +15] points, futile: Read page6 of book6 before chapter6.\n" in text
    assert text.count("futile:") == 5
    assert "       and 2 more; --all has them" in text
    assert desk.run("report", "--all").count("futile:") == 7
    assert "R8" not in desk.run("report", "--all"), "it never had a coin"
    assert len(desk.facts("report")["retired"]) == 7


def test_a_long_sentence_is_cut_in_the_short_list(desk: Desk) -> None:
    rules(
        desk, "Write a long docstring for every function, also for the private ones, and say what it takes and gives."
    )
    decided(desk, made(state="retired", ending="unlikely", n=0))
    gone = Step(Move(1, State.RETIRED, Ending.UNLIKELY), "retire", "program", "no")
    desk.store.revise(desk.project, [gone], cause="consolidate", now=desk.clock())
    (line,) = [line for line in desk.run("report").splitlines() if "unlikely" in line]
    assert (len(line), line[:22], line[-3:]) == (100, "   R1  unlikely: Write", "...")


# --- all of them together


def test_the_looks_are_counted_and_do_not_weaken_a_claim(desk: Desk) -> None:
    rules(desk, "Use uv.")
    decided(desk, made(), held=3)
    text = " ".join(desk.run("report").split())
    assert "Looked 9 times: each consolidate is a look. Looking, also at this report, never weakens a claim" in text
    assert "3 sessions had not settled at the last consolidate." in text


def test_all_learnt_rules_together_are_told_by_their_own_coin_or_how_to_throw_it(desk: Desk) -> None:
    rules(desk, "Use uv.")
    decided(desk, made())
    sessions(desk, 4)
    assert "With `holdout = 0.05` under `[trials]` in config.toml" in desk.run("report")
    assert desk.facts("report")["set_needs"]["sessions"] > 1000
    desk.trials = Knobs(holdout=0.05)
    assert "nothing is known yet; 5 % of sessions go without them" in desk.run("report")
    desk.clock.forward(DAY)
    decide(
        desk.store, desk.project, {1: made()}, time=desk.clock(), whole=Whole(0.04, -0.1, 0.18, 1.3, 0.6, 320, 304, 16)
    )
    assert desk.facts("report")["set_needs"] is None
    assert "All learnt rules together: +4 [-10, +18] points on the success of sessions" in desk.run("report")
    assert "All learnt rules together: +4 [-10, +18]" in desk.run("report", "--markdown")
    assert desk.facts("report")["set"]["off"] == 16
    few = Whole(0.5, 0.11, 0.88, 3.9, 0.6, 150, 141, 9)
    decide(desk.store, desk.project, {1: made()}, time=desk.clock(), whole=few)
    text = " ".join(desk.run("report").split())
    assert "All learnt rules together: too early: 141 sessions with them, 9 without;" in text
    assert re.search(r"; it takes about 1,500 sessions \(about \d years\) to settle 15 points\.", text)


def test_costs_are_summed_and_name_the_rules_for_all_projects(desk: Desk) -> None:
    rules(desk, "Use uv.")
    rules(desk, "Answer in English.", state=State.ACTIVE, project=GLOBAL)
    text = desk.run("report")
    assert "They cost about 2 tokens a session." in text
    assert "Rules for all projects: 1, about 5 tokens a session; see `report --global`." in text
    facts = desk.facts("report")
    assert (facts["cost"], facts["cost_global"]) == (1.5, 5.4)


def test_the_rules_for_all_projects_are_judged_by_the_sessions_of_all(desk: Desk) -> None:
    rules(desk, "Use uv.")
    rules(desk, "Answer in English.", state=State.ACTIVE, target=TARGET, project=GLOBAL)
    desk.run("status")
    sessions(desk, 4, rule=2)
    boom = [fact(f"boom {n}", kind=Kind.FAILURE, fingerprint=TARGET, session=f"s{n}", project=desk.project,
                 time=desk.clock()) for n in (0, 2)]  # fmt: skip
    desk.keep(*boom)
    decide(desk.store, GLOBAL, {2: made(state="active", reason="active by a person's word")}, time=desk.clock())
    text = desk.run("report", "--global")
    assert text.startswith("all projects: 1 live rule\n4 sessions so far; 1 a day (4 in 4 days)")
    assert "R2  leaning" in text
    assert "R1" not in text
    assert "its failure came back in 2 sessions that were shown it" in " ".join(text.split())


# --- what could be done


def test_suggestions_come_with_their_reasons(desk: Desk) -> None:
    long = "Write a long docstring for every function of the package, also the private ones, and of what"
    long += " it takes and gives."
    rules(desk, "Run make gen.", long, target=TARGET)
    now = desk.clock()
    for name in ("a", "b"):
        shown = [Exposure("", rule, 1, 0.5, True, True, 0) for rule in (1, 2)]
        desk.store.deliver(Session(name, desk.project, "test", now, now), task="", shown=shown, now=now)
        desk.keep(
            fact(
                f"boom {name}", kind=Kind.FAILURE, fingerprint=TARGET, session=name, project=desk.project, time=now + 1
            )
        )
    decided(desk, made(), made(asks="reject", verdict="leaning", p_help=0.1))
    lines = desk.run("report").splitlines()
    suggested = lines[lines.index("Suggestions:") + 1 :]
    assert [line.split(":")[0] for line in suggested if line.startswith("   R")] == [
        "   R1  move",
        "   R1  enforce",
        "   R2  retire",
        "   R2  shorten",
        "   R2  move",
        "   R2  enforce",
    ]
    assert "1 decision waits for you: mcp-promptlearn review" in lines
    assert "- R2: retire, because it looks bad on trial." in desk.run("report", "--markdown")


# --- one rule


def test_one_rule_is_told_alone_whatever_its_state(desk: Desk) -> None:
    rules(desk, "Use uv.", "Use ruff.")
    decided(desk, made(), made())
    text = desk.run("report", "R2")
    assert "R2  leaning" in text
    assert "R1" not in text
    assert "They cost" not in text
    name = desk.suggest("Keep functions short.")
    assert "a candidate, shown to nobody until a person admits it" in desk.run("report", name)
    assert len(desk.facts("report", "R1")["rules"]) == 1


def test_a_rule_and_all_global_ones_are_not_asked_for_at_once(desk: Desk) -> None:
    rules(desk, "Use uv.")
    assert "a rule's id says whose it is" in desk.refused("report", "R1", "--global")
    assert desk.code("report", "--json", "--markdown") == 2


# --- how it looks


def test_a_table_for_a_pull_request_calls_nobody_and_breaks_nothing(desk: Desk) -> None:
    rules(desk, "Mark slow tests @slow | see #12 and *never* <b>.", "Use uv.")
    decided(desk, made(), made(needed=0))
    sessions(desk, 2)
    lines = desk.run("report", "--markdown").splitlines()
    assert lines[2].startswith(
        r"| R1 | Mark slow tests @<!-- -->slow \| see #<!-- -->12 and \*never\* \<b\>. | trial | leaning |"
    )
    assert "| +6 [-3, +15] | 83 % | 64 / 38 sessions | about 380 sessions (12 months) | " in lines[2]
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 10 for line in lines[:4])


def test_a_table_of_a_few_sessions_says_that_it_is_too_early(desk: Desk) -> None:
    rules(desk, "Use uv.")
    sessions(desk, 3)
    assert "Too early to say anything" in desk.run("report", "--markdown")


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(desk: Desk, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    rules(desk, "Use uv, not pip, for everything that installs a package or runs a tool, whatever its makers say.")
    decided(desk, made(), held=2)
    sessions(desk, 3)
    lines = desk.run("report").splitlines()
    # The columns of numbers are as wide as they are.
    assert max(map(len, lines)) <= max(width, 46)
    assert any("●" in line for line in lines) == (width >= 20)


def test_a_console_without_the_characters_gets_plain_ones(desk: Desk) -> None:
    from mcp_server.commands.report import read

    rules(desk, "Use uv.")
    decided(desk, made())
    found = read(desk.wiring(), desk.project)
    lines = list(report_page.Sheet(found, 100, bars.signs("ascii")).rules(everything=True))
    assert all(line.isascii() for line in lines)
    assert any("[" in line and "-o-" in line for line in lines)


def test_outside_of_a_project_it_says_so_beside_the_report(desk: Desk) -> None:
    desk.folder = Path.home()
    assert desk.run("report").startswith("all projects: 0 live rules")
    assert "is not a project, so only rules for all projects apply" in desk.told[0]


def test_looking_changes_nothing(desk: Desk) -> None:
    rules(desk, "Use uv.")
    decided(desk, made())
    before = (desk.rules(), desk.store.revisions(desk.project), desk.store.trials(desk.project))
    for words in (["report"], ["report", "--all"], ["report", "--markdown"], ["report", "R1"], ["report", "--global"]):
        desk.run(*words)
    assert (desk.rules(), desk.store.revisions(desk.project), desk.store.trials(desk.project)) == before


def test_rules_of_a_persons_own_files_are_counted_and_not_listed_one_by_one(desk: Desk) -> None:
    source = PERSON._replace(identity=f"{FILE}CLAUDE.md")
    rules = [
        Add(wording(f"Keep thing {n} as it is.", source=source), state=State.ACTIVE, pinned=True) for n in range(3)
    ]
    desk.store.revise(
        desk.project, [Step(rule, "import", "person", "x") for rule in rules], cause="import", now=desk.clock()
    )
    desk.run("add", "Use uv, not pip.")
    text = desk.run("report")
    assert "3 rules of CLAUDE.md: pinned, not measured" in text
    assert "Keep thing" not in text
    assert "Use uv, not pip." in text
    assert "Keep thing 1 as it is." in desk.run("report", "--all")
    assert "Keep thing 1 as it is." in desk.run("report", "R2")
