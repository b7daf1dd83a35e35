"""Pyodide's own distribution: the packages that its project builds, by the lock file that comes with its core."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from widget_workbench.dependencies.browser_python import PLATFORM, PYTHON
from widget_workbench.dependencies.errors import DependencyError
from widget_workbench.gateway.definitions import bad_fields
from widget_workbench.shipped import way_out

_DEFAULT_BASE_URL = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"


class PyodidePackage(BaseModel):
    """An entry of Pyodide's lock file, as far as it matters here."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    name: str
    version: str
    file_name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+!-]*$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    package_type: str
    depends: list[str] = []

    @property
    def canonical_name(self) -> str:
        return canonicalize_name(self.name)

    @property
    def is_shared_library(self) -> bool:
        """Whether it is a zip file of libraries that compiled packages load, not a package."""
        return self.package_type == "shared_library"

    @property
    def is_wheel(self) -> bool:
        return self.package_type == "package" and self.file_name.endswith(".whl")


class _Info(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    python: str
    abi_version: str
    arch: str


class _Document(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    info: _Info
    packages: dict[str, PyodidePackage]


@dataclass(frozen=True)
class PyodideLock:
    """The packages of one version of Pyodide, by normalised name, and where they are to be had.

    `base_url` ends with a slash.
    """

    version: str
    packages: Mapping[str, PyodidePackage]
    base_url: str

    @classmethod
    def read(cls, file: Path, base_url: str | None = None) -> PyodideLock:
        """Reads `pyodide-lock.json`; beside it stands the core's `package.json`, which tells the version.

        Args:
            file: the lock file of the core that a build ships.
            base_url: where the packages are to be had; by default where Pyodide's project publishes them.

        Raises:
            DependencyError: a file cannot be read, or is for another Python than this package knows.
        """
        version = str(_json(file.with_name("package.json")).get("version"))
        document = _validated(_json(file), file)
        _check_target(document.info, file)
        url = base_url or _DEFAULT_BASE_URL.format(version=version)
        packages = {each.canonical_name: each for each in document.packages.values()}
        return cls(version, packages, url if url.endswith("/") else f"{url}/")

    @cached_property
    def hashes(self) -> frozenset[str]:
        """Of all its files."""
        return frozenset(each.sha256 for each in self.packages.values())

    def wheel(self, name: str) -> PyodidePackage | None:
        """The package of a normalised name that is a wheel, if there is one."""
        found = self.packages.get(name)
        return found if found is not None and found.is_wheel else None

    def dependencies(self, package: PyodidePackage) -> tuple[PyodidePackage, ...]:
        """The entries that Pyodide loads before a package: packages that it needs, and shared libraries."""
        names = (canonicalize_name(name) for name in package.depends)
        return tuple(self.packages[name] for name in names if name in self.packages)


def _json(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_bytes())
    except OSError as error:
        raise DependencyError(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise DependencyError(
            f"{file} is no JSON, as Pyodide's list of packages has to be ({error}): {way_out()}."
        ) from None
    return document if isinstance(document, dict) else {}


def _validated(document: dict[str, Any], file: Path) -> _Document:
    try:
        return _Document.model_validate(document)
    except ValidationError as error:
        path, reason = next(iter(bad_fields(error)))
    raise DependencyError(
        f"{file} is no list of Pyodide's packages: `{path}`: {reason}; {way_out()}."
    )


def _check_target(info: _Info, file: Path) -> None:
    platform = f"pyemscripten_{info.abi_version}_{info.arch}"
    if (info.python, platform) != (PYTHON, PLATFORM):
        raise DependencyError(
            f"{file} is for Python {info.python} on {platform}, and this widget-workbench builds for Python {PYTHON} "
            f"on {PLATFORM}: {way_out()}."
        )
