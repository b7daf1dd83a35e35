"""A template, where it stands, and what it is rendered with."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from widget_workbench.gateway.identity import User
from widget_workbench.gateway.templates.compilation import is_plain, names


class Field(enum.Enum):
    """A column of platform.md §5's table; the value is what messages call it."""

    URL = "the URL"
    SENT = "headers, query parameters and authentication"
    REQUEST_BODY = "the request body"
    RESPONSE_BODY = "the response body"


@dataclass(frozen=True)
class Template:
    """The text of one field of a definition.

    `place` is what messages call it: `headers[0].value`. `in_composite` is whether it belongs to a composite
    connector's step, where more functions are available.
    """

    text: str
    place: str
    field: Field
    in_composite: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to render."""
        return is_plain(self.text)

    @property
    def names(self) -> frozenset[str]:
        """The variables and functions that it reads: `{"user", "get_secret"}`.

        None of a text that is no template. Of one that is too large to be parsed here: all of its words, so that none
        that it reads is missing.
        """
        return names(self.text)


@dataclass(frozen=True)
class Context:
    """What templates are rendered with in one execution.

    `variables` are `get_variable`'s. `data` has the other variables, as plain data: `pathParams`, `body_text` and
    `body_raw`, `response`, and a composite's `steps` and `request`; each field sees its own. `now` is the Unix time
    in seconds.
    """

    user: User
    tenant_id: str
    secrets: Mapping[str, str] = field(repr=False)
    variables: Mapping[str, str]
    data: Mapping[str, Any]
    now: float
