"""Deletes a task: a DELETE request with a query parameter, made at a click."""

from datetime import date
from string.templatelib import Template

from widget import ConnectorError, Event, Sdk


async def init(sdk: Sdk) -> None:
    state = sdk.state(deleting=set(), outcome=None)
    tasks = sdk.resource(sdk.connectors.get, "task-list", start=False)

    async def delete(event: Event) -> None:
        task = event.key
        if task in state.deleting:
            return
        state.deleting |= {task}
        try:
            await sdk.connectors.execute(
                permalink="task-manager",
                method="DELETE",
                query_params={"taskId": task},
            )
        except ConnectorError as error:
            state.outcome = t'<span class="error">{error}</span>'
        else:
            state.outcome = f"Deleted {task}."
            tasks.value = [each for each in tasks.value or [] if each["id"] != task]
            sdk.query("h2").focus()  # the button goes
        state.deleting -= {task}

    def row(task: dict) -> Template:
        return t"""
          <li key={task["id"]}>
            <strong>{task["title"]}</strong>
            <small>Due {date.fromisoformat(task["due"]):%-d %B}</small>
            <button aria-label="Delete {task["title"]}" aria-disabled={task["id"] in state.deleting}
              onclick={delete}>Delete</button>
          </li>
        """

    def listing(tasks: list[dict]) -> Template:
        return t"""
          <ul>{map(row, tasks)}</ul>
          <p class="empty">Nothing left to do.</p>
        """

    @sdk.view
    def view() -> Template:
        return t"""
          <section class="card" aria-labelledby="title">
            <header>
              <h2 id="title" tabindex="-1">Open tasks</h2>
              <p role="status">{state.outcome}</p>
            </header>
            {tasks.show(listing)}
          </section>
        """

    await tasks.reload()
