/**
 * The way from the connectors client to the gateway, and the place where a test or the workbench puts itself between
 * them: at the host's edge, so that a widget cannot tell.
 *
 * @import { ConnectorRequest } from "./connector-request.js"
 *
 * @typedef {object} Answer
 * @property {number} status HTTP status
 * @property {Headers} headers
 * @property {string} text the whole body
 *
 * @typedef {(request: ConnectorRequest, signal: AbortSignal) => Promise<Answer>} Transport rejects as `fetch` does:
 *   with an AbortError when the client's time is over, with a TypeError when nobody can be reached
 */

/** @type {Transport} */
let transport = async ({ url, init }, signal) => {
  const response = await fetch(url, { ...init, signal });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

/** @type {Transport} */
export function exchange(request, signal) {
  return transport(request, signal);
}

/**
 * Lets every request of the page go another way from now on.
 *
 * @param {(next: Transport) => Transport} around gets the way that requests went until now
 */
export function intercept(around) {
  transport = around(transport);
}
