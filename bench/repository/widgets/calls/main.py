"""One way of calling a connector, so many times: the loops that bench/calls.py times.

`raw` is what an author would write on Pyodide alone, `library` is what this project gives them. Both call the same
host, which answers at once, and both end with plain Python values.
"""

import js
from pyodide.ffi import create_proxy, to_js

from widget import Sdk, WidgetServiceSDK

QUERY = {"q": "Warsaw", "units": "metric"}


async def init(sdk: Sdk) -> None:
    sdk.root.textContent = "Ready to time calls."
    host = js.window.WidgetServiceSDK.new().connectors
    connectors = WidgetServiceSDK().connectors

    async def raw(permalink: str, count: int) -> float:
        begin: float = js.performance.now()
        for _ in range(count):
            options = {"permalink": permalink, "method": "GET", "queryParams": QUERY}
            answer = await host.execute(to_js(options, dict_converter=js.Object.fromEntries))
            answer.to_py()
        end: float = js.performance.now()
        return end - begin

    async def library(permalink: str, count: int) -> float:
        begin: float = js.performance.now()
        for _ in range(count):
            await connectors.execute(permalink, query_params=QUERY)
        end: float = js.performance.now()
        return end - begin

    js.window.timePython = js.Object.fromEntries(
        to_js([["raw", create_proxy(raw)], ["library", create_proxy(library)]])
    )
