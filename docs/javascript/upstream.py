"""What the twins' connectors call: the services of the Python examples."""

from pathlib import Path
from runpy import run_path

app = run_path(str(Path(__file__).parents[2] / "examples" / "upstream.py"))["app"]
