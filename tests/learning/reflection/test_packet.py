"""Small packets, both sides in each, and nothing of the newest third."""

from mcp_server.learning.cluster import Cluster
from mcp_server.learning.reflection.packet import FAILING, ITEMS, PASSING, SAID, Matter, packets, side_of, split
from store.records import Evidence, Kind
from store.values import replace
from tests.learning.workbench import MACHINE, TARGET
from tests.store.facts import NOW, fact


def failed(number: int, session: str | None = None, path: str = "") -> Evidence:
    made = fact(
        f"it broke {number}",
        kind=Kind.FAILURE,
        fingerprint=TARGET,
        session=session or f"s{number}",
        source=MACHINE,
        time=NOW + number,
        path=path,
    )
    return replace(made, id=number + 1)


def passed(number: int) -> Evidence:
    made = fact(f"it ran {number}", kind=Kind.RUN, session=f"p{number}", source=MACHINE, time=NOW + number)
    return replace(made, id=1000 + number)


def matter(failing: int = 0, passing: int = 0, said: int = 0) -> Matter:
    return Matter(
        Cluster(TARGET, failing),
        tuple(replace(fact(f"say {number}"), id=2000 + number) for number in range(said)),
        tuple(map(failed, range(failing))),
        tuple(map(passed, range(passing))),
    )


def test_of_six_sessions_the_newest_third_is_kept_and_of_five_none() -> None:
    parts = split(failed(number) for number in reversed(range(6)))
    assert [each.session for each in parts.shown] == ["s0", "s1", "s2", "s3"]
    assert [each.session for each in parts.kept] == ["s4", "s5"]
    assert (parts.since, parts.reserved) == (NOW + 4, {"s4", "s5"})
    five = split(map(failed, range(5)))
    assert (five.kept, five.reserved, five.since) == ((), frozenset(), float("inf"))


def test_sessions_are_kept_whole_and_never_those_in_which_a_person_spoke() -> None:
    facts = [failed(number, session=f"s{number // 2}") for number in range(12)]
    parts = split(facts, spoken={"s5"})
    assert {each.session for each in parts.kept} == {"s4"}
    assert {each.session for each in parts.shown}.isdisjoint(parts.reserved)
    assert len(parts.shown) + len(parts.kept) == 12


def test_a_packet_holds_eight_pieces_at_most_and_both_sides() -> None:
    for failing, passing, said in [(20, 1, 12), (3, 0, 0), (0, 0, 3), (1, 20, 1), (40, 16, 2), (0, 3, 0), (8, 8, 0)]:
        world = matter(failing, passing, said)
        made = packets(world)
        pieces = len(world.failing) + len(world.passing) + min(said, 4 if failing or passing else 8)
        assert len(made) == max(1, -(-pieces // ITEMS)) <= 6 or len(made) == 6
        for packet in made:
            sides = [item.side for item in packet.items]
            assert len(sides) <= ITEMS
            assert (FAILING in sides) == bool(failing)
            assert (PASSING in sides) == bool(passing)
            assert (SAID in sides) == bool(said)
        assert [(each.number, each.parts) for each in made] == [(n + 1, len(made)) for n in range(len(made))]


def test_evidence_of_small_causes_is_all_shown() -> None:
    world = matter(3, 2, 1)
    (packet,) = packets(world)
    assert {item.fact.id for item in packet.items} == {each.id for each in world.facts}


def test_an_item_names_the_files_that_its_session_touched() -> None:
    world = Matter(Cluster(TARGET, 1), failing=(failed(1, path="src/a.py"),), files={"s1": ("src/b.py", "src/a.py")})
    (packet,) = packets(world)
    assert [item.files for item in packet.items] == [("src/a.py", "src/b.py")]


def test_a_change_seen_with_the_repair_stands_with_the_sessions_that_passed() -> None:
    assert side_of(fact("+x", kind=Kind.CHANGE, side="passing")) == PASSING
    assert side_of(fact("+x", kind=Kind.CHANGE, side="failing")) == FAILING
    assert [side_of(fact("x", kind=kind)) for kind in (Kind.FIXED, Kind.RUN, Kind.FAILURE)] == [
        PASSING,
        PASSING,
        FAILING,
    ]
