"""What is told of a request that goes to an upstream: in the log, and to a test call. No secret shows in either."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx

from widget_workbench.gateway.authentication import Credentials
from widget_workbench.gateway.execution import CallRecord, as_object
from widget_workbench.gateway.masking import masked
from widget_workbench.gateway.request_rendering import RequestRendering
from widget_workbench.gateway.resolved_request import ResolvedRequest, quoted

# What a test call shows where a token is sent, which has no text of its own in the definition.
_BEARER = "Bearer {{ token }}"

# Bytes of `X-Debug-Request`: clients take some 64 KB of headers in all.
_LONGEST_HEADER = 32_000
# Characters that are left of a body where the header would be too long otherwise.
_SHORTEST_BODY = 200


async def note_sent(
    record: CallRecord,
    request: RequestRendering,
    resolved: ResolvedRequest,
    sent: httpx.Request,
    credentials: Credentials,
) -> None:
    """Tells the record what goes to the upstream.

    Args:
        resolved, credentials: what it is made of.
        sent: as it goes out.
    """
    text = request.occasion.masking.text
    shown = resolved
    if request.is_confidential or credentials.headers or credentials.query:
        rendered = await request.rendered_masked()
        shown = request.resolved(rendered, _masked(credentials, request.unresolved))
    record.method, record.url = shown.method, text(_readable(shown.full_url))
    record.query = tuple((text(_readable(k)), text(_readable(v))) for k, v in shown.all_query)
    record.headers = _shown_headers(sent, shown, request)
    record.body = text(sent.content.decode("utf-8", "replace")) or None
    if request.occasion.is_test_call:
        record.debug = _debug(request, await request.rendered_without_secrets(), credentials)


def debug_header(content: Mapping[str, Any]) -> str:
    """The value of `X-Debug-Request`: ASCII, as headers are, and no longer than clients take."""
    for shorter in _ever_shorter(content):
        value = json.dumps(shorter, separators=(",", ":"))
        if len(value) <= _LONGEST_HEADER:
            return value
    return json.dumps({"truncated": True})


def _ever_shorter(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The content, then without most of its bodies, then without all but what was asked for."""
    yield content
    yield _for_each_call(content, _with_short_body)
    yield _for_each_call(content, _without_details)


def _for_each_call(
    content: Mapping[str, Any], change: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Mapping[str, Any]:
    if "steps" in content:
        return {"steps": [change(step) for step in content["steps"]]}
    return change(content)


def _with_short_body(call: Mapping[str, Any]) -> Mapping[str, Any]:
    body = call.get("body")
    if body is None or len(body) <= _SHORTEST_BODY:
        return call
    return {**call, "body": body[:_SHORTEST_BODY], "body_truncated": True}


def _without_details(call: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = {name: call[name] for name in ("name", "method", "url") if name in call}
    return {**kept, "truncated": True}


def _masked(credentials: Credentials, unresolved: frozenset[str]) -> Credentials:
    """As the log shows them."""

    def shown(value: str) -> str:
        return value if value in unresolved else _masked_value(value)

    return replace(
        credentials,
        headers=tuple((name, shown(value)) for name, value in credentials.headers),
        query=tuple((name, shown(value)) for name, value in credentials.query),
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


def _shown_headers(
    sent: httpx.Request, shown: ResolvedRequest, request: RequestRendering
) -> tuple[tuple[str, str], ...]:
    """All headers that are sent, those of the connection included."""
    text = request.occasion.masking.text
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
    request: RequestRendering, rendered: Mapping[str, str], credentials: Credentials
) -> dict[str, Any]:
    """The resolved request with secrets as their template text (platform.md §5, `X-Debug-Request`)."""
    text = request.occasion.masking.text
    shown = request.resolved(rendered, _as_text_of(credentials, rendered))
    body = text((shown.body or b"").decode("utf-8", "replace"))
    debug: dict[str, Any] = {
        "method": shown.method,
        "url": text(_readable(_with_templates_as_written(shown.full_url, request))),
        "headers": as_object(
            (text(name), text(_header_text(value))) for name, value in shown.headers
        ),
        "body": body[:_LONGEST_HEADER] or None,
    }
    if len(body) > _LONGEST_HEADER:
        debug["body_truncated"] = True
    return debug


def _with_templates_as_written(url: str, request: RequestRendering) -> str:
    """The URL with the templates in its query as a person wrote them: nobody reads `%7B%7B%20get_secret`."""
    for template in request.templates.values():
        if not template.is_plain:
            url = url.replace(quoted(template.text), template.text)
    return url


def _readable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
