"""The keyed coin: the same rule version in the same session always falls the same way, and nobody can foresee it.

u = the first 53 bits of HMAC-SHA256(key, rule | version | session) / 2^53; shown if u < p.
"""

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

SET = "*"
"""The name under which the set of all learnt rules throws its own coin; no rule can have an empty version."""

DIGITS = 6
"""Significant digits of a probability: it is rounded before the coin, so that the log holds the one that was used."""

BLOCK = 64
"""Bytes of a block of SHA-256."""


def key(seed: int) -> bytes:
    """The key that a seed stands for, where no store keeps a secret one."""
    return str(seed).encode("ascii")


def throw(key: bytes, rule: str, version: int | str, session: str) -> float:
    """A number in [0, 1) that is fixed by its arguments."""
    message = f"{rule}|{version}|{session}".encode("utf-8", "surrogatepass")
    return (int.from_bytes(_digest(key, message)[:7], "big") >> 3) / 9_007_199_254_740_992


def rounded(number: float) -> float:
    """A number as it is written in a log."""
    return float(f"{number:.{DIGITS}g}") + 0.0  # no minus zero


def _digest(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104)."""
    sha256, inner, outer = _keyed(key)
    return sha256(outer + sha256(inner + message).digest()).digest()


@lru_cache(maxsize=4)
def _keyed(key: bytes) -> tuple[Any, bytes, bytes]:
    """The interpreter's own SHA-256, as `hmac` would load OpenSSL, for which a hook has no time; and the key's pads."""
    name = next(name for name in ("_sha2", "_sha256", "hashlib") if find_spec(name))
    sha256: Any = import_module(name).sha256
    padded = (sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    return sha256, bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)
