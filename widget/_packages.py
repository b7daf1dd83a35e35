"""The packages that widgets depend on: each has a directory of its own, where Python imports it from."""

from __future__ import annotations

import importlib
import io
import sys
import zipfile
from pathlib import Path

DIRECTORY = "/lib/dependencies"

# What the core's Python imports as a compiled module, wherever its file lies.
_SHARED_LIBRARY = ".so"


def install(title: str, archive: bytes) -> list[str]:
    """Unpacks a package.

    Not imported from the archive itself: packages look for their data beside their modules, and only a file can be
    loaded as a shared library.

    Args:
        title: its name and version.
        archive: of the bundle: a zip, compressed as a whole.

    Returns:
        The paths of its shared libraries.
    """
    from compression import zstd

    directory = Path(DIRECTORY, title.replace(" ", "-"))
    with zipfile.ZipFile(io.BytesIO(zstd.decompress(archive))) as opened:
        opened.extractall(directory)
        names = opened.namelist()
    sys.path.append(str(directory))
    importlib.invalidate_caches()
    return [str(directory / name) for name in names if name.endswith(_SHARED_LIBRARY)]
