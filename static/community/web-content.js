/**
 * `Content` of the Web SDK: the community's topics.
 *
 * @typedef {"article" | "question" | "conversation" | "idea" | "productUpdate"} ContentType
 *
 * @typedef {object} SearchOptions
 * @property {number} [limit] default 30
 * @property {number} [page] default 0
 * @property {ContentType | ContentType[]} [contentType] default: all; not of a type's own `search`
 * @property {number} [categoryId] default: all
 * @property {boolean} [fetchMetadata] default true
 *
 * @typedef {object} Author
 * @property {number} userId
 * @property {string} username
 * @property {string} name
 *
 * @typedef {object} Topic
 * @property {number} privateId
 * @property {ContentType} contentType
 * @property {string} title
 * @property {string} text plain
 * @property {string} url
 * @property {{ categoryId: number, name: string }} category
 * @property {Author} author
 * @property {string} createdAt ISO 8601, UTC; as all times
 * @property {string} lastActivityAt
 * @property {TopicMetadata} [metadata] absent with `fetchMetadata: false`
 *
 * @typedef {object} TopicMetadata
 * @property {number} likes
 * @property {boolean} liked by the visitor, as are `voted` and `subscribed`
 * @property {number} replies
 * @property {Reply[]} latestReplies three at most, the newest first
 * @property {number} views
 * @property {boolean} subscribed
 * @property {boolean | null} answered of questions alone
 * @property {number | null} votes of ideas alone, as are `voted` and `status`
 * @property {boolean | null} voted
 * @property {string | null} status such as "Planned"
 *
 * @typedef {object} Reply
 * @property {number} replyId
 * @property {string} text
 * @property {Author} author
 * @property {string} createdAt
 * @property {number} likes
 * @property {boolean} liked
 *
 * @typedef {{ results: Topic[], total: number, page: number, limit: number }} Topics
 *
 * @typedef {object} ContentItem a topic of a type; without a private id, for `search` alone
 * @property {(query?: string, options?: SearchOptions) => Promise<Topics>} search topics of this type
 * @property {() => Promise<{ privateId: number, liked: boolean, likes: number }>} like
 * @property {() => Promise<{ privateId: number, liked: boolean, likes: number }>} unlike
 * @property {() => Promise<{ privateId: number, voted: boolean, votes: number }>} vote ideas alone
 * @property {() => Promise<{ privateId: number, voted: boolean, votes: number }>} unvote
 * @property {(replyId: number) => Promise<{ replyId: number, liked: boolean, likes: number }>} likeReply
 * @property {(replyId: number) => Promise<{ replyId: number, liked: boolean, likes: number }>} unlikeReply
 *
 * @typedef {(privateId?: number | string) => ContentItem} OfType
 *
 * @typedef {object} ContentNamespace
 * @property {(query?: string, options?: SearchOptions) => Promise<Topics>} search topics that hold all words of the
 *   query, without regard to case and accents; the newest first, once those with more of the words in the title
 * @property {OfType} Article
 * @property {OfType} Question
 * @property {OfType} Conversation
 * @property {OfType} Idea
 * @property {OfType} ProductUpdate
 */

import { communityApi, idSegment, queryText } from "./community-api.js";

/** @type {ContentNamespace} */
export const Content = {
  search,
  Article: (privateId) => contentItem("article", privateId),
  Question: (privateId) => contentItem("question", privateId),
  Conversation: (privateId) => contentItem("conversation", privateId),
  Idea: (privateId) => contentItem("idea", privateId),
  ProductUpdate: (privateId) => contentItem("productUpdate", privateId),
};

/**
 * @param {string} [query]
 * @param {SearchOptions} [options]
 * @returns {Promise<Topics>}
 */
async function search(query, options) {
  const { limit, page, contentType, categoryId, fetchMetadata } = options ?? {};
  return communityApi("GET", "content", {
    query: queryText(query),
    limit,
    page,
    contentType,
    categoryId,
    metadata: fetchMetadata === false ? false : undefined,
  });
}

/**
 * @param {ContentType} contentType
 * @param {number | string} [privateId]
 * @returns {ContentItem}
 */
function contentItem(contentType, privateId) {
  /**
   * @param {"PUT" | "DELETE"} method
   * @param {string} what
   * @param {string} name of the function, for messages
   */
  const mark = async (method, what, name) => {
    if (privateId === undefined || privateId === null) {
      const type = contentType[0]?.toUpperCase() + contentType.slice(1);
      throw new Error(
        `${name}() needs a topic: give its private id, as in Content.${type}(101).${name}().`,
      );
    }
    return communityApi(
      method,
      `content/${contentType}/${idSegment(privateId, "A topic's private")}/${what}`,
    );
  };
  const reply = (/** @type {number} */ id) => `replies/${idSegment(id, "A reply's")}/like`;

  return {
    search: (query, options) => search(query, { ...options, contentType }),
    like: () => mark("PUT", "like", "like"),
    unlike: () => mark("DELETE", "like", "unlike"),
    vote: () => mark("PUT", "vote", "vote"),
    unvote: () => mark("DELETE", "vote", "unvote"),
    likeReply: async (replyId) => mark("PUT", reply(replyId), "likeReply"),
    unlikeReply: async (replyId) => mark("DELETE", reply(replyId), "unlikeReply"),
  };
}
