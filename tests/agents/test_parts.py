"""Our part of a file is put there once, known again, and goes without anything of the owner's."""

import json
from typing import Any

import pytest

from mcp_server.agents.parts import (
    ForeignError,
    Kept,
    Part,
    apply,
    handlers,
    is_shell,
    merged,
    our_hook,
    ours,
    read,
    remove,
    unknown,
)
from mcp_server.agents.sheet import SpliceError

WAY = ("mcpServers", "promptlearn")
ENTRY: dict[str, object] = {"command": "/py", "args": ["-m", "mcp_promptlearn", "serve"], "env": {"HERE": None}}


def group(event: str, program: str = "/py -E -P -m mcp_promptlearn") -> dict[str, Any]:
    return {"matcher": "a|b", "hooks": [{"type": "command", "command": f"{program} hook claude-code {event}"}]}


FOREIGN = {"type": "command", "command": "prettier --write"}

PART: Part = {
    WAY: ENTRY,
    ("permissions", "allow"): ["mcp__promptlearn"],
    ("hooks", "Start"): [group("Start")],
    ("hooks", "Stop"): [group("Stop")],
}


def applied(text: str, part: Part = PART) -> str:
    return apply(text, part, toml=False)[0]


def value(text: str) -> Any:
    return json.loads(text)


def test_a_part_is_put_into_an_empty_file_and_a_second_time_changes_nothing() -> None:
    text = applied("")
    assert value(text) == {
        "mcpServers": {"promptlearn": {"command": "/py", "args": ["-m", "mcp_promptlearn", "serve"]}},
        "permissions": {"allow": ["mcp__promptlearn"]},
        "hooks": {"Start": [group("Start")], "Stop": [group("Stop")]},
    }
    assert applied(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "{}\n",
        '{"mcpServers": {}, "hooks": {}, "permissions": {"allow": []}}',
        json.dumps({"hooks": {"Start": [{"hooks": [FOREIGN]}]}, "permissions": {"allow": ["Bash"]}}, indent=4),
        json.dumps({"hooks": {"Stop": [{"hooks": [FOREIGN]}, "no group", {"hooks": 3}]}, "x": [1]}, indent="\t"),
    ],
)
def test_what_was_put_in_goes_to_the_byte_although_nothing_but_the_record_tells(text: str) -> None:
    after, kept = apply(text, PART, toml=False)
    assert after != text
    assert remove(after, kept, toml=False) == text


def test_what_a_person_wrote_meanwhile_stays_when_ours_goes() -> None:
    text, kept = apply('{"hooks": {}}', PART, toml=False)
    edited = value(text)
    edited["hooks"]["Start"][0]["hooks"].insert(0, FOREIGN)  # in our own group
    edited["hooks"]["Stop"].append({"hooks": [FOREIGN]})
    edited["permissions"]["allow"].insert(0, "Bash")
    edited["mcpServers"]["other"] = {"command": "x"}
    assert value(remove(json.dumps(edited), kept, toml=False)) == {
        "hooks": {"Start": [{"matcher": "a|b", "hooks": [FOREIGN]}], "Stop": [{"hooks": [FOREIGN]}]},
        "permissions": {"allow": ["Bash"]},
        "mcpServers": {"other": {"command": "x"}},
    }


def test_what_a_person_took_out_already_is_not_missed() -> None:
    _, kept = apply("", PART, toml=False)
    assert remove("{}", kept, toml=False) == "{}"
    assert remove('{"permissions": {"allow": ["Bash"]}, "hooks": []}', kept, toml=False) == (
        '{"permissions": {"allow": ["Bash"]}}'  # a list where we made a table: empty, so it goes with the rest
    )
    assert remove('{"mcpServers": {"promptlearn": {"command": "other"}}}', kept, toml=False) == (
        '{"mcpServers": {"promptlearn": {"command": "other"}}}'
    )


def test_a_permission_that_a_person_had_given_stays_theirs() -> None:
    text = '{"permissions": {"allow": ["mcp__promptlearn"]}}'
    after, kept = apply(text, PART, toml=False)
    assert remove(after, kept, toml=False) == text


def test_an_older_entry_of_ours_is_updated_and_comes_back() -> None:
    old = {"command": "mcp-promptlearn", "args": ["serve"], "timeout": 5, "env": {"HERE": "x", "THERE": "y"}}
    text = json.dumps({"mcpServers": {"promptlearn": old}})
    after, kept = apply(text, {WAY: ENTRY}, toml=False)
    assert value(after)["mcpServers"]["promptlearn"] == {
        "command": "/py",
        "args": ["-m", "mcp_promptlearn", "serve"],
        "timeout": 5,
        "env": {"THERE": "y"},
    }
    edited = json.dumps({**value(after), "more": 1})
    assert value(remove(edited, kept, toml=False)) == {"mcpServers": {"promptlearn": old}, "more": 1}


def test_a_new_word_in_the_environment_of_an_older_entry_is_added() -> None:
    text = '{"mcpServers": {"promptlearn": {"command": "mcp-promptlearn"}}}'
    part: Part = {WAY: {"command": "mcp-promptlearn", "env": {"HERE": "x"}}}
    assert (
        applied(text, part) == '{"mcpServers": {"promptlearn": {"command": "mcp-promptlearn", "env": {"HERE": "x"}}}}'
    )


@pytest.mark.parametrize("entry", [{"command": "docker"}, {"url": "https://example.org/promptlearn"}, "text", [], None])
def test_an_entry_under_our_name_that_is_not_ours_is_never_touched(entry: object) -> None:
    text = json.dumps({"mcpServers": {"promptlearn": entry}})
    if entry is None:
        with pytest.raises(SpliceError):
            applied('{"mcpServers": null}')
        return
    with pytest.raises(ForeignError, match=r"mcpServers\.promptlearn"):
        applied(text)


def test_older_hooks_are_replaced_where_they_stand_and_doubled_ones_go() -> None:
    old = [
        {"hooks": [FOREIGN, group("Start", "uvx mcp-promptlearn@0.1.0")["hooks"][0]]},
        group("Start", "/old/mcp-promptlearn"),
        {"hooks": [FOREIGN]},
    ]
    after = value(applied(json.dumps({"hooks": {"Start": old}}), {("hooks", "Start"): [group("Start")]}))
    assert after["hooks"]["Start"] == [{"hooks": [FOREIGN, group("Start")["hooks"][0]]}, {"hooks": [FOREIGN]}]
    assert value(applied(json.dumps(after), {("hooks", "Start"): [group("Start")]})) == after

    alone = json.dumps({"hooks": {"Start": [{"matcher": "old", **group("Start", "/old/mcp-promptlearn")}]}})
    assert value(applied(alone, {("hooks", "Start"): [group("Start")]})) == {"hooks": {"Start": [group("Start")]}}


def test_a_group_of_ours_alone_is_replaced_whole_with_what_it_listens_to() -> None:
    text = json.dumps({"hooks": {"Start": [{**group("Start"), "matcher": "old"}]}})
    assert value(applied(text, {("hooks", "Start"): [group("Start")]}))["hooks"]["Start"] == [group("Start")]


def test_where_nobody_recorded_anything_our_part_is_known_by_its_looks() -> None:
    assert remove(applied("{}"), unknown(PART), toml=False) == "{}"
    kept = '{"mcpServers": {"promptlearn": {"command": "docker"}}}'
    assert remove(kept, unknown(PART), toml=False) == kept


def test_the_first_of_two_records_tells_what_was_there() -> None:
    first = (Kept(WAY, 1), Kept(("permissions", "allow"), 1, "mcp__promptlearn"), Kept(("hooks", "Start"), 2))
    second = (Kept(WAY, 3, was={"command": "/py"}), Kept(("hooks", "Start"), 3), Kept(("hooks", "Stop"), 2))
    assert merged(first, second) == (*first, Kept(("hooks", "Stop"), 2))


@pytest.mark.parametrize(
    "command",
    [
        {"command": "mcp-promptlearn", "args": ["serve"]},
        {"command": "uvx", "args": ["mcp-promptlearn@0.1.0", "serve"]},
        {"command": "uvx", "args": ["--from", "mcp-promptlearn[try]==0.1", "x"]},
        {"command": ["C:\\Program Files\\Python\\python.exe", "-E", "-P", "-m", "mcp_promptlearn", "serve"]},
        {"command": "C:\\tools\\mcp-promptlearn.exe", "args": ["serve"]},
        {"command": "/home/me/mcp_promptlearn.py"},
    ],
)
def test_an_entry_that_starts_this_program_is_ours_however_it_was_written(command: dict[str, object]) -> None:
    assert ours(command)


@pytest.mark.parametrize(
    "command",
    [
        {},
        {"command": "docker", "args": ["run", "other/mcp-promptlearn-fork"]},
        {"command": "my-mcp-promptlearn-thing"},
        {"args": [1, None]},
        "mcp-promptlearn",
        None,
    ],
)
def test_any_other_entry_is_not(command: object) -> None:
    assert not ours(command)


def test_a_hook_is_ours_in_every_shell_and_without_one() -> None:
    lines = [
        "/py -E -P -m mcp_promptlearn hook claude-code Stop",
        "'/my py' -E -P -m mcp_promptlearn hook claude-code Stop",
        "env PROMPTLEARN_HOME=/x /py -E -P -m mcp_promptlearn hook codex Stop",
        "& 'C:\\Program Files\\python.exe' -E -P -m mcp_promptlearn hook codex Stop",
        "uvx mcp-promptlearn@0.1.0 hook claude-code Stop",
        '"/x/mcp-promptlearn" hook claude-code Stop',
    ]
    assert all(our_hook({"command": line}) for line in lines)
    assert our_hook({"command": "/py", "args": ["-m", "mcp_promptlearn", "hook", "claude-code", "Stop"]})
    others = ["echo mcp_promptlearn", "my-hook claude-code Stop", "mcp-promptlearn status"]
    assert not any(our_hook({"command": line}) for line in others)


def test_a_shell_is_what_nobody_would_have_written_for_its_own_sake() -> None:
    assert all(is_shell(text, toml=False) for text in ("", "\ufeff\n", "{}", '{\n  "$schema": "x"\n}'))
    assert all(is_shell(text, toml=True) for text in ("", "\n", "# words\n"))
    assert not any(is_shell(text, toml=False) for text in ('{"a": 1}', "[]", "{"))
    assert read(" \n", toml=False) is None


def test_a_table_of_toml_is_put_updated_and_taken_out_by_the_same_rules() -> None:
    part: Part = {("mcp_servers", "promptlearn"): {**ENTRY, "on": True}}
    text = '# mine\n[tui]\ntheme = "dark"\n'
    after, kept = apply(text, part, toml=True)
    assert after == (
        f'{text}\n[mcp_servers.promptlearn]\ncommand = "/py"\nargs = ["-m", "mcp_promptlearn", "serve"]\non = true\n'
    )
    assert apply(after, part, toml=True)[0] == after
    assert remove(after, kept, toml=True) == text
    behind = "\n[hooks.state]\nx = 1\n"
    assert remove(after + behind, kept, toml=True) == text + behind

    older = after.replace('"/py"', '"mcp-promptlearn"').replace("on = true\n", 'env = { HERE = "x", THERE = "y" }\n')
    newer, kept = apply(older, part, toml=True)
    assert newer == after.replace("on = true\n", 'env = { THERE = "y" }\non = true\n')
    back = remove(newer + behind, kept, toml=True)
    assert read(back, toml=True) == read(older + behind, toml=True)

    with pytest.raises(ForeignError):
        apply('[mcp_servers.promptlearn]\nurl = "x"\n', part, toml=True)


def test_what_a_client_noted_beside_us_goes_with_us_when_it_is_known() -> None:
    text = '[hooks.state]\n\n[hooks.state."/h.json:stop:0:0"]\ntrusted_hash = "x"\n'
    marks = [Kept(("hooks", "state", "/h.json:stop:0:0"), 2), Kept(("hooks", "state", "/h.json:stop:1:0"), 2)]
    assert remove(f"a = 1\n\n{text}", marks, toml=True, known=True) == "a = 1\n"
    assert remove(text, marks, toml=True) == text


def test_a_list_of_handlers_without_groups_is_added_to_made_new_and_left_as_it_was() -> None:
    theirs = '{\n  "version": 1,\n  "hooks": {\n    "stop": [\n      {"command": "./mine.sh"}\n    ]\n  }\n}\n'
    ours_now = {"command": "python -m mcp_promptlearn hook cursor stop", "timeout": 10}
    part = {("hooks", "stop"): [ours_now]}
    after, kept = apply(theirs, part, toml=False)
    assert json.loads(after)["hooks"]["stop"] == [{"command": "./mine.sh"}, ours_now]
    assert apply(after, part, toml=False)[0] == after
    older = after.replace('"timeout": 10', '"timeout": 5')
    assert json.loads(apply(older, part, toml=False)[0]) == json.loads(after)
    assert remove(after, kept, toml=False) == theirs
    assert is_shell('{"version": 1}', toml=False)
    assert not is_shell("[]", toml=False)


def test_a_hook_that_powershell_runs_is_known_as_ours() -> None:
    assert our_hook({"powershell": "& 'C:\\p.exe' -m mcp_promptlearn hook windsurf pre_user_prompt"})
    assert handlers(["no mapping"]) == []


def test_an_entry_of_an_older_zed_is_known_as_ours_and_made_new() -> None:
    older = {"command": {"path": "/py", "args": ["-m", "mcp_promptlearn", "serve"]}}
    assert ours(older)
    assert not ours({"command": {"path": "/py", "args": None}})
    text = json.dumps({"context_servers": {"promptlearn": older}})
    wanted: dict[str, object] = {"source": "custom", "command": "/new", "args": ["-m", "mcp_promptlearn", "serve"]}
    after, kept = apply(text, {("context_servers", "promptlearn"): wanted}, toml=False)
    assert json.loads(after) == {"context_servers": {"promptlearn": wanted}}
    assert json.loads(remove(after, kept, toml=False)) == json.loads(text)
