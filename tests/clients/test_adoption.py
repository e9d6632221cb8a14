"""A repository with rule files of different ages adopts us: nothing arrives twice, what is learnt reaches everybody."""

import subprocess
from collections.abc import Mapping

from mcp_server.agents.client import Moment
from mcp_server.agents.reads import reads
from mcp_server.importers.rulefiles.forms import form
from tests.clients import trust
from tests.clients.conversation import Edit, Say
from tests.clients.stage import Played, Stage

OF_CLAUDE = "Format with `just format` before you commit."
OF_BOTH = "Say in each commit why the change was made."
OF_AGENTS = "Ask before you add a dependency."
OF_CURSOR = "Keep the names of fields in English."
OF_ONE_FILE = "Keep one field on each line."

FILES = {
    "CLAUDE.md": f"# House rules\n\n- {OF_CLAUDE}\n- {OF_BOTH}\n",
    "AGENTS.md": f"# For agents\n\n- {OF_BOTH}\n- {OF_AGENTS}\n",
    ".cursor/rules/names.mdc": f"---\nglobs:\nalwaysApply: true\n---\n\n- {OF_CURSOR}\n",
    ".cursor/rules/fields.mdc": f"---\nglobs: fields.txt\nalwaysApply: false\n---\n\n- {OF_ONE_FILE}\n",
}
"""By name, in the order of their ages, oldest first."""
STANDING = (OF_CLAUDE, OF_BOTH, OF_AGENTS, OF_CURSOR)
"""What holds for every file."""

CORRECTION = "No, use uv, not pip."
TASK = "Add the field email to the form."


class Adopted:
    """The repository, and one session after it adopted us."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        for month, (name, text) in enumerate(FILES.items(), start=1):
            path = stage.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            self._commit(name, month)
        self.before = self._files()
        stage.set_up()
        if stage.client.name == "codex":
            trust.hooks(stage, trust=True)
        with stage.person() as desk:
            desk.run("import", "--yes")
            self.known = {rule["text"] for rule in desk.facts("rules")["rules"]}
            desk.run("feedback", CORRECTION)
            desk.run("consolidate", "--no-model")
            desk.keys = ["y"]
            desk.run("review")
            (self.learnt,) = {rule["text"] for rule in desk.facts("rules")["rules"]} - self.known
            self.guide = desk.run("guide")
        self.played: Played = stage.play(TASK, Edit("fields.txt", "name\n", "name\nemail\n"), Say("Done."))

    def counts(self) -> Mapping[str, int]:
        """How often each sentence stands in all that the model is shown in the end."""
        text = self.played.asked[-1].text
        return {sentence: text.count(sentence) for sentence in (*STANDING, OF_ONE_FILE, self.learnt)}

    def _commit(self, name: str, month: int) -> None:
        date = f"2025-{month:02}-01T12:00:00Z"
        environment = {**self.stage.environment, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        for words in (["add", name], ["commit", "--quiet", "-m", f"Add {name}"]):
            subprocess.run(["git", *words], cwd=self.stage.project, env=environment, check=True)

    def _files(self) -> dict[str, bytes]:
        """The rule files as they are."""
        return {name: (self.stage.project / name).read_bytes() for name in FILES}

    def leaves(self) -> dict[str, bytes]:
        """Take us out again, and look at the rule files."""
        with self.stage.person() as desk:
            desk.run("uninstall", "--yes")
        return self._files()


def test_a_repository_with_old_rule_files_adopts_us_and_nothing_arrives_twice(stage: Stage) -> None:
    adopted = Adopted(stage)
    assert adopted.known == {*STANDING, OF_ONE_FILE}

    counts = adopted.counts()
    assert {sentence: counts[sentence] for sentence in STANDING} == _as_often_as_it_must(stage.client.name)
    assert counts[adopted.learnt] == 1
    # The rule of one of Cursor's files comes with the first edit of what it is about, where a hook can bring it.
    filed = Moment.FILE in stage.arrives
    assert counts[OF_ONE_FILE] == filed

    # What the client reads by itself came from its file, and all the rest from us.
    (session,) = stage.sessions()
    ours = {*STANDING, adopted.learnt} - _read_by_itself(stage.client.name)
    assert len(stage.shown(session.id)) == len(ours) + filed

    assert all(sentence in adopted.guide for sentence in (*STANDING, OF_ONE_FILE, adopted.learnt))
    assert adopted.leaves() == adopted.before


def _read(client: str) -> list[str]:
    """The texts of the files that a client reads by itself here."""
    present = {form(name) for name in FILES}
    return [text for name, text in FILES.items() if reads(client, [name], present)]


def _read_by_itself(client: str) -> set[str]:
    """What stands in those files."""
    return {sentence for sentence in STANDING if any(sentence in text for text in _read(client))}


def _as_often_as_it_must(client: str) -> dict[str, int]:
    """Once, but for what stands in two files that the client reads both by itself."""
    return {sentence: max(1, sum(sentence in text for text in _read(client))) for sentence in STANDING}
