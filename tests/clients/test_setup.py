"""`setup` makes a real client use us; `uninstall` takes us out again."""

from tests.clients import trust
from tests.clients.conversation import Say
from tests.clients.journeys import GET, NEXT, RULE, TASK, Journey
from tests.clients.stage import Stage, hooks_of


def test_the_client_itself_says_that_the_server_works(journey: Journey) -> None:
    client = journey.stage.client
    listed = journey.stage.command(client.listing)
    (line,) = [
        line for line in (listed.out + listed.err).splitlines() if "promptlearn" in line and client.works in line
    ]
    assert line


def test_setup_again_changes_nothing(journey: Journey) -> None:
    before = journey.stage.snapshot()
    journey.stage.set_up()
    assert journey.stage.snapshot() == before


def test_doctor_finds_the_client_its_server_and_its_hooks_in_order(journey: Journey) -> None:
    with journey.stage.person() as desk:
        checks = {check["name"]: check["words"] for check in desk.facts("doctor")["checks"]}
    assert checks["server"].startswith("answered in")
    assert checks[journey.stage.client.name].startswith("its files hold our part")
    hooks = [words for name, words in checks.items() if name.startswith(f"{journey.stage.client.name} ")]
    assert bool(hooks) is (hooks_of(journey.stage.client.name) is not None)
    assert "never" not in " ".join(hooks)


def test_uninstall_gives_every_file_back_byte_for_byte(stage: Stage) -> None:
    before = stage.snapshot()
    said = stage.set_up()
    touched = {name for name, data in stage.snapshot().items() if before.get(name) != data}
    assert touched
    assert all(name.rsplit("/", maxsplit=1)[-1] in said for name in touched)
    with stage.person() as desk:
        desk.run("uninstall", "--yes")
    assert stage.snapshot() == before


def test_after_uninstall_the_client_works_without_us(stage: Stage) -> None:
    stage.set_up()
    if stage.client.name == "codex":
        trust.hooks(stage, trust=True)
    with stage.person() as desk:
        desk.run("add", RULE)
    first = stage.play(TASK, GET).first
    # Codex looks for tools later, Cline tells its model nothing of a server: one of the two is there at once.
    offered = [name for name in first.tools if "promptlearn" in name]
    assert offered or stage.client.instructions.search(first.text)
    assert stage.client.instructions.search(first.text) or stage.client.name == "cline"
    with stage.person() as desk:
        desk.run("uninstall", "--yes")
    alone = stage.play(NEXT, Say("Fine."))
    assert [name for name in alone.first.tools if "promptlearn" in name] == []
    assert stage.client.instructions.search(alone.first.text) is None
    assert RULE not in alone.first.text
