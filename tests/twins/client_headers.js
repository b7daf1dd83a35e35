// The seed's "Global headers via constructor".
export async function run() {
  const sdk = new window.WidgetServiceSDK({
    headers: {
      "X-App-Version": "2.1.0",
      "X-Client": "custom-widget",
    },
  });
  const data = await sdk.connectors.execute({
    permalink: "analytics-api",
    method: "GET",
  });
  return data;
}
