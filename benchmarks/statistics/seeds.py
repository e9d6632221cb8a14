"""The seeds: those with which bench and engine were developed, and the one of the page, which nobody can choose."""

from hashlib import sha256

from mcp_server.learning.trials.policy import POLICY

DEVELOPMENT = range(1, 10)
"""Used while worlds, baselines and the engine's constants were made. Nothing on the page comes from them."""

DRAW = 2
"""To be raised when the engine was changed after a whole run had been looked at."""

FINAL = int.from_bytes(sha256(f"{POLICY}/{DRAW}".encode()).digest()[:4], "big")
"""Follows from the frozen constants: whoever changes one of them draws a fresh seed."""
