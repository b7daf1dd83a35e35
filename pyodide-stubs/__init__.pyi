"""What a widget uses of Pyodide's package `pyodide`; it is in the browser and nowhere else."""

from typing import Any

__version__: str

def __getattr__(name: str) -> Any: ...
