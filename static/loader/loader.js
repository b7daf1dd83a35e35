/**
 * The entry module of every Python widget. The platform calls `init(sdk)` for each instance (platform.md §3); the
 * loader brings the page's interpreter and the widget's modules together and mounts the instance.
 */
import { bundleOf, forgetManifests } from "./bundle.js";
import { Instance } from "./instance.js";
import { widgetPackage } from "./package.js";
import { pageRuntime } from "./runtime.js";

/** @typedef {import("./platform.js").WidgetSdk} WidgetSdk */

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
  await begin(new Instance(sdk, begin));
}

/** @param {Instance} instance */
async function begin(instance) {
  const { sdk } = instance;
  try {
    refuseWithoutConnectors(sdk);
    const bundle = await bundleOf(sdk.root);
    const [runtime, files] = await Promise.all([
      pageRuntime(bundle, instance.type),
      widgetPackage(instance.type, bundle).then((files) => {
        instance.adopt(files.style);
        return files;
      }),
      sdk.whenReady(),
    ]);
    await instance.start(runtime, files);
  } catch (reason) {
    forgetManifests();
    instance.fail(reason instanceof Error ? reason : new Error(String(reason)));
  }
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
