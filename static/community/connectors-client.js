/**
 * The connectors client (platform.md §4): `window.WidgetServiceSDK` and the page's `sdk.connectors`.
 *
 * @import { ClientSettings, ConnectorRequest, ExecuteOptions } from "./connector-request.js"
 * @import { Answer } from "./transport.js"
 *
 * @typedef {object} ConnectorsClient
 * @property {(options: ExecuteOptions) => Promise<unknown>} execute
 * @property {{ execute: (options: ExecuteOptions) => Promise<unknown> }} composite
 *
 * @typedef {ConnectorsClient & {
 *   configure: (settings?: Partial<ClientSettings>) => void,
 *   updateHeaders: (headers: Record<string, string>) => void,
 *   setDefaultTimeout: (milliseconds: number) => void,
 *   getHeaders: () => Record<string, string>,
 *   getDefaultTimeout: () => number,
 *   getBaseUrl: () => string,
 * }} SharedConnectorsClient
 */

import { connectorAnswer } from "./connector-answer.js";
import { plainError } from "./connector-errors.js";
import { BASE_URL, compositeRequest, connectorRequest } from "./connector-request.js";
import { messages } from "./messages.js";
import { exchange } from "./transport.js";

const DEFAULT_TIMEOUT_MS = 30_000;

/** A browser's timer holds 31 bits; a longer one fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The older way to the connectors: each instance has headers, timeout and token of its own. */
export class WidgetServiceSDK {
  /** @param {Partial<ClientSettings>} [options] */
  constructor(options) {
    /** @type {ConnectorsClient} */
    this.connectors = connectorsClient(clientSettings(options));
  }
}

/** The newer way, `sdk.connectors`: one client for all widgets of the page. */
export const sharedConnectors = sharedConnectorsClient();

/** @returns {SharedConnectorsClient} */
function sharedConnectorsClient() {
  const settings = clientSettings();
  return {
    ...connectorsClient(settings),
    configure: ({ csrfToken, headers, timeout } = {}) => {
      settings.csrfToken = csrfToken ?? settings.csrfToken;
      settings.headers = { ...(headers ?? settings.headers) };
      settings.timeout = timeout ?? settings.timeout;
    },
    updateHeaders: (headers) => {
      settings.headers = { ...settings.headers, ...headers };
    },
    setDefaultTimeout: (milliseconds) => {
      settings.timeout = milliseconds;
    },
    getHeaders: () => ({ ...settings.headers }),
    getDefaultTimeout: () => settings.timeout,
    getBaseUrl: () => BASE_URL,
  };
}

/**
 * @param {Partial<ClientSettings>} [given]
 * @returns {ClientSettings}
 */
function clientSettings(given) {
  return {
    headers: { ...given?.headers },
    timeout: given?.timeout ?? DEFAULT_TIMEOUT_MS,
    csrfToken: given?.csrfToken ?? undefined,
  };
}

/**
 * @param {ClientSettings} settings read at each call
 * @returns {ConnectorsClient} its functions need no `this`
 */
function connectorsClient(settings) {
  return {
    execute: async (options) => send(connectorRequest(options, settings), settings.timeout),
    composite: {
      execute: async (options) => send(compositeRequest(options, settings), settings.timeout),
    },
  };
}

/**
 * @param {ConnectorRequest} request
 * @param {number} timeout in milliseconds, for the whole answer
 */
async function send(request, timeout) {
  const { permalink } = request;
  const aborter = new AbortController();
  const timer = setTimeout(() => aborter.abort(), Math.min(timeout, LONGEST_TIMER_MS));
  /** @type {Answer} */
  let answer;
  try {
    answer = await exchange(request, aborter.signal);
  } catch (cause) {
    const message =
      cause instanceof DOMException && cause.name === "AbortError"
        ? messages.timedOut(permalink, timeout)
        : messages.networkFailure(permalink);
    throw plainError(message, { cause });
  } finally {
    clearTimeout(timer);
  }
  return connectorAnswer(permalink, answer);
}
