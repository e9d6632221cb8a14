# ruff: noqa: RUF001 - signs and letters of other scripts are what is looked for
"""What is wrong with a sentence that a model made, in words it can mend it by: the form, never the matter.

A seat belt like the screens: lists of words in a few languages. What is found here is asked about once.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from mcp_server.learning import scope
from mcp_server.learning.clauses import VERBS
from mcp_server.learning.model import NARROW, RETIRE, Answer
from mcp_server.learning.plain import plain
from mcp_server.learning.reflection.packet import OCCASIONS_IN_ONE_PLACE, Matter
from mcp_server.learning.reflection.place import common
from mcp_server.learning.screen import Level, screen
from store.records import Trust
from store.text import UnfitText, clean_rule

_REMINDER = re.compile(
    r"\b(?:remember(?: to| that)?|do not forget|never forget|keep in mind|bear in mind|be (?:careful|mindful|aware|sure"
    r"|cautious|attentive|vigilant)|(?:always )?(?:make|making) sure|take care|pay attention|watch out|beware"
    r"|double.check|think (?:about|carefully|of)|ensure that you"
    r"|denk\w* daran|vergiss nicht|nicht vergessen|achte\w* darauf|sei vorsichtig|pass\w* auf|stelle\w* sicher"
    r"|n'oublie[zr]?|ne pas oublier|fai(?:s|tes) attention|veille[zr]? a|pense[zr]? a|assure[zr]?.(?:toi|vous)"
    r"|no olvides|recuerda\w*|ten(?:ga)? cuidado|ten en cuenta|asegura\w*|presta atencion)\b"
    r"|忘れない|忘れず|注意(?:する|して|せよ)|気をつけ|念のため|别忘|不要忘记|记得|注意"
)
_VAGUE = re.compile(
    r"\b(?:best practices?|good practices?|clean code|high.quality|quality code|as appropriate|where appropriate"
    r"|if (?:necessary|needed|possible|appropriate)|when(?:ever)? (?:necessary|needed|possible|appropriate)"
    r"|as needed|properly|correctly|carefully|thoroughly|robust(?:ly)?|well.(?:written|tested|structured)|sensibl[ey]"
    r"|reasonabl[ey]|appropriate(?:ly)?|adequate(?:ly)?|common sense|in a good way|mindfully|thoughtfully"
    r"|sorgfaltig|ordentlich|sauberen? code|bewahrte\w* praktiken|bei bedarf|wenn (?:notig|moglich)|angemessen\w*"
    r"|soigneusement|correctement|bonnes pratiques|si (?:necessaire|besoin|possible)|de maniere appropriee"
    r"|cuidadosamente|correctamente|buenas practicas|si es (?:necesario|posible)|adecuad\w*)\b"
    r"|適切に|必要に応じて|きちんと|丁寧に|ベストプラクティス|可能な限り|适当|尽量|最佳实践"
)
_JOINED = re.compile(
    r"(?:[;。；]|,?\s(?:and|then|and then|und|dann|et|puis|y|luego)\b)\s*(?:(?:also|always|please|then|only)\s)*"
)
_MORE = re.compile(r"[;；]")
_CODE = re.compile(r"`[^`]{0,400}`")
_NO = re.compile(r"(?:do not|does not|not|never|avoid|no|nie|nicht|ne|no|nunca|jamais)\b")


class Fault(NamedTuple):
    """What is wrong with an answer, and whether asking again can help."""

    words: str
    mendable: bool = True


def fault(answer: Answer, matter: Matter) -> Fault | None:
    """The first thing that speaks against an answer that proposes something; None where nothing does."""
    if answer.operation == RETIRE:
        return None
    if answer.operation != NARROW:
        found = _sentence(answer, matter)
        if found is not None:
            return found
    return _scope(answer, matter)


def _sentence(answer: Answer, matter: Matter) -> Fault | None:
    try:
        text = clean_rule(answer.rule).text
    except UnfitText as error:
        return Fault(str(error))
    person = [fact.text for fact in matter.said if fact.source.trust >= Trust.MEMBER]
    others = [fact.text for fact in matter.facts if fact not in matter.said or fact.source.trust < Trust.MEMBER]
    screening = screen(text, quotes=others)
    if screening.refused is not None:
        return Fault(screening.refused.words, screening.refused.code in {"sentences", "question", "copied"})
    lowest = min((fact.source.trust for fact in matter.facts), default=Trust.ANONYMOUS)
    if screening.dangerous and lowest < Trust.MEMBER and not _said_so(text, person):
        danger = next(finding for finding in screening.findings if finding.level is Level.DANGER)
        return Fault(f"{danger.words} What nobody but machines or strangers spoke of is not proposed.", mendable=False)
    return _manner(text)


def _said_so(text: str, persons: Sequence[str]) -> bool:
    """Are these a person's own words?"""
    return any(plain(text).rstrip(".! ") in plain(said) for said in persons)


def _manner(text: str) -> Fault | None:
    read = plain(_CODE.sub("x", text))
    if any(finding.code == "loud" for finding in screen(text).findings):
        return Fault("It raises its voice; say it plainly.")
    if found := _REMINDER.search(read):
        return Fault(f'It only reminds ("{found[0]}"); say what to do, or not to do.')
    if found := _VAGUE.search(read):
        return Fault(f'Nobody could check whether it was kept ("{found[0]}"); name the thing, the command or the file.')
    if _compound(read):
        return Fault("It says more than one thing; keep the one that would have prevented the failure.")
    return None


def _compound(read: str) -> bool:
    """Does it ask for two different things? Forbidding one and naming the other instead is one thing."""
    pieces = [piece.strip() for piece in _JOINED.split(read) if piece.strip()]
    asked = [piece for piece in pieces if re.split(r"[^\w-]", piece, maxsplit=1)[0] in VERBS]
    # `read and write files` is one act with two names
    whole = [piece for piece in asked if " " in piece]
    positive = [piece for piece in whole if not _NO.match(piece)]
    return len(positive) > 1 or len(_MORE.findall(read)) > 1


def _scope(answer: Answer, matter: Matter) -> Fault | None:
    for path in answer.paths:
        if not inside(path):
            return Fault("One of its paths is no glob inside the project; use one like src/**/*.py.")
    if answer.operation == NARROW and not answer.paths:
        return Fault("To narrow a rule, give the paths that it is limited to.")
    places = [fact.path for fact in matter.failing if fact.path]
    if answer.paths:
        lost = places and not scope.covers(answer.paths, places)
        return Fault("It failed at none of the paths given; take them from the evidence.") if lost else None
    where = common(places)
    occasions = {fact.occasion for fact in matter.failing}
    plainly = len(places) == len(matter.failing) and len(occasions) >= OCCASIONS_IN_ONE_PLACE
    return Fault(f"All of it happened in {where}; give the paths.") if where and plainly else None


def inside(path: str) -> bool:
    """Is it a glob as a rule may have: relative, without blanks, inside the project?"""
    text = scope.normal(path)
    unfit = not text or text.startswith(("/", "~")) or ".." in text.split("/")
    return not unfit and len(text) <= 120 and not any(c.isspace() or c == ":" or not c.isprintable() for c in text)
