"""The gateway's ASGI application: its URLs, and the answer to each (platform.md §4)."""

import logging
import traceback
import uuid
from collections.abc import Callable
from dataclasses import replace

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from widget_workbench.gateway.answer import Answer, relayed_headers
from widget_workbench.gateway.call import Call
from widget_workbench.gateway.call_execution import CallExecutor
from widget_workbench.gateway.composite import execute_composite
from widget_workbench.gateway.definitions import (
    METHODS,
    BrokenConnector,
    CompositeConnector,
    Connector,
    Definition,
)
from widget_workbench.gateway.errors import (
    TIMEOUT_CODE,
    ConnectorMisconfiguredError,
    ConnectorNotFoundError,
    GatewayError,
    InternalError,
    MethodNotAllowedError,
    PayloadTooLargeError,
)
from widget_workbench.gateway.execution import Configuration, Execution, Relayed
from widget_workbench.gateway.identity import User
from widget_workbench.gateway.network.addresses import GuardedBackend
from widget_workbench.gateway.network.transport import NetworkTransport
from widget_workbench.gateway.occasion import Occasion
from widget_workbench.gateway.shown_request import debug_header
from widget_workbench.gateway.timing import Timing

UPSTREAM_TIME_LIMIT = 15.0  # seconds, platform.md §5
SIZE_LIMIT = 10_000_000  # bytes of a caller's body, and of an upstream's answer; ours

# Of a test call, whose answer tells the resolved request; the name is ours.
TEST_CALL_HEADER = "x-connector-test"

Identify = Callable[[Request, Configuration], User]

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
        identify: tells who calls; may raise a GatewayError. Default: the configuration's user.
    """

    def __init__(
        self,
        *,
        configuration: Callable[[], Configuration],
        record: Callable[[Execution], None] = lambda execution: None,
        network: httpx.AsyncBaseTransport | None = None,
        time_limit: float = UPSTREAM_TIME_LIMIT,
        size_limit: int = SIZE_LIMIT,
        identify: Identify = lambda request, configuration: configuration.user,
    ) -> None:
        self._configuration = configuration
        self._record = record
        self._identify = identify
        self._size_limit = size_limit
        self._executor = CallExecutor(
            network=network or NetworkTransport(GuardedBackend(exempt=self._is_exempt)),
            configuration=configuration,
            time_limit=time_limit,
            size_limit=size_limit,
        )
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
        """Closes what is kept between executions: connections, and the process that renders templates."""
        await self._executor.aclose()

    async def _execute_connector(self, request: Request) -> Response:
        return await self._answer(request, composite=False)

    async def _execute_composite(self, request: Request) -> Response:
        return await self._answer(request, composite=True)

    async def _answer(self, request: Request, *, composite: bool) -> Response:
        """Executes and records; every failure becomes an envelope."""
        configuration = self._configuration()
        occasion = Occasion(
            configuration=configuration,
            user=configuration.user,
            is_test_call=TEST_CALL_HEADER in request.headers,
        )
        execution = Execution(
            # As the caller wrote it, until it is found to be a connector's.
            permalink=occasion.masking.text(request.path_params["permalink"]),
            method=request.method,
            request_id=_new_request_id(),
            composite=composite,
        )
        try:
            execution.relayed = await self._execute(request, occasion, execution)
            response = _response(execution.relayed.answer)
        except ClientDisconnect:
            return Response()  # nobody is left to read it, and nothing was executed
        except Exception as error:
            if not isinstance(error, GatewayError):
                _log_failure(execution, occasion)
                error = InternalError("The gateway failed; its log has the traceback.")
            _mask(error, occasion)
            execution.error, execution.error_code = error.detail, error.code
            occasion.timing.timed_out = _is_timeout(error)
            response = _envelope(error, execution.request_id)
        self._finish(execution, occasion, response)
        return _stamped(response, execution.request_id)

    async def _execute(self, request: Request, occasion: Occasion, execution: Execution) -> Relayed:
        configuration = occasion.configuration
        if configuration.suspended is not None:
            raise ConnectorMisconfiguredError(configuration.suspended)
        occasion.user = self._identify(request, configuration)
        found = _find(configuration, request.path_params["permalink"], execution)
        execution.permalink = found.permalink
        definition = _executable(found)
        occasion.call = Call(
            query_string=request.scope["query_string"].decode("latin-1"),
            headers=[(name.decode("latin-1"), value) for name, value in request.headers.raw],
            body=await self._body(request),
        )
        if isinstance(definition, CompositeConnector):
            answer = await execute_composite(definition, occasion, execution.steps, self._executor)
        else:
            answer = await self._executor.execute(
                definition,
                occasion,
                execution.call,
                owner=f"Connector {definition.permalink!r}",
                cache_name=f"{definition.permalink} {definition.method}",
            )
        return Relayed(definition, occasion.call, replace(answer, headers=relayed_headers(answer)))

    def _finish(self, execution: Execution, occasion: Occasion, response: Response) -> None:
        """Records the execution, and writes what it tells into the answer's headers."""
        timing = occasion.timing
        timing.finish()
        if timing.external_host is not None:  # a secret may choose that of a token endpoint
            timing.external_host = occasion.masking.text(timing.external_host)
        execution.status = response.status_code
        execution.ms, execution.external_ms = timing.total_ms, timing.external_ms
        execution.cache_hit, execution.masking = timing.cache_hit, occasion.masking
        self._record(execution)
        _tell_timing(response, timing, execution.request_id, execution.error_code)
        if occasion.is_test_call and (debug := execution.debug()) is not None:
            response.headers["X-Debug-Request"] = debug_header(debug)

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


def _find(configuration: Configuration, permalink: str, execution: Execution) -> Definition:
    if not execution.composite:
        return configuration.connectors.find(permalink, execution.method)
    definition = configuration.connectors.find_composite(permalink)
    if execution.method != "POST":
        raise MethodNotAllowedError(
            f"Composite connector {permalink!r} is executed by POST, not {execution.method}.",
            allowed=["POST"],
        )
    return definition


def _executable(definition: Definition) -> Connector | CompositeConnector:
    if isinstance(definition, BrokenConnector):
        kind = "Composite connector" if definition.composite else "Connector"
        raise ConnectorMisconfiguredError(f"{kind} {definition.permalink!r}: {definition.reason}")
    return definition


def _mask(error: GatewayError, occasion: Occasion) -> None:
    error.detail = occasion.masking.text(error.detail)
    if error.params is not None:
        error.params = tuple(map(occasion.masking.text, error.params))


def _log_failure(execution: Execution, occasion: Occasion) -> None:
    """The traceback as text, since an exception's message may hold a secret."""
    logger.error(
        "The gateway failed at connector %r.\n%s",
        execution.permalink,
        occasion.masking.text(traceback.format_exc()),
    )


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status)
    response.raw_headers.extend(answer.headers)
    return response


def _envelope(error: GatewayError, request_id: str) -> Response:
    return JSONResponse(error.envelope(request_id), error.status, error.headers)


def _is_timeout(error: GatewayError) -> bool:
    """Whether the upstream did not answer in time, or the token endpoint."""
    causes = (error, error.__cause__)
    return any(isinstance(cause, GatewayError) and cause.code == TIMEOUT_CODE for cause in causes)


def _tell_timing(
    response: Response, timing: Timing, request_id: str, error_code: str | None
) -> None:
    response.headers["Server-Timing"] = timing.server_timing()
    response.headers["X-Connector-Timing"] = timing.connector_timing(request_id, error_code)


def _answer_unknown_url(request: Request, exception: Exception) -> Response:
    timing, request_id = Timing(), _new_request_id()
    assert isinstance(exception, HTTPException)
    error: GatewayError
    if exception.status_code == 405:
        error = MethodNotAllowedError(
            "The gateway does not know the method of this request.", allowed=METHODS
        )
    else:
        error = ConnectorNotFoundError(
            "The gateway's URLs are /<permalink>/execute and /composite/<permalink>/execute."
        )
    response = _envelope(error, request_id)
    timing.finish()
    _tell_timing(response, timing, request_id, error.code)
    return _stamped(response, request_id)


def _stamped(response: Response, request_id: str) -> Response:
    """What every answer carries. An upstream's text is never taken for a page of ours."""
    response.headers["X-Request-ID"] = request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Opened from the address bar, HTML would run on our origin, and could execute every connector.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


def _new_request_id() -> str:
    return str(uuid.uuid4())
