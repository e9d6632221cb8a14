"""What an import does to the rules: nothing where nothing changed, and what the files say where something did."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_server.learning.imported import Plan, Sentence, Wish, merged, plan
from store.memory import MemoryStore
from store.records import LIVE, Source, State, Trust, Wording
from store.revise import Add, Move, Reword, Step
from store.text import trusted_text

HERE = "example.org/project"
WORDS = (
    "Use pnpm.",
    "Use pnpm, never npm.",
    "Keep lines short.",
    "Say why in a commit, always and briefly.",
    "保持行短",
)
FILES = ("CLAUDE.md", "AGENTS.md", "api/AGENTS.md")


def sentence(text: str, file: str = "CLAUDE.md", line: int = 1, *paths: str) -> Sentence:
    return Sentence(trusted_text(text), paths, file, line, "")


def empty() -> MemoryStore:
    return MemoryStore(chance=Random(7).randbytes)


def planned(
    store: MemoryStore, said: list[Sentence], *, wish: Wish | None = None, covered: set[str] | None = None
) -> Plan:
    return plan(
        merged(said),
        store.rules(HERE),
        project=HERE,
        covered=covered,
        wish=wish or Wish(),
        versions=store.versions,
    )


def imported(said: list[Sentence], store: MemoryStore | None = None, *, wish: Wish | None = None) -> MemoryStore:
    store = store or empty()
    steps = planned(store, said, wish=wish).steps
    if steps:
        store.revise(HERE, steps, cause="import", now=1.0)
    return store


SAID = st.lists(
    st.builds(
        lambda text, file, line: sentence(text, file, line, *(("api/**",) if "/" in file else ())),
        st.sampled_from(WORDS),
        st.sampled_from(FILES),
        st.integers(1, 9),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(st.lists(SAID, min_size=1, max_size=3))
def test_an_import_after_an_import_changes_nothing_and_the_rules_are_what_the_files_say(
    times: list[list[Sentence]],
) -> None:
    store = empty()
    for said in times:
        imported(said, store)
        again = planned(store, said)
        assert again.steps == ()
        live = [(rule.text, rule.current.paths) for rule in store.rules(HERE, states=LIVE)]
        assert sorted(live) == sorted((each.text, each.paths) for each in merged(said))
        assert all(rule.pinned for rule in store.rules(HERE, states=LIVE))


def test_a_sentence_for_all_covers_those_for_a_part_and_files_of_one_scope_are_named_together() -> None:
    said = [
        sentence("Use tabs.", "api/AGENTS.md", 1, "api/**"),
        sentence("Use tabs.", "CLAUDE.md"),
        sentence("use  tabs.", "AGENTS.md"),
        sentence("Use nouns.", "a/AGENTS.md", 1, "a/**"),
        sentence("Use nouns.", "b/AGENTS.md", 1, "b/**"),
    ]
    assert [(each.text, each.file, each.also) for each in merged(said)] == [
        ("Use tabs.", "CLAUDE.md", ("AGENTS.md",)),
        ("Use nouns.", "a/AGENTS.md", ()),
        ("Use nouns.", "b/AGENTS.md", ()),
    ]


def test_the_same_sentence_for_another_part_is_another_rule() -> None:
    store = imported([sentence("Use nouns.", "b/AGENTS.md", 1, "b/**")])
    found = planned(
        store, [sentence("Use nouns.", "a/AGENTS.md", 1, "a/**"), sentence("Use nouns.", "b/AGENTS.md", 1, "b/**")]
    )
    assert [each.file for each in found.added] == ["a/AGENTS.md"]
    assert [rule.id for rule, _ in found.kept] == [1]


def test_the_nearest_old_sentence_is_the_one_that_changed() -> None:
    store = imported([sentence("Use pnpm for all packages."), sentence("Use pnpm for most packages here.")])
    found = planned(store, [sentence("Use pnpm for most packages."), sentence("Use pnpm for all of the packages.")])
    assert sorted((rule.id, each.text) for rule, each in found.changed) == [
        (1, "Use pnpm for all of the packages."),
        (2, "Use pnpm for most packages."),
    ]
    assert {type(step.change) for step in found.steps} == {Reword}


def test_a_sentence_in_a_script_without_blanks_can_change_too() -> None:
    store = imported([sentence("保持每一行都很短")])
    assert [rule.id for rule, _ in planned(store, [sentence("保持每一行都更短")]).changed] == [1]


def test_a_rule_for_all_is_not_spared_where_only_a_part_reads_it() -> None:
    store = empty()
    wording = Wording(trusted_text("Use tabs."), (), Source("command line", "person", Trust.OWNER))
    store.revise(
        HERE, [Step(Add(wording, state=State.ACTIVE), kind="add", actor="person", reason="")], cause="add", now=1.0
    )
    part = planned(store, [sentence("Use tabs.", "api/AGENTS.md", 1, "api/**")])
    whole = planned(store, [sentence("Use tabs.", "AGENTS.md")])
    assert (part.also, whole.also) == ({1: ()}, {1: ("AGENTS.md",)})
    assert part.steps == whole.steps == ()


def test_a_scoped_rule_does_not_stand_for_a_sentence_about_all() -> None:
    store = empty()
    wording = Wording(trusted_text("Use tabs."), ("a/**",), Source("command line", "person", Trust.OWNER))
    store.revise(
        HERE, [Step(Add(wording, state=State.ACTIVE), kind="add", actor="person", reason="")], cause="add", now=1.0
    )
    assert len(planned(store, [sentence("Use tabs.")]).added) == 1


def test_only_the_files_that_were_asked_for_lose_rules() -> None:
    store = imported([sentence("Use tabs."), sentence("Use nouns.", "AGENTS.md")])
    found = planned(store, [], covered={"AGENTS.md"})
    assert [rule.id for rule in found.gone] == [2]
    assert isinstance(found.steps[0].change, Move)


def test_a_file_for_a_part_does_not_take_the_rule_of_one_that_was_not_asked_for() -> None:
    store = imported([sentence("Use tabs.", "AGENTS.md"), sentence("Use nouns.", "a/AGENTS.md", 1, "a/**")])
    part = [sentence("Use tabs.", "b/AGENTS.md", 1, "b/**"), sentence("Use nouns.", "b/AGENTS.md", 2, "b/**")]
    found = planned(store, part, covered={"b/AGENTS.md"})
    assert [(rule.id, each.text) for rule, each in found.known] == [(1, "Use tabs.")]
    assert [each.text for each in found.added] == ["Use nouns."]
    assert found.also == {1: ()}


def test_an_agent_only_adds_and_only_candidates() -> None:
    agent = Wish(Trust.AGENT, "AGENT is set")
    store = imported([sentence("Use tabs."), sentence("Use nouns.")])
    imported([sentence("Use nouns.")], store)
    found = planned(store, [sentence("Use verbs."), sentence("Use tabs.")], wish=agent)
    assert found.gone == ()
    assert [rule.id for rule, _ in found.known] == [1]
    (step,) = found.steps
    assert isinstance(step.change, Add)
    assert (step.change.state, step.change.wording.source.trust, step.actor) == (State.CANDIDATE, Trust.AGENT, "agent")
    assert step.change.wording.source.origin == "import CLAUDE.md, AGENT is set"
