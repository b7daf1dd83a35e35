"""A runtime that a build leaves to be hosted elsewhere, which the platform's pages do not reach (platform.md §1)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from widget_workbench.checking.content import Content, bytes_of
from widget_workbench.checking.widget_files import BUNDLE_MANIFEST, PublishedWidget
from widget_workbench.problem import Code, Problem

# Of its Content-Security-Policy, whence scripts may come, though nothing may be fetched.
_CDN = "cdn.jsdelivr.net"


def hosted_runtime_problems(
    widgets: Mapping[str, PublishedWidget], tree: Mapping[str, Content]
) -> Iterator[Problem]:
    """Warns of each origin that a page has to allow, once.

    Args:
        widgets: by type.
        tree: everything that is published, by path.
    """
    told: set[str] = set()
    for widget in widgets.values():
        path = f"{widget.directory}/{BUNDLE_MANIFEST}"
        for origin in _origins(tree.get(path)):
            if origin not in told:
                told.add(origin)
                what = (
                    f"fetches Python from {origin}. Pages need a Content-Security-Policy with connect-src {origin} and "
                    f"script-src {origin}; the platform's own has neither, and would not run the widget."
                )
                yield Problem(path, what, Code.SUSPICIOUS_CONTENT)


def _origins(manifest: Content | None) -> list[str]:
    if manifest is None:
        return []
    try:
        urls = [urlsplit(file.get("url", "")) for file in json.loads(bytes_of(manifest))["files"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []  # an author's own file of that name
    return sorted(
        {f"{url.scheme}://{url.netloc}" for url in urls if url.netloc and url.netloc != _CDN}
    )
