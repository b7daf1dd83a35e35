/**
 * One instance in the place of another: it is started out of sight, with the properties and the state of the old one, and
 * takes its place as soon as it shows something.
 *
 * @import { RegistryWidget } from "../community/registry-widget.js"
 * @import { WidgetFailure } from "./widget-failure.js"
 */

import { page } from "/_community/page-data.js";
import { focusAt, focusIn } from "./focus.js";
import { handOnChanges } from "./instance-props.js";
import { startedRuntimes } from "./interpreters.js";
import { PENDING, placementChanged, registryWidget, typeOf } from "./placed-widgets.js";
import { scrollAs, scrolledIn } from "./scrolled.js";
import { replacementIn } from "./workbench-python.js";

/** Milliseconds that the old instance stays where the new one shows something, but is not ready. */
const PATIENCE = 200;

/** Milliseconds that it stays where the new one shows nothing: what is saved meanwhile waits. */
const LONGEST = 3000;

/** The properties that instances were configured with as they started. @type {WeakMap<Element, Record<string, unknown>>} */
const configured = new WeakMap();

/**
 * To be called before the registry changes, with every instance that may be replaced.
 *
 * @param {RegistryWidget} element
 */
export function noteStart(element) {
  if (!configured.has(element))
    configured.set(element, page.registry[typeOf(element)]?.props ?? {});
}

/**
 * @param {RegistryWidget} old
 * @param {boolean} python whether the widget is written in it
 * @returns {Promise<WidgetFailure | null>} why a JavaScript widget stays as it was: its new modules have been evaluated
 *   here for the first time
 */
export async function replaceInstance(old, python) {
  const fresh = /** @type {RegistryWidget} */ (old.cloneNode(false));
  delete fresh.dataset.widgetState;
  noteStart(fresh);
  const then = propsOf(old);
  registryWidget().configure(fresh, {
    ...configured.get(fresh),
    ...differing(then, configured.get(old) ?? {}),
  });
  if (python) handOn(old, fresh);
  if (old.dataset.widgetState === "loading") {
    // It waits to be seen or touched, or for an answer, and so may this one.
    old.replaceWith(fresh);
    handOnChanges(old, fresh);
    placementChanged();
    return null;
  }
  const failureOf = python ? () => null : hearFailure(fresh);
  if (python) startAtOnce(fresh);
  const bringIntoSight = putBehind(old, fresh);
  await shown(fresh);
  const failure = failureOf();
  // Somebody may have removed it meanwhile.
  if (failure || !old.isConnected) {
    fresh.remove();
    return failure;
  }
  // Or moved it.
  if (nextWidget(old) !== fresh) old.after(fresh);
  const [focus, scrolled] = [focusIn(rootOf(old)), scrolledIn(rootOf(old))];
  const meanwhile = differing(propsOf(old), then);
  old.remove();
  bringIntoSight();
  if (Object.keys(meanwhile).length > 0) registryWidget().sdkOf(fresh)?.setProps(meanwhile);
  scrollAs(rootOf(fresh), scrolled);
  handOnChanges(old, fresh);
  placementChanged();
  if (focus) focusAt(rootOf(fresh), focus);
  return null;
}

/** @param {RegistryWidget} element */
function propsOf(element) {
  return { ...registryWidget().sdkOf(element)?.getProps() };
}

/**
 * @param {Record<string, unknown>} props
 * @param {Record<string, unknown>} others
 */
function differing(props, others) {
  return Object.fromEntries(
    Object.entries(props).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(others[name]),
    ),
  );
}

/**
 * @param {Element} element
 * @returns {Element | null} what stands behind it, without what is told of it there
 */
function nextWidget(element) {
  let next = element.nextElementSibling;
  while (next?.localName === "workbench-failure") next = next.nextElementSibling;
  return next;
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

/** @param {RegistryWidget} element */
export function rootOf(element) {
  return /** @type {ShadowRoot} */ (element.shadowRoot);
}

/**
 * Hands on what the widget remembers. An instance that fails, or has not asked for it yet as it is replaced in turn, leaves
 * it to the next.
 *
 * @param {RegistryWidget} old
 * @param {RegistryWidget} fresh
 */
function handOn(old, fresh) {
  const left = old.dataset.workbenchState;
  delete fresh.dataset.workbenchState;
  const key = String(++handedOn);
  for (const runtime of startedRuntimes()) {
    const replacement = replacementIn(runtime);
    if (!replacement.hand_on(old, key, left)) continue;
    fresh.dataset.workbenchState = key;
    forgetWhenReady(fresh, () => replacement.forget(key));
    return;
  }
}

/** How often something was handed on, in any of the page's interpreters. */
let handedOn = 0;

/**
 * @param {RegistryWidget} fresh
 * @param {() => void} forget
 */
function forgetWhenReady(fresh, forget) {
  let placed = false;
  const observer = new MutationObserver(() => {
    placed ||= fresh.isConnected;
    // One that has left has handed it on, or nobody wants it any more.
    const needed = fresh.isConnected || !placed;
    if (needed && fresh.dataset.widgetState !== "ready") return;
    observer.disconnect();
    delete fresh.dataset.workbenchState;
    forget();
  });
  observer.observe(fresh, { attributeFilter: ["data-widget-state"] });
  observer.observe(document, { childList: true, subtree: true });
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
    let patience = 0;
    const done = () => {
      // A timer that is left holds what it would look at.
      clearTimeout(patience);
      clearTimeout(longest);
      observer.disconnect();
      resolve();
    };
    const look = () => {
      const { widgetState } = element.dataset;
      const container = root.querySelector("[data-widget-root]");
      if (widgetState === "ready" || widgetState === "error" || !element.isConnected) {
        done();
      } else if (container && !container.hasAttribute("aria-busy") && !patience) {
        patience = setTimeout(done, PATIENCE);
      }
    };
    const observer = new MutationObserver(look);
    observer.observe(element, { attributeFilter: ["data-widget-state"] });
    observer.observe(root, { attributeFilter: ["aria-busy"], childList: true, subtree: true });
    const longest = setTimeout(done, LONGEST);
    look();
  });
}
