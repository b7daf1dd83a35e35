"""Template strings (PEP 750), and text that is HTML already."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias

if sys.version_info >= (3, 14):
    from string.templatelib import Interpolation, Template
else:

    class Interpolation:
        """Stands for `string.templatelib.Interpolation` where Python is older, as on an author's computer."""

        __slots__ = ("conversion", "expression", "format_spec", "value")

        def __init__(
            self,
            value: Any,
            expression: str = "",
            conversion: str | None = None,
            format_spec: str = "",
        ) -> None:
            self.value = value
            self.expression = expression
            self.conversion = conversion
            self.format_spec = format_spec

    class Template:
        """Likewise of `string.templatelib.Template`: there is one string more than there are interpolations."""

        __slots__ = ("interpolations", "strings")

        def __init__(self, *args: str | Interpolation) -> None:
            strings = [""]
            interpolations = []
            for part in args:
                if isinstance(part, str):
                    strings[-1] += part
                else:
                    interpolations.append(part)
                    strings.append("")
            self.strings = tuple(strings)
            self.interpolations = tuple(interpolations)

        @property
        def values(self) -> tuple[Any, ...]:
            """Of each interpolation, in order."""
            return tuple(interpolation.value for interpolation in self.interpolations)


__all__ = ["HasHtml", "Interpolation", "Markup", "Renderable", "Template", "markup"]


class HasHtml(Protocol):
    """An object that knows itself as HTML, by the convention of MarkupSafe, Django and others."""

    def __html__(self) -> str: ...


class Markup(str):
    """HTML as it is to stand on the page. What is made from it, by `+` or `format`, is plain text again."""

    __slots__ = ()

    def __html__(self) -> str:
        """The HTML itself."""
        return str(self)


Renderable: TypeAlias = "Template | HasHtml | Iterable[Template | HasHtml | None] | None"
"""What `sdk.render` takes, where None is nothing; a view returns one of the others."""


def markup(html: str) -> Markup:
    """HTML that goes onto the page unescaped.

    Args:
        html: from a source that is trusted as the widget's own code is. It is not sanitised.

    Returns:
        An object to interpolate as content, or to render.

    Raises:
        TypeError: `html` is not a str.
    """
    if not isinstance(html, str):
        raise TypeError(
            f"markup() takes a str of HTML, not {type(html).__name__}; a template needs no markup()"
        )
    return Markup(html)
