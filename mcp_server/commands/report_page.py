"""A report as a person reads it: in a terminal with small plots, or as a table in a pull request."""

import re
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mcp_server.commands import count
from mcp_server.learning import account_words as words
from mcp_server.learning import bars, fingerprint
from mcp_server.learning.account import Account
from store.records import GLOBAL

if TYPE_CHECKING:
    from mcp_server.commands.report import Report

NEWEST = 5
"""Retired rules that are told of without `--all`."""
WIDEST = 110
"""Columns beyond which lines are hard to read."""
NAME, VERDICT, EFFECT = 5, 20, 17
BAR, NARROW = (21, 61), 10
"""Columns of a bar beside its numbers, least and most; below so many there is none at all."""
INDENT = " " * (NAME + 2)


def text(found: "Report", *, everything: bool) -> Iterator[str]:
    """The lines for a terminal of the width and encoding that stdout has."""
    width = max(30, min(WIDEST, shutil.get_terminal_size().columns))
    sheet = Sheet(found, width, bars.signs(getattr(sys.stdout, "encoding", None)))
    yield from sheet.head()
    yield from sheet.rules(everything=everything)
    yield from sheet.ended(everything=everything)
    yield from sheet.foot()


def _filed(account: Account) -> bool:
    """Is it pinned, and from a file of the person's own?"""
    return account.rule.pinned and bool(account.rule.current.source.file)


class Sheet:
    """A report laid out for one width."""

    def __init__(self, found: "Report", width: int, signs: bars.Signs) -> None:
        self._found, self._width, self._signs = found, width, signs
        told = [each.told for each in found.live if each.told is not None]
        self._reach = bars.reach((made.lo, made.hi) for made in told)
        beside = width - (NAME + VERDICT + EFFECT + 8)
        self._beside = beside >= BAR[0]
        self._bar = min(BAR[1], beside if self._beside else width - len(INDENT))
        # An even number of columns has no middle for zero.
        self._bar -= not self._bar % 2
        self._plots = bool(told) and self._bar >= NARROW

    def head(self) -> Iterator[str]:
        """Whose rules these are, and how much was seen."""
        found = self._found
        if found.alone:
            return
        pinned = sum(each.rule.pinned for each in found.live)
        rules = count(len(found.live), "live rule") + (f", {pinned} of them pinned" if pinned else "")
        where = "" if found.project == GLOBAL else f" at revision {found.revision}"
        yield from self._wrapped(f"{found.name}{where}: {rules}", "", "  ")
        yield from self._wrapped(f"{count(found.sessions, 'session')} so far; {words.speed(found.pace)}", "", "  ")
        if found.policy.off:
            yield from self._wrapped(
                "Coins are off (`off = true` under `[trials]`, or PROMPTLEARN_TRIALS): active rules are always shown, "
                "rules on trial never, and nothing is measured.",
                "",
                "  ",
            )
        elif not found.live:
            yield from self._wrapped("No rule is served here yet: say one with `add`, or see `review`.", "", "  ")
        elif found.decided is None:
            yield from self._wrapped(
                "Nothing was decided yet: `consolidate` looks at sessions a day after their last activity, scores each "
                "once, and decides then. Coins are thrown and written down from the first session on.",
                "",
                "  ",
            )
        if found.outlook is not None:
            yield ""
            for line in words.early(found.outlook, found.pace, found.policy):
                yield from self._wrapped(line, "", "  ")

    def rules(self, *, everything: bool) -> Iterator[str]:
        """Each live rule: its effect as a plot, its sentence, its numbers, and what follows from them.

        Of a person's own files, which are read anyway and not measured, only how many rules they hold.
        """
        filed = [] if everything or self._found.alone else [each for each in self._found.live if _filed(each)]
        files = Counter(each.rule.current.source.file for each in filed)
        if self._plots:
            before = NAME + VERDICT + EFFECT + 8 if self._beside else len(INDENT)
            yield ""
            yield " " * before + bars.axis(reach=self._reach, width=self._bar)
        elif self._found.live:
            yield ""
        for account in self._found.live:
            if not (files and _filed(account)):
                yield from self._rule(account)
        for file, number in sorted(files.items()):
            yield from self._wrapped(f"{count(number, 'rule')} of {file}: pinned, not measured", INDENT, INDENT)

    def _rule(self, account: Account) -> Iterator[str]:
        rule, made = account.rule, account.told
        first = f"{rule.name:>{NAME}}  {account.verdict:<{VERDICT}}"
        if made is not None:
            first += f"  {words.effect(made):<{EFFECT}}"
            drawn = bars.bar(
                made.effect, made.lo, made.hi, reach=self._reach, width=max(self._bar, NARROW), signs=self._signs
            )
            if self._plots and self._beside:
                first += f"  {drawn}"
        yield first.rstrip()
        if made is not None and self._plots and not self._beside:
            yield (INDENT + drawn).rstrip()  # pyright: ignore[reportPossiblyUnboundVariable]
        yield from self._wrapped(rule.text, INDENT, INDENT)
        for line in self._said(account):
            yield from self._wrapped(line, f"{INDENT}  ", f"{INDENT}    ")

    def _said(self, account: Account) -> Iterator[str]:
        found, rule, made = self._found, account.rule, account.made
        if rule.target:
            yield f"to prevent: {fingerprint.parse(rule.target).readable()}"
        numbers = words.numbers(account, found.needs, found.policy)
        if numbers:
            yield numbers
        yield words.standing(account, off=found.policy.off)
        if made is not None and made.frozen:
            yield f"HELD BACK: {words.FROZEN[made.frozen]}"
        needed = words.needed(account, found.pace)
        if needed and found.outlook is None:
            yield needed
        if account.cost:
            yield words.cost(account)

    def ended(self, *, everything: bool) -> Iterator[str]:
        """Retired rules that were tried, one line each, the newest first."""
        retired = sorted(self._found.retired, key=lambda each: -each.rule.id)
        if not retired:
            return
        yield ""
        yield "Tried and retired:"
        for account in retired if everything else retired[:NEWEST]:
            made = account.told
            effect = f"{words.effect(made)} points, " if made else ""
            line = f"{account.rule.name:>{NAME}}  {effect}{account.rule.ending}: {account.rule.text}"
            yield line if len(line) <= self._width else f"{line[: self._width - 3]}..."
        if len(retired) > NEWEST and not everything:
            yield f"{INDENT}and {len(retired) - NEWEST} more; --all has them"

    def foot(self) -> Iterator[str]:
        """What concerns all of them together, and what could be done."""
        found = self._found
        suggested = [(each.rule.name, one) for each in found.live for one in each.suggestions]
        if suggested:
            yield ""
            yield "Suggestions:"
            for name, one in suggested:
                yield from self._wrapped(f"{name:>{NAME}}  {one.what}: {one.why}", "", INDENT)
        if found.waiting:
            yield ""
            yield f"{count(found.waiting, 'decision waits', 'decisions wait')} for you: mcp-promptlearn review"
        if found.alone or not found.live:
            return
        yield ""
        for line in self._together():
            yield from self._wrapped(line, "", "  ")

    def _together(self) -> Iterator[str]:
        found, decided = self._found, self._found.decided
        if decided is not None and decided.set is not None:
            needs = words.holdout(found.holdout, found.policy.holdout, begun=True) if found.holdout else ""
            yield f"All learnt rules together: {words.whole(decided.set, found.policy)}{'; ' if needs else ''}{needs}."
        elif found.holdout is not None:
            yield f"All learnt rules together: {words.holdout(found.holdout, found.policy.holdout)}."
        yield f"They cost {words.sums(found.live)}."
        if found.everywhere:
            cost = words.sums(found.everywhere)
            yield f"Rules for all projects: {len(found.everywhere)}, {cost}; see `report --global`."
        if decided is not None:
            if decided.held:
                yield f"{count(decided.held, 'session')} had not settled at the last consolidate."
            yield (
                f"Looked {count(decided.looks, 'time')}: each consolidate is a look. Looking, also at this report, "
                "never weakens a claim: intervals and e-values hold however often one looks."
            )

    def _wrapped(self, line: str, first: str, later: str) -> list[str]:
        return textwrap.wrap(
            line,
            self._width,
            initial_indent=first,
            subsequent_indent=later,
            break_on_hyphens=False,
        )


COLUMNS = (
    "rule", "what it says", "state", "verdict", "effect in points (90 %)", "likely to help", "with / without",
    "still needed", "tokens a session",
)  # fmt: skip


def markdown(found: "Report") -> Iterator[str]:
    """A table for a pull request, with what is said of all rules below it."""
    if not found.live:
        yield f"No rule is served in {_plain(found.name)} yet."
        return
    yield _row(COLUMNS)
    yield _row(["---"] * len(COLUMNS))
    for account in found.live:
        yield _row(_cells(account))
    yield ""
    if found.outlook is not None:
        yield f"{words.early(found.outlook, found.pace, found.policy)[0]}"
        yield ""
    for account in found.live:
        if account.made is not None and account.made.frozen:
            yield f"- **{account.rule.name} is held back**: {words.FROZEN[account.made.frozen]}."
        for one in account.suggestions:
            yield f"- {account.rule.name}: {one.what}, because {_plain(one.why)}."
    decided = found.decided
    if decided is not None and decided.set is not None:
        yield f"- All learnt rules together: {words.whole(decided.set, found.policy)}."
    yield f"- They cost {words.sums(found.live)}. Sessions: {words.speed(found.pace)}."
    if decided is not None:
        yield (
            f"- Looked {count(decided.looks, 'time')}; effects come from coins thrown for each session, and intervals "
            "hold however often one looks."
        )


def _cells(account: Account) -> Iterable[str]:
    rule, made = account.rule, account.told
    yield rule.name
    yield _plain(rule.text)
    yield f"{rule.ending or rule.state}{', pinned' if rule.pinned else ''}"
    yield account.verdict
    if made is None:
        yield from ("", "", "")
    else:
        yield words.effect(made)
        yield words.likely(made.p_help)
        yield f"{made.shown} / {made.withheld} sessions"
    need = account.needs[0] if account.needs else None
    wait = "" if need is None or need.days is None else f" ({words.lasting(need.days)})"
    yield f"about {words.about(need.sessions)} sessions{wait}" if need is not None and need.sessions else ""
    yield f"{account.cost:.0f}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Text whose signs mean nothing to Markdown, and that calls nobody and links to nothing."""
    escaped = re.sub(r"([\\`*_{}\[\]<>|~$])", r"\\\1", text)
    return re.sub(r"([@#])(?=\w)", r"\1<!-- -->", escaped)
