/**
 * From `execute`'s options to a request (platform.md §4): what is sent, and what is refused before it is.
 *
 * @typedef {object} ExecuteOptions anything else a caller passes is ignored, as on the platform
 * @property {string} permalink
 * @property {string} [method] default GET
 * @property {object} [payload] sent with POST, PUT and PATCH only
 * @property {Record<string, string>} [queryParams]
 * @property {Record<string, string | number>} [pathParams]
 * @property {Record<string, string>} [headers]
 *
 * @typedef {object} ClientSettings
 * @property {Record<string, string>} headers sent with every request of the client
 * @property {number} timeout in milliseconds
 * @property {string | undefined} csrfToken else the one on the page is sent
 *
 * @typedef {object} ConnectorRequest
 * @property {string} permalink
 * @property {boolean} composite
 * @property {string} url
 * @property {{ method: string, headers: Headers, body: string | undefined }} init
 */

import { ConnectorBoundaryError } from "./connector-errors.js";
import { pageCsrfToken } from "./csrf-token.js";
import { messages } from "./messages.js";

export const BASE_URL = new URL("/connectors", location.origin).href;

const PATH_PARAMS_MAX_LENGTH = 4096;
const METHODS_WITH_PAYLOAD = new Set(["POST", "PUT", "PATCH"]);

/**
 * @param {ExecuteOptions} options
 * @param {ClientSettings} settings
 * @returns {ConnectorRequest}
 * @throws {ConnectorBoundaryError}
 */
export function connectorRequest(options, settings) {
  const { permalink, queryParams, pathParams, headers } = options;
  const method = (options.method ?? "GET").toUpperCase();
  const body = METHODS_WITH_PAYLOAD.has(method) ? serializedPayload(options.payload) : undefined;
  return {
    permalink,
    composite: false,
    url: withQuery(`${BASE_URL}/${encodeURIComponent(permalink)}/execute`, queryParams),
    init: {
      method,
      headers: requestHeaders({
        given: [settings.headers, headers ?? {}],
        hasBody: body !== undefined,
        csrfToken: settings.csrfToken,
        pathParams: serializedPathParams(permalink, pathParams),
      }),
      body,
    },
  };
}

/**
 * @param {Pick<ExecuteOptions, "permalink" | "payload" | "queryParams" | "pathParams">} options
 * @param {ClientSettings} settings
 * @returns {ConnectorRequest}
 * @throws {ConnectorBoundaryError}
 */
export function compositeRequest({ permalink, payload, queryParams, pathParams }, settings) {
  if (pathParams !== undefined && pathParams !== null) {
    throw new ConnectorBoundaryError(permalink, messages.compositePathParameters());
  }
  const body = serializedPayload(payload);
  return {
    permalink,
    composite: true,
    url: withQuery(`${BASE_URL}/composite/${encodeURIComponent(permalink)}/execute`, queryParams),
    init: {
      method: "POST",
      headers: requestHeaders({
        given: [settings.headers],
        hasBody: body !== undefined,
        csrfToken: settings.csrfToken,
        pathParams: "",
      }),
      body,
    },
  };
}

/** @param {object | null | undefined} payload */
function serializedPayload(payload) {
  return payload === undefined || payload === null ? undefined : JSON.stringify(payload);
}

/**
 * @param {string} url
 * @param {Record<string, string> | undefined} queryParams
 */
function withQuery(url, queryParams) {
  const query = new URLSearchParams(queryParams ?? {}).toString();
  return query ? `${url}?${query}` : url;
}

/**
 * @param {string} permalink
 * @param {Record<string, unknown> | undefined} pathParams
 * @returns {string} the value of `X-Path-Params`; empty when there is nothing to send
 * @throws {ConnectorBoundaryError}
 */
function serializedPathParams(permalink, pathParams) {
  const serialized = new URLSearchParams();
  for (const [key, value] of Object.entries(pathParams ?? {})) {
    if (key.trim() === "") {
      throw new ConnectorBoundaryError(permalink, messages.blankPathParameter());
    }
    if (typeof value !== "string" && typeof value !== "number") {
      const type = value === null ? "null" : typeof value;
      throw new ConnectorBoundaryError(permalink, messages.pathParameterType(key, type));
    }
    serialized.append(key, String(value));
  }
  const { length } = serialized.toString();
  if (length > PATH_PARAMS_MAX_LENGTH) {
    const reason = messages.pathParametersTooLong(length, PATH_PARAMS_MAX_LENGTH);
    throw new ConnectorBoundaryError(permalink, reason);
  }
  return serialized.toString();
}

/**
 * A caller may replace Content-Type; what the host itself has to say (path parameters, CSRF) stands.
 *
 * @param {object} parts
 * @param {Record<string, string>[]} parts.given the later wins
 * @param {boolean} parts.hasBody
 * @param {string | undefined} parts.csrfToken
 * @param {string} parts.pathParams
 */
function requestHeaders({ given, hasBody, csrfToken, pathParams }) {
  const headers = new Headers(hasBody ? { "Content-Type": "application/json" } : {});
  for (const [name, value] of given.flatMap(Object.entries)) headers.set(name, value);
  if (pathParams) headers.set("X-Path-Params", pathParams);
  const token = csrfToken || pageCsrfToken();
  if (token) headers.set("X-CSRF-Token", token);
  return headers;
}
