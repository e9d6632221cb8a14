"""The guide as a document: Markdown that differs only where rules do, or one page of HTML that needs nothing else."""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape

from mcp_server.learning.exported import plain
from mcp_server.learning.guide import Page, ordered

GENERATOR = "mcp-promptlearn guide"
"""Stands in every guide, so that ours are known from others' files."""
ABOUT = "What coding agents are told in this project, why, and how sure we are of it."
MORE = f"Written by `{GENERATOR}`; `mcp-promptlearn why R1` tells all that is known of a rule."
NONE = "No rule is in force yet."
EVERYWHERE = "for all projects"
PARTS = (("Why", "why"), ("Learned from", "learned"), ("How sure", "sure"))

_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_SIGNS = re.compile(r"([\\`*{}\[\]<>|~$&]|(?<![^\W_])_|_(?![^\W_]))")  # inside a word an underscore means nothing

CSS = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --page: #fff; --tint: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --page: #0d1117; --tint: #161b22; }
}
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 46rem; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; color: var(--soft); font-weight: 600; }
p { margin: .4rem 0; }
.soft, dt, nav { color: var(--soft); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 1.25rem 0 0; padding: 0; }
a { color: inherit; }
article { margin: .9rem 0; padding: .8rem 1rem; background: var(--tint); border: 1px solid var(--line);
  border-radius: 8px; break-inside: avoid; }
article > p { font-weight: 600; margin: 0 0 .5rem; }
article > p span { font-weight: 400; color: var(--soft); font-size: .875rem; white-space: nowrap; }
dl { display: grid; grid-template-columns: 7.5rem 1fr; gap: .2rem .75rem; margin: 0; font-size: .9375rem; }
dd { margin: 0; }
code { font: .9em ui-monospace, monospace; background: color-mix(in srgb, var(--ink) 8%, transparent);
  padding: .1em .3em; border-radius: 4px; }
@media (max-width: 32rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
"""


def markdown(name: str, pages: Sequence[Page]) -> list[str]:
    """The lines of a Markdown document."""
    lines = [f"# The rules of {signless(name)}", "", ABOUT, MORE]
    for theme, by_path in ordered(pages):
        lines += ["", f"## {theme}"]
        for paths, held in by_path:
            lines += ["", f"### In {', '.join(f'`{path}`' for path in paths)}"] if paths else []
            for each in held:
                place = f", {EVERYWHERE}" if each.everywhere else ""
                lines += ["", f"- **{signless(each.text)}** ({each.name}{place})"]
                lines += [f"  - {label}: {signless(words)}" for label, words in _parts(each)]
    return lines if pages else [*lines, "", NONE]


def html(name: str, pages: Sequence[Page]) -> list[str]:
    """The lines of a page that loads nothing, runs nothing, and links to nothing but its own parts."""
    style = b64encode(sha256(CSS.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
    title = f"The rules of {escape(name)}"
    found = ordered(pages)
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="generator" content="{GENERATOR}">',
        f"<title>{title}</title>",
        f"<style>{CSS}</style>",
        "</head>",
        "<body>",
        f"<h1>{title}</h1>",
        f"<p>{ABOUT}</p>",
        f'<p class="soft">{coded(MORE)}</p>',
    ]
    if len(found) > 1:
        lines += ['<nav aria-label="Themes"><ul>']
        lines += [f'<li><a href="#{_anchor(theme)}">{escape(theme)}</a></li>' for theme, _ in found]
        lines += ["</ul></nav>"]
    lines += ["<main>"]
    for theme, by_path in found:
        lines += ["<section>", f'<h2 id="{_anchor(theme)}">{escape(theme)}</h2>']
        for paths, held in by_path:
            lines += [f"<h3>In {', '.join(f'<code>{escape(path)}</code>' for path in paths)}</h3>"] if paths else []
            for each in held:
                lines += _article(each)
        lines += ["</section>"]
    lines += [] if pages else [f"<p>{NONE}</p>"]
    return [*lines, "</main>", "</body>", "</html>"]


def signless(text: str) -> str:
    """Text whose signs mean nothing to Markdown but those of code, and that makes no client read a file."""
    text, place, said = plain(text), 0, ""
    for found in _CODE.finditer(text):
        said += _SIGNS.sub(r"\\\1", text[place : found.start()]) + found[0]
        place = found.end()
    return said + _SIGNS.sub(r"\\\1", text[place:])


def coded(text: str) -> str:
    """Text for HTML, with what stands in backticks as code."""
    place, said = 0, ""
    for found in _CODE.finditer(text):
        said += escape(text[place : found.start()]) + f"<code>{escape(found[2].strip())}</code>"
        place = found.end()
    return said + escape(text[place:])


def _article(each: Page) -> Iterator[str]:
    place = f", {EVERYWHERE}" if each.everywhere else ""
    yield f'<article id="{each.name}">'
    yield f"<p>{coded(each.text)} <span>{each.name}{place}</span></p>"
    yield "<dl>"
    yield from (f"<dt>{label}</dt><dd>{coded(words)}</dd>" for label, words in _parts(each))
    yield "</dl>"
    yield "</article>"


def _parts(each: Page) -> list[tuple[str, str]]:
    told = {"why": each.why, "learned": each.learned, "sure": each.sure}
    return [(label, told[part]) for label, part in PARTS if told[part]]


def _anchor(theme: str) -> str:
    return theme.lower().replace(" ", "-")
