"""One file per command, and the few things that all of them say the same way."""

import json
from argparse import ArgumentTypeError
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from store.records import GLOBAL, Revision, Rule
from store.revise import Step

if TYPE_CHECKING:
    from mcp_server.wiring import Wiring


class CommandError(Exception):
    """What a command refuses; one line with what to do next."""


def rule_id(text: str) -> int:
    """`R12`, `r12` or `12` as a number. Raises `CommandError`."""
    digits = text.strip().upper().removeprefix("R")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise CommandError(f"{text[:40]!r} is not a rule; name one like R12 (see `mcp-promptlearn rules --all`)")
    return int(digits)


def number(text: str) -> int:
    """A whole number as an argument: of a revision, of a piece of evidence."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()):
        raise ArgumentTypeError(f"{text[:40]!r} is not a number")
    if len(digits) > 15:
        raise CommandError(f"number {digits[:20]}… does not exist; see `mcp-promptlearn history`")
    return int(digits)


def moment_of(text: str, *, now: float) -> float:
    """`30` (days ago) or a date like `2026-01-31`, as seconds since the epoch. Raises `CommandError`."""
    plain = text.strip()
    if plain.isascii() and plain.isdigit() and len(plain) <= 5:
        return max(0.0, now - int(plain) * 86_400.0)
    try:
        found = datetime.fromisoformat(plain)
        return max(0.0, (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise CommandError(f"{text[:40]!r} is no number of days and no date; write 30, or 2026-01-31") from None


def rules_here(wiring: "Wiring") -> dict[int, Rule]:
    """All rules of this project and the global ones, by id."""
    store, key = wiring.store(), wiring.place().project.key
    return {rule.id: rule for project in dict.fromkeys((key, GLOBAL)) for rule in store.rules(project)}


def rule_here(wiring: "Wiring", text: str) -> Rule:
    """A rule of this project or a global one. Raises `CommandError` for any other."""
    rule = wiring.store().rule(rule_id(text))
    if rule.project not in {wiring.place().project.key, GLOBAL}:
        raise CommandError(f"{rule.name} belongs to another project; run this in that project's folder")
    return rule


def one_rule(wiring: "Wiring", text: str) -> tuple[Rule, dict[int, Rule]]:
    """A rule of this project or a global one, and all of them. Raises `CommandError` for any other."""
    ident, rules = rule_here(wiring, text).id, rules_here(wiring)
    return rules[ident], rules


def write(
    wiring: "Wiring", project: str, steps: Sequence[Step], *, cause: str, expected: int | None = None
) -> Revision:
    """Carry out a decision as one revision.

    With `expected`, raises `ConflictError` unless the newest revision still has that number: so it was
    when the person was shown what they decide about.
    """
    report = "\n".join(f"- {step.kind}: {step.reason}" for step in steps)
    return wiring.store().revise(project, steps, cause=cause, report=report, now=wiring.now(), expected=expected)


def confirm(wiring: "Wiring", question: str) -> bool:
    """Does a person say yes? Silence, and nobody there, are a no."""
    try:
        answer = wiring.ask(f"{question} [y/N] ")
    except EOFError:
        return False
    return answer.strip().casefold() in {"y", "yes"}


def undo(project: str) -> str:
    """The command that takes the newest revision of a project back."""
    return "`mcp-promptlearn rollback --global`" if project == GLOBAL else "`mcp-promptlearn rollback`"


def show(wiring: "Wiring", facts: Mapping[str, object]) -> None:
    """Facts as JSON on stdout, in characters that every console and pipe carries."""
    wiring.say(json.dumps(facts, indent=2))


def moment(time: float) -> str:
    """A time as people read it, in UTC."""
    try:
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, OSError, ValueError):
        return "an impossible time"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def rule_facts(rule: Rule) -> dict[str, object]:
    """A rule as `--json` prints it."""
    return {
        "id": rule.name,
        "version": rule.current.number,
        "text": rule.text,
        "state": str(rule.state),
        "pinned": rule.pinned,
        "paths": list(rule.current.paths),
        "origin": rule.current.source.origin,
        "trust": rule.current.source.trust.word,
        "scope": "global" if rule.project == GLOBAL else "project",
        "ending": str(rule.ending),
        "target": rule.target,
        "evidence": rule.supports,
        "why": rule.why,
        "operation": str(rule.operation),
        "replaces": [f"R{ident}" for ident in rule.replaces],
    }
