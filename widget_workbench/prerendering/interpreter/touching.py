"""What stands for the page: whatever a widget does with it before its first render is noted, and ends the run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any, NoReturn

WIDGETS = "/widgets/"
DEPENDENCIES = "/lib/dependencies/"


class Touch(BaseException):
    """A widget has touched the page. No `except Exception` of an author's is to take it for its own."""


Note = Callable[[str, str], None]
"""Takes what was touched, and where: `main.py, line 3`."""


class Untouchable:
    """An object of the page's. It may be handed around; to do anything with it is to touch it.

    Args:
        name: of what it stands for, as an author writes it.
        note: is told.
    """

    def __init__(self, name: str, note: Note) -> None:
        object.__setattr__(self, "_touched", lambda suffix="": touch(name + suffix, note))

    def __getattribute__(self, member: str) -> Any:
        if member in ("__class__", "__dict__"):
            return object.__getattribute__(self, member)
        return object.__getattribute__(self, "_touched")(f".{member}")


def _touched(self: Untouchable, *_: Any, **__: Any) -> NoReturn:
    object.__getattribute__(self, "_touched")()
    raise AssertionError


for _name in (
    *("__bool__", "__bytes__", "__call__", "__complex__", "__contains__", "__delattr__"),
    *("__delitem__", "__enter__", "__eq__", "__float__", "__format__", "__ge__", "__getitem__"),
    *("__gt__", "__hash__", "__index__", "__int__", "__iter__", "__le__", "__len__", "__lt__"),
    *("__ne__", "__repr__", "__setattr__", "__setitem__", "__str__", "__aiter__", "__await__"),
    *("__add__", "__radd__", "__mul__", "__rmul__", "__mod__", "__rmod__", "__sub__", "__rsub__"),
    *("__truediv__", "__rtruediv__", "__floordiv__", "__rfloordiv__", "__neg__", "__or__"),
):
    setattr(Untouchable, _name, _touched)


def touch(name: str, note: Note) -> NoReturn:
    """Notes a touch, and ends what has done it.

    Raises:
        Touch: always.
    """
    note(name, place(sys._getframe(1)))
    raise Touch(name)


def place(frame: FrameType | None) -> str:
    """Where the code of an author, or of a package, is that led to a frame: `main.py, line 3`."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith((WIDGETS, DEPENDENCIES)):
            inside = file.removeprefix(WIDGETS).removeprefix(DEPENDENCIES).partition("/")[2]
            return f"{inside}, line {frame.f_lineno}"
        frame = frame.f_back
    return ""


class PageModule(ModuleType):
    """The module `js`, or another door to the page: its names may be imported, what they stand for not be touched."""

    def __init__(self, name: str, note: Note) -> None:
        super().__init__(name)
        self.__dict__["_note"] = note

    def __getattr__(self, member: str) -> Any:
        if member.startswith("__"):
            raise AttributeError(member)
        return Untouchable(f"{self.__name__}.{member}", self.__dict__["_note"])

    def __setattr__(self, member: str, value: object) -> None:
        if member.startswith("__"):
            super().__setattr__(member, value)
        else:
            touch(f"{self.__name__}.{member}", self.__dict__["_note"])
