"""Is a JSON value an object, and which keys has it: asked without trusting its shape."""

from collections.abc import Mapping
from typing import cast


def is_one(value: object) -> bool:
    """Is it an object at all?"""
    return isinstance(value, dict)


def keys(value: object) -> frozenset[str]:
    """Its keys; none where it is no object."""
    return frozenset(cast("Mapping[str, object]", value)) if isinstance(value, dict) else frozenset()
