"""A runtime that a build leaves to be hosted elsewhere, which the platform's pages do not reach (platform.md §1)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from widget_workbench.checking.content import Content, bytes_of
from widget_workbench.checking.widget_files import PublishedWidget
from widget_workbench.problem import Code, Problem

# Of its Content-Security-Policy, whence scripts may come, though nothing may be fetched.
_CDN = "cdn.jsdelivr.net"


def hosted_runtime_problems(
    widgets: Iterable[PublishedWidget], tree: Mapping[str, Content]
) -> Iterator[Problem]:
    """Warns of each origin that a page has to allow, once.

    Args:
        widgets: of the tree.
        tree: everything that is published, by path.
    """
    told: set[str] = set()
    for widget in widgets:
        manifest = tree.get(widget.manifest)
        for origin in [] if manifest is None else _origins(manifest):
            if origin not in told:
                told.add(origin)
                what = (
                    f"fetches Python from {origin}. Pages need a Content-Security-Policy with connect-src {origin} and "
                    f"script-src {origin}; the platform's own has neither, and would not run the widget."
                )
                yield Problem(widget.manifest, what, Code.SUSPICIOUS_CONTENT)


def hosted_urls(manifest: Content) -> list[str]:
    """Where a bundle's files are that are not in the widget's directory.

    Args:
        manifest: a `bundle.json`; an author's own file of that name has none.
    """
    try:
        urls = [file["url"] for file in json.loads(bytes_of(manifest))["files"] if "url" in file]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return [url for url in urls if isinstance(url, str)]


def _origins(manifest: Content) -> list[str]:
    try:
        parts = [urlsplit(url) for url in hosted_urls(manifest)]
    except ValueError:
        return []
    return sorted(
        {f"{url.scheme}://{url.netloc}" for url in parts if url.netloc and url.netloc != _CDN}
    )
