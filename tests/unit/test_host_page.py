"""What needs a page, where there is none: on the author's computer, without a fake of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from widget import WidgetServiceSDK, _ffi


def nothing() -> None: ...


@pytest.mark.parametrize(
    "ask",
    [
        WidgetServiceSDK,
        lambda: _ffi.call_later(1, nothing),
        lambda: _ffi.is_of_this_origin("/"),
        _ffi.page_hidden,
        lambda: _ffi.on_visibility_change(nothing),
    ],
    ids=["client", "call_later", "is_of_this_origin", "page_hidden", "on_visibility_change"],
)
def test_without_a_page_it_is_said_where_there_is_one(ask: Callable[[], object]) -> None:
    with pytest.raises(
        ModuleNotFoundError, match=r"there is no host page here: .* open it with `widget preview`"
    ):
        ask()
