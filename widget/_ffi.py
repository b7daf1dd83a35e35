"""The border with JavaScript: the only module that touches `js` and `pyodide`.

Its other half is `static/loader/bridge.js`, which the loader registers as the module `_widget_bridge`. Nothing here is
a JavaScript object at import: a memory snapshot of the imported package must be possible, and the package must import
on the author's computer, where there is no JavaScript at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ._answers import Answer, deliver
from ._arguments import LONGEST_TIMEOUT_MS
from ._errors import HostError

try:
    from pyodide.ffi import (
        JsException,
        JsProxy,
        create_once_callable,
        create_proxy,
        jsnull,
        to_js,
    )
except ImportError:
    if not TYPE_CHECKING:

        class JsException(Exception):
            """Stands for Pyodide's, where there is no Pyodide."""

        class JsProxy:
            """Likewise."""

        jsnull = None

        def create_proxy(function: Callable[..., Any]) -> Any:
            raise RuntimeError("a widget runs in a browser; open it with `widget preview`")

        create_once_callable = to_js = create_proxy


__all__ = ["JsException", "create_proxy"]

_NO_PAGE = "there is no host page here: a widget runs in a browser; open it with `widget preview`"


def bridge() -> Any:
    """The functions of bridge.js.

    Raises:
        RuntimeError: outside a widget's page.
    """
    try:
        import _widget_bridge
    except ImportError:
        raise RuntimeError(_NO_PAGE) from None
    return _widget_bridge


def _page() -> Any:
    """The module `js`: the page's own global names.

    Raises:
        ModuleNotFoundError: outside a browser. By its name, `js`, the test kit knows what is for a browser alone.
    """
    try:
        import js
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(_NO_PAGE, name=error.name) from None
    return js


def late_library() -> bytes:
    """The bytes of the standard library's second part, for which the page stands still until they are there."""
    content: bytes = bridge().lateLibrary().to_bytes()
    return content


def late_library_arrived() -> None:
    """Tells the loader that it need not fetch the second part any more."""
    bridge().lateLibraryArrived()


def connect() -> None:
    """Gives JavaScript the function that takes answers. Called once an interpreter."""
    bridge().deliver = create_proxy(deliver)


def told_of(answer: Answer) -> HostError:
    """What the JavaScript error that an `execute` was rejected with says of itself."""
    told = json.loads(answer.value)
    return HostError(
        names=tuple(frozenset(names) for names in told["chain"]),
        message=told["message"],
        fields=told["fields"],
        elapsed_ms=told["elapsed"],
        timeout_ms=told["timeout"],
        offline=told["offline"],
    )


def new_service_sdk(options_text: str) -> Any:
    """A new instance of the host's `window.WidgetServiceSDK`.

    Raises:
        RuntimeError: the page has no such class.
        ModuleNotFoundError: there is no page.
    """
    constructor = getattr(_page().window, "WidgetServiceSDK", None)
    if constructor is None:
        raise RuntimeError(
            "this page has no window.WidgetServiceSDK to make a client of one's own from; use sdk.connectors"
        )
    return bridge().construct(constructor, options_text)


def to_host(value: object) -> Any:
    """A JavaScript value of JSON text's parse, from a plain Python value that `_arguments` has checked."""
    return bridge().fromText(json.dumps(value, default=dict))


def to_uint8_array(content: bytes) -> Any:
    """A JavaScript Uint8Array with a copy of the bytes."""
    return to_js(content)


def to_text(value: Any) -> str | None:
    """JSON text of a JavaScript value; None of undefined."""
    text: str | None = bridge().toText(value)
    return text


def call(owner: Any, method: str, arguments: Sequence[Any] = ()) -> Any:
    """Calls a method of a host's object, with arguments that `_arguments` has checked.

    Returns:
        What the method returns; where that is a Promise, an awaitable that raises JsException if it is rejected.
    """
    answer = Answer()
    promised = False
    try:
        result = bridge().call(owner, method, json.dumps(arguments, default=dict), answer.number)
        promised = result is None
    finally:
        if not promised:
            answer.forget()
    return answer if promised else result[0]


def to_python(value: Any) -> Any:
    """Plain Python values of what a host gave.

    What is JSON becomes dict, list, str, int, float, bool or None. In an object or array that is not JSON through and
    through, such as an `error` event's data, the members are converted one by one; what has no plain form, such as an
    element or an Error, stays the JavaScript object it is.
    """
    if value is jsnull:
        return None
    if not isinstance(value, JsProxy):
        return value
    if bridge().isJson(value):
        return json.loads(bridge().toText(value))
    if isinstance(value, JsException):
        return value
    kind = type_name(value)
    if kind == "Object":
        return {key: to_python(item) for key, item in value.object_entries()}
    if kind == "Array":
        return [to_python(item) for item in value]
    return value


def type_name(value: Any) -> str:
    """The name of a JavaScript object's constructor; "" where it has none."""
    constructor = getattr(value, "constructor", None)
    return str(getattr(constructor, "name", ""))


def is_object(value: Any) -> bool:
    """Whether a value is a JavaScript object or function."""
    return isinstance(value, JsProxy)


def call_later(seconds: float, function: Callable[[], object]) -> Callable[[], None]:
    """Calls a function after some time.

    Unlike a timer of Pyodide's event loop, one that is cancelled leaves nothing behind.

    Returns:
        What cancels it; calling that again, or too late, does nothing.
    """
    js = _page()
    waiting = True

    def run() -> None:
        nonlocal waiting
        waiting = False
        function()

    def cancel() -> None:
        nonlocal waiting
        if waiting:
            waiting = False
            js.clearTimeout(timer)
            once.destroy()

    once = create_once_callable(run)
    timer = js.setTimeout(once, min(seconds * 1000, LONGEST_TIMEOUT_MS))
    return cancel


def is_of_this_origin(address: str) -> bool:
    """Whether an address, absolute or relative to the page, is one of the page's own origin."""
    js = _page()
    if not js.URL.canParse(address, js.document.baseURI):
        return False
    return bool(js.URL.new(address, js.document.baseURI).origin == js.location.origin)


def page_hidden() -> bool:
    """Whether the page is not to be seen."""
    return bool(_page().document.hidden)


def on_visibility_change(function: Callable[[], object]) -> Callable[[], None]:
    """Calls a function whenever `page_hidden` has changed.

    Returns:
        What ends it.
    """
    js = _page()
    listener = create_proxy(lambda _event: function())
    js.document.addEventListener("visibilitychange", listener)

    def end() -> None:
        js.document.removeEventListener("visibilitychange", listener)
        listener.destroy()

    return end


def message_of(error: JsException) -> str:
    """What a JavaScript error says, without its class."""
    return str(getattr(error, "message", error))


def print_warning(text: str) -> None:
    """Prints to the browser's console, as a warning."""
    bridge().warn(text)


def print_error(text: str) -> None:
    """Prints to the browser's console, as an error."""
    bridge().report(text)
