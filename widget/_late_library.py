"""The second part of the standard library, which comes after the start, or when one of its modules is imported.

It is the end of a zip whose beginning the first part is: together they are put where the first part stands, so a
package may have modules in both.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from . import _ffi

LIBRARY = "/lib/python314.zip"

_there = False


def install() -> None:
    """Makes imports find the late modules, once an interpreter. Only a browser's Python has such."""
    sys.meta_path.append(_Finder())


def complete(content: bytes) -> None:
    """Puts the second part beside the first.

    Args:
        content: of the runtime's part `late`.
    """
    global _there  # noqa: PLW0603 - there is one library
    if _there:
        return
    from compression import zstd

    with open(LIBRARY, "rb") as file:
        first = file.read()
    # The zip's directory, which comes last, is that of the whole from now on.
    whole = first[: _files_end(first)] + zstd.decompress(content)
    with open(LIBRARY, "wb") as file:
        file.write(whole)
    importlib.invalidate_caches()
    _there = True
    _ffi.late_library_arrived()


def is_there() -> bool:
    """Whether the second part has come."""
    return _there


def _files_end(archive: bytes) -> int:
    """Where the directory of a zip without a comment begins (APPNOTE.TXT, 4.3.16)."""
    return int.from_bytes(archive[-6:-2], "little")


def find_spec(name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """Brings the second part, if a module that nobody has found is one of it and has not come.

    Returns:
        Where the module is; None where it is not there either.

    Raises:
        ImportError: the second part cannot be had.
    """
    from _late_modules import NAMES  # made with the runtime

    if _there or name not in NAMES:
        return None
    try:
        complete(_ffi.late_library())
    except Exception as error:
        raise ImportError(
            f"{name} is of the standard library's second part, which did not come: {error}",
            name=name,
        ) from error
    return PathFinder.find_spec(name, path)


class _Finder(MetaPathFinder):
    """Asked after everyone else."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        return find_spec(fullname, path)
