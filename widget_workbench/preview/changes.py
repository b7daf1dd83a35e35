"""Watches the repository as soon as a page has been open, and tells pages what has been saved."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import watchfiles

logger = logging.getLogger(__name__)

# Milliseconds without a further change after which a batch is told of, and those after which it is told of anyway.
_QUIET, _LONGEST = 10, 200

# Seconds after which a stream says that it is still there: proxies and browsers end what is silent.
_HEARTBEAT = 15

# Seconds after which a directory is looked for again: it may have gone, or another be in its place.
_LOOK = 0.5

# Of the repository's root; `widgets/` has none of them.
_NOT_WATCHED = frozenset(
    {"dist", "node_modules", "test-results", "__pycache__", "fixtures", ".git", ".venv", "venv"}
)


class Changes:
    """The changes of a repository, for as many pages as listen.

    Args:
        root: the repository.
        read: reads it, and gives what pages are told. Called after changes.
        told: gives that of the last reading, or of a new one if something has been saved since. Called when a page
            begins to listen, which was loaded some time before.
    """

    def __init__(
        self,
        root: Path,
        read: Callable[[], Awaitable[dict[str, Any]]],
        told: Callable[[], Awaitable[dict[str, Any]]],
    ) -> None:
        self._root = root
        self._read = read
        self._told = told
        self._listeners: set[_Listener] = set()
        self._watching: asyncio.Task[None] | None = None
        # A page of an earlier server has to be loaded anew: that one's tokens and content are gone.
        self.server = secrets.token_hex(8)

    async def stream(self) -> AsyncGenerator[str]:
        """Server-sent events (HTML Standard, 9.2): what is saved now, and after each change."""
        listener = _Listener()
        self._listeners.add(listener)
        if self._watching is None or self._watching.done():  # which it is after it has failed
            self._watching = asyncio.create_task(self._watch())
        try:
            yield self._event(await self._told())
            while True:
                try:
                    event = await asyncio.wait_for(listener.event(), _HEARTBEAT)
                except TimeoutError:
                    event = ":\n\n"
                if event is None:
                    return
                yield event
        finally:
            # The watching goes on: connectors are executed for hidden pages, too, as they are saved.
            self._listeners.discard(listener)

    def close(self) -> None:
        """Ends all streams and the watching, so that the server need not wait for them."""
        for listener in self._listeners:
            listener.close()
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None

    async def _watch(self) -> None:
        try:
            # The root by itself: below it may lie a virtual environment with thousands of directories.
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch_one(self._root, recursive=False))
                group.create_task(self._watch_one(self._root / "widgets", recursive=True))
        except* Exception as errors:  # such as a system's limit of watched files
            error, *_ = errors.exceptions
            logger.warning(
                "Saved changes are not seen: %s. Reload the page to see them; where the system's limit of watched "
                "files is reached, raise it (on Linux fs.inotify.max_user_watches).",
                error,
            )

    async def _watch_one(self, directory: Path, *, recursive: bool) -> None:
        while True:
            identity = _identity(directory)
            if identity is None:
                await asyncio.sleep(_LOOK)
                continue
            looked = False
            with suppress(FileNotFoundError):  # it has gone since
                async for changes in watchfiles.awatch(
                    directory,
                    watch_filter=_is_watched,
                    step=_QUIET,
                    debounce=_LONGEST,
                    recursive=recursive,
                    ignore_permission_denied=True,
                    rust_timeout=round(_LOOK * 1000),
                    yield_on_timeout=True,
                ):
                    if changes:
                        await self._tell(self._read)
                    elif not looked:
                        # Something may have been saved before the watching had begun.
                        await self._tell(self._told)
                    looked = True
                    # A system that watches a directory tells nothing of another that takes its place, which may have
                    # its number.
                    gone = (watchfiles.Change.deleted, str(directory)) in changes
                    if gone or _identity(directory) != identity:
                        break
            await self._tell(self._read)

    async def _tell(self, look: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        try:
            event = self._event(await look())
        except (
            Exception
        ) as error:  # a file that went while it was read, say: the next change is on its way
            logger.warning("What was saved could not be read: %s. Save it once more.", error)
            return
        for listener in self._listeners:
            listener.tell(event)

    def _event(self, told: dict[str, Any]) -> str:
        return f"data: {json.dumps({'server': self.server, **told})}\n\n"


class _Listener:
    """A page that listens.

    Each event tells of everything that is saved: of those that come while a page does not read, it gets the last.
    """

    def __init__(self) -> None:
        self._last: str | None = None
        self._closed = False
        self._news = asyncio.Event()

    def tell(self, event: str) -> None:
        self._last = event
        self._news.set()

    def close(self) -> None:
        self._closed = True
        self._news.set()

    async def event(self) -> str | None:
        """The next one, or None when there are no more."""
        await self._news.wait()
        if self._closed:
            return None
        self._news.clear()
        return self._last


def _identity(directory: Path) -> tuple[int, int] | None:
    try:
        status = directory.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_watched(change: watchfiles.Change, path: str) -> bool:
    name = Path(path).name
    # A stub runs nowhere, and `props_stub` writes one at what a `widget.json` says.
    return name not in _NOT_WATCHED and not name.endswith(("~", ".pyi", ".swp", ".swx", ".tmp"))
