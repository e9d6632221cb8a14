"""The brake for catastrophes: have verified outcomes fallen so far that waiting for the coins would be careless?

A CUSUM of log likelihood ratios, the baseline against the baseline less `brake_drop`. It cannot tell rules from a
new model or harder tasks, so it may only send the newest revision's rules to one half and tell the person.
"""

from math import log

from mcp_server.learning.trials.policy import Policy


def braked(level: float, score: float, weight: float, expected: float, policy: Policy) -> tuple[float, bool]:
    """The new level after a verified score in [0, 1], and whether that is an alarm; after one it begins anew."""
    fallen = max(policy.least_expected, expected - policy.brake_drop)
    up = log(fallen / expected)
    down = log((1.0 - fallen) / (1.0 - expected))
    level = max(0.0, level + weight * (score * up + (1.0 - score) * down))
    return (0.0, True) if level >= log(policy.brake_ratio) else (level, False)
