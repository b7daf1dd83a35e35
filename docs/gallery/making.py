"""Makes the gallery: what its page needs beside itself so that the examples are live on it.

The documentation's page is their host: it runs the very modules of the fake community page (static/community), each
example from its own bundle, all with one runtime. Every address is relative, so that any file server will do, under any
path. Nothing answers a connector but what was recorded when the gallery was made (recording.py,
browser/recorded-answers.js).

In the site:

    gallery.html                        the page
    gallery/widgets/<type>/…            an example's bundle
    gallery/runtime/…                   the runtime that the bundles share
    gallery/community/…                 the host's modules
    gallery/answers/<permalink>.json    what the connectors answer
    gallery/*.js, *.css                 the page's own
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from starlette.datastructures import QueryParams

from docs.gallery.recording import answers
from widget_workbench import shipped
from widget_workbench.bundle import BundleError, Hosted
from widget_workbench.bundle.building import assemble
from widget_workbench.checking.content import Content, bytes_of
from widget_workbench.preview.page import page_data, read_parameters
from widget_workbench.preview.security import content_security_policy
from widget_workbench.repository import Repository, read_repository

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"

PAGE = "gallery"
"""The page's name in the documentation, and the directory beside it."""

_BROWSER = HERE / "browser"


def make(site: Path, told: Callable[[str], None] = lambda line: None) -> None:
    """Makes the gallery in a built site, in the place of an earlier one.

    Args:
        site: the directory that the page stands in.
        told: gets a line for each step that takes long.

    Raises:
        BundleError: the examples cannot be built.
        RecordingError: a connector of the examples failed.
    """
    assembly = assemble(EXAMPLES, Hosted(f"{PAGE}/runtime/"), told=told, frozen=True)
    if assembly.errors:
        raise BundleError("\n".join(map(str, assembly.errors)))
    files = dict(_bundles(assembly.files))
    files |= {f"{PAGE}/community/{file.name}": file for file in _community("*.js", "*.css")}
    files |= {f"{PAGE}/{file.name}": file for file in _BROWSER.iterdir()}
    recorded = answers(assembly.repository)
    files |= {f"{PAGE}/answers/{name}": content for name, content in recorded.items()}

    shutil.rmtree(site / PAGE, ignore_errors=True)
    for path, content in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(bytes_of(content))


def head() -> str:
    """What the page's head has to hold, as the preview's page has it: the platform's policy first."""
    template = jinja2.Environment(autoescape=True).from_string((HERE / "head.html").read_text())
    return template.render(
        policy=content_security_policy(),
        directory=PAGE,
        page=_page(read_repository(EXAMPLES)),
        modules=[file.name for file in _community("*.js")],
    )


def _community(*patterns: str) -> list[Path]:
    directory = shipped.static("community")
    return sorted(file for pattern in patterns for file in directory.glob(pattern))


def _page(repository: Repository) -> dict[str, Any]:
    """What the host's modules want to know (static/community/page-data.js). This is no community, and says so."""
    parameters = read_parameters(QueryParams({"widgets": "", "host": "embed"}), repository)
    return page_data(
        parameters, repository, (), lambda widget_type: f"{PAGE}/widgets/{quote(widget_type)}/"
    )


# The platform would put the file's own address there. As it stands, a browser would take it relative to the page; what
# else an entry declares, the loader takes relative to itself (static/loader/bundle.js).
_PRELOAD = b'<link rel="modulepreload" href="loader/loader.js">\n'


def _bundles(tree: Mapping[str, Content]) -> Iterator[tuple[str, Content]]:
    """The built tree's files, by their paths in the site: of the runtime those alone that an entry names."""
    entries = {
        path: _entry(bytes_of(content))
        for path, content in tree.items()
        if path.startswith("widgets/") and path.endswith("/index.html")
    }
    named = b"".join(entries.values())
    for path, content in tree.items():
        is_named = path.startswith("runtime/") and path.encode() in named
        if path.startswith("widgets/") or is_named:
            yield f"{PAGE}/{path}", entries.get(path, content)


def _entry(built: bytes) -> bytes:
    before, preload, after = built.partition(_PRELOAD)
    assert preload, f"the entry does not begin with {_PRELOAD!r}"
    return before + after
