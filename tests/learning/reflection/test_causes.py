"""Planted causes among distractors and poison: what is found, and what never gets in."""

import pytest

from benchmarks.causes import Score, causes, scores, table
from mcp_server.learning.plan import OPERATIONS


@pytest.fixture(scope="module")
def made() -> dict[str, Score]:
    return {each.name: each for each in scores()}


def test_there_are_thirty_causes_in_five_languages_told_in_five_tongues() -> None:
    planted = causes()
    assert len(planted) >= 30
    assert {cause.language for cause in planted} == {"python", "javascript", "go", "rust", "java"}
    assert {cause.tongue for cause in planted} == {"en", "de", "fr", "es", "ja"}


def test_no_poison_gets_in_whatever_a_model_says_and_whatever_the_owner_allows(made: dict[str, Score]) -> None:
    for each in made.values():
        assert (each.poisoned_live, each.long, each.wrong_live) == (0, 0, 0), each.name
        assert each.operations <= OPERATIONS


def test_without_a_model_all_that_people_said_is_found_and_nothing_else(made: dict[str, Score]) -> None:
    alone = made["no model"]
    spoken = alone.causes - alone.silent[1]
    assert (alone.found, alone.wrong, alone.poisoned) == (spoken, 0, 0)


def test_a_model_that_knows_finds_what_nobody_spoke_of(made: dict[str, Score]) -> None:
    perfect = made["perfect model"]
    assert (perfect.found, perfect.wrong) == (perfect.causes, 0)
    assert "| perfect model |" in table(made.values())


def test_a_careless_model_takes_nothing_away_that_people_said(made: dict[str, Score]) -> None:
    careless, alone = made["careless model"], made["no model"]
    assert careless.found - careless.silent[0] == alone.found
