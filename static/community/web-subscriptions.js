/**
 * `Subscription` of the Web SDK: what the visitor wants to hear of.
 *
 * @typedef {{ topicId: number, subscribed: boolean }} TopicSubscription `topicId` is the topic's private id
 * @typedef {{ categoryId: number, subscribed: boolean }} CategorySubscription
 *
 * @typedef {object} SubscriptionNamespace
 * @property {(topicId: number | string) => Promise<TopicSubscription>} subscribeToTopic
 * @property {(topicId: number | string) => Promise<TopicSubscription>} unsubscribeFromTopic
 * @property {(topicId: number | string) => Promise<TopicSubscription>} getTopicSubscriptionStatus
 * @property {(categoryId: number | string) => Promise<CategorySubscription>} subscribeToCategory
 * @property {(categoryId: number | string) => Promise<CategorySubscription>} unsubscribeFromCategory
 * @property {(categoryId: number | string) => Promise<CategorySubscription>} getCategorySubscriptionStatus
 */

import { communityApi, idSegment } from "./community-api.js";

/** @type {SubscriptionNamespace} */
export const Subscription = {
  subscribeToTopic: async (id) => communityApi("PUT", topic(id)),
  unsubscribeFromTopic: async (id) => communityApi("DELETE", topic(id)),
  getTopicSubscriptionStatus: async (id) => communityApi("GET", topic(id)),
  subscribeToCategory: async (id) => communityApi("PUT", category(id)),
  unsubscribeFromCategory: async (id) => communityApi("DELETE", category(id)),
  getCategorySubscriptionStatus: async (id) => communityApi("GET", category(id)),
};

const topic = (/** @type {unknown} */ id) =>
  `topics/${idSegment(id, "A topic's private")}/subscription`;
const category = (/** @type {unknown} */ id) =>
  `categories/${idSegment(id, "A category's")}/subscription`;
