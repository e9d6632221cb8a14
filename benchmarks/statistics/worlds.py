"""The worlds in which policies are compared, each with one hardship of its own."""

from collections.abc import Mapping
from dataclasses import replace

from benchmarks.statistics.world import World

PLAIN = World("plain", "a lone developer, 5 sessions a day for 90 days; votes honest", helpful=4, null=6, harmful=2)
FLAT = replace(PLAIN, name="own outcome", votes="credulous")
"""Votes that only repeat how the session went, as an agent that rates its own instructions does: the usual case."""
TARGETS = World(
    "targets", "24 rules with targets, each for one kind of task in six; detectors always run",
    helpful=8, null=12, harmful=4, sessions=900, per_day=10, looks=10, categories=6, scope=0.17, base=2.0, hard=0.0,
    targets=((0.5, 0.1), (0.3, 0.05), (0.2, 0.05)), votes="credulous",
)  # fmt: skip

_ALL = (
    PLAIN,
    replace(PLAIN, name="garbage votes", about="votes that have nothing to do with the rule", like="plain",
            votes="garbage"),
    replace(PLAIN, name="inverted votes", about="harmful rules are praised, helpful ones blamed", like="plain",
            votes="inverted"),
    replace(PLAIN, name="clear votes", about="honest votes of agents that see more than any agent can", like="plain",
            clarity=0.5),
    replace(PLAIN, name="clear inverted votes", about="the same, turned round", like="plain", clarity=0.5,
            votes="inverted"),
    replace(PLAIN, name="credulous votes", about="agents praise every rule when the session went well", like="plain",
            votes="credulous"),
    replace(FLAT, name="no rule works", about="twelve useless rules; votes garbage", helpful=0, null=12, harmful=0,
            votes="garbage"),
    replace(FLAT, name="mostly harmful", about="one helpful rule, six useless ones, five harmful ones", helpful=1,
            null=6, harmful=5),
    replace(FLAT, name="mostly helpful", about="eight helpful rules, three useless ones, one harmful one", helpful=8,
            null=3, harmful=1),
    replace(FLAT, name="team", about="25 sessions a day for 60 days, 24 rules", helpful=8, null=12, harmful=4,
            sessions=1500, per_day=25, looks=25),
    replace(FLAT, name="crowded", about="40 rules that apply everywhere, room for 12 of them", helpful=10, null=22,
            harmful=8, sessions=900, per_day=10, looks=10),
    replace(FLAT, name="sparse scopes", about="40 rules, each for one kind of task in ten, suggested over 60 days",
            helpful=13, null=19, harmful=8, sessions=900, per_day=10, looks=10, categories=10, scope=0.1, arrive=60),
    replace(FLAT, name="clustered", about="up to 12 outcomes in a session, correlated by about .3", outcomes=12,
            luck=1.19),
    replace(FLAT, name="confounded", about="helpful rules apply to hard tasks, harmful ones to easy tasks",
            confounded=True, harder=2.0),
    replace(FLAT, name="drift", about="success swings between 48 and 86 %", drift=0.95),
    replace(PLAIN, name="new model", about="half of the rules turn round when a new model comes; votes honest",
            change=0.5, sessions=900),
    replace(PLAIN, name="duplicates", about="three of seven helpful rules say what another one says; votes honest",
            helpful=7, twins=3),
    replace(PLAIN, name="unknown duplicates", about="the same, and nobody noticed", like="duplicates", helpful=7,
            twins=3, told=False),
    replace(FLAT, name="untold failures", about="half of the failing sessions go unreported, whatever was shown",
            failures_told=0.5),
    replace(FLAT, name="own reports", about="one outcome in five is checked; of the other failures a third is called"
            " a success", verified=0.2),
    replace(FLAT, name="ceiling", about="95 % succeed without any rule", base=2.94, hard=0.0),
    TARGETS,
    replace(TARGETS, name="skipped detectors", about="the same; useless rules keep the detector from running in 65 % of"
            " the sessions in which it would have failed", like="targets", skips=0.65),
)  # fmt: skip
COMPARED: Mapping[str, World] = {world.name: world for world in _ALL}
"""By name, in the order of the page."""
