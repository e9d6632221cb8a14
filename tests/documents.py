"""Hold README's generated help to what the program says; `just docs-write` runs it to write all docs anew."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BEGIN, END = "<!-- help:begin -->", "<!-- help:end -->"


def said(*args: str) -> str:
    """What the program prints for `args`, 100 columns wide and without colour."""
    command = [sys.executable, "-E", "-P", str(ROOT / "mcp_promptlearn.py"), *args]
    plain = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHON_COLORS": "0"}
    done = subprocess.run(command, env=plain, capture_output=True, encoding="utf-8", timeout=60, check=False)
    if done.returncode:
        raise ValueError(f"`{' '.join(args)}` ended with {done.returncode}: {done.stderr}")
    return done.stdout


def commands() -> list[str]:
    """The commands that `help --all` lists: each on a line of its own, indented by two to four spaces."""
    return re.findall(r"^ {2,4}([a-z][a-z-]*)(?= |$)", said("help", "--all"), flags=re.MULTILINE)


def with_help(readme: str) -> str:
    """Put the current help between the markers. Raises ValueError where a marker is missing or doubled."""
    text = "\n".join(line.rstrip() for line in said("help", "--all").strip().splitlines())
    return between(readme, "help", f"```text\n{text}\n```")


def between(text: str, name: str, block: str) -> str:
    """Put a block between the markers of a name. Raises ValueError where a marker is missing or doubled."""
    first, last = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not (begin and end) or first in rest or last in after:
        raise ValueError(f"{first} and {last} are needed, once each and in this order")
    return f"{before}{first}\n\n{block}\n\n{last}{after}"


def without_help(readme: str) -> str:
    """What a person wrote: all but the generated help."""
    return readme.partition(BEGIN)[0] + readme.partition(END)[2]


if __name__ == "__main__":
    from tests import client_pages  # which needs `between`

    README.write_text(with_help(README.read_text(encoding="utf-8")), encoding="utf-8")
    client_pages.write()
