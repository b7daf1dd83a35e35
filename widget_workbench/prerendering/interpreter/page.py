"""What stands for the loader and the host, up to a widget's first render: nothing that is asked of them is answered.

The names are those of `static/loader/bridge.js`, of the stage (`platform.d.ts`) and of the host's sdk (platform.md §3).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from .touching import Touch, Untouchable, touch

# The Web SDK's members that are no call, but a namespace of more (platform.md §3).
_WEB_NAMESPACES = frozenset({"Article", "Question", "Conversation", "Idea", "ProductUpdate"})


class Visit:
    """One run of one widget: what it is run with, and what is noted of it.

    Args:
        conditions: see `widget_workbench.prerendering.conditions`.

    Attributes:
        props: as the page has them.
        calls: what was asked of connectors, in order; `None` where a client was changed.
        touched: what of the page was touched before the first render, and where.
        shown: the first render, as `recording` tells it.
        failed: what the widget's start failed with.
        ready: whether `init` has returned.
    """

    def __init__(self, conditions: dict[str, Any]) -> None:
        self.conditions = conditions
        self.props: dict[str, Any] = dict(conditions["props"])
        self.calls: list[dict[str, Any] | None] = []
        self.touched: tuple[str, str] | None = None
        self.shown: dict[str, Any] | None = None
        self.failed: BaseException | None = None
        self.ready = False
        self.over = False
        self.ended = False

    def touch(self, name: str, place: str) -> None:
        """Notes that the page was touched, after which there is nothing to be learned."""
        if self.shown is None and not self.ended:
            self.touched = (name, place)
        self.ended = True

    def fail(self, error: BaseException) -> None:
        """Notes that the start has failed; a touch brings that about, too."""
        if not self.ended:
            self.failed = error
        self.ended = True

    def call(self, call: dict[str, Any] | None) -> None:
        """Notes a call, or None for a change of what later calls carry."""
        if not self.over:
            self.calls.append(call)


class HostObject:
    """What Python takes for a JavaScript object."""


class Pending:
    """A Promise that nothing becomes of."""

    def __await__(self) -> Iterator[Any]:
        import asyncio

        return asyncio.get_event_loop().create_future().__await__()


class Kept:
    """A Promise that is fulfilled."""

    def __await__(self) -> Iterator[Any]:
        import asyncio

        return asyncio.sleep(0).__await__()


class Proxy:
    """What `create_proxy` gives."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *arguments: Any) -> Any:
        """Calls the function, as JavaScript would."""
        return self._function(*arguments)

    def destroy(self) -> None:
        """Nothing is held."""


class Client(HostObject):
    """A connectors client.

    Args:
        visit: is told of its calls.
        options: that it was made with, as JSON; None of the one that the page's widgets share.
    """

    def __init__(self, visit: Visit, options: dict[str, Any] | None) -> None:
        self._visit = visit
        self.options = options
        self.composite = self

    def execute(self, *_: Any) -> Pending:
        """As `sdk.js.connectors.execute(…)` calls it: past the bridge."""
        self._visit.call(None)
        return Pending()

    def configure(self, _: Any) -> None:
        """Of whatever this and later calls carry, nothing is known any more."""
        self._visit.call(None)

    updateHeaders = setDefaultTimeout = configure  # noqa: N815 - the host's names

    def getHeaders(self) -> dict[str, str]:  # noqa: N802
        """Which other widgets may have set."""
        return {"X-Page": self._visit.conditions["page"]}

    def getDefaultTimeout(self) -> int:  # noqa: N802
        """Likewise."""
        return 30000 + len(self._visit.conditions["page"])

    def getBaseUrl(self) -> str:  # noqa: N802
        """Of whatever community it is."""
        return f"https://{self._visit.conditions['page']}.invalid"


class ServiceSdk(HostObject):
    """What `new WidgetServiceSDK(options)` gives."""

    def __init__(self, visit: Visit, options: dict[str, Any]) -> None:
        self.connectors = Client(visit, options)


class WebMember(HostObject):
    """The Web SDK, or something in it: what it promises depends on the visitor, and never comes."""

    def __init__(self, name: str = "") -> None:
        self._name = name

    def __getattr__(self, member: str) -> WebMember:
        if member.startswith("_"):
            raise AttributeError(member)
        return WebMember(member)

    def __call__(self, *_: Any) -> WebMember | Pending:
        """A namespace of more, or a Promise."""
        return WebMember() if self._name in _WEB_NAMESPACES else Pending()


class HostSdk(HostObject):
    """The host's sdk."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._listeners: list[tuple[str, Callable[..., Any]]] = []
        self.connectors = Client(visit, None)
        self.web = WebMember() if visit.conditions["web"] else None
        self.version = f"3.{len(visit.conditions['page'])}.0"
        for name in ("root", "shadowRoot", "document"):
            setattr(self, name, Untouchable(f"sdk.{name}", visit.touch))

    def __getattr__(self, name: str) -> Any:
        if name in ("$", "$$", "getContainer"):
            touch(f"sdk.{name}", self._visit.touch)
        raise AttributeError(name)

    def whenReady(self) -> Kept:  # noqa: N802
        """It is."""
        return Kept()

    def getVersionInfo(self) -> dict[str, str]:  # noqa: N802
        """Of some host."""
        page = self._visit.conditions["page"]
        return {"version": self.version, "gitSha": page, "buildTime": page}

    def getProps(self) -> dict[str, Any]:  # noqa: N802
        """The properties."""
        return dict(self._visit.props)

    def setProps(self, props: dict[str, Any]) -> None:  # noqa: N802
        """Merges them, and tells."""
        self._visit.props.update(props)
        self.emit("propsChanged", self.getProps())

    def getDesignTokens(self) -> dict[str, str]:  # noqa: N802
        """Of some community."""
        return dict(self._visit.conditions["tokens"])

    def on(self, event: str, listener: Callable[..., Any]) -> Callable[[], None]:
        """Subscribes."""
        self._listeners.append((event, listener))
        return lambda: self.off(event, listener)

    def off(self, event: str, listener: Callable[..., Any]) -> None:
        """Unsubscribes."""
        self._listeners = [each for each in self._listeners if each != (event, listener)]

    def emit(self, event: str, data: Any = None) -> None:
        """Calls those who listen."""
        for of, listener in tuple(self._listeners):
            if of == event:
                listener(data)


class Stage:
    """What the loader hands over for one instance."""

    def __init__(self, visit: Visit, type: str, assets: list[str]) -> None:
        self._visit = visit
        self._assets = assets
        self.type = self.package = type
        self.sdk = HostSdk(visit)
        self.container = Untouchable("sdk.root", visit.touch)
        self.takeOver = None  # nothing stands in the container

    def asset(self, path: str) -> str | None:
        """Wherever the platform has put it."""
        return self._visit.conditions["assets"] + quote(path) if path in self._assets else None

    def assets(self) -> str:
        """All of them."""
        return json.dumps(self._assets)

    def build(self) -> str:
        """Of some build."""
        page = self._visit.conditions["page"]
        return json.dumps({"version": page, "release": page, "content": page, "commit": page})

    def prefetched(self, client: str) -> None:
        """No call was made before."""

    def entered(self) -> None:
        """`init` begins."""

    def begun(self) -> None:
        """It has returned, and what it has started has begun."""

    def ready(self) -> None:
        """It has returned."""
        self._visit.ready = True

    def failed(self, message: str, traceback: str) -> None:
        """The instance notes itself what it has failed with."""

    def reported(self, message: str, traceback: str) -> None:
        """The widget goes on."""

    def recovered(self, message: str) -> None:
        """So it does."""

    def uncovered(self) -> None:
        """It is about to render."""


class Page:
    """The JavaScript half of a `Rendering`."""

    def __init__(self, container: Any, hear: Any, take_over: Any) -> None:
        self.delegation = self

    def define(self, templates: str) -> None:
        """Takes any."""

    def apply(self, changes: str) -> bool:
        """Likewise."""
        return True

    def listen(self, number: int, event: str, selector: str) -> None:
        """Nothing will happen."""

    def unlisten(self, number: int) -> None:
        """Nothing would have."""

    def owners(self, element: Any) -> list[int]:
        """There are no elements."""
        return []

    def close(self) -> None:
        """Nothing is open."""


class Bridge:
    """The module `_widget_bridge`."""

    rendering = Page
    fromText = staticmethod(json.loads)  # noqa: N815

    def __init__(self) -> None:
        self.visit = Visit({"props": {}})
        self.deliver: Callable[..., None] = lambda *_: None

    def execute(self, client: Client, composite: bool, options: str, number: int) -> None:
        """Notes the call."""
        call = {"client": client.options, "composite": composite, "options": json.loads(options)}
        self.visit.call(call)

    def call(self, owner: Any, name: str, arguments: str, number: int) -> list[Any] | None:
        """Calls a method of the host's."""
        import asyncio

        result = getattr(owner, name)(*json.loads(arguments))
        if isinstance(result, Kept):
            asyncio.get_event_loop().call_soon(self.deliver, number, None)
            return None
        return None if isinstance(result, Pending) else [result]

    def construct(self, constructor: Any, options: str) -> ServiceSdk:
        """A client of the widget's own."""
        return ServiceSdk(self.visit, json.loads(options))

    def isJson(self, value: Any) -> bool:  # noqa: N802
        """What is here is a namespace, or Python's own."""
        return not isinstance(value, HostObject)

    def toText(self, value: Any) -> str | None:  # noqa: N802
        """JSON."""
        return json.dumps(value)

    def report(self, text: str) -> None:
        """Nobody reads it."""

    warn = report

    def lateLibrary(self) -> None:  # noqa: N802
        """It is there from the beginning."""
        raise Touch("lateLibrary")

    def lateLibraryArrived(self) -> None:  # noqa: N802
        """So it is."""
