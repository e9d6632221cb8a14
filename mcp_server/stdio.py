"""The fast stdio door: JSON-RPC for exactly what we expose, with the standard library and nothing loaded early.

Every agent session spawns this process, and importing the SDK costs it most of a second. What is
listed comes from a snapshot (`listing.json`) that the same pydantic models wrote; store, tools and
pydantic load with the first call that needs them. `serve --sdk` is the oracle: one suite compares
every answer of the two doors.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import IO, Any, Protocol, cast

LINE = 16 * 1024 * 1024
"""Bytes of one message. Longer ones are read to their end, dropped, and answered with an error."""

HANDSHAKE = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
STATELESS = "2026-07-28"

PARSE, REQUEST, METHOD, PARAMETERS, INTERNAL, VERSION = -32700, -32600, -32601, -32602, -32603, -32022

WANTED = "one JSON-RPC 2.0 message is expected on each line; batches are not supported"

PREFIX = "io.modelcontextprotocol/"

Json = dict[str, Any]


class Handlers(Protocol):
    """What stands behind the door. Made when the first call needs it."""

    def call(self, name: str, arguments: Mapping[str, Any], meta: Mapping[str, Any], client: str) -> tuple[str, bool]:
        """A tool's text, and whether it is a refusal."""
        ...

    def prompt(self, name: str, meta: Mapping[str, Any], client: str) -> tuple[str, bool]:
        """A prompt's text, and whether it is a refusal; that of `rules` is the resource too."""
        ...


class RpcError(Exception):
    """An answer that is a JSON-RPC error."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.error: Json = {"code": code, "message": message} | ({} if data is None else {"data": data})


class Door:
    """One connection. Handshake and stateless requests may come on the same pipe, in any order."""

    def __init__(self, handlers: Callable[[], Handlers], *, listing: Callable[[], Json]) -> None:
        self._make, self._list = handlers, listing
        self._handlers: Handlers | None = None
        self._listing: Json | None = None
        self._client: str | None = None

    def answer(self, line: bytes) -> bytes | None:
        """The reply to one line, or None where none is due. Never raises."""
        if not line.strip():
            return None
        ident: object = None
        try:
            message = _parsed(line)
            method = message.get("method")
            if not isinstance(method, str) and ("result" in message or "error" in message):
                return None
            ident = message.get("id") if _usable(message.get("id")) else None
            sound = message.get("jsonrpc") == "2.0" and isinstance(method, str)
            if not (sound and ("id" not in message or ident is not None)):
                raise RpcError(REQUEST, "Invalid Request", WANTED)
            assert isinstance(method, str)
            if "id" not in message:
                return None
            return _reply(ident, result=self._dispatch(method, message.get("params", {})))
        except RpcError as refusal:
            return _reply(ident, error=refusal.error)
        except Exception as fault:  # the outermost door: the connection must live on
            sys.stderr.write(f"mcp-promptlearn: unexpected {type(fault).__name__}: {fault}\n")
            return _reply(ident, error={"code": INTERNAL, "message": "Internal error"})

    def _dispatch(self, method: str, parameters: object) -> Json:
        if not isinstance(parameters, dict):
            raise RpcError(PARAMETERS, "Invalid request parameters", "")
        params = cast("Json", parameters)
        given: object = params.get("_meta") or {}
        if not isinstance(given, dict):
            raise RpcError(PARAMETERS, "Invalid request parameters", "")
        meta = cast("Json", given)
        stateless = self._stateless(method, meta)
        if method == "initialize":
            return self._initialize(params)
        if method == "ping" and not stateless:
            return {}
        if method == "server/discover" and stateless:
            return self._sealed(self._discover())
        known = self._METHODS.get(method)
        if known is None:
            raise RpcError(METHOD, "Method not found", method)
        if not stateless and self._client is None:
            raise RpcError(PARAMETERS, "Invalid request parameters", "")
        result = known(self, params, meta)
        return self._sealed(result, cached=method in self._CACHED) if stateless else result

    def _stateless(self, method: str, meta: Json) -> bool:
        """Is this a request of the stateless era? Raises where its envelope is not in order."""
        asked = meta.get(f"{PREFIX}protocolVersion")
        if asked is None or method == "initialize":
            return False
        if asked in HANDSHAKE:
            return False
        if asked != STATELESS:
            data = {"supported": [STATELESS], "requested": asked}
            raise RpcError(VERSION, "Unsupported protocol version", data)
        if not isinstance(meta.get(f"{PREFIX}clientCapabilities"), dict):
            missing = f"{PREFIX}clientCapabilities"
            raise RpcError(PARAMETERS, f"params._meta is missing the required envelope key(s): {missing}")
        return True

    def _initialize(self, params: Json) -> Json:
        info, asked = params.get("clientInfo"), params.get("protocolVersion")
        capable = isinstance(params.get("capabilities"), dict)
        named = isinstance(info, dict) and isinstance(cast("Json", info).get("name"), str)
        if not (capable and named and isinstance(asked, str)):
            raise RpcError(PARAMETERS, "Invalid request parameters", "")
        self._client = cast("Json", info)["name"]
        return {
            "protocolVersion": asked if asked in HANDSHAKE else HANDSHAKE[0],
            "capabilities": CAPABILITIES,
            "serverInfo": self._info,
            "instructions": self._known["instructions"],
        }

    def _discover(self) -> Json:
        return {
            "supportedVersions": [STATELESS],
            "capabilities": CAPABILITIES,
            "instructions": self._known["instructions"],
            "ttlMs": 0,
            "cacheScope": "private",
        }

    def _tools(self, params: Json, meta: Json) -> Json:
        del params, meta
        return {"tools": self._known["tools"]}

    def _prompts(self, params: Json, meta: Json) -> Json:
        del params, meta
        return {"prompts": self._known["prompts"]}

    def _resources(self, params: Json, meta: Json) -> Json:
        del params, meta
        return {"resources": self._known["resources"]}

    def _templates(self, params: Json, meta: Json) -> Json:
        del params, meta
        return {"resourceTemplates": []}

    def _call(self, params: Json, meta: Json) -> Json:
        name, arguments = params.get("name"), params.get("arguments")
        if not isinstance(name, str) or not isinstance(arguments, dict | None):
            raise RpcError(PARAMETERS, "Invalid request parameters", "")
        text, refused = self._behind.call(name, cast("Json", arguments or {}), meta, self._client or "")
        return {"content": [{"type": "text", "text": text}], "isError": refused}

    def _prompt(self, params: Json, meta: Json) -> Json:
        prompt = next((each for each in self._known["prompts"] if each["name"] == params.get("name")), None)
        if prompt is None:
            raise RpcError(PARAMETERS, f"Unknown prompt: {str(params.get('name'))[:60]}")
        text, _ = self._behind.prompt(prompt["name"], meta, self._client or "")
        message = {"role": "user", "content": {"type": "text", "text": text}}
        return {"description": prompt["description"], "messages": [message]}

    def _resource(self, params: Json, meta: Json) -> Json:
        resource = next((each for each in self._known["resources"] if each["uri"] == params.get("uri")), None)
        if resource is None:
            raise RpcError(PARAMETERS, "Resource not found", {"uri": str(params.get("uri"))[:200]})
        text, _ = self._behind.prompt(resource["name"], meta, self._client or "")
        return {"contents": [{"uri": resource["uri"], "mimeType": resource["mimeType"], "text": text}]}

    _METHODS: Mapping[str, Callable[[Any, Json, Json], Json]] = {
        "tools/list": _tools,
        "tools/call": _call,
        "prompts/list": _prompts,
        "prompts/get": _prompt,
        "resources/list": _resources,
        "resources/templates/list": _templates,
        "resources/read": _resource,
    }
    _CACHED = frozenset({"tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read"})

    def _sealed(self, result: Json, *, cached: bool = False) -> Json:
        """The result as the stateless era wants it."""
        kept = {"ttlMs": 0, "cacheScope": "private"} if cached else {}
        return {**result, **kept, "resultType": "complete", "_meta": {f"{PREFIX}serverInfo": self._info}}

    @property
    def _info(self) -> Json:
        return {"name": "promptlearn", "version": self._known["version"]}

    @property
    def _known(self) -> Json:
        if self._listing is None:
            self._listing = self._list()
        return self._listing

    @property
    def _behind(self) -> Handlers:
        if self._handlers is None:
            self._handlers = self._make()
        return self._handlers


CAPABILITIES: Json = {
    "tools": {"listChanged": False},
    "prompts": {"listChanged": False},
    "resources": {"subscribe": False, "listChanged": False},
}
"""No changes are announced, so no client waits for a subscription we would never speak on."""


def too_long() -> bytes:
    """The reply to a line beyond `LINE`."""
    return _reply(None, error={"code": REQUEST, "message": f"the message is longer than {LINE} bytes; send less"})


def _parsed(line: bytes) -> Json:
    try:
        message: object = json.loads(line.decode("utf-8"))
        if b"\\ud" in line or b"\\uD" in line:
            message = paired(message)
    except (ValueError, RecursionError):
        raise RpcError(PARSE, "Parse error", "one JSON message is expected on each line") from None
    if not isinstance(message, dict):
        raise RpcError(REQUEST, "Invalid Request", WANTED)
    return cast("Json", message)


def paired(value: Any) -> Any:
    """A JSON value whose texts hold no half of a pair of surrogates, as JavaScript writes when it cuts an emoji.

    May raise `RecursionError`.
    """
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [paired(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
        case dict():
            return {paired(name): paired(each) for name, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value


def _usable(ident: object) -> bool:
    return isinstance(ident, str | int) and not isinstance(ident, bool)


def _reply(ident: object, *, result: Json | None = None, error: Json | None = None) -> bytes:
    body = {"result": result} if error is None else {"error": error}
    return json.dumps({"jsonrpc": "2.0", "id": ident, **body}, separators=(",", ":")).encode("ascii") + b"\n"


def take_streams() -> tuple[IO[bytes], int]:
    """Claim stdin and stdout for the protocol: what else this process reads or prints cannot touch them."""
    source, target = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (source, target):
            msvcrt.setmode(descriptor, os.O_BINARY)
    return os.fdopen(source, "rb"), target


def serve(door: Door, source: IO[bytes], target: int) -> None:
    """Answer line by line until the client closes its end."""
    while line := source.readline(LINE + 1):
        if len(line) > LINE:
            while line and not line.endswith(b"\n"):
                line = source.readline(LINE)
            reply = too_long()
        else:
            reply = door.answer(line)
        if reply is not None and not _sent(target, reply):
            return


def _sent(target: int, data: bytes) -> bool:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(target, view) :]
    except OSError:
        # The client has gone; what it was told is on disk, what it was not told it will ask again.
        return False
    return True
