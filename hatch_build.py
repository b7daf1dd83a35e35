"""Hatchling's build hook: puts what runs in the browser into the distributions.

The wheel gets the runtime, Pyodide's core, `static/` and the licence texts under `widget_workbench/_shipped/`, where
`widget_workbench.shipped` looks for them. The sdist gets the runtime and the core too, so that a wheel can be built
from it without npm. An editable install gets nothing: there the checkout's own files serve.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedFilesHook(BuildHookInterface[Any]):
    """Adds the shipped files to a build; fails when Pyodide's core is not there in the wanted version."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before each build.

        Args:
            version: the kind of build, "standard" or "editable".
            build_data: what the build is made of; `force_include` maps a path on disk to one in the distribution.
        """
        if version == "editable":
            return
        build_data["force_include"].update(_shipped_files(Path(self.root), self.target_name))


def _shipped_files(root: Path, target: str) -> dict[str, str]:
    sys.path.insert(0, str(root))  # an isolated build does not have it
    try:
        from widget_workbench import shipped

        core = shipped.pyodide_core()
        runtime = shipped.runtime()
        static = [shipped.static(part) for part in shipped.STATIC_PARTS]
    except shipped.ShippedFilesMissing as missing:
        raise SystemExit(str(missing)) from None
    finally:
        sys.path.remove(str(root))

    if target == "sdist":
        return {
            **{str(core / name): f"node_modules/pyodide/{name}" for name in shipped.PYODIDE_FILES},
            str(runtime): f"build/runtime/{runtime.name}",
        }
    into = "widget_workbench/_shipped"
    return {
        **{str(core / name): f"{into}/pyodide/{name}" for name in shipped.PYODIDE_FILES},
        str(runtime): f"{into}/runtime",
        **{str(directory): f"{into}/static/{directory.name}" for directory in static},
        str(shipped.licenses()): f"{into}/licenses",
    }
