"""Adds a contact: a POST request with a JSON payload, made when the form is sent."""

from widget import ConnectorError, Sdk

CARD = """
<section class="card" aria-labelledby="title">
  <h2 id="title">Add a contact</h2>
  <form data-state="idle">
    <label>First name <input name="firstName" value="Jane" required></label>
    <label>Last name <input name="lastName" value="Doe" required></label>
    <label>Email <input name="email" type="email" value="jane@example.com" required></label>
    <div class="send"><button>Add contact</button><p role="status"></p></div>
  </form>
</section>
"""


async def init(sdk: Sdk) -> None:
    sdk.root.innerHTML = CARD
    form, status = sdk.query("form"), sdk.query("[role=status]")

    def say(state: str, message: str) -> None:
        form.dataset.state, status.textContent = state, message

    async def add() -> None:
        if form.dataset.state == "busy":
            return
        say("busy", "Adding the contact…")
        try:
            contact = await sdk.connectors.execute(
                permalink="crm-contacts",
                method="POST",
                payload={field.name: field.value for field in sdk.query_all("input")},
            )
        except ConnectorError as error:
            say("failed", str(error))
        else:
            name = f"{contact['firstName']} {contact['lastName']}"
            say("done", f"{name} is in the CRM now, as {contact['id']}.")

    sdk.listen("submit", "form", add)
