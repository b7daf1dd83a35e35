"""`async def` tests that use `fake_sdk`, which need no plugin for asyncio."""

# Every pytest session on the computer imports this module: what is heavy is imported where it is used.
from __future__ import annotations

import inspect
from typing import Any

import pytest


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs an `async def` test by its `fake_sdk`, unless a plugin that knows such tests has come first."""
    __tracebackhide__ = True
    sdk: Any = pyfuncitem.funcargs.get("fake_sdk")
    if sdk is None or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {
        name: pyfuncitem.funcargs[name] for name in inspect.signature(pyfuncitem.obj).parameters
    }
    sdk.run(pyfuncitem.obj(**arguments))
    return True
