"""Putting figures into the page, between markers, and leaving the rest to its author."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.statistics.finding import Section, claims

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "statistics.md"
BEGIN, END = "<!-- figures:begin -->", "<!-- figures:end -->"


def text(sections: Iterable[Section], circumstances: Mapping[str, object]) -> str:
    """All figures in Markdown."""
    parts = [", ".join(f"{name} {value}" for name, value in circumstances.items()) + "."]
    for section in sections:
        parts += [f"### {section.title}", claims(section.claims), *([section.body] if section.body else [])]
    return "\n\n".join(parts)


def written(page: str, figures: str) -> str:
    """The page with these figures. Raises ValueError where a marker is missing or doubled."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in after:
        raise ValueError(f"docs/statistics.md needs {BEGIN} and {END}, once each and in this order")
    return f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}"
