"""A community Web SDK without a page: `sdk.web` of a `FakeSdk`, which answers by what a test gives."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from widget import _arguments

from .javascript_values import through_javascript


@dataclass(frozen=True)
class WebCall:
    """One call of the Web SDK.

    Attributes:
        name: as the code wrote it, without the last call's arguments: ``Content.Idea(401).vote``.
        arguments: by position.
        options: by keyword, which the host gets as its options object.
    """

    name: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]


class FakeWeb:
    """The namespaces of the host's Web SDK, as far as there are answers.

        fake_sdk.web = {
            "Context.User": {"userId": 7, "username": "ann"},
            "Content.search": lambda query, **options: {"results": [], "total": 0},
            "Content.Idea(401).vote": Exception("Only members vote."),
        }

    Args:
        answers: by name. A value is given as it is, a function is called with the arguments, an exception is raised.
            Arguments on the way to a function may be left out: ``Content.Idea().vote`` answers for every idea.

    Attributes:
        calls: oldest first.
    """

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = dict(answers)
        self._names = {_without_arguments(name) for name in answers}
        self.calls: list[WebCall] = []

    def __getattr__(self, member: str) -> Any:
        return _member(self, member, member)

    def has(self, name: str) -> bool:
        """Whether there is an answer by this name, or further down."""
        plain = _without_arguments(name)
        return any(
            each == plain or each.startswith((f"{plain}.", f"{plain}()")) for each in self._names
        )

    def members(self, name: str) -> list[str]:
        """The names, as the test wrote them, that go on after this one."""
        start = f"{_without_arguments(name)}."
        return [each for each in self._answers if _without_arguments(each).startswith(start)]

    def answer(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """What a call gives, as JavaScript would hand it over.

        Raises:
            LookupError: nothing answers it, though it answers for other arguments.
            Exception: the answer is one.
        """
        self.calls.append(WebCall(name, arguments, options))
        for each in (name, _without_arguments(name)):
            if each in self._answers:
                given = self._answers[each]
                break
        else:
            there = ", ".join(self._answers)
            raise LookupError(f"fake_sdk.web has no answer for {name}(); there are: {there}")
        if isinstance(given, BaseException):
            raise given
        return through_javascript(given(*arguments, **options) if callable(given) else given)

    def answers_to(self, name: str) -> bool:
        """Whether it is a name that is called for its answer, not on the way to another."""
        return _without_arguments(name) in self._names


class _Member:
    """A namespace, or a function, of the Web SDK."""

    def __init__(self, web: FakeWeb, name: str) -> None:
        self._web = web
        self._name = name

    def __getattr__(self, member: str) -> Any:
        return _member(self._web, f"{self._name}.{member}", member)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        name = f"sdk.web.{self._name}"
        for index, argument in enumerate(arguments):
            _arguments.json_value(argument, f"{name}() argument {index + 1}")
        _arguments.json_value(options, f"{name}()")
        if self._web.answers_to(self._name):
            return _answered(self._web, self._name, arguments, options)
        called = f"{self._name}({', '.join(map(repr, arguments))})"
        if not self._web.has(called):
            there = ", ".join(self._web.members(self._name))
            raise TypeError(
                f"{name} cannot be called: fake_sdk.web has an answer for members of it only; there are: {there}"
            )
        return _Member(self._web, called)

    def __repr__(self) -> str:
        return f"<fake_sdk.web.{self._name}>"


def _member(web: FakeWeb, name: str, member: str) -> _Member:
    """What is reached by a name.

    Raises:
        AttributeError: no answer is given for it, nor for anything further down.
    """
    if member.startswith("__") or not web.has(name):
        raise AttributeError(
            f'fake_sdk.web has no {name}; give it an answer: fake_sdk.web = {{"{name}": …}}'
        )
    return _Member(web, name)


async def _answered(
    web: FakeWeb, name: str, arguments: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    await asyncio.sleep(0)
    return web.answer(name, arguments, options)


def _without_arguments(name: str) -> str:
    """``Content.Idea().vote`` for ``Content.Idea(401).vote``."""
    head, opened, rest = name.partition("(")
    return f"{head}(){rest.partition(')')[2]}" if opened else name
