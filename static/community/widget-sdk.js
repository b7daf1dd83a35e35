/**
 * What a widget instance receives in `init(sdk)`: platform.md §3's table, member by member.
 *
 * @import { DesignTokens } from "./design-tokens.js"
 * @import { Listener } from "./event-listeners.js"
 * @import { SharedConnectorsClient } from "./connectors-client.js"
 * @import { WebSdk } from "./web-sdk.js"
 *
 * @typedef {Record<string, unknown>} Props
 *
 * @typedef {object} WidgetSdk
 * @property {ShadowRoot} root
 * @property {ShadowRoot} shadowRoot
 * @property {() => ShadowRoot} getContainer
 * @property {Document} document
 * @property {string} version
 * @property {() => { version: string, gitSha: string, buildTime: string }} getVersionInfo
 * @property {() => Promise<void>} whenReady
 * @property {() => Props} getProps
 * @property {(changes: Props) => void} setProps
 * @property {() => DesignTokens} getDesignTokens
 * @property {(selector: string) => Element | null} $
 * @property {(selector: string) => Element[]} $$
 * @property {(event: string, listener: Listener) => () => void} on
 * @property {(event: string, listener: Listener) => void} off
 * @property {(event: string, data?: unknown) => void} emit
 * @property {SharedConnectorsClient} [connectors] absent on legacy hosts
 * @property {WebSdk | undefined} web undefined off the community's pages, and on legacy hosts
 */

import { sharedConnectors } from "./connectors-client.js";
import { getDesignTokens } from "./design-tokens.js";
import { EventListeners } from "./event-listeners.js";
import { page } from "./page-data.js";
import { webSdk } from "./web-sdk.js";

const VERSION = { version: "1.0.0", gitSha: "local", buildTime: "2026-01-01T00:00:00.000Z" };

/**
 * @param {ShadowRoot} root
 * @param {Props} configured the configured values; the instance's own from here on
 * @returns {WidgetSdk} its functions need no `this`
 */
export function createWidgetSdk(root, configured) {
  const listeners = new EventListeners();
  let props = structuredClone(configured);

  return {
    root,
    shadowRoot: root,
    getContainer: () => root,
    document: root.ownerDocument,
    version: VERSION.version,
    getVersionInfo: () => ({ ...VERSION }),
    // The markup is in place before any of the widget's scripts run, so there is nothing to wait for.
    whenReady: () => Promise.resolve(),
    getProps: () => ({ ...props }),
    setProps: (changes) => {
      props = { ...props, ...changes };
      listeners.emit("propsChanged", { ...props });
    },
    getDesignTokens,
    $: (selector) => root.querySelector(selector),
    $$: (selector) => Array.from(root.querySelectorAll(selector)),
    on: (event, listener) => listeners.on(event, listener),
    off: (event, listener) => listeners.off(event, listener),
    emit: (event, data) => listeners.emit(event, data),
    ...(page.sdk === "legacy" ? {} : { connectors: sharedConnectors }),
    // Older pages have it as window.ChWebSdk alone.
    web: page.sdk === "legacy" ? undefined : webSdk,
  };
}
