/** The weather in one city: a GET request with query parameters, made as the widget starts. */

export async function init(sdk) {
  await sdk.whenReady();
  const { connectors } = new window.WidgetServiceSDK();
  const status = sdk.$(".widget-status");
  const failure = sdk.$(".failure");
  const content = sdk.$(".content");
  let latest = 0;

  async function refresh() {
    const { city, units } = sdk.getProps();
    const call = ++latest; // an earlier call may be answered later
    status.textContent = sdk.$(".skeleton") ? "" : "Loading…";
    failure.textContent = "";
    try {
      const weather = await connectors.execute({
        permalink: "weather-api",
        method: "GET",
        queryParams: { q: city, units },
      });
      if (call !== latest) return;
      status.textContent = "";
      content.innerHTML = card(weather, units);
    } catch (error) {
      if (call !== latest) return;
      sdk.$(".skeleton")?.remove();
      status.textContent = "";
      failure.innerHTML = alertBox(error);
    }
  }

  failure.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    status.focus(); // the button goes
    refresh();
  });
  sdk.on("propsChanged", refresh);
  await refresh();
}

function card(weather, units) {
  const imperial = units === "imperial";
  const temperature = (degrees) => `${Math.round(degrees)} °${imperial ? "F" : "C"}`;
  const speed = `${Math.round(weather.wind.speed)} ${imperial ? "mph" : "m/s"}`;
  const description = weather.description.charAt(0).toUpperCase() + weather.description.slice(1);
  return `
    <section class="card" aria-labelledby="city">
      <h2 id="city">${escapeHtml(weather.name)}, ${escapeHtml(weather.country)}</h2>
      <p class="now">
        <span class="temperature">${temperature(weather.temperature)}</span>
        <span class="sky" data-sky="${escapeHtml(weather.sky)}" aria-hidden="true"></span>
      </p>
      <p class="description">${escapeHtml(description)}</p>
      <dl>
        <div><dt>Feels like</dt><dd>${temperature(weather.feelsLike)}</dd></div>
        <div><dt>Humidity</dt><dd>${escapeHtml(weather.humidity)} %</dd></div>
        <div><dt>Wind</dt><dd>${speed}</dd></div>
      </dl>
    </section>`;
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
