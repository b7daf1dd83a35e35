/** A widget's entry: the HTML fragment that the platform puts into the shadow root (platform.md §3). */

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<string>} the fragment's HTML
 */
export async function fetchEntry(url, signal) {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}.`);
  return response.text();
}

/**
 * Replaces `{{ property_name }}` with the configured value, escaped for HTML. A name that is no
 * property stays as it is.
 *
 * @param {string} html
 * @param {Record<string, unknown>} props
 */
export function fillIn(html, props) {
  return html.replace(/\{\{\s*([\w-]+)\s*\}\}/g, (placeholder, name) =>
    Object.hasOwn(props, name) ? escapeHtml(asText(props[name])) : placeholder,
  );
}

/**
 * @param {string} html
 * @returns {DocumentFragment} its scripts do not run on insertion: fragment-scripts.js runs them
 */
export function parseFragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return document.importNode(template.content, true);
}

/** @param {unknown} value */
function asText(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const ENTITIES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

/** @param {string} text */
function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? character);
}
