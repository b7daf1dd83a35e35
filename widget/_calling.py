"""Which widget's instance the code belongs to that runs.

A context variable tells it: whatever task is started from an instance's code carries it.
"""

from __future__ import annotations

import contextvars
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._instance import Instance

# Weak, because a context outlives its instance: a cancelled timer of asyncio's holds it until the time is up.
current: contextvars.ContextVar[weakref.ref[Instance]] = contextvars.ContextVar("widget_instance")


def calling_instance() -> Instance | None:
    """The instance; None where the code is no widget's, or the instance is no more."""
    reference = current.get(None)
    return reference() if reference is not None else None
