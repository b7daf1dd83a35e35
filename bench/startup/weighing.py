"""What one load brings over the wire, and what it leaves in memory: told by Chromium's debugging protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, CDPSession

from .chromium import Chromium, start
from .contenders import ANOTHER_TYPE, OURS, Contender
from .site import Site

WASM_MEMORIES = Path(__file__).parent / "page" / "wasm-memories.js"

_EVENTS = ("requestWillBeSent", "dataReceived", "loadingFinished")


@dataclass
class Request:
    """One request.

    Attributes:
        path: of its URL.
        came: bytes that came, by the second of the browser's clock at which they did.
        finished: bytes in all, the answer's headers included, and when the last had come.
    """

    path: str
    came: list[tuple[float, int]]
    finished: tuple[float, int] | None = None

    @property
    def bytes(self) -> int:
        """Over the wire, in all."""
        return sum(size for _, size in self.came) if self.finished is None else self.finished[1]

    def bytes_until(self, moment: float) -> int:
        """Over the wire, until a moment."""
        if self.finished is not None and self.finished[0] <= moment:
            return self.finished[1]
        # What the page had of it: the network's own clock tells of whole answers only.
        return sum(size for at, size in self.came if at <= moment)


@dataclass(frozen=True)
class Memory:
    """What a page holds after its garbage was collected, in bytes.

    Attributes:
        heap: the JavaScript heap's used part.
        buffers: ArrayBuffers outside it, WebAssembly's memory not among them.
        wasm: WebAssembly's memory.
    """

    heap: int
    buffers: int
    wasm: int

    @property
    def total(self) -> int:
        """All three."""
        return self.heap + self.buffers + self.wasm


@dataclass(frozen=True)
class Weight:
    """What one load weighs.

    Attributes:
        before_init: bytes over the wire until the widget's `init` was entered.
        requests: all of the page's, until nothing more was asked for.
        memory: of the page then.
    """

    before_init: int
    requests: Sequence[Request]
    memory: Memory

    @property
    def bytes(self) -> int:
        """Over the wire."""
        return sum(request.bytes for request in self.requests)

    @property
    def runtime_data(self) -> int:
        """Of that, the runtime's parts that are no JavaScript."""
        return self._bytes_of("/runtime/", lambda name: not name.endswith("js"))

    @property
    def runtime_javascript(self) -> int:
        """Of that, the core's and the loader's JavaScript."""
        return self._bytes_of("/runtime/", lambda name: name.endswith("js")) + self._bytes_of(
            "/loader/", lambda name: True
        )

    def _bytes_of(self, directory: str, is_meant: Callable[[str], bool]) -> int:
        return sum(
            each.bytes for each in self.requests if directory in each.path and is_meant(each.path)
        )


FIRST, SECOND, OTHER_TYPE, REPUBLISHED = (
    "first visit",
    "second visit",
    "another type",
    "republished",
)
"""The visits of one visitor: the last two by our own widget alone, of which the runtime is unchanged."""

Weights = dict[str, dict[str, Weight]]
"""By contender and visit."""


def weigh(
    chromium: Chromium, site: Site, contenders: Sequence[Contender], told: Callable[[str], None]
) -> Weights:
    """Weighs visits in their order, each contender's by a visitor of its own.

    Args:
        chromium: the browser.
        site: that is visited, and published anew.
        contenders: whose widgets.
        told: gets a line for each.
    """
    weights: Weights = {}
    for contender in contenders:
        told(f"Bytes and memory: {contender.name}")
        with chromium.profile() as context:
            address = site.url + contender.query
            found = {name: visit(context, address) for name in (FIRST, SECOND)}
            if contender is OURS:
                found[OTHER_TYPE] = visit(context, site.url + ANOTHER_TYPE.query)
                site.publish_again()
                found[REPUBLISHED] = visit(context, address)
        weights[contender.name] = found
    return weights


def visit(context: BrowserContext, url: str) -> Weight:
    """Weighs one load.

    Args:
        context: whose caches it has.
        url: of a page under the clock.
    """
    page = context.new_page()
    page.add_init_script(path=WASM_MEMORIES)
    session = context.new_cdp_session(page)
    requests, zero = _watch(session)
    started = start(page, url)
    page.wait_for_load_state("networkidle")
    origin: float = page.evaluate("() => performance.timeOrigin")
    moment = zero(origin / 1000) + started.init / 1000
    weight = Weight(
        before_init=sum(request.bytes_until(moment) for request in requests.values()),
        requests=list(requests.values()),
        memory=_memory(session, page.evaluate("() => window.wasmBytes()")),
    )
    page.close()
    return weight


def _watch(session: CDPSession) -> tuple[dict[str, Request], Callable[[float], float]]:
    """The requests by their ids, as they come; and what gives a wall clock's second on the browser's clock."""
    requests: dict[str, Request] = {}
    offsets: list[float] = []

    def sent(event: dict[str, Any]) -> None:
        offsets.append(event["timestamp"] - event["wallTime"])
        requests[event["requestId"]] = Request(urlsplit(event["request"]["url"]).path, [])

    def came(event: dict[str, Any]) -> None:
        if request := requests.get(event["requestId"]):
            request.came.append((event["timestamp"], event["encodedDataLength"]))

    def finished(event: dict[str, Any]) -> None:
        if request := requests.get(event["requestId"]):
            request.finished = (event["timestamp"], int(event["encodedDataLength"]))

    for event, handler in zip(_EVENTS, (sent, came, finished), strict=True):
        session.on(f"Network.{event}", handler)
    session.send("Network.enable")
    return requests, lambda second: second + offsets[0]


def _memory(session: CDPSession, wasm: int) -> Memory:
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    return Memory(heap=int(usage["usedSize"]), buffers=int(usage["backingStorageSize"]), wasm=wasm)
