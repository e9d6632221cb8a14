"""One place, where there is one."""

import pytest

from mcp_server.learning.reflection.place import common, touched_by_all


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ([], ""),
        (["", "/"], ""),
        (["a.py"], "a.py"),
        (["src/a.py", "src/a.py"], "src/a.py"),
        (["src/a.py", "src/b.py"], "src/**"),
        (["src/api/a.py", "src/api/x/b.py", "src/api/c.py"], "src/api/**"),
        (["src/a.py", "tests/a.py"], ""),
        (["a.py", "b.py"], ""),
    ],
)
def test_the_deepest_folder_that_holds_all_is_their_place(files: list[str], place: str) -> None:
    assert common(files) == place


@pytest.mark.parametrize(
    ("sessions", "place"),
    [
        ([], ""),
        ([["a.py"], []], ""),
        ([["src/a.py", "b.py"], ["src/a.py", "c.py"]], "src/a.py"),
        ([["src/a.py"], ["src/x/b.py"]], "src/**"),
        ([["src/a.py", "src/b.py"], ["src/x/b.py", "src/x/c.py"]], "src/**"),
        ([["src/a.py"], ["b.py", "c/d.py"]], ""),
        ([["a.py"], ["b.py"]], ""),
    ],
)
def test_what_every_session_touched_is_the_place_of_all(sessions: list[list[str]], place: str) -> None:
    assert touched_by_all(sessions) == place
