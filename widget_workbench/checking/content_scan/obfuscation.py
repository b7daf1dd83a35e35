"""Code that hides what it does. Minified code does not: it is read as it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from widget_workbench.checking.content_scan.javascript import GAP, QUOTE, calls
from widget_workbench.checking.content_scan.match import Match
from widget_workbench.checking.content_scan.source_text import SourceText

# What turns a text that nobody reads into one that runs.
_DECODER = re.compile(
    rf"(?:(?:window|self|globalThis|top)\s{{0,9}}(?:\?\.|\.)\s{{0,9}})?(?:\(\s{{0,9}})?"
    rf"(?:atob|unescape|decodeURI(?:Component)?|String{GAP}\.{GAP}fromCharCode|String{GAP}\.{GAP}fromCodePoint"
    rf"|String{GAP}\[{GAP}{QUOTE}fromCharCode{QUOTE}{GAP}\]|(?:window|self|globalThis){GAP}\[{GAP}{QUOTE}atob{QUOTE}{GAP}\]"
    rf"|Buffer{GAP}\.{GAP}from)(?![\w$])"
)
_EVALUATORS = ("eval", "Function", "execScript", "setTimeout", "setInterval")
_STRING_WITH_DECODER = re.compile(
    rf"{QUOTE}[^\"'`\r\n]{{0,200}}(?:atob|unescape|fromCharCode|eval)\s{{0,9}}\("
)
# eval itself is blocked by the platform's Content-Security-Policy: what it is given decides whether that is hiding.
_LONG_LITERAL = re.compile(
    rf"{QUOTE}(?:[A-Za-z0-9+/=]{{200,}}|(?:\\x[0-9a-fA-F]{{2}}|\\u[0-9a-fA-F]{{4}}|%[0-9a-fA-F]{{2}}){{20,}})"
)

_CHARACTER_CODES = re.compile(
    r"fromC(?:har|ode)(?:Code|Point)\s{0,9}\(\s{0,9}(?:(?:0x[0-9a-fA-F]{1,4}|\d{1,5})\s{0,9},\s{0,9}){15}"
)
_PACKED = re.compile(
    r"eval\s{0,9}\(\s{0,9}function\s{0,9}\(\s{0,9}p\s{0,9},\s{0,9}a\s{0,9},\s{0,9}c\s{0,9},\s{0,9}k\s{0,9},\s{0,9}e\s{0,9},\s{0,9}[dr]\s{0,9}\)"
)
_OBFUSCATED_NAME = re.compile(r"(?<![\w$])_0x[0-9a-f]{4,8}(?![\w$])")
_MANY_NAMES = 20
_ESCAPED_TEXT = re.compile(
    r"(?:\\x[2-7][0-9a-fA-F]|\\u00[2-7][0-9a-fA-F]|\\u\{0{0,4}[2-7][0-9a-fA-F]\}){24}"
)
_HIDDEN_ARRAY = re.compile(
    rf"\[(?:\s{{0,9}}{QUOTE}(?:\\x[0-9a-fA-F]{{2}}|\\u00[0-9a-fA-F]{{2}}){{1,200}}{QUOTE}\s{{0,9}},){{8}}"
)
_BRACKETS = re.compile(r"[\[\]()!+]{200}")
_DECODED_LITERAL = re.compile(rf"{QUOTE}[A-Za-z0-9+/=]{{1000}}")

# Beyond what minifiers do. React's and other production builds have 0.5 to 4 % of white space and lines of up to some
# hundred thousand characters; a file with no white space to speak of, in one line, is no minifier's.
_LARGE = 100_000  # characters
_LONGEST_LINE = 400_000
_LEAST_SPACE = 0.004

_HIDES = "the scan takes that for obfuscation; write the code as it runs."


def obfuscation(source: SourceText) -> Iterator[Match]:
    """Evaluated decodings, packers' and obfuscators' marks, and files that no minifier would make."""
    yield from _evaluations(source.text)
    for pattern, what in (
        (_CHARACTER_CODES, "spells a text by the codes of its characters"),
        (_PACKED, "is packed by a packer (p,a,c,k,e,d)"),
        (_ESCAPED_TEXT, "spells a readable text by escapes"),
        (_HIDDEN_ARRAY, "keeps its texts in an array of escapes, as obfuscators do"),
        (_BRACKETS, "is written in brackets and signs alone (JSFuck)"),
    ):
        if found := pattern.search(source.text):
            yield Match(*found.span(), f"{what}: {_HIDES}")
    yield from _names(source.text)
    yield from _decoded(source.text)
    yield from _shape(source)


def _evaluations(text: str) -> Iterator[Match]:
    for name in _EVALUATORS:
        for call in calls(text, name):
            argument = text[call.end : call.end + 400]
            decoder = _DECODER.match(argument)
            if decoder is None and name == "Function":
                decoder = re.match(
                    rf"(?:{QUOTE}[^\"'`]{{0,80}}{QUOTE}{GAP},{GAP}){{1,3}}(?:{_DECODER.pattern})",
                    argument,
                )
            if decoder is None and _STRING_WITH_DECODER.match(argument):
                decoder = _STRING_WITH_DECODER.match(argument)
            if decoder is None and name in ("eval", "Function") and _LONG_LITERAL.match(argument):
                decoder = _LONG_LITERAL.match(argument)
            if decoder is not None:
                what = f"evaluates what it decodes, by {name}({decoder[0].strip()[:40]}"
                yield Match(call.start, call.end + decoder.end(), f"{what}…): {_HIDES}")


def _names(text: str) -> Iterator[Match]:
    found = [
        name for _, name in zip(range(_MANY_NAMES), _OBFUSCATED_NAME.finditer(text), strict=False)
    ]
    if len(found) == _MANY_NAMES:
        what = f"has {_MANY_NAMES} names and more such as {found[0][0]}, as obfuscators give them"
        yield Match(*found[0].span(), f"{what}: {_HIDES}")


def _decoded(text: str) -> Iterator[Match]:
    for call in calls(text, "atob"):
        if found := _DECODED_LITERAL.match(text, call.end):
            what = "decodes a text of 1000 characters and more that stands in the code"
            way_out = (
                "the scan may take that for obfuscation; ship it as a file in assets/ instead."
            )
            yield Match(call.start, found.end(), f"{what}: {way_out}", True)


def _shape(source: SourceText) -> Iterator[Match]:
    text = source.text
    if len(text) < _LARGE:
        return
    starts = [*source.line_starts, len(text)]
    longest = max(after - before for before, after in pairwise(starts))
    space = sum(text.count(character) for character in " \t\r\n") / len(text)
    if longest > _LONGEST_LINE or space < _LEAST_SPACE:
        what = (
            f"has {len(text):,} characters in {len(source.line_starts)} lines, the longest of {longest:,}, and "
            f"{space:.1%} white space"
        )
        way_out = "the scan may call that overly minified; build it less so, or in smaller files."
        yield Match(0, min(80, len(text)), f"{what}: {way_out}", True)
