"""What `micropip` can install in a page, and a sentence for what it cannot.

The page's Content-Security-Policy allows fetching from the page's own origin alone (platform.md §1): the package index
is out of reach, and micropip's own message for that is about the network.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from . import _ffi

_WAY_OUT = (
    "a widget can install wheels of its page's own origin alone, such as one in assets/: "
    'await micropip.install(sdk.asset("name-1.0-py3-none-any.whl")). What the package index has is named in the '
    "dependencies at the top of main.py"
)


def patch(module: ModuleType) -> None:
    """Makes `micropip.install` say what it cannot do, and does nothing about what it can."""
    install = module.install

    @functools.wraps(install)
    async def install_from_here(
        requirements: str | Iterable[str], *arguments: Any, **options: Any
    ) -> Any:
        wanted = [requirements] if isinstance(requirements, str) else list(requirements)
        for requirement in wanted:
            if not _is_wheel_from_here(requirement) and not _is_installed(requirement):
                raise ValueError(f"micropip.install({requirement!r}): {_WAY_OUT}")
        try:
            return await install(wanted, *arguments, **options)
        except Exception as error:
            # It may be about what the wheel itself requires.
            error.add_note(_WAY_OUT)
            raise

    module.install = install_from_here  # type: ignore[attr-defined]


def _is_installed(requirement: str) -> bool:
    """Whether some version of a package is there, which micropip compares with the wanted one."""
    from importlib.metadata import PackageNotFoundError, version  # late

    name = re.match(r"[\w.-]+", requirement)
    try:
        return name is not None and bool(version(name[0]))
    except PackageNotFoundError:
        return False


def _is_wheel_from_here(requirement: str) -> bool:
    """Of `name @ address`, the address is meant; `emfs:` is the interpreter's own file system."""
    address = requirement.rpartition(" @ ")[2].strip()
    path = address.partition("#")[0].partition("?")[0]
    return path.endswith(".whl") and (
        address.startswith("emfs:") or _ffi.is_of_this_origin(address)
    )
