"""What a handler's event says of names that it does not have."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import pytest

from widget import Event


@pytest.fixture
def event() -> Event:
    return Event(SimpleNamespace(type="submit"), None)


@pytest.mark.parametrize("name", ["preventDefault", "prevent_default"])
def test_the_default_of_a_submit_is_said_to_be_prevented(event: Event, name: str) -> None:
    with pytest.raises(AttributeError, match="of a submit is prevented already") as raised:
        getattr(event, name)
    assert "event.js.preventDefault()" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "camel"), [("shift_key", "shiftKey"), ("clientX", "clientX"), ("detail", "detail")]
)
def test_the_browsers_own_event_is_named(event: Event, name: str, camel: str) -> None:
    with pytest.raises(AttributeError) as raised:
        getattr(event, name)
    assert str(raised.value) == (
        f"an Event has no {name!r}: the browser's own event is event.js, as in event.js.{camel}"
    )


def test_whether_it_has_a_name_can_be_asked(event: Event) -> None:
    assert not hasattr(event, "detail")
    assert hasattr(event, "js")


def test_what_a_property_raises_is_told_as_it_is() -> None:
    event = Event(SimpleNamespace(type="click"), None, lambda target: target.dataset)
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'dataset'"):
        _ = event.key


def test_what_python_itself_asks_for_is_no_name_of_an_event(event: Event) -> None:
    for name in ("__fspath__", "_x"):
        with pytest.raises(AttributeError) as raised:
            getattr(event, name)
        assert "event.js" not in str(raised.value)
    copied = copy.copy(event)
    assert copied.js is event.js
