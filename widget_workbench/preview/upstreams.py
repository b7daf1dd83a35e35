"""`[upstreams]`: the hosts that the repository itself plays, as transports for the gateway."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import httpcore
import httpx

from widget_workbench.gateway import NetworkTransport
from widget_workbench.preview.applications import (
    Application,
    ApplicationError,
    load_application,
)
from widget_workbench.problem import Code, Problem


class Upstreams:
    """The mounted upstreams of one repository: one for each `"module:app"` or base URL."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._applications: dict[str, Application] = {}
        # One for each target, always the same: by it the gateway tells that a host still leads to where it led.
        self._by_target: dict[str, httpx.AsyncBaseTransport] = {}
        self.transports: Mapping[str, httpx.AsyncBaseTransport] = {}

    def mount(self, mapping: Mapping[str, str], bad: Mapping[str, str]) -> list[Problem]:
        """Mounts what `[upstreams]` says now.

        An application that runs goes on running; one that could not be imported is tried again.
        Until it can, its hosts answer with the reason: they never go to the network instead.

        Args:
            mapping: hosts to `"module:app"` or base URLs.
            bad: hosts whose entry is neither, with the reason; they answer with it.

        Returns:
            The problems of `mapping`.
        """
        problems: list[Problem] = []
        transports: dict[str, httpx.AsyncBaseTransport] = {}
        failed: dict[str, str] = {}
        for host, target in mapping.items():
            try:
                if target in failed:
                    raise ApplicationError(failed[target])
                transports[host] = self._transport(target)
            except ApplicationError as error:
                failed[target] = str(error)
                reason = f"`upstreams.{host}` = {target!r}: {error}."
                problems.append(Problem("preview.toml", reason, Code.INVALID_SETTINGS))
                transports[host] = _Unavailable(f"in preview.toml, {reason}")
        for host, reason in bad.items():
            transports[host] = _Unavailable(f"in preview.toml, {reason}")
        self.transports = transports
        return [*problems, *self._changed_modules(mapping.values())]

    async def aclose(self) -> None:
        for application in self._applications.values():
            await application.aclose()
        for transport in self._by_target.values():
            await transport.aclose()

    def _changed_modules(self, targets: Iterable[str]) -> Iterator[Problem]:
        running = [self._applications[each] for each in targets if each in self._applications]
        for file in dict.fromkeys(each.module.file for each in running if each.module.has_changed):
            yield Problem(
                file.relative_to(self._root).as_posix(),
                "has changed since it was imported: restart the preview to use it.",
                Code.NO_EFFECT,
            )

    def _transport(self, target: str) -> httpx.AsyncBaseTransport:
        if target not in self._by_target:
            self._by_target[target] = self._new_transport(target)
        return self._by_target[target]

    def _new_transport(self, target: str) -> httpx.AsyncBaseTransport:
        if "://" in target:
            return _Rebased(httpx.URL(target))
        self._applications[target] = load_application(self._root, target)
        return httpx.ASGITransport(self._applications[target])


class _Rebased(httpx.AsyncBaseTransport):
    """Sends requests for any host to one base URL."""

    def __init__(self, base: httpx.URL) -> None:
        self._base = base
        self._network = NetworkTransport(httpcore.AnyIOBackend())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = self._base.raw_path.rstrip(b"/") + request.url.raw_path
        headers = request.headers.copy()
        headers["Host"] = self._base.netloc.decode("ascii")
        rebased = httpx.Request(
            request.method,
            self._base.copy_with(raw_path=path),
            headers=headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self._network.handle_async_request(rebased)

    async def aclose(self) -> None:
        await self._network.aclose()


class _Unavailable(httpx.AsyncBaseTransport):
    """Stands where an upstream should, and says why there is none."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(self._reason, request=request)
