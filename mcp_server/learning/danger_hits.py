"""Where a text speaks of the dangers in the tables, and whether it asks for them or forbids them.

`Never use --no-verify` forbids; `do not hesitate to disable the tests` and `do not run tests` do not. Time is
linear in the text: every search looks a bounded number of words around.
"""

from collections.abc import Iterator
from typing import NamedTuple

from mcp_server.learning.clauses import REACH, Clauses, clauses, denials
from mcp_server.learning.dangers import Danger, Pair, Sign, any_of, pairs, signs, terms
from mcp_server.learning.plain import disguises, listed, plain

SHOWN = 80
"""Characters of a piece that are quoted."""

_MODIFIERS = listed(
    "permission strict test lint check review ci coverage security sandbox signature hook audit spec suite type tls ssl"
)
"""Things that may only describe the next word: `remove test data` is about data."""
_HEADS = """
    suite* case* run runs step* job* stage* phase* rule* error* failure* warning* process* requirement* gate*
    threshold*  verification validation check* file files function* method* scan* policy protection* tests
    denial* request* prompt*  flag* mode* option* setting* typecheck*
"""
"""Words that leave such a thing a thing: `skip the test suite`."""
_FUNCTION_WORDS = listed(
    """
    a an the and or nor but if when whenever while before after until unless because since so that which who as
    in on at to for from with without of by into onto over under is are was were be been being do does did can
    could may might must shall should will would has have had it its they them their we you your i not no never
    ever only also too again now first instead_of rather_than entirely completely altogether always locally here
    there this these those whatever however either both then just ne pas und oder wenn bei vor nach et ou si qui
    que avant en los las el la y o cuando antes fail fails failing failed pass passes break breaks block blocks
    """
)
_PREPOSITIONS = listed(
    """
    from in into to for with after before when whenever if by via using at between until over through which that
    who where because than against on onto about during while as without instead_of rather_than pour dans avec
    fur mit vor nach
    """
)
_PLAIN_BETWEEN = listed(
    """
    a an the any your our my its their these this those for on of to and or unit integration e2e end-to-end
    regression static type smoke automated existing failing code human local project user me the ci linter lint
    tests test server client bother with running waiting die den das les des le la las los el de du l all pas
    nicht nie niemals jamais nunca
    """
)
"""Words that leave a check whole: `do not run the unit tests`, but not `do not run slow tests`."""
_TAILS = listed(
    """
    when if because since anymore again and or as while for.now for.speed for.this for.small at.all in.this
    in.ci on.ci in.the.pipeline to.save before.committing before.commit before.a before.pushing before.merging
    before.finishing before.opening before.you before.submitting before.the before.running after.refactoring
    after.the after.small after.each after.every first during avant.de vor.dem antes.de on.pull on.this
    before.each before.every
    """
)
"""What may follow: `do not run tests before a commit`, but not `do not run tests in parallel`."""
_EXCEPTIONS = frozenset({"unless", "except"})
_GRANTED = """
    user users maintainer* owner* human* person people reviewer* ask* told tell* explicit* approv* permission
    request* instruct* confirm* comment* reason* justif* explain* document* agree* issue says say wants want*
    you
"""
"""Who or what may grant an exception."""
_SOFT = frozenset({"instead_of", "rather_than"})


class Hit(NamedTuple):
    """One dangerous thing that a text speaks of."""

    danger: Danger
    piece: str
    """The words in question, as they were read."""
    forbidden: bool
    """The text forbids it, or says what to do in its place."""
    firmly: bool = False
    """The text forbids it outright."""


def hits(text: str, *, disguised: bool) -> Iterator[Hit]:
    """Every dangerous thing a text speaks of, asked for or forbidden. `disguised`: also in what it may be read as."""
    readings = disguises(plain(text))
    for reading in readings if disguised else readings[:1]:
        joined = reading
        for pattern, one_word in terms():
            joined = pattern.sub(one_word, joined)
        found = clauses(joined)
        if found.words:
            for sign in signs():
                yield from _signs(found, sign)
            for pair in pairs():
                yield from _pairs(found, pair)


def _signs(found: Clauses, sign: Sign) -> Iterator[Hit]:
    for match in sign.pattern.finditer(found.text):
        act = found.at(match.start())
        if sign.always:
            yield Hit(sign.danger, _shown(match[0]), forbidden=False)
        else:
            yield from _judged(found, sign, (act, act), match[0])


def _pairs(found: Clauses, pair: Pair) -> Iterator[Hit]:
    words = found.words
    for place, word in enumerate(words):
        if pair.acts.fullmatch(word.text):
            yield from _active(found, pair, place)
        if not pair.omitted and pair.things.fullmatch(word.text):
            yield from _passive(found, pair, place)


def _active(found: Clauses, pair: Pair, act: int) -> Iterator[Hit]:
    words = found.words
    for thing in found.after(act, reach=pair.reach):
        other = words[thing].text
        if pair.things.fullmatch(other) and _meant(found, pair, act, thing):
            yield from _judged(found, pair, (act, thing), found.text[words[act].start : words[thing].end])
            return
        if not pair.across and other in _PREPOSITIONS:
            return


def _passive(found: Clauses, pair: Pair, thing: int) -> Iterator[Hit]:
    """`tests may be skipped`; and the order of German: `die Tests überspringen`."""
    words = found.words
    was = False
    for act in found.after(thing, reach=6) if pair.by is None else ():
        other = words[act].text
        if pair.acts.fullmatch(other) and (
            (was and other.endswith(("ed", "en", "t"))) or (act == thing + 1 and other.endswith(("ieren", "ngen")))
        ):
            forbidden = denials(found, act, named=True) % 2 == 1
            piece = found.text[words[thing].start : words[act].end]
            yield Hit(pair.danger, _shown(piece), forbidden, firmly=forbidden)
            return
        was = was or other in {"be", "is", "are", "been", "being", "get", "gets"}


def _judged(found: Clauses, rule: Pair | Sign, span: tuple[int, int], piece: str) -> Iterator[Hit]:
    act, thing = span
    words = found.words
    named = words[act].text.endswith("ing") or words[act].text.startswith("force-push")
    count = denials(found, act, thing=thing, named=named)
    before = {word.text for word in words[max(words[act].clause, act - REACH) : act]}
    if not rule.omitted:
        forbidden = count % 2 == 1 and not _excepted(found, act)
        yield Hit(rule.danger, _shown(piece), forbidden, firmly=forbidden and before.isdisjoint(_SOFT))
    elif count % 2 == 1:
        yield Hit(rule.danger, _shown(piece), forbidden=False)
    elif "without" in before:  # "never merge without running the tests"
        yield Hit(rule.danger, _shown(piece), forbidden=True, firmly=True)


def _meant(found: Clauses, pair: Pair, act: int, thing: int) -> bool:
    """Whether the thing is really what is acted on, and the whole of it."""
    words = found.words
    between = [word.text for word in words[act + 1 : thing]]
    after = [words[place].text for place in found.after(thing, reach=3)]
    if pair.by is not None and not any(pair.by.fullmatch(word) for word in (*between, *after)):
        return False
    describes = words[thing].text in _MODIFIERS and after and found.text[words[thing].end] == " "
    if describes and not (after[0] in _FUNCTION_WORDS or after[0].endswith("ly") or any_of(_HEADS).fullmatch(after[0])):
        return False
    if pair.unless is not None:
        later = (words[place].text for place in found.after(thing, reach=6))
        if any(pair.unless.fullmatch(word) for word in (*between, *later)):
            return False
    if pair.omitted and pair.danger is Danger.CHECKS:
        tail = not after or any(".".join(after[:count]) in _TAILS for count in (1, 2, 3))
        return tail and all(word in _PLAIN_BETWEEN for word in between)
    return True


def _excepted(found: Clauses, act: int) -> bool:
    """Whether an exception follows that no person grants: `never skip tests unless they fail`."""
    words = found.words
    last = max(found.after(act, reach=REACH), default=act)
    if last + 1 >= len(words) or words[last + 1].text not in _EXCEPTIONS:
        return False
    return not any(any_of(_GRANTED).fullmatch(words[place].text) for place in found.after(last + 1, reach=20))


def _shown(piece: str) -> str:
    piece = " ".join(piece.replace("_", " ").split())
    return piece if len(piece) <= SHOWN else piece[: SHOWN - 1] + "…"
