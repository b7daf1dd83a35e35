/** The community's week in figures: headers that go with every request of one client. */

export async function init(sdk) {
  await sdk.whenReady();
  const { connectors } = new window.WidgetServiceSDK({
    headers: { "X-App-Version": "2.1.0", "X-Client": "custom-widget" },
  });
  const status = sdk.$(".widget-status");
  const failure = sdk.$(".failure");
  const content = sdk.$(".content");

  async function load() {
    status.textContent = sdk.$(".skeleton") ? "" : "Loading…";
    failure.textContent = "";
    try {
      const { metrics } = await connectors.execute({ permalink: "analytics-api", method: "GET" });
      status.textContent = "";
      content.innerHTML = card(metrics);
    } catch (error) {
      sdk.$(".skeleton")?.remove();
      status.textContent = "";
      failure.innerHTML = alertBox(error);
    }
  }

  failure.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    status.focus(); // the button goes
    load();
  });
  await load();
}

function card(metrics) {
  const figures = metrics.length
    ? `<dl>${metrics.map(figure).join("")}</dl>`
    : `<p class="empty">Nothing was counted yet.</p>`;
  return `
    <section class="card" aria-labelledby="title">
      <h2 id="title">This week</h2>
      <p class="note">Compared with the week before</p>
      ${figures}
    </section>`;
}

function figure({ label, days, total, change }) {
  const percent = change.toLocaleString("en-US", {
    style: "percent",
    minimumFractionDigits: 1,
    signDisplay: "always",
  });
  return `
    <div>
      <dt>${escapeHtml(label)}</dt>
      <dd>
        <span class="total">${escapeHtml(total.toLocaleString("en-US"))}</span>
        <span class="change" data-trend="${change > 0 ? "up" : "down"}">${escapeHtml(percent)}</span>
      </dd>
      <svg viewBox="0 0 6 100" preserveAspectRatio="none" aria-hidden="true">
        <polyline points="${sparkline(days)}"/>
      </svg>
    </div>`;
}

/** Points of a line over a view box of 0 to 6 by 0 to 100, the largest value at the top. */
function sparkline(days) {
  const highest = Math.max(...days);
  return days.map((count, day) => `${day},${Math.round(100 - (100 * count) / highest)}`).join(" ");
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
