"""The proof bench measures what it says: what was planted is found, and policies that cheat are caught."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from scipy.stats import beta

from benchmarks.statistics import __main__ as command
from benchmarks.statistics import compare, measures, nulls, page, pieces, signs, speed
from benchmarks.statistics.baselines import AlwaysOn
from benchmarks.statistics.finding import NO, OPEN, YES, Claim, Section, above, below
from benchmarks.statistics.nature import Project, announced, best, chance_of_success, draw, happen
from benchmarks.statistics.ours import Ours
from benchmarks.statistics.pieces import Piece
from benchmarks.statistics.play import Account, play
from benchmarks.statistics.policy import Announced, Asked, Choice, Judged, Report, Seen
from benchmarks.statistics.world import Planted, World
from benchmarks.statistics.worlds import COMPARED, PLAIN

SMALL = World("small", "three rules", helpful=1, null=1, harmful=1, sessions=200)


class Knowing(AlwaysOn):
    """It was told the truth."""

    def __init__(self, project: Project) -> None:
        super().__init__(0)
        self.project = project

    def choose(self, asked: Asked) -> Choice:
        task = next(task for task in self.project.tasks if task.asked.id == asked.id)
        return self.chosen(asked, best(self.project, task), {})


class Lying(AlwaysOn):
    """It claims a fair coin, and shows everything."""

    def choose(self, asked: Asked) -> Choice:
        return self.chosen(asked, asked.candidates, dict.fromkeys(asked.candidates, 0.5))


def test_a_policy_that_knows_the_truth_regrets_nothing() -> None:
    for name in ("plain", "duplicates", "new model", "targets", "confounded"):
        project = draw(replace(COMPARED[name], sessions=60), 1, 3)
        assert play(Knowing(project), project).regret == pytest.approx(0.0, abs=1e-9)


def test_a_planted_harmful_rule_is_counted_as_harmful_and_costs() -> None:
    project = draw(replace(SMALL, helpful=0, null=0), 1, 3)
    account = play(AlwaysOn(0), project)
    (fate,) = account.fates
    assert (fate.kind, fate.sessions, fate.shown) == ("harmful", 200, 200)
    assert account.regret > 1
    assert (fate.promoted, fate.deserved) == (5, False)


def test_a_helpful_rule_that_is_hidden_costs_as_well() -> None:
    class Hiding(AlwaysOn):
        def choose(self, asked: Asked) -> Choice:
            return self.chosen(asked, (), {})

    account = play(Hiding(0), draw(replace(SMALL, harmful=0, null=0), 1, 3))
    assert account.regret > 1
    assert account.fates[0].shown == 0
    assert account.fates[0].deserved


def test_a_policy_that_promotes_everything_is_caught() -> None:
    accounts = [play(AlwaysOn(0), draw(SMALL, number, 3)) for number in range(30)]
    found = compare.discovery(accounts)
    assert (found.false, found.promoted) == (60, 90)
    assert found.proportion == pytest.approx(2 / 3)
    assert found.projects.high == 1.0

    facts = nulls.do(Piece("nulls", "in a crowd", 0, 1, 3))
    assert facts["counts"]["always on"] == [40, 40]


def test_a_promotion_is_judged_by_what_the_rule_did_at_that_moment() -> None:
    world = replace(SMALL, null=0, harmful=0, helpful=8, change=0.5)
    project = draw(world, 1, 3)
    turned = {rule.id for rule in project.planted.values() if rule.later < 0}
    assert 0 < len(turned) < 8

    class Late(AlwaysOn):
        def decide(self, ts: float) -> Mapping[str, Judged]:
            return self.judge(lambda _tally: "active" if ts > project.tasks[150].asked.ts else "trial")

    fates = zip(project.planted, play(Late(0), project).fates, strict=True)
    assert {ident for ident, fate in fates if not fate.deserved} == turned


def test_probabilities_that_lie_are_caught_by_the_audit() -> None:
    account = play(Lying(0), draw(SMALL, 1, 3))
    assert all(fate.surplus / fate.spread**0.5 > 4 for fate in account.fates)


def test_every_policy_meets_the_same_sessions() -> None:
    one, other = draw(PLAIN, 4, 3), draw(PLAIN, 4, 3)
    play(AlwaysOn(0), one)
    assert one == other
    assert draw(PLAIN, 5, 3) != one
    assert draw(PLAIN, 4, 4) != one
    assert [task.asked for task in draw(COMPARED["inverted votes"], 4, 3).tasks] == [task.asked for task in one.tasks]


def test_outcomes_come_as_often_as_the_truth_says() -> None:
    project = draw(replace(PLAIN, sessions=6000), 1, 3)
    shown = [tuple(ident for ident in task.rules if ident < "r006") for task in project.tasks]
    told = [happen(project, task, some)[0] for task, some in zip(project.tasks, shown, strict=True)]
    expected = [chance_of_success(project, task, some) for task, some in zip(project.tasks, shown, strict=True)]
    successes = sum(report.success for reports in told for report in reports)
    assert successes == pytest.approx(sum(expected), abs=4 * (6000 * 0.25) ** 0.5)


def test_duplicates_shown_together_do_no_more_than_one() -> None:
    project = draw(COMPARED["duplicates"], 1, 3)
    twin = next(rule for rule in project.planted.values() if rule.twin is not None)
    task = project.tasks[0]
    one = chance_of_success(project, task, [twin.id])
    assert chance_of_success(project, task, [twin.id, str(twin.twin)]) == one
    assert one > chance_of_success(project, task, [])
    told = {rule.id: rule.similar_to for _, rule in announced(project)}
    assert told[twin.id] == twin.twin
    assert not any(rule.similar_to for _, rule in announced(draw(COMPARED["unknown duplicates"], 1, 3)))


def test_a_rule_that_skips_detectors_does_so_only_when_shown_and_when_the_target_came_back() -> None:
    project = draw(replace(nulls.SKIPPED, skips=0.65), 1, 3)
    hidden = [happen(project, task, ())[1][0].recurred for task in project.tasks]
    shown = [happen(project, task, ("r000",))[1][0].recurred for task in project.tasks]
    assert None not in hidden
    assert {before for before, after in zip(hidden, shown, strict=True) if after is None} == {True}
    assert shown.count(None) / hidden.count(True) == pytest.approx(0.65, abs=0.1)


def test_a_rule_that_silences_failures_leaves_no_report_and_successes_alone() -> None:
    project = draw(nulls.CASES["silences failures"].world, 1, 3)
    hidden = [happen(project, task, ())[0] for task in project.tasks]
    shown = [happen(project, task, ("r000",))[0] for task in project.tasks]
    lost = [before for before, after in zip(hidden, shown, strict=True) if before and not after]
    assert {report.success for reports in lost for report in reports} == {False}
    assert all(map(bool, hidden))
    assert len(lost) > 50


def test_votes_follow_the_truth_turn_it_round_or_ignore_it() -> None:
    def praise(votes: str, kind: str) -> float:
        project = draw(replace(PLAIN, name=votes, like="plain", votes=votes, clarity=0.5, sessions=800), 1, 3)
        mine = {rule.id for rule in project.planted.values() if rule.kind == kind}
        told = [report for task in project.tasks for report in happen(project, task, tuple(task.rules))[0]]
        good, bad = (
            sum(len(mine & set(names)) for names in (getattr(report, side) for report in told))
            for side in ("helpful", "harmful")
        )
        return good / (good + bad)

    assert praise("honest", "helpful") > praise("honest", "null") > praise("honest", "harmful")
    assert praise("inverted", "helpful") < praise("inverted", "null") < praise("inverted", "harmful")
    assert praise("credulous", "helpful") == pytest.approx(praise("credulous", "harmful"), abs=0.05)


def test_outcomes_of_one_session_are_correlated_where_the_world_says_so() -> None:
    def correlation(luck: float) -> float:
        world = replace(SMALL, helpful=0, null=1, harmful=0, outcomes=12, luck=luck, hard=0.0, sessions=3000)
        project = draw(world, 1, 3)
        pairs = [
            (reports[0].success, reports[1].success)
            for reports in (happen(project, task, ())[0] for task in project.tasks)
            if len(reports) > 1
        ]
        rate = sum(a + b for a, b in pairs) / (2 * len(pairs))
        return sum((a - rate) * (b - rate) for a, b in pairs) / len(pairs) / (rate * (1 - rate))

    assert correlation(0.0) == pytest.approx(0.0, abs=0.06)
    assert correlation(1.19) == pytest.approx(0.25, abs=0.08)


def test_credit_without_a_coin_gets_the_sign_wrong_in_the_confounded_world() -> None:
    project = draw(signs.WORLD, 1, 3)
    credit = signs.credit(project)
    wrong = [(credit[ident] > 0) != (rule.kind == "helpful") for ident, rule in project.planted.items()]
    assert all(wrong)
    # and the comparison of what was shown with what was not, among sessions where it applied, does not
    (one,) = [rule for rule in project.planted.values() if rule.kind == "helpful"][:1]
    applied = [task for task in project.tasks if one.id in task.rules]
    chance = Random(1)
    sides: dict[bool, list[float]] = {True: [], False: []}
    for task in applied:
        shown = chance.random() < 0.5
        sides[shown] += [report.success for report in happen(project, task, (one.id,) if shown else ())[0]]
    assert sum(sides[True]) / len(sides[True]) > sum(sides[False]) / len(sides[False])


@pytest.mark.parametrize("name", compare.POLICIES)
def test_every_policy_serves_a_whole_project_within_its_room(name: str) -> None:
    for world in (replace(SMALL, room=2, sessions=60), replace(COMPARED["skipped detectors"], sessions=60)):
        project = draw(world, 1, 3)

        class Watched:
            def __init__(self) -> None:
                self.inner = compare.POLICIES[name](1)

            def announce(self, rule: Announced) -> None:
                self.inner.announce(rule)

            def choose(self, asked: Asked) -> Choice:
                choice = self.inner.choose(asked)
                assert set(choice.shown) <= set(asked.candidates)
                assert len(choice.shown) <= asked.room
                return choice

            def hear(self, reports: Iterable[Report], seen: Iterable[Seen]) -> None:
                self.inner.hear(reports, seen)

            def decide(self, ts: float) -> Mapping[str, Judged]:
                return self.inner.decide(ts)

        account = play(Watched(), project)
        assert {fate.state for fate in account.fates} <= {"trial", "active", "retired"}


@pytest.mark.parametrize(("k", "n"), [(0, 2000), (12, 2000), (100, 2000), (1, 1), (3, 7), (40, 40)])
def test_bounds_of_a_share_are_those_of_clopper_and_pearson(k: int, n: int) -> None:
    found = measures.share(k, n)
    assert found.low == pytest.approx(beta.ppf(0.025, k, n - k + 1) if k else 0.0, abs=1e-7)
    assert found.high == pytest.approx(beta.ppf(0.975, k + 1, n - k) if k < n else 1.0, abs=1e-7)


def test_a_promise_is_kept_broken_or_left_open_by_its_bounds() -> None:
    few, enough = measures.share(0, 20), measures.share(0, 200)
    assert (below(few, 0.05), below(enough, 0.05), below(measures.share(40, 200), 0.05)) == (OPEN, YES, NO)
    assert (above(measures.share(20, 20), 0.95), above(measures.share(200, 200), 0.95)) == (OPEN, YES)
    assert above(enough, 0.5) == NO


def test_nothing_is_known_of_a_share_of_nothing() -> None:
    assert measures.share(0, 0) == (0.0, 0.0, 1.0)


def test_bounds_of_a_median_hold_as_often_as_they_say() -> None:
    chance = Random(3)
    held = 0
    for _ in range(400):
        drawn = [chance.expovariate(1.0) for _ in range(41)]
        bounds = measures.quantile(drawn, 0.5)
        held += bounds.low <= 0.6931 <= bounds.high
    assert held / 400 > 0.93


def test_a_quantile_that_most_runs_never_reach_is_beyond_the_horizon() -> None:
    bounds = measures.quantile([1.0, 2.0, float("inf"), float("inf")], 0.8)
    assert (bounds.value, bounds.low, bounds.high) == (float("inf"), 1.0, float("inf"))
    assert measures.quantile([], 0.5).value == float("inf")


def test_bounds_of_means_and_ratios_hold_the_figure() -> None:
    mean = measures.mean([1.0, 2.0, 3.0])
    assert mean.low <= mean.value == 2.0 <= mean.high
    ratio = measures.ratio([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    assert tuple(ratio) == (2.0, 2.0, 2.0)


def test_what_was_done_is_not_done_again_until_the_program_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Piece] = []

    def fake(piece: Piece) -> dict[str, int]:
        asked.append(piece)
        return {"first": piece.first}

    monkeypatch.setattr(pieces, "do", fake)
    cut = pieces.cut("nulls", "alone", 5, 3, size=2)
    assert [piece.projects for piece in cut] == [range(2), range(2, 4), range(4, 5)]
    first = pieces.run(cut[:2], jobs=1, kept=tmp_path)
    again = pieces.run(cut, jobs=1, kept=tmp_path)
    assert asked == cut
    assert {piece: again[piece] for piece in cut[:2]} == first
    monkeypatch.setattr(pieces, "sources", lambda: "changed")
    pieces.run(cut[:1], jobs=1, kept=tmp_path)
    assert asked == [*cut, cut[0]]


def test_figures_go_between_the_markers_and_nowhere_else() -> None:
    claim = Claim("a promise", "3 % (1 to 5)", "100 rules", "<= 5 %", YES)
    figures = page.text([Section("A proof", [claim], "words")], {"seed": 3})
    before = f"Above.\n{page.BEGIN}\nold\n{page.END}\nBelow.\n"
    after = page.written(before, figures)
    assert after.startswith("Above.\n")
    assert after.endswith("Below.\n")
    assert "old" not in after
    assert "| a promise | 3 % (1 to 5) | 100 rules | <= 5 % | yes |" in after
    with pytest.raises(ValueError, match="once each"):
        page.written("no markers", figures)


def test_a_comparison_with_itself_finds_no_difference_and_accounts_survive_json() -> None:
    account = play(AlwaysOn(0), draw(SMALL, 1, 3))
    again = compare.account(account[0], account[1], account[2], [list(fate) for fate in account.fates])
    assert again == account
    assert isinstance(again, Account)
    found = {"small": {compare.OURS: [account] * 3, "always on": [account] * 3}}
    assert tuple(compare.difference(found, "always on", rounds=50)) == (0.0, 0.0, 0.0)


def test_the_engine_names_an_honest_probability_for_every_rule_that_it_shows() -> None:
    project = draw(replace(PLAIN, sessions=100), 1, 3)
    engine = Ours(1)
    for _, rule in announced(project):
        engine.announce(rule)
    for task in project.tasks:
        choice = engine.choose(task.asked)
        assert set(choice.shown) <= set(choice.p) <= set(task.asked.candidates)
        engine.hear(*happen(project, task, choice.shown))
        assert set(engine.decide(task.asked.ts)) == set(project.planted)


def test_a_quick_run_says_what_it_found_and_leaves_the_page_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(nulls, "CASES", {"alone": nulls.Case(replace(nulls.SOLO, sessions=40), 300)})
    monkeypatch.setattr(page, "PAGE", tmp_path / "no page")
    monkeypatch.setattr("sys.argv", ["statistics", "nulls", "--quick", "--seed", "3", "--jobs", "1"])
    assert command.main() == 0
    assert "| alone | 0 % (0 to " in capsys.readouterr().out
    for more in (["--write"], ["nothing"]):
        monkeypatch.setattr("sys.argv", ["statistics", "nulls", *more])
        with pytest.raises(SystemExit):
            command.main()


def test_every_proof_comes_to_its_conclusions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "COMPARED", {name: replace(one, sessions=20) for name, one in COMPARED.items()})
    monkeypatch.setattr(signs, "WORLD", replace(signs.WORLD, sessions=50))
    cases = {name: case._replace(world=replace(case.world, sessions=20)) for name, case in speed.CASES.items()}
    monkeypatch.setattr(speed, "CASES", cases)
    cut = [
        *(Piece("compare", name, 0, 2, 3) for name in COMPARED),
        Piece("signs", "signs", 0, 2, 3),
        *(Piece("speed", name, 0, 2, 3) for name in speed.CASES),
    ]
    done = {piece: json.loads(json.dumps(pieces.do(piece))) for piece in cut}
    for proof in (compare, signs, speed):
        sections = proof.conclude({piece: facts for piece, facts in done.items() if piece.proof in proof.__name__})
        figures = page.text(sections, {})
        assert all(claim.what in figures for section in sections for claim in section.claims)
        assert all(section.claims for section in sections)


def test_no_planted_rule_of_a_world_contradicts_its_kind() -> None:
    def right(rule: Planted) -> bool:
        effect = rule.target.without - rule.target.shown if rule.target else rule.effect
        return {"helpful": effect > 0, "null": effect == 0, "harmful": effect < 0}[rule.kind]

    for world in [*COMPARED.values(), signs.WORLD, *(case.world for case in nulls.CASES.values())]:
        assert all(map(right, draw(replace(world, sessions=1), 1, 3).planted.values())), world.name
