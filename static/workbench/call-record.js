/**
 * The connector calls of this page, recorded at the host's edge from its start on.
 *
 * @import { ConnectorCall } from "./connector-call.js"
 *
 * @typedef {object} RecordedCall
 * @property {number} number
 * @property {ConnectorCall} call
 * @property {string} url that the page asked
 * @property {number} began milliseconds since the page's beginning, as all of these
 * @property {number | null} ended null while it is under way
 * @property {number} status HTTP status; 0 where no answer came
 * @property {string} requestId empty where the gateway gave none
 * @property {{ name: string, duration: number }[]} stages of the gateway, from Server-Timing
 * @property {string} contentType
 * @property {string} text of the answer, as far as it is kept
 * @property {number} length of the answer's text
 * @property {string | null} errorCode of an answer that is the gateway's own
 * @property {"timeout" | "network" | null} failure why no answer came; null where one did
 * @property {boolean} played whether the Network tab answered
 */

import { intercept } from "/_community/transport.js";
import { callOf } from "./connector-call.js";
import { PLAYED } from "./network-conditions.js";
import { signal } from "./signal.js";

/** The oldest are forgotten. */
const MOST = 200;

/** Characters of an answer. */
const LONGEST = 200_000;

/** @type {RecordedCall[]} oldest first */
const calls = [];

/** @type {ReturnType<typeof signal<RecordedCall | null>>} */
const { listen, tell } = signal();

let number = 0;

/** @returns {readonly RecordedCall[]} oldest first */
export function recordedCalls() {
  return calls;
}

export function forgetCalls() {
  calls.length = 0;
  tell(null);
}

/**
 * Called when a call begins and when it ends; with null when all are forgotten.
 */
export const onCall = listen;

/** To be called before the first widget is placed, and after what plays the network. */
export function recordCalls() {
  intercept((next) => async (request, signal) => {
    const record = begun(callOf(request), request.url);
    tell(record);
    try {
      const answer = await next(request, signal);
      record.status = answer.status;
      record.text = answer.text.slice(0, LONGEST);
      record.length = answer.text.length;
      record.errorCode = errorCodeOf(answer.headers.get("X-Connector-Timing") ?? "{}");
      record.contentType = answer.headers.get("Content-Type") ?? "";
      record.requestId = answer.headers.get("X-Request-ID") ?? "";
      record.stages = stagesOf(answer.headers.get("Server-Timing") ?? "");
      record.played = answer.headers.has(PLAYED);
      return answer;
    } catch (reason) {
      record.failure =
        reason instanceof DOMException && reason.name === "AbortError" ? "timeout" : "network";
      throw reason;
    } finally {
      record.ended = performance.now();
      // It may have been forgotten meanwhile.
      if (calls.includes(record)) tell(record);
    }
  });
}

/**
 * @param {ConnectorCall} call
 * @param {string} url
 * @returns {RecordedCall}
 */
function begun(call, url) {
  number += 1;
  /** @type {RecordedCall} */
  const record = {
    number,
    call,
    url,
    began: performance.now(),
    ended: null,
    status: 0,
    requestId: "",
    stages: [],
    contentType: "",
    text: "",
    length: 0,
    errorCode: null,
    failure: null,
    played: false,
  };
  calls.push(record);
  if (calls.length > MOST) calls.shift();
  return record;
}

/** @param {string} timing JSON (platform.md §5) */
function errorCodeOf(timing) {
  try {
    return JSON.parse(timing).error ?? null;
  } catch {
    return null;
  }
}

/**
 * W3C Server Timing, §3, as our gateway writes it: `setup;dur=0.21, external;dur=12.50`.
 *
 * @param {string} header
 */
function stagesOf(header) {
  return Array.from(header.matchAll(/([^\s,;]+);dur=([\d.]+)/g), ([, name, duration]) => ({
    name,
    duration: Number(duration),
  }));
}
