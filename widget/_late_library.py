"""The second part of the standard library, which comes after the start, or when one of its modules is imported.

It is a zip of its own. A package may have modules in both parts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from . import _ffi

LIBRARY = "/lib/python314-late.zip"

# Bytes that are decompressed at once.
_PIECE = 65_536

_there = False


def install() -> None:
    """Makes imports find the late modules, once an interpreter. Only a browser's Python has such."""
    sys.meta_path.append(_Finder())


def complete(content: bytes) -> None:
    """Puts the second part where imports find it.

    Args:
        content: of the runtime's part `late`.
    """
    global _there  # noqa: PLW0603 - there is one library
    if _there:
        return
    with open(LIBRARY, "wb") as file:
        for piece in _decompressed(content):
            file.write(piece)
    _there = True
    _ffi.late_library_arrived()


def _decompressed(content: bytes) -> Iterator[bytes]:
    """In pieces: at once, it would take more memory than the page has needed until then, and that never shrinks.

    Raises:
        EOFError: the content ends too early.
    """
    from compression import zstd

    decompressor = zstd.ZstdDecompressor()
    for start in range(0, len(content), _PIECE):
        yield decompressor.decompress(content[start : start + _PIECE])
    if not decompressor.eof:
        raise EOFError("the standard library's second part ends too early")


def is_there() -> bool:
    """Whether the second part has come."""
    return _there


def find_spec(name: str) -> ModuleSpec | None:
    """Finds a module of the second part, which is brought if it has not come.

    Returns:
        Where the module is; None where it is no late one.

    Raises:
        ImportError: the second part cannot be had.
    """
    from _late_modules import NAMES  # made with the runtime

    if name not in NAMES:
        return None
    try:
        if not _there:
            complete(_ffi.late_library())
    except Exception as error:
        raise ImportError(
            f"{name} is of the standard library's second part, which did not come: {error}",
            name=name,
        ) from error
    package = name.rpartition(".")[0].replace(".", "/")
    return PathFinder.find_spec(name, [f"{LIBRARY}/{package}" if package else LIBRARY])


class _Finder(MetaPathFinder):
    """Asked after everyone else."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        return find_spec(fullname)
