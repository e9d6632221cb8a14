"""Where the program keeps its things, said without a library: hooks and the fast door have no time for one."""

import os
import sys
from collections.abc import Mapping

HOME = "PROMPTLEARN_HOME"
STORE = "promptlearn.db"


def default(environment: Mapping[str, str], *, platform: str = sys.platform, person: str = "") -> str:
    """The user's local data folder for us, as each system wants it (the same as platformdirs says).

    Local, never roaming: a database must not travel between machines while it is open.
    """
    person = person or os.path.expanduser("~")
    if platform == "win32":
        base = environment.get("LOCALAPPDATA") or os.path.join(person, "AppData", "Local")
    elif platform == "darwin":
        base = os.path.join(person, "Library", "Application Support")
    else:
        given = environment.get("XDG_DATA_HOME", "")
        base = given if os.path.isabs(given) else os.path.join(person, ".local", "share")
    return os.path.join(base, "promptlearn")


def folder(environment: Mapping[str, str]) -> str:
    """The home folder: PROMPTLEARN_HOME where it is set, else the default."""
    return os.path.expanduser(environment.get(HOME) or default(environment))


def usable(path: str) -> bool:
    """Is it one folder whatever the working folder is? A project must not bring a store of its own."""
    return os.path.isabs(path)
