"""The texts of a definition that are rendered before its upstream is called (platform.md §5)."""

from collections.abc import Iterator, Mapping

from widget_workbench.gateway import authentication
from widget_workbench.gateway.definitions import Connector, Step
from widget_workbench.gateway.templates import Field, Template

URL = "url"
REQUEST_BODY = "request_body"
RESPONSE_BODY = "response_body"

# What a template reads when its text may hold a secret, or what was made of one.
_CONFIDENTIAL = frozenset({"get_secret", "jwt_encode"})


def request_templates(call: Connector | Step) -> Mapping[str, Template]:
    """Each text by its place in the definition, which is what it is called in messages: `headers[0].value`."""
    in_composite = isinstance(call, Step)
    return {
        place: Template(text, place, field, in_composite) for place, text, field in _texts(call)
    }


def path_parameter_templates(call: Connector | Step) -> Mapping[str, Template]:
    """The defaults of path parameters, by place; they are rendered first, since the URL needs them."""
    in_composite = isinstance(call, Step)
    return {
        path_parameter_place(index): Template(
            parameter.value, path_parameter_place(index), Field.URL, in_composite
        )
        for index, parameter in enumerate(call.path_parameters)
        if parameter.value is not None
    }


def response_template(call: Connector | Step) -> Template | None:
    """The template that makes the answer's body, if there is one."""
    if not call.response_body:
        return None
    return Template(call.response_body, RESPONSE_BODY, Field.RESPONSE_BODY, isinstance(call, Step))


def is_templated(url: str) -> bool:
    """Whether a definition's URL has anything to render."""
    return not Template(url, URL, Field.URL).is_plain


def path_parameter_place(index: int) -> str:
    return f"path_parameters[{index}].value"


def header_place(index: int) -> str:
    return f"headers[{index}].value"


def query_place(index: int) -> str:
    return f"query_parameters[{index}].value"


def is_confidential(template: Template) -> bool:
    """Whether its text, once rendered, may hold a secret."""
    return not template.is_plain and not _CONFIDENTIAL.isdisjoint(template.names)


def speaks_of_the_user(call: Connector | Step) -> str | None:
    """The first of its headers or query parameters that does, which a guest's call is refused for (platform.md §5).

    Returns:
        Its place and name, `query_parameters[0] "mail"`; None where none does.
    """
    templates = request_templates(call)
    named = [
        *(
            (header_place(index), "headers", index, each.key)
            for index, each in enumerate(call.headers)
        ),
        *(
            (query_place(index), "query_parameters", index, each.key)
            for index, each in enumerate(call.query_parameters)
        ),
    ]
    for place, field, index, key in named:
        template = templates[place]
        if not template.is_plain and "user" in template.names:
            return f'{field}[{index}] "{key}"'
    return None


def _texts(call: Connector | Step) -> Iterator[tuple[str, str, Field]]:
    yield URL, call.url, Field.URL
    for index, header in enumerate(call.headers):
        yield header_place(index), header.value, Field.SENT
    for index, parameter in enumerate(call.query_parameters):
        yield query_place(index), parameter.value, Field.SENT
    for place, text in authentication.templates(call.authentication):
        yield place, text, Field.SENT
    if call.request_body:
        yield REQUEST_BODY, call.request_body, Field.REQUEST_BODY
