/**
 * What the connectors client throws (platform.md §4):
 *
 *   Error                      unknown permalink, network failure, timeout: see plainError
 *   ├ ConnectorBoundaryError   refused before any request
 *   └ ConnectorExecuteError    the connector, or the service behind it, answered with an error
 *
 * The classes are no globals, as on the platform: widgets tell them apart by `name` and fields.
 */

import { messages } from "./messages.js";
import { page } from "./page-data.js";

export class ConnectorBoundaryError extends Error {
  /**
   * @param {string} permalink
   * @param {string} reason
   */
  constructor(permalink, reason) {
    super(messages.refused(permalink, reason));
    this.name = "ConnectorBoundaryError";
    this.reason = reason;
  }
}

/**
 * @typedef {object} ExecuteFailure what the answer tells; a field it does not tell is undefined
 * @property {number} status HTTP status
 * @property {string} [code] of the envelope, e.g. "MISSING_PATH_PARAMETERS"
 * @property {unknown} [params] of the envelope: the failing keys
 * @property {string} [detail] of the envelope, else the body's text
 * @property {string} [scope] of the envelope: the stage that failed
 * @property {string} [failureScope] of the legacy envelope
 * @property {string} [reason] of the legacy envelope
 * @property {string} [requestId]
 */

export class ConnectorExecuteError extends Error {
  /**
   * @param {string} permalink
   * @param {ExecuteFailure} failure
   */
  constructor(permalink, failure) {
    const { status, code, params, detail, scope, failureScope, reason, requestId } = failure;
    super(messages.failed(permalink, status, detail || reason || code));
    this.name = "ConnectorExecuteError";
    this.status = status;
    this.code = code;
    this.params = params;
    this.detail = detail;
    this.scope = scope;
    this.failureScope = failureScope;
    this.reason = reason;
    this.requestId = requestId;
  }
}

/**
 * One of the platform's unmarked errors. The portal shows a message alone; this host adds what tells
 * them apart, unless the page was asked for `?errors=bare`.
 *
 * @param {string} message
 * @param {{ cause?: unknown, status?: number }} marks
 */
export function plainError(message, marks) {
  const error = new Error(message);
  return page.errors === "bare" ? error : Object.assign(error, marks);
}
