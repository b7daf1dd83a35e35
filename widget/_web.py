"""The community's Web SDK, under the host's own names (platform.md §3)."""

from __future__ import annotations

from typing import Any

from . import _arguments, _ffi
from ._answers import Answer


class WebNamespace:
    """A member of the host's Web SDK; its own members are reached, and called, by the host's names.

    Keyword arguments become the host's options object. What a call promises is awaited as plain Python values; what it
    returns at once and has methods of its own, such as ``sdk.web.Content.Article(7)``, is a `WebNamespace` again.

    Args:
        name: of the member, from `sdk` on, for messages: ``web.Content``.
        host: the host's value.
        owner: the host's object that has the member, which is called on it; None for what is no method.

    Raises:
        AttributeError: the host has no member of that name.
        TypeError, ValueError: an argument that is not JSON.
        JsException: of `pyodide.ffi`, on awaiting: the Error that the host threw.
    """

    def __init__(self, name: str, host: Any, owner: Any = None) -> None:
        self._name = name
        self._host = host
        self._owner = owner

    def __getattr__(self, member: str) -> Any:
        if member.startswith("__"):
            raise AttributeError(member)
        name = f"{self._name}.{member}"
        value = getattr(self._host, member, None)
        if value is None:
            raise AttributeError(f"the host has no sdk.{name}")
        return _wrapped(name, value, self._host)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        name = f"{self._name}()"
        if self._owner is None or not callable(self._host):
            raise TypeError(f"sdk.{self._name} cannot be called: it is a namespace of the host's")
        for index, argument in enumerate(arguments):
            _arguments.json_value(argument, f"sdk.{name} argument {index + 1}")
        if options:
            _arguments.json_value(options, f"sdk.{name}")
            arguments = (*arguments, options)
        result = _ffi.call(self._owner, self._name.rpartition(".")[2], arguments)
        return _awaited(result) if isinstance(result, Answer) else _wrapped(name, result, None)

    def __repr__(self) -> str:
        return f"<sdk.{self._name}>"


def web_sdk(host: Any) -> WebNamespace | None:
    """The community's Web SDK as a host gives it; None where it has none, as on embeds.

    Args:
        host: the sdk object. Older ones lack the member, and their page has `window.ChWebSdk` instead.
    """
    window = getattr(getattr(host, "document", None), "defaultView", None)
    for owner, member in ((host, "web"), (window, "ChWebSdk")):
        web = getattr(owner, member, None)
        if _ffi.is_object(web):
            return WebNamespace("web", web)
    return None


def _wrapped(name: str, value: Any, owner: Any) -> Any:
    """A plain Python value of what is JSON; of what has methods, a namespace."""
    if _ffi.is_object(value) and not _ffi.bridge().isJson(value):
        return WebNamespace(name, value, owner)
    return _ffi.to_python(value)


async def _awaited(answer: Answer) -> Any:
    return _ffi.to_python(await answer)
