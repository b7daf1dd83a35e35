"""What usually takes the place of packages that do not run in a browser."""

from __future__ import annotations

from collections.abc import Mapping

_CONNECTORS = "a widget calls other systems through sdk.connectors, which keeps addresses and secrets on the platform"
_DATABASE = "a browser has no connection to a database: put a web API before it, and call that by a connector"
_MODELS = "run the model on a server, and call that by a connector"
_IMAGES = "draw on a <canvas>, or have a server make the image"

_REPLACEMENTS: Mapping[str, str] = {
    **dict.fromkeys(
        ("aiohttp", "curl-cffi", "grpcio", "httptools", "pycurl", "requests", "urllib3"),
        _CONNECTORS,
    ),
    **dict.fromkeys(
        (
            "asyncpg",
            "cx-oracle",
            "mysqlclient",
            "oracledb",
            "psycopg",
            "psycopg-binary",
            "psycopg-c",
            "psycopg2",
            "psycopg2-binary",
            "pymssql",
            "pyodbc",
        ),
        _DATABASE,
    ),
    **dict.fromkeys(
        ("jax", "jaxlib", "onnxruntime", "tensorflow", "torch", "torchvision"), _MODELS
    ),
    **dict.fromkeys(("opencv-python", "opencv-python-headless", "pillow"), _IMAGES),
    **dict.fromkeys(
        ("numpy", "pandas", "polars"),
        "for small tables, plain lists with statistics, csv and itertools of the standard library",
    ),
    "cryptography": "the browser's own crypto.subtle; what needs a secret belongs into a connector",
    "jinja2": "template strings (t-strings) with sdk.render, which also escape",
    "lxml": "xml.etree.ElementTree or html.parser of the standard library",
    "markupsafe": "template strings (t-strings) with sdk.render, which also escape",
    "orjson": "json of the standard library",
    "ujson": "json of the standard library",
    "uvloop": "asyncio, which runs on the browser's own event loop",
}


def replacement_for(name: str) -> str | None:
    """What to do without a package; None where nothing usual is known.

    Args:
        name: the package's normalised name.
    """
    return _REPLACEMENTS.get(name)
