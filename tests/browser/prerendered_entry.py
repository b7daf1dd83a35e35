"""A widget's entry as a build makes it that has prerendered the widget, whatever the preview's own build has made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from playwright.sync_api import Page, Route

from widget_workbench.bundle.base_style import base_style

_CONTAINER = re.compile(
    r"<div data-widget-root(?P<stamp>[^>]*?)>.*</div>\n(?=<p data-widget-floor>)", re.DOTALL
)
_NOT_OF_THE_STAMP = re.compile(
    r" (aria-busy|data-prerendered|data-prefetch)(=(\"[^\"]*\"|'[^']*'))?"
)
_STYLE = re.compile(r"<style data-widget-(base|skeleton)>.*?</style>\n?", re.DOTALL)


def prerendered(
    widget_type: str,
    markup: str | None,
    *,
    style: str | None = None,
    calls: Sequence[dict[str, Any]] | None = None,
) -> Callable[[Page], None]:
    """Prepares a page so that a widget's entry is a prerendered one.

    Args:
        widget_type: whose entry.
        markup: of the container; None: a skeleton.
        style: the widget's style.css, if it has one.
        calls: that are made before Python is there.
    """

    def rewrite(route: Route) -> None:
        response = route.fetch(max_retries=3)
        route.fulfill(response=response, body=_rewritten(response.text(), markup, style, calls))

    def prepare(page: Page) -> None:
        page.route(f"**/widgets/{widget_type}/index.html", rewrite)

    return prepare


def _rewritten(
    html: str, markup: str | None, style: str | None, calls: Sequence[dict[str, Any]] | None
) -> str:
    found = _CONTAINER.search(_STYLE.sub("", html))
    assert found is not None, html
    attributes = _NOT_OF_THE_STAMP.sub("", found["stamp"])
    if calls is not None:
        attributes += f' data-prefetch="{escape(json.dumps(calls))}"'
    styles = ""
    if markup is None:
        attributes, markup = f'{attributes} aria-busy="true"', "<p>Please wait</p>"
    else:
        attributes = f"{attributes} data-prerendered"
        styles = f"<style data-widget-base>{base_style()}</style>\n"
    if style is not None:
        styles += f"<style data-widget-skeleton>{style}</style>\n"
    return (
        f"{found.string[: found.start()]}{styles}<div data-widget-root{attributes}>{markup}</div>\n"
        f"{found.string[found.end() :]}"
    )
