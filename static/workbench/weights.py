"""What Python holds of the page's widgets. Runs in the page's Python, beside the package `widget`."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from types import FrameType
from typing import Any

from widget import _modules
from widget._instance import Instance, instances
from widget._traceback import WIDGETS_DIRECTORY

# Objects that are looked through for who holds a widget.
_MOST_LOOKED_AT = 400


def weights() -> str:
    """What is there.

    Returns:
        JSON: how many `modules` and `objects`, and `widgets`, each an instance on the page with its `type`, and how
        many `tasks` and `listeners` it has.
    """
    return json.dumps(
        {
            "modules": len(sys.modules),
            "objects": len(gc.get_objects()),
            "widgets": [
                {
                    "type": instance.type,
                    "tasks": sum(not task.done() for task in instance._tasks),
                    "listeners": len(instance._subscriptions),
                }
                for instance in instances
                if instance._stage is not None
            ],
        }
    )


def held() -> str:
    """The widgets that have left the page and that something still holds.

    Returns:
        JSON: of each its `type`, and its `holder` in words.
    """
    gc.collect()
    left = [each for each in instances if each._stage is None and not _is_parting(each)]
    return json.dumps([{"type": each.type, "holder": _holder(each)} for each in left])


def _is_parting(instance: Instance) -> bool:
    """Whether something of it still runs, as a handler of "destroy" may for some seconds."""
    return any(instance._owns(task) for task in asyncio.all_tasks())


def _holder(instance: Instance) -> str:
    globals_of = {
        id(vars(module)): name
        for name, module in list(sys.modules.items())
        if name.startswith(f"{_modules.PARENT}.")
    }
    looked_at = {id(instance)}
    waiting: list[Any] = [instance]
    own = (looked_at, waiting, globals_of)
    while waiting and len(looked_at) < _MOST_LOOKED_AT:
        thing = waiting.pop(0)
        for referrer in gc.get_referrers(thing):
            if id(referrer) in globals_of:
                name = next((key for key, value in referrer.items() if value is thing), "")
                return f"the global `{name}` of {_file_of(globals_of[id(referrer)])}"
            if not (
                id(referrer) in looked_at or referrer in own or isinstance(referrer, FrameType)
            ):
                looked_at.add(id(referrer))
                waiting.append(referrer)
    return (
        "JavaScript: a function was given to the page, such as by create_proxy, and never destroyed"
    )


def _file_of(module: str) -> str:
    file = getattr(sys.modules[module], "__file__", None) or module
    return file.replace(WIDGETS_DIRECTORY, "widgets/", 1)
