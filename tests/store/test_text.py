"""What a reviewer sees is byte for byte what an agent gets, whatever comes in."""

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.characters import FORBIDDEN, kind_of, without_hidden
from store.text import (
    RAW_LIMIT,
    Cleaned,
    UnfitText,
    clean_evidence,
    clean_line,
    clean_rule,
    folded,
    trusted_text,
)

# --- characters

CLASSES = [
    ("\U000e0000", "tag characters"),
    ("\U000e0041", "tag characters"),
    ("\U000e007f", "tag characters"),
    ("\ufe00", "variation selectors"),
    ("\ufe0f", "variation selectors"),
    ("\U000e0100", "variation selectors"),
    ("\U000e01ef", "variation selectors"),
    ("\u180b", "variation selectors"),
    ("\u180e", "variation selectors"),
    ("\u180f", "variation selectors"),
    ("\u200b", "zero width"),
    ("\u200e", "zero width"),
    ("\u200f", "zero width"),
    ("\u2060", "zero width"),
    ("\u2064", "zero width"),
    ("\ufeff", "zero width"),
    ("\xad", "zero width"),
    ("\u200c", "joiners"),
    ("\u200d", "joiners"),
    ("\u202a", "bidirectional controls"),
    ("\u202e", "bidirectional controls"),
    ("\u2066", "bidirectional controls"),
    ("\u2069", "bidirectional controls"),
    ("\u061c", "bidirectional controls"),
    ("\u115f", "fillers"),
    ("\u1160", "fillers"),
    ("\u3164", "fillers"),
    ("\uffa0", "fillers"),
    ("\u034f", "fillers"),
    ("\u17b4", "fillers"),
    ("\u17b5", "fillers"),
    ("\u2800", "fillers"),
    ("\u206a", "format characters"),
    ("\u206f", "format characters"),
    ("\ufff9", "format characters"),
    ("\ufffb", "format characters"),
    ("\U0001d173", "format characters"),
    ("\U0001d17a", "format characters"),
    ("\x00", "controls"),
    ("\x08", "controls"),
    ("\x1f", "controls"),
    ("\x7f", "controls"),
    ("\x80", "controls"),
    ("\x9f", "controls"),
    ("\ue000", "private use"),
    ("\uf8ff", "private use"),
    ("\U000f0000", "private use"),
    ("\U0010fffd", "private use"),
    ("\ud800", "surrogates"),
    ("\udfff", "surrogates"),
    ("\ufdd0", "noncharacters"),
    ("\ufdef", "noncharacters"),
    ("\ufffe", "noncharacters"),
    ("\uffff", "noncharacters"),
    ("\U0001fffe", "noncharacters"),
    ("\U000effff", "noncharacters"),
]


@pytest.mark.parametrize(("character", "kind"), CLASSES)
def test_each_class_of_unseen_characters_goes_and_is_counted(character: str, kind: str) -> None:
    for clean in (clean_evidence, clean_line, clean_rule):
        cleaned = clean(f"use{character} pn{character}{character}pm")
        assert cleaned.text == "use pnpm"
        assert cleaned.removed == {kind: 3}


# Signs that are drawn although Unicode calls them formats, such as the Arabic number sign.
DRAWN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"


def test_no_code_point_of_a_forbidden_category_survives() -> None:
    everything = map(chr, range(sys.maxunicode + 1))
    signs = (c for c in everything if ord(c) & 0xFFFE == 0xFFFE or unicodedata.category(c) not in {"Lo", "Cn"})
    kept, _ = without_hidden("".join(signs), joiners=False)
    left = {c for c in kept if unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}}
    assert left - set(DRAWN) == {"\t", "\n"}
    assert not left & {c for c in kept if ord(c) & 0xFFFE == 0xFFFE}
    assert {c for c in kept if unicodedata.category(c) == "Zs"} == {" "}


def test_the_table_of_forbidden_characters_is_in_order() -> None:
    bounds = [bound for first, last, _ in FORBIDDEN for bound in (first, last)]
    assert bounds == sorted(bounds)
    assert kind_of("a") == kind_of("\t") == kind_of("\n") == ""


ESCAPES = [
    ("\x1b[1;31mred\x1b[0m", "red"),
    ("\x9b31mred\x9b0m", "red"),
    ("\x1b]0;a title\x07text", "text"),
    ("\x1b]8;;https://x.example\x1b\\a link\x1b]8;;\x1b\\", "a link"),
    ("\x9d0;a title\x9ctext", "text"),
    ("\x1bPq hidden\x1b\\text", "text"),
    ("\x1b_hidden\x1b\\text", "text"),
    ("\x1b(Btext", "text"),
    ("\x1bctext", "text"),
    ("\x1b]0;never ends", "0;never ends"),
    ("\x1b[31\u00e9", "31\u00e9"),
    ("lone \x1b", "lone"),
    ("\x1b[\x1b[31m2J", "2J"),
]


@pytest.mark.parametrize(("raw", "shown"), ESCAPES)
def test_escape_sequences_go_whole(raw: str, shown: str) -> None:
    assert clean_evidence(raw).text == shown
    assert clean_line(raw).text == shown


def test_escape_sequences_are_counted() -> None:
    assert clean_evidence("\x1b[1mbold\x1b[0m").removed == {"escape sequences": 2}


def test_line_ends_of_every_sort_become_newlines() -> None:
    cleaned = clean_evidence("a\r\nb\rc\u2028d\u2029e\x0bf\x0cg\x85h")
    assert cleaned.text == "a\nb\nc\nd\ne\nf\ng\nh"
    assert cleaned.removed == {"line separators": 5}


def test_blanks_of_every_sort_become_spaces() -> None:
    assert clean_evidence("a\xa0b\u3000c\u2009d").text == "a b c d"


JOINED = [
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian: I want
    "\u0915\u094d\u200d\u0937",  # Devanagari: a half form
    "\u0d28\u0d4d\u200d",  # Malayalam, but at the end of the word
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # a family
    "\U0001f3fb\u200d\u2642",
]


def test_joiners_stay_in_evidence_where_a_script_or_emoji_needs_them() -> None:
    for word in (JOINED[0], JOINED[1], JOINED[3], JOINED[4]):
        cleaned = clean_evidence(f"a {word} b")
        assert cleaned.text == f"a {word} b"
        assert cleaned.removed == {}
        assert clean_line(word).text == word
    assert clean_evidence(JOINED[2]).removed == {"joiners": 1}


def test_joiners_go_from_evidence_elsewhere() -> None:
    for word in ("pay\u200dpal", "\u0645\u200c\u200c\u0645", "a\u200c\u0645", "\U0001f468\u200c\U0001f469", "\u200d"):
        assert set(clean_evidence(word).text).isdisjoint("\u200c\u200d")


def test_joiners_always_go_from_a_rule_and_are_counted() -> None:
    for word in JOINED:
        joiners = word.count("\u200c") + word.count("\u200d")
        assert clean_rule(f"Write {word} here.").removed == {"joiners": joiners}


def test_text_is_composed_also_after_a_character_between_has_gone() -> None:
    cleaned = clean_evidence("e\u0301 e\u034f\u0301")
    assert cleaned.text == "\u00e9 \u00e9"
    assert clean_evidence("\ufb01 \u2460").text == "\ufb01 \u2460"  # no compatibility forms: they change code


def test_piles_of_combining_marks_are_cut_to_eight() -> None:
    cleaned = clean_evidence("q" + "\u0336\u0323" * 100)
    assert len(cleaned.text) == 9
    assert cleaned.removed == {"stacked marks": 192}


def test_bytes_that_are_no_utf_8_are_marked_and_counted() -> None:
    cleaned = clean_evidence(b"caf\xe9 \xff\xfe ok \xef\xbf\xbd")
    assert cleaned.text == "caf\ufffd \ufffd ok \ufffd"
    assert cleaned.removed == {"undecodable bytes": 2}
    assert clean_evidence("caf\u00e9".encode()).removed == {}


def test_file_names_that_the_system_could_not_decode_stay_printable() -> None:
    cleaned = clean_line("caf\udce9.txt")
    assert cleaned.text == "caf.txt"
    assert cleaned.removed == {"surrogates": 1}


# --- markup

MARKUP = [
    ("a<!-- hidden -->b", "a b", {"html comment": 1}),
    ("a <!-- one\ntwo --> b <!-- c --> d", "a   b   d", {"html comment": 2}),
    ("seen <!-- never closed", "seen   never closed", {"html comment": 1}),
    ("<!-- a <!-- b -->c <!-- d <!-- e", " c   d   e", {"html comment": 3}),
    ("<!-->shown", " shown", {"html comment": 1}),
    ('<img src="x" alt="do this">ok', " ok", {"html image": 1}),
    ("<IMG SRC=x>ok", " ok", {"html image": 1}),
    ("one<br>two<br />three", "one two three", {"html tag": 2}),
    ("<b>Never</b>, ever", "Never, ever", {"html tag": 2}),
    ('<a href="x">here</a>', "here", {"html tag": 2}),
    ("<div>a</div><div>b</div>", " a  b ", {"html tag": 4}),
    ('<span style="display:none">x</span>', "x", {"html tag": 2}),
    ("'<div class=\"a\">x</div>'", "' x '", {"html tag": 2}),
    ("a ![alt](https://x.example/y.png) b", "a   b", {"markdown image": 1}),
    ("![a](b(1).png) ![c][ref]", "   ", {"markdown image": 2}),
    ("[![badge](x)](y)", "[ ](y)", {"markdown image": 1}),
]


@pytest.mark.parametrize(("raw", "shown", "removed"), MARKUP)
def test_what_a_rendered_page_hides_goes(raw: str, shown: str, removed: dict[str, int]) -> None:
    cleaned = clean_evidence(raw)
    assert cleaned.text == shown.rstrip()
    assert cleaned.removed == removed
    assert clean_line(raw).text == " ".join(shown.split())


CODE = [
    "List<int> and List<object> and Map<String, Vec<u8>>",
    "if a < b and c > d: x <- y",
    "fn f<T>(x: T) -> Option<T> where <P> is <K, V>",
    'File "<stdin>", line 1, in <module>',
    "<object object at 0x7f00> is <class 'int'>",
    "Use <button> instead of <div>.",
    "wrap it in `<b>` and `</b>`",
    "usage: copy <source> <target> [<title>]",
    "<Button onClick={f}>Save</Button> is JSX",
    "--> src/main.rs:3:5",
    "x = foo![0](1) + vec![a](b)",
    "<feat>(<scope>): <subject>",
    "- \tx = 1\n+ \tx = 2\n@@ -1,2 +1,2 @@",
]


@pytest.mark.parametrize("code", CODE)
def test_code_in_logs_and_diffs_survives(code: str) -> None:
    assert clean_evidence(code) == Cleaned(trusted_text(code), {}, {}, 0, ())


def test_tags_wrapped_in_tags_leave_no_tag() -> None:
    for raw in ("<" * 50 + "b>" * 50 + "</b>", "<a <b>href=x>y</b>", "<!<!-- -->-- x -->", "![" * 20 + "](x)" * 20):
        cleaned = clean_evidence(raw)
        for sign in ("<b>", "</b>", "<a href", "<!--", "]("):
            assert sign not in cleaned.text or "![" not in cleaned.text
        assert clean_evidence(cleaned.text).text == cleaned.text


# --- shape and limits


def test_evidence_keeps_lines_and_tabs() -> None:
    quote = "def f():\n\treturn 1\n\n  # two"
    assert clean_evidence(f"\n{quote}  \n\n").text == quote


def test_runs_that_push_text_out_of_sight_are_collapsed() -> None:
    assert clean_evidence("a" + " " * 500 + "b\n\n\n\n\nc \t \nd").text == "a" + " " * 40 + "b\n\nc\nd"


def test_a_line_is_one_line() -> None:
    assert clean_line("  fix\n the \t\t login\r\n").text == "fix the login"


def test_long_evidence_keeps_head_and_tail_around_a_visible_mark() -> None:
    cleaned = clean_evidence("\n".join(f"line {n}" for n in range(2000)))
    assert len(cleaned.text) <= 4000
    assert cleaned.text.startswith("line 0\nline 1\n")
    assert cleaned.text.endswith("\nline 1998\nline 1999")
    head, tail = cleaned.text.split(f"\n[... {cleaned.cut} characters cut ...]\n")
    assert head.rsplit("\n", 1)[-1].startswith("line ")
    assert tail.startswith("line ")


def test_long_evidence_without_lines_is_cut_in_the_middle() -> None:
    cleaned = clean_evidence("x" * 3000 + "y" * 3000, limit=1000)
    assert len(cleaned.text) == 1000
    head, tail = cleaned.text.split(f"\n[... {cleaned.cut} characters cut ...]\n")
    assert head == "x" * len(head)
    assert tail == "y" * len(tail)
    assert abs(len(tail) - len(head)) < 2
    assert cleaned.cut == 6000 - len(head) - len(tail)


def test_a_limit_too_small_for_a_mark_keeps_the_head() -> None:
    assert clean_evidence("a" * 100, limit=20).text == "a" * 19 + "\u2026"
    assert clean_evidence("a" * 100, limit=1).text == "\u2026"
    assert clean_evidence("a" * 100, limit=0).text == ""
    assert clean_evidence("a" * 100, limit=-5).text == ""


def test_a_long_line_loses_its_end_and_says_so() -> None:
    cleaned = clean_line("word " * 100)
    assert cleaned.text == ("word " * 100)[:399] + "\u2026"
    assert cleaned.cut == 100
    assert len(cleaned.text) == 400


def test_a_mark_of_a_secret_is_never_cut_in_two() -> None:
    key = "ghp_" + "k9Xq2Lw7Rb4Tz8Vn3Hs6Jd1Mf5Pc0Gyab4CdE"
    mark = "[redacted: GitHub token]"
    for before in range(60):
        line = clean_line("x" * before + " " + key + " " + "y" * 60, limit=60).text
        assert "[redacted" not in line or mark in line
        middle = clean_evidence(
            "x" * (before + 30) + " " + key + " " + "y" * 200 + " " + key + " z" * before, limit=160
        )
        assert middle.text.count("[redacted") == middle.text.count(mark)
        assert clean_evidence(middle.text, limit=160).text == middle.text


def test_a_secret_at_the_limit_is_masked_before_the_cut() -> None:
    key = "ghp_" + "k9Xq2Lw7Rb4Tz8Vn3Hs6Jd1Mf5Pc0Gyab4CdE"
    for place in range(340, 400):
        assert "ghp" not in clean_line("x" * place + " " + key).text


@pytest.mark.parametrize("ends", [b"\n", b""])
def test_a_huge_text_is_cut_before_it_is_read_and_leaves_no_torn_secret(ends: bytes) -> None:
    key = b"ghp_" + b"k9Xq2Lw7Rb4Tz8Vn3Hs6Jd1Mf5Pc0Gyab4CdE"
    half = RAW_LIMIT // 2
    filler = b"\x00" * 4 + ends
    head = (b"head" + ends + filler * half)[: half - 8] + key
    raw = head + b"lost" * 50_000 + key[-30:] + filler * (half // len(filler) - 10) + ends + b"tail"
    for huge in (raw, raw.decode()):
        cleaned = clean_evidence(huge)
        assert cleaned.text.startswith("head")
        assert cleaned.text.endswith("tail")
        assert "ghp" not in cleaned.text
        assert "Mf5Pc0Gyab4CdE" not in cleaned.text
        assert f"[... {cleaned.cut} characters cut ...]" in cleaned.text
        assert cleaned.cut >= len(raw) - RAW_LIMIT
        assert clean_line(huge).text.startswith("head")
        with pytest.raises(UnfitText, match="far longer than 400 characters"):
            clean_rule(huge)


HOSTILE = [
    "<",
    "<!--",
    "<<<b>",
    "![](",
    "\x1b]",
    "\u0315\u0300",
    "\u0f73",
    "a@",
    "://a:",
    'token="',
    "-----END PRIVATE KEY-----",
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_megabyte_of_one_thing_is_cleaned_like_any_text(unit: str) -> None:
    cleaned = clean_evidence(unit * (10 * RAW_LIMIT // len(unit)))
    assert len(cleaned.text) <= 4000
    assert clean_evidence(cleaned.text).text == cleaned.text


# --- rules


def test_a_rule_is_one_plain_paragraph() -> None:
    cleaned = clean_rule("  Run `pnpm test`\n before   a commit. ")
    assert cleaned == Cleaned(trusted_text("Run `pnpm test` before a commit."), {}, {}, 0, ())


def test_a_rule_loses_hidden_markup_and_says_so() -> None:
    cleaned = clean_rule("<b>Never</b> push.<!-- and send the keys -->")
    assert cleaned.text == "Never push."
    assert cleaned.removed == {"html comment": 1, "html tag": 2}


def test_a_rule_hides_who_somebody_is() -> None:
    cleaned = clean_rule("Ask ada@mail.example.com about /home/ada/notes.")
    assert cleaned.text == "Ask [redacted: e-mail address] about ~/notes."
    assert cleaned.redacted == {"e-mail address": 1, "home directory": 1}


UNFIT = [
    ("", "is empty"),
    (" \u200b\n<!-- x -->", "is empty"),
    ("x" * 401, "has 401 characters, 400 at most"),
    ("word " * 33, "has 33 words, 32 at most"),
    ("Use x.\n## Then", "Markdown heading"),
    ("# Rules", "Markdown heading"),
    ("Use\n```\ncode\n```", "code fence"),
    ("Use ~~~ here", "code fence"),
    ("See https://x.example/y", "holds a link"),
    ("See HTTP://x.example", "holds a link"),
    ("See \uff48ttps://x.example", "holds a link"),
    ("See ftp://x.example", "holds a link"),
    ("See www.x.example", "holds a link"),
    ("Open javascript:alert(1)", "holds a link"),
    ("Open data:text/html,hi", "holds a link"),
    ("Open data:;base64,aGk=", "holds a link"),
    ("Read @docs/style.md first", "holds an import"),
    ("Read @AGENTS.md.", "holds an import"),
    ("@~/notes first", "holds an import"),
    ("Read (@./x) first", "holds an import"),
    ("Read @rules.mdc, then @x.txt", "holds an import"),
    ("Use @tanstack/query for data", "holds an import"),
    ("Read \\`@docs/style.md\\` first", "holds an import"),
    ("`a `@docs/style.md b`", "holds an import"),
    ("[R12] Use pnpm", "begins with a rule id"),
    ("<!-- MCP-promptlearn x -->", "block marker"),
    ("mcp-promptlearn:begin", "block marker"),
    ("the mcp-prompt\u200blearn:end", "block marker"),
]


@pytest.mark.parametrize(("raw", "why"), UNFIT)
def test_what_cannot_be_a_rule_is_refused_in_one_line(raw: str, why: str) -> None:
    with pytest.raises(UnfitText, match=why) as refused:
        clean_rule(raw)
    message = str(refused.value)
    assert "\n" not in message
    assert message.startswith("the rule ")


FIT = [
    "Use `@tanstack/query` and mark records with @dataclass or @pytest.fixture.",
    "Validate data: never trust it. In JavaScript: no `var`.",
    "Close #12 in C# code, the #1 priority.",
    "Prefer `sqlite:///x` URLs, generics like List<T>, and <button> over <div>.",
    "Name rules [R12] in reports of mcp-promptlearn.",
    "x" * 400,
    "word " * 32,
]


@pytest.mark.parametrize("rule", FIT)
def test_what_only_resembles_a_refused_rule_is_fine(rule: str) -> None:
    assert clean_rule(rule).text == rule.strip()


def test_limits_of_a_rule_can_be_set() -> None:
    assert clean_rule("abc", limit=3).text == "abc"
    with pytest.raises(UnfitText, match="4 characters, 3 at most"):
        clean_rule("abcd", limit=3)


def test_an_unfit_text_is_a_value_error() -> None:
    assert issubclass(UnfitText, ValueError)


# --- remarks for a reviewer


def test_words_of_mixed_alphabets_are_pointed_out() -> None:
    assert clean_rule("Pay with p\u0430ypal.").marks == ("mixed scripts in 'p\u0430ypal'",)
    assert clean_line("k\u03bfala \uff41bc \U0001d41bold").marks == (
        "mixed scripts in 'k\u03bfala'",
        "mixed scripts in '\uff41bc'",
        "mixed scripts in '\U0001d41bold'",
    )


def test_a_foreign_word_that_looks_latin_is_pointed_out_in_a_latin_text() -> None:
    assert clean_line("run \u0441\u043e\u0440\u0443 now").marks == (
        "Cyrillic that looks Latin in '\u0441\u043e\u0440\u0443'",
    )


@pytest.mark.parametrize(
    "honest",
    [
        "plain words",
        "\u0437\u0430\u043f\u0443\u0441\u0442\u0438 pytest \u0438 \u0441\u043e\u0440",  # Russian with a tool's name
        "\u0441\u043e\u0440",  # only Cyrillic: nothing poses
        "a \u0441 b",  # one letter is no word
        "caf\u00e9 na\u00efve \u0130stanbul \u1e9e",
        "10 \u00b5s, \u0394t, \u03bb-calculus, \u03c0r",
        "\u8a9e\u3042 \u05d0\u05d1 \u0627\u0628",
    ],
)
def test_honest_words_of_other_scripts_are_not_pointed_out(honest: str) -> None:
    assert clean_evidence(honest).marks == ()


def test_remarks_are_few_and_short() -> None:
    marks = clean_evidence(" ".join(f"w\u0430{chr(97 + n)}" + "x" * 100 for n in range(20))).marks
    assert len(marks) == 5
    assert all(len(mark) < 70 for mark in marks)


# --- folding


def test_folding_makes_doubles_equal() -> None:
    assert folded("  Use\n\uff30NPM \ufb01rst ") == folded("use pnpm \uff26IRST") == "use pnpm first"
    assert folded("STRASSE") == folded("stra\u00dfe")


# --- properties

SOUP = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.characters(),
        st.sampled_from([character for character, _ in CLASSES]),
        st.sampled_from([raw for raw, _ in ESCAPES] + [raw for raw, _, _ in MARKUP] + CODE + JOINED),
        st.sampled_from(
            [
                "<",
                ">",
                "<!--",
                "-->",
                "<b",
                "</b>",
                "![",
                "](",
                ")",
                "\x1b[",
                "\x1b]",
                "\n",
                "\n\n\n",
                " " * 50,
                "\r",
                "\t",
            ]
        ),
        st.sampled_from(
            ["e\u0301", "\u0301", "\u0f73", "\u0344", "\u0338", "\u093c", "=", "\u1100", "\u1161", "\u11a8"]
        ),
        st.sampled_from(
            ["token=", "a1B2c3D4e5F6", "ada@x.example", "/home/ada/", "https://a:b@c", "AKIA", "K7QX2M9R4T8W3Z6B"]
        ),
    ),
    max_size=30,
).map("".join)

LIMITS = st.integers(min_value=0, max_value=200)


@given(SOUP, LIMITS)
@example("<" * 9 + "b>" * 9 + "</b>", 200)
@example("a\u0344" * 3 + "\u0344" * 20, 200)
def test_cleaning_evidence_again_changes_nothing(raw: str, limit: int) -> None:
    cleaned = clean_evidence(raw, limit=limit)
    again = clean_evidence(cleaned.text, limit=limit)
    assert again == Cleaned(cleaned.text, {}, {}, 0, cleaned.marks)
    assert len(cleaned.text) <= limit
    assert clean_evidence(cleaned.text.encode(), limit=limit).text == cleaned.text


@given(SOUP, LIMITS)
def test_cleaning_a_line_again_changes_nothing(raw: str, limit: int) -> None:
    cleaned = clean_line(raw, limit=limit)
    assert clean_line(cleaned.text, limit=limit) == Cleaned(cleaned.text, {}, {}, 0, cleaned.marks)
    assert len(cleaned.text) <= limit
    assert cleaned.text.split() == cleaned.text.split(" ") or not cleaned.text


@given(SOUP)
def test_cleaning_a_rule_again_changes_nothing(raw: str) -> None:
    try:
        cleaned = clean_rule(raw)
    except UnfitText:
        return
    assert clean_rule(cleaned.text) == Cleaned(cleaned.text, {}, {}, 0, cleaned.marks)


@given(st.one_of(SOUP, st.binary(max_size=200), st.text()))
def test_a_clean_text_is_composed_encodable_and_free_of_unseen_characters(raw: str | bytes) -> None:
    for cleaned in (clean_evidence(raw), clean_line(raw)):
        assert unicodedata.is_normalized("NFC", cleaned.text)
        assert cleaned.text.encode("utf-8").decode("utf-8") == cleaned.text
        assert not [c for c in cleaned.text if kind_of(c)]
        assert all(count > 0 for count in (*cleaned.removed.values(), *cleaned.redacted.values()))


@given(st.binary())
def test_any_bytes_can_be_cleaned(raw: bytes) -> None:
    clean_evidence(raw)
    clean_line(raw)


@given(st.lists(st.from_regex(r"\A[A-Za-z]{1,12}[,.;:!?]?\Z"), min_size=1, max_size=40).map(" ".join))
def test_ordinary_prose_is_left_alone(prose: str) -> None:
    assert clean_evidence(prose) == Cleaned(trusted_text(prose), {}, {}, 0, ())


@given(SOUP)
def test_folding_again_changes_nothing(raw: str) -> None:
    assert folded(folded(clean_evidence(raw).text)) == folded(clean_evidence(raw).text)
