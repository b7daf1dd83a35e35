// The seed's "Custom timeout".
export async function run() {
  const sdk = new window.WidgetServiceSDK({
    timeout: 60000,
  });
  const report = await sdk.connectors.execute({
    permalink: "report-generator",
    method: "POST",
    payload: { range: "last-90-days" },
  });
  return report;
}
