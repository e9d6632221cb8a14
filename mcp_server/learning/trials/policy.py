"""Every constant of the decisions, under its name: what a person may set, and what `replay --config` may try.

The values are those of the reference on statistics, but for three that later development seeds changed (`futile`,
`prior_deviation`, `sharpness`); all were frozen before fresh seeds were drawn. Effects, priors
and limits are shares (.05 is 5 points); times are seconds.
"""

from collections.abc import Mapping
from typing import NamedTuple, cast

from mcp_server.learning.trials.errors import SettingError

DAY = 86_400.0
"""Seconds of a day."""

FDR, PER_RULE = "fdr", "per_rule"
"""The two guards of promotion: false discoveries over all rules, or each rule for itself."""


class Policy(NamedTuple):
    """The constants; the first nine are settings, the others are there to be replayed with."""

    explore: float = 0.0
    """0 earns (shows what looks good), 1 learns (keeps trials near one half)."""
    holdout: float = 0.0
    """Share of sessions without any learnt rule, by the set's own coin."""
    off: bool = False
    """No coins: active rules are always shown, trials never."""
    guard: str = FDR
    growing: bool = False
    """Weights of online e-BH, exact where rules keep coming, in place of the plain K, exact for a fixed K."""
    settles: bool = False
    """Success waits for `settle` seconds after a session's last activity, as in a live log."""
    max_rules: float = 12
    """Context budget where a session names none."""
    max_tokens: float = 600
    min_sessions: float = 15
    """Scored sessions before anything is said or done by a posterior."""

    sharpness: float = 2.0
    """Power of the odds of help by which a trial is shown: 1 matches their probability, more earns sooner."""
    trial_least: float = 0.15
    trial_most: float = 0.90
    trial_least_learning: float = 0.40
    trial_most_learning: float = 0.60
    active: float = 0.90
    doubted: float = 0.50
    """Exposure of an active rule that looks bad, has bad press or was braked."""
    bad_press: float = -0.75
    budget_deviations: float = 2.0
    trials_share: float = 0.2
    """Of the context budget, kept for waiting trials."""
    floor: float = 0.03

    clustering: float = 0.3
    """Correlation of outcomes in one session: m of them weigh m / (1 + clustering (m - 1))."""
    half_life: float = 300.0
    """Of baselines, in weighted outcomes."""
    shrinkage: float = 8.0
    """Weight of the overall mean in a category's baseline."""
    start: float = 0.5
    start_weight: float = 2.0
    """The first guess at a rate, and its weight."""
    least_expected: float = 0.02
    most_expected: float = 0.98
    fading: float = 3000.0
    """Outcomes in which the precision of what is known of a rule halves."""
    model_fading: float = 0.1
    noise: float = 0.2
    noise_weight: float = 2.0
    """First guess at the variance of a residual, and its weight in sessions."""
    judge_weight: float = 0.5

    prior_deviation: float = 0.1
    target_deviation: float = 0.15
    set_deviation: float = 0.08
    prior_least: float = -0.08
    prior_most: float = 0.06
    imported: float = 0.02
    inherited: float = 0.5
    """Share of its parent's mean that an edit or a merge begins with."""
    votes_level: float = 0.01
    votes_level_deviation: float = 0.03
    votes_slope: float = 0.02
    votes_slope_deviation: float = 0.03
    votes_helpful: float = 8.0
    votes_given: float = 10.0
    """Pseudo-votes of the overall share: so many helpful of so many."""
    votes_weight: float = 5.0
    """Pseudo-votes of each rule, at the overall share."""
    votes_scale: float = 0.2
    press_least: float = -1.5
    press_most: float = 1.0

    bets: tuple[float, ...] = (0.15, 0.3, 0.6)
    target_bets: tuple[float, ...] = (0.15, 0.3, 0.6, 1.2, 1.9)
    adaptive_most: float = 0.8
    """Largest bet of the plug-in."""
    stake: float = 0.95
    """No bet may lose more than this share of its wealth."""

    promote_e: float = 20.0
    promote_rate: float = 0.2
    """False discoveries among promoted rules."""
    proven_rate: float = 0.05
    harm_e: float = 20.0
    guardrail_e: float = 20.0
    freeze_e: float = 5.0
    ratio_deviations: float = 4.0
    unlikely: float = 0.05
    futile: float = 0.1
    futile_step: float = 0.02
    futile_least: float = 0.005
    futile_most: float = 0.03
    demote: float = 0.2
    ask_below: float = 0.2
    ask_above: float = 0.8
    retry_above: float = 0.3
    retries: float = 2
    retry_faded: float = 0.5
    """A futile rule returns only when its precision has fallen to this share."""
    settled_ci: float = 50
    """Verified sessions before verified and self-reported outcomes are held against each other."""
    settled_ci_deviations: float = 2.0
    quiet: float = 30
    """Triggered sessions without the target after which a rule looks obsolete..."""
    quiet_withheld: float = 10
    """... if so many of them did without it."""

    settle: float = DAY
    settle_late: float = 14 * DAY
    """For what people do later: reviews and reverts; and for reports that never come."""

    interval_deviations: float = 0.02
    """r of the Gaussian mixture bound."""
    interval_error: float = 0.1
    planned: float = 0.05
    planned_target: float = 0.15
    """Smallest effect that the number of sessions still needed is planned for."""
    median_of: float = 100
    """Last sessions of a category whose median cost and time are held against a new one."""
    brake_drop: float = 0.25
    brake_ratio: float = 200.0
    brake_sessions: float = 60
    """Scored sessions for which a braked rule stays at one half."""


POLICY = Policy()

_SHARES = {
    *("explore", "trial_least", "trial_most", "trial_least_learning", "trial_most_learning", "active", "doubted"),
    *("trials_share", "floor", "clustering", "start", "least_expected", "most_expected", "model_fading", "inherited"),
    *("promote_rate", "proven_rate", "unlikely", "futile", "demote", "ask_below", "ask_above", "retry_above"),
    *("retry_faded", "interval_error", "stake", "judge_weight", "brake_drop"),
}
_COINS = {
    *("trial_least", "trial_most", "trial_least_learning", "trial_most_learning", "active", "doubted", "floor"),
    *("promote_rate", "proven_rate", "interval_error", "stake", "least_expected", "most_expected"),
}
"""Shares that must lie strictly between 0 and 1."""
_ABOVE_ZERO = {
    *("half_life", "fading", "noise", "noise_weight", "start_weight", "shrinkage", "prior_deviation"),
    *("target_deviation", "set_deviation", "votes_level_deviation", "votes_slope_deviation", "votes_given"),
    *("votes_weight", "votes_scale", "interval_deviations", "planned", "planned_target", "median_of"),
}
_RATIOS = {"promote_e", "harm_e", "guardrail_e", "freeze_e", "brake_ratio"}
_SIGNED = {
    *("bad_press", "press_least", "prior_least", "prior_most", "imported", "votes_level", "votes_slope"),
}
HOLDOUT = 0.05
"""The largest share of sessions that may go without learnt rules: more would pay more than it tells."""

SHARPEST = 20.0
"""Beyond any use, and far from where powers of a probability vanish."""

_OTHERS = {"holdout": (0.0, HOLDOUT, False), "sharpness": (0.0, SHARPEST, True)}

LARGEST = 1e9


def read(settings: Mapping[str, object], policy: Policy = POLICY) -> Policy:
    """The policy with some constants set. Raises `SettingError` for a name or a value that is none."""
    changes = {name: _value(name, value) for name, value in settings.items()}
    made = policy._replace(**changes)  # pyright: ignore[reportArgumentType] - `_value` has checked each
    for least, most in (
        ("trial_least", "trial_most"),
        ("trial_least_learning", "trial_most_learning"),
        ("least_expected", "most_expected"),
        ("prior_least", "prior_most"),
        ("press_least", "press_most"),
        ("futile_least", "futile_most"),
    ):
        if getattr(made, least) > getattr(made, most):
            raise SettingError(f"{least} is above {most}; set both so that the first is the smaller")
    return made


def _value(name: str, value: object) -> object:
    default = getattr(POLICY, name, None) if name in Policy._fields else None
    if default is None:
        raise SettingError(f"there is no setting {name[:60]!r}; see the table in docs/replay.md")
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise SettingError(f"{name} must be true or false")
        return value
    if isinstance(default, str):
        if value not in {FDR, PER_RULE}:
            raise SettingError(f"{name} must be {FDR!r} or {PER_RULE!r}")
        return value
    if isinstance(default, tuple):
        return _bets(name, value)
    least, most, open_ended = _range(name)
    number = _number(value)
    if number is None or not (least < number < most if open_ended else least <= number <= most):
        bounds = f"above {least:g} and below {most:g}" if open_ended else f"from {least:g} to {most:g}"
        raise SettingError(f"{name} must be a number {bounds}")
    return number


def _range(name: str) -> tuple[float, float, bool]:
    """Least and greatest value, and whether both are left out."""
    if name in _OTHERS:
        return _OTHERS[name]
    if name in _COINS:
        return 0.0, 1.0, True
    if name in _SHARES:
        return 0.0, 1.0, False
    if name in _ABOVE_ZERO:
        return 0.0, LARGEST, True
    if name in _RATIOS:
        return 1.0, LARGEST, False
    return (-1.5 if name in _SIGNED else 0.0), LARGEST, False


def _bets(name: str, value: object) -> tuple[float, ...]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    bets = tuple(bet for bet in map(_number, items) if bet is not None and 0 < bet < 10)
    if not 0 < len(bets) == len(items) <= 20:
        raise SettingError(f"{name} must be a list of 1 to 20 numbers above 0 and below 10")
    return tuple(sorted(bets))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= LARGEST else None  # no NaN passes a comparison
