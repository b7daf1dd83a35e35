"""One file of a bundle, and what the loader is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from widget_workbench.parts import sha256


@dataclass(frozen=True)
class BundleFile:
    """A file that the loader may fetch.

    Attributes:
        path: in the widget's directory, or below the base that hosts the runtime.
        sha256: of its bytes.
        size: bytes of it.
        content: the bytes, or a file that holds them.
        url: where it is, if not in the widget's directory.
        part: which part of the runtime it is, or belongs to: `core`, `wasm`, `library`, `widget`, `late`,
            `dependency`; None for the widget's own.
        dependency: name and version, if it is one's.
        due: whether a widget's start waits for it, though other widgets' starts do not.
    """

    path: str
    sha256: str
    size: int
    content: bytes | Path
    url: str | None = None
    part: str | None = None
    dependency: str | None = None
    due: bool = False

    @classmethod
    def own(cls, path: str, content: bytes) -> BundleFile:
        """A file of the widget's own."""
        return cls(path, sha256(content), len(content), content)

    def link(self) -> str:
        """The element that declares it in the entry.

        The platform rewrites an `href`; it would take one that begins with "/" for a file of the widget's
        (platform.md §1), so an address of our own choice stands in `data-url`.
        """
        attributes = {
            "href" if self.url is None else "data-url": self.url or quote(self.path),
            "data-asset": self.path,
            "data-bytes": None if self.part == "core" else str(self.size),
            "data-part": self.part,
            "data-dependency": self.dependency,
            "data-due": "start" if self.due else None,
        }
        written = " ".join(
            f'{name}="{escape(value)}"' for name, value in attributes.items() if value is not None
        )
        return f'<link rel="asset" {written}>'

    def record(self) -> dict[str, Any]:
        """What `bundle.json` says of it. Of a module, only the browser could check the hash, and it does not."""
        facts = {} if self.part == "core" else {"sha256": self.sha256, "bytes": self.size}
        known = {
            "path": self.path,
            **facts,
            "url": self.url,
            "part": self.part,
            "dependency": self.dependency,
            "due": self.due or None,
        }
        return {name: value for name, value in known.items() if value is not None}
