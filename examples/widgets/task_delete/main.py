"""Deletes a task: a DELETE request with a query parameter, made at a click."""

from datetime import date

from widget import ConnectorError, Event, Sdk

CARD = """
<section class="card" aria-labelledby="title">
  <header><h2 id="title" tabindex="-1">Open tasks</h2><p role="status"></p></header>
  <ul></ul>
  <p class="empty">Nothing left to do.</p>
  <template>
    <li><strong></strong><small></small><button>Delete</button></li>
  </template>
</section>
"""

FAILED = """
<section class="card" role="alert">
  <h2>Open tasks</h2>
  <p class="error"></p>
</section>
"""


async def init(sdk: Sdk) -> None:
    try:
        tasks = await sdk.connectors.get("task-list")
    except ConnectorError as error:
        sdk.root.innerHTML = FAILED
        sdk.query(".error").textContent = str(error)
        return

    sdk.root.innerHTML = CARD
    status = sdk.query("[role=status]")
    for task in tasks:
        append(sdk, task)

    async def delete(event: Event) -> None:
        button = event.target
        button.disabled = True
        try:
            await sdk.connectors.execute(
                permalink="task-manager",
                method="DELETE",
                query_params={"taskId": button.value},
            )
        except ConnectorError as error:
            status.className, status.textContent = "error", str(error)
            button.disabled = False
        else:
            status.className, status.textContent = "done", f"Deleted {button.value}."
            button.closest("li").remove()
            sdk.query("h2").focus()

    sdk.listen("click", "button", delete)


def append(sdk: Sdk, task: dict) -> None:
    row = sdk.query("template").content.cloneNode(True)
    row.querySelector("strong").textContent = task["title"]
    row.querySelector("small").textContent = f"Due {date.fromisoformat(task['due']):%-d %B}"
    button = row.querySelector("button")
    button.value = task["id"]
    button.ariaLabel = f"Delete {task['title']}"
    sdk.query("ul").append(row)
