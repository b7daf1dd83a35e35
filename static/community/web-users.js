/**
 * `User` of the Web SDK: the community's members. The page's visitor is among them, unless a guest.
 *
 * @typedef {object} Member
 * @property {number} userId
 * @property {string} username
 * @property {string} name
 * @property {string} role "member", "moderator" or "admin"
 * @property {string} joinedAt ISO 8601, UTC
 * @property {string} lastActiveAt
 * @property {number} topics how many they have begun
 * @property {number} replies
 *
 * @typedef {{ limit?: number, page?: number }} PageOptions default 30 and 0
 * @typedef {{ results: Member[], total: number, page: number, limit: number }} Members
 *
 * @typedef {object} UserNamespace
 * @property {(query?: string, options?: PageOptions) => Promise<Members>} search those with all words of the query in
 *   username and name, by name
 * @property {(userId: number | string) => Promise<Member>} getById
 * @property {(userIds: (number | string)[]) => Promise<Member[]>} getUsersById in the order of the ids; those that nobody
 *   has are left out
 * @property {(options?: PageOptions) => Promise<Members>} list by name
 * @property {(options?: PageOptions) => Promise<Members>} getRecentlyActive the latest first
 * @property {(role: string, options?: PageOptions) => Promise<Members>} getByRole by name
 */

import { communityApi, idSegment, queryText } from "./community-api.js";

/** @type {UserNamespace} */
export const User = {
  search: async (query, options) =>
    communityApi("GET", "users", { query: queryText(query), ...paging(options) }),
  getById: async (userId) => communityApi("GET", `users/${userSegment(userId)}`),
  getUsersById: async (userIds) => {
    if (!Array.isArray(userIds)) throw new Error("getUsersById() takes a list of ids.");
    return userIds.length === 0
      ? []
      : communityApi("GET", "users", { id: userIds.map(userSegment) });
  },
  list: async (options) => communityApi("GET", "users", paging(options)),
  getRecentlyActive: async (options) =>
    communityApi("GET", "users", { order: "active", ...paging(options) }),
  getByRole: async (role, options) =>
    communityApi("GET", "users", { role: String(role), ...paging(options) }),
};

const userSegment = (/** @type {unknown} */ id) => idSegment(id, "A user's");

/** @param {PageOptions} [options] */
function paging(options) {
  const { limit, page } = options ?? {};
  return { limit, page };
}
