"""How far a repository was read, as a store keeps it between two looks: what it pointed at, and whom to watch."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from mcp_server.learning.commits.history import is_sha

PLACES = 4
"""Folders of one project that are told apart, the newest."""

TIPS = 1_000
"""Ends of branches kept of each."""


class Marked(NamedTuple):
    """A commit with an agent's mark of which no session is known."""

    sha: str
    time: float
    written: float
    agent: str
    here: bool
    """Was it made in this repository, so that a session known here may have made it?"""


class Spot(NamedTuple):
    """One folder, as it stood."""

    refs: str
    """A digest of what everything in it pointed at."""
    tips: tuple[str, ...]


class Mark(NamedTuple):
    """All that is remembered of a repository."""

    spots: Mapping[str, Spot]
    """By a digest of the folder, the newest last."""
    names: frozenset[str]
    """Works that were looked after."""
    marked: tuple[Marked, ...]

    @property
    def tips(self) -> list[str]:
        """Everything that was read, in whatever folder."""
        return list(dict.fromkeys(tip for spot in self.spots.values() for tip in spot.tips))

    def unchanged(self, folder: str, refs: str) -> bool:
        """Does everything in that folder point at what it pointed at?"""
        return folder in self.spots and self.spots[folder].refs == refs

    def dumped(self) -> str:
        """The mark as a store keeps it."""
        spots = {folder: [spot.refs, list(spot.tips)] for folder, spot in self.spots.items()}
        return json.dumps({"spots": spots, "names": sorted(self.names), "marked": [list(each) for each in self.marked]})


NOTHING = Mark({}, frozenset(), ())


def read(kept: str | None) -> Mark:
    """The mark that `dumped` gave; an empty one for anything else."""
    try:
        told = cast("dict[str, Any]", json.loads(kept or "{}"))
        spots = {
            str(folder): Spot(str(refs), tuple(tip for tip in tips if is_sha(tip)))
            for folder, (refs, tips) in told["spots"].items()
        }
        marked = [
            Marked(str(sha), float(time), float(written), str(agent), bool(here))
            for sha, time, written, agent, here in told["marked"]
        ]
        return Mark(spots, frozenset(map(str, told["names"])), tuple(each for each in marked if is_sha(each.sha)))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return NOTHING


def moved_on(
    mark: Mark, folder: str, *, refs: str, tips: Sequence[str], names: Iterable[str], marked: Iterable[Marked]
) -> Mark:
    """The mark after a look that saw all this."""
    others = [(where, spot) for where, spot in mark.spots.items() if where != folder]
    newest = dict(others[-(PLACES - 1) :])
    return Mark({**newest, folder: Spot(refs, tuple(tips[:TIPS]))}, frozenset(names), tuple(marked))
