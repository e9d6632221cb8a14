"""Who speaks on GitHub, and what its objects are called, is told by no more than the service itself says."""

import base64
import json
from typing import Any

import pytest

from mcp_server.importers.forges import github, github_ids, voices
from mcp_server.importers.found import Found
from store.records import Trust
from store.text import clean_line
from tests.doors import hub
from tests.doors.hub import JSON, user


def only(value: Any) -> Found:
    (found,) = github.parse(json.dumps(value).encode(), "x.json").facts
    return found


# --- who


@pytest.mark.parametrize(
    ("association", "trust"),
    [
        ("OWNER", Trust.MEMBER),
        ("MEMBER", Trust.MEMBER),
        ("COLLABORATOR", Trust.MEMBER),
        ("CONTRIBUTOR", Trust.ANONYMOUS),
        ("FIRST_TIMER", Trust.ANONYMOUS),
        ("FIRST_TIME_CONTRIBUTOR", Trust.ANONYMOUS),
        ("MANNEQUIN", Trust.ANONYMOUS),
        ("NONE", Trust.ANONYMOUS),
        ("", Trust.ANONYMOUS),
        (None, Trust.ANONYMOUS),
        (["OWNER"], Trust.ANONYMOUS),
    ],
)
def test_the_association_sets_the_trust(association: object, trust: Trust):
    assert only(hub.comment(author_association=association)).trust is trust


@pytest.mark.parametrize(
    "who",
    [
        user("renovate[bot]", "Bot"),
        user("renovate", "Bot"),
        user("renovate[bot]"),
        {"login": "renovate", "__typename": "Bot"},
        {"login": "app/renovate"},
        {"login": "renovate", "is_bot": True},
        {"login": "Renovate"},
    ],
)
def test_a_bot_is_an_agent_whatever_its_association(who: JSON):
    found = only(hub.comment(user=who, author_association="OWNER"))
    assert (found.identity.lower(), found.trust) == ("bot:github:renovate", Trust.AGENT)


def test_what_is_said_through_an_app_is_the_apps():
    found = only(hub.remark(performed_via_github_app={"slug": "some-app"}))
    assert (found.identity, found.trust) == ("bot:github:rex", Trust.AGENT)


@pytest.mark.parametrize("login", ["", "a:b", "x y", "bot:github:x", "\u202eada", "ada\n\nrex", "ghp_" + "a1" * 20])
def test_no_login_looks_like_another_identity(login: str):
    voice = voices.on_github({"login": login}, "OWNER")
    assert voice.identity.count(":") == 1
    assert clean_line(voice.identity).text == voice.identity
    assert voice.known is (login != "")


# --- ids and addresses


@pytest.mark.parametrize(
    ("value", "ident"),
    [
        ({"id": 5}, "5"),
        ({"id": "5"}, "5"),
        ({"id": True}, ""),
        ({"databaseId": 5, "id": "x"}, "5"),
        ({"fullDatabaseId": "5"}, "5"),
        ({"id": "PRR_kwDOAKIEpc4xejRg"}, "830092384"),
        ({"id": "PRR_kwDOTgZ4oc8AAAABJFWv5Q"}, "4904562661"),
        ({"node_id": "MDE3OlB1bGxSZXF1ZXN0UmV2aWV3MjM3ODk1Njcx"}, "237895671"),
        ({"id": "PRR_kwDOAKIEpc4x"}, "PRR_kwDOAKIEpc4x"),
        ({"id": "PRR_oops"}, "PRR_oops"),
        ({"id": "PRR_\u00e9\u00e9\u00e9"}, "PRR_\u00e9\u00e9\u00e9"),
        ({"id": "PRR_kwDOAKIEpc4xejRg", "url": f"{hub.WEB}/pull/5#issuecomment-7"}, "7"),
        ({"html_url": f"{hub.WEB}/pull/5#discussion_r8"}, "8"),
        ({"id": "x" * 300}, "x" * 99 + "\u2026"),
        ({}, ""),
        (None, ""),
        ([5], ""),
    ],
)
def test_an_object_goes_by_its_number(value: object, ident: str):
    assert github_ids.ident(value) == ident


@pytest.mark.parametrize("numbers", [[0, 10, 5], [0, 70_000, 200], [5], [1, 2, 3, 4]])
def test_only_a_packed_list_of_two_or_three_hides_a_number(numbers: list[int]):
    sizes = {0xCC: 1, 0xCD: 2, 0xCE: 4}
    packed = bytes([0x90 + len(numbers)])
    for number in numbers:
        mark = next((mark for mark, size in sizes.items() if number < 256**size), 0) if number > 127 else None
        packed += bytes([number]) if mark is None else bytes([mark]) + number.to_bytes(sizes[mark], "big")
    node = "PRR_" + base64.urlsafe_b64encode(packed).decode().rstrip("=")
    assert github_ids.ident({"id": node}) == (str(numbers[-1]) if len(numbers) in {2, 3} else node)


@pytest.mark.parametrize(
    ("value", "repository", "number"),
    [
        ({"url": f"{hub.API}/pulls/5"}, "acme/shop", "5"),
        ({"url": "https://ghe.example/api/v3/repos/acme/shop/issues/5"}, "acme/shop", "5"),
        ({"url": "https://ghe.example/acme/shop/pull/5"}, "acme/shop", "5"),
        ({"html_url": f"{hub.WEB}/pull/5#discussion_r1"}, "acme/shop", "5"),
        ({"repository": {"full_name": "a/b"}, "number": 7, "url": f"{hub.API}/pulls/5"}, "a/b", "7"),
        ({"base": {"repo": {"full_name": "a/b"}}}, "a/b", ""),
        ({"repository": {"full_name": "a/b#3"}}, "", ""),
        ({"repository": {"full_name": "../.."}}, "../..", ""),
        ({"number": -1}, "", ""),
        ({"number": True}, "", ""),
        ({"url": "https://evil.example/?q=/repos/acme/shop/pulls/5x"}, "", ""),
    ],
)
def test_where_something_belongs_is_told_by_its_addresses(value: JSON, repository: str, number: str):
    assert (github_ids.repository(value), github_ids.number(value)) == (repository, number)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"{hub.WEB}/actions/runs/9/job/41", ("9", "41")),
        (f"{hub.WEB}/actions/runs/9/attempts/2", ("9", "")),
        ("https://ci.example/9", ("", "")),
    ],
)
def test_a_job_is_told_by_its_address(address: str, expected: tuple[str, str]):
    assert github_ids.job(address) == expected


def test_a_hash_is_a_hash():
    assert (github_ids.sha("ABCDEF1"), github_ids.sha("main"), github_ids.sha("a" * 65)) == ("abcdef1", "", "")
    assert github_ids.branch("refs/heads/cart") == "cart"
