/** What a host rejects with, made an Error and told to Python, which finds its own class for it (widget/_errors.py). */
import { isJson } from "./is-json.js";

/**
 * The Promise of what `start` returns, whose rejection is always an Error: for anything else, Pyodide fails inside
 * its own callback and Python awaits for ever.
 *
 * @param {() => unknown} start
 * @returns {Promise<any>}
 */
export function settle(start) {
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
export function describe(error, elapsed, timeout) {
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
