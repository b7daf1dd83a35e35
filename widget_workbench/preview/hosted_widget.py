"""A widget's published files, as the platform serves them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from widget_workbench.checking.content import Content
from widget_workbench.hosted_entry import HostedEntry, fill_in, hosted_entry
from widget_workbench.repository import Widget

_INLINE_MODULE = re.compile(r"~module/(?P<number>\d{1,4})\.js")


class NotServedError(Exception):
    """There is nothing to serve under a URL, in a sentence."""


class HostedWidget:
    """A widget's published tree as the platform serves it.

    Args:
        widget: whose.
        files: content, or a file that has it, by published path.
        root: the repository, out of which no link leads.
        url: where the tree is served, with a slash at its end.
        versions: of files whose addresses are to change with their content, by published path.
    """

    def __init__(
        self,
        widget: Widget,
        files: Mapping[str, Content],
        root: Path,
        url: str,
        versions: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._widget = widget
        self._files = files
        self._root = root
        self._url = url
        self._versions = versions
        self._hosted: tuple[bytes, HostedEntry] | None = None

    def at(self, url: str) -> HostedWidget:
        """The same tree, served elsewhere: a browser keeps a module for its address.

        Args:
            url: with a slash at its end.
        """
        return HostedWidget(self._widget, self._files, self._root, url, self._versions)

    def content(self, path: str) -> bytes:
        """The bytes under a published path, or of an inline module.

        Raises:
            NotServedError: the widget publishes no such file.
        """
        if path.startswith("~module/"):
            return self._inline_module(path)
        if path == self._widget.entry:
            return self.entry().html.encode()
        return self._file(path)

    def entry(self) -> HostedEntry:
        """The rewritten entry.

        Raises:
            NotServedError: there is none, or the platform would reject it.
        """
        content = self._file(self._widget.entry)
        if self._hosted is None or self._hosted[0] != content:  # parsing takes long
            self._hosted = (content, self._rewritten(content))
        return self._hosted[1]

    def _rewritten(self, content: bytes) -> HostedEntry:
        try:
            html = content.decode()
        except UnicodeDecodeError as error:
            raise NotServedError(
                f"TRANSFORMATION_FAILED: the entry {self._widget.entry} is not UTF-8 "
                f"(byte {error.start})."
            ) from None
        return hosted_entry(html, self._url, self._versions)

    def _file(self, path: str) -> bytes:
        content = self._files.get(path)
        if isinstance(content, bytes):
            return content
        if content is None or not self._may_be_read(content):
            raise NotServedError(f"The widget {self._widget.type!r} publishes no file {path!r}.")
        try:
            return content.read_bytes()
        except OSError as error:
            raise NotServedError(
                f"The widget {self._widget.type!r}: {path!r} cannot be read: {error.strerror}."
            ) from None

    def _may_be_read(self, file: Path) -> bool:
        """A file of the repository has to lie in it; the loader's and ours lie elsewhere."""
        return not file.is_relative_to(self._root) or file.resolve().is_relative_to(self._root)

    def _inline_module(self, path: str) -> bytes:
        modules = self.entry().modules
        found = _INLINE_MODULE.fullmatch(path)
        if found is None or int(found["number"]) >= len(modules):
            raise NotServedError(
                f"The widget {self._widget.type!r} has no inline module {path!r}. Relative imports "
                "in an inline module lead nowhere: move it to a file of its own."
            )
        return fill_in(modules[int(found["number"])], self._widget.manifest.props()).encode()
