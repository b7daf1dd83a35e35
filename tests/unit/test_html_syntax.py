"""Whether an entry parses, told without mistaking its scripts and comments for tags."""

from __future__ import annotations

import pytest

from widget_workbench.checking.html_syntax import html_syntax

GOOD = [
    "",
    "<p>a < b & c > d</p>",
    "<p title='<script>'>",
    '<p title="it\'s">',
    "<p title=don't>",
    "<br/><img src=a.png>",
    "<!-- <style> and <script> --><p>",
    "<!--><p>",
    "<!---><p>",
    "<!-- a --!><p>",
    "<script>if (i<n) { // don't\n}</script>",
    "<script>el.innerHTML = '<!-- x'</script>",
    "<SCRIPT>a</script >",
    "<style>/* a<b don't <!-- */</style>",
    "<textarea><p class='</textarea>",
    "<title>a < b</title>",
    "<svg><style/></svg><svg><title/><script/></svg>",
    "<xmp><script></xmp><noscript><style></noscript>",
    "<template><p>{{ title }}</template>",
    "</ bogus><?php a ?><!doctype html>",
    "<p>ends in a <",
]
BROKEN = {
    "<p>a</p><div class='": "ends in the middle of a tag (line 1)",
    "<p>\n<div": "ends in the middle of a tag (line 2)",
    "<p></p": "ends in the middle of a tag (line 1)",
    "<!doctype html": "ends in the middle of a tag (line 1)",
    "a\n\n<!-- and": "ends in the middle of a comment (line 3)",
    "<script>run()": "has a <script> that is never closed (line 1)",
    "<style>a {}</script>": "has a <style> that is never closed (line 1)",
    "<textarea>a": "has a <textarea> that is never closed (line 1)",
    "a\n\0": "holds a NUL character (line 2)",
}


@pytest.mark.parametrize("html", GOOD)
def test_what_browsers_read_as_it_was_meant_parses(html: str) -> None:
    assert html_syntax(html).failures == []


@pytest.mark.parametrize("html", BROKEN)
def test_what_stops_in_the_middle_of_something_does_not(html: str) -> None:
    assert html_syntax(html).failures == [BROKEN[html]]


def test_the_tags_of_a_document_are_told_and_those_in_its_texts_are_not() -> None:
    assert html_syntax("<!DOCTYPE html><HTML><body>").tags == {"!doctype", "html", "body"}
    assert html_syntax("<script>'<body>'</script><!-- <html> -->").tags == {"script"}


@pytest.mark.parametrize("unit", ["<", "<a ", "<!--", "</", "<svg>", "<script>", "='"])
def test_hostile_texts_come_to_an_end(unit: str) -> None:
    html_syntax(unit * (1_000_000 // len(unit)))
