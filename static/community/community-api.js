/**
 * The way to the embedded community, which the Web SDK shows and changes as the page's visitor. Its URLs are this host's
 * own (`widget_workbench/preview/community/api.py`).
 *
 * @typedef {string | number | boolean | null | undefined} Parameter null and undefined are left out
 */

import { plainError } from "./connector-errors.js";
import { pageCsrfToken } from "./csrf-token.js";

const BASE_URL = new URL("/_community/api/", location.origin);

/**
 * @param {"GET" | "PUT" | "DELETE" | "POST"} method
 * @param {string} path an id in it by `idSegment`
 * @param {Record<string, Parameter | Parameter[]>} [parameters] of the query; a list stands more than once
 * @returns {Promise<any>} the parsed answer
 * @throws {Error} with the community's own sentence and its `status`, or because nobody answers
 */
export async function communityApi(method, path, parameters = {}) {
  const url = new URL(path, BASE_URL);
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of [value].flat()) {
      if (each !== undefined && each !== null) url.searchParams.append(name, String(each));
    }
  }
  const { status, text } = await exchange(url, method);
  if (status < 200 || status > 299) throw plainError(sentence(status, text), { status });
  return JSON.parse(text);
}

/**
 * An id as a part of a path.
 *
 * @param {unknown} id
 * @param {string} what whose id it is, for the message
 * @returns {string}
 * @throws {Error} it is no number
 */
export function idSegment(id, what) {
  if (!/^\d{1,18}$/.test(String(id))) {
    throw new Error(`${what} id has to be a number, not ${JSON.stringify(id)}.`);
  }
  return String(id);
}

/**
 * The words to look for.
 *
 * @param {unknown} query
 * @returns {string | undefined}
 * @throws {Error} it is no text, as where the options came first
 */
export function queryText(query) {
  if (query === undefined || query === null) return undefined;
  if (typeof query === "string") return query;
  throw new Error(`The query has to be a string, not ${JSON.stringify(query)}.`);
}

/**
 * @param {URL} url
 * @param {string} method
 */
async function exchange(url, method) {
  const token = pageCsrfToken();
  try {
    const headers = new Headers(token ? { "X-CSRF-Token": token } : {});
    const response = await fetch(url, { method, headers });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw plainError("The community could not be reached.", { cause });
  }
}

/**
 * @param {number} status
 * @param {string} text
 * @returns {string}
 */
function sentence(status, text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return `The community answered with HTTP status ${status}: ${text}`;
  }
}
