"""Who takes part: the same widget, by other means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Contender:
    """One way of writing the widget.

    Attributes:
        name: as the command line and the tables have it.
        type: the widget's.
        what: it is.
        evaluates: whether it needs 'unsafe-eval', which the platform's policy does not have.
    """

    name: str
    type: str
    what: str
    evaluates: bool = False

    @property
    def query(self) -> str:
        """Of the page that shows the widget alone, under the clock."""
        return f"?widgets={self.type}&clock{'&eval' if self.evaluates else ''}"


OURS = Contender("ours", "startup_python", "this library, as `widget build` makes it")
NO_SNAPSHOT = Contender("no-snapshot", "startup_no_snapshot", "the same by `--no-snapshot`")
PYODIDE = Contender("loadPyodide", "startup_pyodide", "Pyodide's npm package as it comes")
PYSCRIPT_PY = Contender("pyscript-py", "startup_pyscript_py", "PyScript, `type=py`", evaluates=True)
PYSCRIPT_MPY = Contender(
    "pyscript-mpy", "startup_pyscript_mpy", "PyScript, `type=mpy`", evaluates=True
)
JAVASCRIPT = Contender("javascript", "startup_javascript", "by hand, its HTML in the entry")

CONTENDERS = {
    contender.name: contender
    for contender in (OURS, NO_SNAPSHOT, PYODIDE, PYSCRIPT_PY, PYSCRIPT_MPY, JAVASCRIPT)
}
"""By name, in the tables' order."""

ANOTHER_TYPE = Contender("another type", "startup_another", "ours once more, as a type of its own")
"""What a visitor meets on another page; it competes with nobody."""
