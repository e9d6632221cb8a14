# ruff: noqa: RUF001 - signs and letters of other scripts are what is looked for
"""Does a person's sentence hold an instruction that can stand as a rule, and which words of it are the rule?

Lists of words and a few shapes, no model. When in doubt the answer is no: what is missed here is shown to
the person, who can say it plainly; what is wrongly taken becomes a proposal they must turn down.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcp_server.learning.clauses import VERBS
from mcp_server.learning.plain import listed, plain, sentences

MOST = 3
"""Instructions taken from one text."""
LONGEST_WORDS, LONGEST = 32, 400
"""What a rule may measure, in words and in characters."""


class Directive(NamedTuple):
    """A sentence that can stand as a rule: the person's own words without what leads up to them."""

    sentence: str


# What may stand before an instruction, and after it.
_BULLET = re.compile(r"^(?:[-*+•]|\d{1,3}[.)])\s{1,8}")
_FILLER = re.compile(
    r"""(?:
    (?:no|nope|nah|yes|yeah|yep|hey|hi|hello|okay|ok|well|oh|ugh|argh|hm{1,5}|look|listen|actually|again|wait|right|sorry
      |thanks|thank\ you|great|good|nice|perfect|cool|wrong|claude|codex|cursor|fyi|btw|nein|ja|non|oui|si|sí|não)
      (?:\s?[,.!:;–—-]{1,3}\s{0,4}|\s(?=please\b))
    | (?:so|and|but|also|then|just|actually|please|pls|plz|kindly|bitte|por\ favor|s'il\ (?:te|vous)\ pla[iî]t),?\s
    | (?:that(?:'s|’s|\ is|\ was)|this\ is)\ (?:not\ right|wrong|incorrect|not\ what\ i\ (?:want|wanted|asked\ for))
      \s?[,.!:;–—-]{1,3}\s?
    | (?:nit|nitpick|minor|suggestion|fwiw|imo)\s?[,:]\s
    | let['’]?s\ (?=(?:use|avoid|prefer|keep|always|never|stick|follow)\b)
    | not\ like\ (?:that|this)\s?[,.!:;–—-]{1,3}\s?
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_LEAD = re.compile(
    r"""(?:
    (?:as|like)\ i(?:'ve|’ve|\ have)?\ (?:already\ )?(?:said|told\ you|mentioned|asked)(?:\ before)?\s?[,:–—-]{1,2}\s?
    | (?:i|we)(?:'ve|’ve|\ have)?\ (?:(?:already|just|repeatedly|clearly)\ )?(?:told|asked|reminded|instructed)\ you
      \ (?:(?:before|already|repeatedly|(?:\w{1,12}\ ){0,2}times|twice|again)\ )?(?:to\ |that\ )?
    | (?:i|we)\ (?:already\ )?said\ (?:to\ )?
    | (?:i|we)(?:'d|’d|\ would)?\ (?:really\ )?(?:want|like|need|expect)\ you\ to[ ]
    | (?:reminder|remember|note|nb|rule|new\ rule|important|feedback|instruction|hint|tip|correction)\s?(?::|–|—|-\s)\s?
    | (?:from\ (?:now|here)\ on(?:wards?)?|going\ forward|in\ (?:the\ )?future|for\ (?:the\ )?future\ reference
      |next\ time|in\ general|as\ a\ (?:general\ )?rule|ab\ jetzt|in\ zukunft|künftig|dorénavant|désormais
      |a\ partir\ de\ ahora|de\ ahora\ en\ adelante|a\ partir\ de\ agora)\s?[,:]?\s
    | (?:以后|今后|从现在起|从现在开始|请|今後は|これからは)\s?[,，、]?\s?
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_SHOULD = re.compile(r"(?:you|we) (?:should|must|need to|have to|ought to|shall) (?!not\b|have\b|be\b)", re.IGNORECASE)
_SHOULD_NOT = re.compile(
    r"not to (?=\w)|let['’]?s not (?=\w)|(?:you|we) (?:should not|shouldn['’]?t|must not|mustn['’]?t|may not"
    r"|can ?not|are not to) (?!have\b|be\b)",
    re.IGNORECASE,
)
_PREFER = re.compile(
    r"(?:i|we)(?:'d|’d| would)?(?: much| really)? (?=prefer (?!you\b|if\b|to\b|it\b|that\b|this\b))", re.IGNORECASE
)
_TAG = re.compile(
    r"[,\s]{1,3}(?:please|pls|thanks|thank you|ok|okay|alright|understood|got it|right|will you|bitte|merci|por favor"
    r"|gracias)\W{0,4}$",
    re.IGNORECASE,
)
_HENCEFORTH = re.compile(
    r",?\s(?:from (?:now|here) on(?:wards?)?|going forward|in (?:the )?future|next time|ab jetzt"
    r"|dorénavant|de ahora en adelante)"
    r"\W{0,4}$",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"(?:[,;–—]|\s-|\.\.\.|…)\s(?:(?:so|and|but|instead|please|just)\s){0,3}"
    r"(?=(?:always|never|do\snot|don'?t|don’t|use|prefer|avoid|stop|keep|make\ssure|nimm|verwende|utilise|usa)\b)",
    re.IGNORECASE,
)
_END = re.compile(r"[\s,;:.!…。！]{1,20}$")

# What makes an instruction stand.
_ALWAYS = re.compile(r"(?:we )?(?:always|never) (?!\w{1,20}s\b)|only (?:use|ever)\b|(?:under no circumstances)\b")
_DO_NOT = re.compile(r"(?:do not|avoid|refrain from|stop \w{1,20}ing|quit \w{1,20}ing)\b")
_STANDING = listed("use prefer avoid keep follow stick respect honour honor obey favour favor default")
"""Verbs that tell a way of working more often than a task."""
_WHENEVER = re.compile(
    r"\b(?:always|never|whenever|(?:every|each|any) time|by default"
    r"|(?:before|after|when|while) (?:you|we|a|an|any|each|every|\w{2,20}ing)|on (?:each|every)|before (?:the"
    r"|any) (?:commit|push|merge|release))\b"
)
_IN_GENERAL = re.compile(
    r"\b(?:instead of|rather than|not \w{1,40}|only|without|must|should|for (?:new|all|every|each|any|public)"
    r"|to (?:all|every|each|any|public)"
    r"|in (?:all|every|each|any|tests|docs|comments|commit messages|code|english|british|american))\b"
)
_DEMAND = re.compile(r"\b(?:must|should|shall|needs? to|has to|have to|ought to)\b")
_HOUSE = re.compile(
    r"(?:we|this (?:repo|repository|project|codebase|team)) (?:(?:always|never|only|do not|does not) )?"
    r"(?:use|prefer|avoid|keep|follow|write|name|put|run)s?\b"
)
_NONE_OF = re.compile(r"no \w[\w -]{1,40} (?:in|for|without|outside|inside|except) \w")

# What binds a sentence to the moment, or makes it no instruction.
_QUESTION = re.compile(
    r"(?:why|what|where|who|which|how|did|does|is|are|was|were|can|could|would|will|have|has|should|do|shall|am)"
    r" (?:you|i|we|it|that|this|the|there|they|did|do|does|is|are|come|about|a|an|my|your|should|can|would|shall"
    r"|must)\b"
)
_NOW = re.compile(
    r"\b(?:right now|for now|for the moment|not now|this time|just (?:this )?once|today|tonight|tomorrow|yet"
    r"|meanwhile|at the moment"
    r"|go ahead|as above|the (?:following|first|second|third|last|previous|other|next|current|same) \w{1,40}"
    r"|lines? \d{1,9}|step \d{1,9}|option \d{1,9}|#\d{1,9}"
    r"|(?:this|these|that|those) (?:files?|functions?|methods?|class|lines?|tests?|bugs?|branch|changes?|commits?"
    r"|pr|pull request|issues?"
    r"|errors?|ones?|parts?|sections?|buttons?|pages?|components?|task|time|features?|failures?|modules?"
    r"|migrations?|screens?|scripts?"
    r"|things?|approach|way|idea|plan|list|code|query|imports?|calls?)|your (?:last|previous) \w{1,40}"
    r"|we are (?:done|finished))\b"
    r"|\b(?:for|in|on|with|like) (?:this|that|these|those)(?: one)?$"
)
_SOON = re.compile(
    r"\b(?:now|again|below|above|back to|the (?:failing )?tests?|the build|the bug|the error|the typo|the button"
    r"|the page|the diff)\b"
)
_IT = re.compile(
    r"(?:(?:always|never|do not|just|stop) ){0,2}"
    r"(?!(?:check|ensure|verify|assert|confirm|assume|expect|remember|forget) that )"
    r"\w{1,20} (?:it|that|this|them|those|these|so|me|what i)(?: |$)"
)
_IDLE = re.compile(
    r"(?:do not|never|no) (?:worry|stop|mind|thanks|panic|bother|you|give up|problem|need|idea|way|wonder|hesitate"
    r"|again|apologi[sz]e|one)\b"
    r"|(?:keep|go) (?:going|it up|on|in mind)\b|use your (?:judge?ment|best|own)|follow (?:up|me)\b|use cases?\b"
    r"|stop being\b"
)
_LOG = re.compile(
    r"\W{0,4}(?:\w{0,30}(?:error|exception|warning)|fatal|traceback|e|fail(?:ed|ure)?|npm err!?|panic)\s?[:(\[]"
)
_SUBJECT = listed("it this that these those there they he she i the your my his her its their you here")
_CONDITION = listed("when whenever before after if while for in on at with unless during to")

_TONGUES = re.compile(
    r"\b(?:immer|niemals|nie|verwende|verwendet|benutze|nutze|vermeide|bevorzuge|achte darauf|muss|mussen|darf"
    r"|durfen|sollte?n?"
    r"|toujours|jamais|n'utilise[zr]?|utilise[zr]?|evite[zr]?|prefere|doit|doivent|il faut"
    r"|siempre|nunca|usa|usen|utiliza|no uses|no utilices|debe|deben|hay que|prefiere|en lugar de|en vez de"
    r"|sempre|nao use|nao utilize|deve|devem|prefira|utilize|em vez de)\b"
)
_TONGUES_NOW = re.compile(
    r"\b(?:jetzt|gerade|diesmal|nochmal|noch einmal|heute|zeile \d{1,9}|maintenant|cette fois|encore une fois"
    r"|aujourd'hui|ligne \d{1,9}"
    r"|ahora|esta vez|otra vez|hoy|linea \d{1,9}|agora|desta vez|de novo|hoje|linha \d{1,9})\b"
    r"|^(?:du hast|das|warum|wieso|tu as|c'est|pourquoi|has|esto|eso|por que|voce|isso|ich|je|yo|eu|es|il y a)\b"
)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_CJK_RULE = re.compile(
    "不要|必须|总是|始终|务必|一律|禁止|不得|切勿|请勿|永远|优先|应该|应当|使用|而不是|别用|必ず|常に|絶対に|ないで|使って|べき|すること|しない|ください"
)
_CJK_NOW = re.compile(
    "[吗嗎か]\\W{0,3}$|现在|这次|刚才|再(?:跑|试|运行)|为什么|怎么|^你(?:又|刚|没)|第\\d{1,6}行|今すぐ|もう一度|今回|なぜ|行目"
)


def directives(text: str) -> tuple[Directive, ...]:
    """The instructions in a person's text that can stand as rules: at most three, in their order.

    Nothing for complaints, praise, questions and requests bound to the moment. Never raises.
    """
    found: dict[str, Directive] = {}
    for sentence in sentences(_outside_fences(text)):
        rule = _rule(sentence)
        if rule:
            found.setdefault(plain(rule), Directive(rule))
        if len(found) == MOST:
            break
    return tuple(found.values())


def instructs(sentence: str) -> bool:
    """Whether a sentence reads like an instruction at all, standing or bound to the moment."""
    read = plain(_stripped(sentence)[0])
    main = _main(read)
    return (
        _opener(main) in VERBS
        or any(shape.match(main) for shape in (_ALWAYS, _DO_NOT, _HOUSE, _NONE_OF))
        or any(mark.search(read) for mark in (_DEMAND, _WHENEVER, _TONGUES, _CJK_RULE))
    )


def _outside_fences(text: str) -> str:
    kept: list[str] = []
    fence = ""
    for line in text.splitlines():
        mark = line.lstrip()[:3]
        if fence:
            fence = "" if mark == fence else fence
        elif mark in {"```", "~~~"}:
            fence = mark
        elif mark[:1] not in {">", "|", "$", "<"}:  # other people's words, tables, shell sessions, markup
            kept.append(_BULLET.sub("", line.strip()))
    return _unwrapped(kept)


def _unwrapped(lines: list[str]) -> str:
    """Lines as sentences: a line that goes on in lower case belongs to the one before."""
    text = ""
    for line in lines:
        goes_on = text[-1:].isalnum() and line[:1].islower() and len(text.rsplit("\n", 1)[-1]) > 60
        text += (" " if goes_on or text[-1:] == "," else "\n") + line
    return text


def _rule(sentence: str) -> str:
    if _LOG.match(plain(sentence[:80])):
        return ""
    bare, led = _stripped(sentence)
    for part in (bare, *_turns(bare)):
        if _stands(part, led=led):
            return _put_right(part)
    return ""


def _stripped(sentence: str) -> tuple[str, bool]:
    """A sentence without filler, and whether what led up to it says that it shall last."""
    rest, led = sentence.strip(), False
    for _ in range(8):
        if match := _LEAD.match(rest):
            led = True
        else:
            match = _FILLER.match(rest)
        if match is None or match.end() == len(rest):
            break
        rest = rest[match.end() :].lstrip()
    if match := _SHOULD_NOT.match(rest):
        rest = "Do not " + rest[match.end() :]
    elif match := _SHOULD.match(rest) or _PREFER.match(rest):
        rest = rest[match.end() :]
    for _ in range(3):
        rest = _TAG.sub("", rest)
    bare = _HENCEFORTH.sub("", rest)
    return bare, led or bare != rest


def _turns(sentence: str) -> Iterator[str]:
    """What follows a complaint in the same sentence: `you used npm again, always use pnpm`."""
    for match in _TURN.finditer(sentence):
        yield sentence[match.end() :]


def _main(read: str) -> str:
    """The main clause: `before you commit, run the linter` is about running."""
    if _opener(read) in _CONDITION:
        _, comma, rest = read.partition(", ")
        return rest if comma else read
    return read


def _opener(read: str) -> str:
    return re.split(r"[^\w-]", read, maxsplit=1)[0]


def _stands(part: str, *, led: bool) -> bool:
    if len(part) > LONGEST or len(part.split()) > LONGEST_WORDS or part.rstrip("\"')*_ ").endswith(("?", "？")):
        return False
    read = plain(_END.sub("", part))
    if _CJK.search(read):
        return len(read) >= 4 and bool(_CJK_RULE.search(read)) and not _CJK_NOW.search(read)
    if len(read.split()) < 2 or any(shape.match(read) for shape in (_QUESTION, _IDLE)) or _NOW.search(read):
        return False
    return _lasts(read, led=led) or bool(_TONGUES.search(read) and not _TONGUES_NOW.search(read))


def _lasts(read: str, *, led: bool) -> bool:
    main = _main(read)
    if _IT.match(main):
        return False
    if _ALWAYS.match(main):
        return True
    whenever = bool(_WHENEVER.search(read))
    if _SOON.search(read) and not (led or whenever):
        return False
    opener = _opener(main)
    if _DO_NOT.match(main) or opener in _STANDING or _HOUSE.match(main) or _NONE_OF.match(main):
        return True
    if opener in VERBS or main.startswith(("make sure", "be sure", "be careful")):
        definite = re.match(r"\w+ (?:the|this|that|my|a|an)\b", main) is not None
        return led or whenever or (bool(_IN_GENERAL.search(read)) and not definite)
    return bool(_DEMAND.search(read)) and (whenever or opener not in _SUBJECT) and "should have" not in read


def _put_right(part: str) -> str:
    """A capital first, a full stop last, everything between as it was said."""
    body = _END.sub("", part)
    first = re.split(r"\s", body, maxsplit=1)[0].rstrip(",:;")
    if first.replace("'", "").replace("’", "").isalpha():
        body = body[0].upper() + body[1:]
    return body + ("。" if _CJK.search(body) else ".")
