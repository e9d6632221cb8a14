"""Show what a change of a text changes: the usual hunks, with nothing in them that a terminal obeys."""

from difflib import SequenceMatcher

AROUND = 3
"""Unchanged lines that are shown on each side."""

LONGEST = 2000
"""Characters shown of a line; configuration of a program's own can be one line of a megabyte."""


def difference(before: str, after: str) -> list[str]:
    """The hunks of a unified diff, line by line, without the two header lines."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    # What begins and ends alike is left out first: the rest is short, however long the file.
    first = _same(old, new)
    last = _same(old[first:][::-1], new[first:][::-1])
    start = max(0, first - AROUND)
    a, b = (lines[start : len(lines) - max(0, last - AROUND)] for lines in (old, new))
    shown: list[str] = []
    for hunk in SequenceMatcher(None, a, b, autojunk=False).get_grouped_opcodes(AROUND):
        (_, top, _, head, _), (_, _, bottom, _, foot) = hunk[0], hunk[-1]
        shown.append(f"@@ -{_range(start, top, bottom)} +{_range(start, head, foot)} @@")
        for tag, i1, i2, j1, j2 in hunk:
            if tag == "equal":
                shown += [line for each in a[i1:i2] for line in _line(" ", each)]
                continue
            shown += [line for each in a[i1:i2] for line in _line("-", each)]
            shown += [line for each in b[j1:j2] for line in _line("+", each)]
    return shown


def visible(text: str) -> str:
    """A text in which every character that is not to be seen is written out."""
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode("ascii") for c in text)


def _same(old: list[str], new: list[str]) -> int:
    return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _range(start: int, begin: int, end: int) -> str:
    length = end - begin
    first = start + begin + (1 if length else 0)
    return f"{first}" if length == 1 else f"{first},{length}"


def _line(mark: str, line: str) -> list[str]:
    bare = line.rstrip("\r\n")
    said = visible(bare)
    if len(said) > LONGEST:
        said = f"{said[: LONGEST // 2]} [... {len(said) - LONGEST} characters ...] {said[-LONGEST // 2 :]}"
    return [mark + said] if bare != line else [mark + said, "\\ No newline at end of file"]
