"""What the authentication tests have in common: from a definition to its credentials."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from widget_workbench.gateway.authentication import (
    Authentication,
    Authenticator,
    Credentials,
    filled,
    templates,
)

_ADAPTER: TypeAdapter[Any] = TypeAdapter(Authentication)


async def credentials(
    authenticator: Authenticator,
    type: str,
    config: Mapping[str, Any],
    *,
    now: float = 0.0,
    rendered: Mapping[str, str] | None = None,
) -> Credentials:
    """The credentials of a definition.

    Args:
        rendered: what some templates of the config were rendered to, by field; all other texts stay as they are.
    """
    authentication = _ADAPTER.validate_python({"type": type, "config": config})
    texts = dict(templates(authentication))
    for field, text in (rendered or {}).items():
        assert "{{" in texts[f"authentication.config.{field}"]
        texts[f"authentication.config.{field}"] = text
    return await authenticator.credentials(authentication, filled(authentication, texts), now)
