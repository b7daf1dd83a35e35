"""The Python that widgets run on: what markers and wheel tags are judged by, whatever Python runs this."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags

PYTHON = "3.14.2"
"""The full version."""

PYTHON_SERIES = "3.14"
"""What wheels and `requires-python` go by."""

PLATFORM = "pyemscripten_2026_0_wasm32"
"""The platform tag of wheels with compiled code."""

ABI = "cp314"

# As Pyodide 314.0.7 itself gives them; `platform_release` is Emscripten's version.
MARKER_ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        "implementation_name": "cpython",
        "implementation_version": PYTHON,
        "os_name": "posix",
        "platform_machine": "wasm32",
        "platform_python_implementation": "CPython",
        "platform_release": "5.0.3",
        "platform_system": "Emscripten",
        "platform_version": "#1",
        "python_full_version": PYTHON,
        "python_version": PYTHON_SERIES,
        "sys_platform": "emscripten",
    }
)
"""What environment markers (`sys_platform == "emscripten"`) are evaluated for."""


def applies(marker: Marker | None, extra: str = "") -> bool:
    """Whether a requirement with this marker holds in the browser.

    Args:
        marker: the requirement's; None holds always.
        extra: the extra that is asked for.
    """
    return marker is None or marker.evaluate({**MARKER_ENVIRONMENT, "extra": extra})


def accepted_tags() -> frozenset[Tag]:
    """The tags of the wheels that the browser's Python can use."""
    version = tuple(int(part) for part in PYTHON_SERIES.split("."))
    return frozenset(
        (
            *cpython_tags(version, abis=[ABI], platforms=[PLATFORM]),
            *compatible_tags(version, interpreter=ABI, platforms=[PLATFORM]),
        )
    )
