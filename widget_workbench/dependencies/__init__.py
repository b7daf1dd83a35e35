"""What widgets ask for, turned into checked wheels for the browser's Python.

`requirements_of` reads what a `main.py` asks for, `locked` brings `widgets.lock` in line with it by one resolution for
the whole repository, `fetched` gets the wheels that the lock names, and `shipped_files` has what a browser needs of
them. A widget's code is never imported.

    asked = {widget.type: requirements_of(widget.main_py, widget.path) for widget in widgets}
    index = PyodideLock.read(core / "pyodide-lock.json")
    lock = locked(root, asked, index=index, told=print)
    wheels = fetched(lock.of("weather"), index=index, told=print)

Packages come from the package index, as pip is configured; what that has no fitting wheel of, from Pyodide's own
distribution; what neither has, from a source distribution that builds a wheel of pure Python. Pyodide's files have
their hashes in its lock file, all others in `widgets.lock`, which holds no address.
"""

from widget_workbench.dependencies.errors import DependencyError
from widget_workbench.dependencies.fetching import fetched
from widget_workbench.dependencies.inline_metadata import requirements_of
from widget_workbench.dependencies.lock import Lock
from widget_workbench.dependencies.lock_file import FILE, read_lock
from widget_workbench.dependencies.locking import locked
from widget_workbench.dependencies.package import Package
from widget_workbench.dependencies.pyodide_lock import PyodideLock
from widget_workbench.dependencies.wheel import shipped_files
from widget_workbench.dependencies.wheel_cache import WheelCache

__all__ = [
    "FILE",
    "DependencyError",
    "Lock",
    "Package",
    "PyodideLock",
    "WheelCache",
    "fetched",
    "locked",
    "read_lock",
    "requirements_of",
    "shipped_files",
]
