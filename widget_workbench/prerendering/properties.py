"""What the properties of a widget are set to, so that it shows what of its first render comes from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from widget_workbench.manifest import PlatformFields, Property, Rules

# Options of a select that are tried; one with more than that is a list of data.
_MOST_OPTIONS = 12

SEVERAL = "several properties"
"""What `Props.differs` says of all of them at once."""

_TYPES: dict[type, Literal["text", "number", "boolean"]] = {
    str: "text",
    int: "number",
    float: "number",
    bool: "boolean",
}

_TEXTS = ("text", "color", "date")


@dataclass(frozen=True)
class Props:
    """One set of them.

    Attributes:
        values: as `sdk.getProps()` gives them.
        differs: what is other than by default, as a message says it; empty for the default.
    """

    values: Mapping[str, Any]
    differs: str = ""


def variations(manifest: PlatformFields) -> Iterator[Props]:
    """The default, each property by itself in all that it may be, and all together.

    A property that has a default is on every page, since the platform gives defaults, so none of these is left out;
    one that has none is not there by default. A property that `required` is true of has a text on every page.
    """
    default = manifest.props()
    properties = _properties(manifest)
    yield Props(default)
    for number, each in enumerate(properties):
        for value in _others(each, number, default.get(each.name)):
            yield Props({**default, each.name: value}, f"the property {each.name!r}")
        if each.type in _TEXTS and not each.rules.required and default.get(each.name) != "":
            yield Props({**default, each.name: ""}, f"the property {each.name!r} (empty)")
    if properties:
        yield Props(together(manifest, -1), SEVERAL)


def together(manifest: PlatformFields, which: int) -> dict[str, Any]:
    """All properties at once, other than by default, none of them empty.

    Args:
        manifest: the widget's.
        which: 0 or -1, to have all of them in two ways.
    """
    default = manifest.props()
    properties = _properties(manifest)
    others = {
        each.name: _others(each, number, default.get(each.name))
        for number, each in enumerate(properties)
    }
    return {**default, **{name: values[which] for name, values in others.items() if values}}


def _properties(manifest: PlatformFields) -> list[Property]:
    """Those of the form, and those that have a default alone: a page may have them from elsewhere."""
    properties = manifest.configuration.properties
    named = {each.name for each in properties}
    return [
        *properties,
        *(
            Property(name=name, type=_TYPES[type(value)], rules=Rules(required=True))
            for name, value in manifest.default_config.items()
            if name not in named and type(value) in _TYPES
        ),
    ]


def _others(prop: Property, number: int, default: object) -> list[Any]:
    """What a property may be beside its default, two values at least where there are so many."""
    if prop.type == "boolean":
        return [value for value in (True, False) if value is not default]
    if prop.type == "number":
        return [value for value in _numbers(prop, number) if value != default]
    if prop.type == "date":
        return [f"2031-07-{number % 28 + 1:02}", f"1999-12-{number % 28 + 1:02}"]
    if prop.type == "color":
        return [f"#1b2c{number % 256:02x}", f"#d4e5{number % 256:02x}"]
    if prop.options is not None:
        values = [option.value for option in prop.options[:_MOST_OPTIONS]]
        return [value for value in _chosen(prop, values) if value != default]
    return _chosen(prop, [_text(prop, number, which, default) for which in (1, 2)])


def _chosen(prop: Property, values: list[Any]) -> list[Any]:
    return [*([value] for value in values), values] if prop.multiple else values


def _numbers(prop: Property, number: int) -> list[int]:
    """Integers within the limits, of as many digits as there can be: thousands are often written apart."""
    rules = prop.rules
    lowest = -98_765 if rules.minimum is None else rules.minimum
    highest = 987_654_321 if rules.maximum is None else rules.maximum
    wanted = (highest - number, (highest + lowest) / 2 + number, lowest + number)
    return list(dict.fromkeys(int(value) for value in wanted if lowest <= value <= highest))


def _text(prop: Property, number: int, which: int, default: object) -> str:
    """A text that is nobody's by chance, and that whatever is done to it changes; one that the rules allow, if any."""
    tag = f"{'QZ'[which - 1]}{number}"
    candidates = [
        f"{tag}x <b>&amp;</b> \"quoted\" 'it' {{{{ {prop.name} }}}} </div><script>--> aB/Ü 100% sure"
        if which == 1
        else f"{tag}y Çé {'long ' * 40}end",
        f"{tag}xY & <i>z",
        f"{tag}xYz" + "w" * max(0, (prop.rules.min_length or 0) - 5),
        tag,
        tag[0],
        *_like(default, which),
    ]
    return next((text for text in candidates if _is_allowed(text, prop)), candidates[0])


def _like(default: object, which: int) -> Iterator[str]:
    """Texts in the form of the default: other digits, or letters, in the places of those that it has."""
    if not isinstance(default, str):
        return
    digits = str.maketrans("0123456789", ("1234567891", "9876543219")[which - 1])
    yield default.translate(digits)
    yield re.sub("[a-z]", "qz"[which - 1], default)
    yield re.sub("[A-Za-z]", "QZ"[which - 1], default.translate(digits))


def _is_allowed(text: str, prop: Property) -> bool:
    rules = prop.rules
    if rules.min_length is not None and len(text) < rules.min_length:
        return False
    if rules.max_length is not None and len(text) > rules.max_length:
        return False
    if rules.pattern is None:
        return True
    try:
        # As JavaScript's, whose patterns are the same in what such rules are made of.
        return re.search(rules.pattern, text) is not None
    except re.error:
        return True
