"""`learning.model` by a program that is started for each question: an agent's client, or any other command."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
from anyio.abc import ByteReceiveStream, Process

from mcp_server.headless import Agent, Start, one_line
from mcp_server.learning.model import ModelError, Question
from mcp_server.offspring import apart, end
from mcp_server.person import VARIABLES
from mcp_server.settings import secrets
from mcp_server.shape import bare
from mcp_server.spending import Meter, Usage, estimate, tokens
from store.text import clean_line

MOST = 4 * 1024 * 1024
"""Bytes of output that are read."""

PARALLEL = 2
"""Programs at once; each is as large as a client."""

OURS = {"PROMPTLEARN_OWN": "1"}
"""By this our hooks know a run of our own and keep out of it."""

LEFT = (*VARIABLES, "CLAUDE_PROJECT_DIR")
"""Variables by which an agent marks what it starts: a client would take the question for a part of that session."""


class AgentModel:
    """A program behind the protocol. It gets an empty folder to work in, no shell, and `timeout` seconds."""

    def __init__(
        self,
        agent: Agent,
        *,
        environment: Mapping[str, str],
        timeout: float,
        parallel: int = PARALLEL,
        meter: Meter | None = None,
    ) -> None:
        self.name = agent.name
        self._agent, self._timeout, self._parallel = agent, timeout, min(parallel, PARALLEL)
        self._environment = {name: value for name, value in environment.items() if name not in LEFT}
        self._known = secrets(environment)
        self._meter = meter or Meter()
        self._left: ModelError | None = None
        """Why it is not started again in this run."""

    def ask(self, questions: Sequence[Question]) -> list[str | ModelError]:
        """See `Model.ask`. A program that is not there, or was too slow, is not started again."""
        if not questions:
            return []
        expected = estimate(questions, self._meter.rates, beside=self._agent.beside)
        with self._meter.batch(self.name, expected):
            return anyio.run(self._all, questions)

    async def _all(self, questions: Sequence[Question]) -> list[str | ModelError]:
        answers: list[str | ModelError] = [ModelError("was not asked")] * len(questions)
        places = anyio.Semaphore(self._parallel)

        async def answer(place: int) -> None:
            async with places:
                answers[place] = await self._answer(questions[place])

        async with anyio.create_task_group() as group:
            for place in range(len(questions)):
                group.start_soon(answer, place)
        return answers

    async def _answer(self, question: Question) -> str | ModelError:
        if self._left is not None:
            return self._left
        expected = estimate([question], self._meter.rates, beside=self._agent.beside)
        try:
            with self._meter.call(expected) as pay, TemporaryDirectory(prefix="promptlearn-") as folder:
                start = self._agent.start(question, Path(folder))
                out = await self._run(start, Path(folder))
                try:
                    said = self._agent.read(out)
                except ModelError:
                    pay(Usage(1, expected.tokens_in))  # the question was read all the same
                    raise
                pay(said.usage if said.usage.calls else Usage(1, expected.tokens_in, tokens(said.text)))
                return bare(said.text, question)
        except ModelError as error:
            # What a program says may hold a key, and this is kept with the run.
            return ModelError(clean_line(str(error), limit=400, known=self._known).text)
        except OSError as error:
            return ModelError(f"{self.name} could not be started ({error.strerror or type(error).__name__})")

    async def _run(self, start: Start, folder: Path) -> str:
        """What the program printed, if it ended well and in time. Raises `ModelError`, `OSError`."""
        for name, text in start.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        work = folder / "work"
        work.mkdir()
        program, *rest = start.command
        found = shutil.which(program, path=self._environment.get("PATH"))
        if found is None:
            self._left = ModelError(f"{program} is not installed, or not on PATH; install it or choose another model")
            raise self._left
        process = await anyio.open_process(
            [found, *rest],
            cwd=work,
            env={**self._environment, **start.environment, **OURS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **apart(),
        )
        try:
            with anyio.fail_after(self._timeout):
                out, err = await _spoken(process, start.typed)
        except TimeoutError:
            self._left = ModelError(
                f"{self.name} did not answer within {self._timeout:g} s; `timeout` in config.toml gives it longer"
            )
            raise self._left from None
        finally:
            end(process.pid)
            with anyio.CancelScope(shield=True):
                await process.aclose()
        if process.returncode and not out.strip():
            raise ModelError(f"{self.name} ended with code {process.returncode}: {one_line(err) or 'it said nothing'}")
        if len(out) >= MOST:
            raise ModelError(f"{self.name} printed more than {MOST} bytes")
        return out


async def _spoken(process: Process, typed: str) -> tuple[str, str]:
    """Say it to a program, and hear what it says on stdout and stderr until it ends, with all that it started."""
    heard = {"out": b"", "err": b""}

    async def say() -> None:
        assert process.stdin is not None
        # A program need not read all of it, or any.
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionError):
            await process.stdin.send(typed.encode("utf-8", "replace"))
            await process.stdin.aclose()

    async def hear(name: str, stream: ByteReceiveStream | None) -> None:
        assert stream is not None
        async for piece in stream:
            if len(heard[name]) < MOST:
                heard[name] += piece

    async with anyio.create_task_group() as group:
        group.start_soon(say)
        group.start_soon(hear, "out", process.stdout)
        group.start_soon(hear, "err", process.stderr)
        await process.wait()
        end(process.pid)
    return heard["out"].decode("utf-8", "replace"), heard["err"].decode("utf-8", "replace")
