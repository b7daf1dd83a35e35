"""`widgets.lock`, at a repository's root: JSON that its authors commit, and that holds no address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from widget_workbench.dependencies.atomic_file import write_atomically
from widget_workbench.dependencies.errors import DependencyError
from widget_workbench.dependencies.lock import FORMAT, Lock
from widget_workbench.gateway.definitions import bad_fields

FILE = "widgets.lock"

_WAY_OUT = "Restore it from version control, or delete it to have it made anew"


def read_lock(root: Path) -> Lock | None:
    """The lock of a repository; None where it has none.

    Args:
        root: the repository.

    Raises:
        DependencyError: the file is there and cannot be used.
    """
    try:
        content = (root / FILE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DependencyError(f"{FILE} cannot be read: {error.strerror}.") from None
    return _lock(_document(content))


def write_lock(root: Path, lock: Lock) -> None:
    """Writes a repository's lock; whoever reads it meanwhile gets the old or the new one, whole.

    Raises:
        DependencyError: it cannot be written.
    """
    text = json.dumps(lock.model_dump(mode="json"), indent=2, sort_keys=True, ensure_ascii=False)
    try:
        write_atomically(root / FILE, f"{text}\n".encode())
    except OSError as error:
        raise DependencyError(f"{FILE} cannot be written: {error.strerror}.") from None


def remove_lock(root: Path) -> None:
    """Removes a repository's lock, if it has one.

    Raises:
        DependencyError: it cannot be removed.
    """
    try:
        (root / FILE).unlink(missing_ok=True)
    except OSError as error:
        raise DependencyError(f"{FILE} cannot be removed: {error.strerror}.") from None


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DependencyError(f"{FILE} is not JSON ({error}). {_WAY_OUT}.") from None
    if not isinstance(document, dict):
        raise DependencyError(f"{FILE} is not an object. {_WAY_OUT}.")
    found = document.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise DependencyError(
            f"{FILE} is of format {found}, and this widget-workbench knows formats up to {FORMAT}: update it."
        )
    return document


def _lock(document: dict[str, Any]) -> Lock:
    try:
        # The strict models take JSON's lists for tuples from JSON only.
        return Lock.model_validate_json(json.dumps(document))
    except ValidationError as error:
        path, reason = next(iter(bad_fields(error, Lock)))
        place = f"`{path}`: " if path else ""
    raise DependencyError(f"{FILE} cannot be used: {place}{reason}. {_WAY_OUT}.")
