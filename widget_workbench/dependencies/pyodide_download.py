"""Fetches the files of Pyodide's own distribution."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from widget_workbench.dependencies.errors import DependencyError
from widget_workbench.dependencies.pyodide_lock import PyodideLock
from widget_workbench.dependencies.wheel_cache import WheelCache, sha256_of

_TIMEOUT = httpx.Timeout(60.0, connect=15.0)  # seconds


class NotFetchedError(Exception):
    """A file was not to be had; the message tells why, without a full stop."""


def fetched_from_pyodide(index: PyodideLock, file: str, sha256: str, cache: WheelCache) -> Path:
    """A file of Pyodide's distribution, from the cache or else from the network.

    Args:
        index: tells where the files are.
        file: its name.
        sha256: what its content has to have.
        cache: where it is kept.

    Raises:
        NotFetchedError: it is not to be had.
        DependencyError: what came is another file, or it cannot be kept.
    """
    kept = cache.find(sha256, file)
    if kept is not None:
        return kept
    host = urlsplit(index.base_url).hostname or index.base_url
    with tempfile.TemporaryDirectory(prefix="widget-") as directory:
        temporary = Path(directory, "download")
        try:
            _download(f"{index.base_url}{quote(file)}", temporary)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotFetchedError(
                f"{file} cannot be fetched from {host}: {_reason(error)}"
            ) from None
        found = sha256_of(temporary)
        if found != sha256:
            raise DependencyError(
                f"{file} came from {host} with other content than Pyodide {index.version} lists (SHA-256 {found}, not "
                f"{sha256}): nothing of it is used. Try again, or let WIDGET_PYODIDE_PACKAGES name another place."
            )
        return cache.keep(temporary, file)


def _download(url: str, target: Path) -> None:
    with (
        httpx.stream("GET", url, follow_redirects=True, timeout=_TIMEOUT) as response,
        target.open("wb") as opened,
    ):
        response.raise_for_status()
        for chunk in response.iter_bytes():
            opened.write(chunk)


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"it answers with status {error.response.status_code}"
    return str(error).strip().rstrip(".") or type(error).__name__
