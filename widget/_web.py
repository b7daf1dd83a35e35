"""The community's Web SDK, under the host's own names (platform.md §3)."""

from __future__ import annotations

from typing import Any

from . import _arguments, _ffi


class WebNamespace:
    """An object of the host's Web SDK: its members are reached and called by the host's names.

    Keyword arguments become the host's options object. What a call promises is awaited as plain Python values; what it
    returns at once and has methods of its own, such as ``sdk.web.Content.Article(7)``, is a `WebNamespace` again.

    Raises:
        AttributeError: the host has no member of that name.
        JsException: of `pyodide.ffi`, on awaiting: the Error that the host threw.
    """

    def __init__(self, name: str, host: Any) -> None:
        self._name = name
        self._host = host

    def __getattr__(self, member: str) -> WebNamespace | Any:
        if member.startswith("__"):
            raise AttributeError(member)
        name = f"{self._name}.{member}"
        value = getattr(self._host, member, None)
        if value is None:
            raise AttributeError(f"the host has no sdk.{name}")
        return WebNamespace(name, value) if _ffi.is_object(value) else value

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if not callable(self._host):
            raise TypeError(f"sdk.{self._name} is a namespace of the host's, not a function")
        for index, argument in enumerate(arguments):
            _arguments.json_value(argument, f"sdk.{self._name}() argument {index + 1}")
        converted = [_ffi.to_host(argument) for argument in arguments]
        if options:
            converted.append(_ffi.to_host(_arguments.json_object(options, f"sdk.{self._name}()")))
        result = self._host(*converted)
        if _ffi.is_thenable(result):
            return _awaited(result)
        if _ffi.is_object(result) and not _ffi.bridge().isJson(result):
            return WebNamespace(f"{self._name}()", result)
        return _ffi.to_python(result)

    def __repr__(self) -> str:
        return f"<sdk.{self._name}>"


async def _awaited(promise: Any) -> Any:
    return _ffi.to_python(await _ffi.settled(promise))
