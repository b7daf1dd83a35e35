"""The entry of a Python widget: the HTML fragment that the platform puts into the widget's shadow root.

It declares every file of the bundle, because the platform rewrites the addresses in HTML and nowhere else
(platform.md §1). No browser fetches a `<link rel="asset">`; the loader reads its address and fetches it when it is due.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from widget_workbench.bundle.base_style import base_style
from widget_workbench.bundle.bundle_file import BundleFile
from widget_workbench.bundle.stamp import Stamp
from widget_workbench.checking.widget_files import BUNDLE_MANIFEST
from widget_workbench.prerendering import NOTHING, FirstPaint
from widget_workbench.prerendering.dom import escaped
from widget_workbench.problem import Code

# Of a url() in style.css, the path, which is looked for in assets/ first (design.md).
_CSS_URL = re.compile(r"""url\(\s*["']?([^\s"')]+)["']?\s*\)""")

MANIFEST = BUNDLE_MANIFEST
LOADER = "loader/loader.js"
STYLE = "style.css"
SKELETON = "skeleton.html"
UNSUPPORTED = "unsupported.html"


class BundleError(Exception):
    """A widget that cannot be made into what the platform hosts, in a sentence that names the file.

    Attributes:
        code: what kind of problem it is.
    """

    def __init__(self, message: str, code: Code = Code.UNREADABLE_FILE) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class BeforePython:
    """What there is of a widget until Python is there.

    Attributes:
        skeleton: the content of skeleton.html; None for the default one.
        unsupported: of unsupported.html, for browsers that Python cannot run in; None for one sentence.
        paint: what stands in the skeleton's place, and the calls that are begun.
        boot: when the widget starts; None for what the loader finds best.
    """

    skeleton: bytes | None = None
    unsupported: bytes | None = None
    paint: FirstPaint = NOTHING
    boot: str | None = None


def entry_fragment(
    files: Sequence[BundleFile],
    release: str,
    stamp: Stamp,
    before: BeforePython,
) -> str:
    """The entry's HTML.

    Args:
        files: what the loader may fetch, the widget's own files and those of the runtime.
        release: of the runtime.
        stamp: tells on a visitor's console, and to Python, which build is running.
        before: what there is until Python is.

    Raises:
        BundleError: the skeleton, the style or unsupported.html is not UTF-8.
    """
    own = {
        file.path: file.content
        for file in files
        if file.part is None and isinstance(file.content, bytes)
    }
    lines = [
        f'<link rel="modulepreload" href="{LOADER}">',
        f'<link rel="asset" href="{MANIFEST}" data-asset="{MANIFEST}" data-release="{escape(release)}">',
    ]
    lines += [file.link() for file in files]
    is_painted = before.paint.markup is not None
    if is_painted:
        # In the cascade's order: the author's own style may change any of the library's.
        lines.append(f"<style data-widget-base>{base_style()}</style>")
    if (before.skeleton is not None or is_painted) and STYLE in own:
        lines += _skeleton_style(text_of(own[STYLE], STYLE), own)
    lines += [
        _container(before, stamp),
        _floor(before.unsupported),
        f'<script type="module" src="{LOADER}"></script>',
    ]
    return "\n".join(lines) + "\n"


def _container(before: BeforePython, stamp: Stamp) -> str:
    """The one element that the widget's own markup lives in, with what stands there before Python does."""
    paint, skeleton = before.paint, before.skeleton
    attributes: dict[str, str | None] = {"data-widget-root": None}
    if paint.markup is not None:
        attributes["data-prerendered"] = None
    attributes |= {"data-version": stamp.version, "data-build": stamp.build}
    if stamp.short_commit is not None:
        # Not the whole hashes: the content scan takes those for credentials.
        attributes["data-commit"] = stamp.short_commit
    if before.boot is not None:
        attributes["data-boot"] = before.boot
    if paint.calls:
        attributes["data-prefetch"] = paint.listed_calls
    markup = paint.markup
    if markup is None:
        attributes["aria-busy"] = "true"
        markup = _DEFAULT_SKELETON if skeleton is None else text_of(skeleton, SKELETON)
    written = " ".join(
        name if value is None else f'{name}="{escaped(value)}"'
        for name, value in attributes.items()
    )
    return f"<div {written}>{markup}</div>"


def _floor(unsupported: bytes | None) -> str:
    """What browsers show in which the loader does not run, or says that Python cannot (static/loader/floor.js).

    The loader takes the sentence away at once; where there are no module scripts, nothing does, and it appears.
    """
    instead = "" if unsupported is None else text_of(unsupported, UNSUPPORTED)
    template = f"<template data-widget-unsupported>{instead}</template>\n" if instead else ""
    return template + _FLOOR.format(sentence=_TOO_OLD)


_TOO_OLD = "If nothing happens here, this browser is too old for this widget."

# Not within twenty seconds, in which even a slow line has brought the loader.
_FLOOR = """<p data-widget-floor><style>
[data-widget-floor] {{ position: absolute; visibility: hidden; animation: widget-floor 0s 20s forwards }}
@keyframes widget-floor {{ to {{ position: static; visibility: visible }} }}
</style>{sentence}</p>"""


def _skeleton_style(style: str, own: Mapping[str, bytes]) -> list[str]:
    """The widget's style for its skeleton, which is on the page before the loader can adopt style.css."""
    style = _CSS_URL.sub(
        lambda found: f'url("assets/{found[1]}")' if f"assets/{found[1]}" in own else found[0],
        style,
    )
    # An end tag in a comment or a string would end the element; then the skeleton waits for the loader.
    return [] if "</style" in style.lower() else [f"<style data-widget-skeleton>{style}</style>"]


def text_of(content: bytes, name: str) -> str:
    """The text of a file.

    Raises:
        BundleError: it is not UTF-8.
    """
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        code = Code.TRANSFORMATION_FAILED if name == SKELETON else Code.UNREADABLE_FILE
        raise BundleError(f"{name} is not UTF-8 (byte {error.start}).", code) from None


# A card with lines of text, in which a wave of a darker grey goes from line to line. It is opacity that changes, since
# that goes on while the page's one thread starts Python.
_DEFAULT_SKELETON = """
<style>
.widget-skeleton {
  display: grid;
  gap: var(--space-150, 12px);
  padding: var(--space-300, 24px);
  border: var(--border-width-100, 1px) solid var(--color-line-default, #dedfe2);
  border-radius: var(--radius-150, 12px);
  background: var(--color-surface-default, #fff);
}
.widget-skeleton i, .widget-skeleton i::after {
  display: block;
  height: 0.875rem;
  border-radius: var(--radius-050, 4px);
  background: var(--color-skeleton-default, #f4f5f6);
}
.widget-skeleton i:first-child, .widget-skeleton i:first-child::after { height: 1.25rem }
.widget-skeleton i:first-child { width: 40%; margin-bottom: var(--space-050, 4px) }
.widget-skeleton i:last-child { width: 65% }
.widget-skeleton i::after {
  background: var(--color-line-default, #dedfe2);
  content: "";
  opacity: 0.5;
}
.widget-skeleton i:nth-child(2)::after { animation-delay: 0.15s }
.widget-skeleton i:nth-child(3)::after { animation-delay: 0.3s }
.widget-skeleton i:nth-child(4)::after { animation-delay: 0.45s }
.widget-skeleton + p {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: -1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
@media (prefers-reduced-motion: no-preference) {
  .widget-skeleton i::after { animation: widget-skeleton 0.9s ease-in-out infinite alternate both }
}
@media (forced-colors: active) {
  .widget-skeleton i::after { background: GrayText }
}
@keyframes widget-skeleton {
  from { opacity: 0 }
  to { opacity: 1 }
}
</style>
<div class="widget-skeleton" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
<p>Loading…</p>
"""
