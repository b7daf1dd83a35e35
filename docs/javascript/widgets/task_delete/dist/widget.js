/** Deletes a task: a DELETE request with a query parameter, made at a click. */

export async function init(sdk) {
  await sdk.whenReady();
  const { connectors } = new window.WidgetServiceSDK();
  const status = sdk.$(".widget-status");
  const failure = sdk.$(".failure");
  const content = sdk.$(".content");

  async function load() {
    status.textContent = sdk.$(".skeleton") ? "" : "Loading…";
    failure.textContent = "";
    try {
      const tasks = await connectors.execute({ permalink: "task-list", method: "GET" });
      status.textContent = "";
      content.innerHTML = card(tasks);
    } catch (error) {
      sdk.$(".skeleton")?.remove();
      status.textContent = "";
      failure.innerHTML = alertBox(error);
    }
  }

  async function remove(button) {
    const message = sdk.$("header [role=status]");
    button.disabled = true;
    try {
      await connectors.execute({
        permalink: "task-manager",
        method: "DELETE",
        queryParams: { taskId: button.value },
      });
      message.className = "done";
      message.textContent = `Deleted ${button.value}.`;
      button.closest("li").remove();
      sdk.$("h2").focus();
    } catch (error) {
      message.className = "error";
      message.textContent = error.message;
      button.disabled = false;
    }
  }

  failure.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    status.focus(); // the button goes
    load();
  });
  content.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) remove(button);
  });
  await load();
}

function card(tasks) {
  return `
    <section class="card" aria-labelledby="title">
      <header><h2 id="title" tabindex="-1">Open tasks</h2><p role="status"></p></header>
      <ul>${tasks.map(row).join("")}</ul>
      <p class="empty">Nothing left to do.</p>
    </section>`;
}

function row({ id, title, due }) {
  const day = new Date(`${due}T00:00`).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "long",
  });
  return `
    <li>
      <strong>${escapeHtml(title)}</strong>
      <small>Due ${escapeHtml(day)}</small>
      <button value="${escapeHtml(id)}" aria-label="Delete ${escapeHtml(title)}">Delete</button>
    </li>`;
}

function alertBox(error) {
  return `
    <div class="widget-status-error" role="alert">
      <p>${escapeHtml(error.message)}</p>
      <button>Try again</button>
    </div>`;
}

function escapeHtml(value) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(value).replace(/[&<>"']/g, (character) => entities[character]);
}
