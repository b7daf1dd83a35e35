// The seed's "GET request with query parameters".
export async function run() {
  const sdk = new window.WidgetServiceSDK();
  const weather = await sdk.connectors.execute({
    permalink: "weather-api",
    method: "GET",
    queryParams: {
      q: "Warsaw",
      units: "metric",
    },
  });
  return weather;
}
