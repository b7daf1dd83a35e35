"""Adds a contact: a POST request with a JSON payload, made when the form is sent."""

from string.templatelib import Template

from widget import ConnectorError, Event, Sdk


async def init(sdk: Sdk) -> None:
    state = sdk.state(phase="idle", message="")

    async def add(event: Event) -> None:
        if state.phase == "busy":
            return
        state.phase, state.message = "busy", "Adding the contact…"
        try:
            contact = await sdk.connectors.execute(
                permalink="crm-contacts",
                method="POST",
                payload=event.form,
            )
        except ConnectorError as error:
            state.phase, state.message = "failed", str(error)
        else:
            name = f"{contact['firstName']} {contact['lastName']}"
            state.phase, state.message = "done", f"{name} is in the CRM now, as {contact['id']}."

    @sdk.view
    def view() -> Template:
        return t"""
          <section class="card" aria-labelledby="title">
            <h2 id="title">Add a contact</h2>
            <form data-state={state.phase} onsubmit={add}>
              <label>First name <input name="firstName" value="Jane" required></label>
              <label>Last name <input name="lastName" value="Doe" required></label>
              <label>Email <input name="email" type="email" value="jane@example.com" required></label>
              <div class="send"><button>Add contact</button><p role="status">{state.message}</p></div>
            </form>
          </section>
        """
