"""Tools that build and check packages, found before a test moves the home aside."""

import pytest

from tests.clients import packages


@pytest.fixture(scope="session")
def shelf() -> packages.Shelf:
    """Where installed tools are kept, and the environment in which they and uv are this person's own."""
    return packages.shelf()
