"""`try`: the whole loop in a temporary folder, with a real repository, tests, server and client."""

import argparse
import json
import os
import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from mcp_server.commands import CommandError
from mcp_server.knobs import Knobs
from mcp_server.person import Surroundings
from mcp_server.rehearsal import Day, Reports, days
from mcp_server.settings import Settings, interpreter
from mcp_server.wiring import Wiring

SAID = "After you edit fields.txt, run `python make_form.py`; never edit form.py by hand."


def arguments(parser: argparse.ArgumentParser, command: str) -> None:
    """Declare what the command takes."""
    del command
    parser.add_argument("--keep", metavar="FOLDER", help="play in this new folder and leave it")


def run(options: argparse.Namespace, wiring: Wiring) -> int:
    """Play the loop once and say at every step what happens."""
    if find_spec("pytest") is None:
        raise CommandError(
            "try runs a real failing test and needs pytest: pip install 'mcp-promptlearn[try]', in a clone uv tool "
            "install '.[try]'"
        )
    if shutil.which("git") is None:
        raise CommandError("try makes a real repository and needs git on PATH; install git and run it again")
    try:
        if options.keep is None:
            with TemporaryDirectory(prefix="promptlearn-try-") as folder:
                return Play(wiring, Path(folder).resolve()).run()
        kept = Path(options.keep).absolute()
        if kept.exists():
            raise CommandError(f"{kept} exists; name a folder that does not")
        kept.mkdir(parents=True)
        return Play(wiring, kept, keep=True).run()
    except CalledProcessError as error:
        said = (error.stderr or b"").decode("utf-8", "replace").strip().splitlines()[-1:]
        why = said[0] if said else f"exit code {error.returncode}"
        raise CommandError(f"`{error.cmd[0]}` failed in the play ({why}); mend that and run it again") from error


class Play:
    """The steps, with a wiring of their own: a temporary store in which the program plays the person."""

    def __init__(self, outer: Wiring, folder: Path, *, keep: bool = False) -> None:
        from rich.console import Console

        self._console = Console(highlight=False, soft_wrap=True)
        self._folder = folder / "demo"
        # In a folder that nobody else could name: whoever plays the person must not be led to a real store.
        self._home = Path(mkdtemp(prefix="promptlearn-play-")).resolve()
        self._outer, self._keep = outer, keep
        self._candidate = ""
        self._step = 0
        self._ahead = 0.0
        """Seconds by which the clock of the play runs ahead."""
        self._trials = Knobs(off=True)
        """The loop is shown without coins, so that it closes for everybody; then they are thrown."""
        self._quiet = False

    def run(self) -> int:
        """Play all of it; 1 if the loop did not close."""
        try:
            return self._play()
        finally:
            if self._keep:
                shutil.move(self._home, self._folder.parent / "home")
            else:
                shutil.rmtree(self._home, ignore_errors=True)

    def _play(self) -> int:
        import anyio

        from mcp_server import scene

        self._title("A repository with a generated file and a test that it is up to date")
        scene.repository(self._folder)
        self._note("form.py is made from fields.txt by make_form.py. The agent does not know that. " + _honest())

        def play(name: str, field: str) -> scene.Played:
            return anyio.run(
                lambda: scene.session(
                    [*interpreter(), "serve"], folder=self._folder, home=self._home, name=name, field=field
                )
            )

        self._title("First session: the agent is to add a field")
        first = play("session-1", "email")
        self._seen(first)
        report = self._folder / "report.xml"
        self._command("ingest", str(self._folder / "report.xml"), "--session", "session-1")
        failed = report.read_bytes()

        self._title("You say one sentence about it")
        self._command("feedback", SAID, "--session", "session-1")

        self._title("Between sessions the evidence becomes a candidate, which nobody is shown")
        self._command("consolidate")

        self._title("You review it, one key")
        self._command("review")

        self._title("Next session: the same agent, one rule richer")
        second = play("session-2", "phone")
        self._seen(second)
        self._command("ingest", str(self._folder / "report.xml"), "--session", "session-2")

        passed = report.read_bytes()

        self._title("Where the rule comes from, and how to undo it")
        self._note("No coins are thrown in this play before step 8, so nothing is measured yet.")
        self._command("why", "R1")
        closed = not first.passed and second.passed and "[R1]" in second.rules
        self._note("Every decision is a revision: `mcp-promptlearn rollback` would undo the last one, your approval.")

        if closed:
            self._title("Does it help? Sessions with it and without, by a coin, on a clock that runs ahead")
            self._trial(Reports(failed, passed))
        self._console.print("\n[bold]The loop closed.[/bold]" if closed else "\n[bold]The loop did not close.[/bold]")
        left = f"All of it lies in {self._folder.parent}" if self._keep else "Nothing of this play is left behind"
        self._note(
            "The test that failed passes, because the next session was served the rule. "
            f"{left}. In your own repository begin with `mcp-promptlearn status`."
            if closed
            else "That is a fault of ours; please report what you see above."
        )
        return 0 if closed else 1

    def _trial(self, reports: Reports) -> None:
        """Put the rule on trial, and decide every evening until it is decided."""
        from mcp_server.session import Caller
        from store.records import State

        self._trials = Knobs()
        self._command("approve", "R1", "--trial")
        self._note("A fresh copy for each session. Without the rule the agent forgets in 7 of 10, with it in 1 of 10.")
        wiring = self._wiring()
        tools, project = wiring.tools(), wiring.place().project.key

        def serve(name: str) -> bool:
            return "[R1]" in tools.call("get_rules", {"task": "add a field"}, Caller(name, "rehearsal"))

        def ingest(report: bytes, name: str) -> None:
            path = self._folder / "report.xml"
            path.write_bytes(report)
            self._command("ingest", str(path), "--session", name, "--no-diff", "--origin", "copy")

        def forward(seconds: float) -> None:
            self._ahead += seconds

        def chance() -> float:
            return int.from_bytes(self._outer.chance(6)) / 2**48

        self._quiet = True
        for day in days(reports, serve=serve, ingest=ingest, now=self._now, forward=forward, chance=chance):
            self._command("consolidate")
            kept = wiring.store().trials(project)
            self._evening(day, json.loads(kept.decided)["rules"]["R1"] if kept and kept.decided else None)
            if wiring.store().rule(1).state is State.ACTIVE:
                break
        self._quiet = False
        wiring.close()
        self._command("report", "R1")

    def _evening(self, day: Day, known: dict[str, Any] | None) -> None:
        said = "no session has settled yet"
        if known is not None:
            effect, low, high = (f"{100 * known[name]:+.0f}" for name in ("effect", "lo", "hi"))
            said = f"{known['n']} settled, effect {effect} points [{low}, {high}], e-value {known['e_help']:.3g} of 20"
        came = f"day {day.number}: {day.sessions} sessions, {day.withheld} without it"
        self._console.print(f"{came}; {said}", markup=False)

    def _now(self) -> float:
        return self._outer.now() + self._ahead

    def _title(self, words: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold]{self._step}. {words}[/bold]")

    def _note(self, words: str) -> None:
        self._console.print(words, style="dim", markup=False)

    def _seen(self, played: object) -> None:
        from rich.panel import Panel
        from rich.text import Text

        from mcp_server.scene import Played

        assert isinstance(played, Played)
        box = Panel(Text(played.rules), title="get_rules: what the agent sees", title_align="left")
        self._console.print(box, soft_wrap=False)
        for did in played.did:
            self._console.print(f"the agent {did}", markup=False)
        style = "green" if played.passed else "red"
        self._console.print(f"pytest: {played.tests}", style=style, markup=False)
        self._console.print(f"report_outcome: {played.reported}", markup=False)

    def _command(self, *words: str) -> None:
        from mcp_server.cli import INTERRUPTED, main

        if not self._quiet:
            shown = " ".join(f"'{word}'" if " " in word else self._short(word) for word in words)
            self._console.print(f"$ mcp-promptlearn {shown}", style="cyan", markup=False)
        code = main(words, self._wiring())
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        if code:
            raise CommandError(f"`{words[0]}` failed inside the play; please report what you see above")

    def _wiring(self) -> Wiring:
        def say(line: str) -> None:
            self._candidate = line if re.match(r"R\d+  ", line) else self._candidate
            if self._quiet:
                return
            self._console.print(self._short(line), markup=False)

        return Wiring(
            settings=Settings(home=self._home, trials=self._trials),
            folder=str(self._folder),
            environment=os.environ,
            surroundings=lambda: Surroundings(terminal=True),
            now=self._now,
            chance=self._outer.chance,
            say=say,
            tell=say,
            ask=_nobody,
            key=self._press,
        )

    def _press(self) -> str:
        """Press y for the one candidate that this play has made, and for nothing else."""
        if self._candidate != f"R1  + {SAID}":
            raise CommandError("this is not the play's own candidate, so nothing was admitted; run try again")
        self._console.print("(the play presses y)", markup=False)
        return "y"

    def _short(self, text: str) -> str:
        return text.replace(str(self._folder) + os.sep, "").replace(str(self._home), "HOME")


def _nobody(question: str) -> str:
    raise CommandError(f"nobody is there to answer {question!r}")


def _honest() -> str:
    return "It is a script that obeys its rules, so this shows the loop, not how well a model obeys."
