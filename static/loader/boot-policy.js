/**
 * When a widget starts: what its widget.json says under "boot", else as the visitor's device and connection allow. A page
 * is not to be slower for a widget that nobody sees.
 */
import { watchTouches, whenQuiet } from "./when-quiet.js";

/**
 * @typedef {"visible" | "idle" | "load" | "interaction"} Policy
 *
 * `visible`: at once where it can be seen; where it is within a screen of that, when the page is quiet.
 * `idle`: when the page is quiet. `load`: at once. `interaction`: when somebody touches what is prerendered.
 */

/** What counts as touching: also to come near with the mouse, which is most of a second before the click. */
const TOUCHES = [
  "pointerover",
  "pointerdown",
  "touchstart",
  "keydown",
  "focusin",
  "click",
  "input",
];

/** How far out of sight a widget may be to start when the page is quiet: one screen, up or down. */
const NEAR = "100% 0px";

/** Gigabytes, as browsers tell them: rounded, and 8 at most. */
const LITTLE_MEMORY = 2;

/**
 * @param {HTMLElement} container the widget's, as its entry brought it
 * @returns {Policy}
 */
export function policyOf({ dataset }) {
  const stands = dataset.prerendered !== undefined;
  const policy = dataset.boot ?? (stands && isSpare() ? "interaction" : "visible");
  // A skeleton invites nobody to touch it.
  return policy === "interaction" && !stands ? "visible" : /** @type {Policy} */ (policy);
}

/** Whether the visitor has asked for little data, or the device has little memory. */
function isSpare() {
  const { connection, deviceMemory } =
    /** @type {{connection?: {saveData?: boolean}, deviceMemory?: number}} */ (navigator);
  return connection?.saveData === true || (deviceMemory ?? LITTLE_MEMORY + 1) <= LITTLE_MEMORY;
}

/**
 * Whether a widget may start now, without waiting for anything.
 *
 * @param {HTMLElement} container
 * @returns {boolean}
 */
export function isDue(container) {
  const policy = policyOf(container);
  return policy === "load" || (policy === "visible" && isInSight(container));
}

/**
 * @param {object} instance
 * @param {HTMLElement} instance.container
 * @param {import("./platform.js").WidgetSdk} instance.sdk
 * @param {AbortSignal} instance.leaving the widget has left the page
 * @returns {Promise<void>} fulfilled when the widget is to start, or is gone
 */
export function due({ container, sdk, leaving: gone }) {
  watchTouches();
  return new Promise((resolve) => {
    const policy = policyOf(container);
    gone.addEventListener("abort", () => resolve());
    // What is prerendered shows those of before, and somebody is changing them.
    sdk.on("propsChanged", () => resolve());
    if (isDue(container)) {
      resolve();
    } else if (policy === "visible") {
      whenNear(container, gone, resolve);
    } else if (policy === "idle") {
      whenQuiet(gone, resolve);
    } else {
      whenTouched(container, gone, resolve);
    }
  });
}

/**
 * An observer tells that a frame later.
 *
 * @param {HTMLElement} container
 */
function isInSight(container) {
  if (container.getClientRects().length === 0) {
    return false; // in a closed tab, say
  }
  const { top, bottom, left, right } = container.getBoundingClientRect();
  return bottom >= 0 && right >= 0 && top <= innerHeight && left <= innerWidth;
}

/**
 * @param {HTMLElement} container
 * @param {AbortSignal} gone
 * @param {() => void} start
 */
function whenNear(container, gone, start) {
  const waiting = new AbortController();
  const seen = new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) {
      stop();
      start();
    }
  });
  const near = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) {
        near.disconnect();
        whenQuiet(waiting.signal, () => {
          stop();
          start();
        });
      }
    },
    { rootMargin: NEAR },
  );
  const stop = () => {
    seen.disconnect();
    near.disconnect();
    waiting.abort();
  };
  gone.addEventListener("abort", stop);
  seen.observe(container);
  near.observe(container);
}

/**
 * @param {HTMLElement} container
 * @param {AbortSignal} gone
 * @param {() => void} start
 */
function whenTouched(container, gone, start) {
  const listening = new AbortController();
  gone.addEventListener("abort", () => listening.abort());
  // Tells whoever tests the widget what it waits for.
  container.dataset.widgetBoot = "interaction";
  listening.signal.addEventListener("abort", () => delete container.dataset.widgetBoot);
  for (const touch of TOUCHES) {
    container.addEventListener(
      touch,
      () => {
        listening.abort();
        start();
      },
      { capture: true, passive: true, signal: listening.signal },
    );
  }
}
