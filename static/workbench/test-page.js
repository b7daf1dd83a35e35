/**
 * The test kit's part of the page (`widget_workbench/testing`): what a test set up is there before the first widget,
 * and every connector call is shown to the test, which may answer it.
 *
 * @import { Answer } from "../community/transport.js"
 * @import { WidgetFailure } from "./widget-failure.js"
 *
 * @typedef {object} TestSetup `window.widgetTestSetup`, which the kit puts there before any script runs
 * @property {Record<string, unknown>} props merged into the configured ones of every widget on the page
 * @property {Record<string, string | null>} tokens design tokens
 * @property {string | null} forget a name that is new for each test: what others have stored is removed, once
 *
 * @typedef {object} StubAnswer
 * @property {number} status
 * @property {string} body
 * @property {string} content_type
 * @property {string | null} error_code of an answer that is the gateway's own
 * @property {number} delay seconds
 * @property {"network" | "timeout" | null} failure
 *
 * @typedef {object} Kit the kit's functions and setup; absent where no test drives the page
 * @property {TestSetup} [widgetTestSetup]
 * @property {(call: object) => Promise<StubAnswer | null>} widgetTestCall null: to be executed for real
 * @property {(failure: WidgetFailure & { nth: number }) => Promise<void>} widgetTestFailure
 */

import { setDesignTokens } from "/_community/design-tokens.js";
import { page } from "/_community/page-data.js";
import { intercept } from "/_community/transport.js";
import { callOf } from "./connector-call.js";
import { passed } from "./passed.js";
import { callPython } from "./test-python.js";

/** Whatever was sent with these, a browser shows no body (RFC 9110 §6.4.1). */
const WITHOUT_BODY = new Set([204, 205, 304]);

const kit = /** @type {Kit} */ (/** @type {unknown} */ (window));

/** @type {Map<object, number>} the calls that have no answer yet, and when they began */
const underWay = new Map();

export function isTested() {
  return kit.widgetTestSetup !== undefined;
}

/** Prepares the page, if a test drives it. To be called before widgets are placed. */
export function prepareForTest() {
  const { widgetTestSetup: setup } = kit;
  if (!setup) return;
  if (setup.forget) forgetEarlierTests(setup.forget);
  for (const { props } of Object.values(page.registry)) Object.assign(props, setup.props);
  setDesignTokens(setup.tokens);
  document.addEventListener("widget-error", (event) => {
    const { target, detail } = /** @type {CustomEvent<WidgetFailure>} */ (event);
    const alike = document.querySelectorAll(`[data-widget-type="${CSS.escape(detail.type)}"]`);
    kit.widgetTestFailure({
      ...detail,
      nth: Array.from(alike).indexOf(/** @type {Element} */ (target)),
    });
  });
  Object.assign(window, { widgetTestUnderWay: callsUnderWay, widgetTestPython: callPython });
  intercept((next) => async (request, signal) => {
    const call = callOf(request);
    underWay.set(call, performance.now());
    try {
      const answer = await kit.widgetTestCall(call);
      return await (answer ? stubbed(answer, request.init.method, signal) : next(request, signal));
    } finally {
      underWay.delete(call);
    }
  });
}

/** @param {string} name */
function forgetEarlierTests(name) {
  // A tab keeps this when the page is loaded again, and then the test's own storage is to stay.
  if (sessionStorage.getItem("widgetTest") === name) return;
  sessionStorage.clear();
  sessionStorage.setItem("widgetTest", name);
  localStorage.clear();
  indexedDB.databases().then((databases) => {
    for (const { name } of databases) if (name) indexedDB.deleteDatabase(name);
  });
}

/** @returns {{ permalink: string, method: string, milliseconds: number }[]} oldest first */
function callsUnderWay() {
  return Array.from(underWay, ([call, began]) => {
    const { permalink, method } = /** @type {import("./connector-call.js").ConnectorCall} */ (call);
    return { permalink, method, milliseconds: performance.now() - began };
  });
}

/**
 * @param {StubAnswer} answer
 * @param {string} method of the request
 * @param {AbortSignal} signal aborted when the client's time is over
 * @returns {Promise<Answer>}
 */
async function stubbed(answer, method, signal) {
  const { status, body, content_type, error_code, delay, failure } = answer;
  await passed(delay * 1000, signal);
  if (failure === "network") throw new TypeError("Failed to fetch");
  if (failure === "timeout") throw new DOMException("The time is over.", "AbortError");
  const hasBody = method !== "HEAD" && !WITHOUT_BODY.has(status);
  const headers = new Headers({ "Content-Type": content_type });
  if (error_code !== null) {
    headers.set("X-Connector-Timing", JSON.stringify({ error: error_code }));
  }
  return { status, headers, text: hasBody ? body : "" };
}
