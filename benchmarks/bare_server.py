"""The least stdio server there can be: standard library only, one tool, one commit for each call of it.

Run as a program with the path of a store, or without one for a server that does nothing.
"""

import json
import sys

TOOL = {"name": "report_outcome", "description": "records what happened", "inputSchema": {"type": "object"}}


def serve(path: str | None) -> None:
    """Answer until the end of input."""
    report = None
    if path is not None:
        from pathlib import Path

        from benchmarks.floors import Floor

        report = Floor(Path(path), name="bare").report
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "id" not in request:
            continue
        if request["method"] == "tools/call" and report is not None:
            report()
        answer = {"jsonrpc": "2.0", "id": request["id"], "result": _result(request["method"])}
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


def _result(method: str) -> dict[str, object]:
    match method:
        case "initialize":
            return {
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "bare", "version": "1"},
            }
        case "tools/list":
            return {"tools": [TOOL]}
        case _:
            return {"content": [{"type": "text", "text": "Recorded."}]}


if __name__ == "__main__":
    serve(sys.argv[1] if len(sys.argv) > 1 else None)
