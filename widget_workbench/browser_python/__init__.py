"""Runs the browser's own Python on the author's computer, in a JavaScript engine without a browser.

What the build makes for the browser's Python, only that Python can make: bytecode of its version, from sources that the
host's Python may not even parse.
"""

from widget_workbench.browser_python.job import (
    BrowserPythonError,
    Compilation,
    CompileError,
    Compression,
    carry_out,
    compiler_version,
)

__all__ = [
    "BrowserPythonError",
    "Compilation",
    "CompileError",
    "Compression",
    "carry_out",
    "compiler_version",
]
