"""Journeys begin at the desk of a person."""

from tests.doors.conftest import desk

__all__ = ["desk"]
