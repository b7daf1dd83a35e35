"""What has to change on the page, when a template is rendered anew.

A template knows its holes, so what was rendered last is compared with what is rendered now value by value. Nothing else
is looked at: neither the static parts, which cannot have changed, nor the page, where a visitor's typing, scrolling and
opening is nobody else's business.

What is on the page is a tree of `Resolved`, each with a number by which `static/loader/rendering.js` knows its nodes
there. A change is a list, first its kind; together they cross to JavaScript as one JSON text:

    ["root", block]                         all of the container
    ["value", number, part, value]          an attribute, or the text of a textarea
    ["content", number, part, content]      what stands between tags, replaced whole
    ["list", number, part, start, count, items]
                                            `count` items from `start` on, in the list as the changes before this one
                                            have left it, become `items`: the number of one of them, or a new block

A block is `[number, template, values]`; content is a text, `{"block": block}`, `{"list": blocks}` or `{"html": text}`.
Before its first use the static parts of a template cross as `[number, namespace, marked, parts, shape]`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from ._resolving import Html, Resolved
from ._template_parts import AttributePart, ContentPart, EventPart, KeyPart, Part, TextPart

Change = list[Any]

# How JavaScript is told of a part.
_KINDS: dict[type[Part], str] = {
    ContentPart: "content",
    AttributePart: "attribute",
    TextPart: "text",
    EventPart: "event",
    KeyPart: "key",
}


class Patching:
    """The tree that is on the page.

    Args:
        warn: tells the author of what is odd and goes on all the same.

    Attributes:
        blocks: what is on the page, by number: where JavaScript's events find their handlers.
        templates: of the comparison that was made last, see there.
    """

    def __init__(self, warn: Callable[[str], None]) -> None:
        self.blocks: dict[int, Resolved] = {}
        self._warn = warn
        self._warned = False
        self._shown: Resolved | None = None
        self._numbers = itertools.count(1)
        self._told: set[int] = set()
        # Of the comparison that was made last:
        self.templates: list[Change] = []
        self._changes: list[Change] = []
        self._kept: dict[int, Resolved] = {}
        self._gone: list[int] = []

    def compare(self, new: Resolved) -> list[Change]:
        """What makes the page show `new`; `templates` then holds those that JavaScript does not know yet.

        Args:
            new: fresh from `resolve`.
        """
        self.templates, self._changes, self._kept, self._gone = [], [], {}, []
        if self._shown is not None and _alike(self._shown, new):
            self._patch(self._shown, new)
        else:
            self._release(self._shown)
            self._changes.append(["root", self._block(new)])
        return self._changes

    def accept(self, new: Resolved) -> None:
        """What was compared last is on the page."""
        self._shown = new
        for number in self._gone:
            self.blocks.pop(number, None)
        self.blocks.update(self._kept)

    def reject(self) -> None:
        """What was compared last cannot be shown; the page is as it was."""
        self._told.difference_update(number for number, *_ in self.templates)

    def forget(self) -> None:
        """Nothing of what was rendered is on the page any more; the next rendering begins from nothing."""
        self._shown = None
        self.blocks.clear()

    def _patch(self, old: Resolved, new: Resolved) -> None:
        """Makes `new` take the place of `old`, which has the same static parts."""
        number = new.number = old.number
        self._kept[number] = new
        befores, nows = old.values, new.values
        # A handler is looked up in the tree when its event comes, and a key is not on the page.
        for index in new.parsed.on_page:
            before, now = befores[index], nows[index]
            # Markup is a str too: the same text as text and as HTML are two things.
            if before is now or (before.__class__ is now.__class__ and before == now):
                continue
            if new.parsed.parts[index].__class__ is ContentPart:
                self._patch_content(number, index, before, now)
            else:
                self._changes.append(["value", number, index, now])

    def _patch_content(self, number: int, part: int, old: Any, new: Any) -> None:
        if isinstance(old, list) and isinstance(new, list):
            self._patch_list(number, part, old, new)
        elif isinstance(old, Resolved) and isinstance(new, Resolved) and _alike(old, new):
            self._patch(old, new)
        else:
            self._release(old)
            self._changes.append(["content", number, part, self._content(new)])

    def _patch_list(self, number: int, part: int, old: list[Resolved], new: list[Resolved]) -> None:
        """Goes through both lists side by side: most items keep their order, with some that come or go between."""
        at_old = at_new = 0
        keys: tuple[set[Any], set[Any]] | None = None
        while at_old < len(old) and at_new < len(new):
            before, now = old[at_old], new[at_new]
            # As `_alike`, whose call would count here: a table has thousands.
            if before.parsed is now.parsed and before.key == now.key:
                self._patch(before, now)
                at_old += 1
                at_new += 1
                continue
            keys = keys or ({each.key for each in old}, {each.key for each in new})
            gone = _run_without(old, at_old, keys[1])
            come = _run_without(new, at_new, keys[0])
            if not gone and not come:
                break  # Both are somewhere else in the other list: their order is another.
            self._replace(
                number, part, at_new, old[at_old : at_old + gone], new[at_new : at_new + come]
            )
            at_old += gone
            at_new += come
        end_of_old, end_of_new = len(old), len(new)
        while end_of_old > at_old and end_of_new > at_new:
            before, now = old[end_of_old - 1], new[end_of_new - 1]
            if not _alike(before, now):
                break
            self._patch(before, now)
            end_of_old -= 1
            end_of_new -= 1
        if at_old < end_of_old or at_new < end_of_new:
            self._replace(number, part, at_new, old[at_old:end_of_old], new[at_new:end_of_new])

    def _replace(
        self, number: int, part: int, start: int, old: list[Resolved], new: list[Resolved]
    ) -> None:
        """Puts items in the place of others, from `start` on in the list as it is by then."""
        items = self._matched(old, new)
        self._changes.append(["list", number, part, start, len(old), items])

    def _matched(self, old: list[Resolved], new: list[Resolved]) -> list[Any]:
        """The items, each taken over from the old one of the same key and the same static parts where there is one."""
        left: dict[Any, list[Resolved]] = {}
        for before in old:
            left.setdefault((before.parsed.number, before.key), []).append(before)
        pairs = []
        for now in new:
            alike = left.get((now.parsed.number, now.key))
            pairs.append((now, alike.pop(0) if alike else None))
        for leftover in left.values():
            for before in leftover:
                self._release(before)
        items: list[Any] = []
        for now, taken in pairs:
            if taken is None:
                items.append(self._block(now))
            else:
                self._patch(taken, now)
                items.append(now.number)
        self._warn_of_same_keys(new)
        return items

    def _block(self, new: Resolved) -> list[Any]:
        number = new.number = next(self._numbers)
        self._kept[number] = new
        parsed = new.parsed
        if parsed.number not in self._told:
            self._told.add(parsed.number)
            parts = [[_KINDS[type(part)], part.name] for part in parsed.parts]
            self.templates.append(
                [parsed.number, parsed.namespace, parsed.marked, parts, parsed.shape]
            )
        values = [
            value if value.__class__ is str or value is None else self._content(value)
            for value in new.values
        ]
        return [number, parsed.number, values]

    def _content(self, value: Any) -> Any:
        """A value as JSON has it; 0 of what stays on this side, a handler or a key."""
        if isinstance(value, list):
            self._warn_of_same_keys(value)
            return {"list": [self._block(item) for item in value]}
        if isinstance(value, Resolved):
            return {"block": self._block(value)}
        if isinstance(value, Html):
            return {"html": str(value)}
        return value if isinstance(value, str) else 0

    def _release(self, old: Any) -> None:
        """Notes what leaves the page."""
        self._gone.extend(block.number for block in _blocks(old))

    def _warn_of_same_keys(self, items: list[Resolved]) -> None:
        keys = [item.key for item in items if item.key is not None]
        if len(keys) == len(set(keys)) or self._warned:
            return
        self._warned = True
        twice = next(key for key in keys if keys.count(key) > 1)
        self._warn(
            f"Two items of a list have the key {twice!r}: when the list changes, one may be taken for the other. "
            "Give each item a key of its own."
        )


def _run_without(items: list[Resolved], start: int, keys: set[Any]) -> int:
    """How many items from a place on have a key that is none of these."""
    end = start
    while end < len(items) and items[end].key not in keys:
        end += 1
    return end - start


def _alike(old: Resolved, new: Resolved) -> bool:
    """Whether `new` is the same thing as `old`, with other values at most."""
    return old.parsed is new.parsed and old.key == new.key


def _blocks(value: Any) -> Iterator[Resolved]:
    """All that a content's value holds, at any depth."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Resolved):
            yield value
            waiting.extend(value.values)
        elif isinstance(value, list):
            waiting.extend(value)
