"""That a shelf finds what holding a text against every sentence would find."""

from hypothesis import example, given
from hypothesis import strategies as st

from mcp_server.learning.likeness import Comparison, Likeness, Shelf, compare, nearest
from mcp_server.learning.plain import listed

WORDS = sorted(
    listed("use pnpm npm not never instead of , . for in tests run before 2 two disable prefer over to without the")
)
sentences = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)


@given(sentences, st.lists(sentences, max_size=12))
@example("the", ["the", "use the"])
@example("use pnpm", ["never use pnpm for tests", "not pnpm"])
@example("use pnpm for tests", ["not pnpm", "use pnpm for tests"])
def test_the_nearest_on_a_shelf_is_the_nearest_of_all(text: str, others: list[str]):
    assert Shelf(enumerate(others)).nearest(text) == nearest(text, enumerate(others))


@given(sentences, st.lists(sentences, max_size=12))
def test_the_same_on_a_shelf_is_the_first_that_says_the_same(text: str, others: list[str]):
    alike = (number for number, other in enumerate(others) if compare(text, other).likeness is Likeness.SAME)
    assert Shelf(enumerate(others)).same(text) == next(alike, None)


@given(sentences, st.lists(sentences, min_size=1, max_size=8), st.data())
def test_a_sentence_put_in_the_place_of_another_is_found_instead_of_it(
    text: str, others: list[str], data: st.DataObject
):
    shelf = Shelf(enumerate(others))
    for _ in range(3):
        number, other = data.draw(st.integers(0, len(others) - 1)), data.draw(sentences)
        shelf.put(number, other)
        others[number] = other
    assert shelf.nearest(text) == nearest(text, enumerate(others))


def test_numbers_are_kept_in_the_order_they_came():
    shelf = Shelf([(7, "Use npm."), (2, "Use npm.")])
    assert shelf.same("Use npm.") == 7
    assert shelf.nearest("Never use npm.") == (7, Comparison(Likeness.OPPOSITE, 1.0))
