"""Runs one of our commands and says, last on stderr, how many bytes it held at most; a program for `consolidate`."""

import sys
from pathlib import Path

import mcp_promptlearn


def peak() -> int:
    """The most memory this process ever held, in bytes. What it was started by does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


if __name__ == "__main__":
    code = mcp_promptlearn.main()
    print(peak(), file=sys.stderr)
    sys.exit(code)
