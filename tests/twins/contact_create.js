// The seed's "POST request with JSON body".
export async function run() {
  const sdk = new window.WidgetServiceSDK();
  const result = await sdk.connectors.execute({
    permalink: "crm-contacts",
    method: "POST",
    payload: {
      firstName: "Jane",
      lastName: "Doe",
      email: "jane@example.com",
    },
  });
  return result;
}
