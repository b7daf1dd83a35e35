"""A package index in a directory, with wheels and source distributions made for tests; and Pyodide's stand-in."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from widget_workbench.dependencies import PyodideLock
from widget_workbench.dependencies.pyodide_lock import PyodidePackage

BROWSER_TAG = "cp314-cp314-pyemscripten_2026_0_wasm32"

# A build backend that needs nothing: it packs what lies in `package/` by what stands in `package.json`.
_BACKEND = """
import base64, hashlib, json, os, pathlib, zipfile

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    told = json.loads(pathlib.Path("package.json").read_text())
    if told["compiles"]:
        raise RuntimeError("no compiler: " + os.environ["CC"])
    if told["fails"]:
        raise ValueError(told["fails"])
    name = told["wheel"]
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as archive:
        for path, content in told["files"].items():
            archive.writestr(path, content)
    return name
"""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def wheel_files(
    name: str,
    version: str,
    files: Mapping[str, str | bytes] | None = None,
    *,
    requires: Sequence[str] = (),
    extras: Sequence[str] = (),
    requires_python: str = "",
    tag: str = "py3-none-any",
) -> dict[str, bytes]:
    """The content of a wheel, with its metadata and its RECORD."""
    module = name.replace("-", "_")
    dist_info = f"{module}-{version}.dist-info"
    metadata = [
        *("Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"),
        *(f"Requires-Dist: {each}" for each in requires),
        *(f"Provides-Extra: {each}" for each in extras),
        *([f"Requires-Python: {requires_python}"] if requires_python else []),
    ]
    texts = files if files is not None else {f"{module}/__init__.py": f"version = {version!r}\n"}
    content = {path: _bytes(each) for path, each in texts.items()}
    content[f"{dist_info}/METADATA"] = _bytes("\n".join(metadata) + "\n")
    content[f"{dist_info}/WHEEL"] = _bytes(f"Wheel-Version: 1.0\nTag: {tag}\n")
    content[f"{dist_info}/RECORD"] = record(content, dist_info)
    return content


def record(content: Mapping[str, bytes], dist_info: str) -> bytes:
    rows = [f"{path},{record_hash(each)},{len(each)}" for path, each in content.items()]
    return _bytes("\n".join([*rows, f"{dist_info}/RECORD,,"]) + "\n")


def record_hash(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"


def zipped(content: Mapping[str, bytes]) -> bytes:
    """A zip file that is the same whenever it is made."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, each in content.items():
            archive.writestr(zipfile.ZipInfo(path), each, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def file_name(name: str, version: str, tag: str = "py3-none-any") -> str:
    return f"{name.replace('-', '_')}-{version}-{tag}.whl"


class PackageIndex:
    """What pip finds at `url`.

    Args:
        directory: the one to make it in.
    """

    def __init__(self, directory: Path) -> None:
        self._simple = directory / "simple"
        self._simple.mkdir(parents=True)

    @property
    def url(self) -> str:
        return self._simple.as_uri()

    def wheel(
        self,
        name: str,
        version: str = "1.0",
        *requires: str,
        tag: str = "py3-none-any",
        yanked: str | None = None,
        **metadata: Any,
    ) -> bytes:
        """Adds a wheel; gives its content."""
        content = zipped(wheel_files(name, version, requires=requires, tag=tag, **metadata))
        self.file(name, file_name(name, version, tag), content, yanked=yanked)
        return content

    def source(
        self,
        name: str,
        version: str = "1.0",
        *requires: str,
        tag: str = "py3-none-any",
        compiles: bool = False,
        fails: str = "",
    ) -> bytes:
        """Adds a source distribution that builds with nothing else; gives its content."""
        content = wheel_files(name, version, requires=requires, tag=tag)
        package = {
            "wheel": file_name(name, version, tag),
            "files": {path: each.decode() for path, each in content.items()},
            "compiles": compiles,
            "fails": fails,
        }
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        packed = _tar(
            f"{name.replace('-', '_')}-{version}",
            {
                "PKG-INFO": metadata,
                "backend.py": _BACKEND,
                "package.json": json.dumps(package),
                "pyproject.toml": "[build-system]\nrequires = []\n"
                'build-backend = "backend"\nbackend-path = ["."]\n',
            },
        )
        self.file(name, f"{name.replace('-', '_')}-{version}.tar.gz", packed)
        return packed

    def file(self, name: str, file: str, content: bytes, yanked: str | None = None) -> None:
        """Adds a file of a package, or puts it in another one's place."""
        directory = self._simple / name
        directory.mkdir(exist_ok=True)
        (directory / file).write_bytes(content)
        mark = "" if yanked is None else f' data-yanked="{yanked}"'
        page = directory / "index.html"
        lines = page.read_text().splitlines() if page.exists() else ["<!DOCTYPE html>"]
        lines = [line for line in lines if f">{file}<" not in line]
        lines.append(f'<a href="{file}#sha256={sha256(content)}"{mark}>{file}</a>')
        page.write_text("\n".join(lines) + "\n")

    def remove(self, name: str) -> None:
        """The package was never heard of."""
        for each in (self._simple / name).iterdir():
            each.unlink()
        (self._simple / name).rmdir()


class PyodideStandIn:
    """Pyodide's own packages, served from a directory.

    Args:
        directory: the one to serve.
        url: where it is served.
    """

    def __init__(self, directory: Path, url: str) -> None:
        self._directory = directory
        self._packages: dict[str, PyodidePackage] = {}
        self.url = url

    @property
    def lock(self) -> PyodideLock:
        return PyodideLock("314.0.7", dict(self._packages), self.url)

    def wheel(
        self,
        name: str,
        version: str = "1.0",
        *requires: str,
        depends: Sequence[str] = (),
        tag: str = BROWSER_TAG,
    ) -> bytes:
        """Adds a wheel; gives its content."""
        content = zipped(wheel_files(name, version, requires=requires, tag=tag))
        self._add(name, version, file_name(name, version, tag), content, "package", depends)
        return content

    def library(self, name: str, version: str = "1.0", depends: Sequence[str] = ()) -> bytes:
        """Adds a shared library; gives its content."""
        content = zipped({f"{name}.so": b"\0asm"})
        self._add(name, version, f"{name}-{version}.zip", content, "shared_library", depends)
        return content

    def change(self, file: str, content: bytes) -> None:
        (self._directory / file).write_bytes(content)

    def remove(self, file: str) -> None:
        (self._directory / file).unlink()

    def _add(
        self,
        name: str,
        version: str,
        file: str,
        content: bytes,
        package_type: str,
        depends: Sequence[str],
    ) -> None:
        self.change(file, content)
        self._packages[name] = PyodidePackage(
            name=name,
            version=version,
            file_name=file,
            sha256=sha256(content),
            package_type=package_type,
            depends=list(depends),
        )


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing: requests are not what a test shows."""


@contextmanager
def served(directory: Path) -> Iterator[PyodideStandIn]:
    """A stand-in on a free port of this computer."""
    directory.mkdir()
    handler = partial(_QuietHandler, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield PyodideStandIn(directory, f"http://127.0.0.1:{server.server_port}/")
        finally:
            server.shutdown()
            thread.join()


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _tar(top: str, files: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(f"{top}/{path}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()
