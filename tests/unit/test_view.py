"""`sdk.view`: when a view runs, and what becomes of what it raises."""

from __future__ import annotations

import functools
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
            "in a handler or a task. A handler stands in a template without parentheses: onclick={add}, not "
            "onclick={add()}"
        ]
    # Something else may change, and bring it round.
    view.request()
    turns.turn()
    assert len(turns.due) == 1


def failing_view(turns: Turns, raising: list[ValueError]) -> View:
    """A view that raises as long as there is something to raise, and asks to run again because it has failed."""

    def function() -> str:
        if raising:
            raise raising[0]
        return "shown"

    def failed(error: BaseException) -> None:
        turns.failures.append(error)
        view.request_by_failure("state.message")

    view = View(function, render=turns.rendered.append, soon=turns.soon, failed=failed)
    return view


def test_one_that_is_run_again_because_it_has_failed_is_so_some_times(turns: Turns) -> None:
    view = failing_view(turns, [ValueError("each time")])
    view.request()
    for _ in range(MOST_RUNS_OF_ITS_OWN + 5):
        turns.turn()
    assert turns.due == []
    assert len(turns.failures) == 1 + MOST_RUNS_OF_ITS_OWN
    # What others change runs it all the same, once.
    view.request("state.count")
    turns.turn()
    turns.turn()
    assert len(turns.failures) == 2 + MOST_RUNS_OF_ITS_OWN


def test_a_run_that_succeeds_lets_failures_count_anew(turns: Turns) -> None:
    raising = [ValueError("for now")]
    view = failing_view(turns, raising)
    for _ in range(2):
        turns.failures.clear()
        view.request()
        for _ in range(MOST_RUNS_OF_ITS_OWN + 5):
            turns.turn()
        assert len(turns.failures) == 1 + MOST_RUNS_OF_ITS_OWN
        (error,) = raising
        raising.clear()
        view.request()
        turns.turn()
        raising.append(error)
    assert turns.rendered == ["shown"] * 2


def wrapped() -> str:
    return "what cannot be shown"


@functools.wraps(wrapped)
def wrapping() -> str:
    return wrapped()


class Callable0:
    def __call__(self) -> str:
        return "what cannot be shown"


LINE = wrapped.__code__.co_firstlineno


@pytest.mark.parametrize(
    ("function", "note"),
    [
        (wrapped, f"(in what the view wrapped has returned, line {LINE} of {__file__})"),
        # The author's own line, whatever has decorated it.
        (wrapping, f"(in what the view wrapped has returned, line {LINE} of {__file__})"),
        (Callable0(), "(in what the view Callable0 has returned)"),
    ],
)
def test_a_note_says_which_view_has_returned_what_cannot_be_shown(
    turns: Turns, function: Callable[[], Any], note: str
) -> None:
    def render(shown: object) -> None:
        raise TypeError(f"{shown} indeed")

    view = View(function, render=render, soon=turns.soon, failed=turns.failures.append)
    view.request()
    turns.turn()
    (error,) = turns.failures
    assert str(error) == "what cannot be shown indeed"
    assert error.__notes__ == [note]


def test_what_the_view_raises_itself_needs_no_note(turns: Turns) -> None:
    def function() -> None:
        raise ValueError("in the function")

    view = turns.view(function)
    view.request()
    turns.turn()
    (error,) = turns.failures
    assert not hasattr(error, "__notes__")


def test_one_that_forgets_to_return_its_template_is_told_to(turns: Turns) -> None:
    def function() -> None: ...

    view = turns.view(function)
    view.request()
    turns.turn()
    (error,) = turns.failures
    assert str(error).startswith('the view function returned None: end it by `return t"…"`')
    assert turns.rendered == []


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
