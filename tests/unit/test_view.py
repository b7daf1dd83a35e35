"""`sdk.view`: when a view runs, and what becomes of what it raises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from widget._view import MOST_RUNS_OF_ITS_OWN, View


class Turns:
    """The loop, turned by hand, and what a view did."""

    def __init__(self) -> None:
        self.due: list[Turn] = []
        self.rendered: list[object] = []
        self.failures: list[BaseException] = []

    def view(self, function: Callable[[], Any]) -> View:
        return View(
            function, render=self.rendered.append, soon=self.soon, failed=self.failures.append
        )

    def soon(self, function: Callable[[], None]) -> Turn:
        self.due.append(Turn(function))
        return self.due[-1]

    def turn(self) -> None:
        due, self.due = self.due, []
        for turn in due:
            if not turn.cancelled:
                turn.function()


class Turn:
    def __init__(self, function: Callable[[], None]) -> None:
        self.function = function
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


@pytest.fixture
def turns() -> Turns:
    return Turns()


def test_it_runs_once_in_the_next_turn_however_often_it_is_asked(turns: Turns) -> None:
    view = turns.view(lambda: "shown")
    view.request()
    view.request("state.count")
    assert turns.rendered == []
    assert not view.shown
    turns.turn()
    assert turns.rendered == ["shown"]
    assert view.shown
    turns.turn()
    assert turns.rendered == ["shown"]
    view.request()
    turns.turn()
    assert turns.rendered == ["shown"] * 2


def test_it_runs_at_once_if_it_is_due_and_not_again_in_its_turn(turns: Turns) -> None:
    view = turns.view(lambda: "shown")
    view.run_if_due()
    assert turns.rendered == []
    view.request()
    view.run_if_due()
    turns.turn()
    assert turns.rendered == ["shown"]


def test_a_change_that_it_makes_itself_lets_it_run_in_the_turn_after(turns: Turns) -> None:
    pages = [3]

    def function() -> int:
        assert view.running
        if pages[-1] > 2:
            pages.append(2)
            view.request("state.page")
        return pages[-1]

    view = turns.view(function)
    view.request()
    turns.turn()
    assert turns.rendered == [2]
    turns.turn()
    turns.turn()
    assert turns.rendered == [2, 2]
    assert not view.running
    assert turns.failures == []


@pytest.mark.parametrize("raises", [False, True])
def test_one_that_always_changes_something_is_stopped_and_told(turns: Turns, raises: bool) -> None:
    def function() -> str:
        view.request("state.count")
        if raises:
            raise ValueError("each time")
        return "shown"

    view = turns.view(function)
    view.request()
    for _ in range(MOST_RUNS_OF_ITS_OWN + 5):
        turns.turn()
    assert turns.due == []
    if raises:
        assert [str(error) for error in turns.failures] == ["each time"] * MOST_RUNS_OF_ITS_OWN
    else:
        assert turns.rendered == ["shown"] * MOST_RUNS_OF_ITS_OWN
        assert [str(error) for error in turns.failures] == [
            "the view function sets state.count whenever it runs, and so would run for ever; let it only read, and set "
            "in a handler or a task"
        ]
    # Something else may change, and bring it round.
    view.request()
    turns.turn()
    assert len(turns.due) == 1


def test_changes_in_between_do_not_count_as_its_own(turns: Turns) -> None:
    view = turns.view(lambda: "shown")
    for _ in range(3 * MOST_RUNS_OF_ITS_OWN):
        view.request("state.count")
        turns.turn()
    assert turns.failures == []


def test_what_it_raises_is_told_and_the_next_change_runs_it_again(turns: Turns) -> None:
    raising = [ValueError("first"), ValueError("second")]

    def function() -> str:
        if raising:
            raise raising.pop(0)
        return "shown"

    view = turns.view(function)
    view.request()
    turns.turn()
    assert not view.shown
    view.request()
    with pytest.raises(ValueError, match="second"):
        view.run_if_due()
    view.request()
    turns.turn()
    assert [str(error) for error in turns.failures] == ["first"]
    assert turns.rendered == ["shown"]


def test_a_closed_one_runs_no_more(turns: Turns) -> None:
    view = turns.view(lambda: "shown")
    view.request()
    view.close()
    view.request()
    turns.turn()
    view.run_if_due()
    assert turns.rendered == []


async def waiting() -> None: ...


async def generating() -> Any:
    yield


@pytest.mark.parametrize("function", [waiting, generating])
def test_one_that_waits_is_refused(turns: Turns, function: Any) -> None:
    with pytest.raises(TypeError, match=rf"^the view {function.__name__} must be a plain def, "):
        turns.view(function)


def test_a_view_is_a_function(turns: Turns) -> None:
    with pytest.raises(TypeError, match=r"^sdk\.view takes a function .*, not 'text'$"):
        turns.view("text")  # type: ignore[arg-type]
