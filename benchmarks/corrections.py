"""`python -m benchmarks.corrections [FILE ...]`: how well corrections are told from other prompts, by language."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mcp_server.learning.corrections.correction import correction

LINES = Path(__file__).resolve().parent.parent / "tests" / "corrections"


class Score(NamedTuple):
    """How many lines of a kind there are, and what was made of them."""

    found: int
    missed: int
    false: int
    quiet: int

    @property
    def precision(self) -> float:
        """Of what was taken for a correction, the share that is one; 1 where nothing was taken."""
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        """Of the corrections, the share that was found; 1 where there are none."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def alarms(self) -> float:
        """Of what is no correction, the share that was taken for one."""
        return self.false / (self.false + self.quiet) if self.false + self.quiet else 0.0


def lines(path: Path) -> list[Mapping[str, object]]:
    """The labelled lines of a file of JSON lines; a line without a label is no correction."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def score(rows: Iterable[Mapping[str, object]]) -> Score:
    """What the detector makes of labelled lines."""
    counts = {(label, taken): 0 for label in (True, False) for taken in (True, False)}
    for row in rows:
        counts[bool(row.get("correction")), correction(str(row["text"])) is not None] += 1
    return Score(counts[True, True], counts[True, False], counts[False, True], counts[False, False])


def lasting(rows: Iterable[Mapping[str, object]]) -> tuple[int, int]:
    """Of the corrections found whose duration is labelled: how many were told rightly, and how many there are."""
    right = known = 0
    for row in rows:
        found = correction(str(row["text"])) if row.get("correction") else None
        if found is not None and isinstance(row.get("standing"), bool):
            known += 1
            right += found.standing == row["standing"]
    return right, known


def main(names: Sequence[str]) -> int:
    """Print a table for each file, its lines by language and all together; a file that is missing is said."""
    paths = [Path(name) for name in names] or sorted(LINES.glob("*.jsonl"))
    missing = [path for path in paths if not path.is_file()]
    if missing:
        print(
            f"there is no file {missing[0]}; give files of JSON lines with text, lang and correction", file=sys.stderr
        )
        return 2
    for path in paths:
        rows = lines(path)
        right, known = lasting(rows)
        print(f"{path.name}: {len(rows)} lines; meant to last or not, told rightly: {right} of {known}")
        print("| language | lines | precision | recall | false alarms |\n| --- | --- | --- | --- | --- |")
        for language in [*sorted({str(row["lang"]) for row in rows}), "all"]:
            part = [row for row in rows if language in {"all", row["lang"]}]
            told = score(part)
            print(
                f"| {language} | {len(part)} | {told.precision:.2f} | {told.recall:.2f} "
                f"| {told.false} of {told.false + told.quiet} |"
            )
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
