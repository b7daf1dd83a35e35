"""Reads the documentation's pages: which blocks of code a reader meets, in which order, and what is said of each.

A block is one of these, and each is put to the test by `test_pages.py`:

- a file, where the paragraph above it is its path and a colon: "`widgets/tips/main.py`:";
- `diff` below such a path: lines of that file that change;
- `console`: commands, one a line, typed at the repository's root. A line that begins with "# " is what the command
  above it answers, as JSON;
- `text`: what the commands above it print, line by line; "…" stands for what differs from run to run;
- `python` without a path: a piece of `init`, with `sdk` there; what it defines is used by a `then`. A list of
  dependencies at its beginning is its widget's;
- `yaml`: a workflow of GitHub's, of whose commands those of `widget` are ones that there are;
- anything else without a path, such as `json` or `toml`: a piece of a file, which has to parse.

There is no block without a language, and none of Sphinx's own directives for code: nobody would run it.

What a reader does not see is told in a comment above a block, one to a line:

    <!-- repository: examples -->            at a page's beginning: what the reader's directory holds before
    <!-- given: rows = [1, 2] -->            Python before the piece
    <!-- then: assert await total() == 3 --> Python after the piece, which uses what it defines
    <!-- props: {"city": "Oslo"} -->         the properties of the piece's widget, as JSON
    <!-- asset: map.png docs/images/a.png -->  an asset of the piece's widget: its name, and a file of this project or,
                                             where there is none, of the installed package playwright; "*" as in a shell
    <!-- answers: weather-api {"json": 21} --> what a connector answers it; `respond`'s keywords as JSON
    <!-- raises: ValueError: not a color --> what the piece raises
    <!-- prints: LookupError -->             what is on the console beside that
    <!-- fails: 1 -->                        the commands' exit code
    <!-- about: 3 -->                        numbers in the text may differ from those printed by so many hundredths
    <!-- a message of: building -->          the text is a message of docs/messages/building.md, with its values
    <!-- run by: tests/stranger.py -->       the commands are run there, and this file has each of them
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"

# A path has a dot or a slash in it: an option or a name before a colon is none.
_PATH = re.compile(r"`(?P<path>(?!-)[\w-]*[./][\w./-]*)`[^`\n]*:$")
_COMMENT = re.compile(r"<!-- (?P<name>[a-z ]+): (?P<value>.*?) -->", re.DOTALL)
# MyST's own: `{figure}`, `{literalinclude}`. They hold no code, or that of a file which has tests.
_OF_CODE = ("{code}", "{code-block}", "{code-cell}", "{sourcecode}")
_DIRECTIVE = re.compile(r"^\{(?P<name>[\w:-]+)\}")


@dataclass(frozen=True)
class Block:
    """A fenced block of code.

    Attributes:
        line: of the page, its fence's, counted from 1.
        language: the fence's word.
        text: what is in it.
        path: of the file that it is, if it is one.
        told: what the comments above it say, by name; each may come several times.
    """

    line: int
    language: str
    text: str
    path: str | None = None
    told: dict[str, list[str]] = field(default_factory=dict)


def pages() -> list[Path]:
    """All pages with text of ours: the README, the other files at the top, and docs/."""
    at_the_top = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md"]
    return [page for page in at_the_top if page.exists()] + sorted(
        page for page in DOCS.rglob("*.md") if "javascript" not in page.relative_to(DOCS).parts[:1]
    )


def name(page: Path) -> str:
    """A page's path in the project."""
    return page.relative_to(PROJECT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """A page's blocks of code from its beginning to its end."""
    told: dict[str, list[str]] = {}
    path = None
    for token in MarkdownIt().parse(page.read_text("utf-8")):
        if token.type == "html_block" and "<!--" in token.content:
            for found in _COMMENT.finditer(token.content):
                told.setdefault(found["name"], []).append(found["value"])
        elif token.type == "inline":
            found_path = _PATH.search(token.content)
            path = found_path["path"] if found_path else None
        elif token.type == "fence":
            assert token.map is not None
            line = token.map[0] + 1
            assert not token.info.startswith(_OF_CODE), f"{page}:{line}: nobody runs {token.info}"
            if not _DIRECTIVE.match(token.info):
                yield Block(line, token.info.strip(), token.content, path, told)
            told, path = {}, None


def beginning(page: Path) -> str | None:
    """What a reader's directory holds at the page's beginning: a directory of this project, or None for nothing."""
    found = re.search(r"^<!-- repository: (\S+) -->$", page.read_text("utf-8"), re.MULTILINE)
    return found[1] if found else None
