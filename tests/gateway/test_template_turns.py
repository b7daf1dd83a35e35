"""Whose turn it is among templates that wait for a worker."""

import pytest

from widget_workbench.gateway.templates.turns import Turns


@pytest.mark.parametrize(
    ("put", "taken"),
    [
        ("", ""),
        ("a1 a2 a3", "a1 a2 a3"),
        ("a1 a2 a3 b1", "a1 b1 a2 a3"),
        ("a1 a2 b1 b2 c1", "a1 b1 c1 a2 b2"),
        ("a1 b1 a2 c1 a3", "a1 b1 c1 a2 a3"),
    ],
)
def test_kinds_take_turns(put: str, taken: str) -> None:
    turns: Turns[str] = Turns()
    for item in put.split():
        turns.put(item[0], item)

    assert [turns.take() for _ in put.split()] == taken.split()
    with pytest.raises(LookupError):
        turns.take()


def test_who_comes_later_has_a_turn_before_the_second_of_the_first() -> None:
    turns: Turns[str] = Turns()
    for item in ("a1", "a2", "a3"):
        turns.put("a", item)
    assert turns.take() == "a1"

    turns.put("b", "b1")

    assert [turns.take() for _ in range(3)] == ["a2", "b1", "a3"]
