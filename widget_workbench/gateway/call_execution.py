"""Executes one call: a connector's, or that of a composite's step (platform.md §5's pipeline)."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import httpx

from widget_workbench.gateway import authentication
from widget_workbench.gateway.answer import Answer
from widget_workbench.gateway.authentication import Authenticator, Credentials
from widget_workbench.gateway.definitions import Connector, Step
from widget_workbench.gateway.destination import choose_transport
from widget_workbench.gateway.errors import (
    AuthenticationError,
    GuestRefusedError,
    JwtSigningError,
    ResponseTemplateError,
    TemplateRenderingError,
)
from widget_workbench.gateway.exchange import Limits, send_once
from widget_workbench.gateway.execution import CallRecord, Configuration
from widget_workbench.gateway.http_cache import HttpCache, cache_key
from widget_workbench.gateway.masking import masked
from widget_workbench.gateway.occasion import Occasion
from widget_workbench.gateway.path_parameters import PathParameters, resolve_path_parameters
from widget_workbench.gateway.redirects import follow_redirects
from widget_workbench.gateway.request_templates import (
    URL,
    has_confidential_body,
    is_confidential,
    path_parameter_place,
    path_parameter_templates,
    request_templates,
    response_template,
    speaks_of_the_user,
)
from widget_workbench.gateway.resolved_request import (
    Merging,
    ResolvedRequest,
    merge,
    resolve_request,
    to_request,
)
from widget_workbench.gateway.templates import Renderer, Template
from widget_workbench.gateway.timing import milliseconds_since

# What a test call shows where a token is sent, which has no text of its own in the definition.
_BEARER = "Bearer {{ token }}"

# Configured headers that go on to another origin when an upstream redirects there; any other may hold a credential.
_NO_CREDENTIALS = ("accept", "accept-language", "content-type")

# Characters of a body in `X-Debug-Request`: clients take some 64 KB of headers in all.
_DEBUG_BODY = 8000


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
        with occasion.timing.measure("transform"):
            if occasion.user.is_guest and speaks_of_the_user(definition):
                raise GuestRefusedError(
                    f"{owner} sends who calls in its headers or query, and a guest is nobody it could name: sign in."
                )
            path = await self._path_parameters(definition, occasion, record, owner)
            merging = merge(definition, occasion.call)
            _note_dropped(record, merging, path, occasion)
            request = _RequestRendering(self._renderer, definition, occasion, merging, path)
            rendered = await request.rendered()
            credentials = await self._credentials(definition, occasion, rendered)
            occasion.masking = occasion.masking.with_secrets(credentials.secrets)
            resolved = request.resolved(rendered, credentials)
            sent = to_request(resolved, owner=owner, templated=not request.templates[URL].is_plain)
            await self._note_sent(record, request, resolved, sent, credentials)
        answer = await self._exchange(sent, definition, occasion, credentials, cache_name)
        record.status = answer.status
        with occasion.timing.measure("transform"):
            return await self._transformed(definition, occasion, answer)

    async def _path_parameters(
        self, definition: Connector | Step, occasion: Occasion, record: CallRecord, owner: str
    ) -> PathParameters:
        templates = path_parameter_templates(definition)
        texts = await self._renderer.render(
            list(templates.values()), occasion.context(occasion.configuration.secrets)
        )
        rendered = dict(zip(templates, texts, strict=True))
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
            raise
        occasion.timing.external_ms += credentials.external_ms
        return credentials

    async def _send_token_request(self, request: httpx.Request) -> Answer:
        limits = Limits.from_now(seconds=self._time_limit, size=self._size_limit)
        return await send_once(request, self._route(self._configuration()), limits)

    async def _note_sent(
        self,
        record: CallRecord,
        request: "_RequestRendering",
        resolved: ResolvedRequest,
        sent: httpx.Request,
        credentials: Credentials,
    ) -> None:
        """Tells the record what goes to the upstream, without its secrets."""
        occasion = request.occasion
        text = occasion.masking.text
        shown = resolved
        if request.is_confidential or credentials.headers or credentials.query:
            rendered = await request.rendered_masked()
            shown = request.resolved(rendered, _masked(credentials))
        record.query = tuple((text(_readable(k)), text(_readable(v))) for k, v in shown.all_query)
        record.headers = _shown_headers(sent, shown, occasion)
        record.body = text(sent.content.decode("utf-8", "replace")) or None
        if occasion.is_test_call:
            rendered = await request.rendered_without_secrets()
            record.debug = _debug(request, rendered, credentials)

    async def _exchange(
        self,
        request: httpx.Request,
        definition: Connector | Step,
        occasion: Occasion,
        credentials: Credentials,
        cache_name: str,
    ) -> Answer:
        """The answer that redirects lead to, each from the cache or from an upstream."""
        limits = Limits.from_now(seconds=self._time_limit, size=self._size_limit)
        route = self._route(occasion.configuration)
        secret_headers = [name for name, _ in credentials.headers]
        # Whatever the definition itself sends may be a credential: it is for the definition's own origin.
        own_headers = [
            header.key for header in definition.headers if header.key.lower() not in _NO_CREDENTIALS
        ]

        async def from_upstream(single: httpx.Request) -> Answer:
            with occasion.timing.measure("external"):
                return await send_once(single, route, limits)

        async def from_cache_or_upstream(single: httpx.Request) -> Answer:
            route(single.url)  # a cached answer is held to the address rules as well
            occasion.timing.external_host = single.url.host
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
            return answer

        return await follow_redirects(
            request,
            from_cache_or_upstream,
            credential_headers=[*secret_headers, *own_headers],
            body_is_confidential=has_confidential_body(definition),
        )

    async def _transformed(
        self, definition: Connector | Step, occasion: Occasion, answer: Answer
    ) -> Answer:
        """The answer by `response_body` and `response_content_type`; both on every status (platform.md §5)."""
        template = response_template(definition)
        if template is not None:
            context = occasion.context({}, response=response_variables(answer))
            try:
                [text] = await self._renderer.render([template], context)
            except TemplateRenderingError as error:
                raise ResponseTemplateError(error.detail) from error
            answer = replace(answer, body=text.encode("utf-8", "surrogatepass"))
        content_type = definition.response_content_type
        if content_type:
            kept = tuple(header for header in answer.headers if header[0] != b"content-type")
            added = (b"content-type", content_type.encode("latin-1", "replace"))
            answer = replace(answer, headers=(*kept, added))
        return answer

    def _route(self, configuration: Configuration) -> Any:
        return lambda url: choose_transport(url, configuration, self._network)


class _RequestRendering:
    """The definition's texts as they are sent, as the log shows them, and as a test call shows them."""

    def __init__(
        self,
        renderer: Renderer,
        definition: Connector | Step,
        occasion: Occasion,
        merging: Merging,
        path: PathParameters,
    ) -> None:
        self.definition = definition
        self.occasion = occasion
        self.merging = merging
        self.templates = _kept(request_templates(definition), merging)
        self._renderer = renderer
        self._path = path
        self._confidential = {
            place: template
            for place, template in self.templates.items()
            if is_confidential(template)
        }
        self._rendered: Mapping[str, str] = {}

    @property
    def is_confidential(self) -> bool:
        return bool(self._confidential)

    def resolved(self, rendered: Mapping[str, str], credentials: Credentials) -> ResolvedRequest:
        """The request that these texts and credentials make."""
        return resolve_request(
            self.definition,
            self.merging,
            rendered,
            self.occasion.call.body,
            credential_headers=credentials.headers,
            credential_query=credentials.query,
        )

    async def rendered(self) -> Mapping[str, str]:
        """By place, as they are sent."""
        secrets = self.occasion.configuration.secrets
        self._rendered = await self._render(self.templates, secrets)
        return self._rendered

    async def rendered_masked(self) -> Mapping[str, str]:
        """As sent, but made of masked secrets: so that none shows through what a template makes of it."""
        secrets = {
            name: masked(value) for name, value in self.occasion.configuration.secrets.items()
        }
        return {**self._rendered, **await self._rendered_confidential(secrets)}

    async def rendered_without_secrets(self) -> Mapping[str, str]:
        """As sent, but each expression of a secret as its own text."""
        return {**self._rendered, **await self._rendered_confidential({})}

    async def _rendered_confidential(self, secrets: Mapping[str, str]) -> Mapping[str, str]:
        try:
            return await self._render(self._confidential, secrets)
        except (TemplateRenderingError, JwtSigningError):
            pass  # nobody signs with a masked key, nor reads JSON in one: one by one, then
        rendered: dict[str, str] = {}
        for place, template in self._confidential.items():
            try:
                rendered |= await self._render({place: template}, secrets)
            except (TemplateRenderingError, JwtSigningError):
                rendered[place] = masked(self._rendered[place]) if secrets else template.text
        return rendered

    async def _render(
        self, templates: Mapping[str, Template], secrets: Mapping[str, str]
    ) -> dict[str, str]:
        context = self.occasion.context(
            secrets, pathParams=self._path.values, **_body_variables(self.occasion.call.body)
        )
        texts = await self._renderer.render(list(templates.values()), context)
        return dict(zip(templates, texts, strict=True))


def response_variables(answer: Answer) -> dict[str, Any]:
    """What a template reads of an answer (platform.md §5): `body` is None if it is not UTF-8."""
    headers: dict[str, str] = {}
    for name, value in answer.headers:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return {"body": text_or_none(answer.body), "status_code": answer.status, "headers": headers}


def _body_variables(body: bytes) -> dict[str, Any]:
    return {"body_text": text_or_none(body), "body_raw": body}


def text_or_none(body: bytes) -> str | None:
    """A body as text; None if it is not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _kept(templates: Mapping[str, Template], merging: Merging) -> Mapping[str, Template]:
    """Without those whose parameter or header the caller overrides."""
    kept = merging.kept
    return {
        place: template
        for place, template in templates.items()
        if place in kept or not place.startswith(("headers[", "query_parameters["))
    }


def _masked(credentials: Credentials) -> Credentials:
    """As the log shows them."""
    return replace(
        credentials,
        headers=tuple((name, _masked_value(value)) for name, value in credentials.headers),
        query=tuple((name, _masked_value(value)) for name, value in credentials.query),
    )


def _masked_value(value: str) -> str:
    scheme, space, token = value.partition(" ")
    return f"{scheme} {masked(token)}" if space and scheme == "Bearer" else masked(value)


def _as_text_of(credentials: Credentials, rendered: Mapping[str, str]) -> Credentials:
    """As a test call shows them: an API key's own template, rendered as all others are; nothing of a token."""
    value = rendered.get("authentication.config.value", _BEARER)
    return replace(
        credentials,
        headers=tuple((name, value) for name, _ in credentials.headers),
        query=tuple((name, value) for name, _ in credentials.query),
    )


def _note_dropped(
    record: CallRecord, merging: Merging, path: PathParameters, occasion: Occasion
) -> None:
    dropped = {**merging.dropped, "path_params": path.dropped}
    record.dropped = {
        kind: tuple(map(occasion.masking.text, names)) for kind, names in dropped.items() if names
    }


def _shown_headers(
    sent: httpx.Request, shown: ResolvedRequest, occasion: Occasion
) -> tuple[tuple[str, str], ...]:
    """All headers that are sent, those of the connection included."""
    text = occasion.masking.text
    named = {name for name, _ in shown.headers}
    of_the_connection = [item for item in sent.headers.multi_items() if item[0] not in named]
    own = [(name, _header_text(value)) for name, value in shown.headers]
    return tuple((text(name), text(value)) for name, value in (*of_the_connection, *own))


def _header_text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _debug(
    request: _RequestRendering, rendered: Mapping[str, str], credentials: Credentials
) -> dict[str, Any]:
    """The resolved request with secrets as their template text (platform.md §5, `X-Debug-Request`)."""
    text = request.occasion.masking.text
    shown = request.resolved(rendered, _as_text_of(credentials, rendered))
    body = text((shown.body or b"").decode("utf-8", "replace"))
    debug: dict[str, Any] = {
        "method": shown.method,
        "url": text(_readable(shown.full_url)),
        "headers": {text(name): text(_header_text(value)) for name, value in shown.headers},
        "body": body[:_DEBUG_BODY] or None,
    }
    if len(body) > _DEBUG_BODY:
        debug["body_truncated"] = True
    return debug


def debug_header(content: Mapping[str, Any]) -> str:
    """The value of `X-Debug-Request`: ASCII, as headers are."""
    return json.dumps(content, separators=(",", ":"))


def _readable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
