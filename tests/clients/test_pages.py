"""What the docs tell a person to type at a client works in the real one, and the rule of the page is there."""

import re
import shlex

from mcp_server.agents.known import CLIENTS
from tests.client_pages import page
from tests.clients import trust
from tests.clients.conversation import Say
from tests.clients.stage import Stage

BLOCK = re.compile(r"^```console\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
ADDED = re.compile(r"^mcp-promptlearn add (?:--yes )?(.*)$", flags=re.MULTILINE)


def test_what_a_page_says_to_type_at_the_client_brings_the_rule_of_the_page(stage: Stage) -> None:
    (client,) = (client for client in CLIENTS if client.name == stage.client.name)
    text = page(client).read_text(encoding="utf-8")
    lines = "".join(BLOCK.findall(text)).splitlines()
    assert lines
    rule, *_ = shlex.split(ADDED.findall(text)[0])
    stage.set_up()
    if client.name == "codex":
        trust.hooks(stage, trust=True)
    with stage.person() as desk:
        desk.run("add", rule)
    for line in lines:
        words = shlex.split(line, comments=True)
        (prompt,) = (word for word in words if " " in word)
        stage.model.script.plays[prompt] = [Say("It stands.")]
        assert rule in stage.run(words).first.text, line
