/**
 * The connector calls that a widget's `init` is known to make, made while Python still loads. The build lists them on
 * the container, `data-prefetch`; Python's own call with the same client and options gets the outcome.
 */
import { call } from "./connector-call.js";
import { printed } from "./printed-property.js";

/** @typedef {import("./connector-call.js").Client} Client */
/** @typedef {import("./platform.js").WidgetSdk} WidgetSdk */

/**
 * @typedef {object} Listed one call, as the build writes it
 * @property {object | null} client options of `WidgetServiceSDK`; null: the client that `sdk.connectors` is in Python
 * @property {Record<string, any>} options of the host's `execute`
 * @property {[member: string, key: string, property: string][]} [props] where in the options a property is printed
 *
 * @typedef {{value: string | undefined, error?: Error}} Outcome what `connector-call.js` finishes with
 *
 * @typedef {(optionsText: string) => Promise<Outcome> | undefined} Take the outcome of a call with these options, once;
 *   undefined where none was made
 */

/** What may be called without anybody's having asked for it (RFC 9110 §9.2.1). */
const SAFE = ["GET", "HEAD"];

export class Prefetch {
  /** @type {{client: string, options: string, outcome: Promise<Outcome>}[]} */
  #calls = [];
  /** @type {Map<string, Client | undefined>} by their options */
  #clients = new Map();

  /**
   * Makes the calls.
   *
   * @param {string | undefined} listed JSON
   * @param {WidgetSdk} sdk
   */
  constructor(listed, sdk) {
    this.sdk = sdk;
    try {
      // What comes after one that cannot be made may depend on it.
      /** @type {Listed[]} */ (JSON.parse(listed ?? "[]")).every((each) => this.#make(each));
    } catch {
      // Whatever the host has thrown, it will throw when Python calls.
    }
  }

  /**
   * @param {string} clientText options of a client, as Python has them
   * @returns {Take | undefined} undefined where none was made through such a client
   */
  through(clientText) {
    const client = normal(clientText);
    return this.#calls.some((call) => call.client === client)
      ? (optionsText) => this.#take(client, optionsText)
      : undefined;
  }

  /** Forgets what nobody has taken. */
  drop() {
    this.#calls = [];
  }

  /**
   * @param {Listed} listed
   * @returns {boolean} whether it was made
   */
  #make({ client, options, props = [] }) {
    const through = SAFE.includes(options.method) ? this.#client(client) : undefined;
    const values = this.sdk.getProps();
    if (!through || !props.every((place) => fill(options, place, values))) {
      return false;
    }
    // Now: the call changes the options.
    const told = JSON.stringify(options);
    const outcome = new Promise((/** @type {(value: Outcome) => void} */ resolve) => {
      call(through, false, options, (value, error) => resolve({ value, error }));
    });
    this.#calls.push({ client: JSON.stringify(client), options: told, outcome });
    return true;
  }

  /**
   * @param {object | null} options
   * @returns {Client | undefined} undefined where the host has none
   */
  #client(options) {
    const key = JSON.stringify(options);
    if (!this.#clients.has(key)) {
      this.#clients.set(key, clientOf(options, this.sdk));
    }
    return this.#clients.get(key);
  }

  /**
   * @param {string} client
   * @param {string} optionsText
   */
  #take(client, optionsText) {
    if (this.#calls.length === 0) {
      return undefined;
    }
    const options = normal(optionsText);
    const place = this.#calls.findIndex(
      (call) => call.client === client && call.options === options,
    );
    return place < 0 ? undefined : this.#calls.splice(place, 1)[0].outcome;
  }
}

/**
 * As `widget/_connectors.py` has it.
 *
 * @param {object | null} options
 * @param {WidgetSdk} sdk
 * @returns {Client | undefined}
 */
function clientOf(options, sdk) {
  if (options === null && sdk.connectors) {
    return sdk.connectors;
  }
  const Class = window.WidgetServiceSDK;
  return Class && new Class(options ?? {}).connectors;
}

/**
 * @param {Record<string, any>} options
 * @param {[string, string, string]} place
 * @param {Record<string, unknown>} props
 * @returns {boolean} whether the call is then the one that Python makes
 */
function fill(options, [member, key, name], props) {
  const text = printed(props, name);
  // Elsewhere Python passes a number on as a number, or refuses it.
  const fits = member === "queryParams" || typeof props[name] === "string";
  if (text === undefined || !fits || !Object.hasOwn(options[member] ?? {}, key)) {
    return false;
  }
  options[member][key] = text;
  return true;
}

/** @param {string} json */
function normal(json) {
  return JSON.stringify(JSON.parse(json));
}
