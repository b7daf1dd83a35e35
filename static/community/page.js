/**
 * The fake community page: brings the globals, then places the widgets.
 *
 * Global, as on the platform: `WidgetServiceSDK`, `ChWebSdk` (not on embeds), `<gs-cc-registry-widget>`. Global for tests
 * and the workbench alone, so that no widget may rely on it: `community`, with
 *
 * - `setDesignTokens({name: value})`: changes design tokens page-wide; null takes a value away;
 * - `setProps(element, props)`: merges props into the instance that the element shows, as its own
 *   `sdk.setProps` does;
 * - `sdkOf(element)`: the instance's sdk, undefined while the element shows none;
 * - `renewCsrfToken()`, `expireCsrfToken()`: the page's token, as a host renews it or time takes it;
 * - `resetContent()`: the embedded community is again as at the preview's start.
 */

import { communityApi } from "./community-api.js";
import { WidgetServiceSDK } from "./connectors-client.js";
import { expireCsrfToken, renewCsrfToken } from "./csrf-renewal.js";
import { setDesignTokens } from "./design-tokens.js";
import { enableNavigationMenu } from "./navigation-menu.js";
import { page } from "./page-data.js";
import { RegistryWidget } from "./registry-widget.js";
import { enableTopicSearch } from "./topic-search.js";
import { webSdk } from "./web-sdk.js";

const TAG = "gs-cc-registry-widget";

Object.assign(window, {
  WidgetServiceSDK,
  ...(webSdk && { ChWebSdk: webSdk }),
  community: { setDesignTokens, setProps, sdkOf, renewCsrfToken, expireCsrfToken, resetContent },
});
customElements.define(TAG, RegistryWidget);

enableNavigationMenu();
enableTopicSearch();
keepParametersOnSignIn();
placeWidgets();

/** @returns {Promise<void>} */
async function resetContent() {
  await communityApi("POST", "reset");
}

/** @param {RegistryWidget} element */
function sdkOf(element) {
  return RegistryWidget.sdkOf(element);
}

/**
 * @param {RegistryWidget} element
 * @param {Record<string, unknown>} props
 */
function setProps(element, props) {
  const sdk = sdkOf(element);
  if (!sdk) throw new Error(`The <${TAG}> shows no widget: put it on the page first.`);
  sdk.setProps(props);
}

function placeWidgets() {
  for (const { type, container } of page.placed) {
    const widget = document.createElement(TAG);
    widget.dataset.widgetType = type;
    zone(container).append(widget);
  }
}

/**
 * @param {string} container
 * @returns {Element} the full-width zone for a container that this page does not have
 */
function zone(container) {
  const zones = Array.from(document.querySelectorAll(".zone"));
  const [fullWidth] = zones;
  if (!fullWidth) throw new Error("The page has no zones to place widgets in.");
  return zones.find((element) => element.getAttribute("data-container") === container) ?? fullWidth;
}

/** Without a script the link still signs in, but forgets the page's other parameters. */
function keepParametersOnSignIn() {
  const link = /** @type {HTMLAnchorElement | null} */ (
    document.querySelector("a[data-sign-in-as]")
  );
  link?.addEventListener("click", () => {
    // As they are by then.
    const parameters = new URLSearchParams(location.search);
    parameters.set("user", link.dataset.signInAs ?? "member");
    link.href = `?${parameters}`;
  });
}
