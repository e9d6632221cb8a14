"""The verdict of a reviewer is that of their newest review, if it was not taken back."""

from mcp_server.learning import reviews


def standing(*given: tuple[float, str, str]) -> str:
    return reviews.standing((time, {"state": state, "id": ident}) for time, state, ident in given)


def test_who_gave_no_verdict_has_none():
    assert standing() == ""
    assert standing((1, "commented", "a")) == ""
    assert standing((1, "resolved", "t"), (2, "unresolved", "t")) == ""
    assert reviews.standing([(1.0, {})]) == ""


def test_a_reviewers_newest_verdict_stands_in_whatever_order_it_is_told():
    told = [(1.0, "changes requested", "a"), (2.0, "approved", "b"), (3.0, "commented", "c"), (4.0, "resolved", "t")]
    assert standing(*told) == standing(*reversed(told)) == "approved"


def test_a_dismissed_review_is_no_verdict_whichever_was_heard_of_first():
    assert standing((1, "changes requested", "a"), (1, "dismissed", "a")) == ""
    assert standing((1, "dismissed", "a"), (1, "changes requested", "a")) == ""
    assert standing((1, "changes requested", "a"), (5, "dismissed", "a")) == ""


def test_a_dismissal_withdraws_no_other_review():
    assert standing((1, "changes requested", "a"), (1, "dismissed", "a"), (2, "approved", "b")) == "approved"
    assert standing((1, "approved", "a"), (2, "changes requested", "b"), (3, "dismissed", "b")) == ""
