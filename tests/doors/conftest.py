"""What tests of the doors share."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.conftest import Chance, Clock
from tests.doors.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, home: Path, clock: Clock, chance: Chance) -> Generator[Desk]:
    """A person in a folder of their own, with an empty store."""
    folder = tmp_path / "project"
    folder.mkdir()
    made = Desk(folder, home, clock, chance)
    yield made
    for store in made.opened:
        store.close()
