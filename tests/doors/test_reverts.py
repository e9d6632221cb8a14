"""What a change takes back is read from its title, its words and its commits, and never mistaken for itself."""

import pytest

from mcp_server.importers.forges.reverts import MOST, Revert, Reverted, read

SHA = "1234567890abcdef1234567890abcdef12345678"
OTHER = "fedcba0987654321fedcba0987654321fedcba09"


@pytest.mark.parametrize(
    ("title", "texts", "found"),
    [
        ('Revert "Add a cart"', ["Reverts acme/shop#4"], Revert("Add a cart", (Reverted("acme/shop#4"),))),
        ('Revert "Add a cart"', ["Reverts #4"], Revert("Add a cart", (Reverted("acme/shop#4"),))),
        ('Revert "Revert "Add a cart""', [], Revert('Revert "Add a cart"')),
        ("Revert \u201cAdd a cart\u201d", [], Revert("Add a cart")),
        ("revert: add a cart", [], Revert("add a cart")),
        ("revert(shop)!: add a cart", [], Revert("add a cart")),
        ("Mend prices", [f"This reverts commit {SHA}."], Revert("", (Reverted(commit=SHA),))),
        (
            'Revert "Add a cart"',
            ["Reverts acme/shop#4", f"This reverts commit {SHA}."],
            Revert("Add a cart", (Reverted("acme/shop#4", SHA),)),
        ),
        (
            "Mend prices",
            [f"This reverts commits {SHA[:9]}, {OTHER[:12]} and {SHA}."],
            Revert("", (Reverted(commit=SHA[:9]), Reverted(commit=OTHER[:12]), Reverted(commit=SHA))),
        ),
        (
            "Mend prices",
            [f"This reverts commit {SHA[:8]} (Add a cart, 2026-01-01)"],
            Revert("", (Reverted(commit=SHA[:8]),)),
        ),
        (
            "Merge",
            [f"This reverts commit {SHA}, reversing\nchanges made to {OTHER}."],
            Revert("", (Reverted(commit=SHA),)),
        ),
        (
            "Mend prices",
            ["Reverts #4", f"This reverts commit {SHA}.\n\nThis reverts commit {OTHER}."],
            Revert("", (Reverted("acme/shop#4"),)),
        ),
        ("x", ["Reverts https://github.com/acme/shop/pull/4"], Revert("", (Reverted("acme/shop#4"),))),
        ("x", ["This reverts pull request #4"], Revert("", (Reverted("acme/shop#4"),))),
        ("x", ["This reverts merge request !4"], Revert("", (Reverted("acme/shop!4"),))),
        (
            "x",
            ["This reverts merge request acme/web/shop!4"],
            Revert("", (Reverted("acme/web/shop!4"),)),
        ),
    ],
)
def test_the_change_that_was_taken_back_is_named(title: str, texts: list[str], found: Revert):
    assert read(title, texts, repository="acme/shop") == found


def test_an_address_names_its_change_by_the_sign_of_its_service():
    words = ["Reverts https://gitlab.example/acme/web/shop/-/merge_requests/4"]
    assert read("x", words, sign="!") == Revert("", (Reverted("acme/web/shop!4"),))


def test_a_number_without_a_known_repository_stays_one():
    assert read("x", ["Reverts #4"]) == Revert("", (Reverted("#4"),))


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Add a cart", "It reverts nothing."),
        ("Do not revert", "See acme/shop#4"),
        ("Reverting is bad", "We talked about what reverts #4."),
        ("Add", "This reverts commit message rules"),
        ("Add", "> Reverts acme/shop#4"),
    ],
)
def test_what_only_talks_of_reverting_is_no_revert(title: str, text: str):
    assert read(title, [text], repository="acme/shop") is None


def test_a_list_of_changes_is_cut():
    found = read("x", ["\n".join(f"Reverts #{number}" for number in range(1, 60))], repository="a/b")
    assert found is not None
    assert len(found.targets) == MOST
    many = read("x", [f"This reverts commits {', '.join([SHA[:10]] * 90)}"])
    assert many == Revert("", (Reverted(commit=SHA[:10]),))
