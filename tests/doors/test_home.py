"""The home folder without a library: the same as the library says, on every system."""

from pathlib import PurePosixPath

import platformdirs.macos
import platformdirs.unix
import pytest

from mcp_server import home


def test_on_linux_it_is_where_platformdirs_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    for given in ("", "/data", "relative"):
        monkeypatch.setenv("XDG_DATA_HOME", given)
        wanted = platformdirs.unix.Unix("promptlearn", appauthor=False).user_data_dir
        found = home.default({"XDG_DATA_HOME": given}, platform="linux", person="/home/ada")
        assert PurePosixPath(found) == PurePosixPath(
            wanted if given != "relative" else "/home/ada/.local/share/promptlearn"
        )


def test_on_macos_it_is_where_platformdirs_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/Users/ada")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    wanted = platformdirs.macos.MacOS("promptlearn", appauthor=False).user_data_dir
    assert home.default({}, platform="darwin", person="/Users/ada") == wanted


def test_on_windows_it_is_local_and_never_roams() -> None:
    assert home.default({"LOCALAPPDATA": "L"}, platform="win32", person="P").startswith("L")
    assert "Local" in home.default({}, platform="win32", person="P")


def test_the_variable_moves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert home.folder({"PROMPTLEARN_HOME": "~/x"}) == "/home/ada/x"
    assert home.folder({}) == home.default({})
