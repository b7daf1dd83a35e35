/**
 * The entry module of every Python widget. The platform calls `init(sdk)` for each instance (platform.md §3); the
 * loader brings the page's interpreter and the widget's modules together and mounts the instance.
 */
import { due, isDue } from "./boot-policy.js";
import { bundleOf, forgetManifests } from "./bundle.js";
import { leaveFloor, missingFeatures, showUnsupported } from "./floor.js";
import { containerOf, Instance, place, typeOf } from "./instance.js";
import { forgetPackages, widgetPackage } from "./package.js";
import { pageRuntime } from "./runtime.js";

/** @typedef {import("./platform.js").WidgetSdk} WidgetSdk */

// The first statement: the host may take its time before it calls `init`.
for (const root of ownRoots()) {
  if (missingFeatures().length === 0 && isDue(containerOf(root))) {
    // What fails here fails in `begin`, which says so.
    files(root, typeOf(root)).catch(() => {});
  }
}

/** @returns {ShadowRoot[]} those that this very module was put into */
function ownRoots() {
  const hosts = document.querySelectorAll("gs-cc-registry-widget");
  const roots = Array.from(hosts, ({ shadowRoot }) => shadowRoot).filter((root) => root !== null);
  return roots.filter((root) =>
    [...root.querySelectorAll("script")].some(({ src }) => src === import.meta.url),
  );
}

/**
 * A host may call `init` twice with the same sdk.
 *
 * @type {WeakMap<WidgetSdk, Promise<void>>}
 */
const mounted = new WeakMap();

/**
 * Mounts one instance. The Promise is fulfilled when the widget is ready, has failed or is gone: a failure is shown in
 * the widget, emitted as the sdk's `error` event and printed, and is thereby dealt with.
 *
 * @param {WidgetSdk} sdk
 * @returns {Promise<void>}
 */
export function init(sdk) {
  let mounting = mounted.get(sdk);
  if (!mounting) {
    mounting = mount(sdk);
    mounted.set(sdk, mounting);
  }
  return mounting;
}

export default init;

/** @param {WidgetSdk} sdk */
async function mount(sdk) {
  leaveFloor(sdk.root);
  const missing = missingFeatures();
  if (missing.length > 0) {
    showUnsupported(sdk, containerOf(sdk.root), missing);
    return;
  }
  const instance = new Instance(sdk, begin);
  await due(instance);
  await begin(instance);
}

/** @param {Instance} instance */
async function begin(instance) {
  const { sdk } = instance;
  if (instance.gone) {
    return;
  }
  try {
    refuseWithoutConnectors(sdk);
    instance.prefetch();
    const { runtime, own } = await files(sdk.root, instance.type);
    const [started, found] = await Promise.all([
      runtime,
      own.then((found) => {
        instance.adopt(found.style);
        return found;
      }),
      sdk.whenReady(),
    ]);
    await instance.start(started, found);
  } catch (reason) {
    forgetManifests();
    instance.fail(reason instanceof Error ? reason : new Error(String(reason)));
  }
}

/**
 * Asks for all files that a widget needs, once.
 *
 * @param {ShadowRoot} root
 * @param {string} type the widget's
 */
async function files(root, type) {
  const bundle = await bundleOf(root);
  const [runtime, own] = [pageRuntime(bundle, type), widgetPackage(type, bundle)];
  // Whoever waits for them hears of a failure.
  runtime.catch(() => {});
  own.catch(() => {});
  return { runtime, own };
}

/**
 * The page's interpreter, with a widget's modules where `init` would find them; the widget is not mounted. For tests of
 * what is in those.
 *
 * @param {ShadowRoot} root that the widget's entry was put in
 * @param {string} type the widget's
 * @returns {Promise<import("./runtime.js").Runtime>}
 * @throws {Error} whose message is fit to be shown
 */
export async function runtimeWith(root, type) {
  const { runtime, own } = await files(root, type);
  const [started, found] = await Promise.all([runtime, own]);
  place(started, found);
  return started;
}

/**
 * Reads a widget's own files anew, which have changed where they are. For previews: on the platform, what is published
 * has another address.
 *
 * @param {ShadowRoot} root that the widget's entry was put in
 * @param {string} type the widget's
 * @throws {Error} whose message is fit to be shown
 */
export async function renew(root, type) {
  forgetManifests();
  forgetPackages();
  return widgetPackage(type, await bundleOf(root));
}

/** @param {WidgetSdk} sdk */
function refuseWithoutConnectors(sdk) {
  if (!sdk.connectors && !window.WidgetServiceSDK) {
    throw new Error(
      "This page has neither sdk.connectors nor window.WidgetServiceSDK, so it is not a Customer Community page. " +
        "Open the widget on one, or with `widget preview`.",
    );
  }
}
