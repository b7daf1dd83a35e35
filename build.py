"""Builds the examples: `python build.py` writes what the platform would publish of `examples/` to `dist/`.

Options are those of `widget build`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from widget_workbench.build_command import build

if __name__ == "__main__":
    here = Path(__file__).parent
    build.main([str(here / "examples"), "--out", str(here / "dist"), *sys.argv[1:]], "build.py")
