"""The gateway's ASGI application: its URLs, and the answer to each (platform.md §4)."""

import logging
import time
import uuid
from collections.abc import Callable

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from widget_workbench.gateway.addresses import GuardedBackend
from widget_workbench.gateway.definitions import (
    METHODS,
    BrokenConnector,
    CompositeConnector,
    Connector,
    Definition,
)
from widget_workbench.gateway.destination import choose_transport
from widget_workbench.gateway.errors import (
    ConnectorMisconfiguredError,
    ConnectorNotFoundError,
    GatewayError,
    InternalError,
    MethodNotAllowedError,
    PayloadTooLargeError,
)
from widget_workbench.gateway.exchange import Answer, exchange
from widget_workbench.gateway.execution import Configuration, Execution, Relayed
from widget_workbench.gateway.network import NetworkTransport
from widget_workbench.gateway.resolved_request import Call, ResolvedRequest, resolve_request
from widget_workbench.gateway.unexecuted import refuse_unexecuted

UPSTREAM_TIME_LIMIT = 15.0  # seconds, platform.md §5
SIZE_LIMIT = 10_000_000  # bytes of a caller's body, and of an upstream's answer; ours

Find = Callable[[Configuration, str, str], Definition]

logger = logging.getLogger(__name__)


class Gateway:
    """Executes connectors: `<METHOD> /<permalink>/execute`, `POST /composite/<permalink>/execute`.

    Args:
        configuration: gives what holds now; asked at each execution.
        record: told of each execution when its answer is ready.
        network: the way to every host that is no mounted upstream; default: the network, by
            platform.md §5's address rules.
        time_limit: seconds for an upstream's whole answer.
        size_limit: bytes of a caller's body, and of an upstream's answer.
    """

    def __init__(
        self,
        *,
        configuration: Callable[[], Configuration],
        record: Callable[[Execution], None] = lambda execution: None,
        network: httpx.AsyncBaseTransport | None = None,
        time_limit: float = UPSTREAM_TIME_LIMIT,
        size_limit: int = SIZE_LIMIT,
    ) -> None:
        self._configuration = configuration
        self._record = record
        self._network = network or NetworkTransport(GuardedBackend(exempt=self._is_exempt))
        self._time_limit = time_limit
        self._size_limit = size_limit
        self._app = Starlette(
            routes=[
                Route("/composite/{permalink}/execute", self._execute_composite, methods=METHODS),
                Route("/{permalink}/execute", self._execute_connector, methods=METHODS),
            ],
            exception_handlers={HTTPException: _answer_unknown_url},
        )
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def aclose(self) -> None:
        """Closes the connections that are kept for reuse."""
        await self._network.aclose()

    async def _execute_connector(self, request: Request) -> Response:
        return await self._answer(request, _find_connector)

    async def _execute_composite(self, request: Request) -> Response:
        return await self._answer(request, _find_composite)

    async def _answer(self, request: Request, find: Find) -> Response:
        """Executes and records; every failure becomes an envelope."""
        started = time.perf_counter()
        execution = Execution(
            permalink=request.path_params["permalink"],
            method=request.method,
            request_id=_new_request_id(),
        )
        try:
            relayed = await self._execute(request, find, execution)
            response = _response(relayed.answer)
            execution.relayed = relayed
        except GatewayError as error:
            execution.error = error.detail
            response = _envelope(error, execution.request_id)
        except ClientDisconnect:
            return Response()  # nobody is left to read it, and nothing was executed
        except Exception:
            logger.exception("The gateway failed at connector %r.", execution.permalink)
            failure = InternalError("The gateway failed; its log has the traceback.")
            execution.error = failure.detail
            response = _envelope(failure, execution.request_id)
        execution.status = response.status_code
        execution.ms = _milliseconds_since(started)
        self._record(execution)
        response.headers["Server-Timing"] = (
            f"external;dur={execution.external_ms:.1f}, total;dur={execution.ms:.1f}"
        )
        return _stamped(response, execution.request_id)

    async def _execute(self, request: Request, find: Find, execution: Execution) -> Relayed:
        configuration = self._configuration()
        if configuration.suspended is not None:
            raise ConnectorMisconfiguredError(configuration.suspended)
        definition = find(configuration, execution.permalink, execution.method)
        connector = _executable(definition)
        call = Call(
            query_string=request.scope["query_string"].decode("latin-1"),
            headers=[(name.decode("latin-1"), value) for name, value in request.headers.raw],
            body=await self._body(request),
        )
        resolved = resolve_request(connector, call)
        execution.path_params = resolved.path_params
        execution.dropped = dict(resolved.dropped)
        transport = choose_transport(resolved.request.url, configuration, self._network)
        _note_sent(execution, resolved)
        started = time.perf_counter()
        try:
            answer = await exchange(
                resolved.request,
                transport,
                time_limit=self._time_limit,
                size_limit=self._size_limit,
                mapped=transport is not self._network,
            )
        finally:
            execution.external_ms = _milliseconds_since(started)
        return Relayed(connector, call, answer)

    async def _body(self, request: Request) -> bytes:
        """The caller's body, read no further than the limit.

        Raises:
            PayloadTooLargeError: it is over the limit.
        """
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > self._size_limit:
                raise PayloadTooLargeError(
                    f"The payload is larger than {self._size_limit:,} bytes, the most that the "
                    "gateway takes."
                )
        return bytes(body)

    def _is_exempt(self, host: str, port: int) -> bool:
        return self._configuration().allowed_hosts.exempt(host, port)


def _find_connector(configuration: Configuration, permalink: str, method: str) -> Definition:
    return configuration.connectors.find(permalink, method)


def _find_composite(configuration: Configuration, permalink: str, method: str) -> Definition:
    definition = configuration.connectors.find_composite(permalink)
    if method != "POST":
        raise MethodNotAllowedError(
            f"Composite connector {permalink!r} is executed by POST, not {method}.",
            allowed=["POST"],
        )
    return definition


def _executable(definition: Definition) -> Connector:
    """The definition, if this gateway can execute all of it.

    Raises:
        ConnectorMisconfiguredError: names what is wrong with it, or what cannot be executed yet.
    """
    if isinstance(definition, BrokenConnector):
        raise ConnectorMisconfiguredError(
            f"Connector {definition.permalink!r}: {definition.reason}"
        )
    refuse_unexecuted(definition)
    assert not isinstance(definition, CompositeConnector)  # refused as a whole, until it is run
    return definition


def _note_sent(execution: Execution, resolved: ResolvedRequest) -> None:
    execution.query = tuple((_readable(key), _readable(value)) for key, value in resolved.query)
    execution.headers = tuple(resolved.request.headers.multi_items())
    execution.body = resolved.request.content.decode("utf-8", "replace") or None


def _readable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status)
    response.raw_headers.extend(answer.headers)
    return response


def _envelope(error: GatewayError, request_id: str) -> Response:
    return JSONResponse(error.envelope(request_id), error.status, error.headers)


def _answer_unknown_url(request: Request, exception: Exception) -> Response:
    request_id = _new_request_id()
    assert isinstance(exception, HTTPException)
    error: GatewayError
    if exception.status_code == 405:
        error = MethodNotAllowedError(
            f"The gateway does not know the method {request.method}.", allowed=METHODS
        )
    else:
        error = ConnectorNotFoundError(
            "The gateway's URLs are /<permalink>/execute and /composite/<permalink>/execute."
        )
    return _stamped(_envelope(error, request_id), request_id)


def _stamped(response: Response, request_id: str) -> Response:
    """What every answer carries. An upstream's text is never taken for a page of ours."""
    response.headers["X-Request-ID"] = request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _new_request_id() -> str:
    return str(uuid.uuid4())


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
