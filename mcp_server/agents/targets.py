"""Which rule files each client reads by itself, and which of them our rules go to: as their makers document it."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

ALWAYS = "AGENTS.md"
"""The file that most of them read."""


class Target(NamedTuple):
    """A client, and its rule files, relative to a project."""

    name: str
    """As it is typed."""
    title: str
    reads: tuple[tuple[str, ...], ...]
    """Of each group it reads the first that is there."""
    file: str
    """Where our rules go, if none of `rather` is there."""
    rather: tuple[str, ...] = ()
    """Where they go instead, if it is there: to a file, or into a folder (with a slash behind it)."""
    seed: str = ""
    """What a new file begins with."""
    marks: tuple[str, ...] = ()
    """Files and folders of a project that tell that somebody uses the client there."""
    hooks: bool = False
    """It gets its rules by our hooks, so it needs no file."""


OWN = "promptlearn.md"

_ZED = (
    ".rules", ".cursorrules", ".windsurfrules", ".clinerules", ".github/copilot-instructions.md", "AGENT.md", ALWAYS,
    "CLAUDE.md", "GEMINI.md",
)  # fmt: skip

TARGETS = (
    Target(
        "claude-code",
        "Claude Code",
        (("CLAUDE.md",), (".claude/CLAUDE.md",), ("CLAUDE.local.md",), (f".claude/rules/{OWN}",)),
        "CLAUDE.md",
        (".claude/rules/", "CLAUDE.md", ".claude/CLAUDE.md"),
        marks=("CLAUDE.md", ".claude/"),
        hooks=True,
    ),
    Target(
        "codex",
        "Codex",
        (("AGENTS.override.md", ALWAYS),),
        ALWAYS,
        ("AGENTS.override.md",),
        marks=(".codex/",),
        hooks=True,
    ),
    Target(
        "opencode",
        "opencode",
        ((ALWAYS, "CLAUDE.md"),),
        ALWAYS,
        (ALWAYS, "CLAUDE.md"),
        marks=("opencode.json", "opencode.jsonc", ".opencode/"),
        hooks=True,
    ),
    Target("gemini", "Gemini CLI", (("GEMINI.md",),), "GEMINI.md", marks=("GEMINI.md", ".gemini/"), hooks=True),
    Target(
        "qwen",
        "Qwen Code",
        (("QWEN.md",), (ALWAYS,), (".qwen/QWEN.local.md",), (f".qwen/rules/{OWN}",)),
        "QWEN.md",
        (".qwen/rules/", "QWEN.md"),
        marks=("QWEN.md", ".qwen/"),
        hooks=True,
    ),
    Target(
        "cursor",
        "Cursor",
        ((ALWAYS,), (".cursorrules",), (".cursor/rules/promptlearn.mdc",)),
        ".cursor/rules/promptlearn.mdc",
        seed="---\ndescription: Rules of this project\nglobs:\nalwaysApply: true\n---\n",
        marks=(".cursor/", ".cursorrules"),
        hooks=True,
    ),
    Target(
        "vscode",
        "VS Code",
        ((ALWAYS,), (".github/copilot-instructions.md",), (".github/instructions/promptlearn.instructions.md",)),
        ".github/instructions/promptlearn.instructions.md",
        seed='---\ndescription: Rules of this project\napplyTo: "**"\n---\n',
        marks=(".github/copilot-instructions.md", ".github/instructions/", ".vscode/mcp.json"),
        hooks=True,
    ),
    Target(
        "copilot",
        "Copilot CLI",
        (
            (ALWAYS,),
            ("CLAUDE.md",),
            ("GEMINI.md",),
            (".github/copilot-instructions.md",),
            (".github/instructions/promptlearn.instructions.md",),
            (f".claude/rules/{OWN}",),
        ),
        ".github/instructions/promptlearn.instructions.md",
        seed='---\ndescription: Rules of this project\napplyTo: "**"\n---\n',
        marks=(".github/copilot/", ".github/mcp.json"),
        hooks=True,
    ),
    Target(
        "windsurf",
        "Windsurf (Devin Desktop)",
        ((ALWAYS,), (".windsurfrules",), (f".windsurf/rules/{OWN}",), ("CLAUDE.md",)),
        f".windsurf/rules/{OWN}",
        seed="---\ntrigger: always_on\n---\n",
        marks=(".windsurf/", ".windsurfrules", ".devin/"),
    ),
    Target(
        "cline",
        "Cline",
        ((ALWAYS,), (".clinerules",), (f".clinerules/{OWN}",)),
        f".clinerules/{OWN}",
        (".clinerules",),
        marks=(".clinerules", ".clinerules/"),
        hooks=True,
    ),
    Target(
        "roo",
        "Roo Code",
        ((ALWAYS,), (f".roo/rules/{OWN}",), (".roorules",)),
        f".roo/rules/{OWN}",
        marks=(".roo/", ".roorules"),
    ),
    Target(
        "junie",
        "Junie",
        ((".junie/AGENTS.md", ALWAYS, ".junie/guidelines.md"),),
        ".junie/guidelines.md",
        (".junie/AGENTS.md", ALWAYS),
        marks=(".junie/",),
    ),
    Target(
        "zed",
        "Zed",
        (_ZED,),
        ALWAYS,
        _ZED,
        marks=(".rules", ".zed/"),
    ),
)

NAMES = tuple(target.name for target in TARGETS)

Exists = Callable[[str], bool]
"""Is there a file of this relative name, or a folder where it ends in a slash?"""


def used(target: Target, exists: Exists) -> bool:
    """Does a project show that somebody uses the client there?"""
    return any(map(exists, target.marks))


def place(target: Target, exists: Exists) -> str:
    """The file that our rules go to."""
    there = next((name for name in target.rather if exists(name)), target.file)
    return there + OWN if there.endswith("/") else there


def read_by(target: Target, exists: Exists) -> Iterator[str]:
    """The files that a client reads by itself in a project."""
    for group in target.reads:
        yield from [name for name in group if exists(name)][:1]


def named(names: Iterable[str]) -> list[Target]:
    """The targets of these names, in our order."""
    wanted = set(names)
    return [target for target in TARGETS if target.name in wanted]
