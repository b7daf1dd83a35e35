/**
 * The JavaScript half of the Python package `widget`: what crosses the border between the two languages, crosses
 * here. Options and answers cross as JSON text, which costs one string instead of one proxy for each object.
 * `widget/_ffi.py` is the other half and the only caller.
 */

/**
 * Calls a host's `execute` with options given as JSON text. The answer goes to Python's `deliver`, as JSON text too, or
 * undefined where the host gave nothing.
 *
 * @param {{execute(options: object): unknown}} client
 * @param {string} optionsText
 * @param {number} number by which Python knows the call
 */
function execute(client, optionsText, number) {
  const options = JSON.parse(optionsText);
  for (const name in options.queryParams) {
    // Numbers are written as JavaScript writes them; the contract wants strings (platform.md §4).
    options.queryParams[name] = String(options.queryParams[name]);
  }
  settle(() => client.execute(options))
    .then(toText)
    .then(
      (text) => bridge.deliver(number, text),
      (error) => bridge.deliver(number, undefined, error),
    );
}

/**
 * Calls a method of the host's that may promise its result. Python is never handed the Promise itself: Pyodide subscribes
 * to each one that a call returns, and fails on one that is rejected with anything but an Error.
 *
 * @param {any} owner
 * @param {string} name of the method
 * @param {string} argumentsText JSON
 * @param {number} number by which Python's `deliver` is told of a promised result
 * @returns {[unknown] | undefined} a result that is there at once; undefined for one that will be delivered
 */
function call(owner, name, argumentsText, number) {
  const result = owner[name](...JSON.parse(argumentsText));
  if (typeof result?.then !== "function") {
    return [result];
  }
  settle(() => result).then(
    (value) => bridge.deliver(number, value),
    (error) => bridge.deliver(number, undefined, error),
  );
  return undefined;
}

/**
 * The Promise of what `start` returns, whose rejection is always an Error: for anything else, Pyodide fails inside
 * its own callback and Python awaits for ever.
 *
 * @param {() => unknown} start
 * @returns {Promise<any>}
 */
function settle(start) {
  return new Promise((resolve) => resolve(start())).catch((reason) => {
    throw asError(reason);
  });
}

/**
 * @param {unknown} reason what a Promise was rejected with
 * @returns {Error} the same object where it is one
 */
function asError(reason) {
  if (reason instanceof Error) {
    return reason;
  }
  const fields = reason !== null && typeof reason === "object" ? reason : {};
  const { message } = /** @type {{message?: unknown}} */ (fields);
  const error = new Error(
    typeof message === "string" ? message : `the host rejected with ${inWords(reason)}`,
    { cause: reason },
  );
  return Object.assign(error, fields, { message: error.message });
}

/** @param {unknown} value */
function inWords(value) {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** An integer of 16 digits, one that a double may not hold exactly; met in a string it costs time, nothing else. */
const LONG_INTEGER = /(?<![\d.])\d{16}/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * @param {unknown} value
 * @returns {string | undefined} JSON in which an integer that JavaScript holds inexactly reads as a float
 */
function toText(value) {
  let text;
  try {
    text = JSON.stringify(value);
  } catch (reason) {
    // Without a cause: a TypeError in the chain is how a failing network is told.
    throw new Error(`the host answered with something that is not JSON: ${reason}`);
  }
  if (text === undefined || !LONG_INTEGER.test(text)) {
    return text;
  }
  return text.replace(STRING_OR_NUMBER, (token) =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `${token}.0` : token,
  );
}

/**
 * What an Error says of itself, and what those behind it say, for Python to tell its class by.
 *
 * @param {any} error
 * @returns {string} JSON
 */
function describe(error) {
  const chain = [];
  for (let link = error; link instanceof Error && chain.length < 8; link = link.cause) {
    chain.push({
      names: [link.name, link.constructor?.name].filter((name) => typeof name === "string"),
      message: String(link.message),
    });
  }
  const { status, code, params, detail, scope, failureScope, reason, requestId } = error;
  return JSON.stringify({
    chain,
    offline: !navigator.onLine,
    fields: { status, code, params, detail, scope, failureScope, reason, requestId },
  });
}

/**
 * Whether a value is JSON through and through, so that it can cross as text and lose nothing.
 *
 * @param {unknown} value
 * @returns {boolean}
 */
function isJson(value) {
  if (value === null || typeof value === "string" || typeof value === "boolean") {
    return true;
  }
  if (typeof value === "number") {
    return Number.isFinite(value);
  }
  if (typeof value !== "object") {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return (
    (Array.isArray(value) || prototype === Object.prototype || prototype === null) &&
    Object.values(value).every(isJson)
  );
}

/** The functions that Python sees as the module `_widget_bridge`. */
export const bridge = {
  execute,
  call,
  describe,
  isJson,
  toText,
  fromText: JSON.parse,
  /**
   * @param {new (options: object) => object} Class
   * @param {string} optionsText
   */
  construct: (Class, optionsText) => new Class(JSON.parse(optionsText)),
  /**
   * Python's, put here by `widget._ffi.connect`.
   *
   * @type {(number: number, result: unknown, error?: Error) => void}
   */
  deliver: () => {},
  report: (/** @type {string} */ text) => console.error(text),
};
