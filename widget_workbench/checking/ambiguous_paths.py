"""Paths that are one file on many computers: those that differ in case, or in how an accent is written, alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from widget_workbench.problem import Code, Problem


def ambiguous_paths(paths: Iterable[str]) -> Iterator[Problem]:
    """Each file or directory that an earlier one cannot be told from; not what such a directory holds."""
    seen: dict[str, str] = {}
    told: set[str] = set()
    for path in paths:
        for part in (*reversed(PurePosixPath(path).parents[:-1]), PurePosixPath(path)):
            here = str(part)
            other = seen.setdefault(unicodedata.normalize("NFC", here).casefold(), here)
            if other == here:
                continue
            if here not in told:
                told.add(here)
                what = f"{other} and {here} differ in case alone, or in how an accent is written: rename one of them."
                yield Problem(here, what, Code.AMBIGUOUS_PATH, error=True)
            break
