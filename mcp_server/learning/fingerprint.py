"""A short stable name for a class of failure, so that it is known again on another day or machine.

    fingerprint = kind ":" detector *( "|" part )

    test:tests.test_cart::test_total|AssertionError|src/cart.py:total
    words:person|use uv, not pip

`kind` is a lower-case word. `detector` is what would have noticed the failure: the test's identity,
`person` for a person's words. The parts say which failure it was: for a test the exception and the
innermost frame of the repository (file and function), for words the sentence itself. In a detector
or part `%` is written `%25` and `|` is written `%7C`. A fingerprint is one line of at most 300
characters; a longer piece keeps its readable head and ends in `~` with twelve digits of its SHA-256.

What differs between two sightings of one failure is replaced by a word in angle brackets, no more
than the text can bear: a test's name loses addresses, ids and folders of a machine; a sentence also
dates, times, ports and line numbers; a message also every other number that is not a status code.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

PERSON = "person"
"""The detector of what somebody said."""

ALL = "*"
"""Everything, in the list of what a run covered."""

_DETECTOR, _EXCEPTION, _FRAME, _WORDS = 160, 50, 80, 280
_DIGITS = 12
_READ = 4000  # characters of a message that are looked at; its class is told by its beginning
_CUT = re.compile(rf".*~[0-9a-f]{{{_DIGITS}}}")
_STORED = re.compile(r"([a-z]+):(.*)", re.DOTALL)


class Fingerprint(NamedTuple):
    """One class of failure; `str()` is its stored form."""

    kind: str
    detector: str
    """What would have noticed: a recurrence counts only where this ran."""
    rest: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (f"{self.kind}:" if self.kind else "") + "|".join(map(_escaped, (self.detector, *self.rest)))

    def readable(self) -> str:
        """One plain line for a person who asks why."""
        match self.kind, self.rest:
            case "test", (exception, frame):
                how = f" with {exception}" if exception else ""
                words = f"test {self.detector} fails{how}" + (f" in {frame}" if frame else "")
            case "words", (sentence,):
                words = f'a {self.detector} said: "{sentence}"'
            case "review", (sentence,):
                words = f'{self.detector} said in review: "{sentence}"'
            case "check", ():
                words = f"check {self.detector} fails"
            case (("lint" | "types"), (code,)):
                words = f"{self.detector} finds {code}"
            case "metric", (metric, ("smaller" | "bigger") as better):
                words = f"benchmark {self.detector} gets worse: its {metric}, of which {better} is better"
            case _:
                words = ": ".join(filter(None, (f"{self.kind} {self.detector}".strip(), ", ".join(self.rest))))
        return words


def parse(stored: str) -> Fingerprint:
    """The fingerprint that `str()` stored. Any other text is read as a detector without a kind."""
    kind, body = found.groups() if (found := _STORED.fullmatch(stored)) else ("", stored)
    detector, *rest = map(_plain, body.split("|"))
    return Fingerprint(kind, detector, tuple(rest))


def of_test_failure(*, test: str, exception: str, frame: str) -> Fingerprint:
    """The class of a failed test. Where no exception is known, `exception` holds the failure's first words.

    `frame` is `path:function` or a path; a line number in it is dropped.
    """
    failed = bounded(normalised(exception).rstrip(" :"), _EXCEPTION)
    place = re.sub(r"(\w):\d+(?::\d+)?\b", r"\1", _off_moment(_off_machine(frame[:_READ])))
    return Fingerprint("test", name_of_test(test), (failed, bounded(place.rstrip(" :"), _FRAME)))


def of_sentence(text: str) -> Fingerprint:
    """The class of what a person corrected: the sentence without case, quotes, markup and dates.

    Plain numbers stay: "at most 88 characters" and "at most 120 characters" are two corrections.
    """
    words = unicodedata.normalize("NFKC", text[:_READ]).casefold().replace("\u2019", "'")
    steady = _off_moment(_off_machine(re.sub(r"[`*\"\u201c\u201d\u00ab\u00bb]+", "", words)))
    return Fingerprint("words", PERSON, (bounded(steady.strip(" \t\r\n.!?;:,"), _WORDS),))


def name_of_test(raw: str) -> str:
    """A test's identity as a detector: parametrised ids stay, what changes from run to run goes.

    The name that comes out stays as it is when it is given again.
    """
    cut_before = _CUT.fullmatch(raw) and _DETECTOR - len("%7") <= len(_escaped(raw)) <= _DETECTOR
    rest = _digest(raw[_READ:]) if raw[_READ:] else ""
    return raw if cut_before else bounded(_off_machine(raw[:_READ]) + rest, _DETECTOR)


def covers(covered: Iterable[object], detector: str) -> bool:
    """Was a detector among what ran? `covered` holds beginnings of detectors (`tests.test_cart`), or `*`."""
    return any(
        each in {ALL, detector} or detector.startswith((f"{each}::", f"{each}.", f"{each}/", f"{each}["))
        for each in covered
    )


def normalised(message: str) -> str:
    """A message on one line without what changes from run to run or from machine to machine."""
    steady = _off_moment(_off_machine(message[:_READ]))
    return " ".join(_NUMBER.sub(lambda found: found["code"] or "<n>", steady).split())


def bounded(piece: str, limit: int) -> str:
    """`piece` on one line, at most `limit` characters as stored; a longer one ends in a short digest."""
    line = " ".join(piece.split())
    stored = _escaped(line)
    if len(stored) <= limit:
        return line
    head = re.sub(r"%\w?\Z", "", stored[: limit - _DIGITS - 1])
    return f"{_plain(head)}~{_digest(line)}"


def _digest(text: str) -> str:
    from hashlib import sha256  # it loads OpenSSL, for which a command that only tells has no use

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace("|", "%7C")


def _plain(part: str) -> str:
    return part.replace("%7C", "|").replace("%25", "%")


def _off_machine(text: str) -> str:
    """`text` without the folders, addresses and ids of one machine or run: what even a name may not hold."""
    before = ""
    while text != before:  # what one rule puts may set free what another looks for
        before, text = text, _FOLDER.sub(_leaf, text)
        for pattern, word in _IDS:
            text = pattern.sub(word, text)
    return text


def _off_moment(text: str) -> str:
    """`text` without dates, times, ports, line numbers and counters that say what they are."""
    for pattern, word in _MOMENTS:
        text = pattern.sub(word, text)
    return text


def _leaf(found: re.Match[str]) -> str:
    """What another machine shares of an absolute path: the last name, unless that is chance too."""
    names = [name for name in re.split(r"[\\/]+", found[0].removeprefix("file:")) if name and name[-1] != ":"]
    folders = {name.casefold() for name in names[:-1]}
    last = names[-1] if names else ""
    if folders & {"tmp", "temp", "folders"} and ("." not in last or last.casefold().startswith("tmp")):
        return "<tmp>"
    if len(names) < 2 or (len(names) == 2 and folders & {"home", "users"}):
        return "<folder>"
    return f".../{last}"


def _rules(*pairs: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), word) for pattern, word in pairs)


_FOLDER = re.compile(
    r"(?:\bfile://|(?<![\w/.:\\<-]))(?:[A-Za-z]:[\\/]|~[\\/]|"
    r"/(?=(?:home|Users|tmp|var|private|root|opt|usr|builds|workspaces?|mnt|github|srv|nix)/))"
    r"[^\s\"'`<>|*?,;:()\[\]{}]*"
)
"""Folders that belong to a machine; another leading slash may be a route, which names what is tested."""

_HEX = r"(?<![0-9a-z~])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{%s,}(?![0-9a-z])"

_IDS = _rules(
    (r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "<id>"),
    (r"\b0x[0-9a-f]{6,}\b", "<addr>"),
    (_HEX % 12, "<id>"),
    # seconds since the epoch, and runs such as 20260131120000: no parameter that anybody wrote
    (r"(?<![0-9a-z.])(?:1[5-9]\d{8}|\d{13,})(?![0-9a-z])", "<n>"),
)

_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[ap]m\b)?(?:Z\b| ?[+-]\d\d:?\d\d\b)?"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_UNIT = r"(?:[nmuµμ]?s|m?secs?|(?:nano|micro|milli)?seconds?|mins?|minutes?|hrs?|hours?)"
_COUNTED = r"(?:id|pid|process|thread|worker|attempt|retry|build|job|seed|pr|mr|gw)"

_MOMENTS = _rules(
    (r"(?<![\w/.:\\<@+~-])/(?:[\w.@+~-]+/){2,}([\w@+~-]+(?:\.\w+)+)", r".../\1"),
    (rf"\b\d{{4}}-\d\d-\d\d(?:[T ,]+{_CLOCK})?", "<date>"),
    (rf"\b\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}}\b(?:[ ,]+{_CLOCK})?", "<date>"),
    (rf"\b\d{{1,2}} {_MONTH} \d{{4}}\b|\b{_MONTH} \d{{1,2}},? \d{{4}}\b", "<date>"),
    (r"(\.[a-z]\w{0,9})(?::\d+(?::\d+)?\b|\(\d+(?:[,:]\d+)?\))", r"\1"),  # cart.py:12:5, cart.ts(12,5)
    (r"\b(lines?|col(?:umn)?)([ :#=]+)\d+", r"\1\2<n>"),
    (r"(\blocalhost|\b\d{1,3}(?:\.\d{1,3}){3}|\]):\d{2,5}\b", r"\1:<port>"),
    (r"(\b[a-z][\w-]{0,60}):\d{4,5}\b", r"\1:<port>"),
    (r"\b(port)([ :=#]+)\d+", r"\1\2<port>"),
    (rf"\b{_CLOCK}", "<clock>"),
    (rf"\b\d+(?:[.,]\d+)? ?{_UNIT}\b", "<duration>"),
    (r"\b0x[0-9a-f]+\b", "<addr>"),
    (_HEX % 7, "<id>"),
    (r"#\d+\b", "#<n>"),
    (rf"\b({_COUNTED})([ :=-]*)\d+\b", r"\1\2<n>"),
    (r"\b\d+ ?(of|/) ?\d+\b", r"<n> \1 <n>"),
    (r"(?<![\d.])\d{5,}(?![\d.])", "<n>"),
)

_NUMBER = re.compile(
    r"(?P<code>\b(?:status|code|errno|https?(?:/\d(?:\.\d)?)?|signal|exit)\b\W{0,3}\d+)"
    r"|(?:(?<=[a-z][-_])|(?<![\w.]))\d+(?:[.,]\d+)*(?:e[+-]?\d+)?(?!\w)",
    re.IGNORECASE,
)
"""Numbers of their own, not digits inside a word; a status code names the failure, so it stays."""
