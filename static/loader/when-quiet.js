import { whenIdle } from "./when-idle.js";

/** Milliseconds that nobody has touched the page for: who is typing or clicking is not to wait for a widget's start. */
const QUIET = 1000;

/** Milliseconds after which it is as good a moment as any. */
const LONGEST_WAIT = 10_000;

const TOUCHES = ["pointerdown", "keydown", "wheel", "touchmove"];

let touched = 0;
let watching = false;

/** Takes note of touches from now on: to be called as soon as it is known that somebody will wait. */
export function watchTouches() {
  if (watching) {
    return;
  }
  watching = true;
  const note = () => {
    touched = performance.now();
  };
  // What was before nobody knows.
  note();
  for (const touch of TOUCHES) {
    addEventListener(touch, note, { capture: true, passive: true });
  }
}

/**
 * Calls a function when the page has loaded, has nothing else to do, and its visitor does nothing either.
 *
 * @param {AbortSignal} gone after which nobody waits
 * @param {() => void} callback
 */
export function whenQuiet(gone, callback) {
  const end = performance.now() + LONGEST_WAIT;
  const look = () => {
    const left = Math.min(touched + QUIET, end) - performance.now();
    if (gone.aborted) {
      return;
    }
    if (left > 0) {
      setTimeout(() => whenIdle(look), left);
    } else {
      callback();
    }
  };
  whenIdle(look);
}
