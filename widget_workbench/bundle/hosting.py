"""Where a widget's runtime is fetched from."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from widget_workbench.runtime import RuntimeManifest

DIRECTORY = "runtime/"
"""Where a widget's own copy of the runtime stands in its directory."""

# One of those that the platform trusts (platform.md §1).
_CDN = "https://cdn.jsdelivr.net/npm/pyodide@{version}/pyodide.asm.mjs"


class HostingError(Exception):
    """Nothing can be fetched from there, in a sentence."""


@dataclass(frozen=True)
class Location:
    """Where one file of the runtime is.

    Attributes:
        path: by which the bundle knows it: in the widget's own directory, where the file is there.
        url: the file's, where it is elsewhere.
    """

    path: str
    url: str | None = None


@dataclass(frozen=True)
class Bundled:
    """The default: everything in the widget's own directory.

    Attributes:
        snapshot: whether Python starts from a snapshot of its memory; else from the library's files, for comparison.
    """

    snapshot: bool = True

    def location(self, part: str, name: str, runtime: RuntimeManifest) -> Location:
        """Where a file is: `part` is what of the runtime it makes up, `name` its own."""
        return Location(f"{DIRECTORY}{name}")


@dataclass(frozen=True)
class Cdn:
    """The core's JavaScript from a CDN that the platform trusts, unmodified; the rest in the widget's directory.

    For a content scan that takes the trimmed core for obfuscated. A snapshot is of the core that it was made with, the
    trimmed one, so here Python starts from the library's files.
    """

    snapshot = False

    def location(self, part: str, name: str, runtime: RuntimeManifest) -> Location:
        """Likewise."""
        if part == "core":
            return Location(f"{DIRECTORY}pyodide.asm.mjs", _CDN.format(version=runtime.pyodide))
        return Location(f"{DIRECTORY}{name}")


@dataclass(frozen=True)
class Hosted:
    """All of the runtime below a base of the author's own.

    Attributes:
        base: a path of the page's origin or a URL, ending in "/".
        snapshot: as `Bundled` has it.
    """

    base: str
    snapshot: bool = True

    def location(self, part: str, name: str, runtime: RuntimeManifest) -> Location:
        """Likewise."""
        return Location(f"{DIRECTORY}{name}", self.base + quote(name))


Hosting = Bundled | Cdn | Hosted


def hosting_of(text: str, *, snapshot: bool = True) -> Hosting:
    """What `--runtime` says: `bundled`, `cdn`, a path that begins with "/" or an http(s) URL.

    Args:
        text: the option's value.
        snapshot: whether Python starts from one, where it can.

    Raises:
        HostingError: it is none of these.
    """
    if text == "bundled":
        return Bundled(snapshot)
    if text == "cdn":
        return Cdn()
    if not _is_place(text):
        raise HostingError(
            f"{text!r} is no place for a runtime: it is bundled, cdn, a path such as /python/, or a URL such as "
            "https://static.example.com/python/"
        )
    return Hosted(text if text.endswith("/") else f"{text}/", snapshot)


def _is_place(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_url = parts.scheme in ("http", "https") and bool(parts.netloc)
    is_path = not parts.scheme and not parts.netloc and text.startswith("/")
    return (is_url or is_path) and not parts.query and not parts.fragment
