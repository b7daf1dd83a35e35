"""Makes the runtime of a release: what every Python widget shares in the browser.

`python -m runtime` brings `build/runtime/` up to date from Pyodide's core and the package `widget`. A checkout's tools
do it when they find it out of date; a wheel carries the result.
"""
