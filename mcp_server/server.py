"""The SDK's door: the three tools over stdio through the official package, both protocol eras."""

import os
import signal
from collections.abc import Mapping
from types import FrameType
from typing import Any

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from mcp_server import arguments as models
from mcp_server.session import Caller, caller
from mcp_server.tools import INSTRUCTIONS, TOOLS, RefusedError, Tool, Tools

Context = ServerRequestContext[Any, Any]


def listed(tool: Tool) -> types.Tool:
    """A tool as clients see it: text only, no output schema, so that every client shows the same."""
    meta = {"anthropic/alwaysLoad": True} if tool.always_load else None
    return types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=models.schema(getattr(models, tool.model)),
        annotations=types.ToolAnnotations(
            read_only_hint=tool.read_only,
            destructive_hint=False,
            idempotent_hint=tool.idempotent,
            open_world_hint=False,
        ),
        _meta=meta,
    )


def build(tools: Tools, *, version: str, environment: Mapping[str, str], process: str) -> Server[Any]:
    """The server object: our handlers around `tools`. `process` names a session for clients without one."""
    # One call at a time: SQLite writes one at a time anyway, and order stays what the client sent.
    limiter = anyio.CapacityLimiter(1)

    async def list_tools(context: Context, parameters: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        del context, parameters
        return types.ListToolsResult(tools=[listed(tool) for tool in TOOLS])

    async def call_tool(context: Context, parameters: types.CallToolRequestParams) -> types.CallToolResult:
        who = _caller(context, environment, process)
        try:
            text = await anyio.to_thread.run_sync(
                tools.call, parameters.name, parameters.arguments or {}, who, limiter=limiter
            )
        except RefusedError as refusal:
            return types.CallToolResult(content=[types.TextContent(type="text", text=str(refusal))], is_error=True)
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)])

    return Server(
        "promptlearn",
        version=version,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _caller(context: Context, environment: Mapping[str, str], process: str) -> Caller:
    known = context.session.client_params
    name = known.client_info.name if known is not None else ""
    return caller(environment=environment, meta=dict(context.meta or {}), client=name, process=process)


async def serve(server: Server[Any]) -> None:
    """Serve stdio until the client closes it."""
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def leave_at_once(number: int, frame: FrameType | None) -> None:
    """Whatever was acknowledged is on disk, and clients kill within half a second: nothing to wait for."""
    del frame
    os._exit(128 + number)


def run(tools: Tools, *, version: str, process: str) -> int:
    """Serve until the end of stdin or a signal."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, leave_at_once)
    anyio.run(serve, build(tools, version=version, environment=os.environ, process=process))
    return 0
