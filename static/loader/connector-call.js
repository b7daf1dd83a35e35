/** A call of a connector through the host's own client (platform.md §4). */
import { describe, settle } from "./host-errors.js";
import { toPythonsText } from "./json-text.js";

/**
 * @typedef {object} Client the part of a host's connectors client that is used here
 * @property {(options: Record<string, any>) => unknown} execute
 * @property {{execute(options: Record<string, any>): unknown}} composite
 * @property {() => number} [getDefaultTimeout]
 */

/**
 * Calls a host's `execute`.
 *
 * @param {Client} client
 * @param {boolean} composite whether it is a composite connector
 * @param {Record<string, any>} options the host's; numbers among the query parameters become texts
 * @param {(value: string | undefined, error?: Error) => void} finish gets the answer as JSON text, or undefined where the
 *   host gave nothing; of a rejection, what `describe` says, and the Error itself
 */
export function call(client, composite, options, finish) {
  for (const name in options.queryParams) {
    // Numbers are written as JavaScript writes them; the contract wants strings (platform.md §4).
    options.queryParams[name] = String(options.queryParams[name]);
  }
  const started = performance.now();
  /** @type {number | undefined} */
  let timeout;
  settle(() => {
    // Read now: the client is shared, and another widget may change it while this call is out.
    timeout = client.getDefaultTimeout?.();
    return (composite ? client.composite : client).execute(options);
  })
    .then(toPythonsText)
    .then(finish, (error) => finish(describe(error, performance.now() - started, timeout), error));
}
