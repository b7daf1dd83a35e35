/** *Calls*: each connector call of this page, live: what was asked, what the gateway sent, what came back, and when. */

import { forgetCalls, onCall, recordedCalls } from "../call-record.js";
import { element } from "../element.js";
import { callTiming } from "../resource-record.js";
import { callAsTest } from "./call-as-test.js";
import { copyButton } from "./copy-button.js";

/** @typedef {import("../call-record.js").RecordedCall} RecordedCall */

/** Characters of an answer that are shown. */
const SHOWN = 20_000;

/** @type {import("./tabs.js").Tab} */
export function callsTab(place) {
  const list = element("ol", { class: "calls", "aria-label": "Connector calls, the latest first" });
  const none = element("p", { class: "hint" }, "No widget has called a connector yet.");
  place.append(
    element(
      "p",
      { class: "row" },
      element("button", { type: "button", onclick: forgetCalls }, "Clear"),
    ),
    none,
    list,
  );
  /** @type {Map<number, ReturnType<typeof callItem>>} */
  const items = new Map();
  /** @param {RecordedCall | null} record */
  const show = (record) => {
    if (record === null) {
      items.clear();
      list.replaceChildren();
    } else if (items.has(record.number)) {
      items.get(record.number)?.show();
    } else {
      const item = callItem(record);
      items.set(record.number, item);
      list.prepend(item.content);
      forgetOldest();
    }
    none.hidden = items.size > 0;
  };
  for (const record of recordedCalls()) show(record);
  return onCall(show);

  function forgetOldest() {
    const [oldest] = recordedCalls();
    for (const [number, { content }] of items) {
      if (number >= oldest.number) break;
      content.remove();
      items.delete(number);
    }
  }
}

/** @param {RecordedCall} record */
function callItem(record) {
  const status = element("span", { class: "status" });
  const time = element("span", { class: "time" });
  const details = element(
    "details",
    { ontoggle: () => fill() },
    element(
      "summary",
      {},
      element(
        "span",
        { class: "method" },
        record.call.composite ? "COMPOSITE" : record.call.method,
      ),
      element("span", { class: "permalink" }, record.call.permalink),
      status,
      time,
    ),
  );
  const body = element("div", { class: "call" });
  details.append(body);
  let filled = "";
  const content = element("li", {}, details);
  const show = () => {
    const { ended, began, failure, played } = record;
    const bad = failure !== null || record.status >= 400;
    content.className = ended === null ? "under-way" : bad ? "bad" : "good";
    status.textContent = ended === null ? "…" : failure ? "failed" : String(record.status);
    if (played) status.textContent += " (played)";
    time.textContent = ended === null ? "" : `${Math.round(ended - began)} ms`;
    fill();
  };
  show();
  return { content, show };

  function fill() {
    const state = record.ended === null ? "under way" : "ended";
    if (!details.open || filled === state) return;
    filled = state;
    body.replaceChildren(...contentOf(record));
  }
}

/** @param {RecordedCall} record */
function contentOf(record) {
  const { call } = record;
  return [
    element(
      "p",
      { class: "hint" },
      call.widget ? `Called by ${call.widget}.` : "Nothing tells which widget called.",
    ),
    ...(record.ended === null ? [] : [waterfall(record)]),
    element("h3", {}, "As the widget asked"),
    facts({
      query: call.query,
      path_params: call.path_params,
      headers: call.headers,
      payload: call.payload,
    }),
    ...(record.ended === null
      ? [element("p", { class: "hint" }, "Its answer is on its way.")]
      : outcomeOf(record)),
  ];
}

const WITHOUT_ANSWER = {
  timeout: "There is none: the client's timeout was over.",
  network: "There is none: nobody was reached.",
};

/** @param {RecordedCall} record */
function outcomeOf(record) {
  const sent = element("div", {}, element("p", { class: "hint" }, "…"));
  if (record.requestId) showResolved(sent, record.requestId);
  else {
    const why = record.played ? "The Network tab answered." : "The gateway was not reached.";
    sent.replaceChildren(element("p", { class: "hint" }, why));
  }
  return [
    element("h3", {}, "As the gateway sent it"),
    sent,
    element("h3", {}, "The answer"),
    record.failure
      ? element("p", { class: "error" }, WITHOUT_ANSWER[record.failure])
      : answer(record),
    element(
      "p",
      { class: "row" },
      copyButton("Copy as a test", () => callAsTest(record)),
      copyButton("Copy the answer", () => record.text),
    ),
  ];
}

/**
 * The resolved request, with secrets masked, from the preview's log.
 *
 * @param {HTMLElement} place
 * @param {string} requestId
 */
async function showResolved(place, requestId) {
  const entry = await logged(requestId);
  if (typeof entry === "string") {
    place.replaceChildren(element("p", { class: "hint" }, entry));
    return;
  }
  const { steps = [], error, note, sent, cache_hit: cached } = entry;
  const dropped = Object.entries(entry)
    .filter(([name]) => name.startsWith("dropped_"))
    .map(([name, names]) => `${name.replace("dropped_", "")}: ${names.join(", ")}`);
  place.replaceChildren(
    ...(steps.length > 0 ? steps.map(resolved) : [resolved(entry)]),
    ...[
      cached && "The answer came from the cache.",
      sent === false && !cached && "Nothing was sent.",
      dropped.length > 0 && `Not passed on: ${dropped.join("; ")}.`,
      error,
      note,
    ]
      .filter(Boolean)
      .map((sentence) => element("p", { class: "hint" }, sentence)),
  );
}

/**
 * @param {string} requestId
 * @returns {Promise<Record<string, any> | string>} a sentence where there is none
 */
async function logged(requestId) {
  try {
    const answer = await fetch(`/_preview/log?request_id=${encodeURIComponent(requestId)}`);
    const [entry] = await answer.json();
    return entry ?? "The preview's log has forgotten it.";
  } catch {
    return "The preview does not answer any more: has it been stopped?";
  }
}

/** @param {Record<string, any>} request of the log: an execution's, or a step's */
function resolved({ name, method, url, query, headers, body, status, ms }) {
  return element(
    "div",
    { class: "resolved" },
    name && element("p", {}, `Step ${name}: ${status}, ${ms} ms`),
    url && element("p", { class: "code" }, `${method} ${url}`),
    facts({ query, headers, body }),
  );
}

/** @param {RecordedCall} record */
function answer({ text, length, contentType, status }) {
  const pretty = /json/i.test(contentType) ? indented(text) : text;
  return element(
    "div",
    {},
    element("p", { class: "hint" }, `${status} ${contentType}`),
    element(
      "pre",
      { tabindex: 0, role: "group", "aria-label": "The answer" },
      pretty.slice(0, SHOWN) || "(empty)",
      pretty.length > SHOWN || length > text.length
        ? `\n… of ${length.toLocaleString("en")} characters; ${text.length.toLocaleString("en")} are kept`
        : "",
    ),
  );
}

/** @param {string} text */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** @param {Record<string, unknown>} values those that are empty are left out */
function facts(values) {
  const rows = Object.entries(values).flatMap(([name, value]) => {
    const empty =
      value === null ||
      value === undefined ||
      value === "" ||
      (typeof value === "object" && Object.keys(value).length === 0);
    if (empty) return [];
    const text = typeof value === "string" ? value : JSON.stringify(value, null, 1);
    return [
      element("dt", {}, name.replace("_", " ")),
      element("dd", {}, element("code", {}, text)),
    ];
  });
  return rows.length > 0
    ? element("dl", { class: "facts" }, ...rows)
    : element("p", { class: "hint" }, "With nothing beside its name.");
}

/**
 * Where the time went. The gateway's stages, which Server-Timing has without their beginnings, stand one after the other at
 * the end of what the page waited for it.
 *
 * @param {RecordedCall} record
 */
function waterfall(record) {
  const { began, stages } = record;
  const ended = record.ended ?? began;
  const total = Math.max(ended - began, 0.1);
  const timing = callTiming(record.url, began, ended);
  const [asked, answered, received] = timing
    ? [timing.requestStart, timing.responseStart, timing.responseEnd]
    : [began, ended, ended];
  const steps = stages.filter(({ name }) => name.startsWith("step."));
  const parts = stages.filter(
    ({ name, duration }) =>
      name !== "total" && duration > 0 && !(name === "external" && steps.length > 0),
  );
  let start = Math.max(answered - parts.reduce((sum, { duration }) => sum + duration, 0), asked);
  const inGateway = parts.map(({ name, duration }) => {
    const from = start;
    start += duration;
    return bar(name.replace("step.", "step "), from - began, duration, total);
  });
  return element(
    "ul",
    { class: "waterfall", "aria-label": "Where the time went" },
    bar("the call", 0, total, total),
    timing && bar("until asked", 0, asked - began, total),
    timing && bar("gateway", asked - began, answered - asked, total),
    ...inGateway,
    timing && bar("receiving", answered - began, received - answered, total),
    // Its answer had come, and the page was at something else.
    timing && bar("page busy", received - began, ended - received, total),
  );
}

/**
 * @param {string} name
 * @param {number} from
 * @param {number} duration
 * @param {number} total
 */
function bar(name, from, duration, total) {
  const line = element("span", { class: "bar" });
  line.style.marginInlineStart = `${Math.min((from / total) * 100, 99)}%`;
  line.style.inlineSize = `${Math.max((duration / total) * 100, 0.5)}%`;
  return element(
    "li",
    {},
    element("span", { class: "stage" }, name),
    element("span", { class: "track" }, line),
    element(
      "span",
      { class: "time" },
      `${duration < 10 ? duration.toFixed(1) : Math.round(duration)} ms`,
    ),
  );
}
