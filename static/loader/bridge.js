/**
 * The JavaScript half of the Python package `widget`: what crosses the border between the two languages, crosses
 * here. Options and answers cross as JSON text, which costs one string instead of one proxy for each object.
 * `widget/_ffi.py` is the other half and the only caller.
 */
import { call } from "./connector-call.js";
import { controlValue, formValues } from "./form-controls.js";
import { settle } from "./host-errors.js";
import { isJson } from "./is-json.js";
import { toPythonsText } from "./json-text.js";
import { Rendering } from "./rendering.js";

/** @typedef {import("./connector-call.js").Client} Client */

/**
 * The functions that one interpreter's Python sees as the module `_widget_bridge`.
 *
 * @param {import("./late-library.js").LateLibrary} late
 * @returns {object}
 */
export function createBridge(late) {
  const bridge = {
    /**
     * Python's, put here by `widget._ffi.connect`: takes the outcome of a call.
     *
     * @type {(number: number, result: unknown, error?: Error) => void}
     */
    deliver: () => {},

    /**
     * Calls a host's `execute` with options given as JSON text; the outcome is delivered.
     *
     * @param {Client} client
     * @param {boolean} composite whether it is a composite connector
     * @param {string} optionsText
     * @param {number} number by which Python knows the call
     */
    execute(client, composite, optionsText, number) {
      call(client, composite, JSON.parse(optionsText), (value, error) =>
        bridge.deliver(number, value, error),
      );
    },

    /**
     * An `execute` that first looks for an answer that was asked for before Python was there.
     *
     * @param {import("./prefetch.js").Take} take
     */
    prefetching:
      (take) =>
      (
        /** @type {Client} */ client,
        /** @type {boolean} */ composite,
        /** @type {string} */ optionsText,
        /** @type {number} */ number,
      ) => {
        const outcome = composite ? undefined : take(optionsText);
        if (outcome) {
          outcome.then(({ value, error }) => bridge.deliver(number, value, error));
        } else {
          bridge.execute(client, composite, optionsText, number);
        }
      },

    /**
     * Calls a method of the host's that may promise its result. Python is never handed the Promise itself: Pyodide
     * subscribes to each one that a call returns, and fails on one that is rejected with anything but an Error.
     *
     * @param {any} owner
     * @param {string} name of the method
     * @param {string} argumentsText JSON
     * @param {number} number by which `deliver` is told of a promised result
     * @returns {[unknown] | undefined} a result that is there at once; undefined for one that will be delivered
     */
    call(owner, name, argumentsText, number) {
      const result = owner[name](...JSON.parse(argumentsText));
      if (typeof result?.then !== "function") {
        return [result];
      }
      settle(() => result).then(
        (value) => bridge.deliver(number, value),
        (error) => bridge.deliver(number, undefined, error),
      );
      return undefined;
    },

    isJson,
    toText: toPythonsText,
    fromText: JSON.parse,
    /**
     * @param {new (options: object) => object} Class
     * @param {string} optionsText
     */
    construct: (Class, optionsText) => new Class(JSON.parse(optionsText)),
    lateLibrary: () => late.fetchNow(),
    lateLibraryArrived: () => late.arrived(),
    report: (/** @type {string} */ text) => console.error(text),
    warn: (/** @type {string} */ text) => console.warn(text),

    /**
     * @param {HTMLElement} container
     * @param {import("./delegation.js").Hear} hear
     * @param {() => boolean} [takeOver]
     */
    rendering: (container, hear, takeOver) => new Rendering(container, hear, takeOver),
    valueOf: (/** @type {Element} */ element) => JSON.stringify(controlValue(element)),

    /**
     * @param {any} element
     * @param {Element | null} [submitter]
     * @returns {string | undefined} JSON of the values of the form that it is or is in, if any
     */
    formOf(element, submitter = null) {
      const form =
        element instanceof HTMLFormElement ? element : (element.form ?? element.closest("form"));
      return form ? JSON.stringify(formValues(form, submitter)) : undefined;
    },
  };
  return bridge;
}
