/**
 * The network and the gateway as they are on a bad day: played at the host's edge, where a widget cannot tell.
 *
 * @import { Answer } from "../community/transport.js"
 *
 * @typedef {object} Conditions
 * @property {boolean} offline
 * @property {number} latency milliseconds on top of each call
 * @property {number} speed kilobits a second for each answer; 0: as fast as it comes
 *
 * @typedef {object} Failure
 * @property {string} label
 * @property {number} [status]
 * @property {Record<string, unknown>} [errors] of the platform's envelope (platform.md §4)
 * @property {string} [text] a body that is no envelope
 * @property {string} [gatewayCode] of an answer that is the gateway's own, in X-Connector-Timing
 * @property {"network" | "timeout"} [without] an answer
 *
 * @typedef {{ failure: string, permalink: string }} Planned the name of one of `FAILURES`; empty permalink: any connector's
 */

import { intercept } from "/_community/transport.js";
import { keep, kept } from "./kept.js";
import { passed } from "./passed.js";
import { signal } from "./signal.js";

/** Marks an answer that nobody gave. */
export const PLAYED = "X-Workbench-Played";

/** @type {Conditions} */
export const GOOD = { offline: false, latency: 0, speed: 0 };

/** @type {Record<string, Failure>} */
export const FAILURES = {
  network: { label: "The network fails", without: "network" },
  timeout: { label: "Timeout", without: "timeout" },
  "not-found": {
    label: "404: no such connector",
    status: 404,
    errors: { code: "CONNECTOR_NOT_FOUND", detail: "No connector has this permalink." },
    gatewayCode: "CONNECTOR_NOT_FOUND",
  },
  misconfigured: {
    label: "422: the connector is misconfigured",
    status: 422,
    errors: { code: "CONNECTOR_MISCONFIGURED", detail: "`url` has a secret in it." },
  },
  template: {
    label: "422: the response template fails",
    status: 422,
    errors: {
      code: "TEMPLATE_ERROR",
      detail: "The response template failed: the body is not JSON.",
      scope: "Configuration (response template rendering)",
    },
  },
  parameters: {
    label: "400: a path parameter is invalid",
    status: 400,
    errors: {
      code: "INVALID_PATH_PARAMETERS",
      detail: "A path parameter is invalid.",
      params: ["id"],
    },
  },
  unauthorized: { label: "401 from the upstream", status: 401, text: '{"error": "unauthorized"}' },
  "too-many": {
    label: "429 from the upstream",
    status: 429,
    text: '{"error": "too many requests"}',
  },
  "server-error": { label: "500 from the upstream", status: 500, text: "Internal Server Error" },
  downstream: {
    label: "502: the upstream did not answer",
    status: 502,
    errors: {
      code: "DOWNSTREAM_ERROR",
      detail: "The upstream did not answer within 15 s.",
      scope: "Downstream (network/external service)",
    },
  },
  legacy: {
    label: "502 as an older community tells it",
    status: 502,
    text: '{"failure_scope": "Downstream", "reason": "The upstream did not answer.", "request_id": "played"}',
  },
  "no-json": { label: "200 with a body that is no JSON", status: 200, text: '{"rows": [1, 2' },
};

/** @type {Conditions} */
let conditions = kept("tab", "network", GOOD);

/** @type {Planned | null} */
let planned = null;

/** @type {ReturnType<typeof signal<void>>} */
const { listen, tell } = signal();

export function networkConditions() {
  return { ...conditions };
}

/** @param {Partial<Conditions>} changes */
export function setNetworkConditions(changes) {
  const before = conditions.offline;
  conditions = { ...conditions, ...changes };
  keep("tab", "network", conditions);
  if (conditions.offline !== before) tellPage();
  tell();
}

/** @returns {Planned | null} */
export function plannedFailure() {
  return planned;
}

/** @param {Planned | null} failure of the next call; null: of none */
export function planFailure(failure) {
  planned = failure;
  tell();
}

/** Called after conditions or plan have changed. */
export const onNetworkChange = listen;

/** To be called before the first widget is placed. */
export function playNetwork() {
  const { onLine } = navigator;
  // The page's own, so that what asks it hears what is played.
  Object.defineProperty(navigator, "onLine", {
    configurable: true,
    get: () => onLine && !conditions.offline,
  });
  intercept((next) => async (request, signal) => {
    const { latency, speed, offline } = conditions;
    if (offline) throw new TypeError("Failed to fetch");
    const failure = due(request.permalink);
    await passed(latency, signal);
    const answer = failure ? played(failure) : await next(request, signal);
    if (speed > 0) await passed((answer.text.length * 8) / speed, signal);
    return answer;
  });
}

/** @param {string} permalink */
function due(permalink) {
  if (!planned || (planned.permalink && planned.permalink !== permalink)) return null;
  const failure = FAILURES[planned.failure];
  planFailure(null);
  return failure;
}

/**
 * @param {Failure} failure
 * @returns {Answer}
 */
function played({ status = 0, errors, text, gatewayCode, without }) {
  if (without === "network") throw new TypeError("Failed to fetch");
  if (without === "timeout") throw new DOMException("The time is over.", "AbortError");
  const headers = new Headers({
    "Content-Type": errors || text?.startsWith("{") ? "application/json" : "text/html",
    [PLAYED]: "yes",
  });
  if (gatewayCode) headers.set("X-Connector-Timing", JSON.stringify({ error: gatewayCode }));
  const body = errors ? JSON.stringify({ success: false, errors, request_id: "played" }) : text;
  return { status, headers, text: body ?? "" };
}

function tellPage() {
  dispatchEvent(new Event(conditions.offline ? "offline" : "online"));
}
