"""Which names a template has: platform.md §5's table."""

from collections.abc import Callable, Mapping
from typing import Any

from widget_workbench.gateway.errors import JwtSigningError
from widget_workbench.gateway.templates.environment import Variables
from widget_workbench.gateway.templates.filters import Octets
from widget_workbench.gateway.templates.refusal import Refusal
from widget_workbench.gateway.templates.template import Context, Field, Template
from widget_workbench.gateway.templates.unknown_name import UnknownValue

EVERYWHERE = frozenset({"user", "tenant_id", "now"})
IN_COMPOSITES = frozenset({"steps", "request"})

NAMES: Mapping[Field, frozenset[str]] = {
    Field.URL: frozenset({"get_variable", "pathParams"}),
    Field.SENT: frozenset({"get_secret", "get_variable", "jwt_encode"}),
    Field.REQUEST_BODY: frozenset({"body_text", "body_raw"}),
    Field.RESPONSE_BODY: frozenset({"response"}),
}
NAMES_IN_COMPOSITES: Mapping[Field, frozenset[str]] = {
    Field.URL: frozenset({"jwt_encode"}),
    Field.SENT: frozenset(),
    Field.REQUEST_BODY: frozenset({"get_variable", "jwt_encode"}),
    Field.RESPONSE_BODY: frozenset({"get_variable"}),
}
ALL_NAMES = EVERYWHERE.union(IN_COMPOSITES, *NAMES.values())


def available_names(field: Field, in_composite: bool) -> frozenset[str]:
    """The variables and functions of a field."""
    if in_composite:
        return _NAMES_OF_STEPS[field]
    return _NAMES_OF_CONNECTORS[field]


_NAMES_OF_CONNECTORS = {field: EVERYWHERE | NAMES[field] for field in Field}
_NAMES_OF_STEPS = {
    field: EVERYWHERE | NAMES[field] | IN_COMPOSITES | NAMES_IN_COMPOSITES[field] for field in Field
}


def available(template: Template, context: Context) -> dict[str, Any]:
    """What a template is rendered with, by name: of what its field has, what it reads."""
    values: dict[str, Any] = {}
    names = available_names(template.field, template.in_composite)
    for name in template.names:
        if name not in names:
            continue
        if name in _FROM_CONTEXT:
            values[name] = _FROM_CONTEXT[name](context)
        elif name in context.data:
            values[name] = _DATA.get(name, _as_it_is)(context.data[name])
    return values


class ProfileFields(dict[int, str]):
    """`user.profile_fields`."""

    def by_id(self, number: Any) -> str | None:
        """The value of the field of this number, None where it is not set.

        Raises:
            Refusal: that is no number.
        """
        try:
            return self.get(int(number))
        except (TypeError, ValueError):
            raise Refusal("user.profile_fields.by_id takes a field's number") from None


def _user(context: Context) -> Variables:
    fields = context.user.variables()
    return Variables({**fields, "profile_fields": ProfileFields(fields["profile_fields"])})


def _now(context: Context) -> Callable[..., int]:
    time = int(context.now)

    def now(offset: Any = 0) -> int:
        """Unix time in seconds, plus an offset in seconds."""
        try:
            return time + int(offset)
        except (TypeError, ValueError):
            raise Refusal("now takes a number of seconds") from None

    return now


def _getter(values: Mapping[str, str]) -> Callable[[Any], str | UnknownValue]:
    # A function of its own, not a bound method: that would print with what it is bound to.
    def get(name: Any) -> str | UnknownValue:
        key = str(name)
        value = values.get(key)
        return UnknownValue(key) if value is None else value

    return get


def _jwt_encode(context: Context) -> Callable[..., str]:
    def jwt_encode(payload: Any, key: Any, algorithm: Any = "RS256", headers: Any = None) -> str:
        """A signed JSON Web Token."""
        from widget_workbench.gateway.authentication.signing import sign

        claims = _plain(payload)
        token_headers = None if headers is None else _plain(headers)
        secret = _plain(key)
        if not isinstance(claims, dict) or not isinstance(token_headers, dict | None):
            raise JwtSigningError(
                "The JWT could not be signed: its payload and its headers are objects."
            )
        if not isinstance(secret, str):
            raise JwtSigningError("The JWT could not be signed: its key is a text.")
        return sign(claims, secret, str(algorithm), token_headers)

    return jwt_encode


def _plain(value: Any) -> Any:
    """The value without template types; an unknown value in it leaves the expression in place."""
    match value:
        case dict():
            return {str(key): _plain(held) for key, held in value.items()}
        case list() | tuple():
            return [_plain(held) for held in value]
        case str():
            return str(value)
        case UnknownValue():
            str(value)
    return value


def _steps(steps: Mapping[str, Mapping[str, Any]]) -> Variables:
    return Variables({name: Variables(step) for name, step in steps.items()})


def _request(request: Mapping[str, Any]) -> Variables:
    return Variables(
        {name: Octets(held) if name == "body_raw" else held for name, held in request.items()}
    )


def _as_it_is(value: Any) -> Any:
    return value


_FROM_CONTEXT: Mapping[str, Callable[[Context], Any]] = {
    "user": _user,
    "tenant_id": lambda context: context.tenant_id,
    "now": _now,
    "get_secret": lambda context: _getter(context.secrets),
    "get_variable": lambda context: _getter(context.variables),
    "jwt_encode": _jwt_encode,
}
_DATA: Mapping[str, Callable[[Any], Any]] = {
    "pathParams": Variables,
    "body_raw": Octets,
    "response": Variables,
    "steps": _steps,
    "request": _request,
}
