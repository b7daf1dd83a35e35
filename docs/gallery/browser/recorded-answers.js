/**
 * Answers connector calls by what was recorded when the page was made (docs/gallery/recording.py), in the gateway's
 * place.
 *
 * The call itself need not be recorded. Of the calls of its connector and method the closest one is taken:
 *
 * - query and path parameters have the same names. A date may be another: the nearest wins. A text may be the beginning
 *   of the recorded one, as while somebody types, or go on with further words: the longest common beginning wins;
 * - a payload may be any. What the recorded answer repeats of the recorded payload is put in as it was sent now.
 *
 * Dates move with the calendar: those about the day of the recording are moved on by the whole weeks that have passed
 * since.
 *
 * @import { ConnectorRequest } from "/_community/connector-request.js"
 * @import { Answer } from "/_community/transport.js"
 *
 * @typedef {Record<string, unknown>} Values
 *
 * @typedef {object} Exchange as in `fixtures/`
 * @property {string} method
 * @property {Values} [query]
 * @property {Values} [path_params]
 * @property {Values} [payload]
 * @property {{ status: number, content_type?: string, json?: any, text?: string }} answer
 *
 * @typedef {object} Recording
 * @property {string} recorded the day
 * @property {number} milliseconds that the connector takes
 * @property {Exchange[]} exchanges
 */

import { intercept } from "/_community/transport.js";

const ANSWERS = new URL("answers/", import.meta.url);

/** Less, and nobody would see that a widget waits. */
const SHORTEST_MS = 400;

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

/** Days around the recording in which a date is taken to depend on it: half a year of weeks, and some. */
const ABOUT_DAYS = 200;

/** From now on; to be called before the first widget is placed. */
export function answerByRecordings() {
  intercept(() => async (request, signal) => {
    const recording = await recordingOf(request);
    await passing(Math.max(SHORTEST_MS, recording?.milliseconds ?? 0), signal);
    const exchange = recording && closest(recording.exchanges, request);
    return exchange ? answerOf(exchange, payloadOf(request)) : nothing(request);
  });
}

/** @type {Map<string, Promise<Recording | undefined>>} by permalink */
const recordings = new Map();

/**
 * @param {ConnectorRequest} request
 * @returns {Promise<Recording | undefined>} undefined where nothing is recorded of the connector
 * @throws {TypeError} the file server cannot be reached
 */
function recordingOf({ permalink, composite }) {
  const name = composite ? `composite/${permalink}` : permalink;
  let recording = recordings.get(name);
  if (!recording) {
    recording = read(`${name}.json`);
    recording.catch(() => recordings.delete(name));
    recordings.set(name, recording);
  }
  return recording;
}

/**
 * @param {string} name
 * @returns {Promise<Recording | undefined>}
 */
async function read(name) {
  const response = await fetch(new URL(name, ANSWERS));
  if (!response.ok) return undefined;
  const text = await response.text();
  const day = JSON.parse(text).recorded;
  return JSON.parse(movedOn(text, day));
}

/**
 * @param {string} text JSON
 * @param {string} day of the recording
 * @returns {string} the same, with later dates
 */
function movedOn(text, day) {
  const recorded = Date.parse(day);
  const weeks = Math.floor((Date.parse(today()) - recorded) / DAY_MS / WEEK_DAYS);
  return text.replace(/"(\d{4}-\d{2}-\d{2})"/g, (found, date) => {
    const time = Date.parse(date);
    const isAbout = Math.abs(time - recorded) < ABOUT_DAYS * DAY_MS;
    return isAbout ? JSON.stringify(isoDate(time + weeks * WEEK_DAYS * DAY_MS)) : found;
  });
}

/** @returns {string} the visitor's own, as a widget has it */
function today() {
  const now = new Date();
  return isoDate(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()));
}

/** @param {number} time */
function isoDate(time) {
  return new Date(time).toISOString().slice(0, 10);
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>} rejected, as `fetch` is, when the client's time is over
 */
function passing(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/**
 * @param {Exchange[]} exchanges
 * @param {ConnectorRequest} request
 * @returns {Exchange | undefined}
 */
function closest(exchanges, request) {
  const asked = {
    query: Object.fromEntries(new URL(request.url).searchParams),
    path: Object.fromEntries(new URLSearchParams(request.init.headers.get("X-Path-Params") ?? "")),
  };
  const payload = payloadOf(request);
  let least = Number.POSITIVE_INFINITY;
  let found;
  for (const exchange of exchanges) {
    if (exchange.method !== request.init.method) continue;
    const distance =
      between(asked.query, exchange.query ?? {}) +
      between(asked.path, exchange.path_params ?? {}) +
      unlike(payload, exchange.payload ?? {});
    if (distance < least) [least, found] = [distance, exchange];
  }
  return found;
}

/**
 * @param {Values} asked
 * @param {Values} recorded
 * @returns {number} 0 for the same parameters, infinity where the answer would be to another question
 */
function between(asked, recorded) {
  const names = new Set([...Object.keys(asked), ...Object.keys(recorded)]);
  let sum = 0;
  for (const name of names) {
    if (!(name in asked && name in recorded)) return Number.POSITIVE_INFINITY;
    sum += distance(String(asked[name]).trim(), String(recorded[name]));
  }
  return sum;
}

/**
 * @param {string} asked
 * @param {string} recorded
 */
function distance(asked, recorded) {
  if (isDate(asked) && isDate(recorded)) {
    return Math.abs(Date.parse(asked) - Date.parse(recorded)) / DAY_MS;
  }
  const [one, other] = [asked.toLowerCase(), recorded.toLowerCase()];
  if (one === other) return 0;
  if (one !== "" && other.startsWith(one)) return 1 / (1 + one.length);
  // Any text goes on from an empty one.
  if (other === "" || one.startsWith(`${other} `)) return 1 / (1 + other.length);
  return Number.POSITIVE_INFINITY;
}

/** @param {string} text */
function isDate(text) {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

/**
 * @param {Values} asked
 * @param {Values} recorded
 * @returns {number} how many fields differ
 */
function unlike(asked, recorded) {
  const names = new Set([...Object.keys(asked), ...Object.keys(recorded)]);
  return [...names].filter((name) => !same(asked[name], recorded[name])).length;
}

/**
 * @param {unknown} one
 * @param {unknown} other
 */
function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** @param {ConnectorRequest} request */
function payloadOf({ init }) {
  return /** @type {Values} */ (init.body === undefined ? {} : JSON.parse(init.body));
}

/**
 * @param {Exchange} exchange
 * @param {Values} payload that was sent now
 * @returns {Answer}
 */
function answerOf({ answer, payload: recorded = {} }, payload) {
  const { status, json, text = "", content_type: type = "" } = answer;
  if (!("json" in answer)) return { status, headers: new Headers({ "Content-Type": type }), text };
  return { status, headers: JSON_TYPE, text: JSON.stringify(echoed(json, recorded, payload)) };
}

const JSON_TYPE = new Headers({ "Content-Type": "application/json" });

/**
 * @param {any} answer
 * @param {Values} recorded
 * @param {Values} sent
 * @returns {any} the answer to what was sent
 */
function echoed(answer, recorded, sent) {
  if (typeof answer !== "object" || answer === null) return answer;
  const repeated = Object.keys(answer).filter(
    (name) => name in sent && name in recorded && same(answer[name], recorded[name]),
  );
  return repeated.length === 0
    ? answer
    : { ...answer, ...Object.fromEntries(repeated.map((name) => [name, sent[name]])) };
}

/**
 * @param {ConnectorRequest} request
 * @returns {Answer} an envelope, as the gateway's own errors come in
 */
function nothing({ permalink, init }) {
  const detail =
    `This page has no gateway, and nothing is recorded for this call of ${init.method} ${permalink}. ` +
    "Run `widget preview examples` to see every answer.";
  const envelope = { success: false, errors: { code: "NOT_RECORDED", detail }, request_id: "" };
  return { status: 501, headers: JSON_TYPE, text: JSON.stringify(envelope) };
}
