/**
 * Hot replacement: what is saved is shown without loading the page again. A widget's new code is imported beside the
 * running one; where that succeeds, each instance is replaced by one that runs it.
 *
 * @import { RegistryWidget } from "../community/registry-widget.js"
 * @import { SavedWidget } from "./workbench-data.js"
 */

import { page } from "/_community/page-data.js";
import { forgetBlocking } from "./blocking-record.js";
import { forgetFlood } from "./console-record.js";
import { hideFailure, showFailure } from "./failures.js";
import { replaceInstance, rootOf } from "./instance-replacement.js";
import { installedPackages, startedRuntimes } from "./interpreters.js";
import { messageOf } from "./message-of.js";
import { notice, reloadBecause } from "./notice.js";
import { addNewWidget, TAG } from "./placed-widgets.js";
import { loaderOf } from "./widget-loader.js";
import { pythonLoaded, replacementIn } from "./workbench-python.js";

/** Milliseconds that bundling and fetching may take before somebody is told what takes long: packages that are new. */
const LONG = 1000;

/** What a widget's saved code fails with, by type, until other code is saved for it. @type {Map<string, { message: string, stack: string }>} */
const broken = new Map();

/** The properties that a widget's instances were started with, by type. @type {Map<string, Record<string, unknown>>} */
const configured = new Map();

/**
 * @param {string} type
 * @param {SavedWidget | undefined} before what the page shows; undefined for a widget that is new
 * @param {SavedWidget | undefined} after what is saved; undefined where the repository has none any more
 */
export async function showSaved(type, before, after) {
  const elements = elementsOf(type);
  if (!after) {
    if (elements.length > 0)
      notice(`${type} is gone from the repository: it stays as it was until the page is loaded.`);
    return;
  }
  if (!configured.has(type)) configured.set(type, page.registry[type]?.props ?? {});
  page.registry[type] = after.registration;
  if (elements.length === 0 && !isPlaced(type)) {
    configured.set(type, after.registration.props);
    if (!before) showNew(type);
    return;
  }
  // Of one that was out of the repository for a while, nobody knows any more what is running.
  before ??= { ...after, modules: "" };
  if (after.python !== before.python) {
    reloadBecause(`${type} is written in another language now: the page was loaded again.`);
    return;
  }
  const started = performance.now();
  forgetEarlier(type);
  forgetFlood(type);
  try {
    const failure = await replaceWidget(type, before, after, elements);
    if (failure) showAll(type, failure);
    else if (failure === null) elements.forEach(hideFailure);
  } catch (reason) {
    // What the server says of a widget that it cannot bundle, for one.
    showAll(type, { message: messageOf(reason), stack: "" });
  }
  performance.measure(`workbench:replace:${type}`, { start: started });
  tidyWhenIdle();
}

/** @param {string} type */
function elementsOf(type) {
  const found = document.querySelectorAll(`${TAG}[data-widget-type="${CSS.escape(type)}"]`);
  return /** @type {RegistryWidget[]} */ (Array.from(found));
}

/** @param {string} type */
function showNew(type) {
  const way = addNewWidget(type)
    ? "it was added to the page."
    : "add it by the workbench's tab Widgets, or load the page without ?widgets=.";
  notice(`${type} is new: ${way}`);
}

/**
 * @param {string} type
 * @param {{ message: string, stack: string }} failure
 */
function showAll(type, failure) {
  const heading = `${type} goes on as it was: what is saved does not run`;
  for (const element of elementsOf(type)) showFailure(element, { ...failure, type, heading });
}

/**
 * @param {string} type
 * @param {SavedWidget} before
 * @param {SavedWidget} after
 * @param {RegistryWidget[]} elements
 * @returns {Promise<{ message: string, stack: string } | null | undefined>} why they stay as they were; null where all run
 *   what is saved; undefined where nothing has run
 */
async function replaceWidget(type, before, after, elements) {
  if (!after.python) return replaceAll(type, elements, after, false);
  const [was, is] = [before, after].map((widget) => JSON.stringify({ ...widget, style: "" }));
  await pythonLoaded;
  const fresh = await renewed(type);
  if (was === is && (await restyle(type, elements, after, fresh.style))) return undefined;
  if (before.modules !== after.modules) {
    const failure = replaceCode(type, fresh.modules);
    if (failure) {
      broken.set(type, failure);
      // What fails later prints this itself.
      console.error(`Widget "${type}": ${failure.stack || failure.message}`);
      return failure;
    }
    broken.delete(type);
  }
  forgetBlocking(type);
  const failure = await replaceAll(type, elements, after, true);
  return failure ?? broken.get(type) ?? null;
}

/**
 * @param {string} type
 * @param {RegistryWidget[]} elements
 * @param {SavedWidget} after
 * @param {boolean} python
 */
async function replaceAll(type, elements, after, python) {
  const before = configured.get(type) ?? {};
  const failures = await Promise.all(
    elements.map((element) => replaceInstance(element, before, python)),
  );
  const failure = failures.find((each) => each !== null) ?? null;
  if (!failure) configured.set(type, after.registration.props);
  return failure;
}

/**
 * A browser keeps all that is measured until it is told not to.
 *
 * @param {string} type
 */
function forgetEarlier(type) {
  performance.clearMarks(`pyodide-widget:init:${type}`);
  performance.clearMeasures(`pyodide-widget:mount:${type}`);
  performance.clearMeasures(`workbench:replace:${type}`);
}

function tidyWhenIdle() {
  for (const runtime of startedRuntimes()) {
    const tidy = () => replacementIn(runtime).tidy();
    if (typeof requestIdleCallback === "function") requestIdleCallback(tidy);
    else setTimeout(tidy);
  }
}

/** @param {string} type */
function isPlaced(type) {
  return startedRuntimes().some(({ placed }) => placed.has(type));
}

/**
 * The widget's files as they are now, which instances are started with from now on.
 *
 * @param {string} type
 */
async function renewed(type) {
  const waiting = setTimeout(
    () => notice(`${type}: what it depends on is being fetched and built.`),
    LONG,
  );
  try {
    const { loader, root } = await loaderOf(type);
    const fresh = await loader.renew(root, type);
    if (isPlaced(type)) await install(type, loader.runtimeWith(root, type));
    return fresh;
  } finally {
    clearTimeout(waiting);
  }
}

/**
 * What the widget depends on now may be more than before. An interpreter takes a further package, and no other version of
 * one that it has.
 *
 * @param {string} type
 * @param {Promise<unknown>} installing
 */
async function install(type, installing) {
  const [before, interpreters] = [installedPackages(), startedRuntimes().length];
  await installing;
  const further = [...installedPackages()].filter((name) => !before.has(name));
  if (startedRuntimes().length > interpreters) {
    reloadBecause(
      `${type} depends on another version of a package now: the page was loaded again.`,
    );
  } else if (further.length > 0) {
    notice(`${type} depends on ${further.join(", ")} now: the page's Python has it.`);
  }
}

/**
 * @param {string} type
 * @param {Map<string, Uint8Array>} modules
 * @returns {{ message: string, stack: string } | null} why it stays as it was
 */
function replaceCode(type, modules) {
  const sources = Object.fromEntries(
    Array.from(modules, ([path, content]) => [path, new TextDecoder().decode(content)]),
  );
  for (const runtime of startedRuntimes()) {
    if (!runtime.placed.has(type)) continue;
    const failure = replacementIn(runtime).replace(type, JSON.stringify(sources));
    if (failure) return JSON.parse(failure);
  }
  return null;
}

/**
 * Gives instances that have a style of their own the new one. Those that have not started yet are replaced: each begins with
 * the files that its own entry names.
 *
 * @param {string} type
 * @param {RegistryWidget[]} elements
 * @param {SavedWidget} after
 * @param {CSSStyleSheet | null} style
 * @returns {Promise<boolean>} false where one has none, or is to lose it
 */
async function restyle(type, elements, after, style) {
  // The loader adopts its own sheet first, and then the widget's.
  const styled = elements.filter((element) => rootOf(element).adoptedStyleSheets[1]);
  const others = elements.filter((element) => !styled.includes(element));
  if (!style || others.some(({ dataset }) => dataset.widgetState !== "loading")) return false;
  const text = Array.from(style.cssRules, ({ cssText }) => cssText).join("\n");
  for (const element of styled) rootOf(element).adoptedStyleSheets[1].replaceSync(text);
  await replaceAll(type, others, after, true);
  return true;
}
