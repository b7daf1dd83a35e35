"""The texts of an authentication's config, each of which may be a template (platform.md §5).

They are rendered elsewhere, together with the headers; here they are taken out and put back.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from widget_workbench.gateway.authentication.models import Authentication

CONFIG = "authentication.config"


def templates(authentication: Authentication) -> Iterator[tuple[str, str]]:
    """Each text of the config with its place, `authentication.config.claims.roles[0]`; no two have the same.

    Values of nested objects and arrays are among them, names are not.
    """
    return _texts(CONFIG, authentication.plain_config)


def filled(authentication: Authentication, rendered: Mapping[str, str]) -> dict[str, Any]:
    """The config with its texts replaced, by the definition's names, defaults filled in.

    Args:
        authentication: the one whose `templates` were rendered.
        rendered: the new text of every place, others are ignored.

    Raises:
        KeyError: a place is missing.
    """
    return {
        name: _filled(_within(CONFIG, name), value, rendered)
        for name, value in authentication.plain_config.items()
    }


def _texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield place, value
        case Mapping():
            for name, held in value.items():
                yield from _texts(_within(place, name), held)
        case list():
            for index, held in enumerate(value):
                yield from _texts(f"{place}[{index}]", held)


def _filled(place: str, value: Any, rendered: Mapping[str, str]) -> Any:
    match value:
        case str():
            return rendered[place]
        case Mapping():
            return {
                name: _filled(_within(place, name), held, rendered) for name, held in value.items()
            }
        case list():
            return [
                _filled(f"{place}[{index}]", held, rendered) for index, held in enumerate(value)
            ]
        case _:
            return value


def _within(place: str, name: str) -> str:
    # A claim may be called `a.b`, or `https://example.com/roles`: quoted, it is not taken for another one's place.
    return f"{place}.{name}" if name.isidentifier() else f"{place}[{name!r}]"
