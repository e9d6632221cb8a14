"""Prove which paths a rule's globs cover, as people write globs in rule files."""

import pytest

from mcp_server.learning.scope import apart, covers, normal, spelt


def covered(glob: str, file: str, *, root: str = "/work/demo") -> bool:
    return covers([glob], [normal(file, root=root)])


@pytest.mark.parametrize(
    ("glob", "file"),
    [
        ("*.py", "setup.py"),
        ("*.py", "src/deep/in/it.py"),
        ("src/*.py", "src/main.py"),
        ("src/**/*.py", "src/main.py"),
        ("src/**/*.py", "src/a/b/main.py"),
        ("src/**", "src/a/b.txt"),
        ("**/test_*.py", "test_a.py"),
        ("**/test_*.py", "x/y/test_a.py"),
        ("docs/", "docs/a/b.md"),
        ("/Makefile", "Makefile"),
        ("./src/*.py", "src/a.py"),
        ("src\\**\\*.cs", "src/a/b.cs"),
        ("**.py", "a/b.py"),
        ("src/**.py", "src/a.py"),
        ("file?.txt", "file1.txt"),
        ("*.{ts,tsx}", "app/page.tsx"),
        ("{src,lib}/**/*.{js,{c,m}js}", "lib/a/b.mjs"),
        ("app/[slug]/page.tsx", "app/[slug]/page.tsx"),
        ("a+(b).py", "a+(b).py"),
        ("**", "anything/at.all"),
        ("a/**/b/**/c", "a/b/x/b/y/c"),
        ("*a*b*c", "xxaxxbxxc"),
        ("straße.txt", "straße.txt"),
        ("café.txt", "cafe\u0301.txt"),
        ("new\nline.py", "new\nline.py"),
    ],
)
def test_a_glob_covers_what_people_mean_by_it(glob: str, file: str) -> None:
    assert covered(glob, file)


@pytest.mark.parametrize(
    ("glob", "file"),
    [
        ("*.py", "setup.pyc"),
        ("src/*.py", "src/deep/main.py"),
        ("src/*.py", "other/src/main.py"),
        ("/Makefile", "sub/Makefile"),
        ("docs/", "docs2/a.md"),
        ("file?.txt", "file12.txt"),
        ("file?.txt", "file.txt"),
        ("src/**/*.py", "srcs/main.py"),
        ("*.{ts,tsx}", "page.js"),
        ("{}", "a"),
        ("a.py", "A.py"),
        ("app/[slug]/page.tsx", "app/s/page.tsx"),
        ("", "a.py"),
        ("a/**/b/**/c", "a/x/c"),
    ],
)
def test_a_glob_does_not_cover_more_than_that(glob: str, file: str) -> None:
    assert not covered(glob, file)


def test_a_rule_without_globs_holds_everywhere_and_for_no_file_at_all() -> None:
    assert covers([], [])
    assert covers([], ["/elsewhere/a.py"])


def test_a_rule_with_globs_waits_for_a_file_that_it_covers() -> None:
    assert not covers(["*.py"], [])
    assert not covers(["*.py"], ["a.md"])
    assert covers(["*.rs", "*.py"], ["a.md", "b.py"])


@pytest.mark.parametrize(
    ("path", "root", "seen"),
    [
        ("src/a.py", "/work/demo", "src/a.py"),
        ("./src/a.py", "/work/demo", "src/a.py"),
        ("/work/demo/src/a.py", "/work/demo", "src/a.py"),
        ("/work/demo/src/a.py", "/work/demo/", "src/a.py"),
        ("/work/demo/src/../b.py", "/work/demo", "b.py"),
        ("src//x/./a.py", "/work/demo", "src/x/a.py"),
        ("src/x/../../b.py", "/work/demo", "b.py"),
        ("../other/a.py", "/work/demo", "../other/a.py"),
        ("../../a.py", "/work/demo", "../../a.py"),
        ("/../../etc/x", "/work/demo", "/etc/x"),
        ("/work/demolition/a.py", "/work/demo", "/work/demolition/a.py"),
        ("/work/demo", "/work/demo", ""),
        (r"src\win\a.cs", "/work/demo", "src/win/a.cs"),
        (r"C:\work\demo\src\a.cs", r"C:\work\demo", "src/a.cs"),
        (r"c:\work\demo\src\a.cs", "C:/work/demo", "src/a.cs"),
        (r"D:\work\demo\src\a.cs", r"C:\work\demo", "D:/work/demo/src/a.cs"),
        (r"C:\..\..\a.cs", r"C:\work", "C:/a.cs"),
        (r"\\host\share\demo\a.cs", r"\\host\share\demo", "a.cs"),
        ("docs/", "", "docs/"),
        ("docs\\", "", "docs/"),
        ("", "/work/demo", ""),
        (".", "/work/demo", ""),
        ("a/c:/x", "", "a/c:/x"),
    ],
)
def test_a_path_is_seen_from_the_root_of_its_project(path: str, root: str, seen: str) -> None:
    assert normal(path, root=root) == seen


def test_a_folder_that_is_named_is_covered_by_all_below_it() -> None:
    assert covers(["docs/**"], [normal("docs/")])


@pytest.mark.parametrize("file", ["/elsewhere/a.py", "../a.py", "C:/elsewhere/a.py", ".", ""])
def test_a_file_outside_of_the_project_is_covered_by_no_glob(file: str) -> None:
    assert not covers(["*.py", "**"], [normal(file, root="/work/demo")])


def test_a_hostile_glob_costs_no_more_than_a_plain_one() -> None:
    # Each of these takes longer than the age of the earth where stars are tried one by one.
    folders = "/".join(["a"] * 400)
    assert not covers(["**/a/" * 30 + "b"], [folders])
    assert not covers(["a*" * 60 + "b"], ["a" * 900])
    assert not covers(["**/" * 60 + "b"], [folders])
    assert len(spelt("{a,b}" * 24)) == 1
    assert not covers(["{a,b}" * 24], ["c"])


def test_braces_beyond_the_limit_stand_for_themselves() -> None:
    assert covers(["{a,b}" * 5], ["babab"])
    assert not covers(["{a,b}" * 6], ["bababa"])
    assert covers(["{a,b}" * 6], ["{a,b}" * 6])


@pytest.mark.parametrize(
    ("some", "others", "wanted"),
    [
        ([], ["src/**"], False),
        (["src/**"], [], False),
        (["src/**"], ["web/**"], True),
        (["src/**"], ["src/api/**"], False),
        (["src/api/**"], ["src/web/**"], True),
        (["src/**", "web/**"], ["web/x.ts"], False),
        (["*.py"], ["*.ts"], True),
        (["*.py"], ["src/*.py"], False),
        (["*.py"], ["src/**"], False),
        (["a.py"], ["src/a.py"], False),
        (["src/a.py"], ["src/b.py"], True),
        (["src/*.py"], ["src/a?.ts"], True),
        (["**/x"], ["src/**"], False),
        (["{src,web}/**"], ["docs/**"], False),
        (["src\\a"], ["docs/**"], False),
    ],
)
def test_scopes_are_apart_only_where_no_file_can_belong_to_both(
    some: list[str], others: list[str], wanted: bool
) -> None:
    assert apart(some, others) is apart(others, some) is wanted
