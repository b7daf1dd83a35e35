"""The connectors client: a thin shim over the host's own (platform.md §4)."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any, Never, TypeAlias, TypedDict, Unpack

from . import _arguments, _ffi
from ._answers import Answer
from ._calling import calling_instance
from ._errors import from_host

# platform.md §4: what a client waits for an answer unless told otherwise.
DEFAULT_TIMEOUT_MS = 30_000

# Stands for the options of the client that all widgets share (static/loader/prefetch.js).
_SHARED = "null"

Headers: TypeAlias = Mapping[str, str]
PathParams: TypeAlias = Mapping[str, str | int | float]
Payload: TypeAlias = Mapping[str, Any]
QueryParams: TypeAlias = Mapping[str, str | int | float | bool]


class _Request(TypedDict, total=False):
    query_params: QueryParams | None
    path_params: PathParams | None
    headers: Headers | None


class _RequestWithPayload(_Request, total=False):
    payload: Payload | None


class _Client:
    """One client of the host: sends checked options and turns what comes back into Python."""

    _to_host = staticmethod(_ffi.to_host)

    def __init__(
        self, host: Any, timeout_ms: float | None, options_text: str | None = None
    ) -> None:
        self.host = host
        self._timeout_ms = timeout_ms
        self._execute = _ffi.bridge().execute
        # By which the loader knows clients like this one, for which it may have made calls beforehand.
        self._options_text = options_text

    def _executing(self) -> Any:
        """The function that makes a call, or has the outcome of one that the loader has made beforehand.

        That is for each call to find out: a client of the module's is used by all instances.
        """
        text = self._options_text
        instance = calling_instance() if text is not None else None
        prefetching = (
            instance.prefetching(text) if instance is not None and text is not None else None
        )
        return self._execute if prefetching is None else prefetching

    async def send(self, options: dict[str, Any], method: str, *, composite: bool = False) -> Any:
        answer = Answer()
        self._executing()(self.host, composite, _arguments.encode(options), answer.number)
        try:
            text = await answer
        except _ffi.JsException as error:
            told = _ffi.told_of(answer)
            raise from_host(
                told,
                permalink=options["permalink"],
                method=method,
                timeout_ms=self._timeout_ms or told.timeout_ms or DEFAULT_TIMEOUT_MS,
            ) from error
        return None if text is None else json.loads(text)

    def tell(self, name: str, *arguments: object) -> Any:
        """Calls a method of the host's client, with what `_arguments` has checked; returns plain Python values."""
        method = getattr(self.host, name, None)
        if method is None:
            raise NotImplementedError(
                f"this host's connectors client has no {name}(); pass headers and timeout to WidgetServiceSDK instead"
            )
        if arguments:
            # What was called before does not carry what is set here.
            self._options_text = None
        return _ffi.to_python(method(*map(self._to_host, arguments)))


class Connectors:
    """Calls the community's connectors.

    `sdk.connectors` is one; `WidgetServiceSDK(…).connectors` is another, with headers and a timeout of its own.
    """

    def __init__(self, client: _Client) -> None:
        self._client = client
        self.composite = Composite(client)

    async def execute(
        self,
        permalink: str,
        method: str = "GET",
        *by_position: Never,
        payload: Payload | None = None,
        query_params: QueryParams | None = None,
        path_params: PathParams | None = None,
        headers: Headers | None = None,
        **unexpected: Never,
    ) -> Any:
        """Executes a connector through the host (platform.md §4).

        A call that is cancelled stops waiting; the request itself goes on.

        Args:
            permalink: the connector's.
            method: GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS, as configured on the connector.
            payload: a JSON object, with POST, PUT and PATCH only. None in it arrives as null.
            query_params: names to values; True is sent as "true".
            path_params: names to values for the placeholders of the connector's URL.
            headers: of this request alone, over the client's.

        Returns:
            The answer's JSON as plain Python values; None where it is empty. Numbers are as JavaScript holds them:
            1.0 is 1, an integer beyond 2**53 is a float.

        Raises:
            TypeError, ValueError: an argument that would not arrive as it is; nothing was sent.
            ConnectorBoundaryError: the host refused the path parameters; nothing was sent.
            ConnectorExecuteError: the connector or the service behind it answered with an error.
            ConnectorNotFoundError: no connector has this permalink.
            ConnectorTimeoutError: no answer within the client's timeout.
            ConnectorNetworkError: the host could not be reached.
            ConnectorError: anything else that the host rejected with.
        """
        if by_position:
            _arguments.by_position("execute", method, by_position[0])
        if unexpected:
            _arguments.unexpected_keyword("execute", unexpected)
        options = _arguments.request_options(
            permalink,
            method,
            payload=payload,
            query_params=query_params,
            path_params=path_params,
            headers=headers,
        )
        return await self._client.send(options, options["method"])

    async def get(self, permalink: str, *by_position: Never, **request: Unpack[_Request]) -> Any:
        """`execute` with GET."""
        if by_position:
            _arguments.by_position("get", "GET", by_position[0])
        return await self.execute(permalink, "GET", **request)

    async def post(
        self, permalink: str, *by_position: Never, **request: Unpack[_RequestWithPayload]
    ) -> Any:
        """`execute` with POST."""
        if by_position:
            _arguments.by_position("post", "POST", by_position[0])
        return await self.execute(permalink, "POST", **request)

    async def put(
        self, permalink: str, *by_position: Never, **request: Unpack[_RequestWithPayload]
    ) -> Any:
        """`execute` with PUT."""
        if by_position:
            _arguments.by_position("put", "PUT", by_position[0])
        return await self.execute(permalink, "PUT", **request)

    async def patch(
        self, permalink: str, *by_position: Never, **request: Unpack[_RequestWithPayload]
    ) -> Any:
        """`execute` with PATCH."""
        if by_position:
            _arguments.by_position("patch", "PATCH", by_position[0])
        return await self.execute(permalink, "PATCH", **request)

    async def delete(self, permalink: str, *by_position: Never, **request: Unpack[_Request]) -> Any:
        """`execute` with DELETE."""
        if by_position:
            _arguments.by_position("delete", "DELETE", by_position[0])
        return await self.execute(permalink, "DELETE", **request)

    def configure(
        self,
        *,
        csrf_token: str | None = None,
        headers: Headers | None = None,
        timeout: float | datetime.timedelta | None = None,
    ) -> None:
        """Sets what every later call through this client carries; `sdk.connectors` is shared by the whole page.

        Args:
            csrf_token: instead of the page's own.
            headers: of every request.
            timeout: milliseconds, or a timedelta.

        Raises:
            NotImplementedError: the host's client has no such method, as on older hosts.
        """
        self._client.tell("configure", _client_options(headers, timeout, csrf_token))

    def update_headers(self, headers: Headers) -> None:
        """Adds to the headers of every later call. Raises NotImplementedError where the host has no such method."""
        self._client.tell("updateHeaders", _arguments.header_fields(headers))

    def set_default_timeout(self, timeout: float | datetime.timedelta) -> None:
        """Sets how long later calls wait: milliseconds, or a timedelta.

        Raises:
            NotImplementedError: the host's client has no such method; pass `timeout` to `WidgetServiceSDK`.
        """
        self._client.tell("setDefaultTimeout", _arguments.milliseconds(timeout))

    def get_headers(self) -> dict[str, str]:
        """The headers of every call. Raises NotImplementedError where the host has no such method."""
        headers: dict[str, str] = self._client.tell("getHeaders")
        return headers

    def get_default_timeout(self) -> float:
        """Milliseconds. Raises NotImplementedError where the host has no such method."""
        timeout: float = self._client.tell("getDefaultTimeout")
        return timeout

    def get_base_url(self) -> str:
        """What the host puts before a connector's path. Raises NotImplementedError where it has no such method."""
        base_url: str = self._client.tell("getBaseUrl")
        return base_url


class Composite:
    """Calls composite connectors: several steps, executed in order by the platform."""

    def __init__(self, client: _Client) -> None:
        self._client = client

    async def execute(
        self,
        permalink: str,
        *by_position: Never,
        payload: Payload | None = None,
        query_params: QueryParams | None = None,
        **unexpected: Never,
    ) -> Any:
        """Executes a composite connector, always by POST. Returns and raises as `Connectors.execute` does."""
        if by_position:
            _arguments.by_position("composite.execute", "POST", by_position[0])
        if unexpected:
            _arguments.unexpected_keyword("composite.execute", unexpected)
        options = _arguments.request_options(
            permalink, "POST", payload=payload, query_params=query_params
        )
        del options["method"]
        return await self._client.send(options, "POST", composite=True)


class WidgetServiceSDK:
    """A client of one's own, independent of every other on the page: the host's `window.WidgetServiceSDK`.

    Args:
        headers: of every request through it.
        timeout: milliseconds, or a timedelta; the host's default is 30 seconds.
        csrf_token: instead of the page's own.

    Attributes:
        connectors: its `Connectors`.

    Raises:
        RuntimeError: the page has no such class; use `sdk.connectors`.
        TypeError, ValueError: an argument that the host would not take as it is.
    """

    def __init__(
        self,
        *,
        headers: Headers | None = None,
        timeout: float | datetime.timedelta | None = None,
        csrf_token: str | None = None,
    ) -> None:
        self.connectors = Connectors(_own_client(_client_options(headers, timeout, csrf_token)))


def shared_connectors(host_sdk: Any) -> Connectors:
    """The client that all widgets of the page share; on an older host, which has none, one of the widget's own."""
    host = getattr(host_sdk, "connectors", None)
    if host is None:
        host = _ffi.new_service_sdk(_arguments.encode({})).connectors
    return Connectors(_Client(host, None, _SHARED))


def _own_client(options: dict[str, Any]) -> _Client:
    options_text = _arguments.encode(options)
    host = _ffi.new_service_sdk(options_text)
    return _Client(host.connectors, options.get("timeout"), options_text)


def _client_options(
    headers: Headers | None,
    timeout: float | datetime.timedelta | None,
    csrf_token: str | None,
) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if headers is not None:
        options["headers"] = _arguments.header_fields(headers)
    if timeout is not None:
        options["timeout"] = _arguments.milliseconds(timeout)
    if csrf_token is not None:
        if not isinstance(csrf_token, str):
            raise TypeError(f"csrf_token must be a str, not {type(csrf_token).__name__}")
        options["csrfToken"] = csrf_token
    return options
