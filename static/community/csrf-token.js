/**
 * The page's CSRF token, in the element with id `csrftoken` (platform.md §4). Here it is also what tells the server
 * who visits: widgets cannot forge it, nor say it themselves.
 *
 * @typedef {HTMLElement & { value?: string, content?: string }} TokenElement
 */

/** @returns {string} as it is now, since the page may renew it; empty where the page has none */
export function pageCsrfToken() {
  const element = tokenElement();
  return element?.value || element?.content || element?.textContent?.trim() || "";
}

/**
 * @param {string} token
 * @throws {Error} the page has no such element
 */
export function setPageCsrfToken(token) {
  const element = tokenElement();
  if (!element) throw new Error("The page has no element #csrftoken to put a token into.");
  if ("content" in element) element.content = token;
  else if ("value" in element) element.value = token;
  else element.textContent = token;
}

function tokenElement() {
  return /** @type {TokenElement | null} */ (document.getElementById("csrftoken"));
}
