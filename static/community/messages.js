/**
 * Every sentence in the connectors client's errors, and nothing else: the wording is no part of any
 * contract, so a test may put other words in this module's place.
 */
export const messages = {
  /** @param {string} permalink @param {string} reason */
  refused: (permalink, reason) => `Connector "${permalink}" was not called: ${reason}`,

  blankPathParameter: () => "a path parameter's name is empty or blank.",

  /** @param {string} key @param {string} type */
  pathParameterType: (key, type) =>
    `path parameter "${key}" must be a string or a number, not ${type}.`,

  /** @param {number} length @param {number} limit */
  pathParametersTooLong: (length, limit) =>
    `the path parameters take ${length} characters when serialized; at most ${limit} are allowed.`,

  compositePathParameters: () => "a composite connector takes no path parameters.",

  /** @param {string} permalink */
  notFound: (permalink) => `No connector has the permalink "${permalink}".`,

  /** @param {string} permalink @param {number} timeout in milliseconds */
  timedOut: (permalink, timeout) => `Connector "${permalink}" did not answer within ${timeout} ms.`,

  /** @param {string} permalink */
  networkFailure: (permalink) => `Connector "${permalink}" could not be reached.`,

  /** @param {string} permalink */
  notJson: (permalink) => `Connector "${permalink}" answered with a body that is not valid JSON.`,

  /** @param {string} permalink @param {number} status @param {string} [detail] */
  failed: (permalink, status, detail) =>
    `Connector "${permalink}" failed with HTTP status ${status}${detail ? `: ${detail}` : "."}`,
};
