"""What a widget remembers from one run of its view to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

# What cannot be changed in place, so that an equal value is the same value. Of a list, nobody can tell whether it still
# holds what was rendered.
_UNCHANGEABLE = frozenset({bool, float, int, str, type(None)})


class State:
    """Values by name; whoever sets one lets the view run again, in the next turn of the loop.

        state = sdk.state(count=0, rows=[])
        state.count += 1
        state.rows += [row]

    A number, text, bool or None that is set to what it was changes nothing. A list or dict that is changed in place,
    as by `state.rows.append(row)`, is not seen until it is set, be it to itself.

    Args:
        changing: told of each change, as ``state.count``; False where the widget is gone and the change is ignored.
        initial: all the names there are, with their first values.

    Raises:
        AttributeError: on getting or setting a name that is not among `initial`.
    """

    __slots__ = ("__changing", "__dict__")

    def __init__(self, changing: Callable[[str], bool], initial: dict[str, Any]) -> None:
        object.__setattr__(self, "_State__changing", changing)
        self.__dict__.update(initial)

    def __setattr__(self, name: str, value: Any) -> None:
        values = self.__dict__
        if name not in values:
            self.__refuse(name)
        old = values[name]
        if type(value) is type(old) and type(value) in _UNCHANGEABLE and value == old:
            return
        if self.__changing(f"state.{name}"):
            values[name] = value

    def __getattr__(self, name: str) -> Any:
        self.__refuse(name)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"state.{name} cannot be deleted; set it to None", name=name, obj=self)

    def __repr__(self) -> str:
        return f"State({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    def __refuse(self, name: str) -> NoReturn:
        known = ", ".join(vars(self)) or "nothing"
        raise AttributeError(
            f"there is no state.{name}: sdk.state(…) was given {known}", name=name, obj=self
        )
