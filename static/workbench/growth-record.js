/**
 * Widgets that grow without end while the page stands, and those that something holds after they have left: what the page
 * can tell of a leak.
 *
 * @typedef {object} Growth
 * @property {string} widget its name on the page
 * @property {number} from DOM elements at first
 * @property {number} to DOM elements now
 * @property {number} seconds in which it grew at each look
 */

import { nameOf, TAG } from "./placed-widgets.js";
import { domWeights, heldWidgets } from "./weights.js";

/** Milliseconds between looks, and after which a widget that has left has done so. */
const LOOK = 1000;
const FAREWELL = 6000;

/** Looks at which a widget has to have grown, one after the other, and the elements that it has to have more than before. */
const LOOKS = 8;
const MANY = 50;

/** @type {Map<Element, number[]>} the latest counts */
const counts = new Map();

/** @type {Map<Element, Growth>} */
const growing = new Map();

let looks = 0;

/** @type {Map<string, string>} holder in words, by type */
const held = new Map();

/** Looks, while the page can be seen, from now on. */
export function recordGrowth() {
  setInterval(() => {
    if (document.visibilityState === "visible") look();
  }, LOOK);
  // A removal is told of when Python has had its turn.
  new MutationObserver((records) => {
    const left = records.some(({ removedNodes }) =>
      Array.from(removedNodes).some((node) => node.nodeName.toLowerCase() === TAG),
    );
    if (left) {
      setTimeout(lookForHeld, LOOK);
      // A handler of "destroy" may go on for five seconds.
      setTimeout(lookForHeld, FAREWELL);
    }
  }).observe(document.body, { childList: true, subtree: true });
}

/** @returns {Growth[]} */
export function growingWidgets() {
  return [...growing.values()];
}

/** @returns {{ type: string, holder: string }[]} */
export function widgetsHeld() {
  return Array.from(held, ([type, holder]) => ({ type, holder }));
}

function look() {
  for (const { widget, nodes } of domWeights()) {
    const known = counts.get(widget) ?? [];
    const grown = known.length === 0 || nodes > known[known.length - 1];
    const latest = grown ? [...known, nodes] : [nodes];
    counts.set(widget, latest);
    if (latest.length > LOOKS && nodes - latest[0] >= MANY) {
      if (!growing.has(widget)) {
        console.warn(
          `Widget "${nameOf(widget)}" has grown from ${latest[0]} to ${nodes} elements in ${latest.length - 1} s, and goes on: ` +
            "take away what is no longer shown.",
        );
      }
      growing.set(widget, {
        widget: nameOf(widget),
        from: latest[0],
        to: nodes,
        seconds: ((latest.length - 1) * LOOK) / 1000,
      });
    } else if (!grown) {
      growing.delete(widget);
    }
  }
  for (const widget of counts.keys()) {
    if (widget.isConnected) continue;
    counts.delete(widget);
    growing.delete(widget);
  }
  looks += 1;
  // It takes Python a tenth of a second.
  if (held.size > 0 && looks % 10 === 0) lookForHeld();
}

async function lookForHeld() {
  const found = await heldWidgets();
  const before = new Map(held);
  held.clear();
  for (const { type, holder } of found) {
    held.set(type, holder);
    if (before.get(type) !== holder) {
      console.warn(
        `Widget "${type}" has left the page, and is still held by ${holder}: whatever it holds, the page holds as well. Let ` +
          'go of it in a handler of sdk.on("destroy", …).',
      );
    }
  }
}
