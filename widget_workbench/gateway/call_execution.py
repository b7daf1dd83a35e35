"""Executes one call: a connector's, or that of a composite's step (platform.md §5's pipeline)."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import httpx

from widget_workbench.gateway import authentication
from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.authentication import Authenticator, Credentials
from widget_workbench.gateway.definitions import Connector, Step
from widget_workbench.gateway.destination import check_redirect, choose_transport
from widget_workbench.gateway.errors import (
    AuthenticationError,
    GuestRefusedError,
    ResponseTemplateError,
    TemplateRenderingError,
)
from widget_workbench.gateway.execution import CallRecord, Configuration
from widget_workbench.gateway.header_fields import without_blanks
from widget_workbench.gateway.http_cache import HttpCache, cache_key
from widget_workbench.gateway.identity import User
from widget_workbench.gateway.network.addresses import host_of
from widget_workbench.gateway.network.exchange import BODILESS_STATUSES, Limits, send_once
from widget_workbench.gateway.network.redirects import follow_redirects
from widget_workbench.gateway.network.transport import NetworkTransport
from widget_workbench.gateway.occasion import Occasion
from widget_workbench.gateway.path_parameters import PathParameters, resolve_path_parameters
from widget_workbench.gateway.request_rendering import RequestRendering
from widget_workbench.gateway.request_templates import (
    is_confidential,
    path_parameter_place,
    path_parameter_templates,
    response_template,
    speaks_of_the_user,
)
from widget_workbench.gateway.resolved_request import (
    Merging,
    merge,
    to_request,
)
from widget_workbench.gateway.shown_request import note_sent
from widget_workbench.gateway.template_variables import response_variables
from widget_workbench.gateway.templates import Renderer
from widget_workbench.gateway.timing import milliseconds_since

# Configured headers that go on to another origin when an upstream redirects there; any other may hold a credential.
_NO_CREDENTIALS = ("accept", "accept-language", "content-type")


class CallExecutor:
    """Executes calls, with what they share: connections, tokens, cached answers, the templates' worker.

    Args:
        network: the way to every host that is no mounted upstream.
        configuration: gives what holds now, for token requests: those serve many executions at once.
        time_limit: seconds for an upstream's whole answer, and for a token endpoint's.
        size_limit: bytes of an answer.
    """

    def __init__(
        self,
        *,
        network: httpx.AsyncBaseTransport,
        configuration: Callable[[], Configuration],
        time_limit: float,
        size_limit: int,
    ) -> None:
        self._network = network
        self._configuration = configuration
        self._time_limit = time_limit
        self._size_limit = size_limit
        self._renderer = Renderer()
        self._cache = HttpCache()
        self._authenticator = Authenticator(self._send_token_request)
        self._seen: Configuration | None = None
        self._generation = 0

    async def aclose(self) -> None:
        await self._renderer.aclose()
        await self._network.aclose()

    async def execute(
        self,
        definition: Connector | Step,
        occasion: Occasion,
        record: CallRecord,
        *,
        owner: str,
        cache_name: str,
    ) -> Answer:
        """The upstream's answer, its body made by the response template if there is one.

        Args:
            record: filled with what is sent, as far as it comes.
            owner: what the definition is, for messages: "Connector 'weather-api'".
            cache_name: what tells this definition's cached answers from others'.

        Raises:
            GatewayError: whatever stands between the caller and an upstream's answer.
        """
        generation = await self._forget_what_changed(occasion.configuration)
        with occasion.timing.measure("transform"):
            refuse_guest(definition, occasion.user, owner=owner)
            path = await self._path_parameters(definition, occasion, record, owner)
            merging = merge(definition, occasion.call)
            _note_dropped(record, merging, path, occasion)
            request = RequestRendering(self._renderer, definition, occasion, merging, path)
            rendered = await request.rendered()
            credentials = await self._credentials(definition, occasion, rendered)
            occasion.masking = occasion.masking.with_secrets(
                set(credentials.secrets) - request.unresolved
            )
            resolved = request.resolved(rendered, credentials)
            sent = to_request(resolved, definition, owner=owner)
            await note_sent(record, request, resolved, sent, credentials)
        answer = await self._exchange(
            sent,
            request,
            record,
            credentials=credentials,
            cache_name=f"{generation} {cache_name}",
        )
        record.status = answer.status
        with occasion.timing.measure("transform"):
            return await self._transformed(definition, occasion, answer)

    async def _forget_what_changed(self, configuration: Configuration) -> int:
        """Lets what is kept between executions go, when hosts lead elsewhere than before or secrets are others.

        Returns:
            A number for cached answers: an execution that began before the change stores none for those after it.
        """
        seen, self._seen = self._seen, configuration
        if seen is None or seen is configuration or _sources(seen) == _sources(configuration):
            return self._generation
        self._generation = generation = self._generation + 1
        self._cache.clear()
        self._authenticator.forget()
        if isinstance(self._network, NetworkTransport):
            await self._network.forget()
        return generation

    async def _path_parameters(
        self, definition: Connector | Step, occasion: Occasion, record: CallRecord, owner: str
    ) -> PathParameters:
        templates = path_parameter_templates(definition)
        texts = await self._renderer.render(
            list(templates.values()), occasion.context(occasion.configuration.secrets)
        )
        rendered = dict(zip(templates, texts, strict=True))
        # A token that one of them signs goes into the URL, which is shown.
        occasion.masking = occasion.masking.with_secrets(
            rendered[place] for place, template in templates.items() if is_confidential(template)
        )
        configured = {
            parameter.key: rendered[path_parameter_place(index)]
            for index, parameter in enumerate(definition.path_parameters)
            if parameter.value is not None
        }
        path = resolve_path_parameters(
            definition, configured, occasion.call.header("x-path-params"), owner=owner
        )
        text = occasion.masking.text
        record.path_params = {key: text(value) for key, value in path.values.items()}
        return path

    async def _credentials(
        self, definition: Connector | Step, occasion: Occasion, rendered: Mapping[str, str]
    ) -> Credentials:
        config = authentication.filled(definition.authentication, rendered)
        started = time.perf_counter()
        try:
            credentials = await self._authenticator.credentials(
                definition.authentication, config, occasion.now, occasion.masking
            )
        except AuthenticationError:
            occasion.timing.external_ms += milliseconds_since(started)
            occasion.timing.external_host = _host_of(config["token_url"])
            raise
        occasion.timing.external_ms += credentials.external_ms
        return credentials

    async def _send_token_request(self, request: httpx.Request) -> Answer:
        limits = Limits.from_now(seconds=self._time_limit, size=self._size_limit)
        return await send_once(request, self._route(self._configuration()), limits)

    async def _exchange(
        self,
        sent: httpx.Request,
        request: RequestRendering,
        record: CallRecord,
        *,
        credentials: Credentials,
        cache_name: str,
    ) -> Answer:
        """The answer that redirects lead to, each from the cache or from an upstream."""
        occasion = request.occasion
        limits = Limits.from_now(seconds=self._time_limit, size=self._size_limit)
        route = self._route(occasion.configuration)
        secret_headers = [name for name, _ in credentials.headers]
        # Whatever the definition itself sends may be a credential: it is for the definition's own origin.
        own_headers = [
            header.key
            for header in request.definition.headers
            if header.key.lower() not in _NO_CREDENTIALS
        ]

        async def from_upstream(single: httpx.Request) -> Answer:
            def note_reached() -> None:
                record.was_sent = True
                occasion.timing.external_host = host_of(single.url)

            with occasion.timing.measure("external"):
                return await send_once(single, route, limits, note_sent=note_reached)

        async def from_cache_or_upstream(single: httpx.Request) -> Answer:
            route(single.url)  # a cached answer is held to the address rules as well
            if single.method in ("GET", "HEAD") and single.content:
                return await from_upstream(single)  # a body is no part of the cache's key
            with occasion.timing.measure("cache"):
                key = cache_key(
                    single,
                    connector=cache_name,
                    identity=credentials.identity,
                    credential_headers=secret_headers,
                )
                answer, occasion.timing.cache_hit = await self._cache.exchange(
                    key, single, from_upstream
                )
            if occasion.timing.cache_hit:
                occasion.timing.external_host = host_of(single.url)
            return answer

        return await follow_redirects(
            sent,
            from_cache_or_upstream,
            check=lambda source, target: check_redirect(source, target, occasion.configuration),
            credential_headers=[*secret_headers, *own_headers],
            body_is_confidential=request.has_confidential_body,
        )

    async def _transformed(
        self, definition: Connector | Step, occasion: Occasion, answer: Answer
    ) -> Answer:
        """The answer by `response_body` and `response_content_type`; both on every status (platform.md §5).

        A status that has no body becomes 200 where the template makes one: it would be lost on the wire.
        """
        template = response_template(definition)
        if template is not None:
            context = occasion.context({}, response=response_variables(answer))
            try:
                [text] = await self._renderer.render([template], context)
            except TemplateRenderingError as error:
                raise ResponseTemplateError(error.detail) from error
            status = 200 if text and answer.status in BODILESS_STATUSES else answer.status
            answer = replace(answer, status=status, body=text.encode("utf-8", "surrogatepass"))
        content_type = without_blanks(definition.response_content_type or "")
        if content_type:
            kept = tuple(header for header in answer.headers if header[0] != b"content-type")
            added = (b"content-type", content_type.encode("latin-1", "replace"))
            answer = replace(answer, headers=(*kept, added))
        return answer

    def _route(self, configuration: Configuration) -> Any:
        return lambda url: choose_transport(url, configuration, self._network)


def refuse_guest(definition: Connector | Step, user: User, *, owner: str) -> None:
    """Refuses a guest's call of what speaks of the user in headers or query (platform.md §5).

    Raises:
        GuestRefusedError: it does, and the user is a guest.
    """
    if user.is_guest and (place := speaks_of_the_user(definition)):
        raise GuestRefusedError(
            f"{owner} names the user in {place}, and a guest has no name to send: sign in."
        )


def _note_dropped(
    record: CallRecord, merging: Merging, path: PathParameters, occasion: Occasion
) -> None:
    dropped = {**merging.dropped, "path_params": path.dropped}
    record.dropped = {
        kind: tuple(map(occasion.masking.text, names)) for kind, names in dropped.items() if names
    }


def _sources(configuration: Configuration) -> tuple[Any, ...]:
    """What decides where answers, connections and tokens come from."""
    return configuration.upstreams, configuration.allowed_hosts, configuration.secrets


def _host_of(url: str) -> str | None:
    try:
        return host_of(httpx.URL(url)) or None
    except (httpx.InvalidURL, UnicodeError):
        return None
