// The seed's "DELETE request".
export async function run() {
  const sdk = new window.WidgetServiceSDK();
  await sdk.connectors.execute({
    permalink: "task-manager",
    method: "DELETE",
    queryParams: { taskId: "task-99" },
  });
}
