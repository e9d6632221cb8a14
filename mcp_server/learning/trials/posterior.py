"""What is believed of an effect: a normal prior, an estimate with its variance, and what follows from both."""

from collections.abc import Iterable
from math import erfc, log, sqrt
from typing import NamedTuple


class Belief(NamedTuple):
    """A normal distribution of an effect."""

    mean: float
    deviation: float

    def above(self, effect: float = 0.0) -> float:
        """The probability of more than this effect."""
        return 0.5 * erfc((effect - self.mean) / (self.deviation * 1.4142135623730951))


class Estimate(NamedTuple):
    """An unbiased estimate of an effect and its variance; the variance is infinite where nothing is known."""

    effect: float
    variance: float


def combined(prior: float, deviation: float, signal: float, mass: float, variance: float) -> Belief:
    """The belief after N = `signal` and D = `mass`, whose ratio has the variance `variance` / D.

    mean = (m0 / tau^2 + est / var) / (1 / tau^2 + 1 / var), written without a division by D.
    """
    own = 1.0 / (deviation * deviation)
    precision = own + mass / variance
    return Belief((prior * own + signal / variance) / precision, sqrt(1.0 / precision))


def half_width(variance: float, sessions: float, ratio: float, error: float) -> float:
    """Half the width of the always-valid Gaussian mixture interval (1 - `error`) after so many sessions.

    sqrt(var) sqrt((1 + 1 / (n r)) log((1 + n r) / error^2)): Robbins' mixture, asymptotic in n.
    """
    scaled = sessions * ratio
    return sqrt(variance * (1.0 + 1.0 / scaled) * log((1.0 + scaled) / (error * error)))


class Votes(NamedTuple):
    """Where priors lie by the votes: level + slope x press."""

    level: float
    slope: float


def press(helpful: float, harmful: float, share: float, weight: float, scale: float) -> float:
    """How much better a rule's votes are than those of all rules together, in units of `scale`."""
    return ((helpful + weight * share) / (helpful + harmful + weight) - share) / scale


def learnt(points: Iterable[tuple[Estimate, float]], *, deviation: float, level: Belief, slope: Belief) -> Votes:
    """What votes are worth, by weighted least squares of estimates on press; a slope below 0 is none.

    Each estimate weighs 1 / (tau^2 + var). Both coefficients have normal priors, so the normal equations
    [sum w + 1/sl^2, sum w s; sum w s, sum w s^2 + 1/ss^2] (mu, b) = (sum w y + ml/sl^2, sum w s y + ms/ss^2)
    always have a solution.
    """
    a, d = 1.0 / level.deviation**2, 1.0 / slope.deviation**2
    right, left = level.mean * a, slope.mean * d
    b = 0.0
    for estimate, x in points:
        w = 1.0 / (deviation * deviation + estimate.variance)
        a, b, d = a + w, b + w * x, d + w * x * x
        right, left = right + w * estimate.effect, left + w * x * estimate.effect
    steep = (a * left - b * right) / (a * d - b * b)
    return Votes(right / a, 0.0) if steep < 0.0 else Votes((right - b * steep) / a, steep)
