"""Changes a contact's name: a PUT request with a query parameter and a JSON payload."""

from widget import ConnectorError, Sdk

CARD = """
<section class="card" aria-labelledby="title">
  <h2 id="title">Edit a contact</h2>
  <p class="record"><strong class="name"></strong><span class="email"></span></p>
  <form data-state="idle">
    <label>First name <input name="firstName" value="Jane" required></label>
    <label>Last name <input name="lastName" value="Smith" required></label>
    <div class="send"><button>Save changes</button><p role="status"></p></div>
  </form>
</section>
"""


async def init(sdk: Sdk) -> None:
    sdk.root.innerHTML = CARD
    form, status = sdk.query("form"), sdk.query("[role=status]")
    which = {"id": sdk.props["contact"]}

    def say(state: str, message: str) -> None:
        form.dataset.state, status.textContent = state, message

    def show(contact: dict) -> None:
        sdk.query(".name").textContent = f"{contact['firstName']} {contact['lastName']}"
        sdk.query(".email").textContent = contact["email"]

    async def save() -> None:
        if form.dataset.state == "busy":
            return
        say("busy", "Saving…")
        try:
            updated = await sdk.connectors.execute(
                permalink="crm-contacts",
                method="PUT",
                query_params=which,
                payload={field.name: field.value for field in sdk.query_all("input")},
            )
        except ConnectorError as error:
            say("failed", str(error))
        else:
            show(updated)
            say("done", "Saved.")

    sdk.listen("submit", "form", save)
    try:
        show(await sdk.connectors.get("crm-contacts", query_params=which))
    except ConnectorError as error:
        say("failed", str(error))
