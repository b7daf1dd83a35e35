"""The places in a template that values are put into, each with what it makes of a value.

The content between tags is the exception: what stands there may be templates again, so `_resolving` sees to it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NoReturn

from ._arguments import kind
from ._attributes import Attribute
from ._templates import Interpolation
from ._text import WrongType, WrongValue, formatted, text_of

Interpolations = tuple[Interpolation, ...]


class Part:
    """A place for one value or several.

    Attributes:
        name: of the attribute or the event; of the element where the part is what stands in it.
        first: the number of the part's first interpolation.
    """

    __slots__ = ("_line", "_tag", "first", "name")

    # How a message says what the part is.
    _described = "{name}"

    def __init__(self, tag: str, name: str, first: int, line: int) -> None:
        self._tag = tag
        self.name = name
        self.first = first
        self._line = line

    def resolve(self, interpolations: Interpolations) -> Any:
        """The value in the form that its place takes; see the classes.

        Raises:
            TypeError, ValueError: the place does not take it; the message names both.
        """
        raise NotImplementedError

    def refuse(
        self, error: WrongType | WrongValue, interpolation: Interpolation | None = None
    ) -> NoReturn:
        """Raises the TypeError or ValueError that names the place too."""
        place = self._described.format(name=self.name, tag=self._tag)
        if interpolation is not None:
            place = f"{{{interpolation.expression or '…'}}} in {place}"
        message = f"{place}, line {self._line} of the template: {error}"
        if isinstance(error, WrongType):
            raise TypeError(message) from error.__cause__
        raise ValueError(message) from error.__cause__

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._described.format(name=self.name, tag=self._tag)}>"


class ContentPart(Part):
    """What stands between tags.

    Attributes:
        namespace: of the elements around it: ``html``, ``svg`` or ``math``.
    """

    __slots__ = ("namespace",)

    _described = "the content of {name}"

    def __init__(self, name: str, first: int, line: int, namespace: str) -> None:
        super().__init__(name, name, first, line)
        self.namespace = namespace

    # `_resolving.content_of` makes the value.


class _Joined(Part):
    """A part that may hold text beside its values."""

    __slots__ = ("_strings", "_whole")

    def __init__(
        self, tag: str, name: str, first: int, line: int, strings: tuple[str, ...]
    ) -> None:
        super().__init__(tag, name, first, line)
        self._strings = strings
        self._whole = strings == ("", "")

    def _joined(self, interpolations: Interpolations, text_within: Callable[[object], str]) -> str:
        strings = self._strings
        texts = [strings[0]]
        for number in range(1, len(strings)):
            interpolation = interpolations[self.first + number - 1]
            value = interpolation.value
            try:
                if interpolation.conversion is not None or interpolation.format_spec:
                    value = formatted(interpolation)
                texts.append(text_within(value))
            except (WrongType, WrongValue) as error:
                self.refuse(error, interpolation)
            texts.append(strings[number])
        return "".join(texts)


class TextPart(_Joined):
    """All that stands in a <textarea> or a <title>, which hold text only. Its value is a str."""

    __slots__ = ()

    _described = "the content of <{tag}>"

    def resolve(self, interpolations: Interpolations) -> str:
        return self._joined(interpolations, _shown_text)


class AttributePart(_Joined):
    """An attribute's value: a str, or None where the attribute is absent.

    Attributes:
        live: whether visitors change it too, so that it is set as a property.
    """

    __slots__ = ("_rule", "live")

    _described = "the attribute {name} of <{tag}>"

    def __init__(
        self,
        tag: str,
        name: str,
        first: int,
        line: int,
        strings: tuple[str, ...],
        *,
        rule: Attribute,
        live: bool,
    ) -> None:
        super().__init__(tag, name, first, line, strings)
        self._rule = rule
        self.live = live

    def resolve(self, interpolations: Interpolations) -> str | None:
        if not self._whole:
            text = self._joined(interpolations, self._rule.within)
            try:
                return self._rule.checked(text)
            except (WrongType, WrongValue) as error:
                self.refuse(error)
        interpolation = interpolations[self.first]
        try:
            if interpolation.conversion is not None or interpolation.format_spec:
                return self._rule.whole(formatted(interpolation))
            return self._rule.whole(interpolation.value)
        except (WrongType, WrongValue) as error:
            self.refuse(error, interpolation)


class EventPart(Part):
    """The handler of an event: a callable, or None. `name` is the event's, such as ``click``."""

    __slots__ = ()

    _described = "the attribute on{name} of <{tag}>"

    def resolve(self, interpolations: Interpolations) -> Callable[..., Any] | None:
        interpolation = interpolations[self.first]
        value = interpolation.value
        if callable(value) and interpolation.conversion is None and not interpolation.format_spec:
            handler: Callable[..., Any] = value
            return handler
        if value is None or value is False:
            return None
        way_out = "it takes a function, def or async def"
        if hasattr(type(value), "__await__"):
            way_out = f"write on{self.name}={{handler}}, without calling it"
        elif isinstance(value, str):
            way_out += ", and no JavaScript"
        self.refuse(WrongType(f"{kind(value)} is no handler; {way_out}"), interpolation)


class KeyPart(_Joined):
    """What a list's item is known by from one rendering to the next: any hashable value. It is not on the page."""

    __slots__ = ()

    _described = "the attribute {name} of <{tag}>"

    def resolve(self, interpolations: Interpolations) -> Hashable:
        if not self._whole:
            return self._joined(interpolations, text_of)
        interpolation = interpolations[self.first]
        try:
            value: Hashable = interpolation.value
            if interpolation.conversion is not None or interpolation.format_spec:
                value = formatted(interpolation)
            hash(value)
        except (WrongType, WrongValue) as error:
            self.refuse(error, interpolation)
        except TypeError:
            self.refuse(
                WrongType(f"a key is hashable, which {kind(value)} is not; take an id"),
                interpolation,
            )
        return value


def _shown_text(value: object) -> str:
    return "" if value is None or isinstance(value, bool) else text_of(value)
