/**
 * A connector call as a test of the kit: what the connector answered is stubbed, and the call is asserted.
 *
 * @import { RecordedCall } from "../call-record.js"
 */

/**
 * @param {RecordedCall} record
 * @returns {string} Python
 */
export function callAsTest(record) {
  const { call } = record;
  const connector = `community.connectors${call.composite ? ".composite" : ""}[${python(call.permalink)}]`;
  const widget = call.widget ?? "your_widget";
  const expected = [
    call.method !== "GET" && !call.composite && `    assert call.method == ${python(call.method)}`,
    ...asserted("query", call.query),
    ...asserted("path_params", call.path_params),
    ...asserted("headers", call.headers),
    call.payload !== null && `    assert call.payload == ${python(call.payload, 4)}`,
  ].filter(Boolean);
  return [
    `def test_${named(widget)}_calls_${named(call.permalink)}(community):`,
    ...(record.length > record.text.length
      ? ["    # The answer was longer than what the workbench keeps of one."]
      : []),
    `    ${connector}.respond(${answered(record)})`,
    `    community.open(${[python(widget), ...conditions()].join(", ")}).widget(${python(widget)})`,
    `    call = ${connector}.calls[0]`,
    ...expected,
    "",
  ].join("\n");
}

/** What of the page's own parameters the widget may depend on. */
function conditions() {
  const parameters = new URLSearchParams(location.search);
  return ["user", "locale", "sdk", "host", "errors"].flatMap((name) => {
    const value = parameters.get(name);
    return value ? [`${name}=${python(value)}`] : [];
  });
}

/** @param {RecordedCall} record */
function answered({ status, text, contentType, failure, errorCode }) {
  if (failure) return `error=${python(failure)}`;
  if (errorCode === "CONNECTOR_NOT_FOUND") return 'error="not-found"';
  const json = /^application\/(.+\+)?json/i.test(contentType) ? parsed(text) : undefined;
  if (errorCode && json?.errors) return `error=${python(json.errors, 4)}, status=${status}`;
  // The kit takes None for no body.
  const body =
    json === undefined || json === null ? `text=${python(text)}` : `json=${python(json, 4)}`;
  return status === 200 ? body : `${body}, status=${status}`;
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} name
 * @param {Record<string, unknown>} value
 */
function asserted(name, value) {
  return Object.keys(value).length > 0 ? [`    assert call.${name} == ${python(value, 4)}`] : [];
}

/** @param {string} name */
function named(name) {
  return name.replaceAll(/[^\p{L}\p{N}]+/gu, "_").toLowerCase();
}

/**
 * A JSON value as Python writes it.
 *
 * @param {unknown} value
 * @param {number} [indent] columns of the line that it stands in; a short one stays on that line
 * @returns {string}
 */
function python(value, indent = 0) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
    return value > 0 ? 'float("inf")' : 'float("-inf")';
  }
  // JSON's escapes are Python's, too.
  if (typeof value !== "object") return JSON.stringify(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? "[]" : "{}";
  const parts = isList
    ? value.map((each) => python(each, indent + 4))
    : Object.entries(value).map(
        ([key, each]) => `${JSON.stringify(key)}: ${python(each, indent + 4)}`,
      );
  const line = `${open}${parts.join(", ")}${close}`;
  if (line.length + indent < 90 && !line.includes("\n")) return line;
  const margin = " ".repeat(indent + 4);
  return `${open}\n${parts.map((part) => `${margin}${part},\n`).join("")}${" ".repeat(indent)}${close}`;
}
