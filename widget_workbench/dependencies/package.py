"""One package of a lock: which file it is, where that comes from, and what it needs."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Kind = Literal["index", "pyodide", "library", "built"]

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*\.(?:whl|zip|tar\.gz)")


def _canonical(name: str) -> str:
    if not name or canonicalize_name(name) != name:
        raise ValueError(f"{name!r} is no name in its normalised form, such as 'typing-extensions'")
    return name


def _version(text: str) -> str:
    try:
        Version(text)
    except InvalidVersion:
        raise ValueError(f"{text!r} is no version") from None
    return text


def _file_name(name: str) -> str:
    if not _FILE_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a wheel or of a source distribution")
    return name


def _link(text: str) -> str:
    try:
        Requirement(text)
    except InvalidRequirement:
        raise ValueError(f"{text!r} is no name of a package") from None
    return text


class Package(BaseModel):
    """A package in one version.

    `file` and `sha256` are the wheel's; of a `built` one, whose wheel is not the same twice, the source distribution's.
    `requires` holds the names that the browser needs along with it, each as a requirement without versions: `"anyio"`,
    `"uvicorn[standard]"`, `'h2; extra == "http2"'`.

    `kind` tells where the file comes from: the package index (`index`); Pyodide's own distribution (`pyodide`), which
    also holds shared libraries that compiled packages load, as a zip file (`library`); or a build of a source
    distribution of the index (`built`).
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    name: Annotated[str, AfterValidator(_canonical)]
    version: Annotated[str, AfterValidator(_version)]
    file: Annotated[str, AfterValidator(_file_name)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    kind: Kind
    requires: tuple[Annotated[str, AfterValidator(_link)], ...] = ()

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
