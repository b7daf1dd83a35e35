/**
 * The community Web SDK (platform.md §3): `sdk.web`, and `window.ChWebSdk` as older pages name it.
 *
 * The portal gives names and arguments, but no results: those below are this host's own, plain JSON throughout. Whatever
 * is asked for in parts comes as {results, total, page, limit}: `limit` from 1 to 100, `page` from 0 on, and a page
 * beyond the end is empty. What an options object has beside those named here is ignored. All functions return Promises,
 * which are rejected with an `Error` whose message is a sentence; unless the page was asked for `?errors=bare`, it
 * carries the `status` too: 400 a bad argument, 401 a guest, 403 the page's token, 404 an unknown id.
 *
 * @import { ContentNamespace } from "./web-content.js"
 * @import { SubscriptionNamespace } from "./web-subscriptions.js"
 * @import { UserNamespace } from "./web-users.js"
 *
 * @typedef {object} WebSdk
 * @property {ContentNamespace} Content
 * @property {{ User: () => Promise<Visitor> }} Context
 * @property {UserNamespace} User
 * @property {SubscriptionNamespace} Subscription
 * @property {(src: string) => Promise<void>} loadScript
 *
 * @typedef {object} Visitor
 * @property {number | string | null} userId null for a guest
 * @property {string} username "guest" for a guest
 * @property {string} [role] of a member or an admin
 */

import { loadScript } from "./load-script.js";
import { page } from "./page-data.js";
import { Content } from "./web-content.js";
import { Subscription } from "./web-subscriptions.js";
import { User } from "./web-users.js";

/** @type {WebSdk | undefined} one for the whole page; absent off the community's own pages */
export const webSdk =
  page.host === "embed"
    ? undefined
    : { Content, Context: { User: visitor }, User, Subscription, loadScript };

/** @returns {Promise<Visitor>} */
async function visitor() {
  const { userId, username, role } = page.user;
  return userId === null ? { userId, username } : { userId, username, role };
}
