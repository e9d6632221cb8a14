"""How the agents that a person already has are started without a screen, and what their output says."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast

from mcp_server.learning.model import ModelError, Question
from mcp_server.shape import in_words, is_strict
from mcp_server.spending import NO_USAGE, Usage, number, table

AGENTS = ("claude", "codex")

OPENING = (
    "promptlearn: a question of the program itself, not of a person, and no task. Answer it and do nothing else.\n\n"
)
"""How every prompt begins, so that nothing of such a session is taken for evidence, wherever it was written down."""

SYSTEM, SCHEMA = "system.txt", "schema.json"
"""Files beside the empty working folder. On a command line everybody on the machine could read them."""

OFF = (
    "apps",
    "browser_use",
    "code_mode_host",
    "computer_use",
    "daemon_auto_start",
    "hooks",
    "image_generation",
    "memories",
    "multi_agent",
    "plugins",
    "shell_snapshot",
    "shell_tool",
    "skill_search",
    "unified_exec",
    "view_image",
)
"""Features of Codex by which a model could do, read or start something. A version ignores names it does not know."""


class Start(NamedTuple):
    """What is started for one question."""

    command: tuple[str, ...]
    typed: str
    """On its stdin."""
    files: Mapping[str, str]
    """To lie beside its working folder."""
    environment: Mapping[str, str]
    """Over the person's own."""


class Said(NamedTuple):
    """What an agent answered."""

    text: str
    usage: Usage = NO_USAGE
    """Nothing where it does not tell."""


class Claude:
    """`claude -p`, with a person's own account and settings, and nothing else of theirs: no tool, hook or memory."""

    name = "claude"
    beside = 700
    """Tokens that come with every question; measured."""

    def start(self, question: Question, folder: Path) -> Start:
        """`folder` is where the files will lie."""
        command = (
            *("claude", "-p", "--output-format", "json"),
            *("--tools", ""),
            *("--strict-mcp-config", "--disable-slash-commands", "--no-session-persistence"),
            *("--setting-sources", "user", "--settings", '{"disableAllHooks":true}'),
            *("--system-prompt-file", str(folder / SYSTEM)),
        )
        # Its schemas come as a tool to answer with. No tool at all is better, so the shape is said in words.
        system = in_words(question)
        return Start(command, OPENING + question.user, {SYSTEM: system}, {"CLAUDE_CODE_SAFE_MODE": "1"})

    def read(self, out: str) -> Said:
        """What it printed. Raises `ModelError`."""
        told = _object(out)
        if not isinstance(told.get("result"), str) or told.get("is_error") or told.get("subtype") != "success":
            raise ModelError(f"claude gave no answer ({_line(told.get('result') or told.get('subtype') or out)})")
        usage = table(told.get("usage"))
        cached = number(usage.get("cache_read_input_tokens"))
        read = number(usage.get("input_tokens")) + number(usage.get("cache_creation_input_tokens")) + cached
        money = told.get("total_cost_usd")
        spent = float(money) if isinstance(money, int | float) and 0 <= money < 1e6 else 0.0
        return Said(cast("str", told["result"]), Usage(1, read, number(usage.get("output_tokens")), cached, spent))


class Codex:
    """`codex exec`, with a person's own account and model; whatever could run, read or start something is off."""

    name = "codex"
    beside = 13_000
    """Tokens that come with every question: its own instructions; measured."""

    def __init__(self, configuration: Path) -> None:
        self._configuration = configuration
        """The person's own config.toml, which names the servers that are left out."""

    def start(self, question: Question, folder: Path) -> Start:
        """`folder` is where the files will lie."""
        shaped = bool(question.schema) and is_strict(question.schema)
        settings = [
            'approval_policy="never"',
            'web_search="disabled"',
            "project_doc_max_bytes=0",
            *(f"features.{name}=false" for name in OFF),
            *(f"mcp_servers.{name}.enabled=false" for name in self._servers()),
        ]
        command = (
            *("codex", "exec", "--json", "--ephemeral", "--skip-git-repo-check", "--sandbox", "read-only"),
            *(word for setting in settings for word in ("-c", setting)),
            *(("--output-schema", str(folder / SCHEMA)) if shaped else ()),
            "-",
        )
        typed = f"{OPENING}{question.system if shaped else in_words(question)}\n\n{question.user}"
        return Start(command, typed, {SCHEMA: json.dumps(dict(question.schema))} if shaped else {}, {})

    def read(self, out: str) -> Said:
        """What it printed. Raises `ModelError`."""
        text, usage, fault = "", NO_USAGE, ""
        for line in out.splitlines():
            event = _object(line)
            item = table(event.get("item"))
            if item.get("type") == "agent_message" and isinstance(item.get("text"), str):
                text = cast("str", item["text"])
            elif event.get("type") == "turn.completed":
                told = table(event.get("usage"))
                read, cached = number(told.get("input_tokens")), number(told.get("cached_input_tokens"))
                usage = usage.plus(Usage(1, read, number(told.get("output_tokens")), cached))
            elif event.get("type") in {"turn.failed", "error"}:
                fault = _line(table(event.get("error")).get("message") or event.get("message") or "it failed")
        if fault or not text:
            raise ModelError(f"codex gave no answer ({fault or _line(out)})")
        return Said(text, usage)

    def _servers(self) -> Iterator[str]:
        try:
            known = table(tomllib.loads(self._configuration.read_text(encoding="utf-8")).get("mcp_servers"))
        except (OSError, ValueError, RecursionError):
            return
        yield from (name for name in known if name.replace("-", "").replace("_", "").isalnum() and name.isascii())


class Command:
    """Any program: the question on its stdin, the answer on its stdout."""

    beside = 0

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words
        self.name = name_of(words)

    def start(self, question: Question, folder: Path) -> Start:
        """Everything in one text."""
        del folder
        return Start(self._words, f"{OPENING}{in_words(question)}\n\n{question.user}", {}, {})

    def read(self, out: str) -> Said:
        """What it printed. Raises `ModelError`."""
        if not out.strip():
            raise ModelError(f"{self.name} printed nothing")
        return Said(out)


Agent = Claude | Codex | Command


def name_of(words: tuple[str, ...]) -> str:
    """What a command is called: its program without the folder."""
    return words[0].replace("\\", "/").rstrip("/").rpartition("/")[2] or words[0]


def _object(text: str) -> Mapping[str, object]:
    try:
        return table(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def _line(words: object) -> str:
    return one_line(str(words)) or "it printed nothing"


def one_line(text: str) -> str:
    """The last line that says something, cut, without what a terminal would obey."""
    lines = [
        " ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in text[-4000:].splitlines()
    ]
    return next((line[:200] for line in reversed(lines) if line), "")
