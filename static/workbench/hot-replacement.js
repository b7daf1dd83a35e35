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
import { noteStart, replaceInstance, rootOf } from "./instance-replacement.js";
import { installedPackages, startedRuntimes } from "./interpreters.js";
import { messageOf } from "./message-of.js";
import { notice, reloadBecause } from "./notice.js";
import { addNewWidget, TAG } from "./placed-widgets.js";
import { loaderOf } from "./widget-loader.js";
import { pythonLoaded, replacementIn } from "./workbench-python.js";

/** Milliseconds that bundling and fetching may take before somebody is told what takes long: packages that are new. */
const LONG = 1000;

/** What the instances on the page run, by type, where it is known; what is saved may have failed. @type {Map<string, SavedWidget>} */
const running = new Map();

/**
 * What cannot be imported, by type: of which modules, and why.
 *
 * @type {Map<string, { modules: string, failure: Failure }>}
 */
const broken = new Map();

/** The types of which it is told that they go on as they were. @type {Set<string>} */
const told = new Set();

/** @typedef {{ message: string, stack: string }} Failure */

/**
 * @param {string} type
 * @param {SavedWidget | undefined} before what was saved before; undefined for a widget that is new
 * @param {SavedWidget | undefined} after what is saved; undefined where the repository has none any more
 */
export async function showSaved(type, before, after) {
  const elements = elementsOf(type);
  elements.forEach(noteStart);
  if (before && !running.has(type)) running.set(type, before);
  if (!after) {
    if (elements.length > 0)
      notice(`${type} is gone from the repository: it stays as it was until the page is loaded.`);
    return;
  }
  page.registry[type] = after.registration;
  if (elements.length === 0 && !isPlaced(type)) {
    running.set(type, after);
    if (!before) showNew(type);
    return;
  }
  if (after.python !== (running.get(type) ?? after).python) {
    reloadBecause(`${type} is written in another language now: the page was loaded again.`);
    return;
  }
  const started = performance.now();
  forgetEarlier(type);
  forgetFlood(type);
  try {
    tellOutcome(type, elements, await replaceWidget(type, after));
  } catch (reason) {
    // What the server says of a widget that it cannot bundle, for one.
    tellOutcome(type, elements, { message: messageOf(reason), stack: "" });
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
 * @param {RegistryWidget[]} before its instances before that; what those that replace them fail with is told by the host
 * @param {Failure | null | undefined} outcome of `replaceWidget`
 */
function tellOutcome(type, before, outcome) {
  if (outcome) {
    const heading = `${type} goes on as it was: what is saved does not run`;
    for (const element of elementsOf(type)) showFailure(element, { ...outcome, type, heading });
    told.add(type);
  } else if (outcome === null || (told.has(type) && !broken.has(type))) {
    before.forEach(hideFailure);
    told.delete(type);
  }
}

/**
 * @param {string} type
 * @param {SavedWidget} after
 * @returns {Promise<Failure | null | undefined>} why instances stay as they were; null where all run what is saved;
 *   undefined where no code has run
 */
async function replaceWidget(type, after) {
  if (!after.python) {
    const failure = await replaceAll(elementsOf(type), false);
    if (!failure) running.set(type, after);
    return failure;
  }
  await pythonLoaded;
  const fresh = await renewed(type);
  const runs = running.get(type);
  const known = broken.get(type);
  const cannotRun = known?.modules === after.modules;
  // What is known not to run is not tried again; all else of the widget is shown beside it.
  const next = cannotRun ? { ...after, modules: runs?.modules ?? "" } : after;
  if (!cannotRun) broken.delete(type);
  if (runs && differOnlyInStyle(runs, next) && (await restyle(elementsOf(type), fresh.style))) {
    running.set(type, next);
    return undefined;
  }
  if (next.modules !== runs?.modules) {
    const failure = replaceCode(type, fresh.modules);
    if (failure) {
      broken.set(type, { modules: after.modules, failure });
      // What fails later prints this itself.
      console.error(`Widget "${type}": ${failure.stack || failure.message}`);
      return failure;
    }
  }
  running.set(type, next);
  forgetBlocking(type);
  const failure = await replaceAll(elementsOf(type), true);
  return failure ?? (cannotRun ? known.failure : null);
}

/**
 * @param {SavedWidget} one
 * @param {SavedWidget} other
 */
function differOnlyInStyle(one, other) {
  const [was, is] = [one, other].map((widget) => JSON.stringify({ ...widget, style: "" }));
  return was === is;
}

/**
 * @param {RegistryWidget[]} elements
 * @param {boolean} python
 */
async function replaceAll(elements, python) {
  const failures = await Promise.all(elements.map((element) => replaceInstance(element, python)));
  return failures.find((each) => each !== null) ?? null;
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
 * @param {RegistryWidget[]} elements
 * @param {CSSStyleSheet | null} style
 * @returns {Promise<boolean>} false where one has none, or is to lose it
 */
async function restyle(elements, style) {
  // The loader adopts its own sheet first, and then the widget's.
  const styled = elements.filter((element) => rootOf(element).adoptedStyleSheets[1]);
  const others = elements.filter((element) => !styled.includes(element));
  if (!style || others.some(({ dataset }) => dataset.widgetState !== "loading")) return false;
  const text = Array.from(style.cssRules, ({ cssText }) => cssText).join("\n");
  for (const element of styled) rootOf(element).adoptedStyleSheets[1].replaceSync(text);
  await replaceAll(others, true);
  return true;
}
