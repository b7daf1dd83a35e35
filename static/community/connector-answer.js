/**
 * From the gateway's answer to what `execute` returns or throws (platform.md §4).
 *
 * @import { Answer } from "./transport.js"
 */

import { ConnectorExecuteError, plainError } from "./connector-errors.js";
import { messages } from "./messages.js";

/** The code of the gateway's 404 for a permalink that no connector has. */
const UNKNOWN_PERMALINK = "CONNECTOR_NOT_FOUND";

/**
 * @param {string} permalink
 * @param {Answer} answer
 * @returns {unknown} the parsed JSON; null for an empty body; the text where it is not JSON
 * @throws {ConnectorExecuteError | Error}
 */
export function connectorAnswer(permalink, answer) {
  const { status, headers, text } = answer;
  if (status < 200 || status > 299) throw failure(permalink, answer);
  if (text === "") return null;
  if (!isJson(headers)) return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw plainError(messages.notJson(permalink), { cause });
  }
}

/** @param {Headers} headers */
function isJson(headers) {
  const [mediaType = ""] = (headers.get("Content-Type") ?? "").split(";");
  return /^application\/(.+\+)?json$/i.test(mediaType.trim());
}

/**
 * @param {string} permalink
 * @param {Answer} answer
 */
function failure(permalink, { status, headers, text }) {
  if (status === 404 && gatewaysErrorCode(headers) === UNKNOWN_PERMALINK) {
    return plainError(messages.notFound(permalink), { status });
  }
  const envelope = parsedObject(text);
  const requestId = envelope.request_id ?? headers.get("X-Request-ID") ?? undefined;

  if (envelope.success === false && isObject(envelope.errors)) {
    const { code, detail, scope, params } = envelope.errors;
    return new ConnectorExecuteError(permalink, { status, code, detail, scope, params, requestId });
  }
  if ("failure_scope" in envelope) {
    const { failure_scope: failureScope, reason } = envelope;
    return new ConnectorExecuteError(permalink, { status, failureScope, reason, requestId });
  }
  return new ConnectorExecuteError(permalink, { status, detail: text, requestId });
}

/**
 * The code of an error that is the gateway's own. Its header tells, and no body: an upstream's may look like the
 * gateway's, and the answer to HEAD has none.
 *
 * @param {Headers} headers
 * @returns {unknown}
 */
function gatewaysErrorCode(headers) {
  return parsedObject(headers.get("X-Connector-Timing") ?? "").error;
}

/**
 * @param {string} text
 * @returns {Record<string, any>} empty where the text is not a JSON object
 */
function parsedObject(text) {
  try {
    const value = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
