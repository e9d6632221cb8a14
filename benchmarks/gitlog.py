"""Budget: what became of agents' commits is seen in 100,000 commits in 5 seconds, of 100 new ones in one."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from random import Random
from time import perf_counter

from benchmarks.desk import Desk, python
from benchmarks.result import Result
from benchmarks.timing import Spread
from benchmarks.weighed import peak
from benchmarks.worlds import PROJECT
from mcp_server import gitlog
from mcp_server.project import Place
from store import open_store
from store.records import Project, Session, Work

COMMITS, NEW = 100_000, 100
FILES, LINES = 2_000, 30
NOW = 1_800_000_000
APART = 300
"""Seconds between two commits: the 30 days of a first look hold more commits than it reads."""
ROUNDS = 5
MEGABYTES = 150.0
SESSIONS = 50

FORMAT = "--format=%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00"
MARK = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>"


def run(desk: Desk) -> list[Result]:
    """Time and weigh the first look, one after 100 new commits, and one where nothing is new."""
    repository, path = desk.folder / "history", desk.home() / "promptlearn.db"
    stream = _stream()
    agents = _grown(desk, repository, stream, COMMITS)
    _sessions(path, agents)
    plain = ["git", "log", "--patch", "--unified=0", FORMAT]
    first = _measured(
        desk, "first look at 100,000 commits", repository, path, [*plain, "--max-count=5000"], seconds=5.0
    )
    _look(desk, repository, path, keep=True)
    head = _git(desk, repository, "rev-parse", "HEAD").strip()
    _grown(desk, repository, stream, NEW)
    new = _measured(desk, "100 new commits", repository, path, [*plain, f"{head}..HEAD"], seconds=1.0)
    _look(desk, repository, path, keep=True)
    same = _measured(desk, "nothing new", repository, path, [*plain, "HEAD..HEAD"], seconds=0.1)
    return [first, new, same]


def _measured(desk: Desk, name: str, repository: Path, path: Path, floor: Sequence[str], *, seconds: float) -> Result:
    looks = [_look(desk, repository, path) for _ in range(desk.rounds(ROUNDS))]
    took, most = [each[0] for each in looks], max(each[1] for each in looks)
    least: list[float] = []
    for _ in looks:
        begun = perf_counter()
        subprocess.run(floor, cwd=repository, env=desk.environment(repository), check=True, stdout=subprocess.DEVNULL)
        least.append(perf_counter() - begun)
    return Result(
        f"git: {name}",
        Spread.of(took),
        Spread.of(least),
        f"< {seconds:g} s, < {MEGABYTES:g} MB",
        max(took) < seconds and most < MEGABYTES,
        f"{most:.0f} MB at most, {looks[0][2]}; floor: `git log --patch` of the same commits",
    )


def _look(desk: Desk, repository: Path, path: Path, *, keep: bool = False) -> tuple[float, float, str]:
    """Seconds, megabytes and what was seen, of one look in a process of its own."""
    command = python("-m", "benchmarks.gitlog", str(repository), str(path), *(["keep"] if keep else []))
    environment = desk.environment(path.parent)
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True)
    took, weight, seen = done.stdout.split(maxsplit=2)
    return float(took), int(weight) / 1e6, seen.strip()


def _grown(desk: Desk, repository: Path, stream: Iterator[tuple[bytes, bool]], many: int) -> list[str]:
    """Add commits to the repository, made if need be; the ids of the agents' among them."""
    if not repository.exists():
        repository.mkdir()
        _git(desk, repository, "init", "--quiet", "--initial-branch=main")
    kept = repository.parent / "marks"
    made = list(islice(stream, many))
    subprocess.run(
        ["git", "fast-import", "--quiet", f"--import-marks-if-exists={kept}", f"--export-marks={kept}"],
        input=b"".join(text for text, _ in made),
        cwd=repository,
        env=desk.environment(repository),
        check=True,
    )
    marks = dict(line.split() for line in kept.read_text(encoding="ascii").splitlines())
    shas = [marks[f":{number}"] for number in range(len(marks) - many + 1, len(marks) + 1)]
    return [sha for sha, (_, agent) in zip(shas, made, strict=True) if agent]


def _stream() -> Iterator[tuple[bytes, bool]]:
    """Commits for `git fast-import`, without end: one in ten an agent's, some of them undone or to be mended."""
    chance = Random(7)
    files = [[f"name_{file}_{line} = {line}" for line in range(LINES)] for file in range(FILES)]
    last = ""
    number = 0
    while True:
        number += 1
        # What was touched lately is touched again: so it is in life, and so agents' lines go.
        file = int(min(chance.expovariate(1 / 200), FILES - 1))
        line = chance.randrange(LINES)
        files[file][line] = f"name_{file}_{line} = {number}"
        agent = chance.random() < 0.1
        subject = f"Change {number} of file {file}"
        message = subject + (MARK if agent else "")
        if last and chance.random() < 0.01:
            message = f'Revert "{last}"'
        elif last and chance.random() < 0.01:
            message = f"fixup! {last}"
        last = subject if agent else last
        time = NOW - (COMMITS + NEW - number) * APART
        text = "\n".join(files[file]) + "\n"
        parent = f"from :{number - 1}\n" if number > 1 else ""
        who = f"author {chance.randrange(20)} <x@example.org> {time} +0000\n"
        told = (
            f"commit refs/heads/main\nmark :{number}\n{who}{who.replace('author', 'committer')}"
            f"data {len(message.encode())}\n{message}\n{parent}"
            f"M 100644 inline part{file % 50}/file{file}.py\ndata {len(text.encode())}\n{text}\n"
        )
        yield told.encode(), agent


def _sessions(path: Path, agents: Sequence[str]) -> None:
    """As if hooks had seen the newest of the agents' commits being made, by turns in some sessions."""
    with closing(open_store(path)) as store:
        for number in range(SESSIONS):
            named = Session(f"s{number}", PROJECT, "claude-code", NOW - 10.0, NOW)
            store.deliver(named, task="", shown=(), now=NOW)
        newest = agents[-400:]
        store.worked([Work(PROJECT, f"s{n % SESSIONS}", "commit", sha, NOW, "hook") for n, sha in enumerate(newest)])


def _git(desk: Desk, repository: Path, *words: str) -> str:
    environment = desk.environment(repository)
    return subprocess.run(
        ["git", *words], cwd=repository, env=environment, check=True, capture_output=True, encoding="utf-8"
    ).stdout


def main() -> None:
    """Look once, and print seconds, bytes and what was seen."""
    repository, path = sys.argv[1:3]
    with closing(open_store(Path(path))) as store:
        place = Place(Project(PROJECT, "history", repository), repository)
        begun = perf_counter()
        observed = gitlog.observe(store, place, now=float(NOW))
        took = perf_counter() - begun
        if "keep" in sys.argv:
            store.worked(observed.works)
            gitlog.keep_mark(store, place, observed, now=float(NOW))
    print(took, peak(), f"{len(observed.facts)} facts ({observed.note or 'nothing left out'})")


if __name__ == "__main__":
    main()
