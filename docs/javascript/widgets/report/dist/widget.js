/** Builds a report that takes a while: a POST request by a client with a longer timeout. */

export async function init(sdk) {
  await sdk.whenReady();
  const { connectors } = new window.WidgetServiceSDK({ timeout: 60000 }); // milliseconds
  const form = sdk.$("form");
  const status = sdk.$("[role=status]");

  function say(state, message) {
    form.dataset.state = state;
    status.textContent = message;
  }

  function show(rows) {
    sdk.$("tbody").innerHTML = rows.map(line).join("");
    sdk.$("table").hidden = rows.length === 0;
    sdk.$(".empty").hidden = rows.length > 0;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.state === "busy") return;
    say("busy", "Building the report. This takes a few seconds…");
    try {
      const report = await connectors.execute({
        permalink: "report-generator",
        method: "POST",
        payload: { range: form.elements.range.value },
      });
      show(report.rows);
      say("done", "The report is ready.");
    } catch (error) {
      say("failed", error.message);
    }
  });
}

function line({ category, topics, replies, solved }) {
  const share = `${Math.round(solved * 100)}%`;
  return `
    <tr>
      <th scope="row">${escapeHtml(category)}</th>
      <td>${escapeHtml(topics.toLocaleString("en-US"))}</td>
      <td>${escapeHtml(replies.toLocaleString("en-US"))}</td>
      <td class="solved" style="--share: ${share}">${share}</td>
    </tr>`;
}

function escapeHtml(value) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(value).replace(/[&<>"']/g, (character) => entities[character]);
}
