"""`sdk.state`: what counts as a change, and what is refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from widget._state import State


class Changes(list[str]):
    """Takes what a state tells of."""

    mounted = True

    def tell(self, what: str) -> bool:
        self.append(what)
        return self.mounted


@pytest.fixture
def changes() -> Changes:
    return Changes()


def test_setting_a_value_tells_of_it(changes: Changes) -> None:
    state = State(changes.tell, {"count": 0, "name": ""})
    state.count += 1
    state.name = "Ann"
    assert (state.count, state.name) == (1, "Ann")
    assert changes == ["state.count", "state.name"]
    assert repr(state) == "State(count=1, name='Ann')"
    assert vars(state) == {"count": 1, "name": "Ann"}


@pytest.mark.parametrize("value", [0, 1.5, "text", True, None])
def test_what_is_set_to_what_it_was_has_not_changed(changes: Changes, value: object) -> None:
    state = State(changes.tell, {"value": value})
    state.value = copy.deepcopy(value)
    assert changes == []


@pytest.mark.parametrize(("old", "new"), [(1, True), (0, False), (1, 1.0), (0, None), ("1", 1)])
def test_an_equal_value_of_another_type_is_another_value(
    changes: Changes, old: object, new: object
) -> None:
    state = State(changes.tell, {"value": old})
    state.value = new
    assert state.value is new
    assert changes == ["state.value"]


def append_and_set(state: Any) -> None:
    rows = state.rows
    rows.append(1)
    state.rows = rows


def append_and_set_a_copy(state: Any) -> None:
    state.rows.append(1)
    state.rows = list(state.rows)


def add(state: Any) -> None:
    state.rows += [1]


@pytest.mark.parametrize("change", [append_and_set, append_and_set_a_copy, add])
def test_a_list_that_is_set_has_changed_also_where_it_is_the_same_list(
    changes: Changes, change: Any
) -> None:
    state = State(changes.tell, {"rows": []})
    change(state)
    assert state.rows == [1]
    assert changes == ["state.rows"]


def test_a_list_changed_in_place_is_not_seen(changes: Changes) -> None:
    state = State(changes.tell, {"rows": []})
    state.rows.append(1)
    assert changes == []


def test_a_name_that_it_was_not_given_is_refused(changes: Changes) -> None:
    state = State(changes.tell, {"count": 0, "name": ""})
    with pytest.raises(
        AttributeError, match=r"^there is no state\.cuont: sdk\.state\(…\) was given count, name$"
    ):
        state.cuont = 1
    with pytest.raises(AttributeError, match=r"^there is no state\.cuont"):
        state.cuont  # noqa: B018
    with pytest.raises(AttributeError, match=r"was given nothing$"):
        State(changes.tell, {}).count  # noqa: B018
    with pytest.raises(AttributeError, match=r"^state\.count cannot be deleted; set it to None$"):
        del state.count
    assert vars(state) == {"count": 0, "name": ""}
    assert changes == []


def test_nothing_changes_once_the_widget_is_gone(changes: Changes) -> None:
    state = State(changes.tell, {"count": 0})
    changes.mounted = False
    state.count = 1
    assert state.count == 0


def test_names_of_the_authors_own_meet_none_of_ours(changes: Changes) -> None:
    state = State(changes.tell, {"self": 1, "changing": 2, "values": 3})
    state.changing = 4
    assert (state.self, state.changing, state.values) == (1, 4, 3)
