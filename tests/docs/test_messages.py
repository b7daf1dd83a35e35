"""Every message that the product can print has its entry in `docs/messages/`, and every entry its message."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import pytest

from .messages import SOURCES, explained, is_sentence, messages, normal, not_messages_of
from .pages import DOCS, PROJECT


@pytest.mark.parametrize("area", SOURCES)
def test_every_message_has_its_entry(area: str) -> None:
    entries = set(explained(area))
    missing = [f"{place}: {text}" for text, place in messages(area).items() if text not in entries]
    assert not missing, f"docs/messages/{area}.md has no entry for:\n" + "\n".join(missing)


@pytest.mark.parametrize("area", SOURCES)
def test_every_entry_has_its_message(area: str) -> None:
    printed = messages(area)
    stale = [text for text in explained(area) if is_sentence(text) and text not in printed]
    assert not stale, f"nothing prints what docs/messages/{area}.md explains:\n" + "\n".join(stale)


@pytest.mark.parametrize("area", SOURCES)
def test_a_message_is_explained_once(area: str) -> None:
    assert [text for text, times in Counter(explained(area)).items() if times > 1] == []


@pytest.mark.parametrize("area", SOURCES)
def test_what_is_said_to_be_no_message_is_in_the_sources(area: str) -> None:
    for module, texts in not_messages_of(area).items():
        if module == "silent":
            assert all((PROJECT / path).exists() for path in texts)
            continue
        source = normal((PROJECT / module).read_text("utf-8"))
        for text in texts:
            first = text.partition("…")[0].split()[:2]
            assert " ".join(first) in source, f"{module}: {text}"


def test_every_source_has_its_page() -> None:
    named = tuple(chain.from_iterable(SOURCES.values()))
    for directory in ("widget", "widget_workbench", "static"):
        for path in (PROJECT / directory).rglob("*.[pj][ys]"):
            place = path.relative_to(PROJECT).as_posix()
            assert place.startswith(named) or place in NO_TEXTS, place


# Modules that are used by those of several pages and have no sentence.
NO_TEXTS = {
    "widget_workbench/__init__.py",
    "widget_workbench/visible_text.py",
    "widget_workbench/without_bad.py",
}


def test_every_page_of_messages_is_tested() -> None:
    assert {path.stem for path in (DOCS / "messages").glob("*.md")} == {*SOURCES, "index"}
