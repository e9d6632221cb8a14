"""What the attacks share: a person at a desk, as the tests of the doors know them."""

from tests.doors.conftest import desk as desk  # noqa: PLC0414 - pytest finds a fixture by its name here
