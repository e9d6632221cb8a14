"""Which agent, if any, a commit says it is the work of: by its authors, its trailers and its footer.

Names that people bear too (Claude, Devin, Jules) count only with an address of the maker, and an
address of a maker only where no person of that company has it.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_HUB = r"(?:\d{1,20}\+)?{}@users\.noreply\.github\.com"

_ADDRESSES = (
    ("claude", r"(?:noreply|claude|claude-code)@anthropic\.com", r"claude(?:\[bot\])?"),
    ("codex", r"(?:noreply|codex)@openai\.com", r"(?:codex|chatgpt-codex-connector\[bot\])"),
    ("copilot", r"copilot@github\.com", r"(?:copilot|(?:copilot-swe-agent|github-copilot)\[bot\])"),
    ("cursor", r"(?:cursoragent|agent|noreply)@cursor\.com|(?:cursor-ai|sos)@cursor\.sh", r"cursor(?:agent|\[bot\])"),
    ("gemini", r"(?:noreply|gemini|gemini-cli)@google\.com", r"gemini-(?:code-assist|cli)(?:\[bot\])?"),
    ("jules", r"jules@google\.com", r"google-labs-jules(?:\[bot\])?"),
    ("antigravity", r"antigravity@google\.com", r"antigravity\[bot\]"),
    ("aider", r"[^@\s]{1,80}@aider\.chat", r"aider\[bot\]"),
    ("devin", r"devin@(?:devin|cognition)\.ai", r"devin-ai-integration(?:\[bot\])?"),
    ("opencode", r"(?:noreply|opencode|agent)@opencode\.ai", r"opencode(?:-agent)?(?:\[bot\])?"),
    ("amp", r"amp@ampcode\.com", r"amp-by-sourcegraph\[bot\]"),
    ("openhands", r"openhands@all-hands\.dev", r"openhands-agent"),
    ("windsurf", r"(?:noreply|windsurf)@(?:codeium|windsurf)\.com", r"windsurf-bot\[bot\]"),
    ("qwen", r"qwen-coder@alibabacloud\.com", r"qwen-code\[bot\]"),
    ("crush", r"crush@charm\.land", r"crush\[bot\]"),
    ("warp", r"(?:oz-)?agent@warp\.dev", r"warp-dev\[bot\]"),
    ("replit", r"agent@replit\.com", r"replit-agent\[bot\]"),
    ("droid", r"droid@factory\.ai", r"factory-droid\[bot\]"),
)
_BY_ADDRESS = tuple(
    (agent, re.compile(f"{own}|{_HUB.replace('{}', hub, 1)}", re.IGNORECASE)) for agent, own, hub in _ADDRESSES
)

_NAMES = (
    ("claude", r"claude(?:[ -]code|[ -](?:\d[\d.]{0,5}[ -])?(?:opus|sonnet|haiku)\b.{0,40}+|\[bot\])"),
    ("codex", r"(?:openai )?codex(?: cli| agent)?|chatgpt-codex-connector(?:\[bot\])?"),
    ("copilot", r"(?:github )?copilot(?: (?:cli|agent))?|copilot-swe-agent(?:\[bot\])?"),
    ("cursor", r"cursor (?:agent|ai)|cursoragent|cursor\[bot\]"),
    ("gemini", r"(?:google )?gemini(?:[ -](?:cli|code assist|\d.{0,20}+))|gemini-code-assist(?:\[bot\])?"),
    ("jules", r"google[ -]labs[ -]jules(?:\[bot\])?"),
    ("aider", r"aider(?: \(.{0,80}+)?|.{0,200}\(aider\)"),
    ("devin", r"devin ai|devin-ai-integration(?:\[bot\])?"),
    ("opencode", r"opencode(?:[ -]agent)?(?:\[bot\])?"),
    ("openhands", r"openhands(?:[ -]agent)?"),
    ("qwen", r"qwen[ -]code(?:r)?"),
    ("droid", r"factory[ -]droid(?:\[bot\])?"),
)
_BY_NAME = tuple((agent, re.compile(pattern, re.IGNORECASE)) for agent, pattern in _NAMES)

_TRAILER = re.compile(
    r"^(?:co-authored-by|assisted-by|generated-by|co-developed-by):[ \t]*+"
    r"(?P<name>[^<\n]{0,200}+)(?:<(?P<address>[^>\n]{1,200}+)>)?",
    re.IGNORECASE | re.MULTILINE,
)
_FOOTER = re.compile(
    r"^[^\w\n]{0,8}(?:generated|created|made|implemented)[ -](?:with|by):? \[?"
    r"(?P<name>claude code|codex|copilot|cursor|gemini|aider|devin|opencode|amp|openhands|crush|qwen code|windsurf"
    r"|warp)\b",
    re.IGNORECASE | re.MULTILINE,
)
_BOT = re.compile(r"\[bot\](?:@|\Z)|\A(?:dependabot|renovate|renovate bot|github[ -]actions?)\Z", re.IGNORECASE)


def agent_of(people: Iterable[tuple[str, str]], message: str) -> str:
    """The agent that a commit names, in one lower-case word; empty where it names none.

    `people` are the names and addresses of its author and committer.
    """
    trailers = ((found["name"], found["address"] or "") for found in _TRAILER.finditer(message))
    for name, address in (*people, *trailers):
        agent = _known(name.strip(), address.strip())
        if agent:
            return agent
    footer = _FOOTER.search(message)
    return footer["name"].lower().split()[0] if footer else ""


def is_bot(name: str, address: str) -> bool:
    """Is it a program that writes commits by itself, such as one that raises versions?"""
    return bool(_BOT.search(name) or _BOT.search(address))


def fits(agent: str, client: str) -> bool:
    """May a commit of this agent come from a session of this client? Not where the client is another known agent."""
    words = client.lower()
    return agent in words or not any(other in words for other, *_ in _ADDRESSES)


@lru_cache(1024)
def _known(name: str, address: str) -> str:
    by_address = next((agent for agent, pattern in _BY_ADDRESS if pattern.fullmatch(address)), "")
    return by_address or next((agent for agent, pattern in _BY_NAME if pattern.fullmatch(name)), "")
