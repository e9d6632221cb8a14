"""What is known is shown so that a person finds their way: rules, numbers, reasons, revisions, differences."""

import json
from pathlib import Path

import pytest

from mcp_server.commands import moment
from mcp_server.knobs import Knobs
from store.records import Exposure, Kind, Outcome, Session, Source, State, Trust
from store.revise import Add, Move, Step
from store.values import replace
from tests.doors.desk import AGENT, SAFETY, Desk, failed, junit, repository
from tests.learning.decisions import decide, made
from tests.store.facts import adding, fact, wording

ADA = Source("github pr.json", "github:ada", Trust.MEMBER)


def shown(desk: Desk, session: str, rule: int = 1) -> int:
    """A session was shown a rule; returns the episode."""
    now = desk.clock()
    seen = Session(session, desk.project, "test", now, now)
    exposure = Exposure(session, rule, 1, 1.0, True, True, 0)
    return desk.store.deliver(seen, task="", shown=[exposure], now=now).episode.id


# --- rules


def test_an_empty_project_says_what_to_do(desk: Desk) -> None:
    assert desk.run("rules") == "No rules are served in project yet; say one with `mcp-promptlearn add`."
    desk.suggest("Keep functions short.")
    assert desk.run("rules") == "No rules are served in project yet; 1 wait in `mcp-promptlearn review`."


def test_rules_come_most_important_first_and_the_rest_on_request(desk: Desk) -> None:
    desk.suggest("Keep functions short.")
    desk.run("approve", "R1", "--active")
    desk.run("add", "Use uv.", "--path", "src/**")
    desk.run("add", SAFETY)
    desk.run("add", "Be brief.", "--global")
    desk.suggest("Keep lines short.")
    desk.run("retire", "R2")
    desk.store.revise(
        desk.project,
        [
            Step(
                Add(wording("Sort imports.", source=Source("?", "?", Trust.ANONYMOUS)), state=State.ACTIVE),
                kind="add",
                actor="person",
                reason="",
            )
        ],
        cause="add",
        now=desk.clock(),
    )
    served = [
        f"   R3  {SAFETY}  (active, pinned, not measured, owner's word)",
        "   R4  Be brief.  (active, global, owner's word)",
        "   R1  Keep functions short.  (active, agent's word)",
        "   R6  Sort imports.  (active, unknown origin)",
    ]
    assert desk.run("rules").splitlines() == served
    assert desk.run("rules", "--all").splitlines() == [
        *served,
        "   R5  Keep lines short.  (candidate, agent's word)",
        "   R2  Use uv.  (retired, only src/**, owner's word)",
    ]


# --- status


def test_status_counts_what_is_known(desk: Desk) -> None:
    repository(desk.folder, remote="https://github.com/me/thing")
    assert desk.run("status").splitlines() == [
        "project at revision 0  (github.com/me/thing)",
        "  rules     0 active, 0 on trial, 0 pinned, 0 global, 0 waiting, 0 retired",
        "  sessions  0",
        "  evidence  0 test runs with 0 failures, 0 remarks, 0 reports by agents",
        f"  store     {desk.home / 'promptlearn.db'}",
        "  model     none, consolidate works without",
        "Next: mcp-promptlearn setup, as no agent has asked for rules here yet",
    ]
    desk.run("add", "Use uv.")
    desk.run("add", SAFETY)
    desk.run("add", "Be brief.", "--global")
    desk.suggest("Keep lines short.", project="github.com/me/thing")
    desk.run("feedback", "Never use tabs.")
    (desk.folder.parent / "r.xml").write_text(junit(failed("test_a")), encoding="utf-8")
    desk.run("ingest", str(desk.folder.parent / "r.xml"))
    desk.session("s1", project="github.com/me/thing")
    desk.model = "tiny"
    assert desk.run("status").splitlines() == [
        "project at revision 2  (github.com/me/thing)",
        "  rules     1 active, 0 on trial, 1 pinned, 1 global, 1 waiting, 0 retired",
        "  sessions  1, the last 2026-01-01 00:00 UTC",
        "  evidence  1 test run with 1 failure, 1 remark, 0 reports by agents",
        f"  store     {desk.home / 'promptlearn.db'}",
        "  model     tiny",
        "Next: mcp-promptlearn review",
    ]


# --- why


def test_why_tells_where_a_rule_comes_from_and_what_became_of_it(desk: Desk) -> None:
    desk.run("feedback", "Never use tabs in Makefiles.")
    desk.run("consolidate")
    desk.run("edit", "R1", "Never use tabs in Makefiles or in Python.", "--path", "**/*.py")
    desk.run("approve", "R1")
    desk.run("pin", "R1")
    assert desk.run("why", "R1").splitlines() == [
        "R1  Never use tabs in Makefiles or in Python.",
        "  active, pinned; version 2",
        "  owner's word, by command line; a person said so",
        "  only for **/*.py",
        '  meant to prevent: a person said: "never use tabs in makefiles"',
        "  version 1 said: Never use tabs in Makefiles.",
        "Evidence (1 piece):",
        "  2026-01-01 00:00 UTC  feedback by person (owner): Never use tabs in Makefiles.",
        "Decisions:",
        "  2026-01-01 00:00 UTC  propose by program: a person said so",
        "  2026-01-01 00:00 UTC  edit by person: reworded by a person",
        "  2026-01-01 00:00 UTC  admit by person: approved by a person",
        "  2026-01-01 00:00 UTC  pin by person: pinned by a person",
        "Exposure: it came into play in no session yet.",
        "Effect: not measured",
        "  pinned by a person: always shown, so there is nothing to compare it with",
        "What would change that:",
        "  only a person, with `unpin`: then coins are thrown for it",
    ]


def test_why_shows_no_more_evidence_than_can_be_read(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    facts = [fact(f"remark {number} " + "long " * 100, project=desk.project) for number in range(11)]
    desk.store.record(facts, rule=1)
    lines = desk.run("why", "R1").splitlines()
    assert "Evidence (11 pieces):" in lines
    assert "  and 3 more; --json has them all" in lines
    assert all(len(line) < 240 for line in lines)
    assert len(desk.facts("why", "R1")["quotes"]) == 11


def test_why_says_what_was_seen_beside_a_rule_and_that_it_proves_nothing(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    for name, outcome in (("s1", "success"), ("s2", "failure"), ("s3", "success"), ("s4", "unknown")):
        episode = shown(desk, name)
        report = fact("said", kind=Kind.REPORT, project=desk.project, session=name, source=AGENT, outcome=outcome)
        desk.keep(replace(report, episode=episode))
    lines = desk.run("why", "R1").splitlines()
    assert "Effect: not measured" in lines
    assert "  active, so always shown, as coins are off; nothing is measured" in lines
    assert lines[-1] == "  Outcomes seen beside it, which prove nothing: 2 success, 1 failure, 1 unknown."
    exposures = desk.facts("why", "R1")["exposures"]
    assert (exposures["sessions"], exposures["without_coin"]) == (4, 4)
    assert exposures["outcomes"] == {str(Outcome.SUCCESS): 2, str(Outcome.FAILURE): 1, str(Outcome.UNKNOWN): 1}


def test_why_tells_in_how_many_sessions_its_target_came_back_or_was_looked_for(desk: Desk) -> None:
    target = "test:t::a|ValueError|a.py"
    desk.store.revise(desk.project, [adding("Check the input.", target=target)], cause="add", now=desk.clock())
    for name in ("s1", "s2", "s3"):
        shown(desk, name)
    at = desk.clock.forward(60)
    failed = fact("boom", kind=Kind.FAILURE, fingerprint=target, session="s1", project=desk.project, time=at)
    looked = fact("ran", kind=Kind.RUN, session="s2", project=desk.project, time=at, looked=["t::a"])
    desk.keep(failed, looked)
    assert "test t::a fails with ValueError in a.py" in desk.run("why", "R1")
    lines = desk.run("why", "R1").splitlines()
    at = lines.index("What it is meant to prevent, as raw counts, which are not its effect:")
    assert lines[at + 1 : at + 3] == [
        "  shown: came back in 1, was looked for and not seen in 1, not known in 1",
        "  not shown: came back in 0, was looked for and not seen in 0, not known in 0",
    ]
    assert [(each["session"], each["recurrence"]) for each in desk.facts("why", "R1")["recurrences"]] == [
        ("s1", "recurred"),
        ("s2", "absent"),
        ("s3", "unknown"),
    ]


def test_why_says_how_a_quote_found_its_session(desk: Desk) -> None:
    desk.run("add", "Use a set.")
    comment = fact("Use a set.", kind=Kind.COMMENT, project=desk.project, source=ADA, commit="a" * 40)
    (kept,) = desk.keep(comment)
    desk.store.record([comment], rule=1)
    desk.store.attribute([kept], session="s1", episode=None, how="by its commit", confidence=0.95)
    assert "comment by github:ada (member, in a session told by its commit): Use a set." in desk.run("why", "R1")
    assert desk.facts("why", "R1")["quotes"][-1]["confidence"] == 0.95


def test_why_of_a_forgotten_rule_still_tells_its_history(desk: Desk) -> None:
    desk.run("add", "Use pip.")
    desk.run("edit", "R1", "Use uv.")
    desk.run("forget", "R1", "--yes")
    text = desk.run("why", "R1")
    assert text.startswith("R1  [forgotten]\n  retired; version 2")
    assert "  version 1 said: [forgotten]" in text


def test_why_tells_of_every_exposure_number_and_event_and_what_would_change_the_verdict(desk: Desk) -> None:
    desk.trials = Knobs()
    target = "test:t::a|ValueError|a.py"
    desk.store.revise(
        desk.project, [adding("Check the input.", state=State.TRIAL, target=target)], cause="add", now=desk.clock()
    )
    for place in range(20):
        now = desk.clock.forward(60)
        given = place % 2 == 0
        exposure = Exposure("", 1, 1, 0.5, given, given and place > 0, 0)
        desk.store.deliver(Session(f"s{place}", desk.project, "test", now, now), task="", shown=[exposure], now=now)
    promoted = Step(
        Move(1, State.ACTIVE), "promote", "program", "it helps",
        {"effect": 0.38, "lo": 0.12, "hi": 0.64, "e_help": 45.0, "e_harm": 0.2},
    )  # fmt: skip
    desk.store.revise(desk.project, [promoted], cause="consolidate", now=desk.clock())
    reason = "it helps: e-value 45, 20 is enough; shown in 10 of 20 sessions; active by evidence"
    told = made(state="active", verdict="supported", effect=0.38, lo=0.12, hi=0.64, e_help=45.0, p=0.9, reason=reason)
    decide(desk.store, desk.project, {1: told}, time=desk.clock())
    lines = desk.run("why", "R1").splitlines()
    at = next(place for place, line in enumerate(lines) if "promote by program" in line)
    assert [line.split("UTC  ")[-1] for line in lines[at:]] == [
        "promote by program: it helps (+38 points [+12, +64], e-values of help 45, of harm 0.2)",
        (
            "Exposure: it came into play in 20 sessions: its coin fell for it in 10, against it in 10 (withheld), "
            "it was shown in 9, found no room in 1, 0 without a coin."
        ),
        "Effect: supported: +38 [+12, +64] points (90 %, however often one looks)",
        "  83 % likely to help; e-value of help 45, needs 20; shown in 64 sessions, withheld in 38",
        f"  {reason}",
        "  about 380 more sessions (3 weeks) would settle 15 points, 43 (3 days) if it is really 45",
        "  until the next consolidate it is shown in 90 % of the sessions it applies to",
        "What would change that:",
        "  back on trial when it is less than 20 % likely to help (now 83 %)",
        (
            "  stopped, whoever admitted it, at an e-value of harm of 20 (now 0.4), or of a guardrail (success, "
            "failing tests, cost, time, complaints) of 20 (now 0.9)"
        ),
        "What it is meant to prevent, as raw counts, which are not its effect, in its newest 16 sessions:",
        "  shown: came back in 0, was looked for and not seen in 0, not known in 8",
        "  not shown: came back in 0, was looked for and not seen in 0, not known in 8",
        "  Outcomes seen beside it, which prove nothing: 9 unknown.",
    ]


def test_rules_and_status_say_what_is_known_and_what_waits(desk: Desk) -> None:
    desk.trials = Knobs()
    texts = ("Use uv.", "Use ruff.")
    desk.store.revise(desk.project, [adding(text, state=State.TRIAL) for text in texts], cause="add", now=desk.clock())
    decide(desk.store, desk.project, {1: made(asks="approve"), 2: made(verdict="too early")}, time=desk.clock())
    assert desk.run("rules").splitlines() == [
        "   R1  Use uv.  (trial: leaning, owner's word)",
        "   R2  Use ruff.  (trial: too early, owner's word)",
    ]
    lines = desk.run("status").splitlines()
    assert lines[1].startswith("  rules     0 active, 2 on trial, 0 pinned")
    assert lines[-2:] == [
        "1 decision waits for you: trials have told enough to ask.",
        "Next: mcp-promptlearn review",
    ]
    facts = desk.facts("status")
    assert (facts["active"], facts["trial"], facts["decisions"]) == (2, 2, 1)


# --- history and diff


def test_history_tells_what_each_revision_changed(desk: Desk) -> None:
    assert desk.run("history") == "No revision yet: nothing has changed any rule."
    desk.run("add", "Use pip.")
    desk.run("edit", "R1", "Use uv.")
    desk.run("pin", "R1")
    desk.run("unpin", "R1")
    desk.run("retire", "R1", "--why", "no longer")
    desk.store.revise(desk.project, [], cause="nothing", now=1e300)
    lines = [line.split("  ", 3) for line in (each.strip() for each in desk.run("history").splitlines())]
    assert [(number, words) for number, _, _, words in lines] == [
        ("1", "add: R1 active"),
        ("2", "edit R1: R1 version 1 -> 2"),
        ("3", "pin R1: R1 pinned"),
        ("4", "unpin R1: R1 unpinned"),
        ("5", "retire R1: R1 retired"),
        ("6", "nothing: nothing"),
    ]
    assert lines[-1][1] == "an impossible time"
    assert lines[0][2] == desk.store.revision(desk.project, 1).hash[:10]
    assert desk.run("history", "--report", "5") == "- retire: no longer"
    assert desk.run("history", "--report", "6") == "Nothing was noted with this revision."
    assert desk.refused("history", "--report", "7") == "revision 7 does not exist; see `mcp-promptlearn history`"


def test_a_long_history_shows_its_newest_part(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    for _ in range(39):
        desk.store.revise(desk.project, [], cause="again", now=desk.clock())
    lines = desk.run("history").splitlines()
    assert lines[0].startswith("10 earlier; ")
    assert len(lines) == 31
    assert len(desk.run("history", "--all").splitlines()) == 40
    assert len(desk.facts("history")["revisions"]) == 40


def test_diff_shows_the_rules_of_two_revisions(desk: Desk) -> None:
    assert desk.refused("diff") == "there is no revision yet, so nothing to compare; see `mcp-promptlearn status`"
    desk.run("add", "Use pip.")
    desk.run("add", "Keep functions short.")
    desk.run("edit", "R1", "Use uv.", "--path", "src/**")
    desk.run("retire", "R2")
    assert desk.run("diff") == "Revision 3 -> 4\n-[R2] Keep functions short.  (active)"
    assert desk.run("diff", "3") == desk.run("diff", "3", "4") == desk.run("diff")
    assert desk.run("diff", "0", "1") == "Revision 0 -> 1\n+[R1] Use pip.  (active)"
    assert desk.run("diff", "1", "3").splitlines()[1:] == [
        "-[R1] Use pip.  (active)",
        "+[R1] Use uv. (only src/**)  (active)",
        "+[R2] Keep functions short.  (active)",
    ]
    assert desk.run("diff", "2", "2") == "Revisions 2 and 2 show the same rules."
    assert desk.refused("diff", "2", "9") == "revision 9 does not exist; see `mcp-promptlearn history`"


def test_diff_shows_a_forgotten_text_as_forgotten(desk: Desk) -> None:
    desk.run("add", "Use pip.")
    desk.run("forget", "R1", "--yes")
    assert desk.run("diff", "0", "1").endswith("+[R1] [forgotten]  (active)")


# --- the small things


@pytest.mark.parametrize(
    ("time", "said"),
    [(0.0, "1970-01-01 00:00 UTC"), (1e18, "an impossible time"), (float("nan"), "an impossible time")],
)
def test_a_time_is_said_as_people_read_it(time: float, said: str) -> None:
    assert moment(time) == said


def test_json_is_ascii_and_holds_every_character(desk: Desk) -> None:
    desk.run("add", "Schreibe Größen immer in Metern.")
    text = desk.run("rules", "--json")
    assert text.isascii()
    assert json.loads(text)["rules"][0]["text"] == "Schreibe Größen immer in Metern."


def test_reading_commands_change_nothing(desk: Desk) -> None:
    desk.run("add", "Use uv.")
    desk.suggest("Keep functions short.")
    before = (desk.rules(), desk.store.revisions(desk.project))
    for line in ("rules --all", "status", "why R1", "history", "diff", "review --list", "consolidate --dry-run"):
        desk.run(*line.split())
    assert (desk.rules(), desk.store.revisions(desk.project)) == before
    assert Path(desk.folder).is_dir()


def test_status_says_that_a_project_is_paused(desk: Desk) -> None:
    desk.run("pause")
    assert "Paused: agents are served nothing here; `mcp-promptlearn resume` ends it." in desk.run("status")


def test_an_agent_cannot_push_out_good_copies(desk: Desk) -> None:
    desk.mark = "CLAUDECODE is set"
    assert "making a copy is for a person and CLAUDECODE is set" in desk.refused("backup")
