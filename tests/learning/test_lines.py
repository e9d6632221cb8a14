"""Whose lines a commit takes away is told from git's differences alone, however they are cut and whatever they hold."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.commits import lines
from mcp_server.learning.commits.lines import (
    Change,
    Difference,
    Owner,
    Patch,
    Rewrite,
    difference,
    is_generated,
    meaning,
    owned,
    patches,
    rewrites,
    share,
    taken,
    touched,
)

ONE, TWO = "1" * 40, "2" * 40


def bag(*texts: str) -> Counter[int]:
    return Counter(number for text in texts if (number := meaning(text.encode())) is not None)


def patch(sha: str = ONE, **files: tuple[list[str], list[str]]) -> Patch:
    return Patch(sha, {path: Change(bag(*added), bag(*removed)) for path, (added, removed) in files.items()})


def read(text: str | bytes) -> list[Patch]:
    data = text.encode() if isinstance(text, str) else text
    return list(patches(data.splitlines(keepends=True)))


# --- lines


@pytest.mark.parametrize(
    "line", ["", "}", "  });", "else:", "} else {", "return None;", "x", "try:", "\t\r\n", "# ---"]
)
def test_a_line_that_says_next_to_nothing_is_nobodys(line: str) -> None:
    assert meaning(line.encode()) is None


@pytest.mark.parametrize("line", ["x = 1", "i++ ii", "é", "return total", "## Usage"])
def test_a_line_that_says_something_is_somebodys(line: str) -> None:
    assert meaning(line.encode()) is not None


def test_blanks_do_not_make_another_line() -> None:
    assert meaning(b"  total = a+b\r\n") == meaning(b"\ttotal=a + b") != meaning(b"total = a-b")


@pytest.mark.parametrize(
    ("path", "is_it"),
    [
        ("uv.lock", True),
        ("web/package-lock.json", True),
        ("a/b.min.js", True),
        ("lock.py", False),
        ("a.lock/b.py", False),
    ],
)
def test_files_that_programs_write_are_known_by_their_names(path: str, is_it: bool) -> None:
    assert is_generated(path) == is_it


# --- patches

PATCH = f"""{ONE}
diff --git a/a b.py b/a b.py
index 4294d01..35dc23f 100644
--- a/a b.py\t
+++ b/a b.py\t
@@ -2,2 +2 @@ def f():
-old one
-old two
+new one
\\ No newline at end of file
@@ -9 +8,0 @@
-old three
diff --git a/gone.py b/gone.py
deleted file mode 100644
--- a/gone.py
+++ /dev/null
@@ -1 +0,0 @@
-gone one
diff --git a/data.bin b/data.bin
Binary files a/data.bin and b/data.bin differ
{TWO}
diff --git "a/caf\\351\\n\\"q\\".py" "b/caf\\351\\n\\"q\\".py"
new file mode 100644
--- /dev/null
+++ "b/caf\\351\\n\\"q\\".py"
@@ -0,0 +1,2 @@
+new two
+--- a/b.py
"""


def test_patches_are_read_file_by_file() -> None:
    assert read(PATCH) == [
        Patch(
            ONE,
            {
                "a b.py": Change(bag("new one"), bag("old one", "old two", "old three")),
                "gone.py": Change(bag(), bag("gone one")),
            },
        ),
        Patch(TWO, {'caf\udce9\n"q".py': Change(bag("new two", "--- a/b.py"), bag())}),
    ]


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ('"b/\\a\\b\\t\\n\\v\\f\\r\\"\\\\"', '\a\b\t\n\v\f\r"\\'),
        ('"b/\\303\\244"', "ä"),
        ('"b/a b"\t', "a b"),
        ("b/\\303", "\\303"),
    ],
)
def test_names_in_quotes_are_read_as_git_means_them(written: str, path: str) -> None:
    (found,) = read(f"{ONE}\n--- /dev/null\n+++ {written}\n@@ -0,0 +1 @@\n+new one\n")
    assert list(found.files) == [path]


def test_lines_with_others_around_them_are_read_too() -> None:
    (found,) = read(
        f"{ONE}\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n same one\n-old one\n+new one\n\\ No newline\n same two\n"
    )
    assert found.files == {"x": Change(bag("new one"), bag("old one"))}


def test_a_line_in_pieces_is_one_line() -> None:
    pieces = [
        f"{ONE}\n".encode(),
        b"--- a/x\n",
        b"+++ b/x\n",
        b"@@ -0,0 +1,2 @@\n",
        b"+long",
        b"-er",
        b"@@\n",
        b"+two\n",
    ]
    (found,) = patches(pieces)
    assert found.files == {"x": Change(bag("long", "two"), bag())}


def test_of_too_many_lines_it_is_said_that_there_are_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LINES", 3)
    (found,) = read(f"{ONE}\n--- a/x\n+++ b/x\n@@ -0,0 +1,9 @@\n" + "".join(f"+line {n}\n" for n in range(9)))
    assert (found.whole, found.files["x"].added.total()) == (False, 3)


def test_generated_files_are_left_out() -> None:
    (found,) = read(f"{ONE}\n--- a/uv.lock\n+++ b/uv.lock\n@@ -1 +1 @@\n-old one\n+new one\n")
    assert found.files == {}


def test_touched_files_are_told_by_commit() -> None:
    told = f"{ONE}\0:100644 100644 1 2 M\0a b\n.py\0:100644 100644 1 2 M\0{TWO}\0{TWO}\0:0 1 1 2 A\0caf".encode()
    pieces = [told + b"\xe9\0", b"nonsense\0", b":1 1 1 1 M\0"]
    assert list(touched(pieces)) == [(ONE, "a b\n.py"), (ONE, TWO), (TWO, "caf\udce9"), ("", "")]


# --- whose lines


def test_what_is_added_again_is_not_gone() -> None:
    moved = patch(
        a=(["two one"], ["one one", "two one", "two one", "two two"]),
        b=(["one one"], []),
        c=([], ["one one"]),
    )
    assert taken(moved) == {"a": bag("two one", "two two"), "c": bag("one one")}


def test_the_first_owner_has_a_line_and_the_next_one_what_is_left() -> None:
    gone = {"a": bag("one one", "one one", "two two", "xx yy"), "b": bag("one one")}
    owners = [Owner("x", {"a": bag("one one", "zz zz")}), Owner("y", {"a": bag("one one", "two two"), "c": bag("q q")})]
    assert rewrites(gone, owners) == [Rewrite("x", "a", 1, 2), Rewrite("y", "a", 2, 2)]
    assert rewrites(gone, [Owner("z", {"a": bag("other other")})]) == []
    assert gone["a"].total() == 4, "what is asked about stays as it is"


def test_a_commit_owns_what_it_added_or_of_that_what_its_sources_had() -> None:
    made = patch(a=(["one one", "two two", "two two"], ["old old"]), b=([], ["old old"]), c=(["cc cc"], []))
    assert owned(made) == Owner(ONE, {"a": bag("one one", "two two", "two two"), "c": bag("cc cc")})
    sources = [
        Owner("x", {"a": bag("two two"), "z": bag("zz zz")}),
        Owner("y", {"a": bag("two two"), "c": bag("dd dd")}),
    ]
    assert owned(made, *sources) == Owner(ONE, {"a": bag("two two")})
    assert share(made, Owner("x", {"a": bag("two two"), "c": bag("dd dd")})) == 0.5
    assert share(made, Owner("x", {})) == 0.0


def test_what_an_amend_changed_is_counted() -> None:
    old = patch(a=(["one one", "two two"], []), b=(["bb bb"], []))
    assert difference(old, patch(TWO, a=(["one one", "two two"], []), b=(["bb bb"], []))) is None
    new = patch(TWO, a=(["one one", "three three"], []), b=(["bb bb"], []), c=(["cc cc"], []))
    assert difference(old, new) == Difference(1, 3, 2, ("a", "c"))
    removing = patch(a=([], ["one one"]))
    assert difference(removing, patch(TWO, a=([], ["two two"]))) == Difference(0, 0, 0, ("a",))


# --- anything at all

TEXT = st.text("ab \t}", max_size=6)
FILES = st.dictionaries(st.sampled_from("xyz"), st.tuples(st.lists(TEXT), st.lists(TEXT)), max_size=3)


def written(sha: str, files: dict[str, tuple[list[str], list[str]]]) -> str:
    told = f"{sha}\n"
    for path, (added, removed) in files.items():
        told += f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
        if added or removed:
            told += f"@@ -1,{len(removed)} +1,{len(added)} @@\n"
        told += "".join(f"-{line}\n" for line in removed) + "".join(f"+{line}\n" for line in added)
    return told


@given(FILES, FILES)
def test_what_is_written_is_read(
    one: dict[str, tuple[list[str], list[str]]], two: dict[str, tuple[list[str], list[str]]]
) -> None:
    expected = [
        patch(sha, **{path: pair for path, pair in files.items() if any(pair)})
        for sha, files in ((ONE, one), (TWO, two))
    ]
    assert read(written(ONE, one) + written(TWO, two)) == expected


@given(FILES)
def test_no_more_is_taken_than_was_there(files: dict[str, tuple[list[str], list[str]]]) -> None:
    gone = taken(patch(**files))
    for path, lost in gone.items():
        assert lost <= bag(*files[path][1])
    assert sum(lost.total() for lost in gone.values()) >= sum(
        bag(*removed).total() - bag(*added).total() for added, removed in files.values()
    )


@given(st.lists(st.binary(max_size=40) | st.sampled_from(PATCH.encode().splitlines(keepends=True)), max_size=60))
def test_any_bytes_are_read(pieces: list[bytes]) -> None:
    for found in patches(pieces):
        assert found.sha.isalnum()
        assert all(change.added.total() + change.removed.total() <= len(pieces) for change in found.files.values())
    for sha, _ in touched(pieces):
        assert len(sha) in {0, 40, 64}
