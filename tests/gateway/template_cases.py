"""What the tests of templates render with."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from widget_workbench.gateway.errors import TemplateRenderingError
from widget_workbench.gateway.identity import GUEST, User
from widget_workbench.gateway.templates import Context, Field, Renderer, Template

PLACE = "headers[0].value"
NOW = 1_700_000_000.75
ANN = User(
    id=7,
    email="ann@example.com",
    first_name="Ann",
    last_name="O'Neil",
    username="ann",
    profile_fields={42: "Support & Sales"},
)
SECRETS = {"api_key": "s3cret", "markup": "<&>", "user": "ann", "password": "pa:ss"}
VARIABLES = {"region": "eu", "empty": ""}
DATA: Mapping[Field, Mapping[str, Any]] = {
    Field.URL: {"pathParams": {"id": "42", "items": "all", "get": "got"}},
    Field.SENT: {},
    Field.REQUEST_BODY: {"body_text": '{"a": "<é>"}', "body_raw": '{"a": "<é>"}'.encode()},
    Field.RESPONSE_BODY: {
        "response": {
            "body": '[{"name": "<Zoë>"}, {"name": "Bo"}]',
            "status_code": 201,
            "headers": {"content-type": "application/json", "x-total": "2"},
        }
    },
}
STEPS: Mapping[str, Any] = {
    "steps": {
        "items": {"body": '{"id": 1}', "status_code": 200, "headers": {"etag": "x"}},
        "find-user": {"body": "plain", "status_code": 204, "headers": {}},
    },
    "request": {
        "body_text": "text",
        "body_raw": b"\xff!",
        "headers": {"content-type": "text/plain"},
        "query_parameters": {"q": "a b"},
    },
}


def context(data: Mapping[str, Any] | None = None, **fields: Any) -> Context:
    everything = {name: value for held in DATA.values() for name, value in held.items()}
    values: dict[str, Any] = {
        "user": ANN,
        "tenant_id": "t-1",
        "secrets": SECRETS,
        "variables": VARIABLES,
        "data": {**everything, **STEPS} if data is None else data,
        "now": NOW,
        **fields,
    }
    return Context(**values)


GUESTS = context(user=GUEST)


def render(
    renderer: Renderer,
    text: str,
    field: Field = Field.SENT,
    *,
    in_composite: bool = False,
    context: Context | None = None,
) -> str:
    """The text of one template."""
    template = Template(text, PLACE, field, in_composite)
    [rendered] = asyncio.run(renderer.render([template], context or _CONTEXT))
    return rendered


def failure(renderer: Renderer, text: str, field: Field = Field.SENT, **options: Any) -> str:
    """What a template that fails says."""
    with pytest.raises(TemplateRenderingError) as raised:
        render(renderer, text, field, **options)
    detail = raised.value.detail
    assert PLACE in detail
    assert detail.endswith((".", "?"))
    return detail


_CONTEXT = context()
