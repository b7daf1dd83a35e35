/** Notices from an internal service: a GET request with headers of its own. */

export async function init(sdk) {
  await sdk.whenReady();
  const { connectors } = new window.WidgetServiceSDK();
  const status = sdk.$(".widget-status");
  const failure = sdk.$(".failure");
  const content = sdk.$(".content");

  async function load() {
    // The service's logs know the request by this id: support can look it up.
    const requestId = crypto.randomUUID();
    status.textContent = sdk.$(".skeleton") ? "" : "Loading…";
    failure.textContent = "";
    try {
      const { notices } = await connectors.execute({
        permalink: "internal-api",
        method: "GET",
        headers: {
          "X-Request-Id": requestId,
          "Accept-Language": sdk.getProps().language,
        },
      });
      status.textContent = "";
      content.innerHTML = card(notices, requestId);
    } catch (error) {
      sdk.$(".skeleton")?.remove();
      status.textContent = "";
      failure.innerHTML = alertBox(error, requestId);
    }
  }

  failure.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    status.focus(); // the button goes
    load();
  });
  await load();
}

function card(notices, requestId) {
  return `
    <section class="card" aria-labelledby="title">
      <h2 id="title">Company notices</h2>
      <ul>${notices.map(item).join("")}</ul>
      <p class="empty">There are no notices today.</p>
      <p class="reference">Reference <code>${requestId}</code></p>
    </section>`;
}

function item({ published, title, body }) {
  const day = new Date(`${published}T00:00`).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "long",
  });
  return `
    <li>
      <time datetime="${escapeHtml(published)}">${escapeHtml(day)}</time>
      <strong>${escapeHtml(title)}</strong>
      <p>${escapeHtml(body)}</p>
    </li>`;
}

function alertBox(error, requestId) {
  return `
    <div class="widget-status-error" role="alert">
      <p>${escapeHtml(error.message)} Reference <code>${requestId}</code></p>
      <button>Try again</button>
    </div>`;
}

function escapeHtml(value) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(value).replace(/[&<>"']/g, (character) => entities[character]);
}
