/** Adds a contact: a POST request with a JSON payload, made when the form is sent. */

export async function init(sdk) {
  await sdk.whenReady();
  const { connectors } = new window.WidgetServiceSDK();
  const form = sdk.$("form");
  const status = sdk.$("[role=status]");

  function say(state, message) {
    form.dataset.state = state;
    status.textContent = message;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.state === "busy") return;
    say("busy", "Adding the contact…");
    try {
      const contact = await connectors.execute({
        permalink: "crm-contacts",
        method: "POST",
        payload: Object.fromEntries(new FormData(form)),
      });
      const name = `${contact.firstName} ${contact.lastName}`;
      say("done", `${name} is in the CRM now, as ${contact.id}.`);
    } catch (error) {
      say("failed", error.message);
    }
  });
}
