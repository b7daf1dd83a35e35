"""What the gateway itself answers when it cannot relay an upstream's answer (platform.md §4).

    GatewayError
    ├── ConnectorNotFoundError        404  CONNECTOR_NOT_FOUND
    ├── MethodNotAllowedError         405  METHOD_NOT_ALLOWED
    ├── PayloadTooLargeError          413  PAYLOAD_TOO_LARGE
    ├── UriTooLongError               414  URI_TOO_LONG
    ├── MissingPathParametersError    400  MISSING_PATH_PARAMETERS
    ├── InvalidPathParametersError    400  INVALID_PATH_PARAMETERS
    ├── CsrfTokenError                403  CSRF_TOKEN_INVALID
    ├── GuestRefusedError             403  GUEST_REFUSED
    ├── TemplateRenderingError        422  TEMPLATE_ERROR
    │   └── ResponseTemplateError     422  TEMPLATE_ERROR
    ├── JwtSigningError               422  JWT_SIGNING_ERROR
    ├── AuthenticationError           502  AUTHENTICATION_ERROR
    ├── ConnectorMisconfiguredError   500  CONNECTOR_MISCONFIGURED
    │   └── RefusedUrlError           500  CONNECTOR_MISCONFIGURED
    ├── InternalError                 500  INTERNAL_ERROR
    └── DownstreamError               502  DOWNSTREAM_ERROR, DOWNSTREAM_TIMEOUT, RESPONSE_TOO_LARGE
        └── StepHttpError             502  DOWNSTREAM_ERROR

The path parameter and misconfiguration codes, the scopes of the 502 and of templates, and the 422s are the
platform's. The other codes, the scope of a failed token request, and the statuses of 403, 405, 413, 414 and the
misconfiguration are ours: the portal gives none.
"""

from collections.abc import Iterable
from typing import Any

from widget_workbench.gateway.suggestions import ended

DOWNSTREAM_SCOPE = "Downstream (network/external service)"
TIMEOUT_CODE = "DOWNSTREAM_TIMEOUT"


class GatewayError(Exception):
    """An answer of the gateway's own; `str()` of it is the envelope's `detail`."""

    status: int
    code: str
    scope: str | None = None
    params: tuple[str, ...] | None = None

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def place_in_step(self, name: str, index: int) -> None:
        """Makes the scope that of a composite's step (platform.md §5)."""
        self.scope = f"Composite step '{name}' (index {index}): {self.scope or 'Configuration'}"

    @property
    def headers(self) -> dict[str, str]:
        """Response headers that belong to this status."""
        return {}

    def envelope(self, request_id: str) -> dict[str, Any]:
        """The JSON body of the answer, fields without a value left out."""
        errors: dict[str, Any] = {"code": self.code, "detail": self.detail}
        if self.scope is not None:
            errors["scope"] = self.scope
        if self.params is not None:
            errors["params"] = list(self.params)
        return {"success": False, "errors": errors, "request_id": request_id}


class ConnectorNotFoundError(GatewayError):
    """No connector has the permalink, or the URL is none of the gateway's."""

    status = 404
    code = "CONNECTOR_NOT_FOUND"


class MethodNotAllowedError(GatewayError):
    """The permalink is known, but is not configured for this method."""

    status = 405
    code = "METHOD_NOT_ALLOWED"

    def __init__(self, detail: str, *, allowed: Iterable[str]) -> None:
        super().__init__(detail)
        self.allowed = tuple(allowed)

    @property
    def headers(self) -> dict[str, str]:
        return {"Allow": ", ".join(self.allowed)}


class PayloadTooLargeError(GatewayError):
    """The caller's body is over the gateway's limit."""

    status = 413
    code = "PAYLOAD_TOO_LARGE"


class UriTooLongError(GatewayError):
    """With the caller's query parameters, the upstream's URL is longer than one can be."""

    status = 414
    code = "URI_TOO_LONG"


class _PathParametersError(GatewayError):
    status = 400

    def __init__(self, detail: str, *, params: Iterable[str]) -> None:
        super().__init__(detail)
        self.params = tuple(params)


class MissingPathParametersError(_PathParametersError):
    """Path parameters without a value; wins over invalid ones."""

    code = "MISSING_PATH_PARAMETERS"


class InvalidPathParametersError(_PathParametersError):
    """Path parameters whose value platform.md §5 does not allow."""

    code = "INVALID_PATH_PARAMETERS"


class CsrfTokenError(GatewayError):
    """The caller's CSRF token is missing, expired or not one of this community's."""

    status = 403
    code = "CSRF_TOKEN_INVALID"


class GuestRefusedError(GatewayError):
    """Headers or query speak of the user, and the visitor is a guest (platform.md §5)."""

    status = 403
    code = "GUEST_REFUSED"


class TemplateRenderingError(GatewayError):
    """A template of the request failed, or was stopped; `detail` names its place, and no value that it held."""

    status = 422
    code = "TEMPLATE_ERROR"
    scope = "Configuration (template rendering)"


class ResponseTemplateError(TemplateRenderingError):
    """The response body's template failed, or was stopped."""

    scope = "Configuration (response template rendering)"


class JwtSigningError(GatewayError):
    """A JWT could not be signed with what the definition gives; `detail` holds nothing of the key."""

    status = 422
    code = "JWT_SIGNING_ERROR"
    scope = "Authentication (JWT signing)"


class AuthenticationError(GatewayError):
    """A token endpoint gave no token.

    Args:
        detail: which one, and how it failed.
        statement: what it said of the reason, to follow the detail: `: invalid_client (Unknown client)`.
    """

    status = 502
    code = "AUTHENTICATION_ERROR"
    scope = "Authentication (OAuth token request)"

    def __init__(self, detail: str, statement: str = "") -> None:
        super().__init__(ended(f"{detail}{statement}"))
        self._own_detail = ended(detail)
        self.args = (detail, statement)

    def place_in_step(self, name: str, index: int) -> None:
        """Leaves out what the endpoint said, too: it may repeat what an earlier step gave."""
        super().place_in_step(name, index)
        self.detail = self._own_detail


class ConnectorMisconfiguredError(GatewayError):
    """The definition cannot be executed, whatever the caller sends."""

    status = 500
    code = "CONNECTOR_MISCONFIGURED"


class RefusedUrlError(ConnectorMisconfiguredError):
    """A URL that connectors may not call.

    Args:
        rule: which rule it breaks, without a full stop.
        way_out: what whoever wrote the URL can do, to follow the rule; a redirect's is written by nobody.
    """

    def __init__(self, rule: str, way_out: str = "") -> None:
        super().__init__(f"{rule}{way_out}.")
        self.rule = rule
        self.args = (rule, way_out)


class InternalError(GatewayError):
    """The gateway itself failed; the terminal has the traceback."""

    status = 500
    code = "INTERNAL_ERROR"


class DownstreamError(GatewayError):
    """The upstream could not be reached, was too slow, or answered what cannot be relayed."""

    status = 502
    scope = DOWNSTREAM_SCOPE

    def __init__(self, detail: str, *, code: str = "DOWNSTREAM_ERROR") -> None:
        super().__init__(detail)
        self.code = code


class StepHttpError(DownstreamError):
    """The upstream of a composite's step answered with a 4xx or 5xx, which stops the composite."""

    scope = "Downstream (HTTP error)"
