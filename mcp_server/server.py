"""The SDK's door: the three tools over stdio through the official package, both protocol eras."""

import json
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterable, Callable, Mapping
from contextlib import aclosing, redirect_stdout, suppress
from types import FrameType
from typing import Any, Protocol, cast

import anyio
import anyio.to_thread
import mcp_types as types
from anyio.streams.memory import MemoryObjectSendStream
from mcp import MCPError
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from pydantic import ValidationError

from mcp_server.listing import listing
from mcp_server.session import Caller, caller
from mcp_server.stdio import paired
from mcp_server.tools import RefusedError, Tools, UnknownToolError

Context = ServerRequestContext[Any, Any]


class Outlet(Protocol):
    """Where answers go."""

    async def send(self, item: SessionMessage, /) -> None:
        """Send one."""
        ...

    async def aclose(self) -> None:
        """There will be no more."""
        ...


def build(tools: Tools, *, version: str, environment: Mapping[str, str], process: str) -> Server[Any]:
    """The server object: our handlers around `tools`. `process` names a session for clients without one."""
    # One call at a time: SQLite writes one at a time anyway, and order stays what the client sent.
    limiter = anyio.CapacityLimiter(1)
    known = listing()

    async def list_tools(context: Context, parameters: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        del context, parameters
        return types.ListToolsResult(tools=[types.Tool.model_validate(tool) for tool in known["tools"]])

    async def call_tool(context: Context, parameters: types.CallToolRequestParams) -> types.CallToolResult:
        name, arguments = parameters.name, parameters.arguments or {}
        text, failed = await answered(name, context, lambda who: tools.call(name, arguments, who))
        return _text(text, failed=failed)

    async def answered(name: str, context: Context, use: Callable[[Caller], str]) -> tuple[str, bool]:
        """What is made for a caller, or one line why not."""
        who, text = _caller(context, environment, process), ""
        try:
            # What was asked for is done, even if the client leaves or changes its mind meanwhile.
            with anyio.CancelScope(shield=True):
                text = await anyio.to_thread.run_sync(use, who, limiter=limiter)
        except UnknownToolError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from error
        except RefusedError as refusal:
            return str(refusal), True
        except Exception as error:  # noqa: BLE001 - the door: an agent reads one line and the server lives on
            traceback.print_exc(file=sys.stderr)
            kind = type(error).__name__
            return f"{name}: unexpected {kind}; this is a fault of promptlearn, go on without it", True
        return text, False

    async def list_prompts(context: Context, _: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        del context
        return types.ListPromptsResult(prompts=[types.Prompt.model_validate(each) for each in known["prompts"]])

    async def get_prompt(context: Context, parameters: types.GetPromptRequestParams) -> types.GetPromptResult:
        prompt = next((each for each in known["prompts"] if each["name"] == parameters.name), None)
        if prompt is None:
            raise MCPError(types.INVALID_PARAMS, f"Unknown prompt: {parameters.name[:60]}")
        text = await prompted(prompt["name"], context)
        message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
        return types.GetPromptResult(description=prompt["description"], messages=[message])

    async def list_resources(context: Context, _: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        del context
        return types.ListResourcesResult(resources=[types.Resource.model_validate(each) for each in known["resources"]])

    async def list_templates(
        context: Context, _: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        del context
        return types.ListResourceTemplatesResult(resource_templates=[])

    async def read_resource(context: Context, parameters: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        resource = next((each for each in known["resources"] if each["uri"] == str(parameters.uri)), None)
        if resource is None:
            raise MCPError(types.INVALID_PARAMS, "Resource not found", {"uri": str(parameters.uri)[:200]})
        text = types.TextResourceContents(
            uri=resource["uri"], mime_type=resource["mimeType"], text=await prompted(resource["name"], context)
        )
        return types.ReadResourceResult(contents=[text])

    async def prompted(name: str, context: Context) -> str:
        text, _ = await answered(name, context, lambda who: tools.prompt(name, who))
        return text

    return Server(
        "promptlearn",
        version=version,
        instructions=known["instructions"],
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


def _text(text: str, *, failed: bool = False) -> types.CallToolResult:
    content: list[types.ContentBlock] = [types.TextContent(type="text", text=text)]
    return types.CallToolResult(content=content, is_error=failed)


def _caller(context: Context, environment: Mapping[str, str], process: str) -> Caller:
    known = context.session.client_params
    name = known.client_info.name if known is not None else ""
    return caller(environment=environment, meta=dict(context.meta or {}), client=name, process=process)


async def serve(server: Server[Any]) -> None:
    """Serve stdio until the client closes it."""
    async with stdio_server() as (read, write):
        # The wire is a descriptor of its own now. What anybody prints must not be left for the end, when
        # the standard one is put back.
        with redirect_stdout(sys.stderr):
            sifted, good = anyio.create_memory_object_stream[SessionMessage | Exception]()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(sift, read, sifted, write.clone())
                await server.run(good, write, server.create_initialization_options())


async def sift(
    read: AsyncIterable[SessionMessage | Exception],
    good: MemoryObjectSendStream[SessionMessage | Exception],
    answers: Outlet,
) -> None:
    """Hand on what the SDK can read, and answer the rest, which it would drop and let the client wait for.

    A frame is mended where only its parser is too strict: half a pair of surrogates, as JavaScript writes
    when it cuts a text in the middle of an emoji, and nesting beyond 200 levels.
    """
    async with good, aclosing(answers):
        async for item in read:
            found = _mended(item) if isinstance(item, ValidationError) else item
            if isinstance(found, types.JSONRPCError):
                await answers.send(SessionMessage(found))
            elif found is not None:
                await good.send(found)


def _mended(error: ValidationError) -> SessionMessage | types.JSONRPCError | None:
    """The frame that could not be read, mended; or what to answer; or nothing, where nothing is to be answered."""
    faults = error.errors(include_url=False, include_context=False)
    if faults[0]["type"] != "json_invalid":
        # No message of the protocol: the parts that miss something hold the whole of it.
        whole = next((fault["input"] for fault in faults if fault["type"] == "missing"), None)
        return _refusal(whole)
    raw = str(faults[0]["input"])
    if not raw.strip():
        return None
    frame: object = None
    with suppress(ValueError, RecursionError):
        frame = paired(json.loads(raw))
        return SessionMessage(types.jsonrpc_message_adapter.validate_python(frame, by_name=False))
    if frame is None:
        return _error(None, types.PARSE_ERROR, "Parse error", "one JSON message is expected on each line")
    return _refusal(frame)


def _refusal(frame: object) -> types.JSONRPCError | None:
    whole: Mapping[str, Any] = cast("Mapping[str, Any]", frame) if isinstance(frame, dict) else {}
    if "result" in whole or "error" in whole:
        return None  # an answer is never answered
    ident = whole.get("id")
    usable = isinstance(ident, str | int) and not isinstance(ident, bool)
    words = "one JSON-RPC 2.0 message is expected on each line; batches are not supported"
    return _error(ident if usable else None, types.INVALID_REQUEST, "Invalid Request", words)


def _error(ident: str | int | None, code: int, message: str, data: str) -> types.JSONRPCError:
    return types.JSONRPCError(jsonrpc="2.0", id=ident, error=types.ErrorData(code=code, message=message, data=data))


def leave_at_once(number: int, frame: FrameType | None) -> None:
    """Whatever was acknowledged is on disk, and clients kill within half a second: nothing to wait for."""
    del frame
    os._exit(128 + number)


def run(tools: Tools, *, version: str, process: str) -> int:
    """Serve until the end of stdin, or of the client, or a signal."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, leave_at_once)
    try:
        anyio.run(serve, build(tools, version=version, environment=os.environ, process=process))
    except* (BrokenPipeError, ConnectionError):
        pass  # the client is gone, and nobody is left to be told
    return 0
