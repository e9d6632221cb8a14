"""What Qwen Code says of a command that ran: one form, in its hooks and in its logs. Light: hooks load it."""

import re

TOOL = "run_shell_command"
EDITS = {"edit": "file_path", "write_file": "file_path", "notebook_edit": "notebook_path"}
"""Tools that change a file, and where they say which."""

_BEGIN = re.compile(r"^Directory: [^\n]*\nOutput: ?", re.MULTILINE)
_END = re.compile(r"^Error: [^\n]*\nExit Code: (-?\d{1,10}|\(none\))$", re.MULTILINE)
"""The command's own output may hold lines like these, so the first beginning counts, and the last end."""


def printed(said: str) -> tuple[str, bool | None]:
    """A command's output, and whether it failed; None where it did not run to its end, or nothing tells."""
    begin = _BEGIN.search(said)
    ends = list(_END.finditer(said, begin.end())) if begin else []
    if begin is None or not ends:
        return said, None
    output = said[begin.end() : ends[-1].start()].rstrip("\n")
    return "" if output == "(empty)" else output, ends[-1][1] != "0"
