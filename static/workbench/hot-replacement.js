/**
 * Hot replacement: what is saved is shown without loading the page again. A widget's new code is imported beside the
 * running one; where that succeeds, an instance in its place is started out of sight, with the properties and the state
 * of the old one, and takes its place as soon as it shows something.
 *
 * @import { RegistryWidget } from "../community/registry-widget.js"
 * @import { WidgetFailure } from "./widget-failure.js"
 * @import { Saved, SavedWidget } from "./workbench-data.js"
 */

import { page } from "/_community/page-data.js";
import { forgetBlocking } from "./blocking-record.js";
import { hideFailure, showFailure } from "./failures.js";
import { focusAt, focusIn } from "./focus.js";
import { handOnChanges } from "./instance-props.js";
import { installedPackages, startedRuntimes } from "./interpreters.js";
import { messageOf } from "./message-of.js";
import { notice, reloadBecause } from "./notice.js";
import {
  addNewWidget,
  PENDING,
  placementChanged,
  registryWidget,
  TAG,
  typeOf,
} from "./placed-widgets.js";
import { showProblems } from "./repository-problems.js";
import { loaderOf } from "./widget-loader.js";
import { changedTypes, nowSaved, workbench } from "./workbench-data.js";
import { pythonLoaded, replacementIn } from "./workbench-python.js";

/** Milliseconds that the old instance stays where the new one shows something, but is not ready. */
const PATIENCE = 200;

/** Milliseconds that it stays where the new one shows nothing: what is saved meanwhile waits. */
const LONGEST = 3000;

/** Follows what is saved from now on. */
export function followSaves() {
  if (!workbench.follows) return;
  let turn = Promise.resolve();
  /** @param {MessageEvent<string>} message */
  const hear = ({ data }) => {
    /** @type {Saved} */
    const saved = JSON.parse(data);
    // One after another: each has to find what the one before has left.
    turn = turn
      .then(() => show(workbench, saved))
      .then(() => nowSaved(saved))
      .catch((reason) =>
        console.error("What was saved could not be shown: load the page again.", reason),
      );
  };
  /** @type {EventSource | null} */
  let source = null;
  const follow = () => {
    source?.close();
    source = null;
    // A browser has six connections to a server, for all of its tabs, and each that is open takes one.
    if (document.visibilityState === "visible") {
      source = new EventSource("/_preview/changes");
      source.addEventListener("message", hear);
    }
  };
  document.addEventListener("visibilitychange", follow);
  // What the page itself asks for goes first.
  if (document.readyState === "complete") follow();
  else addEventListener("load", () => setTimeout(follow), { once: true });
}

/**
 * @param {Saved} before
 * @param {Saved} after
 */
async function show(before, after) {
  if (after.server !== before.server) {
    // The preview was started anew, and knows nothing of what this page was given.
    location.reload();
    return;
  }
  if (JSON.stringify(before.problems) !== JSON.stringify(after.problems))
    showProblems(after.problems);
  // One that has gone stays as it is.
  const types = changedTypes(before, after).filter((type) => type in after.widgets);
  await Promise.all(
    types.map((type) => showWidget(type, before.widgets[type], after.widgets[type])),
  );
}

/**
 * @param {string} type
 * @param {SavedWidget | undefined} before
 * @param {SavedWidget} after
 */
async function showWidget(type, before, after) {
  const configured = page.registry[type]?.props ?? {};
  page.registry[type] = after.registration;
  const elements = /** @type {RegistryWidget[]} */ (
    Array.from(document.querySelectorAll(`${TAG}[data-widget-type="${CSS.escape(type)}"]`))
  );
  if (elements.length === 0 && !isPlaced(type)) {
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
  try {
    const failure = await replaceWidget(type, before, after, elements, configured);
    if (failure) showAll(elements, { ...failure, type, heading: goesOn(type) });
    else elements.forEach(hideFailure);
  } catch (reason) {
    // What the server says of a widget that it cannot bundle, for one.
    showAll(elements, {
      type,
      heading: goesOn(type),
      message: messageOf(reason),
      stack: "",
    });
  }
  performance.measure(`workbench:replace:${type}`, { start: started });
  tidyWhenIdle();
}

/** @param {string} type */
function showNew(type) {
  const way = addNewWidget(type)
    ? "it was added to the page."
    : "add it by the workbench's tab Widgets, or load the page without ?widgets=.";
  notice(`${type} is new: ${way}`);
}

/** @param {string} type */
function goesOn(type) {
  return `${type} goes on as it was: what is saved does not run`;
}

/**
 * @param {HTMLElement[]} elements
 * @param {import("./widget-failure.js").WidgetFailure} failure
 */
function showAll(elements, failure) {
  for (const element of elements) showFailure(element, failure);
}

/**
 * @param {string} type
 * @param {SavedWidget} before
 * @param {SavedWidget} after
 * @param {RegistryWidget[]} elements
 * @param {Record<string, unknown>} configured the properties that they were started with
 * @returns {Promise<{ message: string, stack: string } | null>} why they stay as they were
 */
async function replaceWidget(type, before, after, elements, configured) {
  if (!after.python) return replaceAll(elements, configured, false);
  const [was, is] = [before, after].map((widget) => JSON.stringify({ ...widget, style: "" }));
  await pythonLoaded;
  const fresh = await renewed(type);
  if (was === is && restyled(elements, fresh.style)) return null;
  const failure = before.modules === after.modules ? null : replaceCode(type, fresh.modules);
  if (failure) {
    // What fails later prints this itself.
    console.error(`Widget "${type}": ${failure.stack || failure.message}`);
    return failure;
  }
  forgetBlocking(type);
  return replaceAll(elements, configured, true);
}

/**
 * @param {RegistryWidget[]} elements
 * @param {Record<string, unknown>} configured
 * @param {boolean} python
 */
async function replaceAll(elements, configured, python) {
  const failures = await Promise.all(
    elements.map((element) => replaceInstance(element, configured, python)),
  );
  return failures.find((failure) => failure !== null) ?? null;
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
  const { loader, root } = await loaderOf(type);
  const fresh = await loader.renew(root, type);
  if (isPlaced(type)) await install(type, loader.runtimeWith(root, type));
  return fresh;
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
  const waiting = setTimeout(
    () => notice(`${type}: what it depends on is being fetched and built.`),
    PATIENCE,
  );
  try {
    await installing;
  } finally {
    clearTimeout(waiting);
  }
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
 * @param {RegistryWidget} old
 * @param {Record<string, unknown>} configured the properties that it began with
 * @param {boolean} python whether the widget is written in it
 * @returns {Promise<WidgetFailure | null>} why a JavaScript widget stays as it was: its new modules have been evaluated
 *   here for the first time
 */
async function replaceInstance(old, configured, python) {
  const fresh = /** @type {RegistryWidget} */ (old.cloneNode(false));
  delete fresh.dataset.widgetState;
  const { props } = page.registry[typeOf(old)];
  registryWidget().configure(fresh, { ...props, ...changed(old, configured) });
  if (old.dataset.widgetState === "loading") {
    // It waits to be seen or touched, or for an answer, and so may this one.
    old.replaceWith(fresh);
    handOnChanges(old, fresh);
    placementChanged();
    return null;
  }
  const release = python ? handOn(old, fresh) : () => {};
  const failureOf = python ? () => null : hearFailure(fresh);
  if (python) startAtOnce(fresh);
  const bringIntoSight = putBehind(old, fresh);
  await shown(fresh);
  release();
  const failure = failureOf();
  // Somebody may have removed it meanwhile.
  if (failure || !old.isConnected) {
    fresh.remove();
    return failure;
  }
  // Or moved it.
  if (old.nextSibling !== fresh) old.after(fresh);
  const focus = focusIn(rootOf(old));
  old.remove();
  bringIntoSight();
  handOnChanges(old, fresh);
  placementChanged();
  if (focus) focusAt(rootOf(fresh), focus);
  return null;
}

/**
 * Keeps to itself what an instance fails with out of sight.
 *
 * @param {RegistryWidget} fresh
 * @returns {() => WidgetFailure | null} ends that, and gives the first
 */
function hearFailure(fresh) {
  /** @type {WidgetFailure[]} */
  const failures = [];
  const trial = new AbortController();
  fresh.addEventListener(
    "widget-error",
    (event) => {
      event.stopPropagation();
      failures.push(/** @type {CustomEvent<WidgetFailure>} */ (event).detail);
    },
    { signal: trial.signal },
  );
  return () => {
    trial.abort();
    return failures[0] ?? null;
  };
}

/**
 * Puts an instance behind another, out of sight.
 *
 * @param {RegistryWidget} old
 * @param {RegistryWidget} fresh
 * @returns {() => void} brings it into sight
 */
function putBehind(old, fresh) {
  const style = fresh.getAttribute("style");
  fresh.style.cssText += `; position: absolute; visibility: hidden; width: ${old.offsetWidth}px;`;
  fresh.setAttribute(PENDING, "");
  old.after(fresh);
  return () => {
    if (style === null) fresh.removeAttribute("style");
    else fresh.setAttribute("style", style);
    fresh.removeAttribute(PENDING);
  };
}

/**
 * Gives instances that have a style of their own the new one.
 *
 * @param {RegistryWidget[]} elements
 * @param {CSSStyleSheet | null} style
 * @returns {boolean} false where one has none, or is to lose it
 */
function restyled(elements, style) {
  // The loader adopts its own sheet first, and then the widget's.
  const sheets = elements.map((element) => rootOf(element).adoptedStyleSheets[1]);
  if (!style || sheets.includes(/** @type {any} */ (undefined))) return false;
  const text = Array.from(style.cssRules, ({ cssText }) => cssText).join("\n");
  for (const sheet of sheets) sheet.replaceSync(text);
  return true;
}

/** @param {RegistryWidget} element */
function rootOf(element) {
  return /** @type {ShadowRoot} */ (element.shadowRoot);
}

/**
 * What somebody has set since the widget was started.
 *
 * @param {RegistryWidget} element
 * @param {Record<string, unknown>} configured
 */
function changed(element, configured) {
  const props = registryWidget().sdkOf(element)?.getProps() ?? {};
  return Object.fromEntries(
    Object.entries(props).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(configured[name]),
    ),
  );
}

/**
 * Hands on what the widget remembers.
 *
 * @param {RegistryWidget} old
 * @param {RegistryWidget} fresh
 * @returns {() => void} to be called when it has been taken
 */
function handOn(old, fresh) {
  for (const runtime of startedRuntimes()) {
    const replacement = replacementIn(runtime);
    const key = replacement.hand_on(old);
    if (key) {
      fresh.dataset.workbenchState = key;
      return () => {
        delete fresh.dataset.workbenchState;
        replacement.forget(key);
      };
    }
  }
  return () => {};
}

/**
 * Whatever its boot policy: the old one has been started, too.
 *
 * @param {RegistryWidget} element
 */
function startAtOnce(element) {
  const root = rootOf(element);
  new MutationObserver((_, observer) => {
    const container = /** @type {HTMLElement | null} */ (root.querySelector("[data-widget-root]"));
    if (container) {
      container.dataset.boot = "load";
      observer.disconnect();
    }
  }).observe(root, { childList: true });
}

/**
 * @param {RegistryWidget} element
 * @returns {Promise<void>} when it is ready or has failed, or has shown something for a while
 */
function shown(element) {
  return new Promise((resolve) => {
    const root = rootOf(element);
    let waits = false;
    const look = () => {
      const { widgetState } = element.dataset;
      const container = root.querySelector("[data-widget-root]");
      if (widgetState === "ready" || widgetState === "error" || !element.isConnected) {
        observer.disconnect();
        resolve();
      } else if (container && !container.hasAttribute("aria-busy") && !waits) {
        waits = true;
        setTimeout(resolve, PATIENCE);
      }
    };
    const observer = new MutationObserver(look);
    observer.observe(element, { attributeFilter: ["data-widget-state"] });
    observer.observe(root, { attributeFilter: ["aria-busy"], childList: true, subtree: true });
    setTimeout(resolve, LONGEST);
    look();
  });
}
