/** Changes a contact's name: a PUT request with a query parameter and a JSON payload. */

export async function init(sdk) {
  await sdk.whenReady();
  const { connectors } = new window.WidgetServiceSDK();
  const status = sdk.$(".widget-status");
  const failure = sdk.$(".widget-status-error");
  const form = sdk.$("form");
  const saved = sdk.$(".saved");
  const which = { id: sdk.getProps().contact };

  function show(contact) {
    sdk.$(".name").textContent = `${contact.firstName} ${contact.lastName}`;
    sdk.$(".email").textContent = contact.email;
  }

  async function read() {
    status.textContent = "Loading…";
    failure.hidden = true;
    try {
      const contact = await connectors.execute({
        permalink: "crm-contacts",
        method: "GET",
        queryParams: which,
      });
      show(contact);
      status.textContent = "";
    } catch (error) {
      status.textContent = "";
      failure.querySelector("p").textContent = error.message;
      failure.hidden = false;
    }
  }

  function say(state, message) {
    form.dataset.state = state;
    saved.textContent = message;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.state === "busy") return;
    say("busy", "Saving…");
    try {
      const updated = await connectors.execute({
        permalink: "crm-contacts",
        method: "PUT",
        queryParams: which,
        payload: Object.fromEntries(new FormData(form)),
      });
      show(updated);
      say("done", "Saved.");
    } catch (error) {
      say("failed", error.message);
    }
  });
  failure.querySelector("button").addEventListener("click", () => {
    status.focus(); // the button goes
    read();
  });
  await read();
}
