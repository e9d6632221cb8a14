"""The rules behind findings of SARIF: found by number or name, with the level and the words they lend."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from mcp_server.importers import document
from store.text import clean_line

PROBLEMS = frozenset({"error", "warning"})
"""The levels at which something is wrong."""

_LEVELS = PROBLEMS | {"note", "none"}
_CASES = 10
_FILLED = 2_000
_HOLE = re.compile(r"\{\{|\}\}|\{(\d{1,3})\}")


class Rules(NamedTuple):
    """The rules of one run."""

    driver: object
    extensions: Sequence[object]
    components: Mapping[str, object]
    """Extensions by name, and by guid."""
    named: Mapping[str, object]
    """Rules by id, and by guid."""
    told: Sequence[Mapping[int, str]] = ()
    """The levels that each invocation was told to use, by the identity of the rule."""


def of(run: object) -> Rules:
    """The rules that this run knows."""
    driver, extensions = document.at(run, "tool", "driver"), document.items(run, "tool", "extensions")
    components: dict[str, object] = {}
    named: dict[str, object] = {}
    for component in (driver, *extensions):
        for name in _names(component, "name") if component is not driver else ():
            components.setdefault(name, component)
        for rule in document.items(component, "rules"):
            for name in _names(rule, "id"):
                named.setdefault(name, rule)
    rules = Rules(driver, extensions, components, named)
    told = [_told(rules, invocation) for invocation in document.items(run, "invocations")]
    return Rules(driver, extensions, components, named, told)


def rule_of(rules: Rules, result: object) -> object:
    """The rule that a result broke; None where the run does not hold it."""
    name, guid = _id(result), document.text(result, "rule", "guid")
    number = document.whole(result, "rule", "index")
    number = document.whole(result, "ruleIndex") if number is None else number
    if number is not None and number >= 0:
        found = document.at(_component(rules, result), "rules", number)
        own = document.text(found, "id")
        if found is not None and (not name or name == own or name.startswith(f"{own}/")):
            return found
    for _ in range(_CASES):  # `CA1000/1` is a case of the rule `CA1000`
        if name in rules.named:
            return rules.named[name]
        name = name.rpartition("/")[0]
    return rules.named.get(guid)


def code_of(result: object, rule: object) -> str:
    """The rule's id as the result says it, else as the rule does; empty where none is told."""
    return _id(result) or document.text(rule, "id")


def level_of(rules: Rules, result: object, rule: object) -> str:
    """`error`, `warning`, `note` or `none`; what is no failure has no level."""
    if document.text(result, "kind") not in {"", "fail"}:
        return "none"
    run = document.whole(result, "provenance", "invocationIndex")
    told = rules.told[run].get(id(rule), "") if run is not None and 0 <= run < len(rules.told) else ""
    default = document.text(rule, "defaultConfiguration", "level")
    for level in (document.text(result, "level").casefold(), told, default):
        if level in _LEVELS:
            return level
    return "warning"


def message_of(rules: Rules, result: object, rule: object) -> str:
    """What the result says, with its arguments put in; empty where it says nothing."""
    message = document.at(result, "message")
    name = document.text(message, "id")
    text = _words(message)
    if not text and name:
        component = _component(rules, result)
        lent = (
            document.at(rule, "messageStrings", name),
            document.at(component, "globalMessageStrings", name),
            document.at(rules.driver, "globalMessageStrings", name),
        )
        # however often it is lent: a text that is endless may not be read for each result
        text = next((_short(words) for words in map(_words, lent) if words), "")
    arguments = document.items(message, "arguments")
    return _filled(_short(text), arguments) if arguments else text


def _filled(text: str, arguments: Sequence[object]) -> str:
    parts, length, end = list[str](), 0, 0
    for hole in _HOLE.finditer(text):
        place = int(hole[1]) if hole[1] else -1
        told = arguments[place] if 0 <= place < len(arguments) else hole[0] if hole[1] else hole[0][0]
        parts += [text[end : hole.start()], told if isinstance(told, str) else ""]
        length += sum(map(len, parts[-2:]))
        end = hole.end()
        if length > _FILLED:
            return "".join(parts)
    return "".join(parts) + text[end:]


def _short(text: str) -> str:
    return text if len(text) <= _FILLED else _shortened(text)


@lru_cache(maxsize=64)
def _shortened(text: str) -> str:
    return clean_line(text, limit=_FILLED).text


def _words(message: object) -> str:
    return document.text(message, "text") or document.text(message, "markdown")


def _names(told: object, key: str) -> list[str]:
    return [name for name in (document.text(told, key), document.text(told, "guid")) if name]


def _id(result: object) -> str:
    return document.text(result, "ruleId") or document.text(result, "rule", "id")


def _told(rules: Rules, invocation: object) -> dict[int, str]:
    overrides = document.items(invocation, "ruleConfigurationOverrides")
    levels = [
        (rule_of(rules, {"rule": document.at(each, "descriptor")}), document.text(each, "configuration", "level"))
        for each in overrides
    ]
    return {id(rule): level for rule, level in levels if rule is not None}


def _component(rules: Rules, result: object) -> object:
    """The driver, or the extension that the result's rule is said to belong to."""
    reference = document.at(result, "rule", "toolComponent")
    number = document.whole(reference, "index")
    if number is not None and number >= 0:
        return rules.extensions[number] if number < len(rules.extensions) else None
    known = (rules.components.get(name) for name in reversed(_names(reference, "name")))
    return next((component for component in known if component is not None), rules.driver)
