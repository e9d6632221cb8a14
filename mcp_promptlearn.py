"""Start the program with its own two folders first on the import path, and the user's folders last.

In a wheel `mcp_server` and `store` lie in the private folder `mcp_promptlearn_app`; in a checkout
they lie beside this file. Either way they win over a user's own modules of those names. The working
folder and what PYTHONPATH names go behind the standard library and the installed packages, so that
a project's own `mcp/` or `json.py` is not run in our process. This is the only place that touches
`sys.path`.
"""

import gc
import os  # loaded before Python looks into any folder of the user's, as pathlib is not
import sys


def main() -> int:
    """Run the command line and return its exit code."""
    here = os.path.dirname(os.path.realpath(__file__))
    private = os.path.join(here, "mcp_promptlearn_app")
    sys.path[:] = [private if os.path.isdir(private) else here, *_users_folders_last(sys.path, keep=here)]
    # A command is over before there is garbage worth looking for; `serve`, which stays, looks again.
    gc.disable()
    code = _command(sys.argv[1:])
    gc.freeze()  # or the interpreter looks through all we hold once more before it lets go of it
    return code


def _command(words: list[str]) -> int:
    """Run what was asked for. An agent waits for the first two, so nothing else is loaded before them."""
    match words:
        case ["serve"]:
            from mcp_server.serving import main as serve

            return serve()
        case ["hook", client, event]:
            from mcp_server.hooks import main as hook

            return hook(client, event)
        case _:
            from mcp_server.cli import main as run

            return run()


def _users_folders_last(path: list[str], *, keep: str) -> list[str]:
    """Order `path` so that the working folder and PYTHONPATH come last, unless we lie there ourselves."""
    try:
        working = os.getcwd()
    except OSError:  # it was deleted, so nothing can be imported from it
        working = ""
    named = "" if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "")
    users = {os.path.normpath(os.path.join(working, folder)) for folder in ["", *named.split(os.pathsep)]}
    return sorted(path, key=lambda folder: os.path.normpath(os.path.join(working, folder)) in users - {keep})


if __name__ == "__main__":
    sys.exit(main())
