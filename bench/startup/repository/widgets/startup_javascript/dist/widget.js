/** The start-up widget in JavaScript, in the official template's shape: static HTML, one call, its answer. */

export async function init(sdk) {
  performance.mark("pyodide-widget:init:startup_javascript");
  await sdk.whenReady();
  const { temperature, description } = await sdk.connectors.execute({
    permalink: "weather-api",
    method: "GET",
    queryParams: { q: "Warsaw" },
  });
  sdk.$("p").textContent = `${temperature} °C, ${description}`;
}
