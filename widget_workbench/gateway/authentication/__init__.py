"""How an upstream is told who calls: the five types of platform.md §5.

A definition's `authentication` is read by its type (`Authentication`), its texts are rendered elsewhere (`templates`
gives them, `filled` takes them back), and an `Authenticator` makes the credentials of each request from them.
"""

from widget_workbench.gateway.authentication.authenticator import Authenticator
from widget_workbench.gateway.authentication.config_texts import filled, templates
from widget_workbench.gateway.authentication.credentials import Credentials
from widget_workbench.gateway.authentication.models import (
    ApiKeyAuthentication,
    Authentication,
    ClientCredentialsAuthentication,
    JwtAuthentication,
    JwtBearerAuthentication,
    NoAuthentication,
    config_fields,
    token_url,
)
from widget_workbench.gateway.authentication.signing import ALGORITHMS, sign
from widget_workbench.gateway.authentication.tokens import IssuedToken, TokenCache

__all__ = [
    "ALGORITHMS",
    "ApiKeyAuthentication",
    "Authentication",
    "Authenticator",
    "ClientCredentialsAuthentication",
    "Credentials",
    "IssuedToken",
    "JwtAuthentication",
    "JwtBearerAuthentication",
    "NoAuthentication",
    "TokenCache",
    "config_fields",
    "filled",
    "sign",
    "templates",
    "token_url",
]
