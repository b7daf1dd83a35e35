"""From templates and their values to what stands in each place: the first half of showing them.

Nothing here knows a page, and all that an author's values can be wrong about is raised here, before anything changes.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from ._arguments import kind
from ._template_parser import Parsed, parse
from ._template_parts import ContentPart, Interpolations
from ._templates import Interpolation, Renderable, Template
from ._text import WrongType, WrongValue, expands, formatted, text_of


class Html(str):
    """HTML that an author vouches for, where content stands."""

    __slots__ = ()


class Resolved:
    """A template with the values of one rendering.

    Attributes:
        parsed: its static parts.
        values: by part, in the form that its place takes: of a `ContentPart` a str, an `Html`, a `Resolved` or a list
            of `Resolved`; of the others see there.
        key: what it is known by among the items of a list; None where it has none.
        number: for who shows it; 0 at first.
    """

    __slots__ = ("key", "number", "parsed", "values")

    def __init__(self, parsed: Parsed, values: list[Any], key: Hashable | None) -> None:
        self.parsed = parsed
        self.values = values
        self.key = key
        self.number = 0

    def __repr__(self) -> str:
        return f"<Resolved {self.parsed.marked!r} {self.values!r}>"


def resolve(renderable: Renderable) -> Resolved:
    """What there is to show of a template, of anything else that can be rendered.

    Args:
        renderable: a t-string, an object with ``__html__``, an iterable of those, or None for nothing.

    Raises:
        TypeError: it is none of these, or a place in it does not take the value it is given.
        ValueError: a value must not stand where it stands, or the template is not HTML.
    """
    try:
        if type(renderable) is not Template:
            renderable = Template(Interpolation(_checked(renderable), "…"))
        return _resolved(renderable, "html")
    except RecursionError:
        raise ValueError("what is rendered holds itself, or is nested too deeply") from None


def _checked(renderable: object) -> object:
    """What can be rendered, with lists and generators as lists.

    Raises:
        TypeError: it cannot be; the message says what to write.
    """
    cls = type(renderable)
    if renderable is None or renderable is False or cls is Template or hasattr(cls, "__html__"):
        return renderable
    if expands(renderable):
        return [_checked(item) for item in renderable]  # type: ignore[attr-defined]
    if isinstance(renderable, str):
        way_out = "write t'…' for a template, or markup(…) around HTML that you trust"
    elif hasattr(cls, "__await__"):
        way_out = "await it first"
    elif callable(renderable):
        way_out = "call it, and render what it returns"
    else:
        way_out = "write t'…' around what is to be shown"
    raise TypeError(f"{kind(renderable)} cannot be rendered, a template can: {way_out}")


def _resolved(template: Template, namespace: str) -> Resolved:
    # One attribute's look-up less for each value counts here: a table has thousands.
    parsed = parse(template, namespace)
    interpolations: Interpolations = template.interpolations
    values: list[Any] = []
    for part in parsed.parts:
        if part.__class__ is not ContentPart:
            values.append(part.resolve(interpolations))
            continue
        interpolation = interpolations[part.first]
        value = interpolation.value
        cls = value.__class__
        spec = interpolation.format_spec
        if interpolation.conversion is None and (cls is str or cls is int or cls is float):
            try:
                text = value if cls is str and not spec else format(value, spec)
            except ValueError:
                text = "\0"
            values.append(text if "\0" not in text else _content_of(part, interpolation))
        else:
            values.append(_content_of(part, interpolation))
    key = parsed.key
    return Resolved(parsed, values, values[key] if key.__class__ is int else key)


def _content_of(part: ContentPart, interpolation: Interpolation) -> str | Resolved | list[Resolved]:
    try:
        if interpolation.conversion is None and not interpolation.format_spec:
            return _content(interpolation.value, part.namespace)
        return text_of(formatted(interpolation))
    except (WrongType, WrongValue) as error:
        part.refuse(error, interpolation)


def _content(value: Any, namespace: str) -> str | Resolved | list[Resolved]:
    cls = type(value)
    if cls is str or cls is int or cls is float:
        return text_of(value)
    if cls is Template:
        return _resolved(value, namespace)
    if value is None or cls is bool:
        return ""
    if hasattr(cls, "__html__"):
        return _html(value)
    if cls is list or expands(value):
        items: list[Resolved] = []
        _expand(value, namespace, items)
        return items
    return text_of(value)


def _expand(values: Any, namespace: str, items: list[Resolved]) -> None:
    """Adds each of the values, and of those that are lists themselves each of theirs."""
    for value in values:
        content = _content(value, namespace)
        if content.__class__ is Resolved:
            items.append(content)
        elif content.__class__ is list:
            items.extend(content)
        elif value is not None and value.__class__ is not bool:
            items.append(Resolved(parse(_BARE, namespace), [content], None))


def _html(value: Any) -> Html:
    html = value.__html__()
    if not isinstance(html, str):
        raise WrongType(f"{kind(value)}.__html__() gave {kind(html)}, not a str")
    if "\0" in html:
        raise WrongValue("HTML with a NUL character cannot be shown; remove it")
    return Html(html)


# A text or HTML among the items of a list.
_BARE = Template(Interpolation("", ""))
