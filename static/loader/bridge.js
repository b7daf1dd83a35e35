/**
 * The JavaScript half of the Python package `widget`: what crosses the border between the two languages, crosses
 * here. Options and answers cross as JSON text, which costs one string instead of one proxy for each object.
 * `widget/_ffi.py` is the other half and the only caller.
 */
import { controlValue, formValues } from "./form-controls.js";
import { toPythonsText } from "./json-text.js";
import { Rendering } from "./rendering.js";

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
     * Calls a host's `execute` with options given as JSON text. Delivered are the answer as JSON text, or undefined where
     * the host gave nothing; of a rejection, what `describe` says, and the Error itself.
     *
     * @param {Client} client
     * @param {boolean} composite whether it is a composite connector
     * @param {string} optionsText
     * @param {number} number by which Python knows the call
     */
    execute(client, composite, optionsText, number) {
      const options = JSON.parse(optionsText);
      for (const name in options.queryParams) {
        // Numbers are written as JavaScript writes them; the contract wants strings (platform.md §4).
        options.queryParams[name] = String(options.queryParams[name]);
      }
      // Read now: the client is shared, and another widget may change it while this call is out.
      const timeout = client.getDefaultTimeout?.();
      const started = performance.now();
      settle(() => (composite ? client.composite : client).execute(options))
        .then(toPythonsText)
        .then(
          (text) => bridge.deliver(number, text),
          (error) =>
            bridge.deliver(number, describe(error, performance.now() - started, timeout), error),
        );
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
     */
    rendering: (container, hear) => new Rendering(container, hear),
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

/**
 * @typedef {object} Client the part of a host's connectors client that is used here
 * @property {(options: object) => unknown} execute
 * @property {{execute(options: object): unknown}} composite
 * @property {() => number} [getDefaultTimeout]
 */

/**
 * The Promise of what `start` returns, whose rejection is always an Error: for anything else, Pyodide fails inside
 * its own callback and Python awaits for ever.
 *
 * @param {() => unknown} start
 * @returns {Promise<any>}
 */
function settle(start) {
  return new Promise((resolve) => resolve(start())).catch((reason) => {
    throw reason instanceof Error ? reason : errorOf(reason);
  });
}

/** What Python tells an error's class by; each is copied from a reason that is no Error of this page. */
const TOLD_BY = [
  "name",
  "status",
  "code",
  "params",
  "detail",
  "scope",
  "failureScope",
  "reason",
  "requestId",
];

/**
 * @param {unknown} reason what a Promise was rejected with
 * @returns {Error} with what can be read of the reason
 */
function errorOf(reason) {
  const message = field(reason, "message");
  const error = new Error(
    typeof message === "string" ? message : `the host rejected with ${inWords(reason)}`,
    { cause: reason },
  );
  for (const name of TOLD_BY) {
    const value = field(reason, name);
    if (value !== undefined) {
      Object.defineProperty(error, name, { value, configurable: true, writable: true });
    }
  }
  return error;
}

/**
 * @param {any} holder
 * @param {string} name
 * @returns {any} undefined where there is no such field, or reading it throws
 */
function field(holder, name) {
  try {
    return typeof holder === "object" ? holder?.[name] : undefined;
  } catch {
    return undefined;
  }
}

/** @param {unknown} value */
function inWords(value) {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "an object that cannot be shown";
  }
}

/**
 * What an Error says of itself, and what those behind it say, for Python to tell its class by.
 *
 * @param {Error} error
 * @param {number} elapsed milliseconds from the call to the rejection
 * @param {number} [timeout] milliseconds, where the client tells
 * @returns {string} JSON
 */
function describe(error, elapsed, timeout) {
  const chain = [];
  for (let link = error; link instanceof Error && chain.length < 8; link = field(link, "cause")) {
    const names = [field(link, "name"), link.constructor?.name];
    chain.push(names.filter((name) => typeof name === "string"));
  }
  /** @type {Record<string, unknown>} */
  const fields = {};
  for (const name of TOLD_BY) {
    const value = field(error, name);
    if (isJson(value)) {
      fields[name] = value;
    }
  }
  return JSON.stringify({
    chain,
    message: inText(field(error, "message")),
    fields,
    elapsed,
    timeout: timeout ?? null,
    offline: !navigator.onLine,
  });
}

/** @param {unknown} value */
function inText(value) {
  return typeof value === "string" ? value : "";
}

/** Deeper than this, a value is not looked into: it may contain itself. */
const DEEPEST = 100;

/**
 * Whether a value is JSON through and through, so that it can cross as text and lose nothing.
 *
 * @param {unknown} value
 * @param {number} [depth]
 * @returns {boolean}
 */
function isJson(value, depth = 0) {
  if (value === null || typeof value === "string" || typeof value === "boolean") {
    return true;
  }
  if (typeof value === "number") {
    return Number.isFinite(value);
  }
  if (typeof value !== "object" || depth > DEEPEST) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return (
    (Array.isArray(value) || prototype === Object.prototype || prototype === null) &&
    Object.values(value).every((item) => isJson(item, depth + 1))
  );
}
