"""Paths that are one file on many computers: those that differ in case, or in how an accent is written, alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from widget_workbench.problem import Code, Problem


def ambiguous_paths(paths: Iterable[str]) -> Iterator[Problem]:
    """Each path that an earlier one cannot be told from."""
    seen: dict[str, str] = {}
    for path in paths:
        other = seen.setdefault(unicodedata.normalize("NFC", path).casefold(), path)
        if other != path:
            what = f"{other} and {path} differ in case alone, or in how an accent is written: rename one of them."
            yield Problem(path, what, Code.AMBIGUOUS_PATH, error=True)
