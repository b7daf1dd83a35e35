"""The start-up widget on a bare interpreter, Pyodide or MicroPython, with the host's SDK through `js`.

The module of each widget that runs this has put `startup` on the page: the sdk, and whom to tell when all is shown.
"""

import asyncio
import json

import js


async def init(sdk: js.Object) -> None:
    js.performance.mark("pyodide-widget:init:" + sdk.root.host.dataset.widgetType)
    card = js.document.createElement("section")
    card.className = "card"
    heading, report = js.document.createElement("h2"), js.document.createElement("p")
    heading.textContent = "Weather in Warsaw"
    report.textContent = "Asking the weather service"
    card.append(heading, report)
    sdk.root.append(card)
    request = {"permalink": "weather-api", "method": "GET", "queryParams": {"q": "Warsaw"}}
    weather = await sdk.connectors.execute(js.JSON.parse(json.dumps(request)))
    report.textContent = f"{weather.temperature} °C, {weather.description}"
    js.startup.shown()


# A loop's tasks are only as safe as the references to them.
tasks = [asyncio.create_task(init(js.startup.sdk))]
