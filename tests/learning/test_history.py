"""What commits say of themselves and of one another is read as git means it, whatever stands in a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.learning.commits import history
from mcp_server.learning.commits.history import (
    LONGEST,
    Amend,
    Commit,
    Step,
    amends,
    commits,
    fields,
    is_target,
    made,
    steps,
)
from mcp_server.learning.commits.marks import agent_of, fits, is_bot

ONE, TWO, THREE = "1" * 40, "2" * 40, "3" * 64


def raw(message: str = "Add it", *, sha: str = ONE, parents: str = TWO, times: str = "7", name: str = "Ada") -> bytes:
    told = (f"commit {sha}\n{sha}", parents, name, "ada@x", times, "Bob", "bob@x", times, "Ada L.", message)
    return "\0".join([*told, "\n"]).encode("utf-8", "surrogatepass")


def read(message: str) -> Commit:
    (commit,) = commits([raw(message)])
    return commit


# --- records


def test_a_commit_is_read_with_all_that_it_tells() -> None:
    assert list(commits([raw("Subject\n\nbody\n"), raw("  \n", sha=THREE, parents="")])) == [
        Commit(ONE, (TWO,), "Ada L.", history.digest("Ada", "ada@x", "7"), 7.0, 7.0, "Subject"),
        Commit(THREE, (), "Ada L.", history.digest("Ada", "ada@x", "7"), 7.0, 7.0, ""),
    ]


def test_pieces_may_end_anywhere() -> None:
    whole = raw("One") + raw("Two", sha=TWO)
    for size in (1, 2, 7, 64):
        pieces = [whole[place : place + size] for place in range(0, len(whole), size)]
        assert [commit.subject for commit in commits(pieces)] == ["One", "Two"]


def test_a_long_field_is_cut_and_the_next_one_is_whole() -> None:
    pieces = [b"x" * LONGEST, b"y" * LONGEST, b"\0next\0rest"]
    assert [len(field) for field in fields(pieces)] == [LONGEST, 4]


@pytest.mark.parametrize(
    ("said", "time"),
    [("7", 7.0), ("", 0.0), ("-7", 0.0), ("soon", 0.0), ("9" * 19, 253_402_300_799.0), ("9" * 20, 0.0)],
)
def test_a_time_is_one_that_can_be_shown(said: str, time: float) -> None:
    (commit,) = commits([raw(times=said)])
    assert (commit.time, commit.written) == (time, time)


def test_what_is_no_commit_is_passed_over() -> None:
    assert [commit.sha for commit in commits([raw(sha="nonsense"), raw(sha=TWO)])] == [TWO]
    assert list(commits([b"\0" * 10])) == []


def test_rebasing_keeps_what_a_commit_is_the_same_by() -> None:
    (one,) = commits([raw()])
    (two,) = commits([raw(sha=TWO, parents=THREE)])
    (other,) = commits([raw(name="Eve")])
    assert one.same == two.same != other.same
    assert (one.merge, one.reverts) == (False, False)
    assert next(iter(commits([raw(parents=f"{ONE} {TWO}")]))).merge


# --- what is undone


@pytest.mark.parametrize(
    ("message", "reverted"),
    [
        (f"x\n\nThis reverts commit {ONE}.", (ONE,)),
        (f"x\r\n\r\nThis reverts commit {ONE}.\r\n", (ONE,)),
        ("x\n\nThis reverts commit ABCDEF1.", ("abcdef1",)),
        (f"x\n\nThis reverts commit {ONE}, reversing\nchanges made to {TWO}.", (ONE,)),
        ("x\n\nThis reverts commits aaaaaa1, bbbbbb2,\nand ccccccc3 for now", ("aaaaaa1", "bbbbbb2", "ccccccc3")),
        ("x\n\nThis reverts commits aaaaaa1 and bbbbbb2.", ("aaaaaa1", "bbbbbb2")),
        ("x\n\nThis reverts commit aaaaaa1.\n\nThis reverts commit aaaaaa1.", ("aaaaaa1",)),
        ('x\n\n  This reverts commit aaaaaa1 ("Add it").', ("aaaaaa1",)),
        ("x\n\n> This reverts commit aaaaaa1.", ()),
        ("x\n\nThis reverts commits aaaaaa1..bbbbbb2.", ()),
        ("x\n\nThis reverts commit aaa.", ()),
        ("x\n\nThis reverts commit aaaaaa1z.", ()),
        (f"x\n\nIf this reverts commit {ONE}", ()),
        (
            "x\n\n" + "This reverts commit aaaaaa1.\n" + "".join(f"This reverts commit {n:07x}.\n" for n in range(99)),
            50,
        ),
    ],
)
def test_the_commits_that_a_message_says_it_reverts(message: str, reverted: tuple[str, ...] | int) -> None:
    found = read(message)
    assert found.reverted == reverted if isinstance(reverted, tuple) else len(found.reverted) == reverted
    assert found.reverts == bool(found.reverted)


def test_a_part_is_told_from_the_whole_and_the_side_of_a_merge_that_stays_is_known() -> None:
    assert read("x\n\nThis partially reverts commit aaaaaa1.").partly
    assert not read("x\n\nThis partly reverts commit aaaaaa1.\nThis reverts commit bbbbbb2.").partly
    assert read(f"x\n\nThis reverts commit {ONE}, reversing\nchanges made to {TWO}.").kept == TWO


@pytest.mark.parametrize(
    ("subject", "undone"),
    [
        ('Revert "Add it"', "Add it"),
        ('Revert "Add it" (#13)', "Add it"),
        ('Revert "Add it (#12)" (#13)', "Add it (#12)"),
        ('Revert "Revert "Add it""', 'Revert "Add it"'),
        ('Reapply "Add it"', 'Revert "Add it"'),
        ("Revert: \u201cAdd it\u201d", "Add it"),
        ("revert: feat(x): add it", "feat(x): add it"),
        ("Revert to the old parser", ""),
        ('Revert "Add it" and more', ""),
        ('Revert "', ""),
        ("Revert", ""),
        ("Reverting", ""),
    ],
)
def test_a_title_tells_what_is_undone_only_as_tools_write_it(subject: str, undone: str) -> None:
    assert read(subject).undone == undone


@pytest.mark.parametrize(
    ("line", "pull"),
    [
        ("Reverts me/demo#12", "me/demo#12"),
        ("Reverts #12.\r", "#12"),
        ("This reverts merge request !12", "!12"),
        ("Reverts me/demo#12 in part", ""),
        ("It reverts #12", ""),
    ],
)
def test_the_pull_request_that_is_taken_back(line: str, pull: str) -> None:
    assert read(f"x\n\n{line}\nmore").pull == pull


@pytest.mark.parametrize(
    ("subject", "pull"),
    [
        ("Add it (#12)", "12"),
        ("Merge pull request #12 from me/work", "12"),
        ("Add it (#12) again", ""),
        ("Add #12", ""),
    ],
)
def test_the_commit_of_a_pull_request_tells_its_number(subject: str, pull: str) -> None:
    assert history.pull_of(subject) == pull


def test_subjects_are_read_as_git_folds_them() -> None:
    told = f"commit {ONE}\n{ONE}\0Add it\0\ncommit {TWO}\n{TWO}\0two lines\0\n".encode()
    assert list(history.titles([told])) == [(ONE, "Add it"), (TWO, "two lines")]
    assert read("two\nlines\n \nbody").subject == "two lines"


# --- what is mended, and copied


@pytest.mark.parametrize(
    ("subject", "mends", "target"),
    [
        ("fixup! Add it", "fixup", "Add it"),
        ("squash! fixup! Add it", "squash", "Add it"),
        ("amend! Add it", "amend", "Add it"),
        ("fixup!", "", ""),
        ("fixup! ", "", ""),
        ("fixup Add it", "", ""),
        ("Use fixup! Add it", "", ""),
    ],
)
def test_what_is_to_be_folded_into_another_commit(subject: str, mends: str, target: str) -> None:
    assert (read(subject).mends, read(subject).target) == (mends, target)


@pytest.mark.parametrize(
    ("subject", "target", "is_it"),
    [
        ("Add it", "Add it", True),
        ("Add it all", "Add it", True),
        ("Other", "1111111", True),
        ("Other", "2222222", False),
        ("fixup! Add it", "fixup! Add it", False),
    ],
)
def test_autosquash_goes_by_the_beginning_of_a_subject_or_id(subject: str, target: str, is_it: bool) -> None:
    assert is_target(read(subject), target) == is_it


def test_a_picked_commit_names_where_it_comes_from() -> None:
    assert read(f"x\n\n(cherry picked from commit {ONE})\r\n(cherry picked from commit {TWO})").picked == (ONE, TWO)
    assert read(f"x\n\nas said (cherry picked from commit {ONE})").picked == ()


# --- reflogs


def step(sha: str, where: str, message: str, time: int = 5) -> bytes:
    return f"{sha}\0{where}@{{{time}}}\0{message}\0\n".encode()


def test_reflogs_tell_what_was_made_and_amended_here() -> None:
    told = list(
        steps(
            [
                step(THREE, "refs/heads/work", "commit (amend): Better", 9),
                step(THREE, "HEAD", "commit (amend): Better", 9),
                step(TWO, "HEAD", "commit (amend): Add it", 8),
                step(TWO, "work", "commit (amend): Add it", 8),
                step(ONE, "work", "commit: Add it", 7),
                step(ONE, "HEAD", "commit: Add it", 7),
                step("4" * 40, "HEAD", "checkout: moving from main to work"),
                step("4" * 40, "HEAD", "pull: Fast-forward"),
                step("nonsense", "HEAD", "commit: no"),
            ]
        )
    )
    assert told[0] == Step("work", THREE, 9.0, "commit (amend)")
    assert amends(told) == [Amend(ONE, TWO, 8.0), Amend(TWO, THREE, 9.0)]
    assert made(told) == {ONE: {"work"}, TWO: {"work"}, THREE: {"work"}}


def test_amending_nothing_is_no_amend() -> None:
    told = steps([step(ONE, "HEAD", "commit (amend): Add it"), step(ONE, "HEAD", "commit: Add it")])
    assert amends(told) == []


# --- marks


@pytest.mark.parametrize(
    ("name", "address", "agent"),
    [
        ("Claude", "noreply@anthropic.com", "claude"),
        ("Claude Opus 4.5", "noreply@anthropic.com", "claude"),
        ("Claude Code", "", "claude"),
        ("claude[bot]", "209825114+claude[bot]@users.noreply.github.com", "claude"),
        ("Codex", "noreply@openai.com", "codex"),
        ("Copilot", "223556219+Copilot@users.noreply.github.com", "copilot"),
        ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com", "copilot"),
        ("Cursor Agent", "cursoragent@cursor.com", "cursor"),
        ("gemini-code-assist[bot]", "176961590+gemini-code-assist[bot]@users.noreply.github.com", "gemini"),
        ("Gemini CLI", "x@example.org", "gemini"),
        ("google-labs-jules[bot]", "161369871+google-labs-jules[bot]@users.noreply.github.com", "jules"),
        ("Ada (aider)", "ada@example.org", "aider"),
        ("aider (gpt-4o)", "noreply@aider.chat", "aider"),
        ("Devin AI", "158243242+devin-ai-integration[bot]@users.noreply.github.com", "devin"),
        ("opencode", "noreply@opencode.ai", "opencode"),
        ("Claude Dupont", "claude@dupont.example", ""),
        ("Claude", "claude@dupont.example", ""),
        ("Devin", "devin@example.org", ""),
        ("Jane", "jane@anthropic.com", ""),
        ("Ada", "noreply@github.com", ""),
        ("Cursor", "ada@example.org", ""),
    ],
)
def test_an_agent_is_known_by_what_only_it_has(name: str, address: str, agent: str) -> None:
    assert agent_of([(name, address)], "x") == agent
    assert agent_of([("Ada", "ada@x")], f"x\n\nCo-Authored-By: {name} <{address}>") == agent


@pytest.mark.parametrize(
    ("message", "agent"),
    [
        ("x\n\nco-authored-by: Bob <bob@x>\nCO-AUTHORED-BY: Claude <noreply@anthropic.com>\n", "claude"),
        ("x\n\nAssisted-by: Claude Code", "claude"),
        ("x\n\n\U0001f916 Generated with [Claude Code](https://claude.example)", "claude"),
        ("x\n\nGenerated with opencode", "opencode"),
        ("x\n\nMade-with: Cursor", "cursor"),
        ("x\n\nsaid Co-Authored-By: Claude <noreply@anthropic.com>", ""),
        ("x\n\nGenerated with protoc", ""),
        ("x\n\nCo-authored-by: Bob <bob@x>", ""),
        ("Teach Claude Code to wait", ""),
    ],
)
def test_an_agent_is_known_by_trailers_and_footers(message: str, agent: str) -> None:
    assert agent_of([("Ada", "ada@x")], message) == agent


@pytest.mark.parametrize(
    ("name", "address", "bot"),
    [
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", True),
        ("renovate", "x@example.org", True),
        ("GitHub Action", "action@github.com", True),
        ("Abbot", "abbot@example.org", False),
    ],
)
def test_programs_that_commit_by_themselves_are_told_from_people(name: str, address: str, bot: bool) -> None:
    assert is_bot(name, address) == bot


def test_a_mark_fits_every_client_that_is_not_another_agents() -> None:
    assert [fits("claude", client) for client in ("claude-code", "vscode", "codex", "Gemini CLI")] == [
        True,
        True,
        False,
        False,
    ]


# --- anything at all

PIECES = (
    "This reverts commit ", "1" * 40, "abcdef1", ", ", "and ", "\n", 'Revert "', '"', "fixup! ", "Reverts #", "12",
    "..", "(cherry picked from commit ", ")", "Co-authored-by: ", "Claude ", "<noreply@anthropic.com>", "Reverts a/",
    ", reversing changes made to ",
)  # fmt: skip
WORDS = st.sampled_from(PIECES)


@given(st.lists(WORDS | st.text(max_size=9)).map("".join))
def test_any_message_is_read(message: str) -> None:
    found = read(message.replace("\0", ""))
    assert all(history.is_name(name) for name in (*found.reverted, *found.picked))
    assert bool(found.mends) == bool(found.target)
    assert "\n" not in found.subject


@given(st.lists(st.binary(max_size=50) | st.just(b"\0") | st.just(ONE.encode()), max_size=60))
def test_any_bytes_are_read(pieces: list[bytes]) -> None:
    assert all(history.is_sha(commit.sha) for commit in commits(pieces))
    assert all(history.is_sha(each.sha) for each in steps(pieces))
    assert b"".join(fields(pieces)) in b"".join(pieces).replace(b"\0", b"")


@pytest.mark.parametrize("piece", PIECES)
def test_a_message_of_one_thing_over_and_over_is_read_in_one_go(piece: str) -> None:
    found = read(piece * (LONGEST // len(piece)))
    assert len(found.subject) <= history.SUBJECT
    assert len(found.reverted) + len(found.picked) <= 50
