"""`python -m mcp_server`, for developers in a checkout."""

import sys

from mcp_server.cli import main

if __name__ == "__main__":
    sys.exit(main())
