/** How a page that is open for long gets a new token, and how a test or the workbench has it expire at once. */

import { communityApi } from "./community-api.js";
import { setPageCsrfToken } from "./csrf-token.js";

/**
 * Puts a new token for the same visitor in the place of the page's, which may have expired.
 *
 * @param {number} [seconds] that it holds; default: as long as that of a page which is loaded
 * @returns {Promise<void>}
 * @throws {Error} the page's token is not this community's: the page has to be loaded again
 */
export async function renewCsrfToken(seconds) {
  const { csrfToken } = await communityApi("POST", "csrf-token", { lifetime: seconds });
  setPageCsrfToken(csrfToken);
}

/** Puts one that has expired in its place. */
export function expireCsrfToken() {
  return renewCsrfToken(0);
}
