"""Changes a contact's name: a PUT request with a query parameter and a JSON payload."""

from string.templatelib import Template
from typing import TYPE_CHECKING

from widget import ConnectorError, Event, Sdk

if TYPE_CHECKING:
    from ._props import Props


async def init(sdk: Sdk[Props]) -> None:
    which = {"id": sdk.props["contact"]}
    state = sdk.state(phase="idle", message="")

    async def read() -> dict:
        return await sdk.connectors.get("crm-contacts", query_params=which)

    async def save(event: Event) -> None:
        if state.phase == "busy":
            return
        state.phase, state.message = "busy", "Saving…"
        try:
            contact.value = await sdk.connectors.execute(
                permalink="crm-contacts",
                method="PUT",
                query_params=which,
                payload=event.form,
            )
        except ConnectorError as error:
            state.phase, state.message = "failed", str(error)
        else:
            state.phase, state.message = "done", "Saved."

    contact = sdk.resource(read, start=False)

    @sdk.view
    def view() -> Template:
        return t"""
          <section class="card" aria-labelledby="title">
            <h2 id="title">Edit a contact</h2>
            {contact.show(record)}
            <form data-state={state.phase} onsubmit={save}>
              <label>First name <input name="firstName" value="Jane" required></label>
              <label>Last name <input name="lastName" value="Smith" required></label>
              <div class="send"><button>Save changes</button><p role="status">{state.message}</p></div>
            </form>
          </section>
        """

    await contact.reload()


def record(contact: dict) -> Template:
    return t"""
      <p class="record">
        <strong class="name">{contact["firstName"]} {contact["lastName"]}</strong>
        <span class="email">{contact["email"]}</span>
      </p>
    """
