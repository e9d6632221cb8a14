"""Settings by name, each within its range, and everything else refused by name."""

import pytest

from mcp_server.learning.trials.errors import SettingError
from mcp_server.learning.trials.policy import POLICY, Policy, read


def test_without_settings_the_policy_is_the_frozen_one() -> None:
    assert read({}) == POLICY == Policy()


def test_each_constant_may_be_set_to_what_it_is() -> None:
    for name, value in POLICY._asdict().items():
        kept = list(value) if isinstance(value, tuple) else value
        assert read({name: kept}) == POLICY, name


def test_settings_replace_constants() -> None:
    made = read({"explore": 1, "guard": "per_rule", "off": True, "bets": [0.5], "max_rules": 5, "bad_press": -1})
    assert (made.explore, made.guard, made.off, made.bets, made.max_rules) == (1.0, "per_rule", True, (0.5,), 5.0)
    assert made.bad_press == -1.0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"explor": 1}, "there is no setting 'explor'"),
        ({"_fields": 1}, "there is no setting '_fields'"),
        ({"explore": 1.5}, "explore must be a number from 0 to 1"),
        ({"explore": "1"}, "explore must be a number from 0 to 1"),
        ({"explore": True}, "explore must be a number from 0 to 1"),
        ({"explore": float("nan")}, "explore must be a number from 0 to 1"),
        ({"holdout": 0.2}, "holdout must be a number from 0 to 0.05"),
        ({"active": 1}, "active must be a number above 0 and below 1"),
        ({"sharpness": 20}, "sharpness must be a number above 0 and below 20"),
        ({"half_life": 0}, "half_life must be a number above 0 and below 1e+09"),
        ({"promote_e": 0.5}, "promote_e must be a number from 1 to 1e+09"),
        ({"max_rules": -1}, "max_rules must be a number from 0 to 1e+09"),
        ({"bad_press": -2}, "bad_press must be a number from -1.5 to 1e+09"),
        ({"off": 1}, "off must be true or false"),
        ({"guard": "none"}, "guard must be 'fdr' or 'per_rule'"),
        ({"bets": []}, "bets must be a list of 1 to 20 numbers above 0 and below 10"),
        ({"bets": [0.1, -1]}, "bets must be a list"),
        ({"bets": 0.1}, "bets must be a list"),
        ({"target_bets": [1] * 21}, "target_bets must be a list"),
        ({"trial_least": 0.95}, "trial_least is above trial_most"),
        ({"prior_least": 0.5}, "prior_least is above prior_most"),
    ],
)
def test_a_setting_that_is_none_is_refused_by_name(settings: dict[str, object], words: str) -> None:
    with pytest.raises(SettingError) as caught:
        read(settings)
    assert words in str(caught.value)
    assert str(caught.value).startswith("setting: ")
