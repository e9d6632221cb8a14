"""Doing a long run in pieces: several processes, and nothing done twice that is already kept."""

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

Facts = Mapping[str, Any]
"""What a piece found, as JSON."""

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ("benchmarks/statistics/*.py", "mcp_server/learning/trials/*.py")
PAGES = {"__main__.py", "page.py"}
"""They only show what was found."""


class Piece(NamedTuple):
    """One part of a proof: some projects of one world under one policy."""

    proof: str
    """The module whose function `do` knows how."""
    case: str
    first: int
    many: int
    seed: int

    @property
    def projects(self) -> range:
        """The numbers of its projects."""
        return range(self.first, self.first + self.many)


def cut(proof: str, case: str, many: int, seed: int, *, size: int) -> list[Piece]:
    """`many` projects of a case in pieces of at most `size`."""
    return [Piece(proof, case, first, min(size, many - first), seed) for first in range(0, many, size)]


def do(piece: Piece) -> Facts:
    """Do one piece, in whichever process."""
    facts: Facts = import_module(f"benchmarks.statistics.{piece.proof}").do(piece)
    return facts


def run(pieces: Sequence[Piece], *, jobs: int, kept: Path | None) -> dict[Piece, Facts]:
    """Do all pieces; with a folder `kept`, those that this very program did before are read from there."""
    mark = sources()
    found: dict[Piece, Facts] = {}
    left: list[Piece] = []
    for piece in pieces:
        path = _path(kept, piece, mark)
        if path is not None and path.is_file():
            found[piece] = json.loads(path.read_text(encoding="utf-8"))
        else:
            left.append(piece)
    for piece, facts in _each(left, jobs):
        found[piece] = facts
        path = _path(kept, piece, mark)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps(facts), encoding="utf-8")
            fresh.replace(path)
    return {piece: found[piece] for piece in pieces}


def sources() -> str:
    """The digest of everything that a figure depends on."""
    digest = sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if path.name not in PAGES:
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _each(pieces: Sequence[Piece], jobs: int) -> Iterable[tuple[Piece, Facts]]:
    if jobs == 1:
        yield from ((piece, do(piece)) for piece in pieces)
        return
    with ProcessPoolExecutor(jobs) as pool:
        waiting = {pool.submit(do, piece): piece for piece in pieces}
        for done in as_completed(waiting):
            yield waiting[done], done.result()


def _path(kept: Path | None, piece: Piece, mark: str) -> Path | None:
    if kept is None:
        return None
    name = sha256(f"{mark}/{piece}".encode()).hexdigest()[:32]
    return kept / f"{piece.proof}-{name}.json"
