"""What a rendering changes, compared with the one before: the list that crosses to JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widget._patching import Patching
from widget._resolving import resolve
from widget._templates import Interpolation, Template


class Page:
    """A patching whose page takes everything."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.patching = Patching(self.warnings.append)

    def show(self, template: Template) -> list[Any]:
        new = resolve(template)
        changes = self.patching.compare(new)
        self.patching.accept(new)
        return changes


@pytest.fixture
def page() -> Page:
    return Page()


def listed(keys: str, tag: str = "li") -> Template:
    items = [
        Template(f"<{tag} key=", Interpolation(key), ">", Interpolation(key), f"</{tag}>")
        for key in keys
    ]
    return Template("<ul>", Interpolation(items), "</ul>")


def told(changes: list[Any]) -> list[Any]:
    """Without the numbers of what is new, which only tell one block from another."""
    return [
        [kind, *rest[1:-1], [item if isinstance(item, int) else "new" for item in rest[-1]]]
        if kind == "list"
        else [kind, *rest]
        for kind, *rest in changes
    ]


def test_the_first_rendering_is_all_of_it(page: Page) -> None:
    changes = page.show(Template("<p>", Interpolation("text"), "</p>"))
    assert changes == [["root", [1, page.patching.templates[0][0], ["text"]]]]
    assert len(page.patching.templates) == 1


def test_the_same_again_is_no_change_though_its_handlers_are_others(page: Page) -> None:
    def render(text: str) -> Template:
        return Template(
            "<b onclick=", Interpolation(lambda: text), ">", Interpolation(text), "</b>"
        )

    page.show(render("one"))
    assert page.show(render("one")) == []
    assert page.patching.templates == []
    (block,) = page.patching.blocks.values()
    latest = render("two")
    assert page.show(latest) == [["content", 1, 1, "two"]]
    assert page.patching.blocks[block.number].values[0] is latest.values[0]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("abc", "xabc", ["list", 0, 0, 0, ["new"]]),
        ("abc", "abxc", ["list", 0, 2, 0, ["new"]]),
        ("abc", "ac", ["list", 0, 1, 1, []]),
        ("abc", "", ["list", 0, 0, 3, []]),
        ("", "ab", ["list", 0, 0, 0, ["new", "new"]]),
        ("abcd", "acbd", ["list", 0, 1, 2, [4, 3]]),
        ("abc", "cba", ["list", 0, 0, 3, [4, 3, 2]]),
    ],
)
def test_of_a_list_only_what_is_between_its_unchanged_ends(
    page: Page, before: str, after: str, change: list[Any]
) -> None:
    # The blocks have numbers from 1: the list's own, then its items'.
    page.show(listed(before))
    assert told(page.show(listed(after))) == [change]
    assert len(page.patching.blocks) == 1 + len(after)


def test_an_item_of_other_static_parts_is_another_though_its_key_is_the_same(page: Page) -> None:
    page.show(listed("a"))
    assert told(page.show(listed("a", tag="dd"))) == [["list", 0, 0, 1, ["new"]]]


def test_text_and_markup_of_the_same_letters_are_two_things(page: Page) -> None:
    class Safe:
        def __html__(self) -> str:
            return "<b>"

    page.show(Template("<p>", Interpolation("<b>"), "</p>"))
    assert page.show(Template("<p>", Interpolation(Safe()), "</p>")) == [
        ["content", 1, 0, {"html": "<b>"}]
    ]


def test_what_could_not_be_shown_is_told_of_again(page: Page) -> None:
    new = resolve(Template("<p></p>"))
    page.patching.compare(new)
    page.patching.reject()
    page.patching.compare(new)
    assert len(page.patching.templates) == 1


def test_what_leaves_the_page_is_forgotten_with_all_within_it(page: Page) -> None:
    def nested(there: bool) -> Template:
        return Template("<div>", Interpolation(listed("ab") if there else None), "</div>")

    page.show(nested(there=True))
    assert len(page.patching.blocks) == 4
    page.show(nested(there=False))
    assert len(page.patching.blocks) == 1


def test_keys_that_are_not_unique_are_warned_of_once(page: Page) -> None:
    page.show(listed("aba"))
    page.show(listed("bb"))
    assert page.warnings == [
        "Two items of a list have the key 'a': when the list changes, one may be taken for the other. "
        "Give each item a key of its own."
    ]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("abcd", "xabc", [(0, 0, 1), (4, 1, 0)]),
        ("abcd", "axbyc", [(1, 0, 1), (3, 0, 1), (5, 1, 0)]),
        ("abcd", "bd", [(0, 1, 0), (1, 1, 0)]),
        ("abcd", "xbyd", [(0, 1, 1), (2, 1, 1)]),
        ("abcd", "", [(0, 4, 0)]),
        ("", "ab", [(0, 0, 2)]),
        # Others than these are in another order: what is between the ends that have kept theirs is one change.
        ("abcdef", "xacbef", [(0, 0, 1), (2, 3, 2)]),
    ],
)
def test_items_that_come_and_go_between_others_are_a_change_for_each_place(
    page: Page, before: str, after: str, changes: list[tuple[int, int, int]]
) -> None:
    page.show(listed(before))
    told = page.show(listed(after))
    assert [(start, count, len(items)) for _, _, _, start, count, items in told] == changes


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), min_size=2, max_size=5),
    st.sampled_from(["li", "b"]),
)
def test_the_changes_make_of_each_list_the_next_one(states: list[list[str]], tag: str) -> None:
    """By a page of one list, which holds each item's key and its number."""
    page = Page()
    shown: list[tuple[str, int]] = []
    for turn, keys in enumerate(states):
        numbers = dict(shown)
        for kind, *rest in page.show(listed("".join(keys), tag if turn % 2 else "li")):
            if kind == "root":
                [[_, _, [content]]] = rest
                shown = [(key_of(block), block[0]) for block in content["list"]]
            else:
                assert kind == "list"
                _, _, start, count, items = rest
                there = {number: key for key, number in shown[start : start + count]}
                shown[start : start + count] = [
                    (there[item], item) if isinstance(item, int) else (key_of(item), item[0])
                    for item in items
                ]
        assert [key for key, _ in shown] == keys
        if tag == "li":
            assert all(number == numbers.get(key, number) for key, number in shown)


def key_of(block: list[Any]) -> str:
    """Of a new item of `listed`, whose key is its text."""
    key: str = block[2][-1]
    return key
