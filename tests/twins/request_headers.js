// The seed's "Custom headers per request".
export async function run() {
  const sdk = new window.WidgetServiceSDK();
  const data = await sdk.connectors.execute({
    permalink: "internal-api",
    method: "GET",
    headers: {
      "X-Request-Id": crypto.randomUUID(),
      "Accept-Language": "en-US",
    },
  });
  return data;
}
