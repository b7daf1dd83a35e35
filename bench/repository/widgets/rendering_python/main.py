"""A table of 1,000 rows as an author writes it: the view goes over all of them whenever the state changes.

What changes is the same as in rendering_javascript, which holds the clock.
"""

from typing import Any

import js
from pyodide.ffi import create_proxy, to_js

from widget import Sdk

COUNT = 1_000
CHANGED = 10


async def init(sdk: Sdk) -> None:
    state = sdk.state(rows=[], chosen=None)
    made = 0

    def row(item: dict[str, Any]):
        def choose() -> None:
            state.chosen = item["id"]

        return t"""
            <tr key={item["id"]} class={["active" if item["active"] else None]}>
              <td>{item["name"]}</td>
              <td>{item["score"]:.1f}</td>
              <td><button onclick={choose}>Choose</button></td>
            </tr>
        """

    @sdk.view
    def table():
        return t"<table><tbody>{[row(item) for item in state.rows]}</tbody></table>"

    def new_row() -> dict[str, Any]:
        nonlocal made
        made += 1
        return {"id": made, "name": f"Contact {made}", "score": made / 7, "active": made % 2 == 0}

    def changed(number: int) -> dict[str, Any]:
        item = state.rows[number]
        return {**item, "name": item["name"] + "!", "score": item["score"] + 1}

    def first() -> None:
        state.rows = [new_row() for _ in range(COUNT)]

    def clear() -> None:
        state.rows = []

    def change() -> None:
        rows = [*state.rows]
        for number in range(0, len(rows), len(rows) // CHANGED):
            rows[number] = changed(number)
        state.rows = rows

    def insert() -> None:
        state.rows = [new_row(), *state.rows[:-1]]

    actions = {"first": first, "clear": clear, "change": change, "insert": insert}
    js.window.rendering_python = js.Object.fromEntries(
        to_js([[name, create_proxy(action)] for name, action in actions.items()])
    )
