// The seed's "PUT request to update a resource".
export async function run() {
  const sdk = new window.WidgetServiceSDK();
  const updated = await sdk.connectors.execute({
    permalink: "crm-contacts",
    method: "PUT",
    queryParams: { id: "contact-42" },
    payload: {
      firstName: "Jane",
      lastName: "Smith",
    },
  });
  return updated;
}
