/**
 * A connector call as it passes the edge of the host; the test kit's `ConnectorCall` has the same fields.
 *
 * @import { ConnectorRequest } from "../community/connector-request.js"
 *
 * @typedef {object} ConnectorCall
 * @property {string} permalink
 * @property {boolean} composite
 * @property {string} method in upper case
 * @property {Record<string, string | string[]>} query
 * @property {Record<string, string>} headers without the host's own; names in lower case
 * @property {Record<string, string>} path_params
 * @property {unknown} payload null where none is sent
 * @property {string | null} widget the type of the one that calls; null where nothing tells
 */

import { callingWidget } from "./calling-widget.js";

/** What the host adds to a request of its own accord. */
const HOSTS_OWN_HEADERS = new Set(["x-csrf-token", "x-path-params"]);

/**
 * @param {ConnectorRequest} request
 * @returns {ConnectorCall}
 */
export function callOf({ permalink, composite, url, init }) {
  const headers = [...init.headers].filter(([name, value]) => !isHostsOwn(name, value));
  return {
    permalink,
    composite,
    method: init.method,
    query: grouped(new URL(url).searchParams),
    headers: Object.fromEntries(headers),
    path_params: Object.fromEntries(new URLSearchParams(init.headers.get("X-Path-Params") ?? "")),
    payload: init.body === undefined ? null : JSON.parse(init.body),
    widget: callingWidget(),
  };
}

/**
 * @param {URLSearchParams} parameters
 * @returns {Record<string, string | string[]>} a list for a name that stands more than once
 */
function grouped(parameters) {
  const entries = Array.from(new Set(parameters.keys()), (name) => {
    const values = parameters.getAll(name);
    return [name, values.length === 1 ? values[0] : values];
  });
  return Object.fromEntries(entries);
}

/**
 * @param {string} name
 * @param {string} value
 */
function isHostsOwn(name, value) {
  return HOSTS_OWN_HEADERS.has(name) || (name === "content-type" && value === "application/json");
}
