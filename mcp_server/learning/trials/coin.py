"""The keyed coin: the same rule version in the same session always falls the same way, and nobody can foresee it.

u = the first 53 bits of HMAC-SHA256(key, rule | version | session) / 2^53; shown if u < p.
"""

SET = "*"
"""The name under which the set of all learnt rules throws its own coin; no rule can have an empty version."""

DIGITS = 6
"""Significant digits of a probability: it is rounded before the coin, so that the log holds the one that was used."""


def key(seed: int) -> bytes:
    """The key that a seed stands for, where no store keeps a secret one."""
    return str(seed).encode("ascii")


def throw(key: bytes, rule: str, version: int | str, session: str) -> float:
    """A number in [0, 1) that is fixed by its arguments."""
    from hmac import digest  # it loads OpenSSL, for which a hook that throws no coin has no time

    message = f"{rule}|{version}|{session}".encode("utf-8", "surrogatepass")
    return (int.from_bytes(digest(key, message, "sha256")[:7], "big") >> 3) / 9_007_199_254_740_992


def rounded(number: float) -> float:
    """A number as it is written in a log."""
    return float(f"{number:.{DIGITS}g}") + 0.0  # no minus zero
